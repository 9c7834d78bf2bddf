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
	e := update(GRETunnels, opened, wanted)
	c, err := e.rebased(ctx, w)
	if err != nil {
		return Plan{}, err
	}
	next, err := compose(c.target, api.GRETunnel{}, wanted)
	if err != nil {
		return Plan{}, err
	}
	create, err := plainCreate(ctx, w, GRETunnels, next)
	if err != nil {
		return Plan{}, err
	}
	remove, err := w.rehearse(ctx, func(ctx context.Context, a *api.AccountClient) error { return a.GRETunnels.Delete(ctx, opened.ID) })
	if err != nil {
		return Plan{}, err
	}
	p := w.newPlan(GRETunnels.Title, GRETunnels.Name, journal.Delete, opened.ID, c.fresh.Name)
	p.Title = "Replace GRE tunnel " + c.fresh.Name
	p.Conflicts, p.Differences = c.conflicts, compare(c.now, c.target)
	p.Opened, p.Fresh, p.Wanted = journal.Mask(raw(opened)), journal.Mask(raw(c.fresh)), create.Wanted
	if len(p.Differences) == 0 {
		p.block("there is nothing to change")
	}
	p.Requests = []RequestPreview{remove.preview(), create.steps[0].request.preview()}
	p.Warnings = replaceWarnings(c.fresh)
	p.Consequences = TunnelConsequences(c.fresh.Tunnel(), routes)
	p.recovery = recovery
	w.replaceSteps(ctx, &p, c, remove, create.steps[0])
	return p, nil
}

// replaceSteps are the deletion and the creation. The new tunnel cannot be checked while the old one has its name and addresses:
// what can be is everything but BGP, as an update of the old one.
func (w *Writer) replaceSteps(ctx context.Context, p *Plan, c change[api.GRETunnel], remove request, second step) {
	first := deletion(w, GRETunnels, p, c.fresh, remove, c.covers)
	first.entry.After = journal.Mask(second.request.body()) // with it the journal can bring back either tunnel
	group := rand.Text()[:16]
	first.entry.Group, second.entry.Group = group, group
	p.steps = []step{first, second}
	p.check = func(ctx context.Context, p *Plan) {
		w.ask(ctx, p, c.req, func(ctx context.Context) error {
			_, err := w.options.Account.GRETunnels.Update(ctx, c.fresh.ID, c.sent, api.ValidateOnly())
			return err
		})
	}
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
