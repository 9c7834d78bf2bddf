package journal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/journal"
)

const canary = "kanarienvogel-9f3a77c1"

func open(t *testing.T, o journal.Options) *journal.Journal {
	t.Helper()
	if o.Path == "" {
		o.Path = filepath.Join(t.TempDir(), "state", "flarewire", "journal.jsonl")
	}
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC) }
	}
	return journal.New(o)
}

func begin(t *testing.T, j *journal.Journal, e journal.Entry) string {
	t.Helper()
	id, err := j.Begin(e)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func all(t *testing.T, j *journal.Journal) []journal.Entry {
	t.Helper()
	var list []journal.Entry
	for e, err := range j.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

func names(list []journal.Entry) string {
	var out []string
	for _, e := range list {
		out = append(out, e.Name)
	}
	return strings.Join(out, " ")
}

func TestAChangeIsWrittenBeforeAndAfter(t *testing.T) {
	j := open(t, journal.Options{})
	if got := all(t, j); len(got) != 0 {
		t.Fatalf("a new journal has %d entries", len(got))
	}
	id := begin(t, j, journal.Entry{Profile: "p", Account: "a", Verb: journal.Update, Resource: "routes", ObjectID: "1", Name: "first",
		Before: json.RawMessage(`{"priority":4200000001}`), After: json.RawMessage(`{"priority":7}`)})
	if got := all(t, j)[0]; got.Outcome != journal.Unknown || got.ID != id {
		t.Fatalf("a change that was never completed reads as %+v", got)
	}
	want := journal.Result{Outcome: journal.Partly, NotApplied: []string{"priority"}, RequestIDs: []string{"ray"}, Error: "no"}
	if err := j.End(id, "", want); err != nil {
		t.Fatal(err)
	}
	begin(t, j, journal.Entry{Name: "second"})
	got := all(t, j)
	if names(got) != "second first" {
		t.Fatalf("order: %s", names(got))
	}
	want.Finished = got[1].Finished
	if diff := cmp.Diff(want, got[1].Result); diff != "" || string(got[1].Before) != `{"priority":4200000001}` || got[1].ObjectID != "1" {
		t.Errorf("%+v %s", got[1], diff)
	}
}

func TestNoSecretIsWritten(t *testing.T) {
	j := open(t, journal.Options{})
	object := fmt.Sprintf(`{"psk":%q,"bgp":{"md5_key":%q},"list":[{"pairing_key":%q}],"name":"n"}`, canary, canary, canary)
	token := "cfut_" + strings.Repeat("aB3_", 12)
	id := begin(t, j, journal.Entry{Before: json.RawMessage(object), After: json.RawMessage(canary)})
	if err := j.End(id, "", journal.Result{Error: "the header had " + token}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(j.Path())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), canary) || strings.Contains(string(text), token) || strings.Count(string(text), "[redacted]") != 4 {
		t.Errorf("the file holds %s", text)
	}
	if got := all(t, j)[0]; !json.Valid(got.Before) || got.After != nil {
		t.Errorf("entry %+v", got)
	}
}

func TestOnlyTheUserCanReadIt(t *testing.T) {
	j := open(t, journal.Options{})
	dir := filepath.Dir(j.Path())
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(j.Path(), nil, 0o644), os.Chmod(dir, 0o755),
		os.Chmod(j.Path(), 0o644)); err != nil {
		t.Fatal(err)
	}
	begin(t, j, journal.Entry{Name: "x"})
	for path, want := range map[string]os.FileMode{dir: 0o700, j.Path(): 0o600, j.Path() + ".lock": 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", filepath.Base(path), info.Mode().Perm(), err)
		}
	}
}

func TestALinkIsNotFollowed(t *testing.T) {
	j := open(t, journal.Options{})
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := errors.Join(os.MkdirAll(filepath.Dir(j.Path()), 0o700), os.WriteFile(elsewhere, nil, 0o600),
		os.Symlink(elsewhere, j.Path())); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Begin(journal.Entry{}); err == nil || !strings.Contains(err.Error(), j.Path()) {
		t.Errorf("error %v", err)
	}
}

func TestACutOffLineLosesOnlyItself(t *testing.T) {
	j := open(t, journal.Options{})
	begin(t, j, journal.Entry{Name: "whole"})
	whole, _ := os.ReadFile(j.Path())
	begin(t, j, journal.Entry{Name: "cut"})
	both, _ := os.ReadFile(j.Path())
	for n := len(whole); n < len(both)-1; n++ {
		if err := os.WriteFile(j.Path(), both[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		begin(t, j, journal.Entry{Name: "after"})
		if got := names(all(t, j)); got != "after whole" {
			t.Fatalf("cut at %d of %d: %q", n, len(both), got)
		}
	}
}

func TestGarbageInTheFileIsSkipped(t *testing.T) {
	j := open(t, journal.Options{})
	begin(t, j, journal.Entry{Name: "one"})
	f, _ := os.OpenFile(j.Path(), os.O_APPEND|os.O_WRONLY, 0o600)
	_, _ = f.WriteString("\x00\x1b[31m\n\n{\"intent\":5}\n[]\nnull\n")
	_ = f.Close()
	begin(t, j, journal.Entry{Name: "two"})
	if got := names(all(t, j)); got != "two one" {
		t.Errorf("entries %q", got)
	}
}

func TestAFullDiskIsReportedAndLeavesNoHalfLine(t *testing.T) {
	j := open(t, journal.Options{})
	begin(t, j, journal.Entry{Name: "before"})
	for _, room := range []int{0, 1, 40} {
		full := open(t, journal.Options{Path: j.Path()})
		full.FullDisk(room)
		if _, err := full.Begin(journal.Entry{Name: "lost"}); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "make room") {
			t.Fatalf("error %v", err)
		}
	}
	begin(t, j, journal.Entry{Name: "after"})
	if got := names(all(t, j)); got != "after before" {
		t.Errorf("entries %q", got)
	}
	if text, _ := os.ReadFile(j.Path()); strings.Count(string(text), "\n") != 2 {
		t.Errorf("file %q", text)
	}
}

func TestItStaysSmallAndKeepsTheNewest(t *testing.T) {
	const size, keep = 2000, 2
	j := open(t, journal.Options{MaxSize: size, Keep: keep})
	for i := range 200 {
		id := begin(t, j, journal.Entry{Name: fmt.Sprint(i)})
		if err := j.End(id, "", journal.Result{Outcome: journal.Done}); err != nil {
			t.Fatal(err)
		}
	}
	got := all(t, j)
	if len(got) < 10 || got[0].Name != "199" {
		t.Fatalf("%d entries, the newest is %s", len(got), got[0].Name)
	}
	for i, e := range got {
		if e.Name != fmt.Sprint(199-i) || e.Outcome != journal.Done {
			t.Fatalf("entry %d is %+v", i, e)
		}
	}
	files, _ := filepath.Glob(j.Path() + "*")
	if len(files) != keep+2 { // the lock is one of them
		t.Errorf("files %v", files)
	}
	for _, f := range files {
		if info, _ := os.Stat(f); info.Size() > size {
			t.Errorf("%s has %d bytes", f, info.Size())
		}
	}
}

// TestHelperProcess is the other instance of TestTwoInstancesAtOnce.
func TestHelperProcess(t *testing.T) {
	path := os.Getenv("JOURNAL_TEST_PATH")
	if path == "" {
		t.Skip("this is the other instance of TestTwoInstancesAtOnce")
	}
	write(t, path, "other")
}

func write(t *testing.T, path, who string) {
	j := journal.New(journal.Options{Path: path, MaxSize: 2_000, Keep: 300})
	for i := range 150 {
		id, err := j.Begin(journal.Entry{Name: who, ObjectID: fmt.Sprint(i), After: json.RawMessage(`{"x":"` + strings.Repeat("y", i) + `"}`)})
		if err != nil {
			t.Error(err)
			return
		}
		if err := j.End(id, "", journal.Result{Outcome: journal.Done}); err != nil {
			t.Error(err)
		}
	}
}

func TestTwoInstancesAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	cmd := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$")
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_PATH="+path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	for _, who := range []string{"one", "two"} {
		both.Go(func() { write(t, path, who) })
	}
	both.Wait()
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, e := range all(t, journal.New(journal.Options{Path: path, MaxSize: 2_000, Keep: 300})) {
		if e.Outcome == journal.Done {
			count[e.Name]++
		}
	}
	if diff := cmp.Diff(map[string]int{"one": 150, "two": 150, "other": 150}, count); diff != "" {
		t.Error(diff)
	}
}

func TestTheInverseOfAnEntry(t *testing.T) {
	done := journal.Result{Outcome: journal.Done}
	before, after := json.RawMessage(`{"a":1}`), json.RawMessage(`{"a":2}`)
	for name, c := range map[string]struct {
		entry journal.Entry
		verb  journal.Verb
		why   string
	}{
		"create": {journal.Entry{Verb: journal.Create, After: after, Result: done}, journal.Delete, ""},
		"update": {journal.Entry{Verb: journal.Update, Before: before, After: after, Result: done}, journal.Update, ""},
		"partly": {journal.Entry{Verb: journal.Update, Before: before, Result: journal.Result{Outcome: journal.Partly}}, journal.Update,
			""},
		"delete":    {journal.Entry{Verb: journal.Delete, Before: before, Result: done}, journal.Create, ""},
		"advertise": {journal.Entry{Verb: journal.Advertise, Before: before, Result: done}, journal.Withdraw, ""},
		"withdraw":  {journal.Entry{Verb: journal.Withdraw, Before: before, Result: done}, journal.Advertise, ""},
		"prepend":   {journal.Entry{Verb: journal.SetPrepend, Before: before, Result: done}, journal.SetPrepend, ""},
		"not done": {journal.Entry{Verb: journal.Update, Before: before, Result: journal.Result{Outcome: journal.NotDone}}, "",
			"nothing was changed"},
		"unknown": {journal.Entry{Verb: journal.Update, Before: before}, "", "not known"},
		"new key": {journal.Entry{Verb: journal.GeneratePSK, Resource: "ipsec_tunnels", Result: done}, "", "former key"},
		"own key": {journal.Entry{Verb: journal.SetPSK, Resource: "ipsec_tunnels", Result: done}, "", "former key"},
		"MD5 key": {journal.Entry{Verb: journal.Update, Before: before, Secrets: []string{"bgp.md5_key"}, Result: done}, "",
			"bgp.md5_key"},
		"validation":     {journal.Entry{Verb: journal.ValidatePrefix, Resource: "prefixes", Result: done}, "", "validation"},
		"interconnect":   {journal.Entry{Verb: journal.Create, Resource: "cni_interconnects", Result: done}, "", "cross-connect"},
		"replacement":    {journal.Entry{Verb: journal.Create, Group: "g", Result: done}, "", "replacement"},
		"nothing before": {journal.Entry{Verb: journal.Update, Result: done}, "", "does not hold"},
	} {
		u, why := journal.Inverse(c.entry)
		if u.Verb != c.verb || (c.why == "") != (why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%s: %q, %q", name, u.Verb, why)
		}
	}
}

func TestADeletedTunnelComesBackWithoutItsMaskedSecrets(t *testing.T) {
	u, why := journal.Inverse(journal.Entry{Verb: journal.Delete, Resource: "ipsec_tunnels", Result: journal.Result{Outcome: journal.Done},
		Before: journal.Mask(json.RawMessage(`{"name":"n","bgp":{"customer_asn":4200000001,"md5_key":"` + canary + `"}}`))})
	if why != "" || string(u.Wanted) != `{"bgp":{"customer_asn":4200000001},"name":"n"}` {
		t.Fatalf("%q %s", why, u.Wanted)
	}
	if diff := cmp.Diff([]string{"bgp.md5_key", "psk"}, u.Missing); diff != "" {
		t.Error(diff)
	}
}
