package e2e_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"flarewire/internal/ptytest"
	"flarewire/internal/simedge"
)

// fleetNames are the names of the tunnels that a simulated account of n generated ones has, by kind.
func fleetNames(t *testing.T, a *account) map[string]simedge.Resource {
	t.Helper()
	var doc struct {
		Tunnels []struct{ Name, Kind string }
	}
	if err := json.Unmarshal([]byte(a.command(t, "status", "-o", "json")), &doc); err != nil {
		t.Fatal(err)
	}
	names := map[string]simedge.Resource{}
	for _, tunnel := range doc.Tunnels {
		names[tunnel.Name] = map[string]simedge.Resource{"gre": simedge.GRETunnels, "ipsec": simedge.IPsecTunnels}[tunnel.Kind]
	}
	return names
}

// command is what a command prints of the account.
func (a *account) command(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), ptytest.Build(t), args...)
	cmd.Env = a.env()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// Everything falls within a second, or all of one kind: the common cause stands on the first screen within one refresh, no key pressed
// but the refresh, and the command says it once.
func TestAMassOutageIsOneIncident(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		falls func(simedge.Resource) bool
		says  string
	}{
		"all":       {func(simedge.Resource) bool { return true }, "24 tunnels"},
		"all IPsec": {func(k simedge.Resource) bool { return k == simedge.IPsecTunnels }, "12 tunnels"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simedge.Options{Tunnels: 24})
			names := fleetNames(t, a)
			if len(names) != 24 {
				t.Fatalf("%d tunnels", len(names))
			}
			for n, kind := range names {
				a.do(a.SetBGP(kind, n, "Established"))
				a.do(a.SetHealth(kind, n, 1))
			}
			a.pass(time.Minute)
			term := sit(t, ptytest.Options{Args: []string{"--start", "overview"}, Env: a.env(), Cols: 80, Rows: 24})
			term.WaitFor("a good day", func(s ptytest.Screen) bool { return s.Contains("● 24 up") && !s.Contains("waiting") })
			for n, kind := range names {
				if c.falls(kind) {
					a.do(a.SetBGP(kind, n, "Active"))
					a.do(a.SetHealth(kind, n, 0))
				}
			}
			a.pass(time.Second)
			term.Press("r")
			s := term.WaitFor("the incident in the first row", func(s ptytest.Screen) bool { return strings.Contains(cursorLine(s), c.says) })
			if !s.Contains("All ") {
				t.Errorf("no common cause:\n%s", s.Box())
			}
			t.Logf("\n%s", s.Box())
			term.Press("enter")
			term.WaitFor("its members", showsAll("Incident", "MEMBER", "-ipsec"))
			text := a.command(t, "diagnose")
			before, _, _ := strings.Cut(text, "tunnels down")
			part, _, _ := strings.Cut(text[len(before):], "\n\n")
			if strings.Contains(before, "\n\n") || strings.Count(part, "\n") > 25 || strings.Contains(text, "Missing route") {
				t.Errorf("not first, too long, or with its consequences:\n%s", text)
			}
		})
	}
}
