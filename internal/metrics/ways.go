package metrics

import (
	"net/netip"
	"slices"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// destination is a prefix with its static routes.
type destination struct {
	prefix  string
	ways    int
	healthy *int // nil: the state of one way is not known
}

func (o of) destinations() {
	for _, d := range bounded(o, "destinations", destinations(o.Snapshot), MaxDestinations) {
		o.add("destination_ways", float64(d.ways), "destination", d.prefix)
		if d.healthy != nil {
			o.add("destination_healthy_ways", float64(*d.healthy), "destination", d.prefix)
		}
	}
}

// destinations counts the ways to each prefix that the static routes name. Of a next hop that belongs to nothing that is known
// nothing is said.
func destinations(s *store.Snapshot) []destination {
	ups := nextHops(s)
	var out []destination
	at := map[string]int{}
	for _, r := range s.Routes.Rows {
		i, known := at[r.Prefix]
		if !known {
			i = len(out)
			at[r.Prefix] = i
			out = append(out, destination{prefix: r.Prefix, healthy: new(int)})
		}
		d := &out[i]
		d.ways++
		hop, _ := netip.ParseAddr(r.Nexthop)
		switch up := ups[hop]; {
		case up == nil:
			d.healthy = nil
		case *up && d.healthy != nil:
			*d.healthy++
		}
	}
	return out
}

// nextHops says of the addresses of inner subnets whether what they belong to is up; nil: not known.
func nextHops(s *store.Snapshot) map[netip.Addr]*bool {
	ups := map[netip.Addr]*bool{}
	take := func(inner string, up *bool) {
		subnet, err := netip.ParsePrefix(inner)
		if err != nil || subnet.Addr().BitLen()-subnet.Bits() > 3 {
			return
		}
		for addr := subnet.Masked().Addr(); subnet.Contains(addr); addr = addr.Next() {
			if _, taken := ups[addr]; !taken {
				ups[addr] = up
			}
		}
	}
	for _, t := range s.Tunnels {
		take(t.InterfaceAddress, Up(t))
	}
	for _, l := range s.Links.Rows {
		var up *bool
		if h := s.Health.By[l.Name].State; h != store.HealthUnknown {
			yes := h != store.HealthDown
			up = &yes
		}
		take(l.InterfaceAddress, up)
	}
	return ups
}

// incident is one thing that has trouble.
type incident struct {
	resource, subject, cause, severity, headline, next string
}

// incidents are what has trouble, the worst first.
func incidents(o Account) []incident {
	var out []incident
	for _, d := range diagnose.Read(diagnose.From(o.Snapshot, o.Now)).All() {
		f := d.Findings[0]
		out = append(out, incident{string(d.Subject.Resource), d.Subject.Name, string(f.Cause), f.Impact.String(),
			d.Subject.Name + ": " + f.Cause.Title(), oneLine(f.Next)})
	}
	return out
}

func (o of) incidents() {
	type class struct{ cause, severity string }
	all := incidents(o.Account)
	counts, order := map[class]int{}, []class{}
	for _, i := range all {
		c := class{i.cause, i.severity}
		if counts[c]++; !slices.Contains(order, c) {
			order = append(order, c)
		}
	}
	for _, c := range order {
		o.add("incidents", float64(counts[c]), "cause", c.cause, "severity", c.severity)
	}
	for _, i := range bounded(o, "incidents", all, MaxIncidents) {
		o.add("incident_info", 1, "resource", i.resource, "subject", i.subject, "cause", i.cause, "severity", i.severity,
			"headline", i.headline, "next", i.next)
	}
}
