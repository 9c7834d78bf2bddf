package diagnose_test

import (
	"context"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// desk is an operator's desk: a simulated account, the real client, and a clock that only the test moves.
type desk struct {
	t       *testing.T
	now     time.Time
	sim     *simaccount.Server
	account *api.AccountClient
	watcher *store.Store
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, now: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return d.now }
	d.sim = simaccount.New(simaccount.Options{Now: clock})
	client, err := api.New(api.Options{Transport: d.sim.RoundTripper(), Now: clock,
		Sleep:       func(context.Context, time.Duration) error { return nil },
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	d.account = client.In(d.sim.Account())
	d.watcher = store.New(d.account, clock, 0)
	d.watcher.Use(store.FromAccount(d.account))
	return d
}

// look polls everything once.
func (d *desk) look() *store.Snapshot {
	d.t.Helper()
	s := d.watcher.ReadAll(d.t.Context(), nil, store.Overview()...)
	if why := s.CannotTell(store.Overview()...); why != "" {
		d.t.Fatal(why)
	}
	return s
}

// watchFor looks again and again.
func (d *desk) watchFor(long, every time.Duration) *store.Snapshot {
	end := d.now.Add(long)
	for d.now.Before(end) {
		d.now = d.now.Add(every)
		d.watcher.Poll(d.t.Context())
	}
	return d.look()
}

func (d *desk) seed(trouble simaccount.Trouble) simaccount.Affected {
	d.t.Helper()
	befallen, err := d.sim.Inject(trouble)
	if err != nil {
		d.t.Fatal(err)
	}
	return befallen
}

// findings is what the diagnosis says about the object in which a trouble shows. Page reports whether its page is
// open, so that its own analytics are read.
func (d *desk) findings(s *store.Snapshot, of simaccount.Affected, page bool) []diagnose.Finding {
	facts := diagnose.From(s, d.now)
	if page {
		facts.Insights = map[string]store.Insight{of.Name: store.ReadInsight(d.t.Context(), d.account, of.Name, d.now)}
	}
	account := diagnose.New(facts)
	switch of.Resource {
	case simaccount.Prefixes:
		return account.Prefix(of.ID)
	case simaccount.Routes:
		for _, r := range account.Routes() {
			if r.Subject.Name == of.Name {
				return r.Findings
			}
		}
		return nil
	}
	return account.Tunnel(of.ID)
}

// For every trouble that an account can have, the right cause comes first: to the operator who was watching
// when it began, and, where no history is needed, to the one who starts the program in the middle of it.
func TestEveryTroubleIsNamedFirst(t *testing.T) {
	for _, trouble := range simaccount.Troubles() {
		t.Run("watching/"+string(trouble), func(t *testing.T) {
			d := newDesk(t)
			d.look()
			befallen := d.seed(trouble)
			long, every := 6*time.Minute, time.Minute
			switch trouble {
			case simaccount.HoldTimeTooShort:
				long, every = 25*time.Minute, 15*time.Second
			case simaccount.FlapsAnyhow:
				long, every = 9*time.Minute, 15*time.Second
			case simaccount.FlapsAtRekey:
				long = 4*time.Hour + 30*time.Minute
			}
			s := d.watchFor(long, every)
			page := trouble == simaccount.BadInSomeColos || trouble == simaccount.BadInIdleColos
			if trouble == simaccount.RouterDoesNotDial { // who has watched knows that it did until then
				comesFirst(t, simaccount.Trouble(diagnose.SessionLost), befallen, d.findings(s, befallen, page))
				return
			}
			comesFirst(t, trouble, befallen, d.findings(s, befallen, page))
		})
		if trouble == simaccount.HoldTimeTooShort || trouble == simaccount.FlapsAnyhow {
			continue // the API keeps no history of sessions
		}
		t.Run("at the first look/"+string(trouble), func(t *testing.T) {
			d := newDesk(t)
			befallen := d.seed(trouble)
			comesFirst(t, trouble, befallen, d.findings(d.look(), befallen, true))
		})
	}
}

func comesFirst(t *testing.T, trouble simaccount.Trouble, befallen simaccount.Affected, findings []diagnose.Finding) {
	t.Helper()
	if len(findings) == 0 {
		t.Fatalf("nothing is found about %s", befallen.Name)
	}
	if first := findings[0]; string(first.Cause) != string(trouble) {
		for _, f := range findings {
			t.Logf("%s %s %s: %s (%s)", f.Cause, f.Likelihood, f.Impact, f.Text, f.Because())
		}
		t.Errorf("%s: %s comes first", befallen.Name, first.Cause)
	}
	for _, f := range findings {
		if f.Text == "" || f.Source == "" || len(f.Evidence) == 0 || f.Likelihood == 0 {
			t.Errorf("%s lacks text, source, evidence or likelihood: %+v", f.Cause, f)
		}
		if f.Next == "" && f.Impact > diagnose.NoImpact {
			t.Errorf("%s does not say what to do", f.Cause)
		}
	}
}
