package views_test

import (
	"os"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// elsewhere sits the person in an empty folder: a bundle is written where they are.
func elsewhere(d *desk) { d.t.Chdir(d.t.TempDir()) }

// asksForABundle submits the form of a bundle with a name.
func (d *desk) asksForABundle(name string) {
	d.t.Helper()
	d.Press("B")
	d.reads("sent to nobody")
	d.Send(tea.KeyPressMsg{Code: 'u', Mod: tea.ModCtrl})
	for _, r := range name {
		d.Press(string(r))
	}
	d.See(name)
	d.Press("ctrl+s")
}

// Somebody asks for a bundle, does not wait for it, and looks at something else: a line says where it is when it is there.
func TestABundleWhosePageWasLeftSaysWhereItIs(t *testing.T) {
	d := sit(t, "tunnels", elsewhere)
	d.holds("/cni/cnis")
	d.goTo("iad-dc1-gre")
	d.Press("enter")
	d.asksForABundle("first.zip")
	d.reads("Reading everything once", "first.zip", "Leaving this page does not stop it")
	d.passes(20 * time.Second)
	d.reads("for 20s so far")
	d.Press("esc")
	d.reads("BGP session")
	d.Press("B")
	d.reads("the support bundle first.zip is still being written")
	d.lets()
	d.reads("The support bundle is written: ", "first.zip")
	if _, err := os.Stat("first.zip"); err != nil {
		t.Error(err)
	}
	d.passes(10 * time.Minute) // the account's requests are few, and one bundle takes many
	d.asksForABundle("second.zip")
	d.reads("Written: ", "second.zip")
}

// When it cannot be written, whoever waits for it is back at the form with the reason.
func TestABundleThatCannotBeWrittenSaysWhyAtItsForm(t *testing.T) {
	d := sit(t, "tunnels", elsewhere)
	d.goTo("iad-dc1-gre")
	d.asksForABundle("none/ticket.zip")
	d.reads("ctrl+s write", "no such file")
}

// Whoever has left meanwhile is told why there is no file.
func TestABundleThatCannotBeWrittenSaysWhyElsewhere(t *testing.T) {
	d := sit(t, "tunnels", elsewhere)
	d.goTo("iad-dc1-gre")
	d.holds("/cni/cnis")
	d.asksForABundle("none/ticket.zip")
	d.reads("Reading everything once")
	d.Press("esc")
	d.See("NAME")
	d.lets()
	d.reads("The support bundle was not written: ", "no such file")
}

// One bundle after the other uses up what flarewire allows itself: the page says that it waits for that, and how long.
func TestABundleThatWaitsForTheBudgetSaysSo(t *testing.T) {
	d := sit(t, "overview", elsewhere)
	for _, name := range []string{"first.zip", "second.zip"} {
		d.asksForABundle(name)
		d.reads("Written: ", name)
		d.Press("esc")
		d.reads("RECENT EVENTS")
	}
	d.asksForABundle("third.zip")
	d.reads("Reading everything once", "Waiting: flarewire's own API rate budget is used up, next request in ")
}
