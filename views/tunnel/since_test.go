package tunnel

import (
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/live"
)

// SINCE never claims more than was watched.
func TestSinceCountsOnlyWhatWasWatched(t *testing.T) {
	now := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for name, c := range map[string]struct {
		track store.Track
		want  string
	}{
		"a change was seen":         {store.Track{KnownSince: ago(time.Hour), Looked: now, Changed: ago(5 * time.Minute)}, "5m"},
		"none, watched throughout":  {store.Track{KnownSince: ago(9 * time.Minute), Looked: now}, ">9m"},
		"none, with a gap":          {store.Track{KnownSince: ago(9 * time.Minute), Looked: now, Unwatched: 3 * time.Minute}, ">6m"},
		"none, hardly watched":      {store.Track{KnownSince: ago(9 * time.Minute), Looked: now, Unwatched: 9 * time.Minute}, "?"},
		"none, only just looked at": {store.Track{KnownSince: ago(10 * time.Second), Looked: now}, "?"},
		"none, no answer any more":  {store.Track{KnownSince: ago(9 * time.Minute), Looked: ago(7 * time.Minute)}, ">2m"},
	} {
		if got := Since(store.Tunnel{State: store.Up, Track: c.track}, now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Before flarewire has seen a change SINCE is no column of question marks: it says what the health, then the status tell, and how.
func TestSinceBeforeAnythingWasSeen(t *testing.T) {
	now := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	reported := func(d time.Duration) func(*store.Tunnel) {
		return func(x *store.Tunnel) { x.BGPStatus = &api.BGPStatus{UpdatedAt: api.Time{Time: ago(d)}} }
	}
	bad := func(b store.Began) func(*store.Tunnel) {
		return func(x *store.Tunnel) { x.Health = store.MeasuredHealth{State: store.HealthDown, UnhealthySince: b} }
	}
	fell := store.Began{At: ago(43 * time.Minute), How: store.ByHealth}
	for name, c := range map[string]struct {
		state   store.State
		changes []func(*store.Tunnel)
		want    string
	}{
		"the status alone":             {store.Down, []func(*store.Tunnel){reported(14 * time.Minute)}, ">14m"},
		"a status of last week":        {store.Up, []func(*store.Tunnel){reported(7 * 24 * time.Hour)}, ">7d"},
		"a status of years ago":        {store.Up, []func(*store.Tunnel){reported(500 * 24 * time.Hour)}, ">500d"},
		"a status of the future":       {store.Down, []func(*store.Tunnel){reported(-time.Hour)}, "?"},
		"the health before the status": {store.Down, []func(*store.Tunnel){reported(time.Minute), bad(fell)}, "43m"},
		"bad as far as the series goes": {store.Down,
			[]func(*store.Tunnel){bad(store.Began{At: ago(24 * time.Hour), How: store.ByHealth, Open: true})}, ">24h"},
		"up, and bad by its health":       {store.Up, []func(*store.Tunnel){reported(time.Minute), bad(fell)}, "43m"},
		"up and well":                     {store.Up, []func(*store.Tunnel){reported(time.Minute)}, ">1m"},
		"without BGP, down by its health": {store.NoBGP, []func(*store.Tunnel){bad(fell)}, "43m"},
		"without BGP, well":               {store.NoBGP, nil, "-"},
		"its own history before all": {store.Down, []func(*store.Tunnel){reported(time.Minute), bad(fell), func(x *store.Tunnel) {
			x.Track.Changed = ago(2 * time.Minute)
		}}, "2m"},
		"watched for longer than the status is old": {store.Down, []func(*store.Tunnel){reported(time.Minute), func(x *store.Tunnel) {
			x.Track.KnownSince, x.Track.Looked = ago(9*time.Minute), now
		}}, ">9m"},
	} {
		x := store.Tunnel{State: c.state}
		for _, change := range c.changes {
			change(&x)
		}
		if got := Since(x, now); got != c.want || tui.Width(got) > 6 {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// A session that flaps is up at this moment: the counts say that it is not well all the same.
func TestTheCountsNameWhatFlaps(t *testing.T) {
	up, flaps := store.Tunnel{State: store.Up}, store.Tunnel{State: store.Up, Track: store.Track{Flapping: true}}
	off := false
	static := store.Tunnel{State: store.NoBGP, Health: store.MeasuredHealth{State: store.HealthDown}}
	unprobed := static
	unprobed.HealthCheck = &api.HealthCheck{Enabled: &off}
	old := up
	old.ID = "old"
	for want, rows := range map[string][]store.Tunnel{
		// with its probes off nothing is known of it
		"3 tunnels   BGP: ● 1 up   ○ 2 no BGP   health checks: ✗ 1 down": {static, unprobed, up},
		"2 tunnels   BGP: ✗ 1 down   ○ 1 no BGP   health checks: ✗ 2 down (1 with BGP down)": {static,
			{State: store.Down, Health: static.Health}},
		"2 tunnels   BGP: ● 2 up (1 flapping)": {up, flaps},
		"2 tunnels   BGP: ● 2 up (1 stale)":    {up, old},
		"1 tunnel   BGP: ● 1 up":               {up},
	} {
		if got := text(Summary(rows, false, func(id string) bool { return id == "old" }, tui.UnicodeGlyphs)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func text(l tui.Line) (out string) {
	for _, span := range l {
		out += span.Text
	}
	return out
}

// Since when health checks report it bad, the analytics know also of the time before flarewire looked.
func TestSinceWhenTheProbesFindItBad(t *testing.T) {
	now := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	well, bad := 1.0, 0.0
	for name, c := range map[string]struct {
		series []*float64
		want   string
	}{
		"well":                       {[]*float64{&well, &bad, &well, nil}, ""},
		"bad since half an hour":     {[]*float64{&well, &bad, &well, &bad, nil, &bad, &bad, &bad, nil}, "since about 02:30"},
		"bad as far as one can look": {[]*float64{nil, &bad, &bad, nil}, "for at least 24 h"},
		"nothing is known":           {[]*float64{nil, nil, nil}, ""},
	} {
		look := live.Look{Insight: store.Insight{At: now}}
		for i, v := range c.series {
			look.Health = append(look.Health, store.Point{At: now.Add(time.Duration(i-len(c.series)) * store.InsightStep), Value: v})
		}
		got := ""
		for _, f := range lookback(store.Tunnel{}, look, now)[0].Fields {
			if f.Label == "Unhealthy" {
				got = f.Value
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// A day without traffic has no peak at the moment of its first zero.
func TestADayWithoutTraffic(t *testing.T) {
	now, none, some := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC), 0.0, 2e6
	for want, values := range map[string][]float64{
		"from you, no traffic in 24 h":                               {none, none, none},
		"from you, latest 0 bit/s (02:50), peak 2.00 Mbit/s (02:45)": {some, none, none},
	} {
		var series []store.Point
		for i := range values {
			series = append(series, store.Point{At: now.Add(time.Duration(i-len(values)) * store.InsightStep), Value: &values[i]})
		}
		if got := rateGraph("Ingress", "from you", series, nil).Value; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
