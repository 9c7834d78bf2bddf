package keystore_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flarewire/keystore"
)

// TestChildrenInheritNoSecret: $EDITOR, a pager or ssh started after TakeEnvironment.
func TestChildrenInheritNoSecret(t *testing.T) {
	for _, name := range []string{"CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CLOUDFLARE_API_USER_SERVICE_KEY",
		"CLOUDFLARE_CUSTOM_HEADERS", "CF_API_TOKEN", "CF_API_KEY"} {
		t.Setenv(name, canaryText)
	}
	t.Setenv("CLOUDFLARE_EMAIL", "ops@example.com")
	t.Setenv("CLOUDFLARE_ACCOUNT_ID", accountID)
	env := keystore.TakeEnvironment()
	if env.Token.Reveal() != canaryText || env.Key.Reveal() != canaryText || env.Email != "ops@example.com" || env.AccountID != accountID {
		t.Error("the credential was not read")
	}
	if len(env.Secrets()) != 2 {
		t.Errorf("a redactor would know %d secrets", len(env.Secrets()))
	}
	out, err := exec.CommandContext(t.Context(), "env").Output()
	if err != nil {
		t.Skip("there is no env here: ", err)
	}
	if strings.Contains(string(out), canaryText) || strings.Contains(string(out), "ops@example.com") {
		t.Error("a child has the secret in its environment")
	}
}

func TestChildEnvironKeepsTheRest(t *testing.T) {
	given := []string{"PATH=/bin", "CLOUDFLARE_API_TOKEN=x", "CLOUDFLARE_NEW=x", "CF_API_KEY=x", "XCLOUDFLARE_=kept", "odd"}
	if got := keystore.ChildEnviron(given); !slices.Equal(got, []string{"PATH=/bin", "XCLOUDFLARE_=kept", "odd"}) {
		t.Errorf("got %q", got)
	}
}

func TestPathsFollowXDG(t *testing.T) {
	home := t.TempDir()
	given := filepath.Join(home, "given")
	for name, c := range map[string]struct {
		environ []string
		want    keystore.Paths
	}{
		"nothing set": {[]string{"HOME=" + home}, keystore.Paths{
			Config:      filepath.Join(home, ".config", "flarewire", "config.toml"),
			Credentials: filepath.Join(home, ".local", "state", "flarewire", "credentials")}},
		"set": {[]string{"HOME=" + home, "XDG_CONFIG_HOME=" + given, "XDG_STATE_HOME=" + given}, keystore.Paths{
			Config:      filepath.Join(given, "flarewire", "config.toml"),
			Credentials: filepath.Join(given, "flarewire", "credentials")}},
		"relative is ignored": {[]string{"HOME=" + home, "XDG_CONFIG_HOME=x", "XDG_STATE_HOME=./y"}, keystore.Paths{
			Config:      filepath.Join(home, ".config", "flarewire", "config.toml"),
			Credentials: filepath.Join(home, ".local", "state", "flarewire", "credentials")}},
	} {
		if got := keystore.DefaultPaths(keystore.ReadEnvironment(c.environ)); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestResolverStartsWithoutAnyFile(t *testing.T) {
	home := t.TempDir()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
	resolver, err := keystore.NewResolver(keystore.ReadEnvironment([]string{"HOME=" + home}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := resolver.Resolve(t.Context(), keystore.Request{}); !errors.Is(err, keystore.ErrNoCredentials) {
		t.Errorf("got %v", err)
	}
	if rows := resolver.Stores(t.Context()); len(rows) != 3 || !rows[2].Available {
		t.Errorf("offered: %+v", rows)
	}
	if entries, err := os.ReadDir(home); err != nil || len(entries) != 0 {
		t.Errorf("looking wrote %d files, error %v", len(entries), err)
	}
}

func TestGODEBUGThatPrintsHeadersIsRefused(t *testing.T) {
	for value, refused := range map[string]bool{
		"": false, "http2debug=0": false, "gctrace=1": false,
		"http2debug=1": true, "http2debug=2": true, "gctrace=1,http2debug=2": true,
	} {
		err := keystore.CheckGODEBUG(value)
		if errors.Is(err, keystore.ErrHTTPDebug) != refused || refused && keystore.ExitCode(err) != 2 {
			t.Errorf("%q: %v", value, err)
		}
	}
}
