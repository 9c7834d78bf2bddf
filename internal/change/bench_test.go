package change_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// desk is an operator's place: a simulated account, a client, a writer, a journal, and a clock that moves when somebody waits.
type desk struct {
	t       *testing.T
	sim     *simaccount.Server
	account *api.AccountClient
	writer  *change.Writer
	journal *journal.Journal
	path    string

	mu     sync.Mutex
	now    time.Time
	frozen bool                // waiting does not move the clock
	after  func(*http.Request) // called after every request that was answered
	alter  func(*http.Request, *http.Response)

	refuse       func(*http.Request) error // before the server sees it
	alterRequest func(*http.Request)       // on the way to the server
}

type deskOption func(*change.Options)

func sit(t *testing.T, options ...deskOption) *desk {
	t.Helper()
	d := &desk{t: t, now: time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC), path: filepath.Join(t.TempDir(), "flarewire", "journal.jsonl")}
	d.sim = simaccount.New(simaccount.Options{Now: d.clock})
	log := &change.SentRequests{}
	sender, err := api.NewSender(api.Options{Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}, Transport: d,
		Now: d.clock, Sleep: d.sleep, Budget: 1 << 20, OnExchange: log.Observe})
	if err != nil {
		t.Fatal(err)
	}
	client := sender.Client()
	d.account = client.In(d.sim.Account())
	d.journal = journal.New(journal.Options{Path: d.path, Now: d.clock})
	o := change.Options{Account: d.account, Sender: sender, Profile: "night shift", Journal: d.journal, Requests: log, Now: d.clock,
		Sleep: d.sleep}
	for _, option := range options {
		option(&o)
	}
	if d.writer, err = change.New(o); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) sleep(ctx context.Context, wait time.Duration) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.frozen {
		d.now = d.now.Add(wait)
	}
	return ctx.Err()
}

func (d *desk) RoundTrip(req *http.Request) (*http.Response, error) {
	if d.refuse != nil {
		if err := d.refuse(req); err != nil {
			return nil, err
		}
	}
	if d.alterRequest != nil {
		req = req.Clone(req.Context())
		d.alterRequest(req)
	}
	resp, err := d.sim.RoundTripper().RoundTrip(req)
	if d.alter != nil && err == nil {
		d.alter(req, resp)
	}
	if d.after != nil {
		d.after(req)
	}
	return resp, err
}

// writes are the requests that change something, without the dry runs.
func (d *desk) writes() []simaccount.Request {
	var list []simaccount.Request
	for _, r := range d.sim.Requests() {
		if r.Method != http.MethodGet && r.Query.Get("validate_only") == "" {
			list = append(list, r)
		}
	}
	return list
}

func (d *desk) dryRuns() int {
	n := 0
	for _, r := range d.sim.Requests() {
		if r.Query.Get("validate_only") != "" {
			n++
		}
	}
	return n
}

// entries is the journal, newest first.
func (d *desk) entries() []journal.Entry {
	d.t.Helper()
	var list []journal.Entry
	for e, err := range d.journal.Entries() {
		if err != nil {
			d.t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

func (d *desk) journalText() string {
	d.t.Helper()
	b, err := os.ReadFile(d.path)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}

func (d *desk) gre(name string) api.GRETunnel {
	d.t.Helper()
	list, err := d.account.GRETunnels.List(d.t.Context())
	return named(d.t, list, err, name, func(v api.GRETunnel) string { return v.Name })
}

func (d *desk) ipsec(name string) api.IPsecTunnel {
	d.t.Helper()
	list, err := d.account.IPsecTunnels.List(d.t.Context())
	return named(d.t, list, err, name, func(v api.IPsecTunnel) string { return v.Name })
}

// prefix gives a prefix and the BGP prefix that covers it.
func (d *desk) prefix(cidr string) (api.Prefix, api.BGPPrefix) {
	d.t.Helper()
	if len(d.sim.Objects(simaccount.Prefixes)) == 0 {
		d.t.Skip("this simulated account has no prefixes yet")
	}
	list, err := d.account.Prefixes.List(d.t.Context())
	p := named(d.t, list, err, cidr, func(v api.Prefix) string { return v.CIDR })
	all, err := d.account.BGPPrefixes(p.ID).List(d.t.Context())
	return p, named(d.t, all, err, cidr, func(v api.BGPPrefix) string { return v.CIDR })
}

func named[T any](t *testing.T, list []T, err error, name string, of func(T) string) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if of(v) == name {
			return v
		}
	}
	t.Fatalf("there is no %s", name)
	return *new(T)
}

// stored is one field of an object as the server has it; dots lead into objects.
func (d *desk) stored(kind simaccount.Resource, name, path string) any {
	d.t.Helper()
	o, ok := d.sim.Object(kind, name)
	if !ok {
		d.t.Fatalf("the server has no %s", name)
	}
	var v any = o
	for key := range strings.SplitSeq(path, ".") {
		m, _ := v.(simaccount.Object)
		v = m[key]
	}
	return v
}

// planned fails the test when the plan could not be made.
func planned(t *testing.T) func(change.Plan, error) change.Plan {
	return func(p change.Plan, err error) change.Plan {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

func wantOutcome(t *testing.T, r change.Result, want journal.Outcome) {
	t.Helper()
	if r.Outcome != want {
		t.Fatalf("outcome %q, want %q: %s (%v)", r.Outcome, want, r.Text, r.Err)
	}
	if r.Text == "" {
		t.Error("the result says nothing")
	}
}

func pathsOf(list []change.Difference) string {
	var out []string
	for _, d := range list {
		out = append(out, d.Path)
	}
	return strings.Join(out, " ")
}

// breakJournal puts a directory in the journal's place as soon as the change was sent.
func breakJournal(t *testing.T, d *desk) func(*http.Request) {
	return func(req *http.Request) {
		if req.Method == http.MethodGet {
			return
		}
		if err := os.Remove(d.path); err != nil {
			t.Error(err)
		}
		if err := os.Mkdir(d.path, 0o700); err != nil {
			t.Error(err)
		}
	}
}

// breakJournalAfterTheEntry puts a directory in the journal's place when the change was sent, and keeps the file beside it.
func breakJournalAfterTheEntry(t *testing.T, d *desk) func(*http.Request) {
	return func(req *http.Request) {
		if req.Method == http.MethodGet || req.URL.Query().Has("validate_only") {
			return
		}
		if err := os.Rename(d.path, d.path+".kept"); err != nil {
			t.Error(err)
		}
		if err := os.Mkdir(d.path, 0o700); err != nil {
			t.Error(err)
		}
	}
}

func restoreJournal(t *testing.T, d *desk) {
	t.Helper()
	if err := os.Remove(d.path); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(d.path+".kept", d.path); err != nil {
		t.Fatal(err)
	}
}
