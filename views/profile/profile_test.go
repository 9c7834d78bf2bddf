package profile_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flarewire/internal/secret"
	"flarewire/keystore"
	"flarewire/keystore/fakesecretservice"
	"flarewire/tui"
	"flarewire/views/kit"
	"flarewire/views/profile"
	"flarewire/views/signin"
)

// person sits at the page of the profiles. Every command runs to its end before the next key.
type person struct {
	t       *testing.T
	app     *tui.App
	desk    *signin.Desk
	keyring *fakesecretservice.Server
	now     time.Time
	outcome []signin.Outcome
	inbox   chan tea.Msg
}

func sit(t *testing.T) *person {
	t.Helper()
	p := &person{t: t, inbox: make(chan tea.Msg, 100), keyring: fakesecretservice.Start(t), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", p.keyring.Address())
	home := t.TempDir()
	resolver, err := keystore.NewResolver(keystore.Environment{ConfigHome: home, StateHome: home, Home: home})
	if err != nil {
		t.Fatal(err)
	}
	p.desk = &signin.Desk{Ctx: t.Context(), Resolver: resolver, Hide: func(...secret.Value) {}, Current: "lab",
		Now: func() time.Time { return p.now }, Done: func(o signin.Outcome) tea.Cmd { p.outcome = append(p.outcome, o); return nil }}
	for name, mark := range map[string]bool{"prod": true, "lab": false} {
		c, err := keystore.NewToken("cfut_" + name + "0123456789abcdefghijklmnopqrstuvwxyz0123456789")
		if err == nil {
			err = resolver.Keep(context.Background(), keystore.Profile{Name: name, Store: keystore.StoreKeyring, Production: mark, AccountName: "Northwind"}, c, keystore.Access{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	env := &kit.Env{Ctx: t.Context(), Now: p.desk.Now}
	home1 := profile.New(p.desk)(env).Destinations()[0].Open
	p.app = tui.NewApp(tui.Options{Name: "flarewire", Theme: tui.ThemeNone, Home: home1, Now: p.desk.Now})
	p.send(tea.WindowSizeMsg{Width: 100, Height: 24})
	return p
}

func (p *person) send(msg tea.Msg) {
	_, cmd := p.app.Update(msg)
	p.run(cmd)
}

// run performs a command beside the page, as the program does; timers are forgotten with the test.
func (p *person) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				p.inbox <- c
			}
		default:
			p.inbox <- msg
		}
	}()
}

// until handles messages until the condition holds.
func (p *person) until(what string, condition func() bool) {
	p.t.Helper()
	limit := time.After(20 * time.Second)
	for !condition() {
		select {
		case msg := <-p.inbox:
			if cmd, ok := msg.(tea.Cmd); ok {
				p.run(cmd)
				continue
			}
			p.send(msg)
		case <-limit:
			p.t.Fatalf("waited in vain for %s; the screen is\n%s", what, p.screen())
		}
	}
}

func (p *person) press(key string) {
	p.now = p.now.Add(time.Second)
	p.send(tea.KeyPressMsg{Code: []rune(key)[0], Text: key})
}

func (p *person) screen() string { return ansi.Strip(p.app.Screen()) }

func (p *person) see(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		p.until(text, func() bool { return strings.Contains(p.screen(), text) })
	}
}

// The list says where each credential is kept, which one is used now, and which is production.
func TestTheListOfProfiles(t *testing.T) {
	p := sit(t)
	p.see("lab", "now", "prod", "keyring", "PRODUCTION", "Northwind")
	p.press("u")
	p.see("profile lab is the one on the screen")
	p.press("j")
	p.press("u")
	p.until("prod to be opened", func() bool { return len(p.outcome) > 0 })
	if len(p.outcome) != 1 || p.outcome[0].Resolved.Source.String() != "profile prod - keyring" {
		t.Fatalf("switching opened %d profiles", len(p.outcome))
	}
}

// Signing out asks first, proves that nothing is left, and says that the token is still valid.
func TestSigningOut(t *testing.T) {
	p := sit(t)
	p.press("j")
	p.press("o")
	p.see("Sign out of prod?")
	if len(p.keyring.Stored()) != 2 {
		t.Fatal("it was deleted before it was asked")
	}
	p.press("o")
	p.see("Signed out of prod", "still valid at Cloudflare")
	if _, left := p.keyring.Stored()["prod"]; left || len(p.keyring.Stored()) != 1 {
		t.Errorf("%d credentials are left", len(p.keyring.Stored()))
	}
}

// A keyring that does not delete is an error, and nobody is told "signed out".
func TestSigningOutThatFails(t *testing.T) {
	p := sit(t)
	p.press("j")
	p.press("o")
	p.see("Sign out of prod?")
	p.keyring.Set(fakesecretservice.Locked)
	p.press("o")
	p.see("Not signed out of prod", "locked")
	if len(p.keyring.Stored()) != 2 || p.keyring.Prompts() != 0 {
		t.Errorf("%d left, %d prompts", len(p.keyring.Stored()), p.keyring.Prompts())
	}
}

func TestTheDefaultProfileCanBeChosen(t *testing.T) {
	p := sit(t)
	p.press("j")
	p.press("f")
	p.see("The default profile is now prod")
	again, err := keystore.LoadConfig(filepath.Clean(p.desk.Resolver.Config.Path()))
	if err != nil || again.Default() != "prod" {
		t.Errorf("the default is %s, %v", again.Default(), err)
	}
}
