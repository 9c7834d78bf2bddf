package views_test

import "testing"

// Two tunnels are down from a busy location and fine on the whole: the first page says so with no key pressed, and the page of the
// locations says which tunnels, and leads to them.
func TestAnOperatorSeesWhatALocationSees(t *testing.T) {
	d := sit(t, "overview", func(d *desk) {
		if err := d.LoseLocation("nrt02", "fra-dc1-gre", "ams-br2-ipsec"); err != nil {
			t.Fatal(err)
		}
	})
	d.narrow()
	d.reads("2 tunnels", "own from Tokyo (nrt02)")
	d.Press(":")
	d.types("locations")
	d.Press("enter")
	d.reads("LOCATION", "nrt02", "Tokyo", "2 of", "tunnels down", "8 locations, 8 with traffic in the last hour")
	d.Press("enter")
	d.reads("Tokyo (nrt02)", "Tunnels that it does not see healthy", "fra-dc1-gre down", "ams-br2-ipsec down")
}
