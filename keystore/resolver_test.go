package keystore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/keystore"
)

// mapBackend is a keyring that works.
type mapBackend struct {
	items map[string]string
	look  error
	state keystore.KeyringState
}

func (m *mapBackend) Look(context.Context, string) (keystore.KeyringState, error) {
	return m.state, m.look
}
func (m *mapBackend) Get(user string) (string, error) {
	if text, ok := m.items[user]; ok {
		return text, nil
	}
	return "", keystore.ErrNotFound
}
func (m *mapBackend) Set(user, value string) error { m.items[user] = value; return nil }
func (m *mapBackend) Delete(user string) error     { delete(m.items, user); return nil }
func (m *mapBackend) Interrupt()                   {}

// host is a computer with profiles, a keyring and a directory for age files.
type host struct {
	*keystore.Resolver
	keyring *mapBackend
}

func newHost(t *testing.T, config string, environ ...string) host {
	t.Helper()
	path := configFile(t, config)
	env := keystore.ReadEnvironment(environ)
	backend := &mapBackend{items: map[string]string{}}
	return host{keyring: backend, Resolver: &keystore.Resolver{
		Env: env, Config: loadConfig(t, path), Commands: &keystore.Commands{}, Keyring: keystore.NewKeyringOn(backend, env),
		Age: keystore.NewQuickAgeFileForTest(filepath.Join(filepath.Dir(path), "credentials")), Memory: &keystore.Memory{},
	}}
}

// put keeps a token in a store of the host.
func (h host) put(t *testing.T, kind keystore.StoreKind, profile, text string) {
	t.Helper()
	if err := h.Store(kind).Set(t.Context(), profile, mustToken(t, text), passphrase("open")); err != nil {
		t.Fatal(err)
	}
}

const twoProfiles = `version = 1
default = "prod"
[profiles.prod]
account = "023e105f4ecef8ad9ca31a8372d0c353"
store = "keyring"
[profiles.lab]
store = "age"
[profiles.any]
[profiles.team]
store = "keyring"
token_command = ["echo", "team-token"]
`

func TestSourcesInTheirOrder(t *testing.T) {
	const both = "CLOUDFLARE_API_TOKEN is set. The credential of the default profile prod has no effect."
	for name, c := range map[string]struct {
		environ []string
		profile string
		secret  string
		source  string
		account string
		notices []string
	}{
		"default profile": {nil, "", "prod-token", "profile prod - keyring", accountID, nil},
		"environment":     {[]string{"CLOUDFLARE_API_TOKEN=env-token"}, "", "env-token", "env CLOUDFLARE_API_TOKEN", "", []string{both}},
		"named profile": {[]string{"CLOUDFLARE_API_TOKEN=env-token"}, "prod", "prod-token", "profile prod - keyring", accountID,
			[]string{"CLOUDFLARE_API_TOKEN is set and not used: profile prod was asked for."}},
		"profile by environment": {[]string{"FLAREWIRE_PROFILE=lab", "CLOUDFLARE_API_TOKEN=env-token"}, "", "lab-token",
			"profile lab - age file", "",
			[]string{"CLOUDFLARE_API_TOKEN is set and not used: profile lab was asked for."}},
		"flag over environment": {[]string{"FLAREWIRE_PROFILE=lab"}, "prod", "prod-token", "profile prod - keyring", accountID, nil},
		"key and e-mail": {[]string{"CLOUDFLARE_API_KEY=key", "CLOUDFLARE_EMAIL=a@example.com"}, "", "key", "env CLOUDFLARE_API_KEY", "",
			[]string{strings.Replace(both, "API_TOKEN", "API_KEY", 1)}},
		"token wins": {[]string{"CLOUDFLARE_API_TOKEN=env-token", "CLOUDFLARE_API_KEY=key", "CLOUDFLARE_EMAIL=a@example.com"}, "",
			"env-token", "env CLOUDFLARE_API_TOKEN", "",
			[]string{both, "CLOUDFLARE_API_TOKEN and CLOUDFLARE_API_KEY are both set. The token is used, the key is not."}},
		"account of the environment": {[]string{"CLOUDFLARE_ACCOUNT_ID=" + strings.Repeat("a", 32)}, "", "prod-token",
			"profile prod - keyring", strings.Repeat("a", 32), []string{"CLOUDFLARE_ACCOUNT_ID is set. The account of profile prod has no effect."}},
		"account ignored for a named one": {[]string{"CLOUDFLARE_ACCOUNT_ID=" + strings.Repeat("a", 32)}, "prod", "prod-token",
			"profile prod - keyring", accountID, nil},
		"old names": {[]string{"CF_API_TOKEN=old", "CF_ACCOUNT_ID=x"}, "", "prod-token", "profile prod - keyring", accountID,
			[]string{"Set but not read: CF_API_TOKEN, CF_ACCOUNT_ID. Use the names that begin with CLOUDFLARE_."}},
		"command before keyring": {nil, "team", "team-token", "profile team - token command", "", nil},
		"no store named":         {nil, "any", "any-token", "profile any - keyring", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, twoProfiles, c.environ...)
			for _, profile := range []string{"prod", "any", "team"} {
				h.put(t, keystore.StoreKeyring, profile, profile+"-token")
			}
			h.put(t, keystore.StoreAge, "lab", "lab-token")
			got, err := h.Resolve(t.Context(), keystore.Request{Profile: c.profile, Access: passphrase("open")})
			if err != nil {
				t.Fatal(err)
			}
			if got.Credential.Secret().Reveal() != c.secret || got.Source.String() != c.source || got.Credential.AccountID != c.account {
				t.Errorf("got %s from %q for account %q", got.Credential.Secret().Reveal(), got.Source, got.Credential.AccountID)
			}
			if diff := cmp.Diff(c.notices, got.Notices); diff != "" {
				t.Error(diff)
			}
			if got.Credential.Kind == keystore.KindToken && !got.Credential.Key.IsZero() ||
				got.Credential.Kind == keystore.KindGlobalKey && !got.Credential.Token.IsZero() {
				t.Error("both kinds of credential would be sent")
			}
		})
	}
}

func TestAProfileWithoutAStoreIsLookedFor(t *testing.T) {
	h := newHost(t, twoProfiles)
	_, err := h.Resolve(t.Context(), keystore.Request{Profile: "any"})
	if !errors.Is(err, keystore.ErrNotFound) || keystore.ExitCode(err) != 2 {
		t.Errorf("nothing anywhere: %v", err)
	}
	h.put(t, keystore.StoreAge, "any", "aged")
	for _, state := range []keystore.KeyringState{{}, {Locked: true}} {
		h.keyring.state = state
		got, err := h.Resolve(t.Context(), keystore.Request{Profile: "any", Access: passphrase("open")})
		if err != nil || got.Source.String() != "profile any - age file" {
			t.Errorf("%+v: from %q, %v", state, got.Source, err)
		}
	}
	if _, err := h.Resolve(t.Context(), keystore.Request{Profile: "any"}); !errors.Is(err, keystore.ErrPassphraseNeeded) {
		t.Errorf("without its passphrase: %v", err)
	}
	if err := h.Age.Delete(t.Context(), "any", keystore.Access{}); err != nil {
		t.Fatal(err)
	}
	got, err := h.Resolve(t.Context(), keystore.Request{Profile: "any"})
	if !errors.Is(err, keystore.ErrKeyringLocked) || got.Profile.Name != "any" {
		t.Errorf("it may be in the locked keyring: %v", err)
	}
	h.put(t, keystore.StoreMemory, "any", "remembered")
	got, err = h.Resolve(t.Context(), keystore.Request{Profile: "any"})
	if err != nil || got.Source.String() != "profile any - not saved" {
		t.Errorf("signed in for the session: from %q, %v", got.Source, err)
	}
}

func TestErrorsOfTheEnvironment(t *testing.T) {
	for name, c := range map[string]struct {
		environ []string
		want    error
		text    string
	}{
		"no e-mail": {[]string{"CLOUDFLARE_API_KEY=key"}, keystore.ErrHalfPair, "without CLOUDFLARE_EMAIL"},
		"no key":    {[]string{"CLOUDFLARE_EMAIL=a@example.com"}, keystore.ErrHalfPair, "without CLOUDFLARE_API_KEY"},
		"line break": {[]string{"CLOUDFLARE_API_TOKEN=" + canaryText + "\nX: y"}, keystore.ErrMalformed,
			"CLOUDFLARE_API_TOKEN cannot be used, the API token contains a line break"},
		"space":           {[]string{"CLOUDFLARE_API_TOKEN=Bearer " + canaryText}, keystore.ErrMalformed, "space"},
		"quotes":          {[]string{"CLOUDFLARE_API_TOKEN=“" + canaryText + "”"}, keystore.ErrMalformed, "ASCII"},
		"blank":           {[]string{"CLOUDFLARE_API_TOKEN= "}, keystore.ErrMalformed, "empty"},
		"too long":        {[]string{"CLOUDFLARE_API_TOKEN=" + strings.Repeat("x", 5000)}, keystore.ErrMalformed, "long"},
		"no address":      {[]string{"CLOUDFLARE_API_KEY=key", "CLOUDFLARE_EMAIL=me"}, keystore.ErrMalformed, "e-mail"},
		"account":         {[]string{"CLOUDFLARE_API_TOKEN=x", "CLOUDFLARE_ACCOUNT_ID=1"}, keystore.ErrMalformed, "CLOUDFLARE_ACCOUNT_ID"},
		"nothing":         {nil, keystore.ErrNoCredentials, "CLOUDFLARE_API_TOKEN"},
		"only old names":  {[]string{"CF_API_TOKEN=" + canaryText}, keystore.ErrNoCredentials, "(not read: CF_API_TOKEN)"},
		"unknown profile": {[]string{"FLAREWIRE_PROFILE=none"}, keystore.ErrUnknownProfile, "none"},
		"token for name":  {[]string{"FLAREWIRE_PROFILE=" + canaryText}, keystore.ErrProfileName, "looks like a token"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newHost(t, "version = 1\n", c.environ...).Resolve(t.Context(), keystore.Request{})
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) || keystore.ExitCode(err) != 2 {
				t.Errorf("exit code %d: %v", keystore.ExitCode(err), err)
			}
			if err != nil && strings.Contains(err.Error(), canaryText) {
				t.Error("the error shows the secret")
			}
		})
	}
}

func TestSystemdCredential(t *testing.T) {
	dir := t.TempDir()
	h := newHost(t, "version = 1\n", "CREDENTIALS_DIRECTORY="+dir)
	if _, err := h.Resolve(t.Context(), keystore.Request{}); !errors.Is(err, keystore.ErrNoCredentials) {
		t.Errorf("without the file: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "flarewire-token"), []byte("unit-token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := h.Resolve(t.Context(), keystore.Request{})
	if err != nil || got.Credential.Token.Reveal() != "unit-token" || got.Source.String() != "systemd credential flarewire-token" {
		t.Errorf("from %q, error %v", got.Source, err)
	}
}

func TestUnknownProfileNamesTheKnownOnes(t *testing.T) {
	_, err := newHost(t, twoProfiles).Resolve(t.Context(), keystore.Request{Profile: "prd"})
	if !errors.Is(err, keystore.ErrUnknownProfile) || !strings.Contains(err.Error(), "any, lab, prod, team") {
		t.Errorf("got %v", err)
	}
}

func TestExitCodes(t *testing.T) {
	if keystore.ExitCode(nil) != 0 || keystore.ExitCode(errors.New("x")) != 1 || keystore.ExitCode(context.Canceled) != 1 {
		t.Error("an exit code is wrong")
	}
}
