package line

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"flarewire/tui"
)

// Console is where questions are asked and answered: a terminal in its ordinary mode, which echoes and edits
// lines by itself, or a pipe. It is read only while a question is open, and outlives a program on it: what was
// typed ahead is for the next one.
type Console struct {
	in     io.Reader
	out    io.Writer
	ascii  bool
	fd     int
	typed  bool // in is a terminal
	lines  *bufio.Reader
	answer chan answer
	open   bool // a read is under way

	mu     sync.Mutex
	before *term.State // how the terminal was, while it does not echo
}

// answer is a line, or why there is none.
type answer struct {
	text string
	err  error
}

var (
	errInterrupted = errors.New("interrupted")
	errNoTerminal  = errors.New("a secret is asked for on a terminal only: what comes from a pipe stands in a file or a command somewhere")
)

// NewConsole makes a console; ascii is for a terminal that cannot be trusted with anything else.
func NewConsole(in io.Reader, out io.Writer, ascii bool) *Console {
	c := &Console{in: in, out: out, ascii: ascii, lines: bufio.NewReader(in), answer: make(chan answer, 1)}
	if f, ok := in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		c.fd, c.typed = int(f.Fd()), true
	}
	return c
}

// say writes lines. Nothing gets through that would move a cursor or change a colour.
func (c *Console) say(lines ...string) {
	var b strings.Builder
	for _, text := range lines {
		b.WriteString(tui.Harmless(text, c.ascii))
		b.WriteByte('\n')
	}
	_, _ = io.WriteString(c.out, b.String())
}

// prompt writes the beginning of a line.
func (c *Console) prompt(text string) {
	if text != "" {
		_, _ = io.WriteString(c.out, tui.Harmless(text, c.ascii)+" ")
	}
}

// longest bounds an answer: more is no answer to any question here.
const longest = 8 << 10

// read has a line read, unless that is under way already, and gives the channel on which it comes.
func (c *Console) read() <-chan answer {
	if c.open {
		return c.answer
	}
	c.open = true
	go func() {
		var b strings.Builder
		for {
			part, more, err := c.lines.ReadLine()
			if err != nil {
				c.answer <- answer{b.String(), err}
				return
			}
			if b.Len()+len(part) <= longest {
				b.Write(part)
			}
			if !more {
				c.answer <- answer{b.String(), nil}
				return
			}
		}
	}()
	return c.answer
}

// took says that the answer has been received. What did not come over a terminal is written behind its
// question, so that the output reads the same.
func (c *Console) took(a answer) {
	c.open = false
	switch {
	case !c.typed && a.err == nil:
		c.say(a.text)
	case a.err != nil:
		c.say("")
	}
}

// hidden asks for a secret. The terminal stops echoing before the question is there: whoever types at once
// must not see the first characters.
func (c *Console) hidden(question string) (string, error) {
	if !c.typed {
		return "", errNoTerminal
	}
	before, err := term.MakeRaw(c.fd)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	c.before = before
	c.mu.Unlock()
	defer func() {
		c.Restore()
		c.say("")
	}()
	c.prompt(question)
	return c.unseen()
}

// Restore gives the terminal its echo back.
func (c *Console) Restore() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.before != nil {
		_ = term.Restore(c.fd, c.before)
		c.before = nil
	}
}

// The keys of a terminal that does no editing by itself.
const (
	ctrlC     = 0x03
	ctrlD     = 0x04
	aheadD    = 0x00 // ctrl+d that was typed while the terminal was in its ordinary mode
	backspace = 0x08
	ctrlU     = 0x15
	del       = 0x7f
)

// unseen reads a line from a terminal in raw mode, byte by byte: what is behind its end belongs to the next
// question.
func (c *Console) unseen() (string, error) {
	var text []byte
	for key := make([]byte, 1); ; {
		if _, err := io.ReadFull(c.in, key); err != nil {
			return "", err
		}
		switch key[0] {
		case '\r', '\n':
			return string(text), nil
		case ctrlC:
			return "", errInterrupted
		case ctrlD, aheadD:
			if len(text) == 0 {
				return "", io.EOF
			}
		case backspace, del:
			runes := []rune(string(text))
			text = []byte(string(runes[:max(0, len(runes)-1)]))
		case ctrlU:
			text = nil
		default:
			if key[0] >= ' ' && len(text) < longest {
				text = append(text, key[0])
			}
		}
	}
}
