package change

import (
	"context"
	"crypto/rand"
	"fmt"

	"flarewire/api"
	"flarewire/internal/journal"
)

// PrepareReplaceGRE plans the one way to change the BGP settings of a GRE tunnel: delete it and create it again. The new tunnel is
// the old one with the changes, under another id. Both requests are in the plan; the second is sent only when the first
// was read back. Routes keep their next hop, because the addresses stay unless they are changed too.
func PrepareReplaceGRE(ctx context.Context, w *Writer, opened, wanted api.GRETunnel, routes []api.Route) (Plan, error) {
	r := GRETunnels.Resource
	c, err := w.rebased(ctx, update(r, api.ObjectOf(opened), api.ObjectOf(wanted)))
	if err != nil {
		return Plan{}, err
	}
	fresh, _ := api.As[api.GRETunnel](c.fresh) // it was read as one
	create, err := w.plainCreate(r, compose(c.target, api.Object{}, api.Object{}))
	if err != nil {
		return Plan{}, err
	}
	remove, err := r.In(w.options.Account).BuildDelete(opened.ID)
	if err != nil {
		return Plan{}, err
	}
	p := w.newPlan(r.Title, r.Name, journal.Delete, opened.ID, fresh.Name)
	p.Title = "Replace GRE tunnel " + fresh.Name
	p.Conflicts, p.Differences = c.conflicts, compare(c.now, c.target)
	p.Opened, p.Fresh, p.Wanted = journal.Mask(raw(api.ObjectOf(opened))), journal.Mask(raw(c.fresh)), create.Wanted
	if len(p.Differences) == 0 {
		p.block("there is nothing to change")
	}
	p.Requests = []api.Request{remove, create.Requests[0]}
	p.Warnings = replaceWarnings(fresh)
	p.Consequences = TunnelConsequences(fresh.Tunnel(), routes)
	p.recovery = recovery
	w.replaceSteps(ctx, &p, c, remove, create.steps[0])
	return p, nil
}

// replaceSteps are the deletion and the creation. The new tunnel cannot be checked while the old one has its name and addresses:
// what can be is everything but BGP, as an update of the old one.
func (w *Writer) replaceSteps(ctx context.Context, p *Plan, c change, remove api.Request, second step) {
	first := w.deletion(GRETunnels.Resource, p, c.fresh, remove)
	first.entry.After = journal.Mask(second.request.Body()) // with it the journal can bring back either tunnel
	group := rand.Text()[:16]
	first.entry.Group, second.entry.Group = group, group
	p.steps = []step{first, second}
	p.check = func(ctx context.Context, p *Plan) { w.ask(ctx, p, c.req) }
	p.check(ctx, p)
}

func replaceWarnings(t api.GRETunnel) []string {
	out := []string{
		"This deletes the tunnel and creates it again: it carries no traffic in between, for some seconds at least",
		"The new tunnel has another id; its health history goes on under the same name",
	}
	if t.BGP != nil && t.BGP.MD5Key != "" {
		out = append(out, "The journal does not keep the MD5 key: have it at hand in case the second step fails")
	}
	return out
}

// recovery says where a replacement stands when one of its steps was not done.
func recovery(done int, r Result) string {
	switch {
	case done == 0 && r.Outcome == journal.NotDone:
		return "" // nothing has happened
	case done == 0:
		return "The old tunnel is being deleted and the new one was not created yet. When the old one is gone, undo its deletion " +
			"from the journal, or create the new one: the journal entry of the deletion holds both"
	case r.Outcome == journal.NotDone:
		return "The old tunnel is deleted and the new one does not exist. The journal entry of the deletion holds both: " +
			"undo it to have the old tunnel back, or create the new one with other values"
	case r.Outcome == journal.Partly:
		return fmt.Sprintf("The new tunnel exists (id %s), but not everything took effect: look at it", r.ID)
	}
	return "The old tunnel is deleted. Whether the new one exists is not known: look at the list before you create it again"
}
