package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/signal"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/cli"
	"flarewire/internal/simaccount"
)

// watched runs a command that goes on against a simulated account, in which things happen at the given seconds, and gives what it
// printed after a minute.
func watched(t *testing.T, args []string, happens map[int]func(*simaccount.Server)) (out, said string, code int) {
	t.Helper()
	stop := make(chan os.Signal, 1) // see watchFor
	signal.Notify(stop, os.Interrupt)
	defer signal.Stop(stop)
	state := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		sim := simaccount.New(simaccount.Options{})
		ctx, cancel := context.WithTimeout(t.Context(), 59*time.Second) // not at the moment of a look
		defer cancel()
		for second, happen := range happens {
			if second == 0 {
				happen(sim)
				continue
			}
			time.AfterFunc(time.Duration(second)*time.Second, func() { happen(sim) })
		}
		var text, trouble bytes.Buffer
		code = cli.Main(ctx, append(args, "--refresh", "10s"), cli.IO{In: strings.NewReader(""), Out: &text, Err: &trouble, Now: time.Now,
			Transport: sim.RoundTripper(), Environ: []string{"CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken, "HOME=" + state,
				"CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount}})
		out, said = text.String(), trouble.String()
	})
	return out, said, code
}

// line is one line of jsonl.
type line struct {
	At     time.Time
	Change string
	ID     string
	Object map[string]any
	Why    string
}

func changesIn(t *testing.T, out string) []line {
	t.Helper()
	var all []line
	for text := range strings.Lines(out) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		all = append(all, l)
	}
	return all
}

func count(all []line, change string) int {
	return len(slices.DeleteFunc(slices.Clone(all), func(l line) bool { return l.Change != change }))
}

func TestAListThatGoesOnSaysOnlyWhatChanges(t *testing.T) {
	out, said, code := watched(t, []string{"list", "routes", "--watch", "-o", "jsonl"}, map[int]func(*simaccount.Server){
		15: func(e *simaccount.Server) {
			id, _ := e.Objects(simaccount.Routes)[0]["id"].(string)
			_ = e.Mutate(simaccount.Routes, id, func(o simaccount.Object) { o["priority"] = int64(77) })
		},
		25: func(e *simaccount.Server) {
			id, _ := e.Objects(simaccount.Routes)[1]["id"].(string)
			_ = e.Delete(simaccount.Routes, id)
		},
		35: func(e *simaccount.Server) { e.Fault(simaccount.Fault{Path: "*/magic/routes", Status: 500, Times: 5}) },
	})
	all := changesIn(t, out)
	if code != 0 || said != "" || count(all, "changed") != 1 || count(all, "gone") != 1 || count(all, "not_known") != 1 ||
		count(all, "first") < 5 {
		t.Fatalf("exit %d, %q:\n%s", code, said, out)
	}
	i := slices.IndexFunc(all, func(l line) bool { return l.Change == "changed" })
	if all[i].Object["priority"] != 77.0 || all[i].ID == "" {
		t.Errorf("%+v", all[i])
	}
}

func TestAListThatGoesOnAppendsAnArrayEachTime(t *testing.T) {
	out, _, code := watched(t, []string{"list", "gre", "--watch", "-o", "json"}, nil)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(lines) != 6 {
		t.Fatalf("exit %d, %d lines in a minute", code, len(lines))
	}
	for _, text := range lines {
		var list []map[string]any
		if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) < 2 {
			t.Errorf("%v: %s", err, text)
		}
	}
	out, _, code = watched(t, []string{"list", "gre", "--watch"}, nil)
	if code != 0 || strings.Contains(out, "\x1b") || strings.Count(out, "NAME") != 6 || strings.Count(out, "as of") != 6 {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

// Of a list of which an object cannot be decoded an array is a part: standard error says so with each, as it does of a single look.
func TestAListThatGoesOnSaysWhatIsMissingFromItsArrays(t *testing.T) {
	out, said, code := watched(t, []string{"list", "routes", "--watch", "-o", "json"}, map[int]func(*simaccount.Server){
		25: func(e *simaccount.Server) {
			e.Fault(simaccount.Fault{Path: "*/magic/routes", Status: 200, Body: `{"success":true,"errors":[],"messages":[],"result":{"routes":[
				{"id":"a","prefix":"10.0.0.0/8","nexthop":"10.0.0.1","priority":1}, 7]}}`})
		},
	})
	if arrays := strings.Count(out, "\n"); code != 0 || arrays != 6 || strings.Count(said, "\n") < 2 {
		t.Errorf("exit %d, %d arrays, said %q", code, arrays, said)
	}
}

func TestAStatusThatGoesOnSaysOnlyWhatChanges(t *testing.T) {
	out, _, code := watched(t, []string{"status", "--watch", "-o", "jsonl"}, map[int]func(*simaccount.Server){
		20: func(e *simaccount.Server) { _ = e.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle") },
	})
	all := changesIn(t, out)
	down := slices.IndexFunc(all, func(l line) bool { return l.Change == "changed" && l.Object["name"] == "fra-dc1-gre" })
	if code != 0 || count(all, "first") != 14 || down < 0 || count(all, "gone") > 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
}

func TestADiagnosisThatGoesOnSaysWhatIsNewAndWhatIsOver(t *testing.T) {
	idle := func(e *simaccount.Server) { _ = e.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle") }
	out, _, code := watched(t, []string{"diagnose", "--watch", "-o", "jsonl"}, map[int]func(*simaccount.Server){20: idle})
	all := changesIn(t, out)
	if code != 0 || count(all, "first") == 0 || count(all, "new")+count(all, "changed") == 0 {
		t.Errorf("exit %d:\n%s", code, out)
	}
	out, _, code = watched(t, []string{"diagnose", "--watch"}, map[int]func(*simaccount.Server){20: idle})
	if code != 0 || strings.Contains(out, "\x1b") || strings.Count(out, "as of") < 5 || !strings.Contains(out, "fra-dc1-gre") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	out, _, code = watched(t, []string{"diagnose", "--watch", "-o", "json"}, nil)
	for text := range strings.Lines(out) {
		var doc struct{ Incidents, Objects []any }
		if err := json.Unmarshal([]byte(text), &doc); err != nil || len(doc.Objects) == 0 {
			t.Errorf("exit %d, %v: %s", code, err, text)
		}
	}
}

// What somebody has to put right ends it at once; what passes is said, and the last good look stays.
func TestWhatGoesOnEndsOnlyForWhatSomebodyHasToPutRight(t *testing.T) {
	for _, args := range [][]string{{"list", "routes", "--watch"}, {"diagnose", "--watch"}, {"status", "--watch", "-o", "jsonl"}} {
		_, said, code := watched(t, args, map[int]func(*simaccount.Server){0: func(e *simaccount.Server) {
			e.Fault(simaccount.Fault{Path: "*",
				Status: 403})
		}})
		if code != 1 || said == "" {
			t.Errorf("%v: exit %d, %q", args, code, said)
		}
	}
	out, _, code := watched(t, []string{"list", "routes", "--watch"}, map[int]func(*simaccount.Server){
		15: func(e *simaccount.Server) { e.Fault(simaccount.Fault{Path: "*", Status: 503}) }})
	if code != 0 || !strings.Contains(out, "What follows is ") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if _, said, code := watched(t, []string{"diagnose", "nowhere", "--watch"}, nil); code != 2 || !strings.Contains(said, "nowhere") {
		t.Errorf("exit %d, %q", code, said)
	}
}
