package tui

import (
	"bytes"
	"io"
	"os"
	"sync/atomic"
)

// keyboard is the terminal's input for one program. The library gives up waiting for its reading goroutine after half a
// second; on a busy machine that one may still be there when the next program of the same process reads (the account is
// chosen, another profile is opened), and it would take the first key. Once left, it takes nothing any more.
type keyboard struct {
	*os.File
	gone atomic.Bool
}

// Read implements io.Reader.
func (k *keyboard) Read(p []byte) (int, error) {
	if k.gone.Load() {
		return 0, io.EOF
	}
	if len(p) < len(escKey) {
		return k.File.Read(p)
	}
	n, err := k.File.Read(p[:len(p)/len(escKey)]) // each byte may become the five of escKey
	if n <= 0 {
		return n, err
	}
	return copy(p, splitEsc(p[:n])), err
}

const esc = 0x1b

// escKey is the esc key as terminals send it that tell keys apart.
const escKey = "\x1b[27u"

// splitEsc returns what came in one read, with every esc a key of its own: the library takes any number of them in a row, with the key
// after them, for one key with alt (see arrived). Two esc before a sequence, and at the end of a read, stay: they may be an arrow with alt,
// and of two esc alone arrived makes two keys.
func splitEsc(read []byte) []byte {
	if bytes.Count(read, []byte{esc, esc}) == 0 {
		return read
	}
	out := make([]byte, 0, len(read)*len(escKey))
	for i, b := range read {
		if rest := read[i:]; len(rest) > 2 && b == esc && rest[1] == esc && rest[2] != '[' && rest[2] != 'O' {
			out = append(out, escKey...)
		} else {
			out = append(out, b)
		}
	}
	return out
}

// leave is for the end of the program.
func (k *keyboard) leave() { k.gone.Store(true) }
