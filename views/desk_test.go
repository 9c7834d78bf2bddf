package views_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/internal/testing/uitest"
	"flarewire/tui"
	"flarewire/views"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// desk is a person at the whole program, with a simulated account behind it.
type desk struct {
	*uitest.Person
	*simaccount.Server
	t      *testing.T
	env    *kit.Env
	way    *way
	past   *journal.Journal            // nil: what is changed is not written down
	more   []func(*kit.Env) kit.Module // pages that need what no account has
	passed atomic.Int64                // since the person sat down, in nanoseconds; requests under way ask for the time too
}

// way is what leads to the account. Requests whose path ends like the one that is held wait there.
type way struct {
	next http.RoundTripper

	mu   sync.Mutex
	held string
	open chan struct{}
}

// RoundTrip implements http.RoundTripper.
func (w *way) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	held, open := w.held, w.open
	w.mu.Unlock()
	if held != "" && holds(held, r) {
		select {
		case <-open:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	return w.next.RoundTrip(r)
}

// holds reports whether a request is one that is held: by the end of its path, or by its method and that.
func holds(held string, r *http.Request) bool {
	if method, path, found := strings.Cut(held, " "); found {
		return r.Method == method && strings.HasSuffix(r.URL.Path, path)
	}
	return strings.HasSuffix(r.URL.Path, held)
}

// holds keeps the requests to a path from their answers until lets.
func (d *desk) holds(path string) {
	d.way.mu.Lock()
	defer d.way.mu.Unlock()
	d.way.held, d.way.open = path, make(chan struct{})
}

// lets the requests go that are held.
func (d *desk) lets() {
	d.way.mu.Lock()
	defer d.way.mu.Unlock()
	close(d.way.open)
	d.way.held = ""
}

// sit begins at a page of the account's program; before changes the account and the way to it first.
func sit(t *testing.T, start string, before func(*desk)) *desk {
	t.Helper()
	d := &desk{Person: uitest.New(t), t: t}
	d.Server = simaccount.New(simaccount.Options{Now: d.time})
	d.way = &way{next: d.RoundTripper()}
	if before != nil {
		before(d)
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	requests := &kit.RequestLog{}
	sender, err := api.NewSender(api.Options{Transport: d.way, Now: d.time, OnExchange: requests.Observe,
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	check(err)
	client := sender.Client()
	account := client.In(d.Account())
	writer, err := change.New(change.Options{Account: account, Sender: sender, Journal: d.past, Now: d.time, Sleep: d.sleep})
	check(err)
	w := store.New(account, d.time, 0)
	w.Use(store.FromAccount(account))
	env := &kit.Env{Ctx: t.Context(), Client: client, Account: account, Writer: writer, Feed: live.New(t.Context(), w),
		Requests: requests,
		Glyphs:   tui.UnicodeGlyphs, Now: d.time, Journal: d.past}
	d.env = env
	app, err := views.New(env, tui.Options{Name: "flarewire", Theme: tui.ThemeNone, Now: d.time}, start, d.more...)
	check(err)
	d.Sit(app, 110, 60)
	d.Rest()
	return d
}

// sleep is how the writer waits between two readings.
func (d *desk) sleep(ctx context.Context, wait time.Duration) error {
	d.passes(wait)
	return ctx.Err()
}

// narrow gives the program a screen on which nothing stands beside a sentence.
func (d *desk) narrow() { d.Send(tea.WindowSizeMsg{Width: 80, Height: 60}) }

// idOf is the id of an object of the account by its name.
func (d *desk) idOf(kind simaccount.Resource, name string) string {
	d.t.Helper()
	o, ok := d.Object(kind, name)
	if !ok {
		d.t.Fatalf("the account has no %s", name)
	}
	return o["id"].(string)
}

// time is what every part of the program takes for now.
func (d *desk) time() time.Time { return d.Now.Add(time.Duration(d.passed.Load())) }

// passes lets time go by.
func (d *desk) passes(span time.Duration) { d.passed.Add(int64(span)) }

// goTo puts the cursor on the row that begins with a name.
func (d *desk) goTo(name string) {
	d.t.Helper()
	d.See(" " + name + " ")
	d.Press("g")
	for range 60 {
		for _, line := range strings.Split(d.Screen(), "\n") {
			if strings.HasPrefix(line, "▌") && strings.Contains(line, " "+name+" ") {
				return
			}
		}
		d.Press("j")
	}
	d.t.Fatalf("the cursor does not get to %s:\n%s", name, d.Screen())
}

// reads waits until all texts are on the screen, wherever its lines break.
func (d *desk) reads(texts ...string) {
	d.t.Helper()
	d.Until(strings.Join(texts, ", "), func() bool {
		words := strings.Join(strings.Fields(strings.Map(frame, d.Screen())), " ")
		for _, text := range texts {
			if !strings.Contains(words, text) {
				return false
			}
		}
		return true
	})
}

// frame leaves the lines around a dialog out.
func frame(r rune) rune {
	if r >= '─' && r <= '╿' {
		return ' '
	}
	return r
}

// lacks checks that none of the texts is on the screen.
func (d *desk) lacks(texts ...string) {
	d.t.Helper()
	for _, text := range texts {
		if strings.Contains(d.Screen(), text) {
			d.t.Errorf("%q is on the screen:\n%s", text, d.Screen())
		}
	}
}
