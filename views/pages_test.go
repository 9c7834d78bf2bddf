package views_test

import (
	"path/filepath"
	"testing"

	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// Somebody wants to know what a prefix can be bound to, and tries what works on other pages.
func TestServicesAreReadAndNotChanged(t *testing.T) {
	d := sit(t, "services", nil)
	d.See("Prefixes", "cidr:service", "Magic Transit", "CDN")
	d.lacks("198.18.20.0/24", "leased 1")
	d.goTo("CDN, service")
	d.Press("e")
	d.reads("services are Cloudflare's and cannot be changed")
	d.Press("enter")
	d.See("Service", "Name", "CDN", "ID")
	d.Press("D")
	d.reads("services are Cloudflare's and cannot be deleted")
}

// Somebody looks at a route and wants to see the tunnel that it leads through, and the prefix that it belongs to.
func TestARouteLeadsToWhatItRunsThrough(t *testing.T) {
	d := sit(t, "routes", nil)
	d.See("NEXT HOP", "VIA", "10.50.0.0/16")
	d.goTo("10.50.0.0/16")
	d.Press("enter")
	d.See("Next hop", "Priority", "Tunnel")
}

// Somebody has a host probed and types no address: the form stays, and nothing is sent.
func TestAnEndpointCheckNeedsAnAddress(t *testing.T) {
	past := journal.New(journal.Options{Path: filepath.Join(t.TempDir(), "journal")})
	d := sit(t, "endpoint-checks", func(d *desk) { d.past = past })
	d.See("ENDPOINT", "Frankfurt edge router")
	d.Press("n")
	d.See("New endpoint health check", "Endpoint", "Name")
	d.Press("x", "y")
	d.lacks("Sending")
	d.Press("ctrl+s")
	d.See("New endpoint health check")
	if _, there := d.Object(simaccount.EndpointChecks, "xy"); there {
		t.Error("what is no address was sent")
	}
}

// The page of the requests says what was asked, with status and path, and never a credential.
func TestTheRequestsPageShowsWhatWasAsked(t *testing.T) {
	d := sit(t, "requests", nil)
	d.See("Requests", "gre_tunnels", "200")
	d.lacks(simaccount.DefaultToken)
}

// Where nothing was changed yet, the activity says so; it is no error.
func TestActivityBeginsEmpty(t *testing.T) {
	past := journal.New(journal.Options{Path: filepath.Join(t.TempDir(), "journal")})
	d := sit(t, "activity", func(d *desk) { d.past = past })
	d.See("Activity")
	d.lacks("could not", "error")
}

// Who comes twice a year finds everything that can be made on one page.
func TestSetupOffersWhatCanBeMade(t *testing.T) {
	d := sit(t, "setup", nil)
	d.See("GRE tunnel", "IPsec tunnel", "CNI", "Static route", "binding")
	d.goTo("GRE tunnel")
	d.Press("enter")
	d.reads("New GRE tunnel")
}
