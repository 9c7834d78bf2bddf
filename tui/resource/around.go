package resource

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// halves are the sections of two columns, the first ones on the left until that is the longer half.
func halves(sections []Section) (left, right []Section) {
	total := 0
	for _, s := range sections {
		total += len(s.Fields) + 2
	}
	split, sum := 0, 0
	for split < len(sections) && sum < (total+1)/2 {
		sum += len(sections[split].Fields) + 2
		split++
	}
	return sections[:split:split], sections[split:]
}

// filled are both columns with more sections below them, each in the column that is shorter, as long as there is room.
func filled(c tui.Canvas, left, right, more []Section) (l, r []Section) {
	if len(more) == 0 {
		return left, right
	}
	sides := [2][]Section{left, slices.Clip(right)}
	widths := [2]int{c.Width / 2, c.Width - c.Width/2}
	var used [2]int
	for i := range sides {
		lines, _ := (&pane{field: -1}).column(c, sides[i], widths[i])
		used[i] = len(lines)
	}
	for _, s := range more {
		at := 0
		if used[1] <= used[0] {
			at = 1
		}
		if s, height := fitted(c, s, widths[at], c.Height-used[at]); height > 0 {
			sides[at] = append(sides[at], s)
			used[at] += height + 1
		}
	}
	return sides[0], sides[1]
}

// fittedLeast is how many fields of a section are worth a section.
const fittedLeast = 2

// fitted is as much of a section as fits into so many lines, with a line that says how many fields are not shown, and its height; 0 when
// there is no room for it, or nothing in it.
func fitted(c tui.Canvas, s Section, width, room int) (Section, int) {
	lines := make([]int, len(s.Fields))
	height := 1 // the title
	for i, f := range s.Fields {
		lines[i] = len(drawField(c, f, width, false))
		height += lines[i]
	}
	switch {
	case len(s.Fields) == 0:
		return s, 0
	case height <= room:
		return s, height
	}
	shown := len(s.Fields)
	for height++; height > room && shown > 0; { // one for the line that says so
		shown--
		height -= lines[shown]
	}
	if shown < fittedLeast {
		return s, 0
	}
	rest := Field{Value: fmt.Sprintf("and %d more", len(s.Fields)-shown), Role: tui.Muted, Prose: true}
	s.Fields = append(s.Fields[:shown:shown], rest)
	return s, height
}

// Column draws sections one under the other, as many as there is room for, for what stands beside a page that is no list and no object.
func Column(c tui.Canvas, sections []Section) []string {
	var lines []string
	for _, s := range sections {
		if s, height := fitted(c, s, c.Width, c.Height-len(lines)); height > 0 {
			more, _ := (&pane{field: -1}).column(c, []Section{s}, c.Width)
			lines = append(lines, more...)
		}
	}
	return trimmed(lines)
}

// aheadLeast is the least height for what stands ahead.
const aheadLeast = 8

// Ahead is the object that a page leads to, drawn of what is known beside or below the page: it asks Cloudflare nothing. While a key is
// held it stays as it is, and is drawn once when the cursor rests.
type Ahead struct {
	resting
	drawn
	part part
}

// Draw draws the object whose page open opens; none where that is no object's page. It is worked out anew for another id, and with other
// data, which generation counts.
func (a *Ahead) Draw(c tui.Canvas, id string, generation int, open func() tui.View) []string {
	return a.draw(c, id, generation, whole, open)
}

// part is how much of an object is drawn: where both columns of a page have room for one object, each has a half of it.
type part int

const (
	whole part = iota
	firstHalf
	secondHalf
)

func (a *Ahead) draw(c tui.Canvas, id string, generation int, of part, open func() tui.View) []string {
	if same := a.part == of; a.moving && a.lines != nil || a.lasts(c, id, generation) && same {
		return a.lines
	}
	a.lines, a.part = []string{}, of
	page, ok := open().(*Detail)
	if !ok {
		return a.lines
	}
	page.takeRow()
	heading := tui.Line{{Text: " " + c.Theme.Glyphs.Crumb + " ", Role: tui.Accent}, {Text: tui.Clean(page.Title()), Role: tui.Strong}}
	sections := page.previewed(page.row, c.Now)
	sections = append(slices.Clip(sections), page.further(page.row, c.Now, sections)...)
	switch left, right := halves(sections); of {
	case firstHalf:
		sections = left
	case secondHalf:
		sections = right
		heading = append(heading, tui.Span{Text: ", continued", Role: tui.Muted})
	}
	c.Height -= 2
	a.lines = append([]string{heading.Paint(c.Theme, c.Width), ""}, Column(c, sections)...)
	return a.lines
}

// Update takes the message that the cursor of the page rests, and reports whether it was one.
func (a *Ahead) Update(page tui.View, msg tea.Msg) bool {
	rested, ok := msg.(restedMsg)
	if ok {
		a.rested(page, rested)
	}
	return ok
}

// Follow has the movements of a page's cursor followed when it has come to rest.
func (a *Ahead) Follow(page tui.View, actions []tui.Action) []tui.Action {
	for i := range actions {
		if run := actions[i].Run; actions[i].Move && a.lines != nil {
			actions[i].Run = func() tea.Cmd { return a.moved(page, run()) }
		}
	}
	return actions
}

// ahead is what the page of an object leads to: the object of the line under the cursor, else the one that was there last, else that of the
// first line that leads to one; and in the other column the next one.
type ahead struct {
	first, next Ahead
	of          string // the line that the first one is of
	counted     string // for which line, and when, the objects were counted
	pages       int    // how many there are
}

// lineKey tells the lines of a page apart, as the cursor does.
func lineKey(section string, f Field) string {
	return strings.Join([]string{section, f.Label, f.Value}, "\x1f")
}

// leads are the lines of a page that lead to another one, that of the ahead first.
func (d *Detail) leads() (keys []string, opens []func() tui.View) {
	a := &d.ahead
	if d.atCursor.Open != nil {
		a.of = lineKey(d.section, d.atCursor)
	}
	for _, s := range d.order {
		for _, f := range s.Fields {
			switch key := lineKey(s.Title, f); {
			case f.Open == nil:
			case key == a.of:
				keys, opens = slices.Insert(keys, 0, key), slices.Insert(opens, 0, f.Open)
			default:
				keys, opens = append(keys, key), append(opens, f.Open)
			}
		}
	}
	return keys, opens
}

// pages are the pages of other objects that a page leads to, each once.
func (d *Detail) pages(opens []func() tui.View) []*Detail {
	var out []*Detail
	for _, open := range opens {
		page, ok := open().(*Detail)
		same := func(other *Detail) bool { return other.id == page.id && other.desc.Plural == page.desc.Plural }
		if ok && !same(d) && !slices.ContainsFunc(out, same) {
			out = append(out, page)
		}
	}
	return out
}

// single reports whether the page leads to one object alone. They are counted anew with other data only.
func (d *Detail) single() bool {
	keys, opens := d.leads()
	if len(keys) == 0 {
		return false
	}
	if now := fmt.Sprint(d.generation, len(keys), keys[0]); d.ahead.counted != now {
		d.ahead.counted, d.ahead.pages = now, len(d.pages(opens))
	}
	return d.ahead.pages == 1
}

// drawAhead draws the nth of the objects that the page leads to, the first of them that of the line under the cursor, or its second half.
func (d *Detail) drawAhead(c tui.Canvas, n int, of part) []string {
	keys, opens := d.leads()
	if len(keys) == 0 {
		return nil
	}
	a := &d.ahead.first
	if n > 0 || of == secondHalf {
		a = &d.ahead.next
		a.resting = d.ahead.first.resting
	}
	return a.draw(c, keys[0], d.generation, of, func() tui.View {
		if pages := d.pages(opens); n < len(pages) {
			return pages[n]
		}
		return nil
	})
}

// below puts what the page leads to below its columns, first below the one that has more room; a single object below both.
func (d *Detail) below(c tui.Canvas, left, right []string, width int) (l, r []string) {
	columns, widths := [2][]string{trimmed(left), trimmed(right)}, [2]int{width, c.Width - width}
	put := func(at, n int, of part) {
		column, under := &columns[at], c
		blank := min(1, len(*column))
		under.Width, under.Height = widths[at], c.Height-len(*column)-blank
		if under.Height < aheadLeast {
			return
		}
		if lines := d.drawAhead(under, n, of); len(lines) > 0 {
			*column = append(append(*column, make([]string, blank)...), lines...)
		}
	}
	at := 1
	if len(columns[0]) < len(columns[1]) {
		at = 0
	}
	if d.single() && c.Height-len(columns[1-at])-1 >= aheadLeast {
		put(0, 0, firstHalf)
		put(1, 0, secondHalf)
	} else {
		put(at, 0, whole)
		put(1-at, 1, whole)
	}
	return columns[0], columns[1]
}
