package diagnose_test

import (
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
)

// flapFaults are those of sessions that go and come.
func flapFaults() []fault {
	return []fault{
		{name: "down at every hold time, large UPDATEs", object: "x", cause: diagnose.MTUBlackHole, severity: diagnose.Outage,
			likely: diagnose.Likely, says: []string{"large packets that get lost", "DF set", "1476"},
			is:      an(x(api.GRE, "10.1.0.0/31", extra(60), flaps(downs(6, 95*time.Second, 0)))),
			variant: an(x(api.IPsec, "10.2.0.5/30", extra(300), flaps(downs(9, 3*time.Minute, 0)))),
			near:    an(x(api.GRE, "10.1.0.0/31", extra(60), flaps(looked(downs(6, 95*time.Second, 0)))))},
		{name: "down at every hold time, few networks", object: "x", cause: diagnose.HoldTime, severity: diagnose.Outage,
			likely: diagnose.Likely, says: []string{"KEEPALIVEs are late, lost or filtered", "45 s or more"},
			is:      an(x(api.GRE, "10.1.0.0/31", extra(1), flaps(downs(5, 3*time.Minute, 0)))),
			variant: an(x(api.IPsec, "10.2.0.5/30", flaps(downs(8, 100*time.Second, 0)))),
			near:    an(x(api.GRE, "10.1.0.0/31", health(0.5), flaps(downs(5, 20*time.Minute, 0))))},
		{name: "IPsec goes away at each rekey", object: "x", cause: diagnose.RekeyFlap, severity: diagnose.Impaired, likely: diagnose.Likely,
			says: []string{"IPsec rekeying", "stagger"}, is: an(x(api.IPsec, "10.1.0.0/31", flaps(downs(5, time.Hour, 0)))),
			variant: an(x(api.IPsec, "10.2.0.5/30", flaps(looked(downs(6, 8*time.Hour, 0))))),
			near:    an(x(api.GRE, "10.1.0.0/31", flaps(downs(5, time.Hour, 0))))},
		{name: "it flaps with the rhythm of some timer", object: "x", cause: diagnose.Flapping, severity: diagnose.Impaired,
			likely: diagnose.Likely, says: []string{"points to a timer", "a script with this interval"},
			is:      an(x(api.GRE, "10.1.0.0/31", health(0.95), flaps(downs(6, 15*time.Minute, 0)))),
			variant: an(x(api.GRE, "10.2.0.5/30", health(0.6), flaps(downs(7, 100*time.Second, 0)))),
			near:    an(x(api.IPsec, "10.1.0.0/31", flaps(downs(5, time.Hour, 0))))},
		{name: "it flaps without a rhythm", object: "x", cause: diagnose.Flapping, severity: diagnose.Impaired, likely: diagnose.Likely,
			says: []string{"without a clear pattern"}, is: an(x(api.GRE, "10.1.0.0/31", health(0.9), flaps(downs(8, 40*time.Second, time.Minute)))),
			variant: an(x(api.IPsec, "10.2.0.5/30", flaps(looked(downs(4, 50*time.Second, 0))))),
			near:    an(x(api.IPsec, "10.1.0.0/31", flaps(downs(5, time.Hour, 0))))},
	}
}
