package tui

import (
	"errors"
	"io"
	"os"
	"testing"
)

// A reader of the program before may still be there when the next one reads: it takes no key from it.
func TestAProgramThatWasLeftTakesNoKey(t *testing.T) {
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = in.Close(), out.Close() }()
	before, next := &keyboard{File: in}, &keyboard{File: in}
	if _, err := out.WriteString("q"); err != nil {
		t.Fatal(err)
	}
	before.leave()
	key := make([]byte, 10)
	if n, err := before.Read(key); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("the one before read %d bytes, %v", n, err)
	}
	if n, err := next.Read(key); n != 1 || err != nil || key[0] != 'q' {
		t.Errorf("the next one read %q, %v", key[:n], err)
	}
}
