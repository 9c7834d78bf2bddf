package tui

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// However many esc arrive in one read, and whatever comes after them, each is a key.
func TestEveryEscOfOneReadCounts(t *testing.T) {
	for read, keys := range map[string]string{
		"\x1b": "esc", "\x1b\x1b": "esc esc", "\x1b\x1b\x1b": "esc esc esc", "\x1b\x1b\x1b\x1b\x1b": "esc esc esc esc esc",
		"\x1b\x1b:": "esc esc :", "\x1b\x1b\x1bx": "esc esc esc x", "a\x1b\x1b\x1b": "a esc esc esc", "x\x1b\x1by": "x esc esc y",
		"\x1b[A": "up", "\x1b\x1b[D": "alt+left", "\x1b\x1b\x1b[B": "esc alt+down", "\x1b\x1bOA": "alt+up",
	} {
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.WriteString(read); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 4096)
		n, err := (&keyboard{File: in}).Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for buf = buf[:n]; len(buf) > 0; {
			n, event := (&uv.EventDecoder{}).Decode(buf)
			buf = buf[n:]
			if key, ok := event.(uv.KeyPressEvent); ok {
				for _, msg := range arrived(tea.KeyPressMsg(key), true) {
					got = append(got, msg.String())
				}
			}
		}
		if strings.Join(got, " ") != keys {
			t.Errorf("%q is %q, not %q", read, got, keys)
		}
		_, _ = in.Close(), out.Close()
	}
}

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
