package resource

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"flarewire/tui"
)

// Tell implements tui.Teller.
func (l *List[T]) Tell(now time.Time) tui.Telling {
	out := tui.Telling{Rows: l.table.Words(now, l.desc.Name), Current: l.table.Cursor()}
	count := l.count() + " rows"
	if l.total != nil {
		count = plain(l.total)
	}
	out.Above = []string{count + ". Ordered by " + l.table.Order() + "."}
	if f := l.table.Filter(); f != "" {
		out.Above = append(out.Above, fmt.Sprintf("Filter: %s. %d of %d rows pass.", f, l.table.Shown(), l.table.Total()))
	}
	if n := len(l.table.Marked()); n > 0 {
		out.Above = append(out.Above, strconv.Itoa(n)+" marked.")
	}
	if len(out.Rows) == 0 {
		out.Above = l.nothing()
	}
	return out
}

// nothing says why there is no row.
func (l *List[T]) nothing() []string {
	status := l.source.Status()
	switch {
	case l.table.Filter() != "":
		return []string{"No row matches " + l.table.Filter() + ". clear-filter shows all rows again."}
	case status.Updated.IsZero() && status.Err != "":
		return []string{status.Err, "Nothing could be fetched yet; flarewire keeps trying. refresh tries now."}
	case status.Updated.IsZero():
		return []string{"Asking Cloudflare."}
	}
	return []string{cmp.Or(l.desc.None, "There are no "+lowerFirst(l.desc.Plural)+" "+cmp.Or(l.desc.Scope, "on this account")+".")}
}

// Choose implements tui.Chooser.
func (l *List[T]) Choose(id string) { l.table.Select(id) }

// SortBy implements tui.Sorter.
func (l *List[T]) SortBy(column string) bool {
	l.table.SortBy(column, false)
	return l.table.HasColumn(column)
}

// SortColumns implements tui.Sorter.
func (l *List[T]) SortColumns() []string { return l.table.Keys() }

// plain is a line without its roles, its parts told apart by commas instead of by room.
func plain(line tui.Line) string {
	var parts []string
	for _, s := range line {
		if text := strings.TrimSpace(s.Text); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

// Tell implements tui.Teller: every section with its title, every field as "label: value". A field that
// leads to another page has a number.
func (d *Detail[T]) Tell(now time.Time) tui.Telling {
	var out tui.Telling
	if d.gone {
		out.Above = append(out.Above, cmp.Or(d.desc.Gone, "This object is no longer on the account. What you read is its last known state."))
	}
	at := 0
	for _, s := range d.desc.Sections(d.row, now) {
		if s.Title != "" {
			out.Above = append(out.Above, "", s.Title)
		}
		for _, f := range s.Fields {
			lead := "  "
			if f.Open != nil {
				out.Rows = append(out.Rows, tui.Row{ID: strconv.Itoa(at), Name: cmp.Or(f.Label, f.Value), Inline: true})
				lead = "  #" + strconv.Itoa(len(out.Rows)) + "  "
			}
			out.Above = append(out.Above, lead+fieldText(f))
			at++
		}
	}
	return out
}

func fieldText(f Field) string {
	text := strings.TrimSpace(f.Value)
	if f.Label != "" {
		text = f.Label + ": " + cmp.Or(text, "-")
	}
	if f.Note != "" {
		text += ", " + f.Note
	}
	return text
}

// Choose implements tui.Chooser: the id of a field is its place.
func (d *Detail[T]) Choose(id string) {
	want, err := strconv.Atoi(id)
	if err != nil {
		return
	}
	at := 0
	for _, s := range d.desc.Sections(d.row, time.Time{}) {
		for _, f := range s.Fields {
			if at == want {
				d.field, d.under, d.section, d.moved = at, f, s.Title, true
				return
			}
			at++
		}
	}
}
