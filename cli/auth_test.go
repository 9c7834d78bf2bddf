package cli_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/keystore/fakesecretservice"
)

// desk is a person's machine with a fake keyring and an account to sign in to.
type desk struct {
	*shell
	sim     *simaccount.Server
	keyring *fakesecretservice.Server
	mu      sync.Mutex
	used    map[string]bool // the Authorization and X-Auth-Key headers that arrived
}

func newDesk(t *testing.T, faults ...fakesecretservice.Fault) *desk {
	d := &desk{sim: simaccount.New(simaccount.Options{}), keyring: fakesecretservice.Start(t, faults...), used: map[string]bool{}}
	d.sim.Grant(secret, allGroups...)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.mu.Lock()
		d.used[r.Header.Get("Authorization")+r.Header.Get("X-Auth-Key")] = true
		d.mu.Unlock()
		d.sim.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", d.keyring.Address())
	d.shell = newShell(t, "CLOUDFLARE_BASE_URL="+server.URL+"/client/v4")
	d.input = secret + "\n"
	return d
}

var allGroups = []string{simaccount.MagicTransitRead, simaccount.PrefixesRead, simaccount.AnalyticsRead, simaccount.AccountSettingRead}

// must runs a command that has to work, and fails the test when a secret is in what it printed.
func (d *desk) must(args ...string) string {
	d.t.Helper()
	if code := d.run(args...); code != 0 {
		d.t.Fatalf("%v: exit %d: %s", args, code, d.err.String())
	}
	return d.said(args...)
}

func (d *desk) said(args ...string) string {
	d.t.Helper()
	text := d.out.String() + d.err.String()
	if strings.Contains(text, "canary") {
		d.t.Errorf("%v printed the secret:\n%s", args, text)
	}
	return text
}

// A script signs in with the token on standard input; after that every command finds it in the keyring, and after signing
// out none does.
func TestSignInWithTheKeyringAndOutAgain(t *testing.T) {
	d := newDesk(t)
	text := d.must("auth", "login", "--profile", "prod", "--token-stdin", "--production", "--read-only")
	for _, want := range []string{"user token", "Tunnels and BGP", "allowed", "profile prod - keyring"} {
		if !strings.Contains(text, want) {
			t.Errorf("signing in does not say %q:\n%s", want, text)
		}
	}
	if !strings.Contains(d.keyring.Stored()["prod"], secret) {
		t.Error("the token is not in the keyring")
	}
	d.must("status")
	d.must("status", "--profile", "prod")
	text = d.must("auth", "status")
	for _, want := range []string{"profile prod - keyring", "* prod", "read-only", "PRODUCTION", "OS keyring", "available"} {
		if !strings.Contains(text, want) {
			t.Errorf("auth status does not say %q:\n%s", want, text)
		}
	}
	if text = d.must("auth", "logout"); !strings.Contains(text, "still valid at Cloudflare") ||
		!strings.Contains(text, "https://dash.cloudflare.com") {
		t.Errorf("signing out does not say that the token stays valid: %s", text)
	}
	if len(d.keyring.Stored()) != 0 {
		t.Error("the keyring still holds something")
	}
	if code := d.run("status"); code != 2 || !strings.Contains(d.said(), "auth login") {
		t.Errorf("after signing out: exit %d, %s", code, d.said())
	}
	if d.keyring.Prompts() != 0 {
		t.Errorf("%d prompts were raised by commands", d.keyring.Prompts())
	}
}

// A locked keyring is never asked to unlock by a command, and an absent one is never replaced by something else.
func TestCommandsNeverPromptAndNeverFallBack(t *testing.T) {
	for name, c := range map[string]struct {
		fault fakesecretservice.Fault
		code  int
		says  string
	}{
		"locked": {fakesecretservice.Locked, 2, "locked"},
		"absent": {fakesecretservice.NoProvider, 2, "token command"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, c.fault)
			if code := d.run("auth", "login", "--token-stdin"); code != c.code || !strings.Contains(d.said(), c.says) {
				t.Errorf("exit %d, want %d and %q: %s", code, c.code, c.says, d.said())
			}
			if d.keyring.Prompts() != 0 {
				t.Errorf("%d prompts", d.keyring.Prompts())
			}
			err := filepath.WalkDir(strings.TrimPrefix(d.env[0], "HOME="), func(path string, e os.DirEntry, err error) error {
				if err == nil && !e.IsDir() && filepath.Base(filepath.Dir(path)) != "share" { // how many requests were sent
					t.Errorf("%s was written", path)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// A team keeps its tokens in a password manager: flarewire keeps the command and asks it each time.
func TestSignInWithATokenCommand(t *testing.T) {
	d := newDesk(t, fakesecretservice.NoProvider)
	file := filepath.Join(t.TempDir(), "manager")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text := d.must("auth", "login", "--profile", "team", "--", "cat", file); !strings.Contains(text, "token command") {
		t.Error(text)
	}
	d.must("status")
	d.sim.Grant("cfut_second012345678901234567890123456789012345", allGroups...)
	if err := os.WriteFile(file, []byte("cfut_second012345678901234567890123456789012345"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.must("status")
	if !d.used["Bearer cfut_second012345678901234567890123456789012345"] {
		t.Error("the command was not asked again by the next run")
	}
}

// The new token is verified and compared before the old one is forgotten, and a bad one changes nothing.
func TestANewTokenReplacesTheOldOne(t *testing.T) {
	d := newDesk(t)
	d.must("auth", "login", "--token-stdin")
	d.input = "cfut_unknown0123456789012345678901234567890123"
	if code := d.run("auth", "login", "--token-stdin"); code != 1 || !strings.Contains(d.said(), "not known to Cloudflare") {
		t.Errorf("an unknown token: exit %d, %s", code, d.said())
	}
	if !strings.Contains(d.keyring.Stored()["default"], secret) {
		t.Fatal("a token that was refused replaced the old one")
	}
	d.input = "cfut_narrow01234567890123456789012345678901234"
	d.sim.Grant(d.input, simaccount.MagicTransitRead)
	text := d.must("auth", "login", "--token-stdin")
	if !strings.Contains(text, "does not cover what the old one did: Service bindings (needs IP Prefixes: Read)") {
		t.Errorf("the loss is not named:\n%s", text)
	}
	if !strings.Contains(d.keyring.Stored()["default"], d.input) {
		t.Error("the new token was not kept")
	}
}

// Each way for a token to be of no use has its own words.
func TestWhatIsWrongWithATokenIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*simaccount.Server)
		says string
	}{
		"expired":  {func(e *simaccount.Server) { e.SetTokenStatus(secret, "expired") }, "has expired"},
		"disabled": {func(e *simaccount.Server) { e.SetTokenStatus(secret, "disabled") }, "is disabled"},
		"unknown":  {func(e *simaccount.Server) { e.Revoke(secret) }, "not known to Cloudflare"},
		"address filter": {func(e *simaccount.Server) {
			e.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403,
				Body: `{"success":false,"errors":[{"code":9109,"message":"Cannot use the access token from location: 192.0.2.7"}]}`})
		}, "may not be used from this address"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			c.set(d.sim)
			if code := d.run("auth", "login", "--token-stdin", "--account", simaccount.DefaultAccount); code != 1 ||
				!strings.Contains(d.said(), c.says) {
				t.Errorf("exit %d, want %q: %s", code, c.says, d.said())
			}
			if len(d.keyring.Stored()) != 0 {
				t.Error("it was kept all the same")
			}
		})
	}
}

// Several credentials lie about; exactly the right one reaches Cloudflare.
func TestExactlyOneCredentialIsSent(t *testing.T) {
	const envToken, key = "cfut_envtoken0123456789012345678901234567890123", simaccount.DefaultKey
	token, pair := "CLOUDFLARE_API_TOKEN="+envToken, []string{"CLOUDFLARE_API_KEY=" + key, "CLOUDFLARE_EMAIL=" + simaccount.DefaultEmail}
	for name, c := range map[string]struct {
		env    []string
		args   []string
		want   string
		notice string
	}{
		"only the keyring":       {nil, nil, "Bearer " + secret, ""},
		"environment first":      {[]string{token}, nil, "Bearer " + envToken, "has no effect"},
		"token before key":       {append(pair, token), nil, "Bearer " + envToken, "The token is used"},
		"key and e-mail":         {pair, nil, key, ""},
		"explicit profile":       {[]string{token}, []string{"--profile", "default"}, "Bearer " + secret, "is set and not used"},
		"profile by variable":    {append([]string{"FLAREWIRE_PROFILE=default"}, pair...), nil, "Bearer " + secret, "is set and not used"},
		"old names do not count": {[]string{"CF_API_TOKEN=" + envToken}, nil, "Bearer " + secret, "Set but not read"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.sim.Grant(envToken, allGroups...)
			d.must("auth", "login", "--token-stdin")
			clear(d.used)
			d.env = append(d.env, c.env...)
			d.env = append(d.env, "CLOUDFLARE_ACCOUNT_ID="+simaccount.DefaultAccount)
			d.must(append([]string{"status"}, c.args...)...)
			if len(d.used) != 1 || !d.used[c.want] {
				t.Error("another credential, or more than one, reached the server")
			}
			if !strings.Contains(d.err.String(), c.notice) {
				t.Errorf("no notice %q: %s", c.notice, d.err.String())
			}
		})
	}
}

// No flag of any command takes a secret.
func TestNoFlagTakesASecret(t *testing.T) {
	takes := regexp.MustCompile(`--(\S*(?:token|key|secret|password|passphrase|psk)\S*) (\S+)`)
	for _, args := range [][]string{{}, {"status"}, {"auth"}, {"auth", "login"}, {"auth", "status"}, {"auth", "switch"}, {"auth", "logout"},
		{"demo-server"}} {
		s := newShell(t)
		if code := s.run(append(args, "--help")...); code != 0 {
			t.Fatalf("%v: exit %d", args, code)
		}
		_, flags, _ := strings.Cut(s.out.String(), "Flags:")
		for _, m := range takes.FindAllStringSubmatch(flags, -1) {
			// The demo server's token is no secret: it opens the simulated account only.
			if m[2] == "string" && (len(args) == 0 || args[0] != "demo-server") {
				t.Errorf("%v: --%s takes a value", args, m[1])
			}
		}
	}
}

func TestSwitchMakesAnotherProfileTheDefault(t *testing.T) {
	d := newDesk(t)
	d.must("auth", "login", "--token-stdin", "--profile", "prod")
	d.must("auth", "login", "--token-stdin", "--profile", "lab")
	d.must("auth", "switch", "lab")
	if text := d.must("auth", "status"); !strings.Contains(text, "profile lab - keyring") {
		t.Error(text)
	}
	if code := d.run("auth", "switch", "nosuch"); code != 2 || !strings.Contains(d.said(), "lab, prod") {
		t.Errorf("exit %d: %s", code, d.said())
	}
}

// What is asked wrongly is refused before anything is asked or sent.
func TestSignInRefusesWhatItCannotDo(t *testing.T) {
	for _, c := range []struct {
		args string
		says string
	}{
		{"auth login --store plain --token-stdin", "keyring, age or none"},
		{"auth login --profile Prod --token-stdin", "a-z"},
		{"auth login " + secret, "looks like an API token"},
		{"auth login mytoken", "no argument"},
		{"auth login", "--token-stdin"},
		{"auth login --store age --token-stdin", "terminal"},
		{"auth login --token-stdin -- cat file", "token command"},
		{"--demo auth status", "--demo"},
		{"auth logout", "no profile"},
	} {
		d := newDesk(t)
		if code := d.run(strings.Fields(c.args)...); code != 2 || !strings.Contains(d.said(), c.says) {
			t.Errorf("%s: exit %d, want %q: %s", c.args, code, c.says, d.said())
		}
		if len(d.keyring.Stored()) != 0 {
			t.Errorf("%s: something was kept", c.args)
		}
	}
}
