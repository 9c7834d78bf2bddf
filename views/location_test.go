package views_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// Two tunnels are down from a busy location and fine on the whole: the first page says so with no key pressed, and the page of the
// locations says which tunnels, and leads to them.
func TestAnOperatorSeesWhatALocationSees(t *testing.T) {
	d := sit(t, "overview", func(d *desk) {
		if err := d.LoseLocation("nrt02", "fra-dc1-gre", "ams-br2-ipsec"); err != nil {
			t.Fatal(err)
		}
	})
	d.narrow()
	d.reads("2 tunnels", "own from Tokyo (nrt02)")
	d.Press(":")
	d.types("locations")
	d.Press("enter")
	d.reads("LOCATION", "nrt02", "Tokyo", "3 down, ", "8 locations, 8 with traffic in the last hour")
	d.Press("enter")
	d.reads("Tokyo (nrt02)", "Not healthy from here", "fra-dc1-gre down", "ams-br2-ipsec down")
}

// From 120 columns the members of an incident stand beside the list, and / leaves the rows that one looks for.
func TestTheOverviewShowsMembersBesideAndCanBeFiltered(t *testing.T) {
	d := sit(t, "overview", func(d *desk) {
		if err := d.LoseLocation("nrt02", "fra-dc1-gre", "ams-br2-ipsec"); err != nil {
			t.Fatal(err)
		}
	})
	d.Send(tea.WindowSizeMsg{Width: 120, Height: 40})
	d.goTo("2 tunnels")
	d.reads("fra-dc1-gre", "ams-br2-ipsec", "own from Tokyo (nrt02)")
	d.Press("/")
	d.types("198.18.20")
	d.Press("enter")
	d.Until("the one row", func() bool {
		return strings.Contains(d.Screen(), "198.18.20.0/24") && !strings.Contains(d.Screen(), "waw-br1-ipsec")
	})
	d.Press("esc")
	d.reads("waw-br1-ipsec")
}

// One marked row is one row, in the title, the question and the result.
func TestOneMarkedTunnelIsNotSeveral(t *testing.T) {
	d := sit(t, "gre", nil)
	d.narrow()
	d.goTo("sjc-dc1-gre")
	d.Press("space")
	d.reads("1 marked")
	d.Press("D")
	d.reads("sjc-dc1-gre", "enter send all")
	d.lacks("1 tunnels", "1 changes", "1 requests", "1 of 1")
}
