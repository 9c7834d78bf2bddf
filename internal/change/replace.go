package change

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/journal"
)

// PrepareReplaceGRE plans the one way to change the BGP settings of a GRE tunnel: delete it and create it again. The new tunnel is
// the old one with the changes, under another id. Both requests are in the plan; the second is sent only when the first
// was read back. Routes keep their next hop, because the addresses stay unless they are changed too.
func PrepareReplaceGRE(ctx context.Context, w *Writer, opened, wanted api.GRETunnel, routes []api.Route) (Plan, error) {
	r := GRETunnels.Resource
	c, err := w.merge(ctx, update(r, api.ObjectOf(opened), api.ObjectOf(wanted)))
	if err != nil {
		return Plan{}, err
	}
	fresh, _ := api.As[api.GRETunnel](c.fresh) // it was read as one
	create, err := w.plainCreate(r, compose(c.merged, c.fresh, api.Object{}))
	if err != nil {
		return Plan{}, err
	}
	remove, err := r.In(w.options.Account).BuildDelete(opened.ID)
	if err != nil {
		return Plan{}, err
	}
	p := w.newPlan(r.Title, r.Name, journal.Delete, opened.ID, fresh.Name)
	p.Title = "Replace GRE tunnel " + fresh.Name
	p.Conflicts, p.Differences = c.conflicts, compare(c.now, c.merged)
	p.Opened, p.Fresh, p.Wanted = journal.Mask(raw(api.ObjectOf(opened))), journal.Mask(raw(c.fresh)), create.Wanted
	if len(p.Differences) == 0 {
		p.block(Unchanged)
	}
	p.Requests = []api.Request{remove, create.Requests[0]}
	p.Warnings = replaceWarnings(fresh)
	p.Consequences = TunnelConsequences(fresh.Tunnel(), routes)
	if fresh.BGP != nil {
		p.Keep = api.NewSecret(fresh.BGP.MD5Key)
	}
	w.replaceSteps(ctx, &p, c, remove, create.steps[0])
	return p, nil
}

// replaceSteps are the deletion and the creation. The new tunnel cannot be checked while the old one has its name and addresses:
// what can be is everything but BGP, as an update of the old one.
func (w *Writer) replaceSteps(ctx context.Context, p *Plan, c mergedEdit, remove api.Request, second step) {
	first := w.deletion(GRETunnels.Resource, p, c.fresh, remove)
	unchanged, remember := first.recheck, second.recheck
	// What is needed to find the new tunnel is read before the old one is deleted: no reading may come between the two.
	first.recheck = func(ctx context.Context) error {
		if err := unchanged(ctx); err != nil {
			return err
		}
		return remember(ctx)
	}
	second.recheck, second.repeats = nil, replaceWaits
	wanted, title := compose(c.merged, c.fresh, api.Object{}), p.Title
	second.rebuild = func() (api.Request, error) { return GRETunnels.In(w.options.Account).BuildCreate(wanted) }
	p.incomplete = func(step int, before journal.Outcome, r *Result) {
		halfReplaced(title, c.fresh, wanted, step, before, r)
	}
	first.entry.After = journal.Mask(second.request.Body()) // with it the journal can bring back either tunnel
	group := rand.Text()[:16]
	first.entry.Group, second.entry.Group = group, group
	p.steps = []step{first, second}
	p.askDryRun = func(ctx context.Context, p *Plan) { w.askDryRun(ctx, p, c.req) }
	p.askDryRun(ctx, p)
}

func replaceWarnings(t api.GRETunnel) []string {
	out := []string{
		"This deletes the tunnel and creates it again: it carries no traffic in between, for at least some seconds",
		"The new tunnel has another id; its health history continues under the same name",
	}
	if t.BGP != nil && t.BGP.MD5Key != "" {
		out = append(out, "The journal does not keep the MD5 key: keep it before you send this, in case the second step fails")
	}
	return out
}

// replaceWaits are the waits between two tries to create the new tunnel while the deletion of the old one takes effect: a minute.
var replaceWaits = []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 15 * time.Second, 16 * time.Second}

// halfReplaced says where a replacement stands that ended at one of its steps, and gives the two ways out.
func halfReplaced(title string, old, wanted api.Object, step int, before journal.Outcome, r *Result) {
	switch {
	case step == 0 && r.Outcome == journal.NotDone:
		return // nothing has happened
	case step == 0:
		r.Recovery = "Whether the old tunnel is deleted is not known yet, and the new one was not created. " + r.Recovery
	case r.Outcome == journal.NotDone:
		*r = r.halfDone(title, before)
	case r.Outcome == journal.Partly:
		r.Text = title + ": the new tunnel exists, but not everything took effect. " + textOf(r.Err)
		r.Recovery = fmt.Sprintf("The new tunnel has the id %s: look at it.", r.ID)
		return
	default:
		r.Text = title + ": the old tunnel is deleted; whether the new one exists is unknown. " + textOf(r.Err)
	}
	r.Finish = func(ctx context.Context, w *Writer) (Plan, error) {
		return w.PrepareCreate(ctx, GRETunnels.Resource, wanted)
	}
	r.Restore = func(ctx context.Context, w *Writer) (Plan, error) {
		return w.PrepareCreate(ctx, GRETunnels.Resource, recreated(old))
	}
}

// halfDone is the result of a replacement whose deletion was done and whose creation certainly was not.
func (r Result) halfDone(title string, deletion journal.Outcome) Result {
	r.Outcome = journal.Partly
	r.Text = title + ": the old tunnel is deleted, and the new one was not created. " + textOf(r.Err)
	if deletion == journal.Deleting {
		r.Text = title + ": Cloudflare accepted the deletion of the old tunnel, but it could still be read, and the new one was not created. " +
			textOf(r.Err)
	}
	r.Text = strings.TrimSpace(r.Text)
	r.Recovery = "Create the new tunnel now, or undo the deletion. The journal entry of the deletion holds both tunnels, but no key."
	return r
}

// Found is the result of a plan when looking again has shown what became of the entry that was open. An act of several steps is not
// done because one of its steps is.
func (r Result) Found(p Plan, e journal.Entry, looked Result) Result {
	looked.RequestIDs = r.RequestIDs
	looked.Secret = r.Secret
	if len(p.Requests) < 2 || looked.Outcome == r.Outcome {
		return looked
	}
	switch deleted := e.Verb == journal.Delete; {
	case deleted && looked.Outcome == journal.Done, !deleted && looked.Outcome == journal.NotDone:
		looked.Finish, looked.Restore = r.Finish, r.Restore
		return looked.halfDone(p.Title, journal.Done)
	case deleted && looked.Outcome == journal.Deleting:
		looked.Finish, looked.Restore = r.Finish, r.Restore
	}
	return looked
}

// recreated is an object as it was, to be created again.
func recreated(old api.Object) api.Object {
	return compose(flatten(old.Values()), old, api.Object{})
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
