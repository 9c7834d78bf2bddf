package keystore_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/router"
	"flarewire/keystore"
)

// one and other are account ids.
const (
	one   = "023e105f4ecef8ad9ca31a8372d0c353"
	other = "023e105f4ecef8ad9ca31a8372d0c354"
)

func routersConfig(t *testing.T, text string) (*keystore.Config, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return keystore.LoadConfig(path)
}

const withRouters = `version = 1
[profiles.a]
account = "` + one + `"
[[profiles.a.router_commands]]
name = "frr"
reads = "frr"
run = ["ssh", "r1", "{peer}"]
future_key = "kept"
[[profiles.a.router_commands]]
name = "ping"
key = "P"
run = ["ssh", "r1", "ping {peer}"]
[profiles.b]
account = "` + other + `"
`

// The commands are those of the profile, and with a credential of the environment those of the account's profiles; other accounts have none.
func TestCommandsForRoutersBelongToTheirAccount(t *testing.T) {
	c, err := routersConfig(t, withRouters)
	if err != nil {
		t.Fatal(err)
	}
	if n := c.Notices(); len(n) != 1 || !strings.Contains(n[0], "future_key") {
		t.Errorf("%q", n)
	}
	for _, test := range []struct {
		profile, account string
		want             int
	}{{"a", one, 2}, {"", one, 2}, {"b", other, 0}, {"", other, 0}, {"", "", 0}} {
		got, err := c.Routers(test.profile, test.account)
		if err != nil || len(got) != test.want {
			t.Errorf("%+v: %d commands, %v", test, len(got), err)
		}
	}
}

// A sign-in writes the profile and leaves the commands, with what another version has written there, as they are.
func TestASignInKeepsTheCommandsForRouters(t *testing.T) {
	c, err := routersConfig(t, withRouters)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Put(keystore.Profile{Name: "a", Account: one, Production: true}); err != nil {
		t.Fatal(err)
	}
	if err := c.Save(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(c.Path())
	if err != nil || !strings.Contains(string(text), "future_key") {
		t.Errorf("%v\n%s", err, text)
	}
	again, err := keystore.LoadConfig(c.Path())
	if err != nil {
		t.Fatal(err)
	}
	commands, err := again.Routers("a", one)
	if err != nil || len(commands) != 2 || commands[0].How() != router.FRR || commands[1].Key != "P" {
		t.Errorf("%+v, %v", commands, err)
	}
}

// What is wrong with a command stops the program with line and key; a misspelled key that protects does, too.
func TestACommandForRoutersThatIsWrongIsRefused(t *testing.T) {
	for wrong, says := range map[string]string{
		`run = "ssh r1"`:                                "router_commands",
		`run = ["{name}"]`:                              "no placeholder stands in the first word",
		`run = ["ssh", "{nmae}"]`:                       "no placeholder {nmae}",
		"run = [\"ssh\"]\nreads = \"cisco\"":            `"ios-xe"`,
		"run = [\"ssh\"]\nkey = \"xy\"":                 "one printable character",
		"run = [\"ssh\"]\ntimeout = \"1h\"":             "up to 5m",
		"run = [\"ssh\"]\nread_only = true":             "may be one that protects",
		"run = [\"ssh\"]\nendpoints = [\"router1\"]":    "neither an address nor a network",
		"run = [\"ssh\"]\nreads = \"frr\"\nkey = \"P\"": "only a command that reads text",
	} {
		_, err := routersConfig(t, "version = 1\n[profiles.a]\n[[profiles.a.router_commands]]\nname = \"x\"\n"+wrong+"\n")
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "config.toml") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	twice := "version = 1\n[profiles.a]\n" + strings.Repeat("[[profiles.a.router_commands]]\nname = \"x\"\nrun = [\"a\"]\n", 2)
	if _, err := routersConfig(t, twice); err == nil || !strings.Contains(err.Error(), "two commands are called x") {
		t.Error(err)
	}
}

// A file that others can write to runs nothing.
func TestCommandsForRoutersNeedASafeFile(t *testing.T) {
	c, err := routersConfig(t, withRouters)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(c.Path(), 0o620); err != nil {
		t.Fatal(err)
	}
	if commands, err := c.Routers("a", one); err == nil || commands != nil {
		t.Errorf("%v, %v", commands, err)
	}
}
