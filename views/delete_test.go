package views_test

import (
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// Somebody deletes the wrong tunnel at night, one that works: the review and the last question both say that it does.
func TestTheDeletionOfALiveTunnelSaysThatItIsLive(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("jnb-br1-ipsec")
	d.Press("enter")
	d.reads("Last 24 hours (UTC)", "from you")
	d.Press("D")
	d.reads("Delete IPsec tunnel jnb-br1-ipsec", "! Its session is up.", "! Health checks report it healthy.", "! It carries ",
		"bit/s from you")
	d.sends()
	d.reads("Delete IPsec tunnel jnb-br1-ipsec?", "Its session is up.", "Health checks report it healthy.", "Type jnb-br1-ipsec to confirm:")
}

// A tunnel that is down anyway goes without a warning, and what is not known is not said.
func TestTheDeletionOfADeadTunnelWarnsOfNothing(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("iad-dc1-gre")
	d.Press("D")
	d.reads("Delete GRE tunnel iad-dc1-gre", "- Its session is down.", "- Health checks report it down.")
	d.lacks("! ", "It carries")
	d.Press("esc")
	d.goTo("nrt-br1-ipsec")
	d.Press("D")
	d.reads("Delete IPsec tunnel nrt-br1-ipsec", "loses its next hop")
	d.lacks("session", "It carries")
}

// For how long a session was seen to be up is said, and no more than was seen.
func TestTheDeletionSaysForHowLongTheSessionWasSeenUp(t *testing.T) {
	d := sit(t, "tunnels", nil)
	for range 22 { // what nobody looked at is not counted
		d.passes(25 * time.Second)
		d.Press("r")
		d.Rest()
	}
	d.goTo("jnb-br1-ipsec")
	d.Press("D")
	d.reads("! Its session is up (seen since ")
}

// Of several marked tunnels it is said how many are up.
func TestTheDeletionOfSeveralTunnelsCountsThoseThatAreUp(t *testing.T) {
	d := sit(t, "tunnels", nil)
	for _, name := range []string{"iad-dc1-gre", "fra-dc2-gre", "mad-br1-ipsec"} {
		d.goTo(name)
		d.Press(" ")
	}
	d.Press("D")
	d.reads("Delete 3 tunnels", "! 2 of 3: Its session is up.")
	d.sends()
	d.reads("3 changes will be sent, one after another.", "2 of 3: Its session is up.")
}

// An interconnect has no session that the API tells, but its probes are known.
func TestTheDeletionOfACNISaysWhatTheProbesFind(t *testing.T) {
	d := sit(t, "cnis", func(d *desk) {
		if err := d.SetHealth(simaccount.Links, "fra-cni-v1", 0); err != nil {
			d.t.Fatal(err)
		}
	})
	d.goTo("ams-cni-v2")
	d.Press("D")
	d.reads("Delete CNI", "! It passes health checks. ! Health checks report it degraded.")
	d.Press("esc")
	d.goTo("fra-cni-v1")
	d.Press("D")
	d.reads("Delete CNI", "- Health checks report it down.")
	d.lacks("! ")
}

// sends presses the key that sends, once the review has been on the screen for a moment.
func (d *desk) sends() {
	d.t.Helper()
	d.See("enter send")
	d.Press("enter")
}
