package e2e_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/internal/testing/ptytest"
)

// What was seen in one run is known in the next: since when, how often this week, and who changed something; and what
// happened while nobody watched is said to have been unwatched.
func TestTheHistorySurvivesARestart(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	state := t.TempDir()
	env := a.env("XDG_STATE_HOME=" + state)
	open := func() *ptytest.Terminal {
		term := sit(t, ptytest.Options{Args: []string{"--start", "overview"}, Env: env, Cols: 80, Rows: 40})
		term.WaitFor("the overview with every source", func(s ptytest.Screen) bool {
			return s.Contains("iad-dc1-gre") && s.Contains("4 ports") && !s.Contains("waiting")
		})
		return term
	}
	see := func(term *ptytest.Terminal, what, name, text string) {
		term.Press("r")
		term.WaitFor(what, func(s ptytest.Screen) bool {
			for line := range strings.Lines(s.Text()) {
				if strings.Contains(line, name) && strings.Contains(line, text) {
					return true
				}
			}
			return false
		})
	}

	touch := func(o simaccount.Object) { o["modified_on"] = a.clock().UTC().Format("2006-01-02T15:04:05.000000Z") }
	first := open()
	a.do(a.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"))
	see(first, "the session down", "fra-dc1-gre", "Up → Down")
	a.do(a.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Established"))
	see(first, "the session up", "fra-dc1-gre", "Down → Up")
	a.do(a.Mutate(simaccount.GRETunnels, "ams-dc1-gre", func(o simaccount.Object) { o["description"] = "a colleague was here"; touch(o) }))
	see(first, "somebody's change of a tunnel", "ams-dc1-gre", "changed outside flarewire")
	route := a.Objects(simaccount.Routes)[0]
	a.do(a.Mutate(simaccount.Routes, route["id"].(string), func(o simaccount.Object) { o["priority"] = int64(77); touch(o) }))
	see(first, "somebody's change of a route", route["prefix"].(string), "changed outside flarewire")
	first.Press("q")
	if code := first.Wait(); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	a.do(a.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle")) // while nobody watches

	second := open()
	second.WaitFor("the events of the first run", showsAll("Down → Up", "changed outside flarewire"))
	second.WaitFor("the change that nobody saw", showsAll("before: Up → Down"))
	second.Press("E")
	second.WaitFor("the page of events, newest first, with dates", func(s ptytest.Screen) bool {
		return strings.HasPrefix(title(s), " Overview › Events") && strings.Contains(s.Line(3), "fra-dc1-gre") &&
			showsAll("before: Up → Down", "Down → Up", "changed outside flarewire", a.clock().UTC().Format("2006-01-02"))(s)
	})
	second.Press("enter")
	second.WaitFor("what it happened to", showsAll("Events › fra-dc1-gre", "BGP session", "Down"))
	second.Press("q")
	second.Wait()

	// What the two runs have asked leaves too little of the rate budget for a bundle: it would wait for minutes.
	if err := os.RemoveAll(filepath.Join(state, "flarewire", "share")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "after.zip")
	cmd := exec.CommandContext(t.Context(), ptytest.Build(t), "bundle", path)
	cmd.Env = append([]string{"HOME=" + t.TempDir()}, env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	files := clean(t, path, "")
	checkWeek(t, files["health.json"])
	checkEvents(t, files["events.jsonl"])
}

// checkWeek: the session went down once in each run.
func checkWeek(t *testing.T, text string) {
	t.Helper()
	var health []struct {
		Name  string
		Since string `json:"session_since"`
		Downs int    `json:"session_downs_in_7_days"`
	}
	if err := json.Unmarshal([]byte(text), &health); err != nil {
		t.Fatal(err)
	}
	for _, h := range health {
		if h.Name == "fra-dc1-gre" && (h.Downs != 2 || h.Since == "") || h.Name == "fra-dc2-gre" && (h.Downs != 0 || h.Since != "") {
			t.Errorf("%s went down %d times this week, since %q", h.Name, h.Downs, h.Since)
		}
	}
}

// checkEvents: each change is there once, also the one that was made while nobody watched.
func checkEvents(t *testing.T, text string) {
	t.Helper()
	downs, unwatched, modified := 0, 0, map[string]int{}
	for scanner := bufio.NewScanner(strings.NewReader(text)); scanner.Scan(); {
		var e store.Event
		if err := json.Unmarshal(scanner.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		switch {
		case e.Kind == store.Modified:
			modified[e.Name]++
		case e.Name == "fra-dc1-gre" && e.To == store.Down:
			downs++
			if e.Unwatched {
				unwatched++
			}
		}
	}
	if downs != 2 || unwatched != 1 || modified["ams-dc1-gre"] != 1 || len(modified) != 2 {
		t.Errorf("%d downs, %d of them unwatched, modified %v in\n%s", downs, unwatched, modified, text)
	}
}

// In the morning: what happened to the prefixes leads to the prefix, also when what it happened to is gone.
func TestAnEventLeadsToThePrefixThatItHappenedTo(t *testing.T) {
	t.Parallel()
	for trouble, text := range map[simaccount.Trouble]string{simaccount.Withdrawn: "was withdrawn", simaccount.BindingLost: "is gone"} {
		t.Run(string(trouble), func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{})
			term := sit(t, ptytest.Options{Args: []string{"--start", "events"}, Env: a.env()})
			term.WaitText("flarewire has seen no event yet")
			term.Press(":")
			term.Type("overview")
			term.Press("enter")
			term.WaitFor("every source", func(s ptytest.Screen) bool {
				asked := 0
				for _, r := range a.Requests() {
					if strings.HasSuffix(r.Path, "/bindings") || strings.HasSuffix(r.Path, "/bgp/prefixes") {
						asked++
					}
				}
				return s.Contains(" ports ") && !s.Contains("waiting") && asked >= 2*len(a.Objects(simaccount.Prefixes))
			})
			step(term, "g") // what was answered is taken in: an event is a difference to it
			term.Press("E")
			term.WaitFor("the events again", func(s ptytest.Screen) bool { return strings.Contains(title(s), "Overview › Events") })
			befallen, err := a.Inject(trouble)
			a.do(err)
			a.pass(time.Second)
			term.Press("r")
			term.WaitFor("the event", func(s ptytest.Screen) bool { return strings.Contains(s.Line(3), text) })
			term.Press("enter")
			term.WaitFor("the prefix", func(s ptytest.Screen) bool {
				return strings.Contains(title(s), "Events › "+befallen.Name) && s.Contains("What this means")
			})
		})
	}
}

// Cloudflare does not answer for a while: when that began and how long it was is an event like others, and opening it says so.
func TestAnOutageOfCloudflareIsAnEvent(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Args: []string{"--start", "overview", "--refresh", "10m"}, Env: a.env(), Cols: 100, Rows: 40})
	term.WaitFor("every source", func(s ptytest.Screen) bool { return s.Contains(" ports ") && !s.Contains("waiting") })
	a.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 501, Path: "*_tunnels*"})
	term.Press("r")
	term.WaitFor("no answer", func(s ptytest.Screen) bool { return s.Contains("Cloudflare answered 501") })
	term.Press("r")
	term.WaitFor("an outage", says("Cloudflare did not answer from "))
	a.ClearFaults()
	term.Press("r")
	term.WaitFor("its end", says("Cloudflare answered again after "))
	term.Press("E")
	term.WaitFor("the page of events, newest first", func(s ptytest.Screen) bool {
		return strings.Contains(s.Line(3),
			"answered again after")
	})
	term.Press("enter")
	term.WaitFor("the event", func(s ptytest.Screen) bool {
		return strings.Contains(title(s), "Events › Cloudflare") && s.Contains("answered again after") && s.Contains("API")
	})
}
