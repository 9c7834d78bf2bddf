// Package ptytest runs the real program in a pseudo-terminal and lets a test read its screen as a grid:
//
//	term := ptytest.Start(t, ptytest.Options{Path: ptytest.Build(t), Args: []string{"--demo"}})
//	term.WaitText("Tunnels")
//	term.Press("enter")
//	term.WaitText("BGP")
//	term.Press("q")
//	term.Wait()
//	term.AssertRestored(t)
//
// Nothing sleeps or polls: waiting is woken by output. A method that fails ends the test, so call them from
// the test's own goroutine only. It is for tests: it must never be linked into the product.
package ptytest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"flarewire/internal/testing/ptytest/console"
	"flarewire/internal/testing/ptytest/grid"
)

// Screen is a copy of the terminal's screen at one moment.
type Screen = grid.Screen

// Cell is one place on the screen with its content and look.
type Cell = grid.Cell

// Mode names one thing about the terminal that a program changed; the names are in package console.
type Mode = console.Mode

// Answers says how the terminal answers the program's questions.
type Answers = console.Answers

// How the terminal answers; see package console.
const (
	AnswersLikeXterm = console.AnswersLikeXterm
	AnswersNothing   = console.AnswersNothing
	AnswersSlowly    = console.AnswersSlowly
	AnswersAllAtOnce = console.AnswersAllAtOnce
)

// Options is what to run and in which terminal.
type Options struct {
	Path string   // the program, usually from Build
	Args []string // without the program's name
	// Env is added to a minimal environment: TERM=xterm-256color, LANG=C.UTF-8, the tester's PATH, and HOME
	// and the XDG folders in a temporary folder. "NAME=value" replaces, "NAME" alone removes. Nothing else
	// of the tester's environment reaches the program.
	Env []string
	Dir string // where it runs; "" is the current directory

	Cols, Rows int // 0 is 80x24

	Answers     Answers
	AnswerDelay time.Duration // for AnswersSlowly; 0 is 200 ms
	// LightBackground: asked for its colours the terminal says black on white instead of white on black.
	LightBackground bool

	// Timeout is the limit of each wait; 0 is Patience.
	Timeout time.Duration
}

// Patience is the limit of a wait when nothing else is asked for. It is there for what hangs, and no measure of speed: other
// tests may have the machine, and the race detector may be on.
const Patience = 3 * time.Minute

// Terminal is a terminal with the program in it. When the test ends the program is killed, if it still runs.
type Terminal struct {
	*console.Console
	t       testing.TB
	timeout time.Duration
}

// Start runs the program. Where there are no pseudo-terminals (Windows) it skips the test.
func Start(t testing.TB, o Options) *Terminal {
	t.Helper()
	if raceDetector {
		o.Env = append([]string{"GORACE=atexit_sleep_ms=0"}, o.Env...) // or each program sleeps a second at its end
	}
	c, err := console.Start(console.Options{
		Path: o.Path, Args: o.Args, Env: console.Environment(t.TempDir(), o.Env), Dir: o.Dir,
		Cols: o.Cols, Rows: o.Rows,
		Answers: o.Answers, AnswerDelay: o.AnswerDelay, LightBackground: o.LightBackground,
	})
	if errors.Is(err, console.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Kill)
	if o.Timeout == 0 {
		o.Timeout = Patience
	}
	return &Terminal{Console: c, t: t, timeout: o.Timeout}
}

// Type sends the text as typed, character by character without the brackets of a paste.
func (term *Terminal) Type(text string) { term.Send(text) }

// Press sends the keys: names like "enter", "esc", "shift+tab", "ctrl+c", "f1", "pgdown", or single
// characters. After "esc" wait for what it does: a program takes esc and a key right behind it for alt.
func (term *Terminal) Press(keys ...string) {
	term.t.Helper()
	if err := term.Console.Press(keys...); err != nil {
		term.t.Fatal(err)
	}
}

// WaitFor waits until the condition holds and gives that screen. The condition should name all that the test
// goes on to read, because a frame can be seen half drawn. What says for the failure's message what was
// waited for, like "the detail view".
func (term *Terminal) WaitFor(what string, condition func(Screen) bool) Screen {
	term.t.Helper()
	ctx, cancel := term.deadline()
	defer cancel()
	screen, err := term.Console.WaitFor(ctx, condition)
	if err != nil {
		cols, rows := screen.Size()
		term.t.Fatalf("waiting for %s: %v; the screen (%dx%d) is\n%s", what, err, cols, rows, screen.Box())
	}
	return screen
}

// WaitSame waits until the other terminal shows the same text. What says for the failure's message what is compared.
func (term *Terminal) WaitSame(what string, other *Terminal) {
	term.t.Helper()
	ctx, cancel := term.deadline()
	defer cancel()
	if err := term.Console.WaitSame(ctx, other.Console); err != nil {
		term.t.Fatalf("waiting for %s to be the same: %v; one screen is\n%s\nand the other one\n%s", what, err, term.Screen().Box(),
			other.Screen().Box())
	}
}

// WaitText waits until the text is on the screen, within one line.
func (term *Terminal) WaitText(text string) Screen {
	term.t.Helper()
	return term.WaitFor(fmt.Sprintf("the text %q", text), func(s Screen) bool { return s.Contains(text) })
}

// WaitGone waits until the text is nowhere on the screen.
func (term *Terminal) WaitGone(text string) Screen {
	term.t.Helper()
	return term.WaitFor(fmt.Sprintf("the text %q to go", text), func(s Screen) bool { return !s.Contains(text) })
}

// Resize gives the terminal another size and tells the program.
func (term *Terminal) Resize(cols, rows int) {
	term.t.Helper()
	if err := term.Console.Resize(cols, rows); err != nil {
		term.t.Fatal(err)
	}
}

// Signal sends the signal to the program.
func (term *Terminal) Signal(sig os.Signal) {
	term.t.Helper()
	if err := term.Console.Signal(sig); err != nil {
		term.t.Fatal(err)
	}
}

// Close hangs up: for the program its terminal is gone, as when an SSH line drops.
func (term *Terminal) Close() {
	term.t.Helper()
	if err := term.Console.Close(); err != nil {
		term.t.Fatal(err)
	}
}

// Wait waits until the program has ended and all it wrote was read, and gives its exit code: as in a shell,
// 128 plus the signal's number when a signal ended it.
func (term *Terminal) Wait() int {
	term.t.Helper()
	ctx, cancel := term.deadline()
	defer cancel()
	code, err := term.Console.Wait(ctx)
	if err != nil {
		term.t.Fatalf("waiting for the program to end: %v; the screen is\n%s", err, term.Screen().Box())
	}
	return code
}

// AssertRestored fails the test when the program left the terminal changed: modes, keyboard protocols,
// colours, scroll region, tab stops, raw mode. Call it after Wait.
func (term *Terminal) AssertRestored(t testing.TB) {
	t.Helper()
	for _, mode := range term.Modes() {
		t.Errorf("the program ended and left the terminal changed: %s", mode)
	}
}

func (term *Terminal) deadline() (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(context.Background(), term.timeout,
		fmt.Errorf("nothing came of it in %v", term.timeout))
}
