package change_test

import (
	"net/http"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// The answer to a reading is about another object than the one that was asked for, at each reading of a change in turn: what is sent
// goes to the address that was shown, or nothing is sent.
func TestWhatIsShownIsWhatIsSentWhateverIsRead(t *testing.T) {
	plans := map[string]func(*testing.T, *desk) (change.Plan, error){
		"delete": func(t *testing.T, d *desk) (change.Plan, error) {
			return prepareDelete(t.Context(), d.writer, change.GRETunnels, d.gre("fra-dc1-gre"))
		},
		"update": func(t *testing.T, d *desk) (change.Plan, error) {
			opened := d.gre("fra-dc1-gre")
			wanted := opened
			wanted.Description = "other"
			return change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted)
		},
		"generate PSK": func(t *testing.T, d *desk) (change.Plan, error) {
			return change.PrepareGeneratePSK(t.Context(), d.writer, d.ipsec("ams-br2-ipsec"))
		},
		"replace": func(t *testing.T, d *desk) (change.Plan, error) {
			opened := d.gre("fra-dc1-gre")
			wanted := opened
			wanted.BGP = &api.BGP{CustomerASN: 65001}
			return change.PrepareReplaceGRE(t.Context(), d.writer, opened, wanted, nil)
		},
	}
	for name, plan := range plans {
		for wrong := range 6 {
			t.Run(name, func(t *testing.T) {
				d := sit(t)
				reads := -1 // the first is the list that the row comes from
				d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
					if r.Method != http.MethodGet {
						return nil
					}
					if reads++; reads == wrong+1 {
						return &simaccount.Fault{Kind: simaccount.FaultOtherID}
					}
					return nil
				})
				p, err := plan(t, d)
				if err != nil {
					if len(d.writes()) != 0 {
						t.Error("something was sent")
					}
					return
				}
				shown := map[string]bool{}
				for _, r := range p.Requests {
					shown[r.String()+" "+string(r.Body())] = true
				}
				r := d.writer.Apply(t.Context(), p)
				for _, sent := range d.writes() {
					if !shown[sent.Method+" "+sent.Path+" "+string(sent.Body)] || strings.Contains(sent.Path, "ffff") {
						t.Errorf("%s %s was sent, and not shown (%v)", sent.Method, sent.Path, shown)
					}
				}
				if len(d.writes()) == 0 && r.Outcome != journal.NotDone {
					t.Errorf("nothing was sent, and it says %q", r.Outcome)
				}
			})
		}
	}
}
