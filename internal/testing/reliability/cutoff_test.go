package reliability_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// cut is one way in which a request can go wrong.
type cut struct {
	name  string
	fault *simaccount.Fault
	// kill ends the program at once, hang up tells it to end: before the server has the request, or behind it.
	kill, hangUp bool
}

// cuts are all ways. What a server does that says no (4xx) is taken at its word and tried elsewhere.
func cuts() []cut {
	gateway := func(code int, wait time.Duration) *simaccount.Fault {
		return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: code, Body: `{"success":false,"errors":[],"messages":[],"result":null}`,
			Later: wait}
	}
	done := func(f *simaccount.Fault) *simaccount.Fault {
		f.CarriedOut = true
		return f
	}
	reset := func() *simaccount.Fault { return &simaccount.Fault{Kind: simaccount.FaultReset} }
	return []cut{
		{name: "lost before", fault: reset()}, {name: "lost after", fault: done(reset())},
		{name: "500", fault: gateway(500, 0)}, {name: "500, done", fault: done(gateway(500, 0))},
		{name: "503", fault: gateway(503, 0)}, {name: "503, done", fault: done(gateway(503, 0))},
		{name: "524", fault: gateway(524, 0)}, {name: "524, 15 s", fault: gateway(524, 15*time.Second)},
		{name: "524, 45 s", fault: gateway(524, 45*time.Second)},
		{name: "null", fault: &simaccount.Fault{Kind: simaccount.FaultNull}}, {name: "null, done",
			fault: done(&simaccount.Fault{Kind: simaccount.FaultNull})},
		{name: "other id", fault: &simaccount.Fault{Kind: simaccount.FaultOtherID}},
		{name: "killed before", fault: reset(), kill: true}, {name: "killed after", fault: done(reset()), kill: true},
		{name: "SIGHUP before", fault: reset(), hangUp: true}, {name: "SIGHUP after", fault: done(reset()), hangUp: true},
	}
}

// office is an operator's place whose program can be killed and started again: the account and the journal stay.
type office struct {
	t       *testing.T
	sim     *simaccount.Server
	path    string
	account *api.AccountClient
	quiet   *api.AccountClient // the test's own eyes: nothing goes wrong there, and nothing is counted

	mu      sync.Mutex
	now     time.Time
	arrived func(*http.Request) // called before the server sees a request; nil for nothing
	n       int                 // requests since arrived was set
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, now: time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC), path: filepath.Join(t.TempDir(), "state", "journal.jsonl")}
	o.sim = simaccount.New(simaccount.Options{Now: o.clock})
	o.account, _ = o.client(o.sim.RoundTripper())
	o.quiet = o.account
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

// sleep moves the clock: nobody waits in a test.
func (o *office) sleep(ctx context.Context, wait time.Duration) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(wait)
	return ctx.Err()
}

func (o *office) client(way http.RoundTripper) (*api.AccountClient, *api.Sender) {
	o.t.Helper()
	sender, err := api.NewSender(api.Options{Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}, Transport: way,
		Now: o.clock, Sleep: o.sleep, Budget: 1 << 20})
	o.must(err)
	return sender.Client().In(o.sim.Account()), sender
}

// program is a new start of the program: it has what the journal has, and nothing else.
func (o *office) program() (*change.Writer, *journal.Journal) {
	o.t.Helper()
	account, sender := o.client(o)
	o.account = account
	written := journal.New(journal.Options{Path: o.path, Now: o.clock})
	w, err := change.New(change.Options{Account: account, Sender: sender, Journal: written, Now: o.clock, Sleep: o.sleep})
	o.must(err)
	return w, written
}

// RoundTrip implements http.RoundTripper.
func (o *office) RoundTrip(req *http.Request) (*http.Response, error) {
	o.mu.Lock()
	arrived := o.arrived
	if arrived != nil {
		o.n++
	}
	o.mu.Unlock()
	if arrived != nil {
		arrived(req)
	}
	return o.sim.RoundTripper().RoundTrip(req)
}

// attempt is one run of one change with one request that went wrong.
type attempt struct {
	*office
	write  write
	cut    cut
	at     int  // the request that goes wrong, from 1; 0 for none
	onward bool // and all after it

	before, after string // the account before, and when all is done
	said          change.Result
	refused       error // planning failed, or the plan cannot be sent
	killed        bool
}

// changes reports whether a request is to change something.
func changes(req *http.Request) bool {
	return req.Method != http.MethodGet && req.URL.Query().Get("validate_only") != "true"
}

// run plans the change and sends it, as the review does, in a program that may be killed in between.
func (a *attempt) run() {
	a.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	writer, written := a.program()
	plan := a.write.begin(a.office)
	a.before = a.state(true)
	dead := false
	a.arrived = func(req *http.Request) {
		wrong := a.at > 0 && (a.n == a.at || a.onward && a.n > a.at)
		if changes(req) {
			a.noted(written)
		}
		switch {
		case !wrong:
			return
		case a.cut.kill:
			// The server gets the request or it does not; nothing of the program runs after it, and nothing is cleaned up in it that counts.
			if a.cut.fault.CarriedOut {
				a.carryOut(req) // the answer reaches nobody
			}
			dead = true
			runtime.Goexit()
		case a.cut.hangUp:
			if a.cut.fault.CarriedOut {
				a.carryOut(req)
			}
			cancel()
		default:
			f := *a.cut.fault
			f.Times = 1
			a.sim.Fault(f)
		}
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		p, err := plan(ctx, writer)
		if err == nil && p.Blocked() != "" {
			err = fmt.Errorf("it cannot be sent: %s", p.Blocked())
		}
		if a.refused = err; err == nil {
			a.said = writer.Apply(ctx, p)
		}
	}()
	<-over
	a.killed = dead
	a.arrived = nil
	a.sim.ClearFaults()
}

// carryOut gives the server a request whose answer reaches nobody.
func (a *attempt) carryOut(req *http.Request) {
	if answer, err := a.sim.RoundTripper().RoundTrip(req); err == nil {
		_ = answer.Body.Close()
	}
}

// noted: when a change reaches the server, the journal has it, with everything that is needed to undo it.
func (a *attempt) noted(j *journal.Journal) {
	for e, err := range j.Entries() {
		switch {
		case err != nil:
			a.t.Errorf("the journal cannot be read: %v", err)
		case e.Outcome != journal.Unknown:
			a.t.Errorf("a change is sent whose entry is %q", e.Outcome)
		case e.Verb != journal.Create && len(e.Before) == 0, e.Verb != journal.Delete && len(e.After) == 0:
			a.t.Errorf("the entry cannot undo it: %+v", e)
		}
		return
	}
	a.t.Error("a change is sent and the journal is empty")
}

// once: nothing that changes something was sent twice. What was certainly refused may be, by a replacement.
func (a *attempt) once() {
	a.t.Helper()
	seen := map[string]int{}
	for _, r := range a.sim.Requests() {
		if r.Changes() && r.Status != http.StatusBadRequest {
			if seen[r.Method+" "+r.Path]++; seen[r.Method+" "+r.Path] > 1 {
				a.t.Errorf("%s %s was sent twice", r.Method, r.Path)
			}
		}
	}
}

// told compares what was said with what is so.
func (a *attempt) told() {
	a.t.Helper()
	is := a.state(true)
	if a.killed {
		return
	}
	if a.refused != nil {
		if is != a.before {
			a.t.Errorf("refused (%v), and the account was changed", a.refused)
		}
		return
	}
	text := a.said.Text
	if is != a.before && strings.Contains(text, "not done") {
		a.t.Errorf("something was done, and it says %s", text)
	}
	switch a.said.Outcome {
	case journal.Deleting: // it says that it can still be read
	case journal.Done:
		if is != a.after && !a.keyAt(is) {
			a.t.Errorf("it is not done, and it says %s (%v)", text, a.said.Err)
		}
	case journal.NotDone:
		if is != a.before {
			a.t.Errorf("it was done, and it says %s (%v)", text, a.said.Err)
		}
	case journal.Partly:
		stillThere := is == a.before && strings.Contains(text, "could still be read")
		if a.write.name != "GRE replace" || is == a.before && !stillThere || is == a.after {
			a.t.Errorf("it says partly: %s (%v)", text, a.said.Err)
		}
	case journal.Unknown:
		if strings.Contains(text, "not done") || a.said.Recovery == "" {
			a.t.Errorf("unknown is %q, with the advice %q", text, a.said.Recovery)
		}
	default:
		a.t.Errorf("outcome %q", a.said.Outcome)
	}
}

// keyAt: a key that Cloudflare makes is another one each time.
func (a *attempt) keyAt(state string) bool {
	return a.write.name == "IPsec new key" && state != a.before
}

// found looks again as the next start does: at once and when patience has run out. Afterwards everything is known and true.
func (a *attempt) found() {
	a.t.Helper()
	w, written := a.program()
	for _, wait := range []time.Duration{0, 20 * time.Second, change.Patience, 2 * time.Hour} {
		_ = a.sleep(context.Background(), wait)
		open, err := w.Unsettled()
		a.must(err)
		for _, e := range open {
			r := w.Recheck(context.Background(), e)
			a.entryIsTrue(e, r.Outcome, wait > time.Hour)
		}
	}
	read, err := written.Read()
	a.must(err)
	for _, e := range read.Entries {
		if a.write.untraceable && e.Outcome == journal.Unknown {
			continue
		}
		a.entryIsTrue(e, e.Outcome, true)
	}
	if a.said.Outcome == journal.NotDone && a.state(true) != a.before {
		a.t.Errorf("it was done after all, and it had said %s", a.said.Text)
	}
}

// entryIsTrue compares the outcome of one step with the account as it is now.
func (a *attempt) entryIsTrue(e journal.Entry, outcome journal.Outcome, final bool) {
	a.t.Helper()
	is := a.state(true)
	done := is == a.after || a.keyAt(is)
	if a.write.name == "GRE replace" {
		if done = is != a.before; e.Verb == journal.Create {
			done = is == a.after
		}
	}
	switch {
	case a.before == a.after: // nothing that could be compared
	case outcome == journal.Done && !done, outcome == journal.NotDone && done,
		final && outcome != journal.Done && outcome != journal.NotDone && !a.write.untraceable:
		a.t.Errorf("%s %s is %q, and it was done: %v (%s)", e.Verb, e.Resource, outcome, done, e.Error)
	}
}

// undone: from the journal alone, the account becomes what it was, but for keys, which it does not hold.
func (a *attempt) undone(old string) {
	a.t.Helper()
	w, written := a.program()
	is := a.state(true)
	half := a.write.name == "GRE replace" && is != a.after && is != a.before
	if is == a.before || a.write.noUndo && !half {
		return
	}
	read, err := written.Read()
	a.must(err)
	for _, e := range read.Entries {
		if _, why := journal.Inverse(e); why != "" {
			continue
		}
		p, err := change.PrepareUndo(context.Background(), w, e)
		if e.Verb == journal.Create && a.cut.name == "other id" && a.onward && api.KindOf(err) == api.NotFound {
			return // every answer named another object, and that one does not exist: nothing is deleted on suspicion
		}
		a.must(err)
		r := w.Apply(context.Background(), p)
		if r.Outcome != journal.Done && r.Outcome != journal.Deleting {
			a.t.Errorf("the undo: %s", r.Text)
		}
		was, now := without(old, a.write.lost), without(a.state(false), a.write.lost)
		if now != was {
			a.t.Errorf("after the undo it differs:\n%s", differing(was, now))
		}
		return
	}
	a.t.Errorf("it was done, and the journal has no undo: %+v", read.Entries)
}

// differing are the lines that only one of two texts has.
func differing(a, b string) string {
	var out []string
	for i, pair := range [][2]string{{a, b}, {b, a}} {
		for line := range strings.SplitSeq(pair[0], "\n") {
			if !strings.Contains(pair[1], line) {
				out = append(out, "-+"[i:i+1]+" "+line)
			}
		}
	}
	return strings.Join(out, "\n")
}

// unharmed is the change without trouble: how many requests it takes, and what the account is then.
func unharmed(t *testing.T, w write) (requests int, after string) {
	t.Helper()
	a := &attempt{office: newOffice(t), write: w}
	a.run()
	if a.refused != nil || a.said.Outcome != journal.Done {
		t.Fatalf("without trouble: %v, %s (%v)", a.refused, a.said.Text, a.said.Err)
	}
	return a.n, a.state(true)
}

// TestFaultMatrixOfTheWritesCutOff is every kind of change, cut off at every one of its requests (reads, dry run, the change itself,
// reading back) in every way, once or from there on. What is said is true and stays true, the journal has what is needed
// to find out and to undo before anything is sent, and nothing is sent twice.
func TestFaultMatrixOfTheWritesCutOff(t *testing.T) {
	started, tried, failed, places := time.Now(), 0, 0, 0
	for _, w := range writes() {
		requests, after := unharmed(t, w)
		places += requests
		for at := 1; at <= requests; at++ {
			for i, c := range cuts() {
				if !long() && (at+i)%8 != len(w.name)%8 {
					continue
				}
				for _, onward := range []bool{false, true} {
					if onward && c.kill {
						continue
					}
					tried++
					name := fmt.Sprintf("%s/%s at %d of %d/%s", w.name, c.name, at, requests,
						map[bool]string{false: "once", true: "from there on"}[onward])
					if !t.Run(name, func(t *testing.T) {
						a := &attempt{office: newOffice(t), write: w, cut: c, at: at, onward: onward, after: after}
						old := a.state(false)
						a.run()
						a.once()
						a.told()
						a.found()
						a.once()
						a.undone(old)
					}) {
						failed++
					}
				}
			}
		}
	}
	t.Logf("%d kinds of change with %d requests, cut off at each in %d ways, once and from there on: %d tried, %d failed, in %s",
		len(writes()), places, len(cuts()), tried, failed, time.Since(started).Round(time.Millisecond))
}
