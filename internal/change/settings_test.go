package change_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// settingsWriter is a writer on a simulated account, which does not wait between two readings.
func settingsWriter(t *testing.T, sim *simaccount.Server, log *journal.Journal) (*change.Writer, *api.AccountClient) {
	t.Helper()
	sender, err := api.NewSender(api.Options{Transport: sim.RoundTripper(),
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	client := sender.Client()
	account := client.In(sim.Account())
	w, err := change.New(change.Options{Account: account, Sender: sender, Journal: log,
		Sleep: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	return w, account
}

func asnOf(t *testing.T, a *api.AccountClient) uint32 {
	t.Helper()
	s, err := change.ReadCNISettings(t.Context(), a)
	if err != nil || s.DefaultASN == nil {
		t.Fatalf("the settings cannot be read: %v", err)
	}
	return *s.DefaultASN
}

func settingsOf(asn uint32) api.CNISettings { return api.CNISettings{DefaultASN: &asn} }

func TestTheDefaultASNIsChangedAndCanBeUndone(t *testing.T) {
	log := journal.New(journal.Options{Path: t.TempDir() + "/journal.jsonl"})
	w, account := settingsWriter(t, simaccount.New(simaccount.Options{}), log)
	plan, err := change.PrepareCNISettings(t.Context(), w, settingsOf(13335), settingsOf(64999))
	if err != nil || plan.Blocked() != "" {
		t.Fatalf("the plan is blocked: %v %s", err, plan.Blocked())
	}
	if len(plan.Requests) != 1 || !strings.Contains(string(plan.Requests[0].Body()), "64999") || len(plan.Differences) != 1 {
		t.Errorf("the plan shows %v and %v", plan.Requests, plan.Differences)
	}
	if r := w.Apply(t.Context(), plan); r.Outcome != journal.Done || asnOf(t, account) != 64999 {
		t.Errorf("the change ended as %s: %s", r.Outcome, r.Text)
	}
	var entries []journal.Entry
	for e, err := range log.Entries() {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	if len(entries) != 1 {
		t.Fatalf("the journal has %d entries", len(entries))
	}
	back, err := change.PrepareUndo(t.Context(), w, entries[0])
	if err != nil {
		t.Fatal(err)
	}
	if r := w.Apply(t.Context(), back); r.Outcome != journal.Done || asnOf(t, account) != 13335 {
		t.Errorf("the undo ended as %s: %s", r.Outcome, r.Text)
	}
}

func TestASettingThatSomebodyElseChangedIsAConflict(t *testing.T) {
	sim := simaccount.New(simaccount.Options{})
	w, account := settingsWriter(t, sim, nil)
	plan, err := change.PrepareCNISettings(t.Context(), w, settingsOf(64600), settingsOf(64999))
	if err != nil || len(plan.Conflicts) != 1 || plan.Blocked() == "" {
		t.Fatalf("no conflict: %v %v", plan.Conflicts, err)
	}
	late, err := change.PrepareCNISettings(t.Context(), w, settingsOf(13335), settingsOf(64999))
	if err != nil {
		t.Fatal(err)
	}
	colleague, _ := settingsWriter(t, sim, nil)
	other, err := change.PrepareCNISettings(t.Context(), colleague, settingsOf(13335), settingsOf(64700))
	if r := colleague.Apply(t.Context(), other); err != nil || r.Outcome != journal.Done {
		t.Fatal(r.Text, err)
	}
	if r := w.Apply(t.Context(), late); r.Outcome != journal.NotDone || asnOf(t, account) != 64700 {
		t.Errorf("a change of meanwhile was overwritten: %s", r.Text)
	}
}

func TestSettingsThatStayAsTheyAreAreNotSent(t *testing.T) {
	sim := simaccount.New(simaccount.Options{})
	w, _ := settingsWriter(t, sim, nil)
	plan, err := change.PrepareCNISettings(t.Context(), w, settingsOf(13335), settingsOf(13335))
	if err != nil || plan.Blocked() != "there is nothing to change" {
		t.Errorf("blocked by %q, %v", plan.Blocked(), err)
	}
	if _, err := change.PrepareCNISettings(t.Context(), w, settingsOf(13335), api.CNISettings{}); err == nil {
		t.Error("an unset number was planned, which the API cannot do")
	}
	for _, r := range sim.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was sent", r.Method, r.Path)
		}
	}
}

// The circuit's bandwidth comes back under another name: the order is done all the same.
func TestAPartnerCircuitIsOrderedWithItsBandwidth(t *testing.T) {
	w, _ := settingsWriter(t, simaccount.New(simaccount.Options{}), nil)
	plan, err := prepareCreate(t.Context(), w, change.Ports,
		api.Interconnect{Type: "gcp_partner", Bandwidth: "2G", PairingKey: api.NewSecret("a/b/1")})
	if err != nil || plan.Title != "Create CNI interconnect" {
		t.Fatalf("the plan is %q, %v", plan.Title, err)
	}
	if r := w.Apply(t.Context(), plan); r.Outcome != journal.Done {
		t.Errorf("the order ended as %s: %s", r.Outcome, r.Text)
	}
}
