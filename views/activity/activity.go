// Package activity is the page of what was changed from here: the journal, newest first, with before and
// after of every change, and its undo where there is one.
package activity

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/kit"
	"flarewire/views/live"
	"flarewire/views/review"
)

// Module is the journal's page.
type Module struct {
	env  *kit.Env
	list *live.Loaded[journal.Entry]
	// missing is what of the journal could not be read, a sentence; it is read beside the page.
	missing atomic.Value
}

// New makes the module.
func New(env *kit.Env) kit.Module {
	m := &Module{env: env}
	m.list = live.NewLoaded(env.Ctx, env.Now, m.read)
	return m
}

// shown bounds how many entries the page reads.
const shown = 1000

func (m *Module) read(context.Context) ([]journal.Entry, error) {
	if m.env.Journal == nil {
		return nil, nil
	}
	read, err := m.env.Journal.Read()
	note := read.Damage()
	if err != nil {
		if len(read.Entries) == 0 && note == "" {
			return nil, err
		}
		note = strings.TrimPrefix(note+"; "+err.Error(), "; ")
	}
	m.missing.Store(note)
	return read.Entries[:min(len(read.Entries), shown)], nil
}

// source is the journal, with what of it could not be read.
func (m *Module) source() resource.Source[journal.Entry] {
	s := m.list.Source()
	status := s.Status
	s.Status = func() tui.Status {
		out := status()
		if note, _ := m.missing.Load().(string); note != "" {
			out.Note, out.Incomplete = note, true
		}
		return out
	}
	return s
}

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"activity", "journal"},
		Help: "changes made from this machine, and undo; flarewire journal prints them", Open: m.open}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return []tui.Service{m.list, kit.NewUnsettled(m.env)} }

func (m *Module) open() tui.View {
	return resource.NewList(m.describe(), m.source())
}

func (m *Module) describe() resource.Description[journal.Entry] {
	return resource.Description[journal.Entry]{
		Plural: "Activity", Counted: "changes", SortBy: "at", Reverse: true, Newest: true,
		Gone:     "This entry is older than the oldest one kept here.",
		None:     "No changes made from this machine yet.",
		ID:       func(e journal.Entry) string { return e.ID },
		Name:     func(e journal.Entry) string { return string(e.Verb) + " " + e.Name },
		Columns:  Columns(),
		Sections: m.sections, Around: m.around,
		Actions: m.acts,
	}
}

// Columns are those of the journal, on the page and for the command.
func Columns() []table.Column[journal.Entry] {
	type E = journal.Entry
	text := func(get func(E) string) func(E, time.Time) string {
		return func(e E, _ time.Time) string { return tui.Clean(get(e)) }
	}
	return []table.Column[E]{
		{Key: "at", Title: "AT (UTC)", Width: 16, Text: text(func(e E) string { return e.Time.UTC().Format("2006-01-02 15:04") }),
			Compare: func(a, b E) int { return a.Time.Compare(b.Time) }},
		{Key: "verb", Title: "CHANGE", Width: 12, Text: text(func(e E) string { return string(e.Verb) })},
		{Key: "resource", Title: "WHAT", Width: 14, Text: text(func(e E) string { return strings.ReplaceAll(e.Resource, "_", " ") })},
		{Key: "name", Title: "NAME", Width: 16, Grow: 12, Text: text(func(e E) string { return e.Name }),
			Role: func(E) tui.Role { return tui.Strong }},
		{Key: "outcome", Title: "OUTCOME", Width: 8, Text: text(outcome), Role: outcomeRole},
		{Key: "profile", Title: "PROFILE", Width: 16, Priority: 1, Text: text(func(e E) string { return e.Profile })},
		{Key: "account", Title: "ACCOUNT", Width: 32, Priority: 2, Text: text(func(e E) string { return e.Account })},
	}
}

// outcome is what became of a change in the end.
func outcome(e journal.Entry) string {
	if e.Undone() != "" && e.Outcome != journal.NotDone {
		return "undone"
	}
	return string(e.Outcome)
}

func outcomeRole(e journal.Entry) tui.Role {
	switch e.Outcome {
	case journal.Done:
		if e.UndoneBy != "" {
			return tui.Muted
		}
		return tui.Good
	case journal.NotDone:
		return tui.Bad
	}
	return tui.Pending
}

func (m *Module) sections(e journal.Entry, now time.Time) []resource.Section {
	at, age := resource.Time(e.Time, now)
	fields := []resource.Field{
		{Label: "When", Value: at, Note: age}, {Label: "Change", Value: string(e.Verb)},
		{Label: "What", Value: strings.ReplaceAll(e.Resource, "_", " ")},
		{Label: "Name", Value: e.Name}, {Label: "ID", Value: e.ObjectID},
		{Label: "Outcome", Value: string(e.Outcome), Role: outcomeRole(e)},
		{Label: "Profile", Value: e.Profile}, {Label: "Account", Value: e.Account},
	}
	if len(e.NotApplied) > 0 {
		fields = append(fields, resource.Field{Label: "Not applied", Value: strings.Join(e.NotApplied, ", "), Role: tui.Pending})
	}
	if e.Error != "" {
		fields = append(fields, resource.Field{Label: "Error", Value: e.Error, Role: tui.Bad, Prose: true})
	}
	if len(e.RequestIDs) > 0 {
		fields = append(fields, resource.Field{Label: "Ray ID", Value: strings.Join(e.RequestIDs, " "), Note: "quote it to Cloudflare support"})
	}
	fields = append(fields, m.relatives(e)...)
	if _, why := journal.Inverse(e); why != "" {
		fields = append(fields, resource.Field{Label: "Undo", Value: "not possible: " + why, Prose: true, Role: tui.Muted})
	}
	return []resource.Section{{Title: "Change", Fields: fields}, object("Before", e.Before), object("After (requested)", e.After)}
}

// object shows a JSON object field by field, what lies in another one under its path; secrets were masked when it was written.
func object(title string, raw json.RawMessage) resource.Section {
	s := resource.Section{Title: title}
	var doc any
	if len(raw) == 0 || json.Unmarshal(raw, &doc) != nil {
		s.Fields = []resource.Field{{Label: "Object", Value: "none", Role: tui.Muted}}
		return s
	}
	s.Fields = kit.ValueFields(doc)
	return s
}

// relatives are the entries that an entry belongs to: what it takes back, what took it back, what was changed with it.
func (m *Module) relatives(e journal.Entry) []resource.Field {
	var out []resource.Field
	add := func(label, id string) {
		if id == "" {
			return
		}
		f := resource.Field{Label: label, Value: id, Note: "older than what is shown here"}
		for _, other := range m.list.Rows() {
			if other.ID == id {
				f.Note = fmt.Sprintf("%s, %s", other.Time.UTC().Format("2006-01-02 15:04"), other.Outcome)
				f.Open = func() tui.View { return resource.NewDetail(m.describe(), m.source(), other) }
			}
		}
		out = append(out, f)
	}
	add("Undone by", e.UndoneBy)
	add("Undoes", e.Undoes)
	if n := len(m.batch(e)); n > 1 {
		out = append(out, resource.Field{Label: "Together", Value: fmt.Sprintf("with %d other changes", n-1),
			Note: tui.KeyOf("undo", "u") + " undoes them together"})
	}
	return out
}

// batch are the entries that were made in one act on several objects, newest first.
func (m *Module) batch(e journal.Entry) []journal.Entry {
	var out []journal.Entry
	for _, other := range m.list.Rows() {
		if e.Batch != "" && other.Batch == e.Batch {
			out = append(out, other)
		}
	}
	return out
}

// undoable are those of entries that can be undone.
func undoable(entries []journal.Entry) []journal.Entry {
	return slices.DeleteFunc(entries, func(e journal.Entry) bool { _, why := journal.Inverse(e); return why != "" })
}

func (m *Module) acts(e journal.Entry) []tui.Action {
	_, why := journal.Inverse(e)
	together := undoable(m.batch(e))
	if m.env.NoWrites != "" {
		why = m.env.NoWrites
	}
	undo := tui.Action{Name: "undo", Keys: []string{"u"}, Short: "undo", Footer: true, Why: why,
		Long: "Undo it: reviewed and sent like any other change", Run: func() tea.Cmd { return m.undo(e) }}
	out := []tui.Action{undo,
		{Name: "look-again", Keys: []string{"L"}, Short: "look again", Why: notOpen(e),
			Long: "Check the outcome of a change whose result is unknown", Run: func() tea.Cmd { return m.env.Recheck(e.ID) }},
		{Name: "export", Keys: []string{"x"}, Short: "export", Footer: true, Long: "Write all entries to a file, as JSON", Run: m.askWhere}}
	if len(m.batch(e)) > 1 && len(together) > 0 && (why == "" || m.env.NoWrites == "") { // also from one that cannot be undone alone
		undo.Name, undo.Keys, undo.Short, undo.Footer, undo.Long = "undo-one", []string{"U"}, "undo only this", false, "Undo this one alone"
		out[0].Why, out[0].Short, out[0].Run = "", fmt.Sprintf("undo %d", len(together)), func() tea.Cmd { return m.undoTogether(together) }
		out[0].Long = "Undo all that was changed in one act: reviewed and sent like any other change"
		out = append(out, undo)
	}
	return out
}

// notOpen is why there is nothing to look at again; empty when there is.
func notOpen(e journal.Entry) string {
	switch {
	case change.CanRecheck(e):
		return ""
	case e.Outcome == journal.Unknown:
		return "this leaves no trace that could be read"
	}
	return "the outcome is known"
}

func (m *Module) undo(e journal.Entry) tea.Cmd {
	confirm := ""
	if asks(e) {
		confirm = cmp.Or(e.Name, e.ObjectID)
	}
	return tui.Push(review.NewReview(m.env, review.Intent{Title: fmt.Sprintf("Undo: %s %s", e.Verb, e.Name), Confirm: confirm, Pages: 1,
		Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
			return change.PrepareUndo(ctx, w, e)
		}}))
}

// asks reports whether the undo of an entry asks before it is sent, as the same change by hand would.
func asks(e journal.Entry) bool {
	u, _ := journal.Inverse(e)
	return u.Verb == journal.Delete || u.Verb == journal.Withdraw || u.Verb == journal.Advertise
}

// undoTogether undoes what was changed in one act, the last one first.
func (m *Module) undoTogether(entries []journal.Entry) tea.Cmd {
	confirm := ""
	if slices.ContainsFunc(entries, asks) {
		confirm = fmt.Sprintf("undo %d", len(entries))
	}
	return tui.Push(review.NewBatch(m.env, fmt.Sprintf("Undo %d changes", len(entries)), confirm,
		func(ctx context.Context, w *change.Writer) ([]change.Plan, error) {
			return change.PrepareUndos(ctx, w, entries), nil
		}))
}
