package cli_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"

	"flarewire/internal/simaccount"
)

// totals are the sums that a command gave, by the words of `status -o json`; a word that it did not name is zero.
type totals map[string]int

// numbersIn reads "8 up" with the words of a text, in the order of the keys.
func numbersIn(text string, words map[string]string) totals {
	found := totals{}
	for key, word := range words {
		found[key] = 0
		if m := regexp.MustCompile(word).FindStringSubmatch(text); m != nil {
			found[key], _ = strconv.Atoi(m[1])
		}
	}
	return found
}

// Whatever states the sessions have, the JSON, the header, the line of check with its performance data and the short line give the
// same sums, and the states add up to all tunnels. The header is the one of the screen.
func TestAllTotalsAgree(t *testing.T) {
	states := [][2]string{{"Established", "BGP_UP"}, {"Active", "BGP_DOWN"}, {"Connect", "BGP_ESTABLISHING"}, {"Quiet", "BGP_NEW"}}
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 15))
		sim, env := serve(t, simaccount.Options{Seed: seed})
		run := func(args ...string) string {
			s := newShell(t, env...)
			s.run(args...)
			return s.out.String()
		}
		for _, row := range tunnelsOf(t, run("status", "-o", "json")) {
			kind := simaccount.GRETunnels
			if row.Kind == "ipsec" {
				kind = simaccount.IPsecTunnels
			}
			if s := states[random.IntN(len(states))]; row.BGP.Configured {
				if err := sim.SetBGPSummary(kind, row.Name, s[0], s[1]); err != nil {
					t.Fatal(err)
				}
			}
		}
		var doc struct {
			Tunnels []any
			Summary totals
		}
		if err := json.Unmarshal([]byte(run("status", "-o", "json")), &doc); err != nil {
			t.Fatal(err)
		}
		want := doc.Summary
		if sum := want["up"] + want["establishing"] + want["down"] + want["no_bgp"] + want["unknown"]; sum != len(doc.Tunnels) {
			t.Errorf("seed %d: the states add up to %d of %d tunnels", seed, sum, len(doc.Tunnels))
		}
		check := run("check")
		for where, got := range map[string]totals{
			"the header": numbersIn(run("status"), map[string]string{"up": `(\d+) up`, "establishing": `(\d+) establishing`,
				"down": `tunnels(?:\?)?   BGP: ✗ (\d+) down`, "no_bgp": `(\d+) no BGP`, "unknown": `(\d+) unknown`,
				"health_down": `health checks: ✗ (\d+) down`}),
			"check": numbersIn(check, map[string]string{"up": `(\d+) of \d+ tunnels up`, "establishing": `, (\d+) establishing`,
				"down": `, (\d+) down`, "no_bgp": `, (\d+) without BGP`, "unknown": `, (\d+) unknown`,
				"health_down": `; (\d+) down by health check`}),
			"check's data": numbersIn(check, map[string]string{"up": `bgp_up=(\d+)`, "establishing": `bgp_establishing=(\d+)`,
				"down": `bgp_down=(\d+)`, "no_bgp": `no_bgp=(\d+)`, "unknown": `bgp_unknown=(\d+)`, "health_down": `health_down=(\d+)`}),
			"the line": numbersIn(run("status", "-o", "line"), map[string]string{"up": `(\d+)●`, "establishing": `(\d+)◐`,
				"down": `(\d+)✗`, "no_bgp": `(\d+)○`, "unknown": `(\d+)\?`}),
		} {
			for key, n := range got {
				if n != want[key] {
					t.Errorf("seed %d: %s says %d %s, the JSON %d", seed, where, n, key, want[key])
				}
			}
		}
		if want["unknown"]+want["down"] == 0 {
			t.Errorf("seed %d shows nothing: %s", seed, fmt.Sprint(want))
		}
	}
}

type tunnelRow struct {
	Name, Kind string
	BGP        struct{ Configured bool }
}

func tunnelsOf(t *testing.T, text string) []tunnelRow {
	t.Helper()
	var doc struct{ Tunnels []tunnelRow }
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Tunnels
}
