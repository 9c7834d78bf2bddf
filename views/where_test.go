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
	d.reads("Destination 198.18.11.9", "1 of 2 paths healthy, 1 degraded", "advertised by Cloudflare, bound to Magic Transit",
		"fra-dc1-gre ● healthy › share 100 %, priority 200", "standby, priority 500,100 (100 + 500,000: degraded)",
		"BGP-learned routes: the API does not show them")
	for range 2 {
		d.Press("j")
	}
	d.reads("▌ fra-dc1-gre", "enter open")
	d.Press("enter")
	d.reads("Destination 198.18.11.9 › fra-dc1-gre")
	d.Press(":")
	d.types("where nonsense")
	d.Press("enter")
	d.reads("is no address and no network")
	d.Press(":")
	d.types("where")
	d.Press("enter")
	d.reads("Destinations", "198.18.20.0/24", "no healthy path left")
	d.Press("i")
	d.See("Address or network") // the form is there before it is typed into
	d.types("10.50.1.2")
	d.Press("enter")
	d.reads("Destination 10.50.1.2", "Route 10.50.0.0/16", "sjc-dc1-gre")
}

// Which destinations a tunnel that is down has is one key from its row, and an address finds the networks that contain it on every
// list with addresses.
func TestFromATunnelToItsDestinationsAndFromAnAddressToItsRows(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("iad-dc1-gre")
	d.Press("i")
	d.reads("Destinations over iad-dc1-gre", "198.18.20.0/24", "no healthy path left in ENAM WNAM")
	for page, c := range map[string]struct{ address, has, lacks string }{
		"routes":   {"198.18.11.9", "198.18.11.0/24", "198.18.10.0/24"},
		"prefixes": {"198.18.11.9", "198.18.11.0/24", "198.18.10.0/24"},
		"where":    {"198.18.11.9", "198.18.11.0/24", "198.18.10.0/24"},
		"tunnels":  {"10.213.0.9", "iad-dc1-gre", "fra-dc1-gre"},
		"leases":   {"192.0.2.11", "192.0.2.11/32", "198.18.10.0/24"},
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

// From a route, a prefix, one of its bindings or a CNI the page of where it leads is one key away.
func TestFromAnyRowWithAnAddressToWhereItLeads(t *testing.T) {
	for page, c := range map[string]struct{ row, leads string }{
		"routes":   {"198.18.11.0/24", "Destination 198.18.11.0/24"},
		"prefixes": {"198.18.11.0/24", "Destination 198.18.11.0/24"},
		"cnis":     {"fra-cni-v1", "Destination 10.222.0.1"},
	} {
		t.Run(page, func(t *testing.T) {
			d := sit(t, page, nil)
			d.goTo(c.row)
			d.Press("i")
			d.reads(c.leads)
			d.Press("esc")
			d.reads(c.row)
		})
	}
	t.Run("bindings", func(t *testing.T) {
		d := sit(t, "prefixes", nil)
		d.goTo("198.18.10.0/24")
		d.Press("2")
		d.reads("Service bindings", "198.18.10.128/28")
		d.goTo("198.18.10.128/28")
		d.Press("i")
		d.reads("Destination 198.18.10.128/28")
	})
}

// An address that is looked for finds the CNI and the binding whose network contains it.
func TestAnAddressFindsItsCNIAndItsBinding(t *testing.T) {
	for page, c := range map[string]struct{ address, has, lacks string }{
		"cnis":     {"10.222.0.3", "ams-cni-v2", "fra-cni-v1"},
		"bindings": {"198.18.10.200", "198.18.10.0/24", "198.18.10.128/28"},
	} {
		t.Run(page, func(t *testing.T) {
			start := page
			if page == "bindings" {
				start = "prefixes"
			}
			d := sit(t, start, nil)
			if page == "bindings" {
				d.goTo("198.18.10.0/24")
				d.Press("2")
			}
			d.reads(c.has, c.lacks)
			d.Press("/")
			d.types(c.address)
			d.Press("enter")
			d.Rest()
			d.reads(c.has)
			d.lacks(c.lacks)
		})
	}
}
