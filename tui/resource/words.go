package resource

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"flarewire/tui"
)

// Tell implements tui.Speaker.
func (l *List) Tell(now time.Time) tui.Telling {
	return listed{
		rows: l.table.Words(now, l.desc.Name), current: l.table.Cursor(), order: l.table.Order(), count: l.count() + l.noun(), total: l.total,
		filter: l.table.Filter(), shown: l.table.Shown(), all: l.table.Total(), marked: len(l.table.Marked()), status: l.source.Status(),
		plural: l.desc.Plural, only: l.onlyProblems, hidden: l.hidden("clear-filter", "problems"), visible: l.table.MarkedShown(),
		none: cmp.Or(l.desc.None, "There are no "+lowerFirst(l.desc.Plural)+" "+cmp.Or(l.desc.Scope, "on this account")+"."),
	}.tell()
}

// listed is what there is to say of a list.
type listed struct {
	rows                []tui.Row
	current, order      string
	count, filter, none string
	hidden              string // why none of the rows is shown
	only                bool
	visible             int // of the marked ones
	plural              string
	total               tui.Line
	shown, all, marked  int
	status              tui.Status
}

func (l listed) tell() tui.Telling {
	out := tui.Telling{Rows: l.rows, Current: l.current}
	if len(l.rows) == 0 {
		out.Above = l.nothing()
		return out
	}
	count := l.count
	if l.total != nil {
		count = plain(l.total)
	}
	out.Above = []string{count + ". Ordered by " + l.order + "."}
	if l.filter != "" {
		out.Above = append(out.Above, fmt.Sprintf("Filter: %s. %d of %d rows pass.", l.filter, l.shown, l.all))
	}
	if l.only {
		out.Above = append(out.Above, fmt.Sprintf("Only problems: %d of %d rows.", l.shown, l.all))
	}
	if l.marked > 0 {
		out.Above = append(out.Above, marks(l.marked, l.visible)+".")
	}
	return out
}

// nothing says why there is no row.
func (l listed) nothing() []string {
	switch {
	case l.hidden != "":
		return []string{l.hidden}
	case l.status.Updated.IsZero() && l.status.Err != "":
		return []string{l.status.Trouble(), "Nothing could be fetched yet; flarewire keeps trying. refresh tries now."}
	case l.status.Incomplete && !l.status.Updated.IsZero():
		return []string{cannotTell(l.plural, l.status)}
	case l.status.Updated.IsZero():
		return []string{"Asking Cloudflare."}
	}
	return []string{l.none}
}

// Choose implements tui.RowSelector.
func (l *List) Choose(id string) bool { return l.table.Select(id) }

// SortBy implements tui.Sorter.
func (l *List) SortBy(column string) bool {
	l.table.SortBy(column, false)
	return slices.Contains(l.table.Keys(), column)
}

// SortColumns implements tui.Sorter.
func (l *List) SortColumns() []string { return l.table.Keys() }

// plain is a line without its roles, its parts told apart by commas instead of by room.
func plain(line tui.Line) string {
	var parts []string
	for _, s := range line {
		if text := oneSpaced(s.Text); text != "" {
			parts = append(parts, text)
		}
	}
	return tui.Spoken(parts)
}

// oneSpaced is a text without the room that is for the eye, such as that of a sign that is not said.
func oneSpaced(text string) string { return strings.Join(strings.Fields(text), " ") }

// Tell implements tui.Speaker: every section with its title, every field as "label: value". A field that
// leads to another page has a number.
func (d *Detail) Tell(now time.Time) tui.Telling {
	d.told = now
	sections := d.sections(now)
	slices.SortStableFunc(sections, func(a, b Section) int {
		switch {
		case a.First == b.First:
			return 0
		case a.First:
			return -1
		}
		return 1
	})
	return tellSections(sections)
}

func tellSections(sections []Section) tui.Telling {
	out := tui.Telling{Sections: true}
	ids := fieldIDs(sections)
	at := 0
	for _, s := range sections {
		if s.Title != "" {
			out.Above = append(out.Above, "", s.Title)
		}
		for _, f := range s.Fields {
			lead := "  "
			if f.Open != nil {
				out.Rows = append(out.Rows, tui.Row{ID: ids[at], Name: cmp.Or(f.Label, f.Value), Inline: true})
				lead = "  #" + strconv.Itoa(len(out.Rows)) + "  "
			}
			out.Above = append(out.Above, lead+fieldText(f))
			at++
		}
	}
	return out
}

func fieldText(f Field) string {
	text := oneSpaced(f.Value)
	if f.Label != "" {
		text = f.Label + ": " + cmp.Or(text, "-")
	}
	if f.Note != "" {
		text += ", " + f.Note
	}
	return strings.ReplaceAll(text, " → ", " to ") // an arrow is a picture
}

// Choose implements tui.RowSelector. A field that says something else than when its id was read out is none.
func (d *Detail) Choose(id string) bool {
	sections := d.sections(d.told)
	at := slices.Index(fieldIDs(sections), id)
	if at < 0 {
		return false
	}
	f, section := fieldAt(sections, at)
	d.field, d.atCursor, d.section, d.moved = at, f, section, true
	return true
}

// fieldIDs are the ids of all fields over all sections: what they say, and not their places. What hangs on an object
// comes later than the object, and its lines push the others down.
func fieldIDs(sections []Section) []string {
	var out []string
	same := map[string]int{}
	for _, s := range sections {
		for _, f := range s.Fields {
			id := strings.Join([]string{s.Title, f.Label, f.Value}, "\x1f")
			same[id]++
			out = append(out, id+"\x1f"+strconv.Itoa(same[id]))
		}
	}
	return out
}

// fieldAt is a field by its place over all sections, and the title of its section.
func fieldAt(sections []Section, at int) (f Field, section string) {
	for _, s := range sections {
		if at < len(s.Fields) {
			return s.Fields[at], s.Title
		}
		at -= len(s.Fields)
	}
	return Field{}, ""
}
