package diagnose_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/journal"
)

// What this machine changed a minute before a tunnel broke is what is said first, with what was changed; another account's changes, what
// was refused, and another tunnel's are not meant.
func TestTheOwnChangeBeforeABreakIsSaidFirst(t *testing.T) {
	t.Parallel()
	entry := func(change func(*journal.Entry)) journal.Entry {
		e := journal.Entry{Time: night.Add(-11 * time.Minute), Account: "a", Verb: journal.Update, Resource: "gre_tunnels", ObjectID: "id-x",
			Before: json.RawMessage(`{"mtu":1476,"name":"x"}`), After: json.RawMessage(`{"mtu":1500,"name":"x"}`),
			Result: journal.Result{Outcome: journal.Done}}
		change(&e)
		return e
	}
	for name, c := range map[string]struct {
		change func(*journal.Entry)
		said   bool
	}{
		"done":            {func(*journal.Entry) {}, true},
		"sent, unknown":   {func(e *journal.Entry) { e.Outcome = journal.Unknown }, true},
		"refused":         {func(e *journal.Entry) { e.Outcome = journal.NotDone }, false},
		"another account": {func(e *journal.Entry) { e.Account = "b" }, false},
		"another tunnel":  {func(e *journal.Entry) { e.ObjectID = "id-y" }, false},
		"days before":     {func(e *journal.Entry) { e.Time = night.Add(-3 * day) }, false},
		"after the break": {func(e *journal.Entry) { e.Time = night.Add(-2 * time.Minute) }, false},
	} {
		facts := an(x(api.GRE, "10.1.0.0/31", session("Active", api.BGPDown), health(0), upUntil(9*day, 10*time.Minute)))
		facts.Changes = diagnose.Changes(func(yield func(journal.Entry, error) bool) {
			_ = yield(entry(c.change), nil) && yield(journal.Entry{}, errors.New("cut off"))
		}, "a", night.Add(-diagnose.ChangesFor))
		first := of(facts, "x")[0]
		if said := first.Cause == diagnose.ChangedBefore && strings.Contains(first.Text, "update of mtu"); said != c.said {
			t.Errorf("%s: said %v: %s: %s", name, said, first.Cause, first.Text)
		}
	}
}
