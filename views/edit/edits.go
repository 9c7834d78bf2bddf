package edit

import (
	"cmp"
	"context"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/kit"
	"flarewire/views/review"
)

// editor does what an Editor says, for any kind of object; the fields are those of Editor.
type editor struct {
	env           *kit.Env
	resource      change.Resource
	form          func(title string, object api.Object, submit func(api.Object) tea.Cmd) form.Options
	draft         string
	blank         api.Object
	fieldOf       func(string) string
	hangsOn       func(context.Context, api.Object) []string
	next          func(api.Object, change.Result) []tui.Action
	made          func(api.Object, change.Result) tea.Cmd
	guard         Guard[api.Object]
	confirmCreate string
	touches       func() []store.Target
}

func (e *editor) create() tea.Cmd {
	return e.env.Begin(e.draft, "a new "+e.resource.Title, func(draft form.Values) tea.Cmd {
		return tui.Push(e.creation(draft))
	})
}

func (e *editor) creation(draft form.Values) tui.View {
	var f *form.Form
	opts := e.form("New "+e.resource.Title, e.blank, func(wanted api.Object) tea.Cmd { return e.reviewNew(wanted, f.InWords()) })
	opts.Beside = e.growing(e.blank, false, opts.Beside, e.collection().BuildCreate)
	f = form.New(e.env.Guided(e.env.Awaited(opts), e.draft, draft))
	return f
}

func (e *editor) reviewNew(wanted api.Object, inWords []form.SaidSection) tea.Cmd {
	intent := review.Intent{Title: "New " + e.resource.Title, Confirm: e.confirmCreate, Pages: 2, FieldOf: e.fieldOf,
		Touched: e.touched(), After: e.created(wanted), InWords: inWords,
		Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
			plan, err := w.PrepareCreate(ctx, e.resource, wanted)
			return e.guarded(ctx, journal.Create, e.blank, wanted, plan, err)
		}}
	if e.next != nil {
		intent.Next = func(r change.Result) []tui.Action { return e.next(wanted, r) }
	}
	return tui.Push(review.NewReview(e.env, intent))
}

// created is what happens after a creation: the draft has served its purpose, and the rows are fetched anew.
func (e *editor) created(wanted api.Object) func(change.Result) tea.Cmd {
	return func(r change.Result) tea.Cmd {
		var cmds []tea.Cmd
		if r.Outcome == journal.Done {
			cmds = append(cmds, e.env.ForgetDraft(e.draft))
			if e.made != nil {
				cmds = append(cmds, e.made(wanted, r))
			}
		}
		return tea.Batch(cmds...)
	}
}

func (e *editor) edit(id, name string) tea.Cmd {
	title, of := "Edit "+name, "edit "+e.resource.Title+" "+id
	return tui.Resume(of, e.opening(title, id, func(_ context.Context, opened api.Object) tui.View {
		opts := e.form(title, opened, func(wanted api.Object) tea.Cmd {
			return tui.Push(review.NewReview(e.env, review.Intent{Title: "Change " + e.resource.Title + " " + name, Pages: 2, FieldOf: e.fieldOf,
				Touched: e.touched(),
				Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
					plan, err := w.PrepareUpdate(ctx, e.resource, opened, wanted)
					return e.guarded(ctx, journal.Update, opened, wanted, plan, err)
				}}))
		})
		opts.ResumeKey = of
		opts.Beside = e.growing(opened, true, opts.Beside, func(o api.Object) (api.Request, error) { return e.collection().BuildUpdate(id, o) })
		return form.New(e.env.Awaited(opts))
	}))
}

func (e *editor) remove(id, name string) tea.Cmd {
	return e.opening("Delete "+name, id, func(ctx context.Context, opened api.Object) tui.View {
		hangsOn := e.hanging(ctx, opened)
		return review.NewReview(e.env, review.Intent{Title: "Delete " + e.resource.Title + " " + name, Confirm: cmp.Or(name, id), ConfirmID: id,
			Pages:   1,
			Touched: e.touched(),
			Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				plan, err := w.PrepareDelete(ctx, e.resource, opened, hangsOn...)
				return e.guarded(ctx, journal.Delete, opened, opened, plan, err)
			}})
	})
}

func (e *editor) act(id, title, confirm string, prepare func(context.Context, *change.Writer, api.Object) (change.Plan, error)) tea.Cmd {
	return e.opening(title, id, func(_ context.Context, opened api.Object) tui.View {
		return review.NewReview(e.env, review.Intent{Title: title, Confirm: confirm, Pages: 1, Touched: e.touched(),
			Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) { return prepare(ctx, w, opened) }})
	})
}

// opening reads an object and opens the page that is made of it.
func (e *editor) opening(title, id string, page func(context.Context, api.Object) tui.View) tea.Cmd {
	return tui.Push(review.NewOpening(e.env, title, func(ctx context.Context) (tui.View, error) {
		opened, err := e.resource.Read(ctx, e.env.Account, id)
		if err != nil {
			return nil, err
		}
		return page(ctx, opened), nil
	}))
}

func (e *editor) removeAll(ids []string) tea.Cmd {
	n := strconv.Itoa(len(ids))
	title := "Delete " + n + " objects (" + e.resource.Title + ")"
	if len(ids) == 1 {
		title = "Delete one " + e.resource.Title
	}
	return tui.Push(review.NewBatch(e.env, title, "delete "+n, func(ctx context.Context, w *change.Writer) ([]change.Plan, error) {
		var plans []change.Plan
		for _, id := range ids {
			plan, err := e.deletion(ctx, w, id)
			if err != nil {
				return nil, err
			}
			plans = append(plans, plan)
		}
		return plans, nil
	}))
}

func (e *editor) deletion(ctx context.Context, w *change.Writer, id string) (change.Plan, error) {
	opened, err := e.resource.Read(ctx, e.env.Account, id)
	if err != nil {
		return change.Plan{}, err
	}
	plan, err := w.PrepareDelete(ctx, e.resource, opened, e.hanging(ctx, opened)...)
	return e.guarded(ctx, journal.Delete, opened, opened, plan, err)
}

func (e *editor) hanging(ctx context.Context, opened api.Object) []string {
	if e.hangsOn == nil {
		return nil
	}
	return e.hangsOn(ctx, opened)
}

// guarded puts what the guard says into a plan.
func (e *editor) guarded(ctx context.Context, verb journal.Verb, opened, wanted api.Object, plan change.Plan, err error) (change.Plan,
	error) {
	if err != nil || e.guard == nil {
		return plan, err
	}
	guards, err := e.guard(ctx, verb, opened, wanted)
	return plan.Add(guards), err
}

// touched names what a change touches besides the lists.
func (e *editor) touched() []store.Target {
	if e.touches == nil {
		return nil
	}
	return e.touches()
}
