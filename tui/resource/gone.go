package resource

import (
	"cmp"
	"time"

	"flarewire/tui"
	"flarewire/tui/table"
)

// sections are the page's; of an object that is gone, what is known of its end stands before them.
func (d *Detail) sections(now time.Time) []Section {
	out := d.desc.Sections(d.row, now)
	if !d.gone {
		return out
	}
	return append([]Section{d.ended(now)}, out...)
}

// ended is what is known of an object that is gone: since when, what of it is still shown, who ended it, and what has its name now.
func (d *Detail) ended(now time.Time) Section {
	s := Section{First: true, Fields: []Field{{Role: tui.Bad, Prose: true,
		Value: cmp.Or(d.desc.Gone, "This object is no longer on the account. What stands below is its last known state.")}}}
	moment := func(label string, at time.Time, more string) {
		if value, note := Time(at, now); !at.IsZero() {
			s.Fields = append(s.Fields, Field{Label: label, Value: value, Note: note + more})
		}
	}
	moment("Last seen", d.seen, "; what stands below is of then")
	moment("Gone since", d.lost, ", at the latest")
	if d.source.Ended != nil && d.desc.Gone == "" {
		s.Fields = append(s.Fields, d.source.Ended(d.id, now)...)
	}
	if row, there := d.named(d.desc.Name(d.row)); there {
		s.Fields = append(s.Fields, Field{Label: "Same name", Value: d.desc.Name(row), Note: "another object has this name now",
			Open: func() tui.View { return d.open(row) }})
	}
	return s
}

// open is the page of a row.
func (k *untyped) open(row table.Row) tui.View {
	if k.desc.Open != nil {
		return k.desc.Open(row)
	}
	return newDetail(k, row)
}
