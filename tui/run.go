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

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
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

	if colourless(environ) {
		app.useTheme(ThemeNone)
	}
	program := tea.NewProgram(app, programOptions(ctx, environ, out)...)
	ended := make(chan struct{})
	caught := make(chan os.Signal, 1)
	go func() {
		select {
		case s := <-signals:
			caught <- s
			program.Quit()
		case <-ended:
		}
	}()
	_, err := program.Run()
	close(ended)
	select {
	case s := <-caught:
		if number, ok := s.(syscall.Signal); ok {
			return 128 + int(number), nil
		}
	default:
	}
	switch {
	case errors.Is(err, tea.ErrProgramPanic):
		return 1, errors.New("flarewire stopped by a fault of its own; the account was not touched by that. Please report the lines above")
	case err != nil:
		return 1, fmt.Errorf("the terminal could not be used: %w", err)
	}
	return 0, nil
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

// colourless tells that no colour may be sent. The library honours NO_COLOR only when it parses as true; the convention is:
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
