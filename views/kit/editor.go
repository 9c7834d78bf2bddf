package kit

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/tui"
	"flarewire/tui/form"
)

// Editor makes the create, edit and delete acts of a resource; they are the same for all of them.
type Editor[T any] struct {
	Env      *Env
	Resource change.Resource[T]
	// Form makes the form for an object; the zero object is a new one.
	Form func(title string, object T, submit func(T) tea.Cmd) *form.Form
	// Blank is what a new object begins with.
	Blank T
	// FieldOf gives the form's key for a path of the API; nil when they are the same.
	FieldOf func(path string) string
	// HangsOn lists what depends on an object, for the one who deletes it. It runs in the background.
	HangsOn func(context.Context, T) []string
	// Next are the actions offered after an object was created; nil for none.
	Next func(change.Result) []tui.Action
	// Guard says what stands against creating or deleting an object and what it brings with it. It reads what it needs, in the
	// background, each time the review checks; nil for nothing.
	Guard func(context.Context, journal.Verb, T) (change.Guards, error)
	// Refresh fetches the rows anew after a change.
	Refresh func() tea.Cmd
}

// Create opens the form for a new object.
func (e Editor[T]) Create() tea.Cmd { return tui.Push(e.Creation()) }

// Creation is the form for a new object.
func (e Editor[T]) Creation() tui.View {
	title := "New " + e.Resource.Title
	return e.Form(title, e.Blank, func(wanted T) tea.Cmd {
		return tui.Push(NewReview(e.Env, Intent{Title: title, Pages: 2, FieldOf: e.FieldOf, After: e.after, Next: e.Next,
			Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				plan, err := change.PrepareCreate(ctx, w, e.Resource, wanted)
				return e.guarded(ctx, journal.Create, wanted, plan, err)
			}}))
	})
}

// Edit reads the object and opens its form.
func (e Editor[T]) Edit(id, name string) tea.Cmd {
	title := "Edit " + name
	return tui.Push(NewOpening(e.Env, title, func(ctx context.Context) (tui.View, error) {
		opened, err := e.Resource.Read(ctx, e.Env.Account, id)
		if err != nil {
			return nil, err
		}
		return e.Form(title, opened, func(wanted T) tea.Cmd {
			return tui.Push(NewReview(e.Env, Intent{Title: "Change " + e.Resource.Title + " " + name, Pages: 2, FieldOf: e.FieldOf, After: e.after,
				Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
					return change.PrepareUpdate(ctx, w, e.Resource, opened, wanted)
				}}))
		}), nil
	}))
}

// Delete reads the object and opens the review of its end; the name must be typed there.
func (e Editor[T]) Delete(id, name string) tea.Cmd {
	return tui.Push(NewOpening(e.Env, "Delete "+name, func(ctx context.Context) (tui.View, error) {
		opened, err := e.Resource.Read(ctx, e.Env.Account, id)
		if err != nil {
			return nil, err
		}
		var hangsOn []string
		if e.HangsOn != nil {
			hangsOn = e.HangsOn(ctx, opened)
		}
		return NewReview(e.Env, Intent{Title: "Delete " + e.Resource.Title + " " + name, Confirm: name, Pages: 1, After: e.after,
			Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				plan, err := change.PrepareDelete(ctx, w, e.Resource, opened, hangsOn...)
				return e.guarded(ctx, journal.Delete, opened, plan, err)
			}}), nil
	}))
}

// Act reads the object and opens the review of a named act. confirm is what must be typed there; empty for an act that does
// no harm.
func (e Editor[T]) Act(id, title, confirm string, prepare func(context.Context, *change.Writer, T) (change.Plan, error)) tea.Cmd {
	return tui.Push(NewOpening(e.Env, title, func(ctx context.Context) (tui.View, error) {
		opened, err := e.Resource.Read(ctx, e.Env.Account, id)
		if err != nil {
			return nil, err
		}
		return NewReview(e.Env, Intent{Title: title, Confirm: confirm, Pages: 1, After: e.after,
			Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) { return prepare(ctx, w, opened) }}), nil
	}))
}

// guarded puts what the guard says into a plan.
func (e Editor[T]) guarded(ctx context.Context, verb journal.Verb, object T, plan change.Plan, err error) (change.Plan, error) {
	if err != nil || e.Guard == nil {
		return plan, err
	}
	guards, err := e.Guard(ctx, verb, object)
	return plan.Add(guards), err
}

func (e Editor[T]) after(change.Result) tea.Cmd {
	if e.Refresh == nil {
		return nil
	}
	return e.Refresh()
}
