package tunnel

import (
	"strings"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/store"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// What the end of a tunnel means: whoever deletes one is told how it stands.

// end says what a deletion ends. What the analytics told of single tunnels is taken along here, where the pages are; the
// rest is looked up where it is asked, in a command.
func end[T any](m *Module, tunnel func(T) api.Tunnel) func(T) change.Guards {
	told := m.env.Feed.Insights()
	return func(t T) change.Guards { return m.standing(tunnel(t), told).Guards() }
}

// moved says what a change of a tunnel's addresses means while it works: the router still has the old ones.
func moved[T any](m *Module, tunnel func(T) api.Tunnel) func(opened, wanted T) change.Guards {
	told := m.env.Feed.Insights()
	return func(opened, wanted T) change.Guards {
		was, is := tunnel(opened), tunnel(wanted)
		var what []string
		for _, each := range []struct{ name, before, after string }{
			{"customer endpoint", was.CustomerEndpoint, is.CustomerEndpoint},
			{"Cloudflare endpoint", was.CloudflareEndpoint, is.CloudflareEndpoint},
			{"interface address", was.InterfaceAddress, is.InterfaceAddress},
		} {
			if each.before != "" && each.before != each.after {
				what = append(what, each.name)
			}
		}
		stands := m.standing(was, told).Guards()
		if len(what) == 0 || stands.Live == "" {
			return change.Guards{}
		}
		return change.Guards{Warnings: append([]string{"Changing the " + strings.Join(what, " and the ") +
			" cuts a tunnel that works: its session and traffic stop until your router has the same. " + stands.Live}, stands.Warnings...)}
	}
}

// standing is how a tunnel stands that was just read, with what was watched of it. It is for commands.
func (m *Module) standing(t api.Tunnel, told map[string]store.Insight) kit.DeleteImpact {
	now := store.Tunnel{Tunnel: t, State: store.StateOf(t)}
	for _, seen := range m.env.Feed.Last().Tunnels {
		if seen.ID != t.ID {
			continue
		}
		if now.State == store.Unknown { // the list tells of sessions that the object alone may not
			now.State = seen.State
		}
		if now.State == seen.State {
			now.Track = seen.Track
		}
	}
	now.Health.State = m.env.ProbedHealth(t.Name)
	return kit.DeleteImpact{Session: now.State,
		Since: sinceMoment(now.SessionOrHealthBegan(m.env.Now()), m.env.Now()), Health: probedHealth(now),
		Carries: carries(told[t.Name])}
}

// carries is what went through the tunnel last; empty when that is nothing, or not known.
func carries(in store.Insight) string {
	var flows []string
	for _, each := range []struct {
		side   string
		series []store.Point
	}{{"from your side", in.Ingress}, {"to your side", in.Egress}} {
		if newest := last(each.series); newest != nil && *newest.Value > 0 {
			flows = append(flows, field.Rate(*newest.Value)+" "+each.side)
		}
	}
	return strings.Join(flows, ", ")
}
