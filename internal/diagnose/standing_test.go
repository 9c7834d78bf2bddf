package diagnose_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// How the second of two routes for one network stands to the first: regions come before priorities, and health before what is set.
func TestHowAnotherRouteStandsToOne(t *testing.T) {
	const net = "198.18.20.0/24"
	for name, c := range map[string]struct {
		health, first, other string
		want                 diagnose.Standing
		places               string
	}{
		"equal":                              {"healthy healthy", "100", "100", diagnose.SharesWith, ""},
		"other regions":                      {"healthy healthy", "100 ENAM WNAM", "100 WEUR AFR", diagnose.Elsewhere, ""},
		"other regions, and down":            {"down healthy", "100 ENAM", "100 WEUR", diagnose.Elsewhere, ""},
		"one region in common":               {"healthy healthy", "100 ENAM WEUR", "100 WEUR AFR", diagnose.SharesWith, "WEUR"},
		"everywhere beside one region":       {"healthy healthy", "100 WEUR", "100", diagnose.SharesWith, ""},
		"equal, this one down":               {"down healthy", "100", "100", diagnose.WinsOver, ""},
		"equal, the other one down":          {"healthy down", "100", "100", diagnose.FellBehind, ""},
		"equal, both down":                   {"down down", "100", "100", diagnose.SharesWith, ""},
		"smaller":                            {"healthy healthy", "200", "100", diagnose.WinsOver, ""},
		"smaller and degraded":               {"healthy degraded", "200", "100", diagnose.FellBehind, ""},
		"larger":                             {"healthy healthy", "100", "200", diagnose.StandsBy, ""},
		"larger by too much":                 {"healthy healthy", "100", "1000100", diagnose.NeverTakes, ""},
		"larger by half a million, degraded": {"degraded healthy", "100", "500100", diagnose.SharesWith, ""},
		"not measured":                       {"? ?", "100", "100", diagnose.CannotTell, ""},
	} {
		n := networkOf(strings.Fields(c.health)...).routes(net+" t0 "+c.first, net+" t1 "+c.other)
		how, places := diagnose.NewTable(n.facts).Destination(asked(net)).StandingOf("r0", "r1")
		if how != c.want || strings.Join(places, " ") != c.places {
			t.Errorf("%s: %s in %v, want %s in %q", name, how, places, c.want, c.places)
		}
	}
}

// What is lost in one region hangs on the tunnels that are paths there, and on no other one.
func TestWhatIsLostHangsOnThePathsOfItsRegion(t *testing.T) {
	n := networkOf("down", "healthy").routes("198.18.20.0/24 t0 100 ENAM WNAM", "198.18.20.0/24 t1 100 WEUR")
	table := diagnose.NewTable(n.facts)
	for id, want := range map[string]string{"id0": "198.18.20.0/24: no healthy path left in ENAM WNAM",
		"id1": "198.18.20.0/24: 1 healthy path, no redundancy in WEUR"} {
		if got := table.Through(id); len(got) != 1 || got[0].Text() != want {
			t.Errorf("through %s: %v, want %s", id, got, want)
		}
	}
	if all := table.Through("id0", "id1"); len(all) != 1 || all[0].Text() != "198.18.20.0/24: no healthy path left in ENAM WNAM" {
		t.Errorf("through both: %v", all)
	}
}

// Advertising removes no path. What of it has none is said: what comes there is lost.
func TestAdvertisingTakesNoPath(t *testing.T) {
	const net = "198.18.20.0/24"
	for name, c := range map[string]struct {
		health, draws string
		from, to      bool
		last          bool
	}{
		"advertised, its path down":    {"down", net + ": no healthy path left", false, true, false},
		"advertised, its path healthy": {"healthy", "", false, true, false},
		"withdrawn, its path down":     {"down", "", true, false, false},
	} {
		n := networkOf(c.health).routes(net+" t0 100").own(net, "Magic Transit", map[bool]string{true: "+", false: ""}[c.from]+net)
		b := &n.facts.Prefixes.Rows[0].BGP.Rows[0]
		b.ID = "b"
		edit := diagnose.Edit{Kind: store.BGPPrefixes, ID: b.ID, Object: json.RawMessage(fmt.Sprintf(
			`{"id":%q,"cidr":%q,"on_demand":{"advertised":%v}}`, b.ID, net, c.to))}
		all := diagnose.Differences(diagnose.NewTable(n.facts), diagnose.NewTable(n.facts.After(edit)))
		if len(all) != 1 {
			t.Errorf("%s: %d differences", name, len(all))
			continue
		}
		if d := all[0]; d.LastPath() != c.last || !strings.HasPrefix(d.Draws(), c.draws) || c.draws == "" && d.Draws() != "" {
			t.Errorf("%s: last path %v, draws %q", name, d.LastPath(), d.Draws())
		}
	}
}

// A path into a tunnel that is deleted is no path any more: neither counted nor shown. Shares that are not known are said so in words.
func TestADeletedPathIsNone(t *testing.T) {
	const net = "198.18.20.0/24"
	for name, c := range map[string]struct{ health, want string }{
		"the other one is healthy":  {"healthy healthy", "1 healthy path, no redundancy; t1 100 %"},
		"the other one is degraded": {"healthy degraded", "1 path, degraded; t1 100 %"},
		"two are left, one unknown": {"healthy healthy ?",
			"1 of 2 paths healthy, cannot tell for 1: no health was measured for it; t1, t2, shares unknown"},
	} {
		n := networkOf(strings.Fields(c.health)...)
		for i := range strings.Fields(c.health) {
			n.route(fmt.Sprintf("%s t%d 100", net, i))
		}
		after := diagnose.NewTable(n.facts.After(diagnose.Edit{Kind: store.GRETunnels, ID: "id0"}))
		if got := after.Destination(asked(net)).Summary(); !strings.HasPrefix(got, c.want) || strings.ContainsAny(got, "?(") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
