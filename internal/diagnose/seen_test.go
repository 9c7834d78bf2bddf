package diagnose_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// seenAll are facts in which every tunnel is probed from eight locations; bad says what they see, and flow the bit/s of a tunnel
// there (below zero: not known).
func seenAll(list []store.Tunnel, bad func(tunnel int, colo string) float64, flow func(tunnel int, colo string) float64) diagnose.Facts {
	f := an(list...)
	f.Locations = store.Locations{Entry: store.Entry{Kind: store.LocationHealth, Fetched: f.Now}, By: map[string]store.Insight{}}
	rates := map[string]float64{}
	colos := []string{"fra03", "ams04", "lhr01", "iad02", "sjc05", "gru03", "sin01", "xyz09"}
	for i := range list {
		in := store.Insight{Name: list[i].Name}
		sum := 0.0
		for _, c := range colos {
			one := store.Colo{Name: c, Score: number(bad(i, c))}
			sum += *one.Score
			if r := flow(i, c); r >= 0 {
				in.ColoFlow, one.BitRate, f.Locations.Weighed = true, number(r), true
				rates[c] += r
			}
			in.Colos = append(in.Colos, one)
		}
		health(sum / float64(len(colos)))(&f.Tunnels[i])
		f.Locations.By[list[i].Name] = in
	}
	for _, c := range colos {
		l := store.Location{Name: c, Asked: true}
		if f.Locations.Weighed {
			l.BitRate = number(rates[c])
		}
		f.Locations.Rows = append(f.Locations.Rows, l)
	}
	return f
}

// deadAt is a health that is 0 for the first n tunnels at these locations.
func deadAt(n int, colos ...string) func(int, string) float64 {
	return func(tunnel int, colo string) float64 {
		if tunnel < n && slices.Contains(colos, colo) {
			return 0
		}
		return 1
	}
}

func flowsMostly(busy string) func(int, string) float64 {
	return func(_ int, colo string) float64 {
		if colo == busy {
			return 9e6
		}
		return 1e6
	}
}

// A busy location that sees tunnels down is the headline, although their mean over eight locations is 0.875; an idle one is no reason
// for action, and where nobody knows the traffic it is said.
func TestWhatABusyLocationSeesIsTheHeadline(t *testing.T) {
	unknown := func(int, string) float64 { return -1 }
	idle := func(_ int, colo string) float64 {
		if colo == "fra03" {
			return 0
		}
		return 1e6
	}
	little := func(_ int, colo string) float64 {
		if colo == "fra03" {
			return 1e3
		}
		return 1e6
	}
	for name, c := range map[string]struct {
		bad      func(int, string) float64
		flow     func(int, string) float64
		title    string // of the first incident; "" none that matters
		severity diagnose.Impact
		says     string
	}{
		"four of 24 from the busy one": {deadAt(4, "fra03"), flowsMostly("fra03"), "Frankfurt (fra03) sees 4 of 24 tunnels down",
			diagnose.Impaired,
			"20 of 20 working are not"},
		"all from the busy one": {deadAt(24, "fra03"), flowsMostly("fra03"), "Frankfurt (fra03) sees 24 of 24 tunnels down", diagnose.Impaired,
			"none works"},
		"from two at once": {deadAt(3, "fra03", "ams04"), flowsMostly("fra03"), "Amsterdam (ams04), Frankfurt (fra03) see 3 of 24 tunnels down",
			diagnose.Impaired, "3 of 3 failed"},
		"a location without a name": {deadAt(3, "xyz09"), flowsMostly("xyz09"), "xyz09 sees 3 of 24 tunnels down", diagnose.Impaired, ""},
		"one tunnel": {deadAt(1, "fra03"), flowsMostly("fra03"), "Unhealthy at some locations", diagnose.Impaired,
			"They carry 56 % of its traffic"},
		"idle":                    {deadAt(4, "fra03"), idle, "", diagnose.NoImpact, ""},
		"with hardly any traffic": {deadAt(4, "fra03"), little, "Frankfurt (fra03) sees 4 of 24 tunnels down", diagnose.Risk, ""},
		"traffic unknown": {deadAt(4, "fra03"), unknown, "Frankfurt (fra03) sees 4 of 24 tunnels down", diagnose.Risk,
			"Whether they carry traffic is not known"},
		"nothing": {deadAt(0), flowsMostly("fra03"), "", diagnose.NoImpact, ""},
	} {
		t.Run(name, func(t *testing.T) {
			read := diagnose.New(seenAll(fleet(24), c.bad, c.flow))
			all := read.Incidents()
			if c.title == "" {
				if len(all) != 0 {
					t.Errorf("found %q", titles(all))
				}
				return
			}
			if len(all) != 1 || !strings.HasPrefix(all[0].Title, c.title) || all[0].Severity != c.severity {
				t.Fatalf("%q, severity %s", titles(all), all[0].Severity)
			}
			if said := fmt.Sprint(all[0].Text, all[0].Evidence, all[0].Diagnoses); !strings.Contains(said, c.says) {
				t.Errorf("says %s", said)
			}
		})
	}
}

// What was read a while ago, by the time of the tunnels' data, and what a tunnel without health checks shows, is nothing to rest on.
func TestWhatLocationsSawLongAgoIsNotSaid(t *testing.T) {
	f := seenAll(fleet(24), deadAt(4, "fra03"), flowsMostly("fra03"))
	f.Locations.Fetched = f.Now.Add(-time.Hour)
	if all := diagnose.New(f).Incidents(); len(all) != 0 {
		t.Errorf("an hour later: %q", titles(all))
	}
	f = seenAll(fleet(24), deadAt(4, "fra03"), flowsMostly("fra03"))
	for i := range 4 {
		checksOff(&f.Tunnels[i])
	}
	for _, i := range diagnose.New(f).Incidents() {
		if i.Cause == diagnose.SameLocation {
			t.Errorf("without checks: %q", i.Title)
		}
	}
}

// The locations of the account are counted each by itself: what is worst and has traffic first, what was not asked never as fine.
func TestLocationsAreCounted(t *testing.T) {
	f := seenAll(fleet(24), deadAt(4, "iad02"), flowsMostly("fra03"))
	f.Locations.Rows = append(f.Locations.Rows, store.Location{Name: "cdg01", BitRate: number(5e6)})
	list := diagnose.New(f).Locations()
	if first := list[0]; first.Name != "iad02" || first.City != "Ashburn" || first.Text() != "4 of 24 tunnels down" || len(first.Bad) != 4 ||
		first.Bad[0].ID == "" || first.Share == nil || *first.Share < 0.05 || *first.Share > 0.07 {
		t.Errorf("%+v: %s", first, first.Text())
	}
	if second := list[1]; second.Name != "fra03" || second.Text() != "all 24 tunnels healthy" {
		t.Errorf("%+v: %s", second, second.Text())
	}
	if i := slices.IndexFunc(list, func(s diagnose.LocationView) bool { return s.Name == "cdg01" }); list[i].Text() != "not asked" {
		t.Errorf("one that was not asked: %s", list[i].Text())
	}
}

// What a location sees is counted by state, and nothing that is down hides behind what is degraded.
func TestALocationCountsEachState(t *testing.T) {
	busy, none := 5e6, 0.0
	bad := func(state store.Health, rate *float64) diagnose.BadTunnel {
		return diagnose.BadTunnel{State: state, BitRate: rate}
	}
	for want, list := range map[string][]diagnose.BadTunnel{
		"1 of 9 tunnels down":     {bad(store.HealthDown, &busy)},
		"2 of 9 tunnels degraded": {bad(store.Degraded, &busy), bad(store.Degraded, nil)},
		"1 down, 1 degraded":      {bad(store.HealthDown, nil), bad(store.Degraded, &busy)},
		"2 down (idle), 2 degraded": {bad(store.Degraded, &busy), bad(store.Degraded, &busy), bad(store.HealthDown, &none),
			bad(store.HealthDown, &none)},
		"1 down, 2 bad (idle)":  {bad(store.HealthDown, &busy), bad(store.Degraded, &none), bad(store.HealthDown, &none)},
		"all 9 tunnels healthy": nil,
	} {
		view := diagnose.LocationView{Location: store.Location{Name: "fra01", BitRate: &busy, Asked: true}, Tunnels: 9, Bad: list}
		if got := view.Text(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
