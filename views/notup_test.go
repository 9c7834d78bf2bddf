package views_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"flarewire/internal/diagnose"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// befall gives every tunnel of the account any state and health.
func (d *desk) befall(r *rand.Rand) {
	d.t.Helper()
	sessions := []string{"Established", "Established", "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", ""}
	for _, kind := range []simaccount.Resource{simaccount.GRETunnels, simaccount.IPsecTunnels} {
		for _, o := range d.Objects(kind) {
			name := o["name"].(string)
			for _, err := range []error{d.SetBGP(kind, name, sessions[r.IntN(len(sessions))]),
				d.SetHealth(kind, name, []float64{0, 0.5, 1, 1}[r.IntN(4)])} {
				if err != nil {
					d.t.Fatal(err)
				}
			}
		}
	}
}

// Whatever is counted as not up is in a row of the overview, and the rows stand in the order of the incidents: in any account.
func TestWhatIsNotUpIsInARowOfTheOverview(t *testing.T) {
	tried := 0
	for seed := range uint64(8) {
		d := sit(t, "overview", func(d *desk) { d.befall(rand.New(rand.NewPCG(seed, 23))) })
		d.reads("AFFECTED")
		account := d.env.Feed.Diagnosis()
		incidents := account.Incidents()
		screen := strings.Split(d.Screen(), "\n")
		from := slices.IndexFunc(screen, func(line string) bool { return strings.Contains(line, "AFFECTED") })
		row := map[string]int{} // of each member: the row that it is in
		for n, i := range incidents {
			name := i.Members[0].Name
			if i.Several() {
				name = i.CountText()
			}
			if line := screen[from+1+n]; !strings.Contains(line, firstRunes(name, 16)) {
				t.Errorf("seed %d: row %d is not %s: %s", seed, n+1, name, line)
			}
			for _, m := range i.Members {
				row[m.ID]++
			}
		}
		for _, x := range d.env.Feed.Last().Tunnels {
			if bad := x.State != store.Up && x.State != store.NoBGP || x.ProbedHealth() == store.HealthDown; bad {
				tried++
				above := slices.ContainsFunc(account.Tunnel(x.ID), func(f diagnose.Finding) bool {
					return f.Likelihood > diagnose.Remark &&
						f.Impact > 0
				})
				if row[x.ID] != 1 || !above {
					t.Errorf("seed %d: %s is in %d rows, finding above a remark: %v", seed, x.Name, row[x.ID], above)
				}
			}
		}
	}
	if tried < 24 {
		t.Errorf("only %d tunnels were not up: nothing was tried", tried)
	}
}

func firstRunes(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n])
}
