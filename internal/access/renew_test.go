package access_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/access"
	"flarewire/internal/secret"
	"flarewire/internal/simaccount"
)

const (
	firstToken  = "cfut_firstToken0123456789abcdefghijklmnopqrstuv"
	secondToken = "cfut_secondToken0123456789abcdefghijklmnopqrstu"
)

// manager is a password manager whose answers are counted.
type manager struct {
	token string
	asked int
	now   time.Time
}

func (m *manager) fetch(context.Context) (secret.Value, error) {
	m.asked++
	return secret.New(m.token), nil
}

func renewing(t *testing.T, sim *simaccount.Server, m *manager) *api.AccountClient {
	t.Helper()
	var transport http.RoundTripper = access.NewRenewal(sim.RoundTripper(), m.fetch, func() time.Time { return m.now })
	client, err := api.New(api.Options{Credentials: api.Credentials{Token: api.NewSecret(firstToken)}, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return client.In(sim.Account())
}

// A token that was rolled in the password manager is fetched anew, once, and the request succeeds.
func TestARolledTokenIsFetchedAgain(t *testing.T) {
	sim, m := simaccount.New(simaccount.Options{}), &manager{token: secondToken}
	sim.Grant(firstToken, simaccount.MagicTransitRead)
	account := renewing(t, sim, m)
	for range 2 {
		if _, err := account.GRETunnels.List(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	sim.Revoke(firstToken)
	sim.Grant(secondToken, simaccount.MagicTransitRead)
	for range 3 {
		if _, err := account.GRETunnels.List(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if m.asked != 1 {
		t.Errorf("the manager was asked %d times", m.asked)
	}
}

// A permission that was never there is no reason to ask the password manager.
func TestAMissingPermissionAsksNobody(t *testing.T) {
	sim, m := simaccount.New(simaccount.Options{}), &manager{token: secondToken}
	sim.Grant(firstToken, simaccount.AnalyticsRead)
	if _, err := renewing(t, sim, m).GRETunnels.List(t.Context()); api.KindOf(err) != api.PermissionMissing {
		t.Errorf("%v", err)
	}
	if m.asked != 0 {
		t.Errorf("the manager was asked %d times", m.asked)
	}
}

// A manager that says the same again is left alone for a while.
func TestTheSameTokenAgainIsNotAskedForAgain(t *testing.T) {
	sim, m := simaccount.New(simaccount.Options{}), &manager{token: firstToken, now: time.Unix(1e9, 0)}
	sim.Grant(firstToken, simaccount.MagicTransitRead)
	account := renewing(t, sim, m)
	if _, err := account.GRETunnels.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	sim.Revoke(firstToken)
	for range 5 {
		if _, err := account.GRETunnels.List(t.Context()); err == nil {
			t.Fatal("a revoked token was accepted")
		}
	}
	if m.asked != 1 {
		t.Errorf("the manager was asked %d times", m.asked)
	}
	m.now = m.now.Add(6 * time.Minute)
	_, _ = account.GRETunnels.List(t.Context())
	if m.asked != 2 {
		t.Errorf("the manager was asked %d times after the pause", m.asked)
	}
}
