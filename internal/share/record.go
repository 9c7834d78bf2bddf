package share

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"

	"flarewire/api"
)

// magic begins every file; another layout gets another one.
const magic = "fwshare1"

// recordSize is the size of a file. It is far below a page, so that a write of it is never half done when a process is killed;
// the checksum is for what a machine leaves that loses its power.
var recordSize = len(magic) + binary.Size(api.Ledger{}) + crc32.Size

func encode(l api.Ledger) []byte {
	b, _ := binary.Append([]byte(magic), binary.LittleEndian, l) // a fixed size: it cannot fail
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

func decode(b []byte) (l api.Ledger, ok bool) {
	if len(b) != recordSize || !bytes.HasPrefix(b, []byte(magic)) {
		return l, false
	}
	content, sum := b[:recordSize-crc32.Size], b[recordSize-crc32.Size:]
	if binary.LittleEndian.Uint32(sum) != crc32.ChecksumIEEE(content) {
		return l, false
	}
	_, err := binary.Decode(content[len(magic):], binary.LittleEndian, &l)
	return l, err == nil
}

// readRecord returns what the file holds, and one byte more of a file that is too long.
func readRecord(f *os.File) ([]byte, error) {
	b := make([]byte, recordSize+1)
	n, err := io.ReadFull(f, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return b[:n], err
}

// writeRecord replaces what the file holds. It is not made durable: what was sent before a crash of the machine is old when the
// machine is up again.
func writeRecord(f *os.File, l api.Ledger, size int) error {
	if _, err := f.WriteAt(encode(l), 0); err != nil {
		return err
	}
	if size > recordSize {
		return f.Truncate(int64(recordSize))
	}
	return nil
}
