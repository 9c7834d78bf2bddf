package tui

import (
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
	return k.File.Read(p)
}

// leave is for the end of the program.
func (k *keyboard) leave() { k.gone.Store(true) }
