package views_test

import (
	"net/http"
	"strings"
	"testing"
)

// fillsIn begins the guided setup of a tunnel and fills it in as far as it has to be.
func (d *desk) fillsIn(kind, name string) {
	d.t.Helper()
	d.jumps("setup")
	d.goTo(kind)
	d.Press("enter")
	d.reads("New " + kind)
	d.Rest()
	d.types(name)
	d.field("Your endpoint")
	d.types("198.51.100.200")
	d.field("Your AS number")
	d.types("64650")
}

// field goes on to a field of the form.
func (d *desk) field(label string) {
	d.t.Helper()
	for range 20 {
		if strings.Contains(d.Screen(), "▌ "+label) {
			return
		}
		d.Press("enter")
		d.Rest()
	}
	d.t.Fatalf("there is no way to %s:\n%s", label, d.Screen())
}

// dryRuns counts the requests that asked Cloudflare for a check only.
func (d *desk) dryRuns() int {
	n := 0
	for _, r := range d.Requests() {
		if r.Method != http.MethodGet && r.Query.Has("validate_only") {
			n++
		}
	}
	return n
}

// Whoever only looks at the form of a new tunnel, and fills it in, has sent nothing that could create one: Cloudflare is asked for its
// check when the review is entered, once.
func TestLookingAtTheFormOfANewTunnelSendsNoDryRun(t *testing.T) {
	for _, kind := range []string{"GRE tunnel", "IPsec tunnel"} {
		d := sit(t, "tunnels", nil)
		d.fillsIn(kind, "new-br1")
		d.Press("esc")
		d.Rest()
		if n := d.dryRuns(); n != 0 {
			t.Errorf("%s: %d dry runs of a creation that nobody asked for", kind, n)
		}
	}
	d := sit(t, "tunnels", nil)
	d.fillsIn("IPsec tunnel", "new-br1")
	d.Press("ctrl+s")
	d.reads("Cloudflare's check (validate_only): passed.")
	if n := d.dryRuns(); n != 1 {
		t.Errorf("%d dry runs for one review", n)
	}
}
