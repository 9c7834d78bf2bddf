package live_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/simedge"
	"flarewire/internal/store"
	"flarewire/views/live"
)

// silent is a feed that has just got no answer where path matches.
func silent(t *testing.T, path string) (*simedge.Edge, *store.Watcher, *live.Feed) {
	t.Helper()
	edge := simedge.New(simedge.Options{})
	client, err := api.New(api.Options{Transport: edge.RoundTripper(), Credentials: api.Credentials{Token: api.NewSecret(simedge.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	account := client.In(edge.Account())
	w := store.New(account, time.Now, 0)
	w.Use(store.FromAccount(account))
	edge.Fault(simedge.Fault{Kind: simedge.FaultStatus, Status: 503, Path: path})
	w.Poll(t.Context())
	w.Want(store.Prefixes)
	w.PollSource(t.Context(), store.Prefixes)
	return edge, w, live.New(t.Context(), w)
}

// An outage ends: the tunnels answer first, and what is polled seldom does not wait for the end of its own pause.
func TestAnAnswerWakesTheSourcesThatGotNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		edge, w, feed := silent(t, "")
		if s := w.Last(); s.Err() == nil || s.Feed(store.Prefixes).Failures == 0 {
			t.Fatal("the outage is not seen")
		}
		_ = feed.Want(store.Prefixes) // it waits for its turn
		edge.ClearFaults()
		batch, ok := feed.Update(feed.Again()())().(tea.BatchMsg)
		if !ok {
			t.Fatal("nothing follows the first good answer but the wait for the next")
		}
		for _, cmd := range batch {
			go cmd()
		}
		time.Sleep(10 * time.Second)
		if got := w.Last().Feed(store.Prefixes); got.Failures != 0 || got.Fetched.IsZero() {
			t.Errorf("the prefixes still wait: due in %s, %v", time.Until(got.Due), got.Err)
		}
		time.Sleep(time.Hour) // the wait for the next poll ends
	})
}

// A source alone may be in trouble: the age of the overview says so, although the tunnels are fresh.
func TestTheOverviewIsNotFreshWhileASourceIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, feed := silent(t, "*addressing*")
		if s := feed.Freshness(); !strings.HasPrefix(s.Err, "prefixes: ") {
			t.Errorf("the overview says %+v", s)
		}
	})
}
