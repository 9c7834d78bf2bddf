package diagnose_test

import (
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
)

const day = 24 * time.Hour

// probeFaults are those of the tunnel below a session.
func probeFaults() []fault {
	down := session("Active", api.BGPDown)
	return []fault{
		{name: "probes fail while BGP is up, type request", object: "x", cause: diagnose.ProbesFiltered, severity: diagnose.Impaired,
			likely: diagnose.Likely, says: []string{"filtered or rate limited", "takes another path", "target is wrong", "steers traffic away"},
			is: an(x(api.GRE, "10.1.0.0/31", health(0))), variant: an(x(api.IPsec, "10.2.0.5/30", health(0.5))),
			near: an(x(api.GRE, "10.1.0.0/31", health(0.95)))},
		{name: "probes fail while traffic flows and there is no BGP", object: "x", cause: diagnose.ProbesFiltered, severity: diagnose.Impaired,
			likely: diagnose.Likely, is: with(an(x(api.GRE, "10.1.0.0/31", health(0), noBGP)), flow("x", 1e6, 1e6)),
			variant: with(an(x(api.IPsec, "10.2.0.5/30", health(0.1), noBGP)), flow("x", 4e8, 0)),
			near:    with(an(x(api.GRE, "10.1.0.0/31", health(0), noBGP)), flow("x", 0, 1e6))},
		{name: "probes fail while BGP is up, type reply", object: "x", cause: diagnose.ReplyType, severity: diagnose.Impaired,
			likely: diagnose.Likely, says: []string{"stateful firewall", "type to request"},
			is: an(x(api.GRE, "10.1.0.0/31", health(0), reply)), variant: with(an(x(api.IPsec, "10.2.0.5/30", health(0.2), reply, noBGP)),
				flow("x", 7e7, 1e3)),
			near: an(x(api.GRE, "10.1.0.0/31", health(0)))},
		{name: "no probe gets through a GRE tunnel", object: "x", cause: diagnose.TunnelDown, severity: diagnose.Outage, likely: diagnose.Likely,
			says: []string{"Health checks through the tunnel are failing"}, is: an(x(api.GRE, "10.1.0.0/31", health(0), down)),
			variant: an(x(api.IPsec, "10.2.0.5/30", health(0.2), noBGP)), near: an(x(api.GRE, "10.1.0.0/31", health(1), down))},
		{name: "status old, probes say down", object: "x", cause: diagnose.TunnelDown, severity: diagnose.Outage, likely: diagnose.Likely,
			is:      an(append(others(5), x(api.GRE, "10.1.0.0/31", health(0), down, reported(30*time.Hour)))...),
			variant: an(append(others(5), x(api.IPsec, "10.2.0.5/30", health(0.1), reported(9*time.Hour)))...),
			near:    an(append(others(5), x(api.GRE, "10.1.0.0/31", reported(30*time.Hour)))...)},
		{name: "some probes are lost on IPsec without BGP", object: "x", cause: diagnose.TunnelDown, severity: diagnose.Impaired,
			likely: diagnose.Possible, says: []string{"Some health check probes are lost"}, is: an(x(api.IPsec, "10.1.0.0/31", health(0.6), noBGP)),
			variant: an(x(api.GRE, "10.2.0.5/30", health(0.45), noBGP)), near: an(x(api.IPsec, "10.1.0.0/31", health(0.9), noBGP))},
		{name: "IPsec, no BGP, no key, probes down", object: "x", cause: diagnose.NoPSK, severity: diagnose.Outage, likely: diagnose.Likely,
			says: []string{"the tunnel cannot come up", "Generate a key"}, is: an(x(api.IPsec, "10.1.0.0/31", health(0), noBGP, keyless)),
			variant: an(x(api.IPsec, "10.2.0.5/30", health(0.1), down, keyless)), near: an(x(api.IPsec, "10.1.0.0/31", health(0), noBGP))},
		{name: "the pre-shared key was generated just before", object: "x", cause: diagnose.NewPSK, severity: diagnose.Outage,
			likely: diagnose.Likely, says: []string{"still has the old key"},
			is:      an(x(api.IPsec, "10.1.0.0/31", health(0), down, upUntil(90*day, 9*time.Minute), keyed(10*time.Minute))),
			variant: an(x(api.IPsec, "10.2.0.5/30", health(0), noBGP, wellUntil(3*day, 20*time.Minute), keyed(45*time.Minute))),
			near:    an(x(api.IPsec, "10.1.0.0/31", health(0), down, upUntil(90*day, 9*time.Minute), keyed(40*day)))},
		{name: "two inner subnets overlap", object: "x", cause: diagnose.Overlap, severity: diagnose.Outage, likely: diagnose.Likely,
			says:    []string{"overlaps with another tunnel's", "free /31"},
			is:      an(x(api.GRE, "10.1.0.0/31", health(0), down), made("y", api.GRE, "10.1.0.0/31")),
			variant: an(made("y", api.GRE, "10.2.0.4/31"), x(api.IPsec, "10.2.0.5/30", down)),
			near:    an(x(api.GRE, "10.1.0.0/31", health(0), down), made("y", api.GRE, "10.1.0.2/31"))},
		{name: "health checks are off", object: "x", cause: diagnose.HealthCheckOff, severity: diagnose.Risk, likely: diagnose.Certain,
			says: []string{"regardless of its state", "Turn health checks on"}, is: an(x(api.GRE, "10.1.0.0/31", health(0), checksOff)),
			variant: an(x(api.IPsec, "10.2.0.5/30", noBGP, checksOff)), near: an(x(api.GRE, "10.1.0.0/31", health(0)))},
		{name: "one location of eight is down, the busy one", object: "x", cause: diagnose.SomeColos, severity: diagnose.Impaired,
			likely: diagnose.Likely, says: []string{"of its traffic"},
			is: with(an(x(api.GRE, "10.1.0.0/31", health(0.875))), seenFrom(colo{"fra03", 0, 9e8}, colo{"ams01", 1, 1e6}, colo{"lhr01", 1, 1e6},
				colo{"cdg01", 1, 0}, colo{"mad01", 1, 0}, colo{"waw01", 1, 0}, colo{"vie01", 1, 0}, colo{"arn01", 1, 0})),
			variant: with(an(x(api.IPsec, "10.2.0.5/30", health(0.9))), seenFrom(colo{"nrt02", 1, 10}, colo{"sin01", 0.1, 30})),
			near:    with(an(x(api.GRE, "10.1.0.0/31", health(0.875))), seenFrom(colo{"fra03", 0, 0}, colo{"ams01", 1, 1e6}))},
		{name: "only idle locations are bad", object: "x", cause: diagnose.IdleColos, severity: diagnose.NoImpact, likely: diagnose.Likely,
			says: []string{"no action"}, is: with(an(x(api.GRE, "10.1.0.0/31", health(0.9))), seenFrom(colo{"fra03", 0, 0}, colo{"ams01", 1, 5})),
			variant: with(an(x(api.IPsec, "10.2.0.5/30", health(0.6))), seenFrom(colo{"a", 0, 0}, colo{"b", 0, 0}, colo{"c", 1, 8e9})),
			near:    with(an(x(api.GRE, "10.1.0.0/31", health(0.9))), seenFrom(colo{"fra03", 0, 7}, colo{"ams01", 1, 5}))},
	}
}
