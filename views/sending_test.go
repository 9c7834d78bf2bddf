package views_test

import (
	"strings"
	"testing"
	"time"

	"flarewire/internal/simedge"
)

// typesTheName answers the question that wants a name.
func (d *desk) typesTheName(name string) {
	d.t.Helper()
	d.See("> ")
	d.passes(time.Second) // keys of before do not count
	for _, r := range name {
		d.Press(string(r))
	}
	d.Press("enter")
}

// Cloudflare does not answer while a tunnel is deleted: the page says for how long, and what the limit means.
func TestASlowChangeSaysForHowLongAndWhatTheLimitIs(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("iad-dc1-gre")
	d.Press("D")
	d.sends()
	d.holds("/" + d.idOf(simedge.GRETunnels, "iad-dc1-gre"))
	d.typesTheName("iad-dc1-gre")
	d.reads("Sending, once. Then the object is read back")
	d.passes(12 * time.Second)
	d.reads("Sending, once, for 10s so far.", "given up after 30 s: its result is not known then, and the object is read back")
	d.lets()
	d.Until("the deletion", func() bool { d.passes(time.Second); return strings.Contains(d.Screen(), ": done") })
}

// While a key is being generated there is none yet that could be lost.
func TestLeavingWhileAKeyIsGeneratedDoesNotSpeakOfAKeyThatIsThere(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("jnb-br1-ipsec")
	d.Press("K")
	d.sends()
	d.holds("/psk_generate")
	d.typesTheName("jnb-br1-ipsec")
	d.reads("Sending, once.")
	d.Press("esc")
	d.reads("loses sight of the request for a new pre-shared key, which is being sent, and of its result.")
	d.lacks("shown only once")
	d.lets()
}

// What Cloudflare advertises over a session it advertises only while the session is up.
func TestExtraPrefixesOfASessionThatIsDown(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.narrow()
	d.goTo("waw-br1-ipsec")
	d.Press("enter")
	d.reads("advertised to you while the session is up")
	d.Press("esc")
	d.goTo("jnb-br1-ipsec")
	d.Press("enter")
	d.reads("Extra prefixes 0.0.0.0/0 advertised to you")
	d.lacks("while the session is up")
}
