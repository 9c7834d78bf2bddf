package views_test

import (
	"net/http"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
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

// The answer with the key of a tunnel that was just made is lost: the setup goes on offering to generate one, and the tunnel's page
// says that the key is one that nobody has.
func TestAKeyThatIsLostInTheGuidedSetupIsOfferedAgain(t *testing.T) {
	for name, fault := range lostKeys {
		t.Run(name, func(t *testing.T) {
			d := sit(t, "tunnels", (*desk).writesDown)
			d.fillsIn("IPsec tunnel", "new-br1")
			d.Press("ctrl+s")
			d.sends()
			d.reads("Create IPsec tunnel new-br1: done.", "enter generate key")
			d.Script(func(r simaccount.Request) *simaccount.Fault {
				if strings.HasSuffix(r.Path, "/psk_generate") {
					return &fault
				}
				return nil
			})
			d.Press("K")
			d.sends()
			d.reads("enter close")
			d.Press("enter")
			d.reads("Create IPsec tunnel new-br1: done.", "enter generate key")
			d.Press("b")
			d.reads("Bring up new-br1", "set, never shown: nobody has it", "K generate key")

			d.Script(nil)
			d.Press("K")
			d.sends()
			d.typesTheName("new-br1")
			d.reads("This key is shown only here and only now.")
		})
	}
}
