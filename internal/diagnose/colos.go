package diagnose

import (
	"fmt"
	"strconv"

	"flarewire/api"
	"flarewire/internal/store"
)

// locationCount is how Cloudflare's data centers see a tunnel.
type locationCount struct {
	good, bad, badIdle int
	down               int      // of the bad ones
	worst              []string // bad ones that carry traffic, or all bad ones where the traffic is not known
	idle               []string
	flow               bool    // the traffic is known
	some               bool    // only locations that carry much of the account's traffic were asked
	all, hit           float64 // bit/s of all locations, and of the bad ones
}

func countColos(in store.Insight) locationCount {
	n := locationCount{flow: in.ColoFlow, some: in.Some}
	for _, colo := range in.Colos {
		if colo.BitRate != nil {
			n.all += *colo.BitRate
		}
		state := colo.State()
		if state == store.HealthDown {
			n.down++
		}
		switch {
		case state == store.Healthy:
			n.good++
		case state == "":
		case colo.Idle():
			n.bad++
			n.badIdle++
			n.idle = append(n.idle, LocationName(colo.Name))
		default:
			n.bad++
			n.worst = append(n.worst, LocationName(colo.Name))
			if colo.BitRate != nil {
				n.hit += *colo.BitRate
			}
		}
	}
	return n
}

func (c tunnelCase) colos() locationCount { return countColos(c.facts.sight(c.Name)) }

// someGood reports whether some locations see the tunnel healthy.
func (c tunnelCase) someGood() bool { return c.colos().good > 0 }

// locations reads a tunnel that is bad at some locations only.
func (c tunnelCase) locations() []Finding {
	n := c.colos()
	if !c.probed() || n.bad == 0 || n.good == 0 {
		return nil
	}
	evidence := n.evidence()
	if n.flow && n.bad == n.badIdle {
		f := Finding{Cause: IdleColos, Likelihood: Likely, Impact: NoImpact, Source: srcHealth,
			Evidence: append(evidence, Evidence{"without traffic in the last hour", some(n.idle)}),
			Text:     "Only data centers that carry no traffic of this tunnel report poor health: no action needed.",
			Next:     "Look again when traffic moves there."}
		if c.Health.State == store.HealthDown {
			f.Impact = Risk // it counts as down
			f.Text = "Only data centers that carry no traffic of this tunnel report poor health, but so many that it counts as down."
		}
		return []Finding{f}
	}
	f := Finding{Cause: SomeColos, Likelihood: Likely, Impact: Impaired, Source: srcHealth,
		Text: "Only some of Cloudflare's data centers report poor health: this points to the path between them and the router, not to the " +
			"router.",
		Next: "Run a traceroute from one of these data centers and check cloudflarestatus.com for it."}
	if n.flow {
		f.Evidence = append(evidence, Evidence{"with traffic", some(n.worst)})
		f.Text = fmt.Sprintf("%d of %d of Cloudflare's data centers report poor health: %s. They carry %s of its traffic. This points to the "+
			"path between them and the router, not to the router.", n.bad, n.bad+n.good, some(n.worst), share(n.hit, n.all))
		if n.hit < littleTraffic*n.all {
			f.Impact = Risk
		}
	} else {
		if c.Health.State == store.Healthy {
			f.Impact = Risk // it works on the whole, and nobody can say that these matter
		}
		f.Evidence = append(evidence, Evidence{"locations", some(n.worst)})
		f.Text += " Whether they carry traffic is not known."
	}
	return []Finding{f}
}

// littleTraffic is the part of a tunnel's traffic below which locations that report poor health hardly matter. The number is our own.
const littleTraffic = 0.05

// share is a part of the traffic for people.
func share(part, all float64) string {
	switch percent := 100 * part / all; {
	case part >= all:
		return "all"
	case percent < 1:
		return "less than 1 %"
	default:
		return strconv.Itoa(int(percent)) + " %"
	}
}

// whole names the locations that were asked.
func (n locationCount) whole() string {
	if n.some {
		return "all of Cloudflare's data centers that carry your traffic and were asked"
	}
	return "all of Cloudflare's data centers"
}

// say is how bad it is where all report it: "poor" would be too little for what no probe gets through.
func (n locationCount) say() string {
	if n.down == n.bad {
		return "the tunnel as down"
	}
	return "poor health"
}

func (n locationCount) evidence() []Evidence {
	return []Evidence{{"data centers with bad health", fmt.Sprintf("%d of %d", n.bad, n.bad+n.good)}}
}

// everywhere reads a tunnel that is bad at every location.
func (c tunnelCase) everywhere() []Finding {
	n := c.colos()
	if !c.probed() || n.bad == 0 || n.good > 0 {
		return nil
	}
	next := "Check the router's load, firewall and MTU."
	if c.Kind == api.IPsec {
		next = "Check the router's load, firewall and MTU, and its anti-replay check."
	}
	impact := Impaired
	if c.Health.State == store.HealthDown && n.down == n.bad {
		impact, next = Outage, "Check that the router and its uplink are up and reachable."
	}
	return []Finding{{Cause: AllColos, Likelihood: Possible, Impact: impact, Source: srcHealth, Evidence: n.evidence(), Next: next,
		Text: upperFirst(n.whole()) + " report " + n.say() + ": this points to the router or its provider, not to a single path."}}
}
