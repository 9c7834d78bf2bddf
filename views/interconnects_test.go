package views_test

import (
	"strings"
	"testing"
)

// Who has never seen an interconnect finds on one page what it is made of: the port, the CNI over it, and the CNI's tunnel interface.
func TestPortCNIAndTunnelSideAreOnePage(t *testing.T) {
	d := sit(t, "interconnects", nil)
	d.See("nwf-ams04-1", "port", "CNI", "interface", "not reported", "CNI settings")
	d.Settle()
	at := -1
	for _, row := range []string{"nwf-ams04-1 ", "\n    ams-cni-v2 ", "\n      ams-cni-v2 "} { // each below what it runs over
		next := strings.Index(d.Screen(), row)
		if next <= at {
			t.Errorf("%q does not stand below the row before:\n%s", row, d.Screen())
		}
		at = next
	}
	d.Press("n")
	d.See("What is to be made?", "A CNI: addresses", "A port: the cable")
	d.Press("esc")
	d.Press("e")
	d.reads("The API cannot change an interconnect")
	d.goTo("CNI settings")
	d.Press("enter")
	d.See("Default ASN")
}

// The names that the pages had before they were one still lead there, to what they name; n is what it was.
func TestFormerNamesLeadToTheOnePage(t *testing.T) {
	for name, want := range map[string]struct{ rows, not, made string }{
		"cnis":             {"fra-cni-v1", "interface ", "New CNI"},
		"cf-interconnects": {"interface", "not reported", "New CNI"},
		"cni-settings":     {"CNI settings", "fra-cni-v1", "What is to be made?"},
		"ports":            {"nwf-fra03-1", "there is no such text", "What is to be made?"},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, name, nil)
			d.narrow()
			d.See("Interconnects", want.rows)
			d.Settle()
			d.lacks(want.not)
			d.Press("n")
			d.See(want.made)
		})
	}
}

// Services and leased addresses are no pages to look for: what uses them leads to them, and their names still open them.
func TestServicesAndLeasesAreFoundWhereTheyAreUsed(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.narrow()
	d.goTo("fra-dc1-gre")
	d.Press("enter")
	d.See("Cloudflare endpoint")
	for range 60 {
		if strings.Contains(d.Screen(), "▌ Cloudflare endpoint") {
			break
		}
		d.Press("down")
	}
	d.Press("enter")
	d.See("Prefixes", "/192.0.2.11", "192.0.2.11/32")
	d.Press("enter")
	d.See("Leased addresses", "Tunnels at 192.0.2.11/32", "fra-dc1-gre")
	d.Press(":")
	d.types("services")
	d.See("on :prefixes: ")
	d.Press("enter")
	d.See("cidr:service", "Magic Transit")
	d.Press(":")
	d.types("leases")
	d.Press("enter") // of one page another part
	d.See("cidr:leased", "192.0.2.12/32")
	d.Press(":")
	d.types("prefixes")
	d.Press("enter")
	d.See("198.18.20.0/24", "192.0.2.12/32", "Magic Transit")
	d.Press("esc")
	d.See("cidr:leased")
}
