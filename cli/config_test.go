package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

func TestConfigPrintsTheRoutersSideOfATunnel(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	if code := s.run("config", "fra-dc1-gre", "--for", "ios-xe"); code != 0 {
		t.Fatalf("exit %d: %s", code, s.err.String())
	}
	for _, want := range []string{"! Cisco IOS-XE", `"fra-dc1-gre"`, "! Source: ", "tunnel mode gre ip", "remote-as 13335"} {
		if !strings.Contains(s.out.String(), want) {
			t.Errorf("it has no %q:\n%s", want, s.out.String())
		}
	}
}

func TestConfigWithoutAPlatformListsThem(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	if code := s.run("config"); code != 0 || !strings.Contains(s.out.String(), "mikrotik") || strings.Count(s.out.String(), "ios-xe") != 1 {
		t.Errorf("exit %d: %s%s", code, s.out.String(), s.err.String())
	}
	if n := len(sim.Requests()); n > 0 {
		t.Errorf("%d requests for a list that is in the program", n)
	}
	ipsec := ipsecName(t, env)
	if code := s.run("config", ipsec); code != 0 || strings.Contains(s.out.String(), "mikrotik") ||
		!strings.Contains(s.out.String(), "fortios") {
		t.Errorf("for an IPsec tunnel: exit %d: %s%s", code, s.out.String(), s.err.String())
	}
}

// ipsecName is the first IPsec tunnel of the simulated account.
func ipsecName(t *testing.T, env []string) string {
	t.Helper()
	s := newShell(t, env...)
	if code := s.run("list", "ipsec", "-o", "json"); code != 0 {
		t.Fatal(s.err.String())
	}
	var list []struct{ Name string }
	if err := json.Unmarshal(s.out.Bytes(), &list); err != nil || len(list) == 0 {
		t.Fatalf("the account has no IPsec tunnel: %v", err)
	}
	return list[0].Name
}

// The key is not known to the command and must not be: it is a placeholder, in every file.
func TestConfigOfLinuxIsAFolderOfFilesForTheOwnerAlone(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	name := ipsecName(t, env)
	dir := filepath.Join(t.TempDir(), "router")
	if code := s.run("config", name, "--for", "linux", "--output", dir); code != 0 || s.out.Len() > 0 {
		t.Fatalf("exit %d: %s", code, s.err.String())
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	placeholder := false
	for _, f := range files {
		info, _ := f.Info()
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", f.Name(), info.Mode(), err)
		}
		placeholder = placeholder || strings.Contains(string(text), `secret = "REPLACE-WITH-PRE-SHARED-KEY"`)
	}
	if !placeholder {
		t.Error("no file has the placeholder for the key")
	}
	if code := s.run("config", name, "--for", "linux", "--output", dir); code != 2 || !strings.Contains(s.err.String(), "--force") {
		t.Errorf("again: exit %d: %s", code, s.err.String())
	}
	if code := s.run("config", name, "--for", "linux", "--output", dir, "--force"); code != 0 {
		t.Errorf("with --force: exit %d: %s", code, s.err.String())
	}
}

func TestConfigSaysWhatIsWrongInOneSentence(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	for args, want := range map[string]struct {
		code int
		says string
	}{
		"config nothing-like-it --for junos":                        {1, "there is no tunnel"},
		"config fra-dc1-gre --for cisco":                            {2, "flarewire config lists them"},
		"config " + ipsecName(t, env) + " --for eos":                {2, "use one of ios-xe"},
		"config --for junos":                                        {2, "name or the id of a tunnel"},
		"config fra-dc1-gre --output x":                             {2, "needs --for"},
		"config fra-dc1-gre --for junos --force":                    {2, "belongs to --output"},
		"config a b":                                                {1, "there is no tunnel \"a\""},
		"config fra-dc1-gre fra-dc1-gre --for junos":                {1, "named twice"},
		"config fra-dc1-gre --unit 3":                               {2, "needs --for"},
		"config fra-dc1-gre --for eos --unit 300":                   {1, "1 to 255"},
		"config fra-dc1-gre --for eos --unit 0":                     {2, "a number from 1"},
		"config fra-dc1-gre --for junos --output /no/such/folder/x": {1, "could not be made"},
	} {
		code := s.run(strings.Fields(args)...)
		if text := s.err.String(); code != want.code || !strings.Contains(text, want.says) || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: exit %d, %q", args, code, text)
		}
	}
}

// The two tunnels of a router are one text, in which nothing collides and what is the router's stands once.
func TestConfigOfSeveralTunnelsIsOneText(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	if code := s.run("config", "fra-dc1-gre", "nrt-br1-ipsec", "--for", "fortios"); code != 0 {
		t.Fatalf("exit %d: %s", code, s.err.String())
	}
	text := s.out.String()
	for _, want := range []string{"2 Cloudflare tunnels of one router", `"fra-dc1-gre"`, `"nrt-br1-ipsec"`, "config system gre-tunnel",
		"config vpn ipsec phase1-interface", "REPLACE-WITH-PRE-SHARED-KEY-OF-", "ROUTER-WIDE"} {
		if !strings.Contains(text, want) {
			t.Errorf("it has no %q", want)
		}
	}
	if n := strings.Count(text, "set as "); n > 1 {
		t.Errorf("the AS number of the router stands %d times", n)
	}
	if code := s.run("config", "fra-dc1-gre", "nrt-br1-ipsec", "--for", "eos"); code != 2 || !strings.Contains(s.err.String(), "use one of") {
		t.Errorf("a platform that one of them does not have: exit %d, %s", code, s.err.String())
	}
	if code := s.run("config", "fra-dc1-gre", "ams-dc1-gre", "--for", "junos"); code != 1 || !strings.Contains(s.err.String(),
		"AS numbers 64601 and 64602") {
		t.Errorf("two routers' tunnels: exit %d, %s", code, s.err.String())
	}
	dir := filepath.Join(t.TempDir(), "router")
	if code := s.run("config", "fra-dc1-gre", "fra-dc2-gre", "--for", "linux", "--output", dir); code != 0 {
		t.Fatalf("a pair into a folder: exit %d, %s", code, s.err.String())
	}
	if files, err := filepath.Glob(filepath.Join(dir, "*fra-dc1-gre_fra-dc2-gre.*")); err != nil || len(files) != 3 {
		t.Errorf("the folder has %v, %v", files, err)
	}
	if code := s.run("config", "fra-dc1-gre", "--for", "ios-xe", "--unit", "77"); code != 0 || !strings.Contains(s.out.String(),
		"\ninterface Tunnel77\n") {
		t.Errorf("--unit: exit %d, %s%s", code, s.out.String(), s.err.String())
	}
}
