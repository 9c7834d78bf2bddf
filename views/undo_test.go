package views_test

import (
	"os"
	"strings"
	"testing"

	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

var bulk = []string{"iad-dc1-gre", "fra-dc2-gre", "mad-br1-ipsec"}

// deletesTogether marks tunnels and deletes them in one act.
func (d *desk) deletesTogether() {
	d.t.Helper()
	for _, name := range bulk {
		d.goTo(name)
		d.Press(" ")
	}
	d.Press("D")
	d.sends()
	d.typesTheName("delete 3")
	d.reads("3 of 3 sent: 3 done")
	d.Press("enter")
	d.Rest()
}

// there counts the tunnels of the act that the account has.
func (d *desk) there() int {
	n := 0
	for _, kind := range []simaccount.Resource{simaccount.GRETunnels, simaccount.IPsecTunnels} {
		for _, o := range d.Objects(kind) {
			for _, name := range bulk {
				if o["name"] == name {
					n++
				}
			}
		}
	}
	return n
}

// activity opens the journal.
func (d *desk) activity() {
	d.t.Helper()
	d.jumps("activity")
	d.See("OUTCOME")
}

// jumps opens a page by its name.
func (d *desk) jumps(page string) {
	d.t.Helper()
	d.Press(":")
	for _, r := range page {
		d.Press(string(r))
	}
	d.Press("enter")
	d.Rest()
}

// Several tunnels were deleted in one act, the wrong ones: one key on any of the entries brings all of them back, each reviewed. After
// that all entries say that they were undone, and none can be undone again.
func TestABulkDeletionIsUndoneInBulk(t *testing.T) {
	d := sit(t, "tunnels", (*desk).writesDown)
	d.deletesTogether()
	if n := d.there(); n != 0 {
		t.Fatalf("%d are left", n)
	}
	d.activity()
	d.See("u undo 3")
	d.Press("u")
	d.reads("Undo 3 changes", "Create GRE tunnel iad-dc1-gre", "Create GRE tunnel fra-dc2-gre", "Create IPsec tunnel mad-br1-ipsec")
	d.sends()
	d.reads("3 of 3 sent: 3 done, 0 not done")
	if n := d.there(); n != 3 {
		t.Errorf("%d came back", n)
	}
	d.Press("enter")
	d.Rest()
	read, err := d.past.Read()
	if err != nil {
		t.Fatal(err)
	}
	undone := 0
	for _, e := range read.Entries {
		if _, why := journal.Inverse(e); e.UndoneBy != "" {
			if undone++; why != "it was undone already" {
				t.Errorf("%s can be undone again: %q", e.Name, why)
			}
		}
	}
	if undone != 3 {
		t.Errorf("%d entries say that they were undone", undone)
	}
	d.Until("the entries that were undone", func() bool { return strings.Count(d.Screen(), "undone") == 3 })
	d.Press("/")
	for _, r := range "delete" {
		d.Press(string(r))
	}
	d.Press("enter", "u")
	d.reads("it was undone already")
	d.Press("enter")
	d.reads("Undone by", "Together with 2 other changes")
}

// One of several is brought back alone; the others still come back together, and the one is left as it is.
func TestOneOfABulkDeletionIsUndoneAlone(t *testing.T) {
	d := sit(t, "tunnels", (*desk).writesDown)
	d.deletesTogether()
	d.activity()
	d.Press("U")
	d.sends()
	d.reads(": done")
	d.Press("enter")
	d.Rest()
	if n := d.there(); n != 1 {
		t.Fatalf("%d are there", n)
	}
	d.Press("/")
	for _, r := range "delete" {
		d.Press(string(r))
	}
	d.Press("enter", "down", "down")
	d.See("u undo 2")
	d.Press("u")
	d.reads("Undo 2 changes")
	d.sends()
	d.reads("2 of 2 sent: 2 done, 0 not done")
	if n := d.there(); n != 3 {
		t.Errorf("%d are there", n)
	}
}

// A journal with lines that cannot be read says so, with their number, also when nothing else is in it.
func TestADamagedJournalIsSaidOnThePage(t *testing.T) {
	d := sit(t, "tunnels", (*desk).writesDown)
	if _, err := d.past.Begin(journal.Entry{Name: "whole", Verb: journal.Update}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.past.Path(), []byte("half a li\nne\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.jumps("activity")
	d.reads("None of the activity could be read", "2 lines of the journal could not be read")
	d.lacks("Nothing was changed")
}
