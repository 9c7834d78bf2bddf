package cli

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/secret"
	"flarewire/internal/simaccount"
)

// careful is a machine on which a profile makes the simulated account read-only and production, and the number of changes that arrived.
func careful(t *testing.T, environ ...string) (IO, *bytes.Buffer, *atomic.Int32) {
	t.Helper()
	sim, changes := simaccount.New(simaccount.Options{}), &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			changes.Add(1)
		}
		sim.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	home := t.TempDir()
	path := filepath.Join(home, "flarewire", "config.toml")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	text := "version = 1\n[profiles.prod]\naccount = \"" + simaccount.DefaultAccount + "\"\nread_only = true\nproduction = true\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	x := IO{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &said, Now: time.Now, Redactor: &secret.Redactor{},
		Environ: append([]string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home,
			"CLOUDFLARE_BASE_URL=" + server.URL + "/client/v4"}, environ...)}
	return x, &said, changes
}

// A token of the environment or of systemd does not take the protection from an account that a profile calls read-only and
// production: not when the account is named, and not when it is found out by asking Cloudflare.
func TestAnotherCredentialDoesNotUnlockAReadOnlyAccount(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "flarewire-token"), []byte(simaccount.DefaultToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, environ := range map[string][]string{
		"token and account":    {"CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken, "CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount},
		"token alone":          {"CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken},
		"systemd's credential": {"CREDENTIALS_DIRECTORY=" + folder},
	} {
		t.Run(name, func(t *testing.T) {
			x, said, changes := careful(t, environ...)
			s, err := (&flags{refresh: time.Minute, theme: "none"}).open(t.Context(), x)
			if err != nil {
				t.Fatal(err)
			}
			defer s.close()
			if id := s.identity(""); !id.ReadOnly || !id.Production || !strings.Contains(s.noWrites(), "prod") {
				t.Errorf("the screen shows %+v, no writes because %q", id, s.noWrites())
			}
			if !strings.Contains(said.String(), "This account is read-only (profile prod) and production (profile prod).") {
				t.Errorf("the command says %q", said)
			}
			request, err := s.account.Routes.BuildDelete("r1")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.sender.Send(t.Context(), request); api.KindOf(err) != api.ReadOnly || changes.Load() != 0 {
				t.Errorf("%d changes arrived: %v", changes.Load(), err)
			}
		})
	}
}
