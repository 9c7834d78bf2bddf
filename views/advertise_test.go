package views_test

import (
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// withdrawn takes the prefix of the Ashburn services off the Internet, a day before the story.
func withdrawn(d *desk) {
	for _, o := range d.Objects(simaccount.BGPPrefixes) {
		if o["cidr"] == "198.18.20.0/24" {
			err := d.Mutate(simaccount.BGPPrefixes, o["id"].(string), func(o simaccount.Object) {
				demand := o["on_demand"].(simaccount.Object)
				demand["advertised"], demand["advertised_modified_at"] = false, d.Now.Add(-24*time.Hour).Format(time.RFC3339)
			})
			if err != nil {
				d.t.Fatal(err)
			}
		}
	}
}

// Somebody advertises a prefix, one of whose routes leads into a tunnel that is down: the page, the review and the last
// question name it, and afterwards the page says that the Internet still has to follow.
func TestAdvertisingSaysWhichWayIsDownAndThatItTakesItsTime(t *testing.T) {
	d := sit(t, "prefixes", withdrawn)
	d.narrow()
	const lost = "The route 198.18.20.0/24 (ENAM WNAM) points to iad-dc1-gre, which is down."
	d.goTo("198.18.20.0/24")
	d.Press("enter")
	d.reads(lost, "iad-dc1-gre ✗ down › via 10.213.0.9, priority 100, ENAM WNAM", "lhr-hq-gre ● healthy › via 10.213.0.7")
	d.Press("A")
	d.reads("It takes 2 to 7 minutes", "! "+lost)
	d.sends()
	d.reads("Advertise BGP prefix 198.18.20.0/24?", lost)
	d.passes(time.Second)
	for _, r := range "198.18.20.0/24" {
		d.Press(string(r))
	}
	d.Press("enter")
	d.reads(": done")
	d.Press("enter")
	d.passes(40 * time.Second)
	d.reads("198.18.20.0/24 was advertised 40s ago: propagation takes 2 to 7 minutes.", lost)
	d.lacks("nothing to do here")
	d.passes(7 * time.Minute)
	d.Press("r")
	d.Rest()
	d.reads(lost)
	d.lacks("propagation takes", "nothing to do here")
}

// A withdrawal takes its time as well: until then the Internet still comes through Cloudflare.
func TestAWithdrawalIsOnItsWayAtFirst(t *testing.T) {
	d := sit(t, "prefixes", nil)
	d.narrow()
	d.goTo("198.18.10.0/24")
	d.Press("enter")
	d.reads("● Yes")
	for _, o := range d.Objects(simaccount.BGPPrefixes) {
		if o["cidr"] == "198.18.10.0/24" {
			if err := d.Mutate(simaccount.BGPPrefixes, o["id"].(string), func(o simaccount.Object) {
				demand := o["on_demand"].(simaccount.Object)
				demand["advertised"], demand["advertised_modified_at"] = false, d.Now.Add(-time.Minute).Format(time.RFC3339)
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	d.passes(time.Second)
	d.Press("r")
	d.reads("the Internet stops reaching it through Cloudflare within 2 to 15 minutes. If that is not intended, press A to advertise it")
	d.passes(15 * time.Minute)
	d.Press("r")
	d.reads("the Internet does not reach it through Cloudflare. If that is not intended, press A to advertise it;",
		"propagation takes 2 to 7 minutes.")
}

// A tunnel without BGP is told down by the probes; a way that works is not named.
func TestARouteIntoATunnelThatTheProbesFindDown(t *testing.T) {
	d := sit(t, "prefixes", func(d *desk) {
		d.Insert(simaccount.Routes, simaccount.Object{"prefix": "198.18.10.0/25", "nexthop": "10.213.0.25", "priority": int64(100)})
	})
	d.narrow()
	d.goTo("198.18.10.0/24")
	d.Press("enter")
	d.reads("The route 198.18.10.0/25 (everywhere) points to nrt-br1-ipsec, which health checks report down.",
		"nrt-br1-ipsec ✗ down", "fra-dc1-gre ● healthy")
	d.lacks("points to fra-dc1-gre")
}
