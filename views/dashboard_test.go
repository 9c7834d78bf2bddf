package views_test

import "testing"

// One key leads from an object to its page in Cloudflare's dashboard, wherever Cloudflare's documents say where that is.
func TestEveryObjectLeadsToItsPageInTheDashboard(t *testing.T) {
	for page, want := range map[string][2]string{
		"gre": {"fra-dc1-gre", "/magic-networks/connections"}, "ipsec": {"waw-br1-ipsec", "/magic-networks/connections"},
		"routes": {"10.50.0.0/16", "/magic-networks/routes"}, "prefixes": {"198.18.20.0/24", "/ip-addresses/address-space"},
		"ports": {"nwf-gcp-1", "/magic-networks/connections/cni-tunnels"}, "cnis": {"fra-cni-v1", "/magic-networks/connections/cni-tunnels"},
		"tunnel-side": {"fra-cni-v1", "/magic-networks/connections/cni-tunnels"}, "cni-settings": {"CNI settings", "/magic-networks/routes"},
		"leases": {"192.0.2.11/32, leased", "/ip-addresses/address-space"},
	} {
		t.Run(page, func(t *testing.T) {
			d := sit(t, page, nil)
			d.goTo(want[0])
			d.Press("O")
			d.reads("https://dash.cloudflare.com/?to=/:account" + want[1])
		})
	}
}
