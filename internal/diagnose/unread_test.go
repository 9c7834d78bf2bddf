package diagnose_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"flarewire/internal/diagnose"
	"flarewire/internal/simaccount"
)

// Cloudflare sends one field of a tunnel in a form that cannot be read: the tunnel is diagnosed all the same, nothing is
// concluded from that field, and it is named.
func TestAFieldThatCannotBeReadIsNamedAndConcludesNothing(t *testing.T) {
	for field, c := range map[string]struct{ json, not string }{
		"replay_protection": {`"replay_protection":"yes"`, ""},
		"psk_metadata":      {`"psk_metadata":7`, "no-psk"},
		"bgp_status":        {`"bgp":{"customer_asn":65010},"bgp_status":"up"`, "no-status"},
		"bgp":               {`"bgp":"yes"`, "no-bgp"},
	} {
		t.Run(field, func(t *testing.T) {
			d := newDesk(t)
			d.sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Method: http.MethodGet, Path: "*/magic/ipsec_tunnels", Status: 200,
				Body: fmt.Sprintf(`{"success":true,"errors":[],"messages":[],"result":{"ipsec_tunnels":[{"id":"x","name":"odd",`+
					`"interface_address":"10.1.0.0/31",%s}]}}`, c.json)})
			s := d.watcher.Poll(t.Context())
			if s.Err() != nil || !strings.Contains(s.IPsec.Why(), "odd: "+field) {
				t.Fatalf("%v, %q", s.Err(), s.IPsec.Why())
			}
			found := diagnose.New(diagnose.From(s, d.now)).Tunnel("x")
			named := false
			for _, f := range found {
				named = named || f.Cause == diagnose.FieldUnread && strings.Contains(f.Text, field)
				if c.not != "" && string(f.Cause) == c.not {
					t.Errorf("it concludes %s: %s", f.Cause, f.Text)
				}
			}
			if !named {
				t.Errorf("the field is not named: %s", causes(found))
			}
		})
	}
}
