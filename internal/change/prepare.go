package change

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"flarewire/api"
	"flarewire/internal/journal"
)

// PrepareCreate plans a new object. Nothing but the server's dry run is sent. The error is about reading or building, as of every Prepare…:
// what the server's check objects to is in Plan.DryRun, and Plan.Blocked says so.
func (w *Writer) PrepareCreate(ctx context.Context, r Resource, wanted api.Object) (Plan, error) {
	p, err := w.plainCreate(r, wanted)
	if err != nil {
		return p, err
	}
	w.askDryRun(ctx, &p, p.Requests[0])
	return p, nil
}

// plainCreate is a creation that the server was not asked about.
func (w *Writer) plainCreate(r Resource, wanted api.Object) (Plan, error) {
	req, err := r.In(w.options.Account).BuildCreate(wanted)
	if err != nil {
		return Plan{}, err
	}
	values := flatten(wanted.Values())
	p := w.newPlan(r.Title, r.Name, journal.Create, "", r.label(values))
	p.Wanted = journal.Mask(wanted.Values())
	p.Differences = compare(nil, flatten(req.Body()))
	p.Requests = []api.Request{req}
	c := &creation{w: w, r: r, body: sentValues(w.known(r, req.Body()), values), name: r.label(flatten(req.Body()))}
	p.steps = []step{{entry: w.entry(p, r.Parent, nil, req.Body(), req), request: req, recheck: c.remember, settle: c.settle}}
	return p, nil
}

// PrepareUpdate plans a change from the object as the form was opened with to the object as it is wanted.
func PrepareUpdate[T any](ctx context.Context, w *Writer, r TypedResource[T], opened, wanted T) (Plan, error) {
	return w.PrepareUpdate(ctx, r.Resource, api.ObjectOf(opened), api.ObjectOf(wanted))
}

// PrepareUpdate is the function of the same name for any kind of object.
func (w *Writer) PrepareUpdate(ctx context.Context, r Resource, opened, wanted api.Object) (Plan, error) {
	return w.prepareEdit(ctx, update(r, opened, wanted))
}

func update(r Resource, opened, wanted api.Object) editSpec {
	return editSpec{r: r, verb: journal.Update, opened: opened, wanted: wanted,
		build: func(a *api.AccountClient, v api.Object) (api.Request, error) {
			return r.In(a).BuildUpdate(r.id(opened), v)
		}}
}

// PrepareDelete plans a deletion. dependents says what depends on the object (see TunnelConsequences and the like).
func (w *Writer) PrepareDelete(ctx context.Context, r Resource, opened api.Object, dependents ...string) (Plan, error) {
	id := r.id(opened)
	fresh, err := r.Read(ctx, w.options.Account, id)
	if err != nil {
		return Plan{}, err
	}
	req, err := r.In(w.options.Account).BuildDelete(id)
	if err != nil {
		return Plan{}, err
	}
	p := w.newPlan(r.Title, r.Name, journal.Delete, id, r.label(flatten(fresh.Values())))
	p.Opened, p.Fresh = journal.Mask(raw(opened)), journal.Mask(raw(fresh))
	covers := r.covers(w.options.Account)
	p.Conflicts = conflicts(settings(opened, covers), settings(fresh, covers), nil)
	p.Consequences = dependents
	if text := w.notBack(r, fresh); text != "" {
		p.Consequences = append(slices.Clone(dependents), text)
	}
	p.Requests = []api.Request{req}
	p.steps = []step{w.deletion(r, &p, fresh, req)}
	return p, nil
}

// deletion is the step that deletes. It has no dry run: that a deletion heeds validate_only is written only in the prose of
// Cloudflare's documents, a server that overlooked it would delete without an entry in the journal, and there is nothing to check.
func (w *Writer) deletion(r Resource, p *Plan, fresh api.Object, req api.Request) step {
	id := p.ID
	s := step{entry: w.entry(*p, r.Parent, raw(fresh), nil, req), request: req, recheck: w.unchanged(r, id, fresh)}
	s.settle = func(ctx context.Context, accepted bool, _ api.Answer) settled {
		return w.settleDelete(ctx, r, id, accepted)
	}
	p.DryRun.Why = "the API has none for deletions"
	return s
}

// editSpec is a change of an existing object: an update, or a named act.
type editSpec struct {
	r               Resource
	verb            journal.Verb
	opened, wanted  api.Object
	build           func(*api.AccountClient, api.Object) (api.Request, error)
	noDryRun        string                              // why the server is not asked though it could be
	guard           func(fresh api.Object, p *Plan)     // adds blocks, warnings, consequences
	showsDone       func(before, after api.Object) bool // shows what cannot be compared: that a key was replaced
	doneAlwaysShows bool                                // what showsDone does not show was certainly not done
	always          bool                                // to be sent without a difference too: a validation, a new key
}

func (w *Writer) prepareEdit(ctx context.Context, e editSpec) (Plan, error) {
	c, err := w.merge(ctx, e)
	if err != nil {
		return Plan{}, err
	}
	p := w.newPlan(e.r.Title, e.r.Name, e.verb, e.r.id(e.opened), e.r.label(flatten(c.fresh.Values())))
	p.Conflicts = c.conflicts
	p.Opened, p.Fresh = journal.Mask(raw(e.opened)), journal.Mask(raw(c.fresh))
	p.Wanted = journal.Mask(c.sent.Values())
	p.Requests = []api.Request{c.req}
	return w.finish(ctx, e, p, c), nil
}

// merge reads the object and puts the edit on top of it.
func (w *Writer) merge(ctx context.Context, e editSpec) (c mergedEdit, err error) {
	if c.fresh, err = e.r.Read(ctx, w.options.Account, e.r.id(e.opened)); err != nil {
		return c, err
	}
	c.covers = e.r.covers(w.options.Account)
	opened, wanted := settings(e.opened, c.covers), settings(e.wanted, c.covers)
	c.now = settings(c.fresh, c.covers)
	c.conflicts = conflicts(opened, c.now, wanted)
	c.merged = rebase(opened, wanted, c.now)
	whole := flatten(c.fresh.Values()).only(func(path string) bool { return !c.covers(path) })
	maps.Copy(whole, c.merged)
	c.sent = compose(whole, c.fresh, e.wanted)
	c.req, err = e.build(w.options.Account, c.sent)
	return c, err
}

// mergedEdit is an edit on top of what is there now.
type mergedEdit struct {
	fresh, sent api.Object
	now, merged fields
	covers      func(string) bool
	conflicts   []Conflict
	req         api.Request
}

// beforeWithRemoved are the settings before the change, with the fields that flarewire has no name for of the parts that the change
// removes:
// the journal needs them for the undo. Those of parts that stay are sent along with the change.
func (c mergedEdit) beforeWithRemoved() fields {
	out := maps.Clone(c.now)
	for path, value := range flatten(raw(c.fresh)) {
		if _, named := c.now[path]; named || !c.covers(path) || journal.IsSecret(path) {
			continue
		}
		for parent := path; strings.Contains(parent, "."); {
			parent = parent[:strings.LastIndexByte(parent, '.')]
			if c.now.holds(parent) {
				if !c.merged.holds(parent) {
					out[path] = value
				}
				break
			}
		}
	}
	return out
}

// finish adds differences, the server's check and the step.
func (w *Writer) finish(ctx context.Context, e editSpec, p Plan, c mergedEdit) Plan {
	p.Differences = compare(c.now, c.merged)
	if e.verb == journal.Update {
		p.Unsent = unsent(p.Differences, c.merged, flatten(c.req.Body()), e.r.ReplacesAll)
		e.warnUnsent(&p)
	}
	for _, path := range secretsOf(c.req) {
		p.Differences = append(p.Differences, difference(path, nil, ""))
	}
	if len(p.Differences) == 0 && !e.always {
		p.block(Unchanged)
	}
	if e.guard != nil {
		e.guard(c.fresh, &p)
	}
	p.askDryRun = func(ctx context.Context, p *Plan) { w.askDryRun(ctx, p, c.req) }
	if e.noDryRun != "" {
		p.askDryRun = func(_ context.Context, p *Plan) { p.DryRun.Why = e.noDryRun }
	}
	p.askDryRun(ctx, &p)
	s := &editStep{w: w, spec: e, edit: c, differences: p.Differences, notInRequest: p.Unsent}
	if hasKeyProof(e.verb) { // by this a key whose answer was lost is seen later
		if made := flatten(raw(c.fresh))[keyMade]; made != nil {
			c.now[keyMade] = made
		}
	}
	before, _ := c.beforeWithRemoved().object() // came out of JSON
	after, _ := c.merged.object()
	p.steps = []step{{entry: w.entry(p, e.r.Parent, before, after, c.req), request: c.req, recheck: s.recheck, settle: s.settle}}
	return p
}

// known are the fields of an object that flarewire has a name for. What is unknown inside of it is sent and written down, but what
// becomes of it is the server's business and says nothing about whether a change was done.
func (w *Writer) known(r Resource, object json.RawMessage) fields {
	o, err := r.In(w.options.Account).Decode(object)
	if err != nil {
		return flatten(object)
	}
	return flatten(o.Values())
}

// settings are the fields of an object that can be set.
func settings(o api.Object, covers func(string) bool) fields { return flatten(o.Values()).only(covers) }

// secretsOf are the fields of a request that hold a secret the API never gives back. md5_key is readable, and so compared like any
// other field.
func secretsOf(req api.Request) []string {
	var paths []string
	for path := range flatten(req.Body()) {
		if journal.IsSecret(path) && !strings.HasSuffix(path, "md5_key") {
			paths = append(paths, path)
		}
	}
	return paths
}

// sentValues are the fields of a request that the API gives back, with the secrets among them, which the request does not show.
func sentValues(sent, wanted fields) fields {
	for path := range sent {
		if !journal.IsSecret(path) {
			continue
		}
		delete(sent, path)
		if value, readable := wanted[path]; readable {
			sent[path] = value
		}
	}
	return sent
}

func (e editSpec) warnUnsent(p *Plan) {
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

// askDryRun has the server check the request without carrying it out.
func (w *Writer) askDryRun(ctx context.Context, p *Plan, req api.Request) {
	dry, ok := req.DryRun()
	switch {
	case !ok:
		p.DryRun.Why = "the API cannot check this without doing it"
	case w.options.ReadOnly != "":
		p.DryRun.Why = "this is read-only: " + w.options.ReadOnly
	case len(p.blocks) > 0: // why it cannot be sent says enough
	case len(p.Conflicts) > 0 && !p.accepted:
		p.DryRun.Why = "resolve the conflict first"
	default:
		p.DryRun = DryRun{Asked: true}
		if _, err := w.options.Sender.Send(ctx, dry); err != nil {
			p.DryRun.Err, p.DryRun.Field, p.DryRun.Objections = err, blamed(err, flatten(req.Body())), objections(err, flatten(req.Body()))
		}
	}
}

// blamed leads an error back to a field: the API may give the whole path or only its last part.
func blamed(err error, body fields) string {
	var e *api.Error
	if !errors.As(err, &e) {
		return ""
	}
	return inBody(e.Field, body)
}

// inBody is the path of a field in the body, of which the API gave the whole path or only its last part.
func inBody(field string, body fields) string {
	paths := union(body, nil)
	if field == "" || slices.Contains(paths, field) {
		return field
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "."+field) {
			return path
		}
	}
	return field
}

// objections are what the server says of single fields, by their paths: what each of its errors points to, else what the first of them
// names in its text.
func objections(err error, body fields) map[string]string {
	var e *api.Error
	if !errors.As(err, &e) || e.Field == "" {
		return nil
	}
	out := map[string]string{}
	for _, m := range e.Messages {
		if path := inBody(m.Field(), body); path != "" && m.Text != "" && out[path] == "" {
			out[path] = m.Text
		}
	}
	if path := inBody(e.Field, body); out[path] == "" {
		out[path] = e.Error()
		if len(e.Messages) > 0 && e.Messages[0].Text != "" {
			out[path] = e.Messages[0].Text
		}
	}
	return out
}

func (w *Writer) newPlan(title, resource string, verb journal.Verb, id, name string) Plan {
	p := Plan{Title: strings.TrimSpace(titles[verb] + " " + title + " " + name), Verb: verb, Resource: resource, ID: id, Name: name,
		spent: &atomic.Bool{}}
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
func (w *Writer) entry(p Plan, parent string, before, after []byte, req api.Request) journal.Entry {
	secrets := secretsOf(req)
	for _, d := range p.Differences {
		if d.Secret && !slices.Contains(secrets, d.Path) {
			secrets = append(secrets, d.Path)
		}
	}
	return journal.Entry{Profile: w.options.Profile, Account: w.options.Account.ID, Verb: p.Verb, Resource: p.Resource,
		Parent: parent, ObjectID: p.ID, Name: p.Name, Before: journal.Mask(before), After: journal.Mask(after), Secrets: secrets}
}
