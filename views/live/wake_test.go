package live_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/views/live"
)

// silent is a feed that has just got no answer where path matches.
func silent(t *testing.T, path string) (*simaccount.Server, *store.Store, *live.Feed) {
	t.Helper()
	sim := simaccount.New(simaccount.Options{})
	client, err := api.New(api.Options{Transport: sim.RoundTripper(),
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	account := client.In(sim.Account())
	w := store.New(account, time.Now, 0)
	w.Use(store.FromAccount(account))
	feed := live.New(t.Context(), w)
	sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 503, Path: path})
	w.Round(t.Context())
	feed.Update(live.News())
	return sim, w, feed
}

// An outage ends: the tunnels answer first, and what is read seldom does not wait for the end of its own pause.
func TestAnAnswerWakesWhatGotNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim, w, _ := silent(t, "")
		if s := w.Last(); s.Err() == nil || s.Prefixes.Failures == 0 {
			t.Fatal("the outage is not seen")
		}
		sim.ClearFaults()
		if s := w.Poll(t.Context()); s.Err() != nil || s.Prefixes.Due.After(time.Now()) {
			t.Fatalf("the prefixes wait until %s", s.Prefixes.Due)
		}
		if s := w.Round(t.Context()); s.Prefixes.Failures != 0 || !s.Prefixes.Known() {
			t.Errorf("the prefixes still wait: due in %s, %v", time.Until(s.Prefixes.Due), s.Prefixes.Err)
		}
	})
}

// One kind alone may be in trouble: the age of the overview says so, although the tunnels are fresh.
func TestTheOverviewIsNotFreshWhileAKindIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, feed := silent(t, "*addressing*")
		if s := feed.Freshness(); !strings.HasPrefix(s.Err, "prefixes: ") {
			t.Errorf("the overview says %+v", s)
		}
	})
}
