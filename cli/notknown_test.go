package cli_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"flarewire/internal/simaccount"
)

// What lies below several prefixes cannot be read, each for a reason of its own: every reason is one line, in the JSON and on standard
// error, without the line breaks and the backslashes of joined errors.
func TestReasonsOfSeveralFailuresAreOneLineEach(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	var asked atomic.Int32
	sim.Script(func(r simaccount.Request) *simaccount.Fault {
		if r.Path == "/graphql" { // both directions of the traffic, and health, each with its own reason
			return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403,
				Body: `{"data":null,"errors":[{"message":"second line of ` + strconv.Itoa(int(asked.Add(1))) + `"}]}`}
		}
		if strings.Contains(r.Path, "/addressing/prefixes/") {
			return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403,
				Body: `{"success":false,"errors":[{"code":1234,"message":"first line\nsecond line of ` + r.Path[len(r.Path)-12:] + `"}]}`}
		}
		return nil
	})
	s := newShell(t, env...)
	if code := s.run("diagnose", "-o", "json"); code != 1 {
		t.Fatalf("exit %d: %s", code, s.err.String())
	}
	var doc struct {
		NotKnown []struct{ Source, Why string } `json:"not_known"`
	}
	if err := json.Unmarshal(s.out.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, gap := range doc.NotKnown {
		seen += strings.Count(gap.Why, "second line of")
		if strings.ContainsAny(gap.Why, "\n\\") {
			t.Errorf("%s: %q", gap.Source, gap.Why)
		}
	}
	if seen < 2 || strings.Contains(s.err.String(), `\n`) {
		t.Errorf("%d reasons: %s%s", seen, s.out.String(), s.err.String())
	}
}
