package tui_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"flarewire/tui"
)

// Each terminal gets the one sequence that it understands.
func TestNoticeForEveryTerminal(t *testing.T) {
	const text = "fra-dc1-gre: session down; was up"
	for _, c := range []struct {
		mode    tui.NotifyMode
		environ string
		want    string
	}{
		{tui.NotifyOff, "TERM=xterm-256color", ""},
		{"", "TERM=xterm-256color", ""},
		{tui.NotifyBell, "TERM=xterm-256color", "\a"},
		{tui.NotifyTerminal, "TERM=xterm-256color", "\x1b]9;flarewire: fra-dc1-gre: session down; was up\a"},
		{tui.NotifyTerminal, "TERM=xterm-256color VTE_VERSION=7600", "\x1b]777;notify;flarewire;fra-dc1-gre: session down, was up\a"},
		{tui.NotifyTerminal, "TERM=rxvt-unicode-256color", "\x1b]777;notify;flarewire;fra-dc1-gre: session down, was up\a"},
		{tui.NotifyTerminal, "TERM=linux", "\a"},
		{tui.NotifyTerminal, "TERM=vt220", "\a"},
		{tui.NotifyTerminal, "TERM=screen-256color", "\a"},
		{tui.NotifyTerminal, "TERM=tmux-256color", "\x1bPtmux;\x1b\x1b]9;flarewire: fra-dc1-gre: session down; was up\a\x1b\\\a"},
		{tui.NotifyTerminal, "TERM=screen-256color TMUX=/tmp/tmux-0/default,1,0",
			"\x1bPtmux;\x1b\x1b]9;flarewire: fra-dc1-gre: session down; was up\a\x1b\\\a"},
		{tui.NotifyTerminal, "TERM=screen STY=1.pts", "\x1bP\x1b]9;flarewire: fra-dc1-gre: session down; was up\a\x1b\\\a"},
	} {
		if got := tui.Notice(c.mode, strings.Fields(c.environ), text); got != c.want {
			t.Errorf("%s with %s:\n%q, want\n%q", c.mode, c.environ, got, c.want)
		}
	}
}

// Whoever may name a tunnel must not reach the terminal through a notification.
func TestNoticeIsHarmless(t *testing.T) {
	for _, hostile := range []string{"\x1b]52;c;cHduZWQ=\x07", "a\x07b", "\u009c\u009b31m", "x\x1b\\\x1b[2J", "\r\nnext", "\u202egnp"} {
		for _, environ := range []string{"TERM=xterm", "TERM=foot", "TERM=xterm LANG=C"} {
			got := tui.Notice(tui.NotifyTerminal, strings.Fields(environ), hostile)
			body := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(got, "\x1b]9;"), "\x1b]777;"), "\a")
			if strings.ContainsFunc(body, func(r rune) bool { return r < ' ' || (r >= 0x7f && r <= 0x9f) || r == '\u202e' }) {
				t.Errorf("%s: %q became %q", environ, hostile, got)
			}
		}
	}
	if got := tui.Notice(tui.NotifyTerminal, []string{"TERM=xterm"}, strings.Repeat("long ", 1000)); len(got) > 250 {
		t.Errorf("%d bytes", len(got))
	}
	for name, piled := range piledUp {
		for _, environ := range []string{"TERM=xterm", "TERM=foot", "TERM=xterm TMUX=1", "TERM=screen STY=1", "TERM=xterm LANG=C"} {
			got := tui.Notice(tui.NotifyTerminal, strings.Fields(environ), strings.Repeat(piled, 100)+": session down")
			if n := utf8.RuneCountInString(got); n > 200 {
				t.Errorf("%s, %s: %d characters", name, environ, n)
			}
		}
	}
	if got := tui.Notice(tui.NotifyTerminal, []string{"TERM=xterm", "LANG=C"}, "naïve → 東"); got != "\x1b]9;flarewire: na?ve > ??\a" {
		t.Errorf("without UTF-8: %q", got)
	}
}

func TestParseNotify(t *testing.T) {
	if mode, err := tui.ParseNotify("Bell"); err != nil || mode != tui.NotifyBell {
		t.Error(mode, err)
	}
	if _, err := tui.ParseNotify("loud"); err == nil || !strings.Contains(err.Error(), "off, bell or terminal") {
		t.Error(err)
	}
}

// piledUp are names in which hundreds of characters share one place on the screen.
var piledUp = map[string]string{
	"accents":         "e" + strings.Repeat("\u0301", 300),
	"several accents": "e" + strings.Repeat("\u0301\u0323\u0489", 100),
	"vowels":          "\u1100" + strings.Repeat("\u1161", 300),
	"skin tones":      "\U0001f44d" + strings.Repeat("\U0001f3ff", 300),
	"spacing marks":   "\u0915" + strings.Repeat("\u093e", 300),
	"variations":      "\u2764" + strings.Repeat("\ufe0f", 300),
	"joined pictures": strings.Repeat("\U0001f469\u200d", 300),
	"conjuncts":       strings.Repeat("\u0915\u094d", 300),
	"Thai vowels":     "\u0e01" + strings.Repeat("\u0e33", 300),
	"nothing below":   strings.Repeat("\u0300", 300),
}

// Whatever joins characters, one place on the screen holds only so many of them: the others would be painted over its neighbours, or
// make a short line of kilobytes.
func TestOnePlaceOnTheScreenHoldsFewCharacters(t *testing.T) {
	for name, text := range piledUp {
		clean := tui.Clean("fra-" + text + "-gre")
		if n, cells := utf8.RuneCountInString(clean), tui.Width(clean); n > 24*cells {
			t.Errorf("%s: %d characters in %d cells", name, n, cells)
		}
		for rest := clean; rest != ""; {
			one, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
			if n := utf8.RuneCountInString(one); n > 20 {
				t.Errorf("%s: %d characters in one place", name, n)
			}
			rest = rest[len(one):]
		}
		if !strings.HasPrefix(clean, "fra-") || !strings.HasSuffix(clean, "-gre") {
			t.Errorf("%s: the rest of the name is not whole: %q", name, clean)
		}
	}
	for _, written := range []string{"Việt e\u0323\u0302", "क्ष्म्य", "\u1112\u1161\u11ab", "ကြောင့်", "บ้านน้ำ", "👍🏽"} {
		if got := tui.Clean(written + " in a text of some length"); got != written+" in a text of some length" {
			t.Errorf("%q became %q", written, got)
		}
	}
}
