package resource

import (
	"cmp"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/table"
)

// untyped is a Description and a Source without the type of their rows: all that list and detail know of a resource.
type untyped struct {
	desc   Description[table.Row] // without Summary
	source Source[table.Row]      // without Rows
	// rows are the source's rows now, with the line above them if there is one.
	rows func() (rows []table.Row, summary tui.Line)
	// byID is the row with an id. It is a copy: the page of an object keeps it, and not the rows that it was among.
	byID func(id string) (row table.Row, ok bool)
	// named is a row by its name, copied too.
	named func(name string) (row table.Row, ok bool)
}

// describe takes the type T out of a resource. It is the one place that is compiled for every resource anew.
func describe[T any](d Description[T], s Source[T]) *untyped {
	return &untyped{
		desc: Description[table.Row]{
			Plural: d.Plural, Counted: d.Counted, SortBy: d.SortBy, Reverse: d.Reverse, Newest: d.Newest, Gone: d.Gone, None: d.None, Scope: d.Scope,
			NoWrites: d.NoWrites, NoCreate: d.NoCreate, NoEdit: d.NoEdit, Create: d.Create,
			ID: table.OnRow(d.ID), Name: table.OnRow(d.Name), Title: table.OnRow(d.Title), NoDelete: table.OnRow(d.NoDelete),
			JSON: table.OnRow(d.JSON),
			Open: table.OnRow(d.Open), Edit: table.OnRow(d.Edit), NoEditOf: table.OnRow(d.NoEditOf), Delete: table.OnRow(d.Delete),
			Actions:   table.OnRow(d.Actions),
			DeleteAll: onMarked(d.DeleteAll), Many: onMarked(d.Many), Columns: table.OnRows(d.Columns), Sections: onMoment(d.Sections),
			Preview: onMoment(d.Preview), NoPreview: d.NoPreview, Around: onMoment(d.Around), Problem: table.OnRow(d.Problem),
		},
		source: Source[table.Row]{Status: s.Status, Announces: s.Announces, Refresh: s.Refresh, Open: s.Open, Needs: s.Needs, Looked: s.Looked,
			Ended: s.Ended},
		rows:  rowsOf(s.Rows, d.Summary),
		byID:  found(s.Rows, func(row T, id string) bool { return d.ID(row) == id }),
		named: found(s.Rows, func(row T, name string) bool { return d.Name(row) == name }),
	}
}

func onMoment[T, R any](f func(T, time.Time) R) func(table.Row, time.Time) R {
	if f == nil {
		return nil
	}
	return func(row table.Row, now time.Time) R { return f(table.Value[T](row), now) }
}

func rowsOf[T any](rows func() []T, summary func([]T) tui.Line) func() ([]table.Row, tui.Line) {
	return func() ([]table.Row, tui.Line) {
		now := rows()
		if summary == nil || len(now) == 0 {
			return table.Rows(now), nil
		}
		return table.Rows(now), summary(now)
	}
}

// found is the first row that is asked for, by any text.
func found[T any](rows func() []T, is func(row T, text string) bool) func(text string) (table.Row, bool) {
	return func(text string) (table.Row, bool) {
		now := rows()
		for i := range now {
			if is(now[i], text) {
				row := now[i]
				return &row, true
			}
		}
		return nil, false
	}
}

// onMarked is a function of some T's as one of their Rows; nil stays nil.
func onMarked[T, R any](f func([]T) R) func([]table.Row) R {
	if f == nil {
		return nil
	}
	return func(rows []table.Row) R {
		out := make([]T, len(rows))
		for i, r := range rows {
			out[i] = table.Value[T](r)
		}
		return f(out)
	}
}

// writes are the actions that change something, the same keys for every resource.
func (k *untyped) writes(row table.Row, ok bool) []tui.Action {
	why := k.desc.NoWrites
	if why == "" && !ok {
		why = noRow
	}
	var out []tui.Action
	noEdit := k.desc.NoEdit
	if ok && k.desc.NoEditOf != nil {
		noEdit = cmp.Or(noEdit, k.desc.NoEditOf(row))
	}
	if k.desc.Edit != nil || noEdit != "" {
		out = append(out, tui.Action{Name: "edit", Keys: []string{"e"}, Short: "edit", Footer: true, Why: cmp.Or(noEdit, why),
			Long: "Edit it: form, review, then send", Run: func() tea.Cmd { return k.desc.Edit(row) }})
	}
	// Before the deletion, which is for rare days: what has no room in the footer is left out there from the end.
	if ok && k.desc.Actions != nil {
		out = append(out, k.desc.Actions(row)...)
	}
	if k.desc.Delete != nil || k.desc.NoDelete != nil {
		if ok && k.desc.NoDelete != nil {
			why = cmp.Or(k.desc.NoDelete(row), why)
		}
		out = append(out, tui.Action{Name: "delete", Keys: []string{"D"}, Short: "delete", Footer: true, Why: why,
			Long: "Delete (lists what depends on it, asks for the name)", Run: func() tea.Cmd { return k.desc.Delete(row) }})
	}
	return out
}

// creation is the action that makes a new object.
func (k *untyped) creation() []tui.Action {
	if k.desc.Create == nil && k.desc.NoCreate == "" {
		return nil
	}
	return []tui.Action{{Name: "new", Keys: []string{"n"}, Short: "new", Footer: true, Why: cmp.Or(k.desc.NoCreate, k.desc.NoWrites),
		Long: "Create one", Run: k.desc.Create}}
}

// around is what is known around an object.
func (k *untyped) around(row table.Row, now time.Time) []Section {
	if k.desc.Around == nil {
		return nil
	}
	return k.desc.Around(row, now)
}

// opened runs what a page that is opened asks for.
func (k *untyped) opened(id string) tea.Cmd {
	if k.source.Open == nil {
		return k.looked(id)
	}
	return tea.Batch(k.source.Open(), k.looked(id))
}

func (k *untyped) needs(id string) []string {
	if k.source.Needs == nil {
		return nil
	}
	return k.source.Needs(id)
}

func (k *untyped) looked(id string) tea.Cmd {
	if k.source.Looked == nil {
		return nil
	}
	return k.source.Looked(id)
}

// json is the object as the server sent it; nil when there is none.
func (k *untyped) json(row table.Row, ok bool) []byte {
	if !ok || k.desc.JSON == nil {
		return nil
	}
	return k.desc.JSON(row)
}
