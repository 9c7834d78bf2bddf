package views_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// ownASN gives the account another AS number of Cloudflare's than the usual one.
func (d *desk) ownASN() {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodPut, "/client/v4/accounts/"+d.Account()+"/cni/settings", strings.NewReader(`{"default_asn":64999}`))
	r.Header.Set("Authorization", "Bearer "+simaccount.DefaultToken)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		d.t.Fatalf("%d: %s", w.Code, w.Body)
	}
}

// In an account whose sessions have another AS number of Cloudflare's, every form, page and text for a router has that one.
func TestCloudflaresASNumberIsTheAccountsOnEveryPage(t *testing.T) {
	for name, way := range map[string]func(*desk){
		"the page of a tunnel": func(d *desk) { d.jumps("tunnels"); d.goTo("fra-dc1-gre"); d.Press("enter") },
		"its bring-up":         func(d *desk) { d.jumps("tunnels"); d.goTo("waw-br1-ipsec"); d.Press("b") },
		"its configuration": func(d *desk) {
			d.jumps("tunnels")
			d.goTo("fra-dc1-gre")
			d.Press("enter")
			d.Press("c")
			d.See("For Cisco")
			d.Press("G")
		},
		"the form of a GRE tunnel":    func(d *desk) { d.fillsIn("GRE tunnel", "new-1") },
		"the form of an IPsec tunnel": func(d *desk) { d.fillsIn("IPsec tunnel", "new-1") },
		"the pair": func(d *desk) {
			d.jumps("setup")
			d.goTo("Redundant pair")
			d.Press("enter")
			d.types("new-1")
			d.Press("enter")
			d.types("198.51.100.200")
			d.Press("pgdown", "pgdown")
			d.types("64650")
		},
		"the form of a CNI": func(d *desk) {
			d.jumps("cnis")
			d.goTo("fra-cni-v1")
			d.Press("enter")
			d.See("p2p_ip")
			d.Press("e")
			d.See("BGP session")
			for i := 0; i < 12 && !strings.Contains(d.Screen(), "▌ Your AS number"); i++ {
				d.Press("tab")
				d.Rest()
			}
		},
		"the configuration for a CNI": func(d *desk) {
			d.jumps("cnis")
			d.goTo("fra-cni-v1")
			d.Press("enter")
			d.See("p2p_ip")
			d.Press("c", "G")
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, "cni-settings", (*desk).ownASN)
			d.See("64999")
			d.Press("esc")
			way(d)
			d.Rest()
			if !strings.Contains(d.Screen(), "64999") || strings.Contains(d.Screen(), "13335") {
				t.Error(d.Screen())
			}
		})
	}
}
