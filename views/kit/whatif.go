package kit

import (
	"context"
	"strings"
	"time"

	"flarewire/internal/change"
	"flarewire/internal/diagnose"
	"flarewire/internal/journal"
	"flarewire/internal/store"
	"flarewire/tui"
)

// outlook is what a change does to the ways of destinations.
type outlook struct {
	differences []diagnose.Difference
	untold      string // why it cannot be told, "" when it can
}

// outlookAge is how old what an outlook rests on may be: all of it is read all the time while a screen is open.
const outlookAge = time.Minute

// ways are the kinds of objects on which the ways to destinations depend.
var ways = map[store.Kind]bool{store.Routes: true, store.GRETunnels: true, store.IPsecTunnels: true, store.Links: true,
	store.BGPPrefixes: true, store.Bindings: true}

// outlook says what plans would change together. It reads what it rests on, so it is for commands.
func (e *Env) outlook(ctx context.Context, plans ...change.Plan) outlook {
	var edits []diagnose.Edit
	for _, p := range plans {
		kind := store.Kind(p.Resource)
		if !ways[kind] || p.Verb == journal.GeneratePSK || p.Verb == journal.SetPSK || p.Verb == journal.SetPrepend {
			continue
		}
		edits = append(edits, diagnose.Edit{Kind: kind, ID: p.ID, Object: p.Wanted})
	}
	if len(edits) == 0 || e.Feed == nil {
		return outlook{}
	}
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	s := e.Feed.Fresh(ctx, outlookAge, store.Of(diagnose.TableKinds()...)...)
	if kind := edits[0].Kind; kind == store.BGPPrefixes || kind == store.Bindings {
		s = e.Feed.Fresh(ctx, outlookAge, store.Of(store.BGPPrefixes, store.Bindings)...)
	}
	facts := diagnose.From(s, e.Now())
	facts.Insights = e.Feed.Insights()
	out := outlook{differences: diagnose.Differences(diagnose.NewTable(facts), diagnose.NewTable(facts.After(edits...)))}
	if why := s.CannotTell(store.Routes, store.GRETunnels, store.IPsecTunnels, store.Links, store.Prefixes); why != "" {
		out.untold = why
	}
	return out
}

// lastWays are the advertised networks that lose their last way.
func (o outlook) lastWays() []string {
	var out []string
	for _, d := range o.differences {
		if d.LastWay() {
			out = append(out, d.After.Prefix.String())
		}
	}
	return out
}

// warnings are what must not be overlooked.
func (o outlook) warnings() []string {
	lost := o.lastWays()
	if len(lost) == 0 {
		return nil
	}
	return []string{"This takes the last way from " + strings.Join(lost, ", ") + ", which Cloudflare advertises."}
}

// warned puts what must not be overlooked into a plan.
func (o outlook) warned(p change.Plan) change.Plan {
	return p.Add(change.Guards{Warnings: o.warnings()})
}

// outlookMost bounds how many destinations a review shows before and after.
const outlookMost = 8

// outlook draws the destinations before and after.
func (p *page) outlook(o outlook) {
	if len(o.differences) == 0 && o.untold == "" {
		return
	}
	p.heading("What becomes of the ways")
	for i, d := range o.differences {
		if i == outlookMost {
			p.text(tui.Muted, Number(len(o.differences)-i)+" more destinations change.")
			break
		}
		p.line(tui.Plain, "   "+d.After.Prefix.String())
		p.version("before", tui.Clean(d.Before.Summary()), tui.Muted)
		role := tui.Plain
		if d.After.Impact > d.Before.Impact || d.LastWay() {
			role = tui.Bad
		}
		p.version("after", tui.Clean(d.After.Summary()), role)
	}
	if o.untold != "" {
		p.text(tui.Muted, "More may change: "+tui.Clean(o.untold)+".")
	}
	p.text(tui.Muted, "Routes learned by BGP are not in the API and not counted.")
	p.blank()
}
