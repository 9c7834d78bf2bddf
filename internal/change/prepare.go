package change

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"flarewire/api"
	"flarewire/internal/journal"
)

// PrepareCreate plans a new object. Nothing but the server's dry run is sent.
func PrepareCreate[T any](ctx context.Context, w *Writer, r Resource[T], wanted T) (Plan, error) {
	p, err := plainCreate(ctx, w, r, wanted)
	if err != nil {
		return p, err
	}
	w.ask(ctx, &p, p.steps[0].request, func(ctx context.Context) error {
		_, err := r.In(w.options.Account).Create(ctx, wanted, api.ValidateOnly())
		return err
	})
	return p, nil
}

// plainCreate is a creation that the server was not asked about.
func plainCreate[T any](ctx context.Context, w *Writer, r Resource[T], wanted T) (Plan, error) {
	create := func(ctx context.Context, a *api.AccountClient) (T, error) { return r.In(a).Create(ctx, wanted) }
	req, err := w.rehearse(ctx, func(ctx context.Context, a *api.AccountClient) error {
		_, err := create(ctx, a)
		return err
	})
	if err != nil {
		return Plan{}, err
	}
	p := w.newPlan(r.Title, r.Name, journal.Create, "", r.Label(wanted))
	p.Wanted = journal.Mask(encoded(wanted))
	p.Differences = compare(nil, flatten(req.body()))
	p.Requests = []RequestPreview{req.preview()}
	c := &creation[T]{w: w, r: r, req: req, create: create}
	p.steps = []step{{
		entry:   w.entry(p, r.Parent, nil, req.body(), req),
		request: req, check: c.remember, send: c.send, settle: c.settle,
	}}
	return p, nil
}

// PrepareUpdate plans a change from the object as the form was opened with to the object as it is wanted.
func PrepareUpdate[T any](ctx context.Context, w *Writer, r Resource[T], opened, wanted T) (Plan, error) {
	return prepareEdit(ctx, w, update(r, opened, wanted))
}

func update[T any](r Resource[T], opened, wanted T) edit[T] {
	return edit[T]{r: r, verb: journal.Update, opened: opened, wanted: wanted,
		send: func(ctx context.Context, a *api.AccountClient, v T, options ...api.WriteOption) (api.Secret, error) {
			_, err := r.In(a).Update(ctx, r.ID(opened), v, options...)
			return api.Secret{}, err
		}}
}

// PrepareDelete plans a deletion. hangsOn says what depends on the object (see TunnelConsequences and the like).
func PrepareDelete[T any](ctx context.Context, w *Writer, r Resource[T], opened T, hangsOn ...string) (Plan, error) {
	id := r.ID(opened)
	fresh, err := r.get(ctx, w.options.Account, id)
	if err != nil {
		return Plan{}, err
	}
	req, err := w.rehearse(ctx, func(ctx context.Context, a *api.AccountClient) error { return r.In(a).Delete(ctx, id) })
	if err != nil {
		return Plan{}, err
	}
	p := w.newPlan(r.Title, r.Name, journal.Delete, id, r.Label(fresh))
	p.Opened, p.Fresh = journal.Mask(raw(opened)), journal.Mask(raw(fresh))
	covers := settable(ctx, w, r, fresh, opened)
	p.Conflicts = conflicts(settings(opened, covers), settings(fresh, covers), nil)
	p.Consequences = hangsOn
	p.Requests = []RequestPreview{req.preview()}
	p.steps = []step{deletion(w, r, &p, fresh, req, covers)}
	return p, nil
}

// deletion is the step that deletes. Its dry run is asked when the user has agreed and not before: that a deletion heeds
// validate_only is written only in the prose of Cloudflare's documents, and a look at a plan must not delete anything.
func deletion[T any](w *Writer, r Resource[T], p *Plan, fresh T, req request, covers func(string) bool) step {
	id, a := r.ID(fresh), w.options.Account
	s := step{entry: w.entry(*p, r.Parent, raw(fresh), nil, req), request: req}
	s.check = unchanged(w, r, fresh, covers)
	s.send = func(ctx context.Context) (api.Secret, error) { return api.Secret{}, r.In(a).Delete(ctx, id) }
	s.settle = func(ctx context.Context, certain bool) settled { return gone(ctx, w, r, id, certain) }
	p.DryRun.Why = "the API cannot check a deletion of this kind"
	if req.operation.ValidateOnly {
		p.DryRun.Why = "it is asked right before the deletion"
		s.dryRun = func(ctx context.Context) error { return r.In(a).Delete(ctx, id, api.ValidateOnly()) }
	}
	return s
}

// edit is a change of an existing object: an update, or a named act.
type edit[T any] struct {
	r              Resource[T]
	verb           journal.Verb
	opened, wanted T
	send           func(context.Context, *api.AccountClient, T, ...api.WriteOption) (api.Secret, error)
	noDryRun       string                     // why the server is not asked though it could be
	guard          func(fresh T, p *Plan)     // adds blocks, warnings, consequences
	proof          func(before, after T) bool // shows what cannot be compared: that a key was replaced
	conclusive     bool                       // without the proof it was certainly not done
	always         bool                       // to be sent without a difference too: a validation, a new key
}

func prepareEdit[T any](ctx context.Context, w *Writer, e edit[T]) (Plan, error) {
	c, err := e.rebased(ctx, w)
	if err != nil {
		return Plan{}, err
	}
	p := w.newPlan(e.r.Title, e.r.Name, e.verb, e.r.ID(e.opened), e.r.Label(c.fresh))
	p.Conflicts = c.conflicts
	p.Opened, p.Fresh = journal.Mask(raw(e.opened)), journal.Mask(raw(c.fresh))
	p.Wanted = journal.Mask(encoded(c.sent))
	p.Requests = []RequestPreview{c.req.preview()}
	return e.finish(ctx, w, p, c), nil
}

// rebased reads the object and puts the edit on top of it.
func (e edit[T]) rebased(ctx context.Context, w *Writer) (c change[T], err error) {
	if c.fresh, err = e.r.get(ctx, w.options.Account, e.r.ID(e.opened)); err != nil {
		return c, err
	}
	c.covers = settable(ctx, w, e.r, c.fresh, e.opened, e.wanted)
	opened, wish := settings(e.opened, c.covers), settings(e.wanted, c.covers)
	c.now = settings(c.fresh, c.covers)
	c.conflicts = conflicts(opened, c.now, wish)
	c.target = rebase(opened, wish, c.now)
	whole := flatten(encoded(c.fresh)).only(func(path string) bool { return !c.covers(path) })
	maps.Copy(whole, c.target)
	if c.sent, err = compose(whole, c.fresh, e.wanted); err != nil {
		return c, err
	}
	c.req, err = w.rehearse(ctx, func(ctx context.Context, a *api.AccountClient) error {
		_, err := e.send(ctx, a, c.sent)
		return err
	})
	return c, err
}

// change is an edit on top of what is there now.
type change[T any] struct {
	fresh, sent T
	now, target fields
	covers      func(string) bool
	conflicts   []Conflict
	req         request
}

// finish adds differences, the server's check and the step.
func (e edit[T]) finish(ctx context.Context, w *Writer, p Plan, c change[T]) Plan {
	p.Differences = compare(c.now, c.target)
	if e.verb == journal.Update {
		p.Unsent = unsent(p.Differences, c.target, flatten(c.req.body()), e.r.Whole)
		e.warnUnsent(&p)
	}
	for _, path := range c.req.secrets() {
		p.Differences = append(p.Differences, difference(path, nil, ""))
	}
	if len(p.Differences) == 0 && !e.always {
		p.block("there is nothing to change")
	}
	if e.guard != nil {
		e.guard(c.fresh, &p)
	}
	a := w.options.Account
	p.check = func(ctx context.Context, p *Plan) {
		w.ask(ctx, p, c.req, func(ctx context.Context) error {
			_, err := e.send(ctx, a, c.sent, api.ValidateOnly())
			return err
		})
	}
	if e.noDryRun != "" {
		p.check = func(_ context.Context, p *Plan) { p.DryRun.Why = e.noDryRun }
	}
	p.check(ctx, &p)
	s := &editing[T]{w: w, e: e, c: c, differences: p.Differences, unsent: p.Unsent}
	before, _ := c.now.object() // came out of JSON
	after, _ := c.target.object()
	p.steps = []step{{
		entry: w.entry(p, e.r.Parent, before, after, c.req), request: c.req,
		check:  s.check,
		send:   func(ctx context.Context) (api.Secret, error) { return e.send(ctx, a, c.sent) },
		settle: s.settle,
	}}
	return p
}

// settings are the fields of an object that can be set.
func settings[T any](v T, covers func(string) bool) fields { return flatten(encoded(v)).only(covers) }

func (e edit[T]) warnUnsent(p *Plan) {
	if len(p.Unsent) == 0 {
		return
	}
	var names []string
	for _, d := range p.Unsent {
		names = append(names, d.Path)
	}
	warning := "An update cannot change " + strings.Join(names, ", ")
	if e.r.Hint != "" {
		warning += ". " + e.r.Hint
	}
	p.Warnings = append(p.Warnings, warning)
	if len(p.Unsent) == len(p.Differences) {
		p.block(warning)
	}
}

// unsent are the differences that the request does not carry. Where it is the whole object, it removes what it leaves out.
func unsent(differences []Difference, target, body fields, whole bool) []Difference {
	var list []Difference
	for _, d := range differences {
		value, sent := body[d.Path]
		if removed := target[d.Path] == nil; whole && removed && !sent {
			continue
		}
		if !sent || !same(d.Path, value, target[d.Path]) {
			list = append(list, d)
		}
	}
	return list
}

// settable says which paths a create, an update or an act of this kind sets, so that what the server decides itself (states,
// times, identifiers) is neither a conflict nor a difference.
func settable[T any](ctx context.Context, w *Writer, r Resource[T], objects ...T) func(string) bool {
	keys := map[string]bool{}
	for _, v := range objects {
		for _, call := range []func(context.Context, *api.AccountClient) error{
			func(ctx context.Context, a *api.AccountClient) error { _, err := r.In(a).Create(ctx, v); return err },
			func(ctx context.Context, a *api.AccountClient) error {
				_, err := r.In(a).Update(ctx, r.ID(objects[0]), v)
				return err
			},
		} {
			req, err := w.rehearse(ctx, call)
			if err != nil {
				continue // the API has no such operation
			}
			for path := range flatten(req.body()) {
				keys[top(path)] = true
			}
		}
	}
	return func(path string) bool { return keys[top(path)] || slices.Contains(r.Acts, path) }
}

// ask has the server check the request without carrying it out.
func (w *Writer) ask(ctx context.Context, p *Plan, req request, send func(context.Context) error) {
	switch {
	case !req.operation.ValidateOnly:
		p.DryRun.Why = "the API cannot check this without doing it"
	case w.options.ReadOnly != "":
		p.DryRun.Why = "this is read-only: " + w.options.ReadOnly
	case len(p.blocks) > 0 || len(p.Conflicts) > 0 && !p.accepted:
		p.DryRun.Why = "there is something to settle first"
	default:
		p.DryRun = DryRun{Asked: true}
		if err := send(ctx); err != nil {
			p.DryRun.Err, p.DryRun.Field = err, blamed(err, flatten(req.body()))
		}
	}
}

// blamed leads an error back to a field: the API may give the whole path or only its last part.
func blamed(err error, body fields) string {
	var e *api.Error
	if !errors.As(err, &e) || e.Field == "" {
		return ""
	}
	paths := union(body, nil)
	if slices.Contains(paths, e.Field) {
		return e.Field
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "."+e.Field) {
			return path
		}
	}
	return e.Field
}

func (w *Writer) newPlan(title, resource string, verb journal.Verb, id, name string) Plan {
	p := Plan{Title: strings.TrimSpace(titles[verb] + " " + title + " " + name), Verb: verb, Resource: resource, ID: id, Name: name, spent: &atomic.Bool{}}
	if w.options.ReadOnly != "" {
		p.block("nothing can be changed: " + w.options.ReadOnly)
	}
	return p
}

var titles = map[journal.Verb]string{
	journal.Create: "Create", journal.Update: "Change", journal.Delete: "Delete", journal.Advertise: "Advertise",
	journal.Withdraw: "Withdraw", journal.SetPrepend: "Set the prepend count of",
	journal.SetAutoWithdraw: "Set the automatic withdrawal of", journal.GeneratePSK: "Generate a new pre-shared key for",
	journal.SetPSK: "Set the pre-shared key of", journal.ValidatePrefix: "Validate",
}

// entry is what the journal gets before the request is sent.
func (w *Writer) entry(p Plan, parent string, before, after []byte, req request) journal.Entry {
	secrets := req.secrets()
	for _, d := range p.Differences {
		if d.Secret && !slices.Contains(secrets, d.Path) {
			secrets = append(secrets, d.Path)
		}
	}
	return journal.Entry{Profile: w.options.Profile, Account: w.options.Account.ID, Verb: p.Verb, Resource: p.Resource,
		Parent: parent, ObjectID: p.ID, Name: p.Name, Before: journal.Mask(before), After: journal.Mask(after), Secrets: secrets}
}
