package views_test

import (
	"cmp"
	"math/rand/v2"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
)

// listOf is the page on which objects of a kind are rows.
var listOf = map[store.Kind][]string{kind.GRETunnels: {"tunnels", "gre", "bgp"}, kind.IPsecTunnels: {"tunnels", "ipsec", "bgp"},
	kind.Routes: {"routes"}, kind.Prefixes: {"prefixes"}, kind.Ports: {"interconnects"}, kind.Links: {"interconnects", "bgp"}}

// Whatever the overview counts as a problem is among the problems of its lists, in any account; and what is up by an old status alone is.
func TestOnlyProblemsHasWhatTheOverviewCounts(t *testing.T) {
	tried := map[diagnose.Cause]bool{}
	for seed := range uint64(4) {
		d := sit(t, "overview", func(d *desk) {
			if seed > 0 {
				d.befall(rand.New(rand.NewPCG(seed, 29)))
			}
		})
		d.reads("AFFECTED")
		shown := map[string]map[string]bool{}
		for _, page := range []string{"tunnels", "gre", "ipsec", "bgp", "routes", "prefixes", "interconnects"} {
			shown[page] = d.problems(page)
		}
		for _, x := range d.env.Feed.Diagnosis().All() {
			for _, page := range listOf[x.Subject.Kind] {
				if x.Subject.ID != "" && !shown[page][x.Subject.ID] && !shown[page][x.Subject.Name] {
					t.Errorf("seed %d: %s (%s) is no problem on :%s, which has %v", seed, x.Subject.Name, x.Findings[0].Cause, page, shown[page])
				}
			}
			tried[x.Findings[0].Cause] = true
		}
	}
	if len(tried) < 4 {
		t.Errorf("only %v was wrong", tried)
	}
}

// problems are the rows of a page, by id and by name, that are shown as problems.
func (d *desk) problems(page string) map[string]bool {
	d.t.Helper()
	d.Send(tea.WindowSizeMsg{Width: 120, Height: 200})
	view := d.openPage(page)
	for _, a := range view.Actions() {
		if a.Name == "problems" {
			a.Run()
		}
	}
	out := map[string]bool{}
	for _, row := range view.(tui.Speaker).Tell(d.time()).Rows {
		out[row.ID], out[row.Name] = true, true
	}
	return out
}

// openPage makes a page by one of its names, with what is known by now.
func (d *desk) openPage(name string) tui.View {
	d.t.Helper()
	for _, m := range d.env.Modules() {
		for _, p := range m.PaletteEntries() {
			if strings.Contains(" "+strings.Join(p.Names, " ")+" ", " "+name+" ") {
				view := p.Open()
				view.Init()
				return view
			}
		}
	}
	d.t.Fatalf("there is no page %s", cmp.Or(name, "without a name"))
	return nil
}
