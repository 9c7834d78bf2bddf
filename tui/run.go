package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"golang.org/x/term"
)

// Frames per second: the frame clock is the whole idle cost, and held keys over a slow line are
// merged by a lower one.
const (
	fpsLocal = 30
	fpsSSH   = 20
)

// Run shows the program on the terminal until it is left, and returns the exit code: 0 after quit,
// 128 plus the number after a signal, 1 after trouble with the terminal or a panic. The terminal is
// restored in every case.
func Run(ctx context.Context, app *App, environ []string, out io.Writer) (int, error) {
	signals := make(chan os.Signal, 1)
	// The last two would end the program at once, with the terminal as it is.
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGTERM, os.Interrupt, syscall.SIGABRT, syscall.SIGQUIT)
	defer signal.Stop(signals)
	continued := make(chan os.Signal, 1)
	notifyContinued(continued)
	defer signal.Stop(continued)
	suspend := make(chan struct{}, 1)
	app.suspend = func() {
		select {
		case suspend <- struct{}{}:
		default: // it is being stopped already
		}
	}

	if colourless(environ) {
		app.useTheme(ThemeNone)
	}
	keys := &keyboard{File: os.Stdin}
	defer keys.leave()
	program := tea.NewProgram(app, append(programOptions(ctx, environ, out), tea.WithInput(keys))...)
	before, _ := term.GetState(int(os.Stdin.Fd())) // nil where it is no terminal: there is nothing to restore
	asking(app.opts.Theme == ThemeAuto)
	ended := make(chan error, 1)
	go func() {
		_, err := program.Run()
		ended <- err
	}()
	for {
		select {
		case s := <-signals:
			return ending(program, s, ended, before)
		case <-suspend:
			suspended(program)
			forget(continued)
		case <-continued:
			// Somebody else has stopped it, and the shell has set the terminal to its own liking since.
			if program.ReleaseTerminal() == nil {
				regained(program)
			}
		case err := <-ended:
			return exitOf(err)
		}
	}
}

// stuckAfter is how long the end of the program may take when a signal asks for it. A terminal that takes no output,
// a line that hangs or ctrl+s, would hold it up for ever.
const stuckAfter = 3 * time.Second

// ending ends the program because of a signal.
func ending(program *tea.Program, s os.Signal, ended <-chan error, before *term.State) (int, error) {
	go program.Quit() // it waits while the program is busy with its output
	select {
	case err := <-ended:
		_ = err // it was asked to end: the signal's number says how
	case <-time.After(stuckAfter):
		// What can be restored without writing: whoever reads from the terminal next finds it as it was.
		if before != nil {
			_ = term.Restore(int(os.Stdin.Fd()), before)
		}
	}
	if number, ok := s.(syscall.Signal); ok {
		return 128 + int(number), nil
	}
	return 1, nil
}

// exitOf is the exit code of how the program ended by itself.
func exitOf(err error) (int, error) {
	switch {
	case errors.Is(err, tea.ErrProgramPanic):
		return 1, errors.New("flarewire stopped by a fault of its own; the account was not touched by that. Please report the lines above")
	case err != nil:
		return 1, fmt.Errorf("the terminal could not be used: %w", err)
	}
	return 0, nil
}

// suspended gives the terminal back, stops the program, and draws everything anew when it goes on. The library's own
// way waits for ever where there is no shell that could go on with the program.
func suspended(program *tea.Program) {
	if program.ReleaseTerminal() != nil {
		return
	}
	stopped := stop()
	regained(program)
	if !stopped {
		program.Send(toastMsg{text: "There is no shell to go back to; q quits", role: Muted})
	}
}

// regained takes the terminal again and draws everything anew.
func regained(program *tea.Program) {
	_ = program.RestoreTerminal() // what cannot be restored shows when the next frame is drawn
	program.Send(tea.ClearScreen())
}

// forget takes a signal that has been seen to already.
func forget(signals <-chan os.Signal) {
	select {
	case <-signals:
	default:
	}
}

func programOptions(ctx context.Context, environ []string, out io.Writer) []tea.ProgramOption {
	fps := fpsLocal
	if getenv(environ, "SSH_TTY") != "" || getenv(environ, "SSH_CONNECTION") != "" {
		fps = fpsSSH
	}
	opts := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithFPS(fps), tea.WithOutput(out), tea.WithEnvironment(environ),
		// We handle them all ourselves, because the library leaves SIGHUP out.
		tea.WithoutSignalHandler(),
	}
	switch {
	case colourless(environ):
		opts = append(opts, tea.WithColorProfile(colorprofile.ASCII))
	case getenv(environ, "TERM") == "linux":
		// The console has 16 colours, even when COLORTERM came along from another terminal.
		opts = append(opts, tea.WithColorProfile(colorprofile.ANSI))
	}
	return opts
}

// colourless reports whether no colour may be sent. The library honours NO_COLOR only when it parses as true; the convention is:
// any value. The terminals of DEC's line up to the VT4xx have none, and some show what they do not know as text.
func colourless(environ []string) bool {
	return getenv(environ, "NO_COLOR") != "" || strings.HasPrefix(getenv(environ, "TERM"), "vt")
}

// FullScreenTrouble says why the full screen cannot be used here; empty when it can.
func FullScreenTrouble(environ []string, stdinTTY, stdoutTTY bool) string {
	switch {
	case !stdoutTTY || !stdinTTY:
		return "the full-screen program needs a terminal"
	case getenv(environ, "TERM") == "dumb" || getenv(environ, "TERM") == "":
		return "this terminal (TERM=" + getenv(environ, "TERM") + ") cannot show a full screen"
	}
	return ""
}

// GlyphsFor chooses the symbols that the terminal and its encoding can be trusted with.
func GlyphsFor(environ []string) Glyphs {
	term := getenv(environ, "TERM")
	if term == "linux" || strings.HasPrefix(term, "vt") {
		return ASCIIGlyphs
	}
	// The first of these that is set decides, as in every program that follows POSIX.
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := getenv(environ, name); v != "" {
			if up := strings.ToUpper(v); strings.Contains(up, "UTF-8") || strings.Contains(up, "UTF8") {
				return UnicodeGlyphs
			}
			return ASCIIGlyphs
		}
	}
	return UnicodeGlyphs
}

func getenv(environ []string, name string) string {
	for i := len(environ) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(environ[i], name+"="); ok {
			return v
		}
	}
	return ""
}
