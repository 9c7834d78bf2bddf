package cli_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/diagnose"
	mutes "flarewire/internal/mute"
	"flarewire/internal/simaccount"
)

// mutes mutes an incident of an account in the state folder of the shell's user, as the screen does.
func (s *shell) mutes(account string, i diagnose.Incident, until time.Time) {
	s.t.Helper()
	state := ""
	for _, e := range s.env {
		if home, ok := strings.CutPrefix(e, "XDG_STATE_HOME="); ok {
			state = filepath.Join(home, "flarewire")
		}
	}
	list, err := mutes.Open(mutes.Path(state, account))
	if err == nil {
		err = list.Set(i.Mute("line swap", time.Now(), until), time.Now())
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// incidentOf is the incident of diagnose -o json that has a member of this name.
func (s *shell) incidentOf(name string) (found diagnose.Incident, muted bool, at, all int) {
	s.t.Helper()
	var doc struct {
		Incidents []struct {
			ID, Title, Cause, Severity string
			Members                    []diagnose.Subject
			Muted                      *struct{ Reason string }
		}
	}
	read(s.t, s, &doc, "diagnose", "-o", "json")
	for n, i := range doc.Incidents {
		for _, m := range i.Members {
			if m.Name == name {
				severity := map[string]diagnose.Impact{"outage": diagnose.Outage, "impaired": diagnose.Impaired, "risk": diagnose.Risk}[i.Severity]
				return diagnose.Incident{ID: i.ID, Title: i.Title, Cause: diagnose.Cause(i.Cause), Severity: severity, Members: i.Members},
					i.Muted != nil && i.Muted.Reason == "line swap", n, len(doc.Incidents)
			}
		}
	}
	s.t.Fatalf("%s is in no incident: %+v", name, doc)
	return
}

// What somebody has muted on the screen is so for the commands, too: last, with the reason and the end, in the text and in JSON. It is kept
// for each account, ends by itself, and an incident of several that grows is not meant.
func TestDiagnoseSaysWhatIsMuted(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	for _, name := range []string{"fra-dc1-gre", "fra-dc2-gre", "iad-dc1-gre"} {
		for _, err := range []error{sim.SetBGP(simaccount.GRETunnels, name, "Active"), sim.SetHealth(simaccount.GRETunnels, name, 0),
			sim.Mutate(simaccount.GRETunnels, name, func(o simaccount.Object) {
				for _, field := range []string{"customer_endpoint", "customer_gre_endpoint"} {
					if _, there := o[field]; there {
						o[field] = "198.51.100.99"
					}
				}
			})} {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	tomorrow := time.Now().Add(mutes.Default)
	for _, name := range []string{"waw-br1-ipsec", "fra-dc1-gre"} { // one object, and several
		s := newShell(t, env...)
		what, muted, _, _ := s.incidentOf(name)
		if muted || (len(what.Members) > 1) != (name == "fra-dc1-gre") {
			t.Fatalf("%s: muted %v, %d members", name, muted, len(what.Members))
		}
		s.mutes("another-account", what, tomorrow)
		s.mutes(simaccount.DefaultAccount, what, time.Now().Add(-time.Second)) // it is over
		if _, muted, _, _ := s.incidentOf(name); muted {
			t.Errorf("%s: muted in another account, or for longer than it was to be", name)
		}
		s.mutes(simaccount.DefaultAccount, what, tomorrow)
		if _, muted, at, all := s.incidentOf(name); !muted || at != all-1 {
			t.Errorf("%s: muted %v, at %d of %d", name, muted, at+1, all)
		}
		s.run("diagnose")
		text := s.out.String()
		until := "Muted until " + tomorrow.UTC().Format("2006-01-02 15:04 UTC")
		if at := strings.Index(text, until); at < 0 || !strings.Contains(text[at:], "line swap") {
			t.Errorf("%s: the text does not say it:\n%s", name, text)
		}
		var one json.RawMessage
		if read(t, s, &one, "diagnose", name, "-o", "json"); !strings.Contains(string(one), "line swap") {
			t.Errorf("%s: by its name it is not said: %s", name, one)
		}
	}
	s := newShell(t, env...)
	what, _, _, _ := s.incidentOf("fra-dc1-gre")
	what.Members = what.Members[1:] // it had one less then
	s.mutes(simaccount.DefaultAccount, what, tomorrow)
	if _, muted, _, _ := s.incidentOf("fra-dc1-gre"); muted {
		t.Error("one more fell, and the incident is still muted")
	}
}
