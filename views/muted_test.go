package views_test

import (
	"testing"

	"flarewire/internal/mute"
)

// Somebody mutes what is wrong with a tunnel on its own page, sees it there and in the list of what is muted, and ends it.
func TestAFindingIsMutedOnTheTunnelsOwnPage(t *testing.T) {
	d := sit(t, "tunnels", nil)
	list, err := mute.Open("")
	if err != nil {
		t.Fatal(err)
	}
	d.env.Feed.SetMutes(list)
	d.narrow()
	d.goTo("iad-dc1-gre")
	d.Press("enter")
	d.Press("m")
	d.reads(`Mute "Path or router at fault" on iad-dc1-gre`, "Reason", "For (hours) 24")
	d.types("line swap")
	d.Press("ctrl+s")
	d.reads("Muted", "Path or router at fault, until", "line swap. m unmutes.")
	d.Press(":")
	d.types("muted")
	d.Press("enter")
	d.reads("WHAT", "iad-dc1-gre", "line swap")
	d.Press("m")
	d.reads("Nothing is muted.")
	d.Press(":")
	d.types("prefixes")
	d.Press("enter")
	d.goTo("198.18.40.0/24")
	d.Press("m")
	d.reads(`Mute "Validation failed" on 198.18.40.0/24`)
}

// What is muted goes to the end of the overview, with the word that says why it is there.
func TestTheOverviewSaysWhatIsMuted(t *testing.T) {
	d := sit(t, "overview", nil)
	list, err := mute.Open("")
	if err != nil {
		t.Fatal(err)
	}
	d.env.Feed.SetMutes(list)
	d.narrow()
	d.reads("Prefix withdrawn")
	d.lacks("muted")
	d.Press("m")
	d.types("planned")
	d.Press("ctrl+s")
	d.reads("198.18.20.0/24 ✗ Withdrawn", "Prefix withdrawn (muted)")
}

// Of what is well there is nothing to mute, and it is said.
func TestWhatIsWellCannotBeMuted(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.goTo("fra-dc2-gre")
	d.Press("m")
	d.reads("Nothing is wrong with it that could be muted")
}
