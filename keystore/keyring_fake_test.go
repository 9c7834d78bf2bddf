//go:build linux

package keystore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"flarewire/keystore"
	"flarewire/keystore/fakesecretservice"
)

// patience is a limit that a working keyring never reaches, on a busy machine either; haste is one for a keyring that
// does not answer at all.
const (
	patience = 20 * time.Second
	haste    = 100 * time.Millisecond
)

// desktop starts a fake session with these faults and returns its keyring.
func desktop(t *testing.T, faults ...fakesecretservice.Fault) (*fakesecretservice.Server, *keystore.Keyring) {
	t.Helper()
	server := fakesecretservice.Start(t, faults...)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", server.Address())
	return server, keystore.NewOSKeyringForTest(keystore.Environment{}, patience, patience)
}

var prompting = keystore.Access{AllowPrompt: true}

func TestKeyringKeepsTwoProfiles(t *testing.T) {
	server, keyring := desktop(t)
	ctx := t.Context()
	want := mustToken(t, canaryText)
	want.AccountID, want.TokenID = "023e105f4ecef8ad9ca31a8372d0c353", "ed17574386854bf78a67040be0a770b0"
	want.ExpiresOn = time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	other, err := keystore.NewGlobalKey("ops@example.com", "c2547eb745079dac9320b638f5e225cf483cc5cfdda41")
	if err != nil {
		t.Fatal(err)
	}
	for name, credential := range map[string]keystore.Credential{"prod": want, "lab": other} {
		if err := keyring.Set(ctx, name, credential, keystore.Access{}); err != nil {
			t.Fatal(err)
		}
	}
	for name, credential := range map[string]keystore.Credential{"prod": want, "lab": other} {
		got, err := keyring.Get(ctx, name, keystore.Access{})
		if err != nil || !got.Equal(credential) {
			t.Errorf("%s: got another credential back, error %v", name, err)
		}
	}
	if err := keyring.Delete(ctx, "prod", keystore.Access{}); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Get(ctx, "prod", keystore.Access{}); !errors.Is(err, keystore.ErrNotFound) {
		t.Errorf("after Delete: %v", err)
	}
	if err := keyring.Delete(ctx, "prod", keystore.Access{}); err != nil {
		t.Errorf("deleting nothing: %v", err)
	}
	if got := server.Prompts(); got != 0 {
		t.Errorf("%d prompts were raised", got)
	}
}

// TestKeyringFaults: every fault gives its typed reason within the limit, and never a false "saved".
func TestKeyringFaults(t *testing.T) {
	type fault = fakesecretservice.Fault
	for _, c := range []struct {
		name   string
		faults []fault
		access keystore.Access
		get    error
		set    error
		delete error
	}{
		{"no provider", []fault{fakesecretservice.NoProvider}, prompting,
			keystore.ErrKeyringMissing, keystore.ErrKeyringMissing, keystore.ErrKeyringMissing},
		{"provider crashes", []fault{fakesecretservice.ProviderCrashes}, prompting,
			keystore.ErrKeyringMissing, keystore.ErrKeyringMissing, keystore.ErrKeyringMissing},
		{"provider never comes", []fault{fakesecretservice.ProviderNeverComes}, prompting,
			keystore.ErrKeyringTimeout, keystore.ErrKeyringTimeout, keystore.ErrKeyringTimeout},
		{"no collection", []fault{fakesecretservice.NoCollection}, prompting,
			keystore.ErrKeyringMissing, keystore.ErrKeyringMissing, keystore.ErrKeyringMissing},
		{"locked, nobody to ask", []fault{fakesecretservice.Locked}, keystore.Access{},
			keystore.ErrKeyringLocked, keystore.ErrKeyringLocked, keystore.ErrKeyringLocked},
		{"prompt never answered", []fault{fakesecretservice.Locked, fakesecretservice.PromptUnanswered}, prompting,
			keystore.ErrKeyringTimeout, keystore.ErrKeyringTimeout, keystore.ErrKeyringTimeout},
		{"unlock prompt dismissed", []fault{fakesecretservice.Locked, fakesecretservice.PromptDismissed}, prompting,
			keystore.ErrKeyringLocked, keystore.ErrKeyringLocked, keystore.ErrKeyringLocked},
		{"prompt dismissed on store", []fault{fakesecretservice.PromptOnStore, fakesecretservice.PromptDismissed}, prompting,
			keystore.ErrNotFound, keystore.ErrNotSaved, nil},
		{"reported as stored", []fault{fakesecretservice.ForgetsStores}, prompting,
			keystore.ErrNotFound, keystore.ErrNotSaved, nil},
		{"bus lost in a prompt", []fault{fakesecretservice.Locked, fakesecretservice.BusLostInPrompt}, prompting,
			keystore.ErrKeyringFailed, keystore.ErrKeyringFailed, keystore.ErrKeyringFailed},
		{"strange signal in a prompt", []fault{fakesecretservice.Locked, fakesecretservice.StrangeSignalInPrompt}, prompting,
			keystore.ErrKeyringLocked, keystore.ErrKeyringLocked, keystore.ErrKeyringLocked},
		{"silent socket", []fault{fakesecretservice.SilentSocket}, prompting,
			keystore.ErrKeyringTimeout, keystore.ErrKeyringTimeout, keystore.ErrKeyringTimeout},
		{"silent after the look", []fault{fakesecretservice.SilentAfterLook}, prompting,
			keystore.ErrKeyringTimeout, keystore.ErrKeyringTimeout, keystore.ErrKeyringTimeout},
		{"answers of wrong types", []fault{fakesecretservice.GarbageAnswers}, prompting,
			keystore.ErrKeyringMissing, keystore.ErrKeyringMissing, keystore.ErrKeyringMissing},
	} {
		t.Run(c.name, func(t *testing.T) {
			server, keyring := desktop(t, c.faults...)
			if errors.Is(c.get, keystore.ErrKeyringTimeout) {
				keyring = keystore.NewOSKeyringForTest(keystore.Environment{}, haste, haste)
			}
			begin := time.Now()
			_, get := keyring.Get(t.Context(), "prod", c.access)
			set := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), c.access)
			remove := keyring.Delete(t.Context(), "prod", c.access)
			for what, pair := range map[string][2]error{"Get": {get, c.get}, "Set": {set, c.set}, "Delete": {remove, c.delete}} {
				if !errors.Is(pair[0], pair[1]) || (pair[1] == nil) != (pair[0] == nil) {
					t.Errorf("%s: %v, want %v", what, pair[0], pair[1])
				}
				if pair[0] != nil && strings.Contains(pair[0].Error(), canaryText) {
					t.Errorf("%s: the error shows the secret", what)
				}
			}
			if took := time.Since(begin); took > 9*time.Second {
				t.Errorf("three calls took %v, more than three times the limit of 3 s", took)
			}
			if set != nil && len(server.Stored()) != 0 {
				t.Error("an error was reported, and yet something was stored")
			}
		})
	}
}

func TestKeyringDeleteDismissedIsNotReportedAsDeleted(t *testing.T) {
	server, keyring := desktop(t)
	if err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), keystore.Access{}); err != nil {
		t.Fatal(err)
	}
	server.Set(fakesecretservice.PromptOnDelete, fakesecretservice.PromptDismissed)
	if err := keyring.Delete(t.Context(), "prod", prompting); !errors.Is(err, keystore.ErrNotDeleted) {
		t.Errorf("got %v", err)
	}
	server.Set(fakesecretservice.PromptOnDelete)
	if err := keyring.Delete(t.Context(), "prod", prompting); err != nil {
		t.Errorf("with the prompt answered: %v", err)
	}
}

func TestKeyringUnlocksWhenTheUserAnswers(t *testing.T) {
	server, keyring := desktop(t, fakesecretservice.Locked)
	if err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), prompting); err != nil {
		t.Fatal(err)
	}
	if got := server.Prompts(); got != 1 {
		t.Errorf("%d prompts, want one", got)
	}
}

// TestKeyringRaisesNoPromptUninvited: one-shot commands and SSH sessions never raise a prompt.
func TestKeyringRaisesNoPromptUninvited(t *testing.T) {
	for name, c := range map[string]struct {
		env    keystore.Environment
		access keystore.Access
	}{
		"one-shot command":       {},
		"sign-in screen, by SSH": {keystore.ReadEnvironment([]string{"SSH_CONNECTION=192.0.2.1 1 192.0.2.2 22"}), prompting},
	} {
		t.Run(name, func(t *testing.T) {
			server, _ := desktop(t, fakesecretservice.Locked)
			server.Put("flarewire", "prod", "x")
			keyring := keystore.NewOSKeyringForTest(c.env, patience, patience)
			_, err := keyring.Get(t.Context(), "prod", c.access)
			if !errors.Is(err, keystore.ErrKeyringLocked) {
				t.Errorf("Get: %v", err)
			}
			if err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), c.access); !errors.Is(err, keystore.ErrKeyringLocked) {
				t.Errorf("Set: %v", err)
			}
			if err := keyring.Delete(t.Context(), "prod", c.access); !errors.Is(err, keystore.ErrKeyringLocked) {
				t.Errorf("Delete: %v", err)
			}
			row := keyring.Check(t.Context())
			if row.Recipe != keystore.UnlockRecipe || row.Available != (c.env.SSH == false) {
				t.Errorf("the sign-in screen's row is %+v", row)
			}
			if got := server.Prompts(); got != 0 {
				t.Errorf("%d prompts were raised", got)
			}
		})
	}
}

func TestKeyringWithoutABusStartsNone(t *testing.T) {
	bin, mark := t.TempDir(), filepath.Join(t.TempDir(), "started")
	script := "#!/bin/sh\necho started >" + mark + "\n"
	if err := os.WriteFile(filepath.Join(bin, "dbus-launch"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	for _, address := range []string{"", "autolaunch:", "disabled:", "tcp:host=127.0.0.1,port=1", "unix:path=/nowhere/bus"} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		keyring := keystore.NewOSKeyringForTest(keystore.Environment{}, patience, patience)
		for range 10 {
			if _, err := keyring.Get(t.Context(), "prod", prompting); !errors.Is(err, keystore.ErrKeyringMissing) {
				t.Fatalf("address %q: %v", address, err)
			}
		}
		if row := keyring.Check(t.Context()); row.Available || row.Reason == "" {
			t.Errorf("address %q: the row is %+v", address, row)
		}
	}
	if _, err := os.Stat(mark); !os.IsNotExist(err) {
		t.Error("dbus-launch was run: it leaves two daemons behind")
	}
}

func TestKeyringFindsTheBusAtItsWellKnownPlace(t *testing.T) {
	server, keyring := desktop(t)
	dir := filepath.Dir(strings.TrimPrefix(server.Address(), "unix:path="))
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", dir)
	if err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), keystore.Access{}); err != nil {
		t.Error(err)
	}
}

func TestKeyringSurvivesARestartOfTheBus(t *testing.T) {
	first, keyring := desktop(t)
	if err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), keystore.Access{}); err != nil {
		t.Fatal(err)
	}
	first.Stop()
	second := fakesecretservice.Start(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", second.Address())
	if err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), keystore.Access{}); err != nil {
		t.Errorf("the first call after the restart: %v", err)
	}
}

func TestKeyringWaitsForASlowProvider(t *testing.T) {
	server, _ := desktop(t)
	server.SetDelay(5 * time.Millisecond)
	keyring := keystore.NewKeyringOn(keystore.OSBackendForTest(), keystore.Environment{})
	if err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), keystore.Access{}); err != nil {
		t.Error(err)
	}
	server.SetDelay(10 * time.Second)
	begin := time.Now()
	if _, err := keyring.Get(t.Context(), "prod", keystore.Access{}); !errors.Is(err, keystore.ErrKeyringTimeout) {
		t.Errorf("too slow: %v", err)
	}
	if took := time.Since(begin); took > 8*time.Second {
		t.Errorf("the typed reason came after %v: the limit is 3 s, the provider takes 10", took)
	}
}

func TestKeyringClosesItsConnections(t *testing.T) {
	server, keyring := desktop(t)
	if err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), keystore.Access{}); err != nil {
		t.Fatal(err)
	}
	for range 60_000 {
		if server.Connections() == 0 {
			return
		}
		<-time.After(time.Millisecond)
	}
	t.Errorf("%d connections stay open", server.Connections())
}

// TestKeyringLeavesNothingBehind: 40 prompts that nobody answers cost no goroutine and no file.
func TestKeyringLeavesNothingBehind(t *testing.T) {
	server, _ := desktop(t, fakesecretservice.Locked, fakesecretservice.PromptUnanswered)
	keyring := keystore.NewOSKeyringForTest(keystore.Environment{}, patience, 20*time.Millisecond)
	_, _ = keyring.Get(t.Context(), "prod", prompting)
	server.Set()
	settle(t, keyring)
	before := runtime.NumGoroutine()
	server.Set(fakesecretservice.Locked, fakesecretservice.PromptUnanswered)
	for range 40 {
		if _, err := keyring.Get(t.Context(), "prod", prompting); !errors.Is(err, keystore.ErrKeyringTimeout) {
			t.Fatal(err)
		}
	}
	server.Set()
	settle(t, keyring)
	if after := runtime.NumGoroutine(); after > before+3 {
		stacks := make([]byte, 1<<20)
		t.Errorf("goroutines grew from %d to %d:\n%s", before, after, stacks[:runtime.Stack(stacks, true)])
	}
}

// settle makes calls that work: each waits for its turn, and so for the goroutines of the call before.
func settle(t *testing.T, keyring *keystore.Keyring) {
	t.Helper()
	for range 3 {
		if err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), keystore.Access{}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKeyringLateAnswerReachesNobody: the profile is switched while a call for the old one hangs.
func TestKeyringLateAnswerReachesNobody(t *testing.T) {
	server, keyring := desktop(t)
	for _, name := range []string{"old", "new"} {
		if err := keyring.Set(t.Context(), name, mustToken(t, "token-of-"+name), keystore.Access{}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 10 {
		server.Set(fakesecretservice.Locked, fakesecretservice.PromptUnanswered)
		ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Millisecond, fmt.Errorf("switched %d", i))
		if _, err := keyring.Get(ctx, "old", prompting); err == nil {
			t.Fatal("a hanging keyring answered")
		}
		cancel()
		server.Set()
		got, err := keyring.Get(t.Context(), "new", keystore.Access{})
		if err != nil || got.Token.Reveal() != "token-of-new" {
			t.Fatalf("the new profile got another answer, error %v", err)
		}
	}
}
