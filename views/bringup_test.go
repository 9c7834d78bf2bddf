package views_test

import (
	"strings"
	"testing"
)

// Who follows a tunnel that has been up for long is not told that anything is waited for.
func TestBringUpOfATunnelThatIsUpWaitsForNothing(t *testing.T) {
	for _, name := range []string{"fra-dc1-gre", "jnb-br1-ipsec", "ams-dc1-gre"} { // the health of the last one is degraded
		d := sit(t, "tunnels", nil)
		d.goTo(name)
		d.Press("b")
		d.reads("Bring up "+name, "The session was already up when you opened this page.")
		d.lacks("waiting", "Waiting")
	}
}

// Before a new key is made, one sentence says from when on it counts, and no other contradicts it.
func TestTheReviewOfANewKeySaysOnceWhenItTakesEffect(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("jnb-br1-ipsec")
	d.Press("K")
	once := func() {
		t.Helper()
		d.reads("The tunnel runs on until its next key exchange, and fails then unless the customer device has the new key")
		if n := strings.Count(d.Screen(), "exchange"); n != 1 {
			t.Errorf("%d sentences say when the key takes effect:\n%s", n, d.Screen())
		}
		d.lacks("at once", "immediately", "at the next exchange")
	}
	d.See("enter send")
	once()
	d.sends()
	d.See("> ")
	d.lacks("at once", "immediately", "at the next exchange")
}
