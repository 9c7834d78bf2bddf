package keystore_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flarewire/keystore"
)

func TestSigningInKeepsTheCredential(t *testing.T) {
	for _, kind := range []keystore.StoreKind{keystore.StoreKeyring, keystore.StoreAge} {
		t.Run(string(kind), func(t *testing.T) {
			h := newHost(t, "version = 1\n")
			profile := keystore.Profile{Name: "prod", Account: accountID, Store: kind, ReadOnly: true}
			if err := h.Keep(t.Context(), profile, mustToken(t, canaryText), passphrase("open")); err != nil {
				t.Fatal(err)
			}
			// The next start reads the config file anew; the first profile is the default.
			h.Config, h.Memory = loadConfig(t, h.Config.Path()), &keystore.Memory{}
			got, err := h.Resolve(t.Context(), keystore.Request{Access: passphrase("open")})
			if err != nil || got.Credential.Token.Reveal() != canaryText || !got.Profile.ReadOnly {
				t.Errorf("from %q, error %v", got.Source, err)
			}
			wantNoCanary(t, filepath.Dir(h.Config.Path()))
		})
	}
}

// wantNoCanary looks for the canary in every file below a directory.
func wantNoCanary(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if strings.Contains(string(content), canaryText) {
			t.Errorf("%s contains the secret", entry.Name())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestSigningInWithoutAKeyring: nothing is written in clear, the session works, and the source says "not saved".
func TestSigningInWithoutAKeyring(t *testing.T) {
	h := newHost(t, "version = 1\n")
	h.keyring.look = &keystore.Error{Reason: keystore.ErrKeyringMissing}
	profile := keystore.Profile{Name: "prod", Store: keystore.StoreKeyring}
	if err := h.Keep(t.Context(), profile, mustToken(t, canaryText), keystore.Access{}); !errors.Is(err, keystore.ErrKeyringMissing) {
		t.Errorf("got %v", err)
	}
	if names := h.Config.Names(); len(names) != 0 {
		t.Errorf("profiles %v were kept all the same", names)
	}
	rows := h.Stores(t.Context())
	if len(rows) != 3 || rows[0].Available || !rows[1].Available || !rows[2].Available {
		t.Errorf("offered: %+v", rows)
	}
	profile.Store = keystore.StoreMemory
	if err := h.Keep(t.Context(), profile, mustToken(t, canaryText), keystore.Access{}); err != nil {
		t.Fatal(err)
	}
	got, err := h.Resolve(t.Context(), keystore.Request{})
	if err != nil || got.Credential.Token.Reveal() != canaryText || !strings.Contains(got.Source.String(), "not saved") {
		t.Errorf("from %q, error %v", got.Source, err)
	}
	if again := loadConfig(t, h.Config.Path()); len(again.Names()) != 0 {
		t.Error("a session's profile is in the config file")
	}
	wantNoCanary(t, filepath.Dir(h.Config.Path()))
}

func TestMovingACredentialToAnotherStoreLeavesOne(t *testing.T) {
	h := newHost(t, twoProfiles)
	h.put(t, keystore.StoreKeyring, "prod", "old")
	profile, err := h.Config.Profile("prod")
	if err != nil {
		t.Fatal(err)
	}
	profile.Store = keystore.StoreAge
	if err := h.Keep(t.Context(), profile, mustToken(t, "new"), keystore.Access{}); !errors.Is(err, keystore.ErrPassphraseNeeded) {
		t.Errorf("without a passphrase: %v", err)
	}
	if h.keyring.items["prod"] == "" {
		t.Fatal("the old credential was deleted before the new one was kept")
	}
	if err := h.Keep(t.Context(), profile, mustToken(t, "new"), passphrase("open")); err != nil {
		t.Fatal(err)
	}
	got, err := h.Resolve(t.Context(), keystore.Request{Access: passphrase("open")})
	if err != nil || got.Source.String() != "profile prod - age file" || len(h.keyring.items) != 0 {
		t.Errorf("from %q, %d items in the keyring, error %v", got.Source, len(h.keyring.items), err)
	}
}

func TestSigningOutLeavesNothingAndSaysWhatItCannotDo(t *testing.T) {
	h := newHost(t, twoProfiles)
	for _, kind := range []keystore.StoreKind{keystore.StoreKeyring, keystore.StoreAge, keystore.StoreMemory} {
		h.put(t, kind, "prod", canaryText)
		h.put(t, kind, "lab", "other")
	}
	result, err := h.Logout(t.Context(), "prod", keystore.Access{})
	if err != nil || len(result.Deleted) != 3 {
		t.Errorf("%+v, error %v", result, err)
	}
	if text := result.Text(); !strings.Contains(text, "still valid at Cloudflare") || !strings.Contains(text, keystore.TokensPage) {
		t.Errorf("it says %q", text)
	}
	for _, kind := range []keystore.StoreKind{keystore.StoreKeyring, keystore.StoreAge, keystore.StoreMemory} {
		if _, err := h.Store(kind).Get(t.Context(), "prod", passphrase("open")); !errors.Is(err, keystore.ErrNotFound) {
			t.Errorf("%s: %v", kind, err)
		}
		if _, err := h.Store(kind).Get(t.Context(), "lab", passphrase("open")); err != nil {
			t.Errorf("%s: the other profile is gone too: %v", kind, err)
		}
	}
}

func TestSigningOutWithoutTheKeyring(t *testing.T) {
	h := newHost(t, twoProfiles)
	h.put(t, keystore.StoreAge, "lab", canaryText)
	h.keyring.state.Locked = true
	result, err := h.Logout(t.Context(), "lab", keystore.Access{})
	if err != nil || !slices.Contains(result.Unknown, keystore.StoreKeyring) || h.Age.Has("lab") {
		t.Errorf("a profile of the age file: %+v, %v", result, err)
	}
	if !strings.Contains(result.Text(), "keyring could not be asked") {
		t.Errorf("it says %q", result.Text())
	}
	if _, err := h.Logout(t.Context(), "prod", keystore.Access{}); !errors.Is(err, keystore.ErrKeyringLocked) {
		t.Errorf("a profile of the keyring: %v", err)
	}
	if _, err := h.Logout(t.Context(), "none", keystore.Access{}); !errors.Is(err, keystore.ErrUnknownProfile) {
		t.Errorf("no profile: %v", err)
	}
}
