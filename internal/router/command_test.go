package router_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/router"
)

func a(text string) netip.Addr { return netip.MustParseAddr(text) }

// fra is the tunnel of most tests.
func fra() router.Target {
	return router.Target{ID: "c4a7362d577a6c3019a474fd6f485821", Name: "fra-dc1", Peer: a("10.100.0.8"), Inner: a("10.100.0.9"),
		CloudflareEndpoint: a("198.51.100.10"), CustomerEndpoint: a("203.0.113.7"), ASN: 65010}
}

func TestPlaceholdersAreTheTunnelsValues(t *testing.T) {
	c := router.Command{Name: "x", Run: []string{"ssh", "r1", "vtysh -c 'show bgp neighbors {peer} json' {inner} {name} {id} {asn}",
		"{customer_endpoint}", "{cloudflare_endpoint}", "{}", `{"a":1}`}}
	got, err := c.Fill(fra())
	want := []string{"ssh", "r1", "vtysh -c 'show bgp neighbors 10.100.0.8 json' 10.100.0.9 fra-dc1 c4a7362d577a6c3019a474fd6f485821 65010",
		"203.0.113.7", "198.51.100.10", "{}", `{"a":1}`}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

// An address is written in its one form, whatever form it came in.
func TestAnAddressIsCanonical(t *testing.T) {
	target := fra()
	target.Peer, target.Inner = a("::ffff:10.1.2.3"), a("2001:DB8:0:0::1")
	got, err := router.Command{Name: "x", Run: []string{"p", "{peer}", "{inner}"}}.Fill(target)
	if err != nil || !slices.Equal(got[1:], []string{"10.1.2.3", "2001:db8::1"}) {
		t.Errorf("%q, %v", got, err)
	}
}

// hostileNames are names that a shell, ssh or a router could take for something else than a name.
var hostileNames = []string{"-oProxyCommand=touch pwned", "-oProxyCommand=x", "--", "$(touch pwned)", "`touch pwned`", "; reboot",
	"a; touch pwned",
	"a\ntouch pwned", "a\r\ntouch pwned", "a && touch pwned", "a | touch pwned", "a > pwned", "a'b", `a"b`, `a\b`, "a b", "a\tb", "", "*",
	"~", "a*", "{peer}",
	"a\x00b", "ä", "a\u202eb", "%n", "#", "!x", ".hidden", "/etc/passwd", "_a", "a$IFS$9touch", "a(b)", "a<b", "a&"}

// A value that is more than a word is refused, and the refusal names the placeholder.
func TestAValueThatIsNoWordIsRefused(t *testing.T) {
	for _, name := range hostileNames {
		target := fra()
		target.Name = name
		args, err := router.Command{Name: "show-log", Run: []string{"ssh", "r1", "show", "{name}"}}.Fill(target)
		if err == nil || args != nil || !strings.Contains(err.Error(), "{name}") || !strings.Contains(err.Error(), "was not run") {
			t.Errorf("%q: %q, %v", name, args, err)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n\r\x1b\u202e") {
			t.Errorf("the refusal of %q can reach the terminal: %q", name, err.Error())
		}
	}
	for _, name := range []string{"fra-dc1", "a", "A.b_c:d/e-f", "7"} {
		target := fra()
		target.Name = name
		if _, err := (router.Command{Name: "x", Run: []string{"p", "{name}"}}).Fill(target); err != nil {
			t.Errorf("%q is a word: %v", name, err)
		}
	}
}

// ssh joins its arguments with blanks and hands them to a shell: a stand-in that does the same runs nothing but the command that was meant,
// whatever the tunnel is called.
func TestNoNameRunsAnythingOnTheOtherSide(t *testing.T) {
	dir := t.TempDir()
	ssh := filepath.Join(dir, "ssh")
	script := "#!/bin/sh\ncd " + dir + " || exit 1\nshift\nexec sh -c \"$*\"\n"
	if err := os.WriteFile(ssh, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	c := router.Command{Name: "x", Run: []string{ssh, "router1", "echo", "said", "{name}"}}
	for _, name := range append(slices.Clone(hostileNames), "fra-dc1") {
		target := fra()
		target.Name = name
		run := router.Runner{Environ: os.Environ()}.Do(t.Context(), c, target)
		if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
			t.Fatalf("the name %q ran a command", name)
		}
		switch {
		case name == "fra-dc1" && (run.Trouble != "" || run.Text != "said fra-dc1\n"):
			t.Errorf("the stand-in said %q, %s", run.Text, run.Trouble)
		case name != "fra-dc1" && run.Args != nil:
			t.Errorf("%q was run: %q", name, run.Args)
		}
	}
}

func TestACommandIsForTunnelsByNameOrEndpoint(t *testing.T) {
	for _, test := range []struct {
		tunnels, endpoints []string
		want               bool
	}{{nil, nil, true}, {[]string{"fra-*"}, nil, true}, {[]string{"fra"}, nil, false}, {[]string{"lhr-*", "fra-dc1"}, nil, true},
		{nil, []string{"203.0.113.7"}, true}, {nil, []string{"203.0.113.0/24"}, true}, {nil, []string{"203.0.113.8"}, false},
		{[]string{"lhr-*"}, []string{"203.0.113.7"}, true}} {
		c := router.Command{Tunnels: test.tunnels, Endpoints: test.endpoints}
		if got := c.For(fra()); got != test.want {
			t.Errorf("%+v: %v", test, got)
		}
	}
	without := fra()
	without.CustomerEndpoint = netip.Addr{}
	if (router.Command{Endpoints: []string{"0.0.0.0/0"}}).For(without) {
		t.Error("a tunnel without an endpoint is in no network")
	}
}

func TestWhatIsWrongWithACommandIsSaid(t *testing.T) {
	good := router.Command{Name: "frr", Run: []string{"ssh", "r1", "{peer}"}, Reads: router.FRR}
	if key, err := good.Check(); err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	for want, change := range map[string]func(*router.Command){
		"name":      func(c *router.Command) { c.Name = "Show Log" },
		"run":       func(c *router.Command) { c.Run = nil },
		"reads":     func(c *router.Command) { c.Reads = "cisco" },
		"timeout":   func(c *router.Command) { c.Limit = "10" },
		"key":       func(c *router.Command) { c.Key = "p" },
		"tunnels":   func(c *router.Command) { c.Tunnels = []string{"["} },
		"endpoints": func(c *router.Command) { c.Endpoints = []string{"router1"} },
	} {
		c := good
		change(&c)
		if key, err := c.Check(); err == nil || key != want {
			t.Errorf("%s: key %q, %v", want, key, err)
		}
	}
	for _, run := range [][]string{{"{name}"}, {"ssh", "{nmae}"}, {""}, {"a", "b\x00"}} {
		c := good
		c.Run = run
		if key, err := c.Check(); err == nil || key != "run" {
			t.Errorf("%q: key %q, %v", run, key, err)
		}
	}
}

// Who has agreed to one argument list has agreed to no other, also not to one that only looks the same.
func TestAFingerprintIsOfExactlyOneArgumentList(t *testing.T) {
	seen := map[string][][]string{}
	for _, runs := range [][][]string{{{"a", "b"}}, {{"a b"}}, {{"a"}, {"b"}}, {{"a", "b", ""}}, {{"a", "c"}}, {{"a\x00b"}}, {}} {
		print := router.Fingerprint(runs...)
		if other, known := seen[print]; known {
			t.Errorf("%q and %q are one", runs, other)
		}
		seen[print] = runs
	}
}

func TestACommandLineIsShownAsAShellWouldTakeIt(t *testing.T) {
	got := router.Shown([]string{"ssh", "-o", "A=b", "r1", "show bgp", "it's", "a\x1b[2Jb"})
	if want := `ssh -o A=b r1 'show bgp' 'it'\''s' 'ab'`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
