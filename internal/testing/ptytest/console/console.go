// Package console runs a program in a pseudo-terminal and plays the terminal: it draws what the program
// writes, answers its questions and sends it keys. It knows no tests: package ptytest wraps it for them,
// the command termshot makes pictures with it. It must never be linked into the product.
package console

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/vt"

	"flarewire/internal/testing/ptytest/grid"
)

// Answers says how the terminal answers a program's questions (device attributes, modes, colours, cursor).
type Answers int

const (
	// AnswersLikeXterm answers at once what xterm answers.
	AnswersLikeXterm Answers = iota
	// AnswersNothing is a terminal, or a line to it, that never answers.
	AnswersNothing
	// AnswersSlowly answers after Options.AnswerDelay, as behind a slow line.
	AnswersSlowly
	// AnswersAllAtOnce answers nothing until it is asked for its primary device attributes, and then everything: a line on which the
	// answers are still under way when the next question is asked, however busy this machine is.
	AnswersAllAtOnce
)

// Options is what to run and in which terminal.
type Options struct {
	Path string   // the program
	Args []string // without the program's name
	Env  []string // the whole environment, "NAME=value"
	Dir  string   // where it runs; "" is the current directory

	Cols, Rows int // 0 is 80x24

	Answers     Answers
	AnswerDelay time.Duration // for AnswersSlowly; 0 is 200 ms
	// LightBackground: asked for its colours the terminal says black on white instead of white on black.
	LightBackground bool

	// Observe is told of everything the program writes, before it is drawn, with the time of its arrival.
	// It must neither block nor keep the bytes. Nil: nobody is told.
	Observe func(at time.Time, output []byte)
}

// ErrUnsupported is Start's error where the system has no pseudo-terminals we can use (Windows).
var ErrUnsupported = errors.New("no pseudo-terminal on this system: run this on Linux or macOS")

// Console is a terminal with one program in it. All methods may be called from any goroutine.
type Console struct {
	cmd    *exec.Cmd
	kill   context.CancelFunc
	master *os.File
	input  *inputQueue
	delay  time.Duration
	mute   bool
	hold   bool // see AnswersAllAtOnce

	observe func(at time.Time, output []byte)

	exited  chan struct{} // closed when the program is gone
	drained chan struct{} // closed when its last byte was read, too

	mu         sync.Mutex // guards all below; the emulator is not safe for concurrent use
	em         *vt.Emulator
	state      grid.State
	modes      *modeTracker
	transcript []byte
	changed    chan struct{} // closed and replaced whenever the program wrote
	before     lineDiscipline
	after      lineDiscipline
}

// Start runs the program. The caller ends it with Kill or waits for it with Wait.
func Start(o Options) (*Console, error) {
	if o.Cols <= 0 || o.Rows <= 0 {
		o.Cols, o.Rows = 80, 24
	}
	if o.AnswerDelay <= 0 {
		o.AnswerDelay = 200 * time.Millisecond
	}
	c := &Console{
		em: vt.NewEmulator(o.Cols, o.Rows), modes: newModeTracker(o.Rows),
		mute: o.Answers == AnswersNothing, hold: o.Answers == AnswersAllAtOnce, exited: make(chan struct{}), drained: make(chan struct{}),
		changed: make(chan struct{}), observe: o.Observe,
	}
	if o.Answers == AnswersSlowly {
		c.delay = o.AnswerDelay
	}
	if o.LightBackground {
		c.em.SetDefaultBackgroundColor(color.White)
		c.em.SetDefaultForegroundColor(color.Black)
	}
	c.em.SetCallbacks(vt.Callbacks{
		CursorVisibility: func(visible bool) { c.state.CursorHidden = !visible },
		Title:            func(title string) { c.state.Title = title },
	})
	if err := c.start(o); err != nil {
		return nil, fmt.Errorf("cannot start %s in a pseudo-terminal: %w", o.Path, err)
	}
	c.input = newInputQueue(c.master)
	go c.readAnswers()
	go c.readOutput()
	go func() {
		_ = c.cmd.Wait() // the exit status is read from ProcessState
		close(c.exited)
	}()
	return c, nil
}

// readOutput draws what the program writes until its side of the terminal is closed by everyone.
func (c *Console) readOutput() {
	defer close(c.drained)
	defer c.closeAnswers()
	for {
		// All that is there at once: a frame is then seldom seen half drawn, and a character made of
		// several runes is not torn.
		chunk, err := c.readAvailable()
		if len(chunk) > 0 && c.observe != nil {
			c.observe(time.Now(), chunk)
		}
		c.mu.Lock()
		if len(chunk) > 0 {
			c.transcript = append(c.transcript, chunk...)
			c.modes.write(chunk)
			_, _ = c.em.Write(chunk)
			// An empty write returns when readAnswers is back for more: so the answers to what is now on
			// the screen go before any key that is pressed because of it.
			_, _ = c.em.InputPipe().Write(nil)
		}
		if err != nil {
			c.after = c.readLineDiscipline()
		}
		close(c.changed)
		c.changed = make(chan struct{})
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// deviceAttributes is the answer to a question for the primary device attributes.
var deviceAttributes = regexp.MustCompile(`\x1b\[\?[0-9;]*c`)

// readAnswers carries what the emulator answers to the program. Without it the emulator would hang.
func (c *Console) readAnswers() {
	buf := make([]byte, 4096)
	var held []byte
	for {
		n, err := c.em.Read(buf)
		if err != nil {
			return
		}
		answer := slices.Clone(buf[:n])
		if c.hold {
			if held = append(held, answer...); !deviceAttributes.Match(answer) {
				continue
			}
			answer, held, n = held, nil, len(held)
		}
		switch {
		case c.mute || n == 0:
		case c.delay > 0:
			time.AfterFunc(c.delay, func() { c.input.add(answer) })
		default:
			c.input.add(answer)
		}
	}
}

// closeAnswers ends readAnswers. The emulator's own Close races with its Read.
func (c *Console) closeAnswers() {
	if pipe, ok := c.em.InputPipe().(io.Closer); ok {
		_ = pipe.Close()
	}
}

// Send sends the bytes as they are, as if the terminal had produced them. It never blocks: what the program
// does not read yet waits.
func (c *Console) Send(raw string) { c.input.add([]byte(raw)) }

// Press sends the keys, named like "enter", "esc", "shift+tab", "ctrl+c", "f1", "pgdown", or as a single
// character. A program takes esc and a key right after it for alt and that key: wait between the two for
// what esc does.
func (c *Console) Press(keys ...string) error {
	c.mu.Lock()
	applicationCursor := c.modes.isSet(1)
	c.mu.Unlock()
	var all strings.Builder
	for _, key := range keys {
		seq, err := encodeKey(key, applicationCursor)
		if err != nil {
			return err
		}
		all.WriteString(seq)
	}
	c.Send(all.String())
	return nil
}

// Paste sends the text as a terminal does: with the brackets of bracketed paste when the program asked for
// them, line feeds as carriage returns.
func (c *Console) Paste(text string) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\r"), "\n", "\r")
	c.mu.Lock()
	bracketed := c.modes.isSet(2004)
	c.mu.Unlock()
	if bracketed {
		text = bracketPaste(text)
	}
	c.Send(text)
}

// Screen is the screen now.
func (c *Console) Screen() grid.Screen {
	s, _ := c.look()
	return s
}

// look gives the screen and a channel that is closed when it may have changed.
func (c *Console) look() (grid.Screen, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return grid.Capture(c.em, c.state), c.changed
}

// WaitFor returns the first screen for which the condition holds. It looks again whenever the program wrote
// something, so a condition should name all that the caller goes on to read. The error, when the context or
// the program ends first, says which; the screen is then the last one.
func (c *Console) WaitFor(ctx context.Context, condition func(grid.Screen) bool) (grid.Screen, error) {
	for {
		finished := c.finished() // before the look: what was written last must be seen
		screen, changed := c.look()
		if condition(screen) {
			return screen, nil
		}
		if finished {
			return screen, fmt.Errorf("the program ended with exit code %d", c.exitCode())
		}
		select {
		case <-changed:
		case <-c.drained:
			select { // drained but not yet exited: a program may close its terminal first
			case <-c.exited:
			case <-ctx.Done():
				return screen, context.Cause(ctx)
			}
		case <-ctx.Done():
			return screen, context.Cause(ctx)
		}
	}
}

// WaitSame waits until another program's screen shows the same text: it looks again whenever either wrote something. The error, when the
// context ends first, is why it ended.
func (c *Console) WaitSame(ctx context.Context, other *Console) error {
	for {
		here, changedHere := c.look()
		there, changedThere := other.look()
		if here.Text() == there.Text() {
			return nil
		}
		select {
		case <-changedHere:
		case <-changedThere:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (c *Console) finished() bool {
	for _, done := range []chan struct{}{c.exited, c.drained} {
		select {
		case <-done:
		default:
			return false
		}
	}
	return true
}

// Wait waits until the program has ended and its last byte is on the screen, and gives its exit code: as in
// a shell, 128 plus the signal's number when a signal ended it.
func (c *Console) Wait(ctx context.Context) (int, error) {
	for _, done := range []chan struct{}{c.exited, c.drained} {
		select {
		case <-done:
		case <-ctx.Done():
			return -1, context.Cause(ctx)
		}
	}
	return c.exitCode(), nil
}

// Transcript is a copy of every byte the program wrote.
func (c *Console) Transcript() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.transcript)
}

// Pid is the program's process id, for whoever measures it.
func (c *Console) Pid() int { return c.cmd.Process.Pid }

// BytesWritten is how many bytes the program wrote.
func (c *Console) BytesWritten() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.transcript)
}

// Modes lists what the program has changed about the terminal and not put back, sorted. Terminal attributes
// (raw mode, echo) are compared once the program has ended, and not after Close: nothing is left then.
func (c *Console) Modes() []Mode {
	c.mu.Lock()
	defer c.mu.Unlock()
	modes := c.modes.changed()
	if c.before.differs(c.after) {
		modes = append(modes, Termios)
	}
	return modes
}

// Close hangs up: the terminal is gone for the program, as when its window closes or the SSH line drops.
// The kernel sends it SIGHUP. Wait still tells how it ends.
func (c *Console) Close() error {
	c.input.close()
	if err := c.master.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("cannot close the terminal: %w", err)
	}
	return nil
}

// Kill ends the program and all it started in this terminal, and frees the terminal.
func (c *Console) Kill() {
	c.kill()
	<-c.exited
	_ = c.Close()
	<-c.drained
}
