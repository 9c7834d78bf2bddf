package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

const (
	// rekeyLeast is the shortest interval that is taken for a rekey: lifetimes are hours.
	rekeyLeast = 30 * time.Minute
	// holdMost is the longest interval that is taken for an expiring hold timer: 240 s are offered at most
	// (Cloudflare docs: Configure BGP routes), and the session needs time to come back.
	holdMost = 8 * time.Minute
	// rekeyLongest is how long a session is gone at a rekey: 1 to 3 minutes (Cloudflare docs: Troubleshoot
	// tunnel health), and the session needs time to come back.
	rekeyLongest = 8 * time.Minute
	// blur is how inexactly the times are known: each is noticed at a poll.
	blur = 30 * time.Second
	// Of a rhythm that nothing else explains more is asked: this many outages, their intervals within a poll round or
	// a tenth of each other.
	timerOutages = 5
	timerBlur    = store.DefaultRefresh / 2
	// leastOutages are enough where the length of the rhythm says something, too.
	leastOutages = 4
	// steadyHealth is the average health above which the tunnel did not go down with the session.
	steadyHealth = 0.97
)

// outage is one time at which the session was away.
type outage struct {
	from, to time.Time // to is zero while it lasts
	said     bool      // from is the server's own time, and not that of a look
}

// outages are the times at which the session was seen away from up.
func outages(events []store.Event) []outage {
	var list []outage
	for _, e := range events {
		if e.Kind != store.SessionChanged {
			continue
		}
		switch {
		case e.From == store.Up:
			list = append(list, outage{from: e.At, said: e.Said})
		case e.To == store.Up && len(list) > 0:
			list[len(list)-1].to = e.At
		}
	}
	return list
}

// dips are the times at which the health fell, in a series of steps.
func dips(series []store.Point) []outage {
	var list []outage
	low := false
	for _, p := range series {
		bad := p.Value != nil && store.HealthOf(p.Value) != store.Healthy
		if bad && !low {
			list = append(list, outage{from: p.At})
		}
		if !bad && low {
			list[len(list)-1].to = p.At
		}
		low = bad
	}
	return list
}

// rhythm is the interval of outages that come regularly: the newest ones, at least so many, all equally far apart.
func rhythm(list []outage, least int, blur time.Duration) (every time.Duration, regular bool) {
	if len(list) < least {
		return 0, false
	}
	newest := list[len(list)-least:]
	var intervals []time.Duration
	for i := 1; i < least; i++ {
		intervals = append(intervals, newest[i].from.Sub(newest[i-1].from))
	}
	every = newest[least-1].from.Sub(newest[0].from) / time.Duration(least-1)
	apart := slices.Max(intervals) - slices.Min(intervals)
	return every, apart <= max(2*blur, every/10) && apart < every/2
}

// timed reports whether the newest outages are known by the server's own times. Looks half a minute apart show a rhythm of a minute
// or two where there is none.
func timed(list []outage, least int) bool {
	return len(list) >= least && !slices.ContainsFunc(list[len(list)-least:], func(o outage) bool { return !o.said })
}

// short reports whether the outages were as short as those at a rekey.
func short(list []outage, blur time.Duration) bool {
	for _, o := range list[max(0, len(list)-4):] {
		if !o.to.IsZero() && o.to.Sub(o.from) > rekeyLongest+blur {
			return false
		}
	}
	return true
}

// flaps reads a session that goes and comes.
func (c tunnelCase) flaps() []Finding {
	seen, exact := c.outagesKnown(), blur
	if every, regular := rhythm(seen, leastOutages, timerBlur); regular && every < holdMost && timed(seen, leastOutages) && c.steady() {
		return c.holdTimer(every, len(seen))
	}
	if f, ok := c.rekey(seen, exact, "times the session went down"); ok {
		return []Finding{f}
	}
	if f, ok := c.rekey(dips(c.facts.Insights[c.Name].Health), store.InsightStep, "times the health fell in 24 h"); ok {
		return []Finding{f}
	}
	if !c.Track.Flapping {
		return nil
	}
	if every, regular := rhythm(seen, timerOutages, timerBlur); regular && (every >= holdMost || timed(seen, timerOutages)) {
		return c.timer(every, len(seen))
	}
	return []Finding{{Cause: Flapping, Likelihood: Likely, Impact: Impaired, Source: srcFlaps,
		Evidence: append([]Evidence{{"times the session went down in 7 days", strconv.Itoa(c.Track.WeekDowns)}}, c.healthEvidence()...),
		Text: "The session goes down repeatedly without a clear pattern: this points to packet loss on the path or to a tunnel that goes " +
			"down with it.",
		Next: "Compare with the health of the tunnel and of its locations; look in the router's log for what ended the session: hold timer, " +
			"TCP or interface."}}
}

// steady reports whether the tunnel below the session stays healthy.
func (c tunnelCase) steady() bool {
	return c.healthChecked() && c.Health.Score != nil && *c.Health.Score >= steadyHealth
}

// fillsSegment is from how many networks on an UPDATE may fill a segment: with fewer none is too large for any tunnel.
const fillsSegment = 50

// announced is how many networks Cloudflare announces to the router at least: the static routes and the tunnel's extra prefixes. Those
// that other sites bring are not in the API.
func (c tunnelCase) announced() int {
	n := len(c.facts.Routes.Rows)
	if c.BGP != nil {
		n += len(c.BGP.ExtraPrefixes)
	}
	return n
}

// holdTimer reads a session that goes with the rhythm of a hold timer over a tunnel that is well (RFC 4271, section 6.5). Where an
// UPDATE can fill a segment, one that is too large for the way is sent again and again, and the KEEPALIVEs wait behind it.
func (c tunnelCase) holdTimer(every time.Duration, n int) []Finding {
	evidence := append(c.rhythmEvidence(every, n), Evidence{"static routes and extra_prefixes", strconv.Itoa(c.announced())})
	hole := Finding{Cause: MTUBlackHole, Likelihood: Likely, Impact: Outage, Source: rfc4271("sections 4.3, 6.5"), Evidence: evidence,
		Text: "The session goes down every " + interval(every) + " while the tunnel stays healthy: this points to large packets that get lost. " +
			"An UPDATE that does not fit is sent again until the hold time ends, and small probes pass.",
		Next: "On the router: ping through the tunnel with DF set at its MTU (1476 on GRE, 1400 to 1450 on IPsec), and set MTU and MSS clamp " +
			"to " +
			"what passes."}
	lost := Finding{Cause: HoldTime, Likelihood: Likely, Impact: Outage, Source: rfc4271("section 6.5"), Evidence: evidence,
		Text: "The session goes down every " + interval(every) +
			" while the tunnel stays healthy: this points to a hold timer that expires because KEEPALIVEs are late, lost or filtered.",
		Next: nextHoldTime}
	if c.announced() >= fillsSegment {
		lost.Likelihood, lost.Text = Possible, "Or KEEPALIVEs are late, lost or filtered, or the hold time is too short for the router's load."
		return []Finding{hole, lost}
	}
	hole.Likelihood = Possible
	hole.Text = "Or large packets get lost in the tunnel: an UPDATE that does not fit is sent again until the hold time ends."
	return []Finding{lost, hole}
}

// timer reads a rhythm that fits neither a rekey nor a hold timer on a healthy tunnel: loss has no rhythm, but which timer
// it is the API does not say.
func (c tunnelCase) timer(every time.Duration, n int) []Finding {
	found := []Finding{{Cause: Flapping, Likelihood: Likely, Impact: Impaired, Source: srcTimer, Evidence: c.rhythmEvidence(every, n),
		Text: "The session goes down about every " + interval(every) +
			": such a regular interval points to a timer rather than to packet loss on the path.",
		Next: "Look in the router's log for what ended the session each time, and for a timer or a script with this interval."}}
	if every >= holdMost {
		return found
	}
	return append(found, Finding{Cause: HoldTime, Likelihood: Possible, Impact: Impaired, Source: rfc4271("section 6.5"),
		Evidence: c.rhythmEvidence(every, n),
		Text:     "A hold timer may expire each time, because KEEPALIVEs are late, lost or filtered while a new session comes up at once.",
		Next:     nextHoldTime})
}

const nextHoldTime = "On the router: set the hold time to 45 s or more (Cloudflare offers 90 s, the lower one counts), let TCP 179 " +
	"in both directions, and look for load on its control plane."

func (c tunnelCase) rhythmEvidence(every time.Duration, n int) []Evidence {
	return append([]Evidence{{"times the session was seen to go down", strconv.Itoa(n)}, {"every", interval(every)}}, c.healthEvidence()...)
}

// interval is the length of a rhythm: of a short one the seconds tell which timer it is.
func interval(every time.Duration) string {
	if every < 3*time.Minute {
		return fmt.Sprintf("%d s", int(every.Round(time.Second).Seconds()))
	}
	return ago(every)
}

func (c tunnelCase) rekey(list []outage, exact time.Duration, what string) (Finding, bool) {
	every, regular := rhythm(list, leastOutages, exact)
	if !regular || every < rekeyLeast || !short(list, exact) || c.Kind != api.IPsec {
		return Finding{}, false
	}
	return Finding{Cause: RekeyFlap, Likelihood: Likely, Impact: Impaired, Source: srcHealth,
		Evidence: []Evidence{{what, strconv.Itoa(len(list))}, {"every", ago(every)}},
		Text:     fmt.Sprintf("The tunnel drops briefly every %s: this points to IPsec rekeying.", ago(every)),
		Next: "On the router: compare the lifetimes, let DPD restart the tunnel, and stagger the rekeying of the tunnels. Cloudflare never " +
			"rekeys by itself."}, true
}
