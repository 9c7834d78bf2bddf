package review

import (
	"context"
	"strings"
	"time"

	"flarewire/internal/change"
	"flarewire/internal/diagnose"
	"flarewire/internal/journal"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// outlook is what a change does to the paths of destinations.
type outlook struct {
	differences []diagnose.Difference
	meanwhile   []diagnose.Difference // until a tunnel that is replaced is there again
	untold      string                // why it cannot be told, "" when it can
}

// outlookAge is how old what an outlook rests on may be: all of it is read all the time while a screen is open.
const outlookAge = time.Minute

// pathKinds are the kinds of objects on which the paths to destinations depend.
var pathKinds = map[store.Kind]bool{store.Routes: true, store.GRETunnels: true, store.IPsecTunnels: true, store.Links: true,
	store.BGPPrefixes: true, store.Bindings: true}

// outlookOf says what plans would change together. It reads what it rests on, so it is for commands.
func outlookOf(ctx context.Context, e *kit.Env, plans ...change.Plan) outlook {
	var edits, away []diagnose.Edit
	for _, p := range plans {
		kind := store.Kind(p.Resource)
		if !pathKinds[kind] || p.Verb == journal.GeneratePSK || p.Verb == journal.SetPSK || p.Verb == journal.SetPrepend {
			continue
		}
		edits = append(edits, diagnose.Edit{Kind: kind, ID: p.ID, Object: p.Wanted})
		if p.Verb == journal.Delete && p.Wanted != nil { // replaced: an edit in the end, a deletion for a while
			away = append(away, diagnose.Edit{Kind: kind, ID: p.ID})
		}
	}
	if len(edits) == 0 || e.Feed == nil {
		return outlook{}
	}
	ctx, cancel := context.WithTimeout(ctx, kit.ReadLimit)
	defer cancel()
	s := e.Feed.Fresh(ctx, outlookAge, store.TargetsOf(diagnose.TableKinds()...)...)
	if kind := edits[0].Kind; kind == store.BGPPrefixes || kind == store.Bindings {
		s = e.Feed.Fresh(ctx, outlookAge, store.TargetsOf(store.BGPPrefixes, store.Bindings)...)
	}
	facts := diagnose.From(s, e.Now())
	facts.Insights = e.Feed.Insights()
	now := diagnose.NewTable(facts)
	out := outlook{differences: diagnose.Differences(now, diagnose.NewTable(facts.After(edits...)))}
	if len(away) > 0 {
		out.meanwhile = diagnose.Differences(now, diagnose.NewTable(facts.After(away...)))
	}
	if why := s.CannotTell(store.Routes, store.GRETunnels, store.IPsecTunnels, store.Links, store.Prefixes); why != "" {
		out.untold = why
	}
	return out
}

// lastPaths are the advertised networks that lose their last path, for good or for a while.
func (o outlook) lastPaths() []string {
	return append(lastPaths(o.differences), lastPaths(o.meanwhile)...)
}

func lastPaths(of []diagnose.Difference) []string {
	var out []string
	for _, d := range of {
		if d.LastPath() {
			out = append(out, d.After.Prefix.String())
		}
	}
	return out
}

// warnings are what must not be overlooked.
func (o outlook) warnings() []string {
	var out []string
	if lost := lastPaths(o.differences); len(lost) > 0 {
		out = append(out, "This removes the last path from "+strings.Join(lost, ", ")+", which Cloudflare advertises.")
	}
	for _, d := range o.differences {
		if text := d.Draws(); text != "" {
			out = append(out, text)
		}
	}
	if lost := lastPaths(o.meanwhile); len(lost) > 0 {
		out = append(out, "Until the new tunnel works, no path is left to "+strings.Join(lost, ", ")+", which Cloudflare advertises.")
	}
	return out
}

// warned puts what must not be overlooked into a plan.
func (o outlook) warned(p change.Plan) change.Plan {
	return p.Add(change.Guards{Warnings: o.warnings()})
}

// outlookMost bounds how many destinations a review shows before and after, and outlookLines how many lines stand before the request:
// what is sent must be on the first screen of 80x24.
const (
	outlookMost  = 20
	outlookLines = 6
)

// outlook draws the destinations before and after in a few lines, and reports whether that is all of it.
func (p *page) outlook(o outlook) (whole bool) {
	if len(o.differences) == 0 && o.untold == "" {
		return true
	}
	if p.Canvas.InLines {
		p.wholeOutlook(o)
		return true
	}
	p.Heading("Effect on routing")
	left := outlookLines - 3 // the heading, what is left out, and the blank line
	whole = o.untold == ""
	for _, d := range o.differences {
		lines, all := briefly(d, p.Canvas.Width)
		whole = whole && all
		if left -= len(lines); left < 0 {
			whole = false
			break
		}
		for _, text := range lines {
			p.Cut(roleOf(d), text)
		}
	}
	if !whole {
		p.Cut(tui.Muted, "   Details below the request.")
	}
	p.Blank()
	return whole
}

// nothing stands where only the other side of a difference has something.
const nothing = "none"

// briefly is what differs in a line or two, and whether that is all of it.
func briefly(d diagnose.Difference, width int) (lines []string, all bool) {
	before, after := d.Words()
	lead := "   " + d.After.Prefix.String() + "  "
	text := field.Or(strings.Join(before, "; "), nothing) + " → " + field.Or(strings.Join(after, "; "), nothing)
	wrap := func(text string) []string {
		lines := tui.Wrap(text, width-6)
		for i := range lines {
			if i > 0 {
				lines[i] = "     " + lines[i]
			}
		}
		return lines
	}
	if lines = wrap(lead + text); len(lines) <= 2 {
		return lines, true
	}
	first := func(list []string) string {
		if len(list) == 0 {
			return nothing
		}
		return list[0]
	}
	if lines = wrap(lead + first(before) + " → " + first(after)); len(lines) > 2 {
		lines = []string{lines[0], lines[1] + " …"}
	}
	return lines, false
}

// roleOf is how bad what becomes of a destination is.
func roleOf(d diagnose.Difference) tui.Role {
	if d.After.Impact > d.Before.Impact || d.LastPath() {
		return tui.Bad
	}
	return tui.Plain
}

// wholeOutlook draws the destinations before and after with everything that differs.
func (p *page) wholeOutlook(o outlook) {
	p.Heading("Effect on routing, before and after")
	for i, d := range o.differences {
		if i == outlookMost {
			p.Text(tui.Muted, field.Number(len(o.differences)-i)+" more destinations change.")
			break
		}
		before, after := d.Words()
		p.Cut(tui.Plain, "   "+d.After.Prefix.String())
		p.version("before", tui.Clean(field.Or(strings.Join(before, "; "), nothing)), tui.Muted)
		p.version("after", tui.Clean(field.Or(strings.Join(after, "; "), nothing)), roleOf(d))
	}
	if o.untold != "" {
		p.Text(tui.Muted, "More may change: "+tui.Clean(o.untold)+".")
	}
	p.Text(tui.Muted, "The API does not show routes learned by BGP; they are not counted.")
	p.Blank()
}
