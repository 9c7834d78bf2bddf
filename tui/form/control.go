package form

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"github.com/charmbracelet/x/ansi"

	"flarewire/tui"
)

// control is the list below a field: one option is under the cursor, and of a list to tick from some are ticked. It is the one place
// that knows the library: a form of the library's own loses what is typed ahead, its lists do not.
type control interface {
	// move goes by so many options, down or up, and begins anew at the ends.
	move(by int)
	// hovered is the value under the cursor; ok is false when the filter leaves none.
	hovered() (value string, ok bool)
	// toggle ticks what the cursor is on, or takes the tick away.
	toggle()
	// draw is the list, at most listRows lines of width cells.
	draw(theme *tui.Theme, width int) []string
}

// listRows is how many options are seen at once.
const listRows = 6

// listKeys are the keys of the lists. Only we send them keys, so none but these are bound.
var listKeys = func() *huh.KeyMap {
	k := &huh.KeyMap{}
	k.Select.Up.SetKeys("up")
	k.Select.Down.SetKeys("down")
	k.Select.SetFilter.SetKeys("esc")
	k.MultiSelect.Up.SetKeys("up")
	k.MultiSelect.Down.SetKeys("down")
	k.MultiSelect.SetFilter.SetKeys("esc")
	k.MultiSelect.Toggle.SetKeys("space")
	return k
}()

// dress gives the library our roles. A list asks for its styles at every turn, so they are worked out once for a theme.
type dress struct {
	theme  *tui.Theme
	styles *huh.Styles
}

// Theme implements huh.Theme.
func (d *dress) Theme(bool) *huh.Styles { return d.styles }

func (d *dress) wear(theme *tui.Theme) {
	if d.theme == theme {
		return
	}
	d.theme, d.styles = theme, &huh.Styles{}
	f := &d.styles.Focused
	f.SelectSelector = theme.Style(tui.Accent).SetString(theme.Glyphs.Cursor + " ")
	f.MultiSelectSelector = f.SelectSelector
	f.SelectedOption, f.UnselectedOption = theme.Style(tui.Strong), theme.Style(tui.Plain)
	f.SelectedPrefix = theme.Style(tui.Strong).SetString("[" + theme.Glyphs.Mark + "] ")
	f.UnselectedPrefix = theme.Style(tui.Muted).SetString("[ ] ")
	d.styles.Blurred = *f
}

// list is what both kinds of lists have in common.
type list struct {
	update func(tea.Msg)
	view   func(width int) string
	at     func() (string, bool)
	dress  *dress
	widest int // cells of the widest label
	rows   int
}

func (l *list) hovered() (string, bool) { return l.at() }

func (l *list) move(by int) {
	code := tea.KeyDown
	if by < 0 {
		code, by = tea.KeyUp, -by
	}
	for range by {
		l.update(tea.KeyPressMsg{Code: code})
	}
}

func (l *list) toggle() {
	if _, ok := l.at(); ok { // the library would look behind the end of an empty list
		l.update(tea.KeyPressMsg{Code: tea.KeySpace, Text: " "})
	}
}

// narrow leaves the options whose label has the text in it.
func (l *list) narrow(filter string) {
	if filter == "" {
		return
	}
	l.update(tea.PasteMsg{Content: filter})
	l.update(tea.KeyPressMsg{Code: tea.KeyF20}) // a key that means nothing: the library filters at a key only
	if _, ok := l.at(); ok {
		l.update(tea.KeyPressMsg{Code: tea.KeyEscape}) // done typing; without a match this would show all again
	}
}

func (l *list) draw(theme *tui.Theme, width int) []string {
	l.dress.wear(theme)
	var out []string
	for line := range strings.SplitSeq(l.view(l.widest+8), "\n") { // with room for cursor and tick, so that no label is wrapped
		if len(out) == l.rows {
			break
		}
		out = append(out, ansi.Truncate(strings.TrimRight(line, " "), width, tui.Ellipsis))
	}
	return out
}

// newList makes the list of a field. at is the value that the cursor begins at, when there is no filter.
func newList(kind Control, options []Option, ticked []string, at, filter string) control {
	l := &list{dress: &dress{styles: &huh.Styles{}}, rows: min(listRows, len(options))}
	shown := make([]huh.Option[string], len(options))
	labels := aligned(options)
	for i, o := range options {
		label := labels[i]
		if strings.EqualFold(tui.Clean(o.Label), filter) {
			filter = label // as it stands in the list
		}
		if slices.ContainsFunc(shown[:i], func(s huh.Option[string]) bool { return s.Key == label }) {
			label += "  " + tui.Clean(o.Value) // the library knows an option by its label
		}
		shown[i] = huh.NewOption(label, o.Value)
		l.widest = max(l.widest, tui.Width(label))
	}
	if filter != "" {
		at = ""
	}
	if kind == Many {
		l.many(shown, ticked, filter)
	} else {
		l.one(shown, at, filter)
	}
	l.narrow(filter)
	l.view(l.widest + 8)                                   // the library scrolls only what it has drawn once
	l.update(tea.KeyPressMsg{Code: tea.KeyF20})            // and at a key: this one means nothing
	if to := index(options, at); to >= 0 && kind == Many { // it begins at the first option with a tick
		l.move(to - max(0, slices.IndexFunc(options, func(o Option) bool { return slices.Contains(ticked, o.Value) })))
	}
	return l
}

// aligned are the labels of options: what several of them say behind a gap begins below each other.
func aligned(options []Option) []string {
	const apart = "  "
	out, column := make([]string, len(options)), 0
	for i, o := range options {
		out[i] = tui.Clean(o.Label)
		if value, _, more := strings.Cut(out[i], apart); more {
			column = max(column, tui.Width(value))
		}
	}
	for i, label := range out {
		if value, rest, more := strings.Cut(label, apart); more {
			out[i] = tui.Fit(value, column) + apart + rest
		}
	}
	return out
}

func (l *list) one(options []huh.Option[string], at, filter string) {
	s := huh.NewSelect[string]()
	s.WithTheme(l.dress)
	s.WithKeyMap(listKeys)
	s.Value(&at).Options(options...)
	s.Filtering(filter != "")
	height := l.rows
	if filter != "" {
		height++ // the library counts the line of its filter, which is not shown
	}
	s.Height(height)
	s.Focus()
	l.update = func(msg tea.Msg) { s.Update(msg) }
	l.view = func(width int) string { return s.WithWidth(width).View() }
	l.at = s.Hovered
}

func (l *list) many(options []huh.Option[string], ticked []string, filter string) {
	held := slices.Clone(ticked)
	m := huh.NewMultiSelect[string]()
	m.WithTheme(l.dress)
	m.WithKeyMap(listKeys)
	m.Height(l.rows).Value(&held).Options(options...)
	m.Filtering(filter != "")
	m.Focus()
	l.update = func(msg tea.Msg) { m.Update(msg) }
	l.view = func(width int) string { return m.WithWidth(width).View() }
	l.at = m.Hovered
}
