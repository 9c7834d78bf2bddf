package kit

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/change"
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
	// Guard says what a creation (opened is the zero object) or a change brings with it, before it is
	// sent; nil when there is nothing to say. It runs in the background.
	Guard func(opened, wanted T) change.Guards
	// ConfirmCreate is what must be typed before a new object is ordered; empty where it costs nothing.
	ConfirmCreate string
	// HangsOn lists what depends on an object, for the one who deletes it. It runs in the background.
	HangsOn func(T) []string
	// Refresh fetches the rows anew after a change.
	Refresh func() tea.Cmd
}

// Create opens the form for a new object.
func (e Editor[T]) Create() tea.Cmd {
	title := "New " + e.Resource.Title
	page := e.Form(title, e.Blank, func(wanted T) tea.Cmd {
		return tui.Push(NewReview(e.Env, Intent{Title: title, Confirm: e.ConfirmCreate, Pages: 2, FieldOf: e.FieldOf, After: e.after,
			Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				plan, err := change.PrepareCreate(ctx, w, e.Resource, wanted)
				return e.guarded(plan, *new(T), wanted), err
			}}))
	})
	return tea.Batch(e.Env.WantSubnets(), tui.Push(page))
}

// Edit reads the object and opens its form.
func (e Editor[T]) Edit(id, name string) tea.Cmd {
	title := "Edit " + name
	return tea.Batch(e.Env.WantSubnets(), tui.Push(NewOpening(e.Env, title, func(ctx context.Context) (tui.View, error) {
		opened, err := e.Resource.Read(ctx, e.Env.Account, id)
		if err != nil {
			return nil, err
		}
		return e.Form(title, opened, func(wanted T) tea.Cmd {
			return tui.Push(NewReview(e.Env, Intent{Title: "Change " + e.Resource.Title + " " + name, Pages: 2, FieldOf: e.FieldOf, After: e.after,
				Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
					plan, err := change.PrepareUpdate(ctx, w, e.Resource, opened, wanted)
					return e.guarded(plan, opened, wanted), err
				}}))
		}), nil
	})))
}

// guarded adds to a plan what it brings with it.
func (e Editor[T]) guarded(plan change.Plan, opened, wanted T) change.Plan {
	if e.Guard == nil {
		return plan
	}
	return plan.Add(e.Guard(opened, wanted))
}

// Delete reads the object and opens the review of its end; the name must be typed there. What hangs on
// it is asked for as late as possible: the rows it is told from may still be on their way.
func (e Editor[T]) Delete(id, name string) tea.Cmd {
	return tea.Batch(e.Env.WantRelated(), tui.Push(NewOpening(e.Env, "Delete "+name, func(ctx context.Context) (tui.View, error) {
		opened, err := e.Resource.Read(ctx, e.Env.Account, id)
		if err != nil {
			return nil, err
		}
		return NewReview(e.Env, Intent{Title: "Delete " + e.Resource.Title + " " + name, Confirm: name, Pages: 1, After: e.after,
			Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				plan, err := change.PrepareDelete(ctx, w, e.Resource, opened)
				if err != nil || e.HangsOn == nil {
					return plan, err
				}
				return plan.Add(change.Guards{Consequences: e.HangsOn(opened)}), nil
			}}), nil
	})))
}

func (e Editor[T]) after(change.Result) tea.Cmd {
	if e.Refresh == nil {
		return nil
	}
	return e.Refresh()
}
