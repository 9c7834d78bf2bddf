//go:build !windows

package ptytest_test

import (
	"fmt"
	"strings"
	"testing"

	"flarewire/internal/testing/ptytest"
	"flarewire/internal/testing/ptytest/console"
)

// recorder is a testing.TB that remembers what was reported instead of failing.
type recorder struct {
	testing.TB
	said []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.said = append(r.said, fmt.Sprintf(format, args...))
}

type change struct {
	name     console.Mode
	set, end string
}

// changes are what programs do to a terminal, and how they undo it.
var changes = []change{
	{console.AltScreen, "\x1b[?1049h", "\x1b[?1049l"},
	{console.AltScreen, "\x1b[?1047h", "\x1b[?1047l"},
	{console.HiddenCursor, "\x1b[?25l", "\x1b[?25h"},
	{console.CursorShape, "\x1b[6 q", "\x1b[0 q"},
	{console.Mouse, "\x1b[?1002h\x1b[?1006h", "\x1b[?1002;1006l"},
	{console.FocusReports, "\x1b[?1004h", "\x1b[?1004l"},
	{console.BracketedPaste, "\x1b[?2004h", "\x1b[?2004l"},
	{console.SynchronizedOutput, "\x1b[?2026h", "\x1b[?2026l"},
	{console.UnicodeCore, "\x1b[?2027h", "\x1b[?2027l"},
	{console.KittyKeyboard, "\x1b[>1u", "\x1b[<u"},
	{console.KittyKeyboard, "\x1b[>1u\x1b[=7;1u", "\x1b[<1u"},
	{console.KittyKeyboard, "\x1b[=1u", "\x1b[=1;3u"},
	{console.KittyKeyboard, "\x1b[?1049h\x1b[>1u\x1b[?1049l", "\x1b[?1049h\x1b[<1u\x1b[?1049l"},
	{console.ModifyOtherKeys, "\x1b[>4;2m", "\x1b[>4m"},
	{console.CursorKeys, "\x1b[?1h", "\x1b[?1l"},
	{console.Keypad, "\x1b=", "\x1b>"},
	{console.AutoWrap, "\x1b[?7l", "\x1b[?7h"},
	{console.SGR, "\x1b[1;38;5;208m", "\x1b[22;39m"},
	{console.SGR, "\x1b[7m", "\x1b[m"},
	{console.Hyperlink, "\x1b]8;;https://example.com\x1b\\", "\x1b]8;;\x1b\\"},
	{console.CharacterSet, "\x1b(0", "\x1b(B"},
	{console.ScrollRegion, "\x1b[2;10r", "\x1b[1;24r"},
	{console.ScrollRegion, "\x1b[1;10r", "\x1b[r"},
	{console.TabStops, "\x1b[3g", "\x1b[?5W"},
	{console.BackgroundColor, "\x1b]11;#102030\x07", "\x1b]111\x07"},
	{console.CursorColor, "\x1b]12;red\x07", "\x1b]112\x07"},
	{console.Palette, "\x1b]4;1;red\x07", "\x1b]104\x07"},
	{console.ProgressBar, "\x1b]9;4;1;40\x07", "\x1b]9;4;0\x07"},
	{"private mode 1234", "\x1b[?1234h", "\x1b[?1234l"},
	{"ANSI mode 4", "\x1b[4h", "\x1b[4l"},
}

func TestEachModeLeftOnIsNoticed(t *testing.T) {
	t.Parallel()
	for _, change := range changes {
		term := play(t, "write", ptytest.Options{Args: []string{"some text" + change.set}})
		term.Wait()
		reported := &recorder{TB: t}
		term.AssertRestored(reported)
		if len(reported.said) != 1 || !strings.HasSuffix(reported.said[0], ": "+string(change.name)) {
			t.Errorf("after %q it says %q, want only %s", change.set, reported.said, change.name)
		}
	}
}

func TestEachModePutBackIsFine(t *testing.T) {
	t.Parallel()
	for _, change := range changes {
		term := play(t, "write", ptytest.Options{Args: []string{"some text" + change.set + "more" + change.end}})
		term.Wait()
		if reported := term.Modes(); len(reported) != 0 {
			t.Errorf("after %q and %q it says %q", change.set, change.end, reported)
		}
	}
}

func TestAFullResetPutsEverythingBack(t *testing.T) {
	var all strings.Builder
	for _, change := range changes {
		all.WriteString(change.set)
	}
	term := play(t, "write", ptytest.Options{Args: []string{all.String() + "\x1bc"}})
	term.Wait()
	term.AssertRestored(t)
}

func TestQuestionsChangeNothing(t *testing.T) {
	term := play(t, "write", ptytest.Options{
		Args: []string{"\x1b[?2026$p\x1b[?u\x1b[c\x1b[>0q\x1b]11;?\x07\x1b]4;1;?\x07\x1b[6n\x1b[?5W\x1b[?1048h\x1b]2;title\x07"},
	})
	term.Wait()
	term.AssertRestored(t)
}

func TestARawTerminalLeftBehindIsNoticed(t *testing.T) {
	term := play(t, "leave raw", ptytest.Options{})
	term.Wait()
	if modes := term.Modes(); len(modes) != 1 || modes[0] != console.Termios {
		t.Errorf("it says %q, want %q", modes, console.Termios)
	}
}
