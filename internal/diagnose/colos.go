package diagnose

import (
	"fmt"
	"strconv"
	"strings"

	"flarewire/api"
	"flarewire/internal/store"
)

// locationCount is how Cloudflare's data centers see a tunnel.
type locationCount struct {
	good, bad, badIdle  int
	down                int      // of the bad ones
	badBusy             []string // bad ones that carry traffic, or all bad ones where the traffic is not known
	idle                []string
	trafficKnown        bool
	onlyBusy            bool    // only data centers that carry much of the account's traffic were asked
	bitRate, badBitRate float64 // bit/s of all of them, and of the bad ones
}

func countLocations(in store.Insight) locationCount {
	n := locationCount{trafficKnown: in.ColoFlow, onlyBusy: in.Some}
	for _, colo := range in.Colos {
		if colo.BitRate != nil {
			n.bitRate += *colo.BitRate
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
			n.badBusy = append(n.badBusy, LocationName(colo.Name))
			if colo.BitRate != nil {
				n.badBitRate += *colo.BitRate
			}
		}
	}
	return n
}

func (c tunnelCase) locationCount() locationCount { return countLocations(c.facts.sight(c.Name)) }

// someGood reports whether some data centers see the tunnel healthy.
func (c tunnelCase) someGood() bool { return c.locationCount().good > 0 }

// badAtSome are the findings of a tunnel that only some data centers report as bad.
func (c tunnelCase) badAtSome() []Finding {
	n := c.locationCount()
	if !c.healthChecked() || n.bad == 0 || n.good == 0 {
		return nil
	}
	evidence := n.evidence()
	if n.trafficKnown && n.bad == n.badIdle {
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
		Text: "Only some data centers report poor health: this points to the path between them and the router, not to the " +
			"router.",
		Next: "Run a traceroute from one of these data centers and check cloudflarestatus.com for it."}
	if n.trafficKnown {
		f.Evidence = append(evidence, Evidence{"with traffic", some(n.badBusy)})
		f.Text = fmt.Sprintf("%d of %d data centers report poor health: %s. They carry %s of its traffic. This points to the "+
			"path between them and the router, not to the router.", n.bad, n.bad+n.good, some(n.badBusy), percentText(n.badBitRate, n.bitRate))
		if n.badBitRate < littleTraffic*n.bitRate {
			f.Impact = Risk
		}
	} else {
		if c.Health.State == store.Healthy {
			f.Impact = Risk // it works on the whole, and nobody can say that these matter
		}
		f.Evidence = append(evidence, Evidence{"locations", some(n.badBusy)})
		f.Text += " Whether they carry traffic is not known."
	}
	return []Finding{f}
}

// littleTraffic is the part of a tunnel's traffic below which locations that report poor health hardly matter. The number is our own.
const littleTraffic = 0.05

// percentText is a part of the traffic in words: "all", "less than 1 %", "19 %".
func percentText(part, all float64) string {
	switch percent := 100 * part / all; {
	case part >= all:
		return "all"
	case percent < 1:
		return "less than 1 %"
	default:
		return strconv.Itoa(int(percent)) + " %"
	}
}

// badText is what all data centers that were asked report, as the begin of a sentence.
func (n locationCount) badText() string {
	who, tunnel := "that probe this tunnel", "it"
	if n.onlyBusy {
		who, tunnel = "that carry much of your traffic and were asked", "the tunnel"
	}
	if n.bad == 1 {
		who = strings.NewReplacer("probe", "probes", "carry", "carries", "were", "was").Replace(who)
		return "The only data center " + who + " reports " + n.verdict(tunnel)
	}
	return fmt.Sprintf("All %d data centers %s report %s", n.bad, who, n.verdict(tunnel))
}

// verdict is how bad all of them find it: "poor" would be too little for what no probe gets through.
func (n locationCount) verdict(tunnel string) string {
	if n.down == n.bad {
		return tunnel + " as down"
	}
	return "poor health"
}

func (n locationCount) evidence() []Evidence {
	return []Evidence{{"data centers with bad health", fmt.Sprintf("%d of %d", n.bad, n.bad+n.good)}}
}

// badAtAll are the findings of a tunnel that every data center reports as bad.
func (c tunnelCase) badAtAll() []Finding {
	n := c.locationCount()
	if !c.healthChecked() || n.bad == 0 || n.good > 0 {
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
		Text: n.badText() + ": this points to the router or its provider, not to a single path."}}
}
