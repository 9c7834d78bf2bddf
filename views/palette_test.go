package views_test

import (
	"slices"
	"strings"
	"testing"

	"flarewire/internal/drafts"
	"flarewire/internal/mute"
	"flarewire/tui"
)

// aboutOthers are the lists whose rows are about objects of other lists: what happened, what was asked, where something leads.
var aboutOthers = []string{"overview", "events", "activity", "changes", "requests", "where", "bgp"}

// Every row of every list is found by its name.
func TestEveryRowIsFoundByItsName(t *testing.T) {
	d := sit(t, "overview", func(d *desk) { d.AddPolicy("NOC pager", "magic_tunnel_health_check_event", true) })
	d.See("Overview", "GRE 0s")
	found := 0
	for _, page := range d.places() {
		d.Press(":")
		d.types(page)
		d.Press("enter")
		d.Until("the data of "+page, func() bool { return !strings.Contains(strings.SplitN(d.Screen(), "\n", 2)[0], "loading") })
		d.Rest()
		if slices.Contains(aboutOthers, page) {
			continue
		}
		told, ok := d.openPage(page).(tui.Speaker)
		if !ok {
			continue
		}
		objects := d.env.Objects()
		for _, row := range told.Tell(d.time()).Rows {
			name := strings.TrimSpace(row.Name)
			if name == "" || strings.HasPrefix(row.ID, "follow/") { // a tunnel
				continue
			}
			i := slices.IndexFunc(objects, func(o tui.Object) bool { return o.Name == name })
			if i < 0 {
				t.Errorf(":%s has %q, which the palette does not find", page, name)
				continue
			}
			if objects[i].Open() == nil {
				t.Errorf("%q of :%s leads nowhere", name, page)
			}
			found++
		}
	}
	if found < 50 {
		t.Errorf("only %d rows were looked for", found)
	}
}

// An alert policy, a location by its city, a mute by its reason and a draft by its name: what is typed leads to it.
func TestThePaletteLeadsToWhatHasAName(t *testing.T) {
	d := sit(t, "overview", func(d *desk) { d.AddPolicy("NOC pager", "magic_tunnel_health_check_event", true) })
	d.See("Overview", "GRE 0s")
	list, err := mute.Open("")
	if err != nil {
		t.Fatal(err)
	}
	d.env.Feed.SetMutes(list)
	d.env.Drafts, err = drafts.Open("")
	if err == nil {
		err = d.env.Drafts.Keep(d.env.Drafts.Turn(), "gre", drafts.Draft{At: d.time(), Values: map[string]string{"name": "oslo-br7-gre"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	d.Press(":")
	d.types("alerts")
	d.Press("enter")
	d.See("POLICY")
	d.goes("NOC pager", "Alert policy", "NOC pager")
	d.goes("ashburn", "Location", "Ashburn")
	d.goes("CNI settings", "AS 13335, Cloudflare")
	d.goes("oslo-br7-gre", "Guided setup", "draft of oslo-br7-gre")
	d.goes("as64700", "198.18.40.0/24")
	d.goes("nrt", "Overview › nrt-br1-ipsec") // and not Tokyo, nrt02
	d.Press(":")
	d.types("tunnels")
	d.Press("enter")
	d.goTo("iad-dc1-gre")
	d.Press("m")
	d.reads("Mute")
	d.types("line swap of friday")
	d.Press("ctrl+s")
	d.Rest()
	d.goes("line swap of friday", "Finding", "Path or router at fault")
}

// goes types a name into the palette and takes what stands first.
func (d *desk) goes(name string, reads ...string) {
	d.t.Helper()
	d.Press(":")
	d.types(strings.ToLower(name))
	d.Press("enter")
	d.reads(reads...)
}

// What an object is stands apart from what is said of it, whatever the kind is called.
func TestTheKindOfAnObjectStandsApartFromItsFact(t *testing.T) {
	d := sit(t, "interconnects", nil)
	d.See("fra-cni-v1")
	d.Press(":")
	d.types("fra-cni")
	d.See("tunnel interface  at fra03")
}
