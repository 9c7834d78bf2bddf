package views_test

import (
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// The IPsec tunnels cannot be read: a route through one of them is not shown as a route through nothing, on the list or on its own
// page. Once they are read, it has its tunnel.
func TestARouteThroughAnUnreadTunnelIsNotThroughNothing(t *testing.T) {
	d := sit(t, "routes", func(d *desk) {
		d.Fault(simaccount.Fault{Path: "*ipsec_tunnels*", Kind: simaccount.FaultStatus, Status: 500})
	})
	d.goTo("10.61.8.0/22")
	for line := range strings.SplitSeq(d.Screen(), "\n") {
		if strings.Contains(line, "10.61.8.0/22") && !strings.Contains(line, "?") {
			t.Errorf("the tunnel of the route is not %q: %s", "?", line)
		}
	}
	d.Press("enter")
	d.reads("cannot tell: the IPsec tunnels")
	d.ClearFaults()
	d.Press("esc", "r")
	d.Rest()
	d.reads("ams-br2-ipsec")
	d.Press("enter")
	d.lacks("cannot tell")
	d.reads("on ams-br2-ipsec")
}
