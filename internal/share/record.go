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
const (
	tallySize  = 8 + 4*len(api.Tally{}.Used) + 8
	recordSize = len(magic) + 2*tallySize + crc32.Size
)

var order = binary.LittleEndian

func encode(l api.Ledger) []byte {
	b := append(make([]byte, 0, recordSize), magic...)
	for _, t := range []api.Tally{l.REST, l.GraphQL} {
		b = order.AppendUint64(b, uint64(t.Slot))
		for _, n := range t.Used {
			b = order.AppendUint32(b, n)
		}
		b = order.AppendUint64(b, uint64(t.Blocked))
	}
	return order.AppendUint32(b, crc32.ChecksumIEEE(b))
}

func decode(b []byte) (l api.Ledger, ok bool) {
	if len(b) != recordSize || !bytes.HasPrefix(b, []byte(magic)) {
		return l, false
	}
	content, sum := b[:recordSize-crc32.Size], b[recordSize-crc32.Size:]
	if order.Uint32(sum) != crc32.ChecksumIEEE(content) {
		return l, false
	}
	l.REST = decodeTally(content[len(magic):])
	l.GraphQL = decodeTally(content[len(magic)+tallySize:])
	return l, true
}

func decodeTally(b []byte) (t api.Tally) {
	t.Slot = int64(order.Uint64(b))
	for i := range t.Used {
		t.Used[i] = order.Uint32(b[8+4*i:])
	}
	t.Blocked = int64(order.Uint64(b[tallySize-8:]))
	return t
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
