package tunnel

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// read is the panel's and the timeline's text, a line for each field.
func read(t *testing.T, w *store.Store, name string, now time.Time) string {
	t.Helper()
	for _, tunnel := range w.Last().Tunnels {
		if tunnel.Name != name {
			continue
		}
		var out strings.Builder
		for _, s := range []resource.Section{panel(tunnel, now, &kit.Env{Feed: live.New(t.Context(), w), Glyphs: tui.ASCIIGlyphs,
			Now: func() time.Time { return now }}),
			timeline(tunnel, now, tui.ASCIIGlyphs)} {
			for _, f := range s.Fields {
				out.WriteString(f.Label + ": " + f.Value + " | " + f.Note + "\n")
			}
		}
		return out.String()
	}
	t.Fatalf("there is no %s", name)
	return ""
}

func has(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
}

// A session flaps at night, the program is started anew in the morning: how often it went down this week is still known, and
// so is that nobody watched in between.
func TestHowOftenThisWeekSurvivesARestart(t *testing.T) {
	now := time.Date(2026, 3, 2, 23, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	sim := simaccount.New(simaccount.Options{Now: clock})
	client, err := api.New(api.Options{Transport: sim.RoundTripper(), Now: clock,
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "history.jsonl")
	start := func() *store.Store {
		w := store.New(client.In(sim.Account()), clock, 0)
		w.UseHistory(store.OpenHistory(path, now, 0))
		w.Poll(t.Context())
		return w
	}
	const name = "fra-dc1-gre"
	night := start()
	for _, step := range []string{"Idle", "Established", "Idle", "Established"} {
		now = now.Add(2 * time.Minute)
		if err := sim.SetBGP(simaccount.GRETunnels, name, step); err != nil {
			t.Fatal(err)
		}
		night.Poll(t.Context())
	}
	has(t, read(t, night, name, now), "Flaps: 2 | since monitoring began, 8m ago", "23:08:00: + Down → Up | just now",
		"State: + Up | changed just now, 23:08:00 UTC\n")
	if err := night.Close(); err != nil {
		t.Fatal(err)
	}
	now = now.Add(9 * time.Hour)
	morning := start()
	has(t, read(t, morning, name, now), "Flaps: 2 | since monitoring began, 9h ago; 0 in this run",
		"State: + Up | changed 9h ago, 03-02 23:08:00 UTC; not monitored for 9h of that time", "03-02 23:06:00: x Up → Down | 9h ago")
	now = now.Add(7 * 24 * time.Hour)
	morning.Poll(t.Context())
	has(t, read(t, morning, name, now), "Flaps: 0 | in the last 7 days")
}

// Cloudflare does not answer for minutes in the middle of a run: SINCE stands still meanwhile, and afterwards the page says
// that nobody watched, also of what happened then.
func TestAnOutageInARunIsNotTakenForWatching(t *testing.T) {
	now := time.Date(2026, 3, 2, 13, 38, 5, 0, time.UTC)
	clock := func() time.Time { return now }
	sim := simaccount.New(simaccount.Options{Now: clock})
	client, err := api.New(api.Options{Transport: sim.RoundTripper(), Now: clock,
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	w := store.New(client.In(sim.Account()), clock, 0)
	since := func(name string) string {
		i := slices.IndexFunc(w.Last().Tunnels, func(t store.Tunnel) bool { return t.Name == name })
		return Since(w.Last().Tunnels[i], now)
	}
	w.Poll(t.Context())
	now = now.Add(4 * time.Minute) // no answer, and no poll that has failed yet
	if got := since("fra-dc2-gre"); got != "?" {
		t.Errorf("during the outage SINCE is %s", got)
	}
	if err := sim.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"); err != nil {
		t.Fatal(err)
	}
	w.Poll(t.Context())
	if got := since("fra-dc2-gre"); got != "?" { // of the newest status
		t.Errorf("after the outage SINCE is %s", got)
	}
	has(t, read(t, w, "fra-dc2-gre", now), "unchanged since monitoring began (13:38:05 UTC); not monitored for 4m of that time",
		"monitoring started; no change since | not monitored for 4m of that time")
	has(t, read(t, w, "fra-dc1-gre", now), "x Up → Down | just now or earlier: not monitored then")
}

// What the session has otherwise than the configuration stands in the panel; what the API does not report is not compared.
func TestTheDifferenceToTheConfiguration(t *testing.T) {
	configured := api.Tunnel{InterfaceAddress: "10.100.0.8/31", BGP: &api.BGP{CustomerASN: 65010}}
	status := api.BGPStatus{CFSpeakerIP: "10.100.0.8", CFSpeakerPort: 179, CustomerSpeakerIP: "10.100.0.9", CustomerSpeakerPort: 50000}
	with := func(change func(*api.Tunnel)) store.Tunnel {
		tunnel, st := configured, status
		tunnel.BGPStatus = &st
		change(&tunnel)
		return store.Tunnel{Tunnel: tunnel}
	}
	for what, c := range map[string]struct {
		change func(*api.Tunnel)
		want   string
	}{
		"as configured":    {func(*api.Tunnel) {}, ""},
		"the router dials": {func(t *api.Tunnel) { t.BGPStatus.CFSpeakerPort, t.BGPStatus.CustomerSpeakerPort = 40000, 179 }, ""},
		"nothing said":     {func(t *api.Tunnel) { *t.BGPStatus = api.BGPStatus{} }, ""},
		"IPv6 speakers":    {func(t *api.Tunnel) { t.BGPStatus.CFSpeakerIP = "2001:db8::1" }, ""},
		"no status":        {func(t *api.Tunnel) { t.BGPStatus = nil }, ""},
		"no BGP":           {func(t *api.Tunnel) { t.BGP = nil }, "no BGP is configured"},
		"another Cloudflare side": {func(t *api.Tunnel) { t.BGPStatus.CFSpeakerIP = "10.100.0.10" },
			"Cloudflare's speaker is 10.100.0.10, its side of the interface 10.100.0.8."},
		"from a loopback": {func(t *api.Tunnel) { t.BGPStatus.CustomerSpeakerIP = "10.255.0.1" },
			"Your speaker is 10.255.0.1, your side of the interface 10.100.0.9."},
		"another port": {func(t *api.Tunnel) { t.BGPStatus.CFSpeakerPort = 1790 }, "Neither side speaks on TCP 179: Cloudflare's port is 1790."},
	} {
		got := strings.Join(differences(with(c.change)), " ")
		if (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}
