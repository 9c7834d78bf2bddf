package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
)

// browseMsg asks for a page of the web; browsedMsg says how that ended.
type (
	browseMsg  struct{ what, url string }
	browsedMsg struct {
		browseMsg
		err error
	}
)

// Browse opens a page of the web in the browser of this machine; what is its name in a sentence. Where there is no browser, as over
// SSH, the
// address goes to the terminal's clipboard and stands above the keys as a link (OSC 8).
func Browse(what, url string) tea.Cmd { return func() tea.Msg { return browseMsg{what, url} } }

// browse opens the page, or hands its address to who asked.
func (a *App) browse(msg browseMsg) tea.Cmd {
	if open := a.opts.Browse; open != nil {
		return func() tea.Msg { return browsedMsg{msg, open(msg.url)} }
	}
	return a.link(msg)
}

func (a *App) browsed(msg browsedMsg) tea.Cmd {
	if msg.err != nil {
		return a.link(msg.browseMsg)
	}
	return Toast(Muted, "Opened in your browser: "+msg.what+", "+msg.url)
}

func (a *App) link(msg browseMsg) tea.Cmd {
	if a.lines != nil {
		return Toast(Muted, upperFirst(msg.what)+": "+msg.url)
	}
	text := upperFirst(msg.what) + " (also sent to the terminal's clipboard, OSC 52): " + msg.url
	return tea.Batch(tea.SetClipboard(msg.url), func() tea.Msg { return toastMsg{text: Clean(text), role: Muted, url: msg.url} })
}

// apart puts the address at the end of a message on lines of its own, from the first column on: broken, or behind other words, it cannot be
// copied with the mouse. The words before it have what is left of the lines.
func apart(c Canvas, t toastMsg, most int) []string {
	text, found := strings.CutSuffix(t.text, Clean(t.url))
	if t.url == "" || !found || Width(t.text)+toastMargin <= c.Width {
		return sentence(c, t.role, "", t.text, most)
	}
	var address []string
	for rest := Clean(t.url); rest != ""; {
		piece := ansi.Truncate(rest, c.Width, "")
		address, rest = append(address, Text(t.role, piece).Paint(c.Theme, c.Width)), rest[len(piece):]
	}
	if room := most - len(address); room > 0 {
		return append(sentence(c, t.role, "", strings.TrimSpace(text), room), address...)
	}
	return address
}

// linked makes every line of a message a link, also where it is broken: a terminal that knows no links shows the text alone.
func linked(t *Theme, lines []string, url string) []string {
	if url == "" || t.Glyphs == ASCIIGlyphs { // such terminals may show what they do not know
		return lines
	}
	url = strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f {
			return -1
		}
		return r
	}, url)
	out := make([]string, len(lines))
	for i, line := range lines {
		text := strings.TrimRight(line, " ")
		out[i] = "\x1b]8;;" + url + "\x1b\\" + text + "\x1b]8;;\x1b\\"
	}
	return out
}
