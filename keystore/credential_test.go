package keystore_test

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"flarewire/keystore"
)

func TestACredentialIsNeverPrinted(t *testing.T) {
	type request struct{ credential keystore.Credential }
	resolved := keystore.Resolved{Credential: mustToken(t, canaryText)}
	out := fmt.Sprintf("%v %+v %#v %v", resolved, resolved, resolved, request{resolved.Credential})
	env := keystore.ReadEnvironment([]string{"CLOUDFLARE_API_TOKEN=" + canaryText, "CLOUDFLARE_API_KEY=" + canaryText})
	out += fmt.Sprintf("%v %+v %#v", env, env, keystore.Access{Passphrase: env.Token})
	if strings.Contains(out, canaryText) {
		t.Error("the secret was printed")
	}
}

func TestACredentialSaysWhenItEnds(t *testing.T) {
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	credential := mustToken(t, "token")
	if credential.ExpiresWithin(1<<62, now) {
		t.Error("a token without an end expires")
	}
	credential.ExpiresOn = now.AddDate(0, 0, 10)
	if !credential.ExpiresWithin(14*24*time.Hour, now) || credential.ExpiresWithin(3*24*time.Hour, now) {
		t.Error("ten days are not between three and fourteen")
	}
}

// TestWhatIsInTheStoreMayBeAnything: another program can write there.
func TestWhatIsInTheStoreMayBeAnything(t *testing.T) {
	for _, text := range []string{"", canaryText, "{", `{"v":2,"type":"api_token","secret":"x"}`, `{"v":1,"type":"psk","secret":"x"}`,
		`{"v":1,"type":"api_token"}`, `{"v":1,"type":"global_key","secret":"x"}`, `{"v":1,"type":"api_token","secret":"a\nb"}`,
		`{"v":"` + canaryText + `"}`, `{"v":1,"expires_on":"` + canaryText + `"}`} {
		backend := &mapBackend{items: map[string]string{"prod": text}}
		_, err := keystore.NewKeyringOn(backend, keystore.Environment{}).Get(t.Context(), "prod", keystore.Access{})
		if !errors.Is(err, keystore.ErrDamaged) || keystore.ExitCode(err) != 1 {
			t.Errorf("%d bytes: %v", len(text), err)
		}
		if err != nil && strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), canaryText) {
			t.Error("the error shows the secret")
		}
	}
}

func FuzzStoredCredential(f *testing.F) {
	f.Add(`{"v":1,"type":"api_token","secret":"x","expires_on":"2027-01-01T00:00:00Z"}`)
	f.Add(`{"v":1,"type":"global_key","secret":"x","email":"a@b"}`)
	f.Fuzz(func(t *testing.T, text string) {
		backend := &mapBackend{items: map[string]string{"prod": text}}
		keyring := keystore.NewKeyringOn(backend, keystore.Environment{})
		got, err := keyring.Get(t.Context(), "prod", keystore.Access{})
		if err != nil {
			return
		}
		if err := keyring.Set(t.Context(), "prod", got, keystore.Access{}); err != nil && !errors.Is(err, keystore.ErrTooLarge) {
			t.Fatalf("what was read cannot be stored: %v", err)
		}
	})
}

// TestWhatOtherSystemsAnswer: from the library's source; no such machine is here.
func TestWhatOtherSystemsAnswer(t *testing.T) {
	exit := func(code string) error { return exec.CommandContext(t.Context(), "sh", "-c", "exit "+code).Run() }
	for name, c := range map[string]struct {
		given error
		want  error
	}{
		"not found":              {fmt.Errorf("x: %w", keyring.ErrNotFound), keystore.ErrNotFound},
		"not found, not English": {exit("44"), keystore.ErrNotFound},
		"too big":                {keyring.ErrSetDataTooBig, keystore.ErrTooLarge},
		"unsupported":            {keyring.ErrUnsupportedPlatform, keystore.ErrKeyringMissing},
		"Windows over SSH":       {fmt.Errorf("x: %w", syscall.Errno(1312)), keystore.ErrKeyringMissing},
		"macOS over SSH":         {exit("36"), keystore.ErrKeyringLocked},
	} {
		if got := keystore.LibraryErrorForTest(c.given); !errors.Is(got, c.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	//nolint:errorlint // the very same
	if other := errors.New("x"); keystore.LibraryErrorForTest(other) != other || keystore.LibraryErrorForTest(nil) != nil {
		t.Error("another error was changed")
	}
}
