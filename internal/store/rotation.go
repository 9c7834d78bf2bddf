package store

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"flarewire/internal/sorting"
)

// What lies below prefixes and ports costs a request each, so that its cost would grow with the account. A bounded number of
// them is read in a round, in the order in which they are due: first what nobody has read yet or what is wanted anew, then the
// rest in rotation, with shorter turns for what carries traffic into something that is down. Nothing waits for ever, because
// what is passed over stays due and comes first some day.
const (
	// detailRound is how often some details are read, detailsInRound how many of them. 6 in 16 s are 22 a minute, which with
	// everything else stays below what api.ClassBackground may use of the share: 100 prefixes and 20 ports, which have 220
	// details, are read once in less than ten minutes.
	detailRound    = 16 * time.Second
	detailsInRound = 6
	// detailsAtFirst is how many are read in the first round: a small account is known completely at once.
	detailsAtFirst = 16
	// detailsTogether bounds the requests for the details of a job in flight.
	detailsTogether = 4
	// urgentDetails is how old the details of the object on the screen may be, and those of a prefix with trouble.
	urgentDetails = 30 * time.Second
)

// kindsOfDetails are the kinds of details that are read of all objects now.
func (s *Store) kindsOfDetails() []Kind {
	return slices.DeleteFunc(slices.Clone(detailKinds), func(k Kind) bool {
		return !s.always[k] && !slices.Contains(s.shown, Target{Kind: k})
	})
}

// shownDetails are the details of the objects on the screen that have grown old.
func (s *Store) shownDetails(last *Snapshot, now time.Time) []Target {
	return slices.DeleteFunc(slices.Clone(s.shown), func(d Target) bool {
		e := last.below(d)
		return e == nil || s.busy[d] > 0 || e.shownDue().After(now)
	})
}

// shownDue is when a detail on the screen is to be read again.
func (e *Entry) shownDue() time.Time {
	if e.Err != nil || e.Due.IsZero() {
		return e.Due
	}
	return e.Fetched.Add(urgentDetails)
}

// roundOfDetails are some of the details that nobody looks at in particular.
func (s *Store) roundOfDetails(last *Snapshot, now time.Time) []Target {
	needed := s.kindsOfDetails()
	if len(needed) == 0 || !last.hasDetails() || s.nextRound.After(now) || !s.firstRoundDone && s.awaited(last) {
		return nil
	}
	n := detailsInRound
	if !s.firstRoundDone || s.hurried {
		n = detailsAtFirst
	}
	for d := range s.busy { // where answers take longer than a round, it does not pile up
		if d.Kind.Detail() {
			n--
		}
	}
	s.firstRoundDone, s.hurried, s.nextRound = true, false, now.Add(detailRound)
	return last.detailsDue(now, max(n, 0), needed, func(d Target) bool { return s.busy[d] > 0 })
}

// hasDetails reports whether there are objects that details are read of.
func (s *Snapshot) hasDetails() bool { return len(s.Prefixes.Rows)+len(s.Ports.Rows) > 0 }

// awaited reports whether one of the needed lists that have details got no answer yet: the first round is for all of them.
func (s *Store) awaited(last *Snapshot) bool {
	return slices.ContainsFunc(s.neededLists(), func(k Kind) bool {
		e := last.entry(k)
		return (k == Prefixes || k == Ports) && !e.Known() && e.Err == nil
	})
}

// candidate is a detail that may be read now.
type candidate struct {
	Target
	due      time.Time
	refused  bool // it was never read, only because the program's own share of requests was used up
	anew     bool // it is known, and was wanted anew
	affected bool // it carries traffic into something that is down
}

// detailsDue chooses the details for a round, at most n, and none of those that are being read.
func (s *Snapshot) detailsDue(now time.Time, n int, kinds []Kind, busy func(Target) bool) []Target {
	affected := s.affectedPrefixes()
	var found []candidate
	for d, e := range s.details(kinds...) {
		c := candidate{Target: d, due: e.Due, refused: !e.Known() && ownBudget(e.Err),
			anew: e.Known() && e.Due.IsZero(), affected: d.Kind != PortStates && affected[d.Object]}
		if soon := e.Fetched.Add(urgentDetails); c.affected && e.Settled() && soon.Before(c.due) {
			c.due = soon
		}
		if !c.due.After(now) && !busy(d) {
			found = append(found, c)
		}
	}
	sorting.Sort(found, func(a, b candidate) int {
		return cmp.Or(trueFirst(a.refused, b.refused), a.due.Compare(b.due), trueFirst(a.anew, b.anew), trueFirst(a.affected, b.affected))
	})
	var out []Target
	for _, c := range found[:min(n, len(found))] {
		out = append(out, c.Target)
	}
	return out
}

func trueFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// affectedPrefixes are the ids of the prefixes with a static route into a tunnel that is known to be down.
func (s *Snapshot) affectedPrefixes() map[string]bool {
	down := s.downNetworks()
	if len(down) == 0 {
		return nil
	}
	out := map[string]bool{}
	for i := range s.Prefixes.Rows {
		p := &s.Prefixes.Rows[i]
		cidr, err := netip.ParsePrefix(p.CIDR)
		out[p.ID] = err == nil && slices.ContainsFunc(down, cidr.Overlaps)
	}
	return out
}

// downNetworks are the networks with a static route into a tunnel that is known to be down.
func (s *Snapshot) downNetworks() []netip.Prefix {
	var subnets []netip.Prefix
	for i := range s.Tunnels {
		t := &s.Tunnels[i]
		if t.State != Down && t.Health.State != HealthDown {
			continue
		}
		if p, err := netip.ParsePrefix(t.InterfaceAddress); err == nil {
			subnets = append(subnets, p.Masked())
		}
	}
	if len(subnets) == 0 {
		return nil
	}
	var out []netip.Prefix
	for _, r := range s.Routes.Rows {
		hop, err := netip.ParseAddr(r.Nexthop)
		if err != nil || !slices.ContainsFunc(subnets, func(p netip.Prefix) bool { return p.Contains(hop) }) {
			continue
		}
		if p, err := netip.ParsePrefix(r.Prefix); err == nil {
			out = append(out, p)
		}
	}
	return out
}
