package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// asciiFor are the signs of our own that have a likeness in ASCII.
var asciiFor = map[string]string{
	Ellipsis: "~", "–": "-", "—": "-", "·": "-", "›": ">", "→": ">", "←": "<", "↑": "^", "↓": "v",
	"•": "*", "≤": "<", "▸": ">", "▾": "v",
	"╭": "+", "╮": "+", "╰": "+", "╯": "+", "─": "-", "│": "|", "━": "=", "╍": "~",
	"▁": "_", "▂": ".", "▃": "-", "▄": "=", "▅": "+", "▆": "*", "▇": "%", "█": "#",
}

// toASCII replaces every sign that ASCIIGlyphs are chosen to avoid, cell for cell: on a terminal that does
// not speak UTF-8 the bytes of any other sign are several wrong ones, and some of those are control
// characters (0x80 to 0x9f).
func toASCII(screen string) string {
	var b strings.Builder
	b.Grow(len(screen))
	for len(screen) > 0 {
		if screen[0] < 0x80 {
			b.WriteByte(screen[0])
			screen = screen[1:]
			continue
		}
		sign, width := ansi.FirstGraphemeCluster(screen, ansi.GraphemeWidth)
		if plain, ok := asciiFor[sign]; ok {
			b.WriteString(plain)
		} else {
			b.WriteString(strings.Repeat("?", width))
		}
		screen = screen[len(sign):]
	}
	return b.String()
}
