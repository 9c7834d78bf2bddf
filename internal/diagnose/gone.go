package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/internal/journal"
	"flarewire/internal/store"
)

// What was taken away, and what followed from it: a lost binding, a network without a route and a next hop without a tunnel have a deletion
// behind them as a rule, and a prefix that follows the sessions has sessions that fell.

// gone is the newest deletion that is known of an object of these kinds.
func (a *Account) gone(meant func(happened) bool, kinds ...store.Kind) (happened, bool) {
	for _, h := range slices.Backward(a.happenings()) {
		deleted := h.what == "was deleted" || h.what == string(journal.Delete)
		if deleted && slices.Contains(kinds, h.resource) && meant(h) {
			return h, true
		}
	}
	return happened{}, false
}

// withGone says in a finding what was deleted, and takes that for its begin.
func (a *Account) withGone(f Finding, meant func(happened) bool, kinds ...store.Kind) Finding {
	h, ok := a.gone(meant, kinds...)
	if !ok {
		return f
	}
	f.Text, f.Evidence = join(f.Text, h.told(a.facts.Now)+"."), append(f.Evidence, h.evidence())
	if f.Since.IsZero() {
		f.Since = h.at
	}
	return f
}

// within reports whether a change is of a network that overlaps with one.
func (h happened) within(cidr string) bool {
	p, err := netip.ParsePrefix(cidr)
	return err == nil && slices.ContainsFunc(h.place.networks, p.Overlaps)
}

// holdsHop reports whether what happened is of a tunnel or an interconnect in whose subnet an address lies.
func (h happened) holdsHop(hop netip.Addr) bool {
	p, err := netip.ParsePrefix(h.place.Inner)
	return err == nil && p.Contains(hop)
}

// fellBefore are the sessions that fell shortly before a moment, and are still down: a prefix whose advertisement follows them goes then.
func (a *Account) fellBefore(at time.Time) (Evidence, string) {
	var names []string
	for i := range a.facts.Tunnels {
		c := a.tunnelCase(i)
		if !c.broken() || at.IsZero() {
			continue
		}
		if broke := c.broke(); !broke.IsZero() && at.Sub(broke) <= followsWithin && at.Sub(broke) >= -changeAfter {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return Evidence{}, ""
	}
	noun := "session"
	if len(names) > 1 {
		noun = "sessions"
	}
	list := some(names)
	return Evidence{"sessions that fell before", list}, fmt.Sprintf("%d %s fell just before: %s.", len(names), noun, strings.TrimSuffix(list,
		"."))
}

// followsWithin is how long after its sessions fell a prefix that follows them is withdrawn at the latest: a hold time, and
// Cloudflare's own.
const followsWithin = 10 * time.Minute
