package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// withRouters gives the profile commands for the routers of three tunnels: one whose router says that the neighbor is shut down, one that
// never ends, one that prints without end. Each leaves a line in the file asked, and the one that hangs what it has started.
func (f *firm) withRouters(t *testing.T, profile string) (asked string) {
	t.Helper()
	config := filepath.Join(strings.TrimPrefix(f.env[0], "XDG_CONFIG_HOME="), "flarewire", "config.toml")
	said, err := filepath.Abs(filepath.Join("..", "internal", "router", "testdata", "frr", "shutdown.txt"))
	if err != nil {
		t.Fatal(err)
	}
	asked = filepath.Join(t.TempDir(), "asked")
	text, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	for name, script := range map[string]string{
		"fra-dc1-gre": "sed s/10.100.0.8/{peer}/g " + said,
		"iad-dc1-gre": "sleep 600 & sleep 600",
		"lhr-hq-gre":  "yes $(printf can; printf ary-output)",
	} {
		text = fmt.Appendf(text, "[[profiles.%s.router_commands]]\nname = \"frr\"\ntunnels = [%q]\nreads = \"frr\"\ntimeout = \"2s\"\n"+
			"run = [\"sh\", \"-c\", %q]\n", profile, name, "echo "+name+" >> "+asked+"; "+script)
	}
	if err := os.WriteFile(config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return asked
}

// A recorder that was told to ask the routers makes causes certain by what they say. A router that hangs and one that floods cost their own
// answers and nothing else: the rounds go on, each is asked once, and the end is not held up.
func TestARecorderAsksTheRouters(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("skipped: no /bin/sh here")
	}
	f := newFirm(t, "north", "south")
	asked := f.withRouters(t, "north")
	if err := f.edges["north"].SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Active"); err != nil {
		t.Fatal(err)
	}
	r := f.record(t, "--all-profiles", "--ask-routers")
	r.until("the router's word makes the cause certain", func() bool {
		return r.metric("incident_info", `"north"`, `"fra-dc1-gre"`, `cause="neighbor-shutdown"`) == "1"
	})
	r.until("the others were asked", func() bool {
		return r.metric("router_known", `"north"`, `"iad-dc1-gre"`) == "0" && r.metric("router_known", `"north"`, `"lhr-hq-gre"`) == "0"
	})
	if err := f.edges["north"].SetBGP(simaccount.GRETunnels, "fra-dc2-gre", "Idle"); err != nil {
		t.Fatal(err)
	}
	r.until("the rounds go on", func() bool { return r.metric("bgp_session_state", `"north"`, `"fra-dc2-gre"`, `"down"`) == "1" })
	_, text := r.get("/metrics")
	lintMetrics(t, text)
	for _, want := range [][]string{{"1", "router_known", `"fra-dc1-gre"`}, {"0", "router_session_up", `"fra-dc1-gre"`},
		{"0", "router_prefixes", `"fra-dc1-gre"`, `"sent"`}, {"", "router_session_up", `"iad-dc1-gre"`}, {"", "router_known", `"fra-dc2-gre"`},
		{"", "router_known", `"south"`}, {"", "incident_info", `"south"`, `cause="neighbor-shutdown"`}} {
		if got := metric(text, want[1], want[2:]...); got != want[0] {
			t.Errorf("%v is %q, want %q", want[1:], got, want[0])
		}
	}
	if code := r.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
	log := r.said.String()
	for _, want := range []string{"north: asks routers with frr: sh -c", "the router of iad-dc1-gre: frr: it did not end within 2s",
		"the router of lhr-hq-gre: frr: it printed more than 1 MiB", "south: --ask-routers: the config file has no router_commands"} {
		if !strings.Contains(log, want) {
			t.Errorf("it did not say %q:\n%s", want, log)
		}
	}
	times, err := os.ReadFile(asked)
	if err != nil || strings.Count(string(times), "\n") != 3 {
		t.Errorf("asked more than once in a period: %q, %v", times, err)
	}
	if strings.Contains(log+text, "canary-output") {
		t.Error("what a router printed is passed on")
	}
}

// Without the switch a recorder runs none of the commands.
func TestARecorderAsksNoRouterUnasked(t *testing.T) {
	f := newFirm(t, "north")
	asked := f.withRouters(t, "north")
	r := f.record(t, "--profile", "north")
	r.until("it is read", func() bool { return r.metric("known", `"north"`, `"health"`) == "1" })
	_, text := r.get("/metrics")
	r.stop()
	if _, err := os.Stat(asked); err == nil || strings.Contains(text, "flarewire_router_") ||
		strings.Contains(r.said.String(), "asks routers") {
		t.Error("routers were asked")
	}
}
