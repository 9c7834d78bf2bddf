package views_test

import (
	"strings"
	"testing"
	"time"

	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// lostKeys are the ways in which the answer with a new key is lost.
var lostKeys = map[string]simaccount.Fault{
	"the connection ends": {Kind: simaccount.FaultReset, CarriedOut: true},
	"524, 45 s before":    {Kind: simaccount.FaultStatus, Status: 524, Later: 45 * time.Second},
	"an empty answer":     {Kind: simaccount.FaultNull, CarriedOut: true},
}

// A key whose answer was lost is a key that nobody has: bring-up says so, instead of blaming the router, until a new one was shown.
func TestAKeyThatNobodyHasStaysOneUntilANewOneWasShown(t *testing.T) {
	for name, fault := range lostKeys {
		t.Run(name, func(t *testing.T) {
			d := sit(t, "tunnels", (*desk).writesDown)
			d.Script(func(r simaccount.Request) *simaccount.Fault {
				if strings.HasSuffix(r.Path, "/psk_generate") {
					return &fault
				}
				return nil
			})
			generate := func() {
				d.Press("K")
				d.sends()
				d.typesTheName("jnb-br1-ipsec")
			}
			d.goTo("jnb-br1-ipsec")
			generate()
			d.reads("enter close")
			d.Press("enter")
			d.See("jnb-br1-ipsec")
			d.Press("b")
			d.reads("set, never shown: nobody has it", "K generates another one, which is shown.")
			d.lacks("router has the old key")

			d.Script(nil)
			generate()
			d.reads("This key is shown only here and only now.")
			d.Press("v")
			d.reads("saved, close")
			d.Press("K")
			d.reads("enter close")
			d.Press("enter")
			d.reads("Bring up jnb-br1-ipsec")
			d.lacks("never shown")
		})
	}
}

// The next start knows it from the journal.
func TestAKeyThatNobodyHasIsKnownAtTheNextStart(t *testing.T) {
	for name, outcome := range map[string]journal.Outcome{"known to be made": journal.Done, "not known": journal.Unknown} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, "tunnels", func(d *desk) {
				d.writesDown()
				id, err := d.past.Begin(journal.Entry{Account: d.Account(), Verb: journal.GeneratePSK, Resource: "ipsec_tunnels",
					ObjectID: d.idOf(simaccount.IPsecTunnels, "jnb-br1-ipsec"), Name: "jnb-br1-ipsec"})
				if err == nil {
					err = d.past.End(id, "", journal.Result{Outcome: outcome, Error: "the answer was lost"})
				}
				if err != nil {
					t.Fatal(err)
				}
			})
			d.goTo("jnb-br1-ipsec")
			d.Press("b")
			d.reads("set, never shown: nobody has it")
		})
	}
}

// Who leaves while a key is generated has been told that it can only be shown there: it is one that nobody has, and the journal's page
// has the end of the change without being asked.
func TestAKeyWhosePageWasLeftIsOneThatNobodyHas(t *testing.T) {
	d := sit(t, "tunnels", (*desk).writesDown)
	d.goTo("jnb-br1-ipsec")
	d.Press("K")
	d.sends()
	d.holds("/psk_generate")
	d.typesTheName("jnb-br1-ipsec")
	d.reads("Sending once, no automatic retry.")
	d.Press(":", "a", "c", "t", "i", "v", "i", "t", "y", "enter")
	d.reads("The new pre-shared key can only be shown here")
	d.passes(time.Second) // keys of before do not count
	d.Press("tab", "enter")
	d.See("OUTCOME")
	d.reads("unknown")
	d.lets()
	d.Until("the end", func() bool { return !strings.Contains(d.Screen(), "unknown") && strings.Contains(d.Screen(), " done") })
	d.jumps("tunnels")
	d.goTo("jnb-br1-ipsec")
	d.Press("b")
	d.reads("set, never shown: nobody has it", "K generate key")
}
