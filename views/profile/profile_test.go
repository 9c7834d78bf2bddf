package profile_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/secret"
	"flarewire/internal/testing/uitest"
	"flarewire/keystore"
	"flarewire/keystore/fakesecretservice"
	"flarewire/views/kit"
	"flarewire/views/profile"
	"flarewire/views/signin"
)

// person sits at the page of the profiles. Every command runs to its end before the next key.
type person struct {
	*uitest.Person
	deps    *signin.Deps
	keyring *fakesecretservice.Server
	outcome []signin.Outcome
}

func sit(t *testing.T) *person {
	t.Helper()
	p := &person{Person: uitest.New(t), keyring: fakesecretservice.Start(t)}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", p.keyring.Address())
	home := t.TempDir()
	resolver, err := keystore.NewResolver(keystore.Environment{ConfigHome: home, StateHome: home, Home: home})
	if err != nil {
		t.Fatal(err)
	}
	p.deps = &signin.Deps{Ctx: t.Context(), Resolver: resolver, Hide: func(...secret.Value) {}, Current: "lab",
		Now: p.Clock, Done: func(o signin.Outcome) tea.Cmd { p.outcome = append(p.outcome, o); return nil }}
	for name, mark := range map[string]bool{"prod": true, "lab": false} {
		c, err := keystore.NewToken("cfut_" + name + "0123456789abcdefghijklmnopqrstuvwxyz0123456789")
		if err == nil {
			err = resolver.Keep(context.Background(), keystore.Profile{Name: name, Store: keystore.StoreKeyring, Production: mark,
				AccountName: "Northwind"}, c, keystore.Access{})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	env := &kit.Env{Ctx: t.Context(), Now: p.deps.Now}
	p.Open(100, 24, profile.New(p.deps)(env).PaletteEntries()[0].Open)
	return p
}

// press presses a key a second after the last one: acts wait for the eye.
func (p *person) press(key string) {
	p.Now = p.Now.Add(time.Second)
	p.Press(key)
}

// The list says where each credential is kept, which one is used now, and which is production.
func TestTheListOfProfiles(t *testing.T) {
	p := sit(t)
	p.See("lab", "now", "prod", "keyring", "PRODUCTION", "Northwind")
	p.press("u")
	p.See("profile lab is the one on the screen")
	p.press("j")
	p.press("u")
	p.Until("prod to be opened", func() bool { return len(p.outcome) > 0 })
	if len(p.outcome) != 1 || p.outcome[0].Resolved.Source.String() != "profile prod - keyring" {
		t.Fatalf("switching opened %d profiles", len(p.outcome))
	}
}

// Signing out asks first, proves that nothing is left, and says that the token is still valid.
func TestSigningOut(t *testing.T) {
	p := sit(t)
	p.press("j")
	p.press("o")
	p.See("Sign out of prod?")
	if len(p.keyring.Stored()) != 2 {
		t.Fatal("it was deleted before it was asked")
	}
	p.press("o")
	p.See("Signed out of prod", "still valid at Cloudflare")
	if _, left := p.keyring.Stored()["prod"]; left || len(p.keyring.Stored()) != 1 {
		t.Errorf("%d credentials are left", len(p.keyring.Stored()))
	}
}

// A keyring that does not delete is an error, and nobody is told "signed out".
func TestSigningOutThatFails(t *testing.T) {
	p := sit(t)
	p.press("j")
	p.press("o")
	p.See("Sign out of prod?")
	p.keyring.Set(fakesecretservice.Locked)
	p.press("o")
	p.See("Not signed out of prod", "locked")
	if len(p.keyring.Stored()) != 2 || p.keyring.Prompts() != 0 {
		t.Errorf("%d left, %d prompts", len(p.keyring.Stored()), p.keyring.Prompts())
	}
}

func TestTheDefaultProfileCanBeChosen(t *testing.T) {
	p := sit(t)
	p.press("j")
	p.press("f")
	p.See("The default profile is now prod")
	again, err := keystore.LoadConfig(filepath.Clean(p.deps.Resolver.Config.Path()))
	if err != nil || again.Default() != "prod" {
		t.Errorf("the default is %s, %v", again.Default(), err)
	}
}
