package cli_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// notUp are words of the text of check: a tunnel that is not up, by its session or by its health check.
var notUp = regexp.MustCompile(`([\w-]+) (down|establishing|unknown)\b`)

// diagnosed are objects with findings, as diagnose and the bundle write them.
type diagnosed []struct {
	Subject  struct{ Name string }
	Findings []struct{ Likelihood, Impact string }
}

// serious are the names of the objects with a finding above a remark.
func (d diagnosed) serious() map[string]bool {
	out := map[string]bool{}
	for _, o := range d {
		for _, f := range o.Findings {
			if f.Likelihood != "remark" && f.Impact != "none" {
				out[o.Subject.Name] = true
			}
		}
	}
	return out
}

// Whatever check calls not up has a finding above a remark in diagnose and in the bundle, stands in one incident of status and of
// diagnose, and is in the counts of the header: in any account.
func TestWhatCheckCallsNotUpIsEverywhere(t *testing.T) {
	all := 0
	for seed := range uint64(12) {
		sim, env := serve(t, simaccount.Options{Tunnels: 12})
		r := rand.New(rand.NewPCG(seed, 16))
		for _, kind := range []simaccount.Resource{simaccount.GRETunnels, simaccount.IPsecTunnels} {
			for _, o := range sim.Objects(kind) {
				befall(t, sim, kind, o["name"].(string), r)
			}
		}
		s := newShell(t, env...)
		s.run("check", "-v")
		line, _, _ := strings.Cut(s.out.String(), "; ")
		_, list, _ := strings.Cut(line, ": ")
		var names []string
		for _, found := range notUp.FindAllStringSubmatch(list, -1) {
			names = append(names, found[1])
		}
		all += len(names)
		var diagnosis struct {
			Objects   diagnosed
			Incidents incidentsJSON
		}
		read(t, s, &diagnosis, "diagnose", "-o", "json")
		var status struct {
			Incidents incidentsJSON
			Summary   map[string]int
		}
		read(t, s, &status, "status", "-o", "json")
		serious := diagnosis.Objects.serious()
		bundled := bundleOf(t, s).serious()
		for _, name := range names {
			if !serious[name] || !bundled[name] {
				t.Errorf("seed %d: %s is not up, and has a finding: diagnose %v, bundle %v", seed, name, serious[name], bundled[name])
			}
			if n, m := diagnosis.Incidents.with(name), status.Incidents.with(name); n != 1 || m != 1 {
				t.Errorf("seed %d: %s is in %d incidents of diagnose and %d of status", seed, name, n, m)
			}
		}
		sum := status.Summary
		if n := sum["down"] + sum["establishing"] + sum["unknown"]; n > len(names) || len(names) > n+sum["health_down"] {
			t.Errorf("seed %d: %d are not up, the counts are %v", seed, len(names), sum)
		}
		s.out.Reset()
		s.run("status")
		for word, n := range map[string]int{"✗ %d down": sum["down"], "◐ %d establishing": sum["establishing"],
			"health checks: ✗ %d down": sum["health_down"]} {
			if n > 0 && !strings.Contains(s.out.String(), fmt.Sprintf(word, n)) {
				t.Errorf("seed %d: the header does not count %s of %d:\n%s", seed, word, n, s.out.String())
			}
		}
	}
	if all < 24 {
		t.Errorf("only %d tunnels were not up: nothing was tried", all)
	}
}

// befall gives a tunnel any state and health.
func befall(t *testing.T, sim *simaccount.Server, kind simaccount.Resource, name string, r *rand.Rand) {
	t.Helper()
	sessions := []string{"Established", "Established", "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", ""}
	steps := []error{sim.SetBGP(kind, name, sessions[r.IntN(len(sessions))]), sim.SetHealth(kind, name, []float64{0, 0.5, 1, 1}[r.IntN(4)])}
	if r.IntN(6) == 0 {
		steps = append(steps, sim.SetBGPSummary(kind, name, "Quiet", "BGP_NEW"))
	}
	if r.IntN(5) == 0 {
		steps = append(steps, sim.Mutate(kind, name, func(o simaccount.Object) {
			o["health_check"] = simaccount.Object{"enabled": r.IntN(2) == 0, "type": "request"}
		}))
	}
	for _, err := range steps {
		if err != nil {
			t.Fatal(err)
		}
	}
}

type incidentsJSON []struct{ Members []struct{ Name string } }

// with is how many incidents have a member of this name.
func (list incidentsJSON) with(name string) (n int) {
	for _, i := range list {
		if slices.ContainsFunc(i.Members, func(m struct{ Name string }) bool { return m.Name == name }) {
			n++
		}
	}
	return n
}

// read runs a command that prints JSON.
func read(t *testing.T, s *shell, into any, args ...string) {
	t.Helper()
	s.out.Reset()
	s.run(args...)
	if err := json.Unmarshal(s.out.Bytes(), into); err != nil {
		t.Fatalf("%v: %v\n%s%s", args, err, s.out.String(), s.err.String())
	}
}

// bundleOf are the findings in a support bundle.
func bundleOf(t *testing.T, s *shell) diagnosed {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ticket.zip")
	s.run("bundle", path)
	var out diagnosed
	if err := json.Unmarshal([]byte(unzipped(t, path)["findings.json"]), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
