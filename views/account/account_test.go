package account_test

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/account"
	"flarewire/views/kit"
	"flarewire/views/live"
)

const otherID = "1123456789abcdef0123456789abcdef"

// action gives the named action on the page of the account with this id.
func action(t *testing.T, switchTo func(api.Account) tea.Cmd, id string) tui.Action {
	t.Helper()
	sim := simaccount.New(simaccount.Options{})
	sim.AddAccount(otherID, "Northwind Test")
	client, err := api.New(api.Options{Transport: sim.RoundTripper(),
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(client.In(sim.Account()), time.Now, 0)
	s.Use(store.Fetchers{Accounts: client.Accounts})
	s.Read(t.Context(), store.Target{Kind: store.Accounts})
	env := &kit.Env{Feed: live.New(t.Context(), s), Ctx: t.Context(), Client: client, Account: client.In(sim.Account()),
		Glyphs: tui.UnicodeGlyphs, Now: time.Now, SwitchAccount: switchTo}
	m := account.New(env)
	view := m.PaletteEntries()[0].Open()
	for _, a := range view.Actions() {
		if a.Name == "down" && id == otherID {
			a.Run()
		}
	}
	for _, a := range view.Actions() {
		if a.Name == "use-account" {
			return a
		}
	}
	t.Fatal("the page has no such action")
	return tui.Action{}
}

// Another account is opened by the session's own way; without one the key says what to do instead.
func TestSwitchingTheAccount(t *testing.T) {
	var opened string
	a := action(t, func(a api.Account) tea.Cmd { opened = a.ID; return nil }, otherID)
	if a.Why != "" {
		t.Fatalf("it cannot be used: %s", a.Why)
	}
	a.Run()
	if opened != otherID {
		t.Errorf("opened %q", opened)
	}
	if a := action(t, nil, otherID); a.Why != "this session stays on one account: start flarewire with --account "+otherID {
		t.Errorf("without a way to switch it says %q", a.Why)
	}
	if a := action(t, func(api.Account) tea.Cmd { return nil }, simaccount.DefaultAccount); a.Why != "it is in use already" {
		t.Errorf("of the account in use it says %q", a.Why)
	}
}
