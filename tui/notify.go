package tui

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// NotifyMode is one of the choices of the --notify flag.
type NotifyMode string

// The modes. Bell rings the terminal's bell, Terminal asks the terminal for a notification of the desktop.
const (
	NotifyOff      NotifyMode = "off"
	NotifyBell     NotifyMode = "bell"
	NotifyTerminal NotifyMode = "terminal"
)

// ParseNotify reads a mode's name.
func ParseNotify(s string) (NotifyMode, error) {
	switch mode := NotifyMode(strings.ToLower(s)); mode {
	case NotifyOff, NotifyBell, NotifyTerminal:
		return mode, nil
	}
	return "", fmt.Errorf("unknown notification %q: use off, bell or terminal", s)
}

const bell = "\a"

// maxNotice bounds the text of a notification, in cells and in characters, of which several may share a cell: terminals and desktops
// cut longer ones.
const maxNotice = 160

// Notice is what to write to the terminal so that it notifies: "" when it is off. Terminals know OSC 9 or OSC 777 and
// ignore the other; which one is told from the environment. A console of Linux or a VT knows neither and would print it: it
// gets the bell. tmux and screen pass such sequences on only when they are told to, so the bell goes with it there.
func Notice(mode NotifyMode, environ []string, text string) string {
	switch mode {
	case NotifyBell:
		return bell
	case NotifyTerminal:
	default:
		return ""
	}
	term := getenv(environ, "TERM")
	sequence := notification(environ, noticeText(text, GlyphsFor(environ)))
	switch {
	case term == "linux" || strings.HasPrefix(term, "vt"):
		return bell
	case getenv(environ, "TMUX") != "" || strings.HasPrefix(term, "tmux"):
		return ansi.TmuxPassthrough(sequence) + bell
	case getenv(environ, "STY") != "":
		return ansi.ScreenPassthrough(sequence, 0) + bell
	case strings.HasPrefix(term, "screen"):
		return bell // which of the two it is cannot be told
	}
	return sequence
}

func notification(environ []string, text string) string {
	term := getenv(environ, "TERM")
	if getenv(environ, "VTE_VERSION") != "" || strings.HasPrefix(term, "rxvt") || strings.HasPrefix(term, "foot") {
		// A semicolon would end the text.
		return "\x1b]777;notify;flarewire;" + strings.ReplaceAll(text, ";", ",") + bell
	}
	// The name in front also keeps a text that begins with a number from being one of OSC 9's other commands.
	return ansi.Notify("flarewire: " + text)
}

// noticeText makes a text harmless inside an escape sequence, and short.
func noticeText(text string, g Glyphs) string {
	text = Clean(text)
	if all := []rune(text); len(all) > maxNotice {
		text = string(all[:maxNotice-1]) + Ellipsis
	}
	text = strings.TrimRight(Fit(text, min(maxNotice, max(1, Width(text)))), " ")
	if g == ASCIIGlyphs {
		return toASCII(text)
	}
	return text
}

// Notify writes the notice through the program's own output, so that it never lands inside a frame.
func Notify(mode NotifyMode, environ []string, text string) tea.Cmd {
	sequence := Notice(mode, environ, text)
	if sequence == "" {
		return nil
	}
	return tea.Raw(sequence)
}
