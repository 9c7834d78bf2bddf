package cli

import (
	"errors"
	"strings"
	"testing"

	"flarewire/internal/store"
)

// Several errors at once stand in one line of not_known: a line break there would be a literal "\n" for whoever reads the JSON.
func TestWhyOfWhatIsNotKnownIsOneLine(t *testing.T) {
	several := errors.Join(errors.New("dial tcp: refused"), errors.Join(errors.New("the proxy\r\nsays no"), errors.New("no route\tleft")))
	s := &store.Snapshot{GRE: store.Entry{Kind: store.GRETunnels, Err: several}}
	out := gaps(s, store.GRETunnels)
	if len(out) != 1 || out[0].Why != "dial tcp: refused the proxy says no no route left" || strings.ContainsAny(out[0].Why, "\\\n\r\t") {
		t.Errorf("%q", out)
	}
}
