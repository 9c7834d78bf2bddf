package views_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
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
	d.holds("DELETE /" + d.idOf(simaccount.GRETunnels, "iad-dc1-gre"))
	d.typesTheName("iad-dc1-gre")
	d.reads("Sending once, no automatic retry. Then the object is read back")
	d.passes(12 * time.Second)
	d.reads("Sending once, no automatic retry, for 10s so far.",
		"given up after 30 s: its result is not known then, and the object is read back")
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
	d.reads("Sending once, no automatic retry.")
	d.Press("esc")
	d.reads("A change is being sent. It continues; its outcome will be in :activity.",
		"The new pre-shared key can only be shown here")
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

// Whoever jumps away while a change is being sent is told about the change, not about the form below it, whose values are on their way.
func TestJumpingAwayWhileAChangeIsBeingSent(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("iad-dc1-gre")
	d.Press("e")
	d.See("iad-dc1-gre", "ctrl+s")
	d.Press("x", "ctrl+s")
	d.See("enter send")
	d.holds("PUT /" + d.idOf(simaccount.GRETunnels, "iad-dc1-gre"))
	d.sends()
	d.reads("Sending once, no automatic retry.")
	d.Press(":", "r", "o", "u", "t", "e", "s", "enter")
	d.reads("It continues; its outcome will be in :activity.")
	d.lacks("what you typed")
	d.lets()
}

// What Cloudflare refuses stands at the fields that its errors point to, whether its check has said so or only the change itself.
func TestEachRefusedFieldSaysWhy(t *testing.T) {
	const refusal = `{"success":false,"result":null,"messages":[],"errors":[
		{"code":1022,"message":"this MTU is not for you","source":{"pointer":"/mtu"}},
		{"code":1022,"message":"no probes that often","source":{"pointer":"/health_check/rate"}}]}`
	for name, change := range map[string]bool{"the check": false, "the change": true} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, "tunnels", nil)
			d.Script(func(r simaccount.Request) *simaccount.Fault {
				if r.Method != http.MethodPut || r.Changes() != change {
					return nil
				}
				return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: http.StatusBadRequest, ContentType: "application/json", Body: refusal}
			})
			d.goTo("iad-dc1-gre")
			d.Press("e")
			d.See("iad-dc1-gre", "ctrl+s")
			d.Press("x", "ctrl+s")
			if change {
				d.See("enter send")
				d.sends()
				d.reads("not done")
			} else {
				d.reads("Cloudflare's check: refused")
			}
			d.Press("esc")
			d.reads("Cloudflare: this MTU is not for you", "Cloudflare: no probes that often")
		})
	}
}
