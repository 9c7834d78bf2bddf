package views_test

import (
	"strings"
	"testing"
)

// types types a text key by key.
func (d *desk) types(text string) {
	for _, r := range text {
		d.Press(string(r))
	}
}

// An operator asks from any page where an address leads, and goes on to the tunnel that carries it.
func TestAnOperatorAsksWhereAnAddressLeads(t *testing.T) {
	d := sit(t, "events", nil)
	d.narrow()
	d.Press(":")
	d.types("where 198.18.11.9")
	d.Press("enter")
	d.reads("Where 198.18.11.9", "1 of 2 healthy ways left, 1 degraded", "advertised by Cloudflare, bound to Magic Transit",
		"fra-dc1-gre ● healthy › share 100%, priority 200", "stands by, priority 100+500000", "Routes learned by BGP are not in the API")
	for range 2 {
		d.Press("j")
	}
	d.reads("▌ fra-dc1-gre", "enter open")
	d.Press("enter")
	d.reads("Where 198.18.11.9 › fra-dc1-gre")
	d.Press(":")
	d.types("where nonsense")
	d.Press("enter")
	d.reads("is no address and no network")
	d.Press(":")
	d.types("where")
	d.Press("enter")
	d.reads("Destinations", "198.18.20.0/24", "no healthy way left")
	d.Press("i")
	d.types("10.50.1.2")
	d.Press("enter")
	d.reads("Where 10.50.1.2", "Route 10.50.0.0/16", "sjc-dc1-gre")
}

// Which destinations a tunnel that is down has is one key from its row, and an address finds the networks that contain it on every
// list with addresses.
func TestFromATunnelToItsDestinationsAndFromAnAddressToItsRows(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("iad-dc1-gre")
	d.Press("i")
	d.reads("Over iad-dc1-gre", "198.18.20.0/24", "no healthy way left in ENAM WNAM")
	for page, c := range map[string]struct{ address, has, lacks string }{
		"routes":   {"198.18.11.9", "198.18.11.0/24", "198.18.10.0/24"},
		"prefixes": {"198.18.11.9", "198.18.11.0/24", "198.18.10.0/24"},
		"where":    {"198.18.11.9", "198.18.11.0/24", "198.18.10.0/24"},
		"tunnels":  {"10.213.0.9", "iad-dc1-gre", "fra-dc1-gre"},
		"leases":   {"162.159.64.41", "162.159.64.", "no row"},
	} {
		d.Press(":")
		d.types(page)
		d.Press("enter")
		d.Rest()
		before := d.Screen()
		d.Press("/")
		d.types(c.address)
		d.Press("enter")
		d.Rest()
		if screen := d.Screen(); !strings.Contains(screen, c.has) || strings.Contains(screen, c.lacks) {
			t.Errorf("%s: %s finds\n%s\nof\n%s", page, c.address, screen, before)
		}
	}
}
