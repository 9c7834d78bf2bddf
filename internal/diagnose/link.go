package diagnose

import (
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// Port reads the state of an interconnect's port. A state that is not known, or that no document names, gives
// nothing.
func Port(p store.Port) []Finding {
	f := Finding{Likelihood: Certain, Source: srcPorts, Evidence: []Evidence{{"state", string(p.State)}}}
	if p.Reason != "" {
		f.Evidence = append(f.Evidence, Evidence{"reason", p.Reason})
	}
	if p.Asked.Known() {
		f.Evidence = append(f.Evidence, Evidence{"asked", p.Asked.Fetched.UTC().Format(time.RFC3339)})
	}
	switch p.State {
	case store.PortHealthy:
		f.Cause, f.Likelihood = PortUp, Remark
		f.Text = "The port has a link. That says nothing about BGP over it: the API does not report the state of that session."
	case store.PortPending:
		f.Cause, f.Likelihood = PortPending, Remark
		f.Text = "The port has not been up yet."
		f.Next = "Get the letter of authorization and have the data center connect the cable."
		if p.Partner() {
			f.Text, f.Next = "The partner's circuit is not up yet.", "Check the VLAN attachment in Google Cloud."
		}
	case store.PortDown, store.PortUnhealthy:
		f.Cause, f.Impact, f.Text = PortDown, Outage, "Cloudflare reports the port as down: nothing that runs over it gets through."
		if p.State == store.PortUnhealthy {
			f.Cause, f.Impact, f.Text = PortUnhealthy, Impaired, "Cloudflare reports the port as unhealthy."
		}
		if p.Reason != "" {
			f.Text += " Reason: " + p.Reason + "."
		}
		f.Next = "Check optical Rx and Tx levels at both ends (below -20 dBm is unhealthy). If there is no light, swap Tx and Rx; otherwise " +
			"have the data " +
			"center test " +
			"the cross-connect. If maintenance was announced, allow about 6 hours."
		if p.Partner() {
			f.Next = "Check the VLAN attachment in Google Cloud, and whether maintenance was announced."
		}
	default:
		return nil
	}
	return []Finding{f}
}

// Link reads the tunnel interface of an interconnect, the likeliest first; nil when nothing is wrong with what is
// known of it. BGP over an interconnect is not known: the API does not report it.
func (a *Account) Link(id string) []Finding {
	for _, l := range a.facts.Links.Rows {
		if l.ID == id {
			h := a.facts.Health[l.Name]
			return a.asExpected(store.Links, l.Name, store.NoBGP, h.State, h.Since, a.linkWithRelated(l, order(a.link(l))))
		}
	}
	return nil
}

func (a *Account) link(l api.MagicInterconnect) []Finding {
	health := a.facts.Health[l.Name]
	if l.HealthCheck != nil && l.HealthCheck.Enabled != nil && !*l.HealthCheck.Enabled {
		return []Finding{{Cause: HealthCheckOff, Likelihood: Certain, Impact: Risk, Source: srcTunnels,
			Evidence: []Evidence{{"health_check.enabled", "false"}},
			Text:     "Health checks are off: Cloudflare reports the CNI as down regardless of its state, and cannot alert.",
			Next:     "Turn health checks on."}}
	}
	if health.State != store.HealthDown && health.State != store.Degraded {
		return nil
	}
	evidence := []Evidence{{"health", string(health.State)}}
	if health.Score != nil {
		evidence[0].Value += " (average health " + percent(*health.Score) + lately + ")"
	}
	f := Finding{Cause: LinkDown, Likelihood: Likely, Impact: Outage, Source: srcHealth, Evidence: evidence,
		Text: "Health checks through the CNI are failing: this points to its port, the cross-connect or the router.",
		Next: "Check the port's state. Then check the router: the interface, the VLAN if there is one, and whether it answers the probes. " +
			"The API does not report BGP over a CNI."}
	if health.State == store.Degraded {
		f.Cause, f.Likelihood, f.Impact, f.Text = LinkDegraded, Possible, Impaired, "Some health check probes are lost on the CNI."
	}
	if p, ok := a.portUnder(l); ok && (p.State == store.PortDown || p.State == store.PortUnhealthy) {
		f.Evidence = append(f.Evidence, Evidence{"state of its port " + p.Name, string(p.State)})
		f.Text, f.Likelihood = f.Text+" Its port "+p.Name+" is reported as "+string(p.State)+".", Likely
	}
	return []Finding{f}
}

// portUnder is the port that a link runs over. Links of the first version do not name theirs.
func (a *Account) portUnder(l api.MagicInterconnect) (store.Port, bool) {
	for _, p := range a.facts.Ports.Rows {
		if l.VirtualPortReservationID != "" && l.VirtualPortReservationID == p.VirtualPortReservationID {
			return p, true
		}
	}
	return store.Port{}, false
}
