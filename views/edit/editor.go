// Package edit makes new, edit and delete of a kind of object out of one form: it reads the object afresh, asks, and opens the review.
package edit

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/kit"
)

// Editor makes the create, edit and delete acts of a resource; they are the same for all of them.
type Editor[T any] struct {
	Env      *kit.Env
	Resource change.TypedResource[T]
	// Form describes the form for an object; the zero object is a new one.
	Form func(title string, object T, submit func(T) tea.Cmd) form.Options
	// Draft is what a draft of a new object is kept under; empty for forms that have none.
	Draft string
	// Blank is what a new object begins with.
	Blank T
	// FieldOf gives the form's key for a path of the API; nil when they are the same.
	FieldOf func(path string) string
	// Dependents lists what depends on an object, shown before a deletion. It runs in the background.
	Dependents func(context.Context, T) []string
	// Next are the actions offered after an object was created; nil for none. The first is what enter does
	// there.
	Next func(T, change.Result) []tui.Action
	// Made runs when an object was created; nil for nothing.
	Made func(T, change.Result) tea.Cmd
	// Guard says what stands against a change and what it brings with it; see Guard. Nil for nothing.
	Guard Guard[T]
	// ConfirmCreate is what must be typed before a new object is ordered; empty where it costs nothing.
	ConfirmCreate string
	// Touches names what lies below an object and is read again after a change of it, besides all lists; nil for nothing.
	Touches func() []store.Target
}

// Guard says what stands against a creation, a change or a deletion and what it brings with it, before it
// is sent. It reads what it needs, in the background, each time the review checks. For a creation opened
// is the blank object, for a deletion wanted is the same as opened.
type Guard[T any] func(ctx context.Context, verb journal.Verb, opened, wanted T) (change.Guards, error)

// OnEnds makes a guard that concerns creations and deletions: the object that comes or goes.
func OnEnds[T any](guard func(ctx context.Context, verb journal.Verb, object T) (change.Guards, error)) Guard[T] {
	return func(ctx context.Context, verb journal.Verb, opened, wanted T) (change.Guards, error) {
		switch verb {
		case journal.Create:
			return guard(ctx, verb, wanted)
		case journal.Delete:
			return guard(ctx, verb, opened)
		}
		return change.Guards{}, nil
	}
}

// OnWrite makes a guard that concerns creations and changes, and reads nothing.
func OnWrite[T any](guard func(opened, wanted T) change.Guards) Guard[T] {
	return func(_ context.Context, verb journal.Verb, opened, wanted T) (change.Guards, error) {
		if verb == journal.Delete {
			return change.Guards{}, nil
		}
		return guard(opened, wanted), nil
	}
}

// OnUpdate makes a guard that concerns changes alone. It may look up what is known, in a command.
func OnUpdate[T any](guard func(opened, wanted T) change.Guards) Guard[T] {
	return func(_ context.Context, verb journal.Verb, opened, wanted T) (change.Guards, error) {
		if verb != journal.Update {
			return change.Guards{}, nil
		}
		return guard(opened, wanted), nil
	}
}

// Both makes one guard of two that block nothing.
func Both[T any](first, second Guard[T]) Guard[T] {
	return func(ctx context.Context, verb journal.Verb, opened, wanted T) (change.Guards, error) {
		g, err := first(ctx, verb, opened, wanted)
		if err != nil {
			return g, err
		}
		more, err := second(ctx, verb, opened, wanted)
		g.Warnings, g.Consequences = append(g.Warnings, more.Warnings...), append(g.Consequences, more.Consequences...)
		return g, err
	}
}

// OnDelete makes a guard of what the end of an object means; otherwise is the guard of everything else, nil for none.
func OnDelete[T any](end func(T) change.Guards, otherwise Guard[T]) Guard[T] {
	return func(ctx context.Context, verb journal.Verb, opened, wanted T) (change.Guards, error) {
		switch {
		case verb == journal.Delete:
			return end(opened), nil
		case otherwise == nil:
			return change.Guards{}, nil
		}
		return otherwise(ctx, verb, opened, wanted)
	}
}

// Create opens the guided setup of a new object; when there is a draft, it asks whether to go on with it.
func (e Editor[T]) Create() tea.Cmd { return e.editor().create() }

// ReviewNew opens the review of a new object, with what the form said of it.
func (e Editor[T]) ReviewNew(wanted T, inWords []form.SaidSection) tea.Cmd {
	return e.editor().reviewNew(api.ObjectOf(wanted), inWords)
}

// Edit reads the object and opens its form.
func (e Editor[T]) Edit(id, name string) tea.Cmd { return e.editor().edit(id, name) }

// Delete reads the object and opens the review of its end; the name must be typed there. What hangs on
// it is asked for as late as possible: the rows it is told from may still be on their way.
func (e Editor[T]) Delete(id, name string) tea.Cmd { return e.editor().remove(id, name) }

// Act reads the object and opens the review of a named act. confirm is what must be typed there; empty for an act that does
// no harm.
func (e Editor[T]) Act(id, title, confirm string, prepare func(context.Context, *change.Writer, T) (change.Plan, error)) tea.Cmd {
	return e.editor().act(id, title, confirm, func(ctx context.Context, w *change.Writer, opened api.Object) (change.Plan, error) {
		return prepare(ctx, w, of[T](opened))
	})
}

// DeleteAll reads several objects and opens the review of their end. What must be typed is "delete" and
// their number: nobody types twenty names with care.
func (e Editor[T]) DeleteAll(ids []string) tea.Cmd { return e.editor().removeAll(ids) }

// Deletion reads an object and plans its end, with what depends on it and what stands against it.
func (e Editor[T]) Deletion(ctx context.Context, w *change.Writer, id string) (change.Plan, error) {
	return e.editor().deletion(ctx, w, id)
}

// of is an object with its Go type.
func of[T any](o api.Object) T {
	v, _ := api.As[T](o) // the Editor's resource is of this type
	return v
}

// editor is the Editor without the Go type of its objects, so that its code is in the program once.
func (e Editor[T]) editor() *editor {
	out := &editor{env: e.Env, resource: e.Resource.Resource, draft: e.Draft, blank: api.ObjectOf(e.Blank), fieldOf: e.FieldOf,
		confirmCreate: e.ConfirmCreate, touches: e.Touches}
	out.form = func(title string, object api.Object, submit func(api.Object) tea.Cmd) form.Options {
		return e.Form(title, of[T](object), func(wanted T) tea.Cmd { return submit(api.ObjectOf(wanted)) })
	}
	if e.Dependents != nil {
		out.hangsOn = func(ctx context.Context, o api.Object) []string { return e.Dependents(ctx, of[T](o)) }
	}
	if e.Next != nil {
		out.next = func(o api.Object, r change.Result) []tui.Action { return e.Next(of[T](o), r) }
	}
	if e.Made != nil {
		out.made = func(o api.Object, r change.Result) tea.Cmd { return e.Made(of[T](o), r) }
	}
	if e.Guard != nil {
		out.guard = func(ctx context.Context, verb journal.Verb, opened, wanted api.Object) (change.Guards, error) {
			return e.Guard(ctx, verb, of[T](opened), of[T](wanted))
		}
	}
	return out
}
