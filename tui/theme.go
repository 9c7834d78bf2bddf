package tui

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
)

// Role is what a piece of text means. Views name roles, never colours; the theme decides what a role
// looks like, and a state is always a word and a glyph too, never a colour alone.
type Role uint8

// The roles.
const (
	Plain     Role = iota
	Muted          // labels, hints, what is secondary
	Strong         // headings, names
	Good           // up, healthy
	Pending        // establishing, provisioning, degraded
	Bad            // down, refused, failed
	Accent         // keys, the place one is at
	Selected       // the row or field under the cursor
	Bar            // header and footer
	Alarm          // a word that must be seen at a glance, whatever else is on the screen
	roleCount      // how many there are
)

// ThemeName is one of the choices of the --theme flag.
type ThemeName string

// The themes. Auto starts with ANSI, which is readable on every background because it uses the
// user's own palette, and changes to Dark or Light when the terminal has told its background.
const (
	ThemeAuto  ThemeName = "auto"
	ThemeDark  ThemeName = "dark"
	ThemeLight ThemeName = "light"
	ThemeANSI  ThemeName = "ansi"
	ThemeNone  ThemeName = "none"
)

// ParseTheme reads a theme's name.
func ParseTheme(s string) (ThemeName, error) {
	switch name := ThemeName(strings.ToLower(s)); name {
	case ThemeAuto, ThemeDark, ThemeLight, ThemeANSI, ThemeNone:
		return name, nil
	}
	return "", fmt.Errorf("unknown theme %q: use auto, dark, light, ansi or none", s)
}

// Theme holds the escape sequences of every role, worked out once, and the glyphs.
type Theme struct {
	Name   ThemeName
	Glyphs Glyphs
	styles [roleCount]lipgloss.Style
	open   [roleCount]string
	close  [roleCount]string
}

// Glyphs are the symbols that stand beside state words.
type Glyphs struct {
	Up, Pending, Down, None, Unknown, Mark, Cursor, SortUp, SortDown, Crumb, Dot string
}

// ForRole is the sign of a judgement: of what is good, pending or bad; of every other role, that it is not known.
func (g Glyphs) ForRole(r Role) string {
	switch r {
	case Good:
		return g.Up
	case Pending:
		return g.Pending
	case Bad:
		return g.Down
	}
	return g.Unknown
}

// UnicodeGlyphs need no special font: all are in the common monospaced ones.
var UnicodeGlyphs = Glyphs{
	Up: "●", Pending: "◐", Down: "✗", None: "○", Unknown: "?", Mark: "✓", Cursor: "▌",
	SortUp: "▲", SortDown: "▼", Crumb: "›", Dot: "·",
}

// ASCIIGlyphs serve terminals whose font or encoding is not to be trusted (TERM=linux, vt100, LANG=C).
var ASCIIGlyphs = Glyphs{
	Up: "+", Pending: "~", Down: "x", None: "o", Unknown: "?", Mark: "*", Cursor: ">",
	SortUp: "^", SortDown: "v", Crumb: ">", Dot: "-",
}

// NewTheme works out a theme. Auto is the same as ANSI here.
func NewTheme(name ThemeName, glyphs Glyphs) *Theme {
	t := &Theme{Name: name, Glyphs: glyphs}
	for role, style := range palette(name) {
		t.styles[role] = style
		t.open[role], t.close[role] = bracket(style)
	}
	return t
}

// PlainTheme writes no escape sequence at all, for pipes and files.
func PlainTheme(glyphs Glyphs) *Theme { return &Theme{Name: ThemeNone, Glyphs: glyphs} }

// bracket splits what a style writes around a text into the part before and the part after.
func bracket(s lipgloss.Style) (before, after string) {
	const probe = "x"
	before, after, _ = strings.Cut(s.Render(probe), probe)
	return before, after
}

// Style returns the role's style for the rare case that needs one (input fields).
func (t *Theme) Style(r Role) lipgloss.Style { return t.styles[r] }

// Paint dresses text in a role.
func (t *Theme) Paint(r Role, text string) string {
	if text == "" || t.open[r] == "" {
		return text
	}
	return t.open[r] + text + t.close[r]
}

func palette(name ThemeName) map[Role]lipgloss.Style {
	s := lipgloss.NewStyle
	switch name {
	case ThemeDark:
		return coloured(hues{muted: "#9e9e9e", good: "#5fd787", pending: "#ffd75f", bad: "#ff8787",
			accent: "#5fd7ff", selFg: "#ffffff", selBg: "#005f87", barFg: "#d0d0d0", barBg: "#303030"})
	case ThemeLight:
		return coloured(hues{muted: "#5f5f5f", good: "#006b2d", pending: "#7a4f00", bad: "#b00020",
			accent: "#005f87", selFg: "#000000", selBg: "#b3dcf2", barFg: "#303030", barBg: "#e4e4e4"})
	case ThemeNone:
		return map[Role]lipgloss.Style{Strong: s().Bold(true), Bad: s().Bold(true),
			Selected: s().Reverse(true), Bar: s().Reverse(true), Alarm: s().Bold(true), Accent: s().Bold(true)}
	default:
		return map[Role]lipgloss.Style{
			Muted: s().Faint(true), Strong: s().Bold(true), Good: s().Foreground(lipgloss.Green),
			Pending: s().Foreground(lipgloss.Yellow), Bad: s().Foreground(lipgloss.Red).Bold(true),
			Accent: s().Foreground(lipgloss.Cyan), Selected: s().Reverse(true), Bar: s().Reverse(true),
			Alarm: s().Foreground(lipgloss.Red).Bold(true).Reverse(true)}
	}
}

type hues struct{ muted, good, pending, bad, accent, selFg, selBg, barFg, barBg string }

func coloured(h hues) map[Role]lipgloss.Style {
	fg := func(hex string) lipgloss.Style { return lipgloss.NewStyle().Foreground(lipgloss.Color(hex)) }
	return map[Role]lipgloss.Style{
		Muted: fg(h.muted), Strong: lipgloss.NewStyle().Bold(true), Good: fg(h.good), Pending: fg(h.pending),
		Bad: fg(h.bad).Bold(true), Accent: fg(h.accent),
		Selected: fg(h.selFg).Background(lipgloss.Color(h.selBg)).Bold(true),
		Bar:      fg(h.barFg).Background(lipgloss.Color(h.barBg)),
		Alarm:    fg("#ffffff").Background(lipgloss.Color("#af0000")).Bold(true),
	}
}
