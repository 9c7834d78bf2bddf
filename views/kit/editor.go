package kit

import (
	"cmp"
	"context"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
)

// Editor makes the create, edit and delete acts of a resource; they are the same for all of them.
type Editor[T any] struct {
	Env      *Env
	Resource change.Resource[T]
	// Form describes the form for an object; the zero object is a new one.
	Form func(title string, object T, submit func(T) tea.Cmd) form.Options
	// Draft is what a draft of a new object is kept under; empty for forms that have none.
	Draft string
	// Blank is what a new object begins with.
	Blank T
	// FieldOf gives the form's key for a path of the API; nil when they are the same.
	FieldOf func(path string) string
	// HangsOn lists what depends on an object, for the one who deletes it. It runs in the background.
	HangsOn func(context.Context, T) []string
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
	Touches func() []store.Detail
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
func (e Editor[T]) Create() tea.Cmd {
	return e.Env.Begin(e.Draft, "a new "+e.Resource.Title, func(draft form.Values) tea.Cmd {
		return tui.Push(e.Creation(draft))
	})
}

// Creation is the guided setup of a new object, with the values of a draft; nil for none.
func (e Editor[T]) Creation(draft form.Values) tui.View {
	var f *form.Form
	opts := e.Form("New "+e.Resource.Title, e.Blank, func(wanted T) tea.Cmd { return e.ReviewNew(wanted, f.InWords()) })
	opts.Needs = append(opts.Needs, e.Env.SubnetNeeds()...)
	f = form.New(e.Env.Guided(opts, e.Draft, draft))
	return f
}

// ReviewNew opens the review of a new object, with what the form said of it.
func (e Editor[T]) ReviewNew(wanted T, inWords []form.Part) tea.Cmd {
	return tui.Push(NewReview(e.Env, Intent{Title: "New " + e.Resource.Title, Confirm: e.ConfirmCreate, Pages: 2, FieldOf: e.FieldOf,
		Touched: e.touched(), After: e.created(wanted), Next: e.next(wanted), InWords: inWords,
		Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
			plan, err := change.PrepareCreate(ctx, w, e.Resource, wanted)
			return e.guarded(ctx, journal.Create, e.Blank, wanted, plan, err)
		}}))
}

// created is what happens after a creation: the draft has served its purpose, and the rows are fetched anew.
func (e Editor[T]) created(wanted T) func(change.Result) tea.Cmd {
	return func(r change.Result) tea.Cmd {
		var cmds []tea.Cmd
		if r.Outcome == journal.Done {
			cmds = append(cmds, e.Env.forget(e.Draft))
			if e.Made != nil {
				cmds = append(cmds, e.Made(wanted, r))
			}
		}
		return tea.Batch(cmds...)
	}
}

// Edit reads the object and opens its form.
func (e Editor[T]) Edit(id, name string) tea.Cmd {
	title := "Edit " + name
	return tui.Push(NewOpening(e.Env, title, func(ctx context.Context) (tui.View, error) {
		opened, err := e.Resource.Read(ctx, e.Env.Account, id)
		if err != nil {
			return nil, err
		}
		opts := e.Form(title, opened, func(wanted T) tea.Cmd {
			return tui.Push(NewReview(e.Env, Intent{Title: "Change " + e.Resource.Title + " " + name, Pages: 2, FieldOf: e.FieldOf, Touched: e.touched(),
				Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
					plan, err := change.PrepareUpdate(ctx, w, e.Resource, opened, wanted)
					return e.guarded(ctx, journal.Update, opened, wanted, plan, err)
				}}))
		})
		opts.Needs = append(opts.Needs, e.Env.SubnetNeeds()...)
		return form.New(opts), nil
	}))
}

// Delete reads the object and opens the review of its end; the name must be typed there. What hangs on
// it is asked for as late as possible: the rows it is told from may still be on their way.
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
		return NewReview(e.Env, Intent{Title: "Delete " + e.Resource.Title + " " + name, Confirm: cmp.Or(name, id), Pages: 1, Touched: e.touched(),
			Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				plan, err := change.PrepareDelete(ctx, w, e.Resource, opened, hangsOn...)
				return e.guarded(ctx, journal.Delete, opened, opened, plan, err)
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
		return NewReview(e.Env, Intent{Title: title, Confirm: confirm, Pages: 1, Touched: e.touched(),
			Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) { return prepare(ctx, w, opened) }}), nil
	}))
}

// guarded puts what the guard says into a plan.
func (e Editor[T]) guarded(ctx context.Context, verb journal.Verb, opened, wanted T, plan change.Plan, err error) (change.Plan, error) {
	if err != nil || e.Guard == nil {
		return plan, err
	}
	guards, err := e.Guard(ctx, verb, opened, wanted)
	return plan.Add(guards), err
}

// next binds the actions after a creation to what was wanted.
func (e Editor[T]) next(wanted T) func(change.Result) []tui.Action {
	if e.Next == nil {
		return nil
	}
	return func(r change.Result) []tui.Action { return e.Next(wanted, r) }
}

// touched names what a change touches besides the lists.
func (e Editor[T]) touched() []store.Detail {
	if e.Touches == nil {
		return nil
	}
	return e.Touches()
}
