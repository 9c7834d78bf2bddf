package prefix

import (
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// Only the API's own word for it makes a prefix "not approved": a field that is missing or new claims nothing.
func TestAnUnknownApprovalClaimsNothing(t *testing.T) {
	for mark, refused := range map[string]bool{"": false, "V": false, "P": true, "X": false, "future": false} {
		r := row{Prefix: store.Prefix{Prefix: api.Prefix{CIDR: "198.51.100.0/24", Approved: mark}}}
		var said strings.Builder
		for _, f := range explain(r, nil, time.Now()) {
			said.WriteString(f.Value)
		}
		if got := strings.Contains(said.String(), "has not approved"); got != refused {
			t.Errorf("%q: %s", mark, said.String())
		}
		if mark != "V" && strings.Contains(said.String(), ", approved") {
			t.Errorf("%q counts as approved: %s", mark, said.String())
		}
	}
}
