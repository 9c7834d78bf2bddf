package cli_test

import (
	"encoding/json"
	"testing"

	"flarewire/internal/simaccount"
)

// The accounts of a token cannot be listed: the object is printed all the same, with nulls, and says why.
func TestStatusWithoutItsAccountIsAnObjectToo(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	sim.Fault(simaccount.Fault{Path: "/accounts", Kind: simaccount.FaultStatus, Status: 403,
		Body: `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`})
	s := newShell(t, env[:2]...) // without the account's id
	code := s.run("status", "-o", "json")
	var doc struct {
		FetchedAt *string                        `json:"fetched_at"`
		Tunnels   []any                          `json:"tunnels"`
		Summary   map[string]*int                `json:"summary"`
		NotKnown  []struct{ Source, Why string } `json:"not_known"`
	}
	if err := json.Unmarshal(s.out.Bytes(), &doc); err != nil || code != 1 || doc.FetchedAt != nil || doc.Tunnels == nil ||
		len(doc.Summary) < 8 || doc.Summary["up"] != nil || len(doc.NotKnown) != 1 || doc.NotKnown[0].Source != "accounts" {
		t.Errorf("exit %d, %v, %s: %s", code, err, s.err.String(), s.out.String())
	}
}
