package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// keyLimits and filterLimits are the goals for our own work per key (p95, ms), by number of tunnels.
var (
	sizes        = []int{100, 1000, 5000, 10000}
	keyLimits    = map[int]float64{1000: 1, 5000: 2, 10000: 3}
	filterLimits = map[int]float64{5000: 5}
)

const (
	workKeys      = 400
	workRefreshes = 8
)

// filterWords are typed one character at a time, each after a refresh: the first character then pays for
// everything that is worked out once per refresh.
var filterWords = []string{"fra12", "down", "!up", "asn:645", "gre ams"}

// measureWork times Update and View for keys, filter keys and refreshes, without a terminal.
func measureWork(ctx context.Context, _ *workshop) ([]row, error) {
	runtime.LockOSThread() // workClock counts for the thread
	defer runtime.UnlockOSThread()
	var rows []row
	for _, n := range sizes {
		d, err := newDesk(ctx, n)
		if err != nil {
			return nil, err
		}
		keys := d.cursorKeys()
		filter := d.filterKeys()
		refresh := d.refreshes()
		setup := fmt.Sprintf("%d tunnels, 120x40", n)
		rows = append(rows,
			row{what: "own work per key, p50", setup: setup, values: keys, unit: milliseconds},
			row{what: "own work per key, p95", setup: setup, values: keys, at: p95, unit: milliseconds, limit: keyLimits[n]},
			row{what: "own work per filter key, p50", setup: setup, values: filter, unit: milliseconds},
			row{what: "own work per filter key, p95", setup: setup, values: filter, at: p95, unit: milliseconds, limit: filterLimits[n]},
			row{what: "own work per refresh", setup: setup, values: refresh, unit: milliseconds},
		)
	}
	return rows, ctx.Err()
}

// desk is the whole program without a terminal, on a simulated account in the same process.
type desk struct {
	app   *tui.App
	store *store.Store
}

func newDesk(ctx context.Context, tunnels int) (*desk, error) {
	sim := simaccount.New(simaccount.Options{Tunnels: tunnels})
	client, err := api.New(api.Options{
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}, Transport: sim.RoundTripper(),
	})
	if err != nil {
		return nil, err
	}
	account := client.In(simaccount.DefaultAccount)
	d := &desk{store: store.New(account, time.Now, 0)}
	env := &kit.Env{Ctx: ctx, Client: client, Account: account, Feed: live.New(ctx, d.store), Glyphs: tui.UnicodeGlyphs, Now: time.Now}
	d.app, err = views.New(env, tui.Options{
		Name: "flarewire", Theme: tui.ThemeDark, Glyphs: tui.UnicodeGlyphs, Now: time.Now,
		Identity: func() tui.Identity { return tui.Identity{Account: "bench", Source: "demo"} },
	}, "tunnels")
	if err != nil {
		return nil, err
	}
	d.work(tea.WindowSizeMsg{Width: 120, Height: 40})
	d.work(d.poll())
	return d, nil
}

// poll reads both lists; the message that says so is what the program would get.
func (d *desk) poll() tea.Msg {
	d.store.Poll(context.Background())
	return live.News()
}

// work gives the message to the program and draws: the time of both, in milliseconds.
func (d *desk) work(msg tea.Msg) float64 {
	start := workClock()
	d.app.Update(msg)
	d.app.View()
	return ms(workClock() - start)
}

func (d *desk) key(name string) float64 { return d.work(keyPress(name)) }

func keyPress(name string) tea.KeyPressMsg {
	switch name {
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	case "down":
		return tea.KeyPressMsg{Code: tea.KeyDown}
	case "pgdown":
		return tea.KeyPressMsg{Code: tea.KeyPgDown}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// cursorKeys walks through the list, mostly by rows and now and then by pages.
func (d *desk) cursorKeys() []float64 {
	var out []float64
	for i := range workKeys {
		name := "down"
		if i%10 == 9 {
			name = "pgdown"
		}
		out = append(out, d.key(name))
	}
	return out
}

func (d *desk) filterKeys() []float64 {
	var out []float64
	news := d.poll() // the same news again costs the same as other news, and the poll is not what is measured
	for range 5 {
		for _, word := range filterWords {
			d.work(news)
			d.key("/")
			for _, char := range word {
				out = append(out, d.key(string(char)))
			}
			d.key("esc")
		}
	}
	return out
}

// refreshes times what a poll costs the screen, without the poll itself.
func (d *desk) refreshes() []float64 {
	var out []float64
	for range workRefreshes {
		msg := d.poll()
		out = append(out, d.work(msg))
	}
	return out
}
