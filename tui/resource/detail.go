package resource

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/table"
)

// Detail is the page of one object. It follows the object by id over every refresh.
type Detail struct {
	*untyped
	id   string
	row  table.Row
	gone bool      // no longer among the rows; the last known state stays on the screen
	seen time.Time // of which look the state is
	lost time.Time // of which look it was missing first, while it is gone

	asleep     bool // it is not on the stack
	finding    finder
	generation int // how often the object was taken
	ahead      ahead
	pane
}

// pane is what a detail page shows, and where one is on it. It does not know the object.
type pane struct {
	field    int // the field under the cursor, counted over all sections
	scroll   tui.Scroll
	count    int
	atCursor Field // the field under the cursor, and the title of its section
	section  string
	order    []Section // as they were drawn last, in the order of the cursor
	moved    bool      // the cursor was moved since it was last drawn
	told     time.Time // when the page was last told in words
}

// NewDetail makes the page of row.
func NewDetail[T any](desc Description[T], source Source[T], row T) *Detail {
	return newDetail(describe(desc, source), &row)
}

func newDetail(k *untyped, row table.Row) *Detail {
	return &Detail{untyped: k, id: k.desc.ID(row), row: row}
}

// Title implements tui.View.
func (d *Detail) Title() string {
	if d.desc.Title != nil {
		return d.desc.Title(d.row)
	}
	return d.desc.Name(d.row)
}

// Init implements tui.View. Until a page is on the screen it gets no messages: what came since it was made is taken now.
// An object that is not among the rows yet, as one just made, is not gone.
func (d *Detail) Init() tea.Cmd {
	d.takeRow()
	return d.opened(d.id)
}

// Needs names what the page rests on; see Source.Needs.
func (d *Detail) Needs() []string { return d.needs(d.id) }

// takeRow takes the object anew, and reports whether it is among the rows.
func (d *Detail) takeRow() bool {
	d.generation++
	row, ok := d.byID(d.id)
	if ok {
		d.row, d.seen = row, d.source.Status().Updated
	}
	return ok
}

// Sleep implements tui.Sleeper.
func (d *Detail) Sleep() { d.asleep = true }

// Wake implements tui.Sleeper: an object that was deleted meanwhile is said to be gone, with its last known state.
func (d *Detail) Wake() tea.Cmd {
	d.asleep = false
	return tea.Batch(d.opened(d.id), d.renew())
}

// Status implements tui.StatusReporter.
func (d *Detail) Status() tui.Status { return d.source.Status() }

// Update implements tui.View.
func (d *Detail) Update(msg tea.Msg) tea.Cmd {
	if d.finding.typing {
		switch msg := msg.(type) {
		case tea.KeyPressMsg:
			return d.findKey(msg)
		case tea.PasteMsg:
			d.finding.input, _ = d.finding.input.Update(msg)
			d.lookFor(0)
			return nil
		}
	}
	if d.ahead.first.Update(d, msg) || d.asleep || !d.source.Announces(msg) {
		return nil
	}
	return d.renew()
}

// renew takes the object anew, or notes that it is gone.
func (d *Detail) renew() tea.Cmd {
	// A list that could not be read so far does not say that the object is gone.
	there, looked := d.takeRow(), d.source.Status().Updated
	if d.gone = !there && !looked.IsZero(); !d.gone {
		d.lost = time.Time{}
	} else if d.lost.IsZero() {
		d.lost = looked
	}
	return d.looked(d.id)
}

// Actions implements tui.View.
func (d *Detail) Actions() []tui.Action {
	if d.finding.typing {
		return table.TypingActions("next", "stay here")
	}
	out := append(d.acts(), copyJSON(d.json(d.row, true)), d.findAction(), refreshAction(d.source.Refresh))
	if !d.gone {
		out = append(out, d.writes(d.row, true)...)
	}
	return append(yielding(out), d.ahead.first.Follow(d, d.moves())...)
}

// acts are what can be done with the field under the cursor.
func (d *pane) acts() []tui.Action {
	why := ""
	if d.atCursor.Value == "" || d.atCursor.Prose {
		why = "there is no value under the cursor"
	}
	var out []tui.Action
	if open := d.atCursor.Open; open != nil {
		out = append(out, tui.Action{Name: "open", Keys: []string{"enter"}, Short: "open", Footer: true,
			Long: "Open what the line under the cursor refers to", Run: func() tea.Cmd { return tui.Push(open()) }})
	}
	return append(out, tui.Action{Name: "copy", Keys: []string{"y"}, Short: "copy value", Footer: true, Class: tui.Common, Why: why,
		Long: "Copy the value under the cursor", Run: func() tea.Cmd { return copied(d.atCursor.Value) }})
}

func (d *pane) moves() []tui.Action {
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd { d.field, d.moved = max(0, min(d.field+by, d.count-1)), true; return nil }
	}
	return []tui.Action{
		{Name: "up", Move: true, Keys: []string{"up", "k"}, Long: "Move to the field above", Run: move(-1)},
		{Name: "down", Move: true, Keys: []string{"down", "j"}, Long: "Move to the field below", Run: move(1)},
		{Name: "page-up", Move: true, Keys: []string{"pgup", "ctrl+b"}, Long: "Move up ten fields", Run: move(-10)},
		{Name: "page-down", Move: true, Keys: []string{"pgdown", "ctrl+f"}, Long: "Move down ten fields", Run: move(10)},
		{Name: "top", Move: true, Keys: []string{"g", "home"}, Long: "Go to the first field", Run: move(-1 << 20)},
		{Name: "bottom", Move: true, Keys: []string{"G", "end"}, Long: "Go to the last field", Run: move(1 << 20)},
	}
}

// twoColumns is the width from which sections stand side by side.
const twoColumns = 110

// Draw implements tui.View.
func (d *Detail) Draw(c tui.Canvas) []string {
	sections := d.sections(c.Now)
	if c.Width < twoColumns {
		return d.draw(c, sections, nil, nil)
	}
	left, right := halves(sections)
	if c.Width < previewFrom {
		return d.draw(c, left, right, nil)
	}
	if !d.gone {
		left, right = filled(c, left, right, d.around(d.row, c.Now))
	}
	return d.draw(c, left, right, d.below)
}

// draw draws the sections: those of right beside those of left on a wide screen, with what below puts under them.
func (d *pane) draw(c tui.Canvas, left, right []Section,
	below func(c tui.Canvas, left, right []string, width int) (l, r []string)) []string {
	d.order = slices.Concat(left, right)
	d.field = d.find(d.order)
	d.count, d.atCursor = 0, Field{}
	var lines []string
	at := 0
	if c.Width < twoColumns {
		lines, at = d.column(c, left, c.Width)
	} else {
		width := c.Width / 2
		drawn, atLeft := d.column(c, left, width)
		beside, atRight := d.column(c, right, c.Width-width)
		if below != nil {
			drawn, beside = below(c, drawn, beside, width)
		}
		lines, at = sideBySide(drawn, beside, width), max(atLeft, atRight)
	}
	d.scroll.Window(lines, c.Height)
	d.scroll.Show(at)
	return d.scroll.Window(lines, c.Height)
}

// sideBySide are lines with others beside them, which begin after so many cells.
func sideBySide(left, right []string, width int) []string {
	var lines []string
	for i := range max(len(left), len(right)) {
		line := ""
		if i < len(left) {
			line = left[i]
		}
		if i < len(right) && right[i] != "" {
			line += tui.Spaces(width-tui.Width(line)) + right[i]
		}
		lines = append(lines, line)
	}
	return lines
}

// find is where the field is now that the cursor was on: a refresh may have put lines before it. The line
// with the same value counts most, because several may have the same label.
func (d *pane) find(sections []Section) int {
	if d.moved || (d.atCursor.Label == "" && d.atCursor.Value == "") {
		d.moved = false
		return d.field
	}
	at, same := 0, -1
	for _, s := range sections {
		for _, f := range s.Fields {
			if s.Title == d.section && f.Label == d.atCursor.Label {
				if f.Value == d.atCursor.Value {
					return at
				}
				if same < 0 {
					same = at
				}
			}
			at++
		}
	}
	if same >= 0 {
		return same
	}
	return min(d.field, max(0, at-1))
}

// column draws sections one under the other and tells on which line the cursor stands.
func (d *pane) column(c tui.Canvas, sections []Section, width int) (lines []string, at int) {
	at = -1
	for _, s := range sections {
		if s.Title != "" {
			lines = append(lines, tui.Text(tui.Strong, " "+tui.Clean(s.Title)).Paint(c.Theme, width))
		}
		for _, f := range s.Fields {
			selected := d.count == d.field
			if selected {
				at = len(lines)
				d.atCursor, d.section = f, s.Title
			}
			lines = append(lines, drawField(c, f, width, selected)...)
			d.count++
		}
		lines = append(lines, "")
	}
	return lines, at
}

// labelWidth is the room for a field's label, labelMost what a long one may take of a narrow column: of a wide one it may be half.
const labelWidth, labelMost = 20, 25

// narrow is the width below which notes do not begin below the value, but further left: they would be a column of single words.
const narrow, narrowIndent = 60, 5

func drawField(c tui.Canvas, f Field, width int, selected bool) []string {
	lead := "   "
	if selected {
		lead = c.Theme.Paint(tui.Accent, " "+c.Theme.Glyphs.Cursor) + " " // as in a form
	}
	if f.Prose {
		return drawProse(c, f, width, lead)
	}
	if f.Graph != nil {
		f.Value, f.Note = f.Graph(max(1, width-4-labelWidth))
	}
	if f.Strip != nil {
		return []string{lead + append(tui.Line{{Text: tui.Fit(tui.Clean(f.Label), labelWidth-1) + " ", Role: tui.Muted}},
			f.Strip(max(1, width-4-labelWidth))...).Paint(c.Theme, width-4)}
	}
	label := tui.Clean(f.Label)
	wide := max(labelWidth, min(tui.Width(label)+1, max(labelMost, width/2)))
	line := tui.Line{{Text: tui.Fit(label, wide-1) + " ", Role: tui.Muted}}
	var out []string
	value := tui.Clean(f.Value)
	arrow := 0
	if f.Open != nil {
		arrow = len(" >")
	}
	room := width - 4 - wide - arrow
	over := tui.Width(label) >= wide || tui.WidestWord(value) > room || width < narrow && tui.Width(value) > room
	if f.Graph == nil && over {
		// A label, an id, or a sentence in a narrow column: the value stands below the label, where there is the whole width.
		if label != "" {
			out = append(out, lead+tui.Text(tui.Muted, label).Paint(c.Theme, width-4))
			lead = "   "
		}
		line, room = tui.Line{{Text: tui.Spaces(narrowIndent - 3)}}, width-narrowIndent-1-arrow
	}
	if f.Graph == nil && tui.Width(value) > room {
		// A value that does not fit goes on below: whoever copies it by hand must see all of it.
		parts := tui.Wrap(value, room)
		for _, part := range parts[:len(parts)-1] {
			out = append(out, lead+append(line, tui.Span{Text: part, Role: f.Role}).Paint(c.Theme, width-4))
			lead, line = "   ", tui.Line{{Text: tui.Spaces(line[0:1].Width())}}
		}
		value = parts[len(parts)-1]
	}
	line = append(line, tui.Span{Text: value, Role: f.Role})
	if f.Open != nil {
		line = append(line, tui.Span{Text: " " + c.Theme.Glyphs.Crumb, Role: tui.Accent})
	}
	note := tui.Clean(f.Note)
	if note != "" && line.Width()+2+tui.Width(note) <= width-4 {
		line, note = append(line, tui.Span{Text: "  " + note, Role: tui.Muted}), ""
	}
	out = append(out, lead+line.Paint(c.Theme, width-4))
	if note == "" {
		return out
	}
	// A note that does not fit behind the value stands below it: it is there to be read.
	indent := 3 + labelWidth
	if width < narrow || tui.WidestWord(note) > width-indent-2 {
		indent = narrowIndent
	}
	for _, text := range tui.Wrap(note, width-indent-2) {
		out = append(out, tui.Spaces(indent)+c.Theme.Paint(tui.Muted, text))
	}
	return out
}

func drawProse(c tui.Canvas, f Field, width int, lead string) []string {
	var out []string
	indent := ""
	switch {
	case f.Label == "":
	case tui.WidestWord(tui.Clean(f.Value)) > width-5-labelWidth: // below its label there is the whole width
		out = append(out, lead+tui.Text(tui.Muted, tui.Clean(f.Label)).Paint(c.Theme, width-4))
		lead, f.Label = "   ", ""
	default:
		indent = tui.Spaces(labelWidth)
	}
	for i, text := range tui.Wrap(tui.Clean(f.Value), width-5-len(indent)) {
		prefix := "   " + indent
		if i == 0 {
			prefix = lead
			if f.Label != "" {
				prefix += c.Theme.Paint(tui.Muted, tui.Fit(f.Label, labelWidth))
			}
		}
		out = append(out, prefix+c.Theme.Paint(f.Role, text))
	}
	return out
}

// lowerFirst is for a title in a sentence; a title that begins with an abbreviation stays as it is.
func lowerFirst(s string) string {
	if len(s) < 2 || s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// Time writes a moment for a detail page: date, time, UTC, and its age.
func Time(t, now time.Time) (value, note string) {
	if t.IsZero() {
		return "-", ""
	}
	return t.UTC().Format("2006-01-02 15:04:05") + " UTC", Ago(t, now)
}

// Ago writes how long ago t was, for a sentence.
func Ago(t, now time.Time) string {
	if age := tui.AgeSince(t, now); age != "now" {
		return age + " ago"
	}
	return "just now"
}
