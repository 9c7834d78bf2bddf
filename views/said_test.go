package views_test

import (
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// Cloudflare refuses what is read, and says why: the line above the keys has what to do about it, "!" and a page without rows have
// Cloudflare's own sentence first, and so has the review of a change.
func TestTheServersSentenceComesFirstWhereThereIsRoom(t *testing.T) {
	const body = `{"success":false,"errors":[{"code":9109,"message":"Cannot use the access token from location: 203.0.113.9"}]}`
	first := func(d *desk) {
		d.t.Helper()
		d.reads("from location: 203.0.113.9", "client IP address filter")
		words := strings.Join(strings.Fields(strings.Map(frame, d.Screen())), " ")
		if strings.Index(words, "from location") > strings.Index(words, "client IP address filter") {
			t.Errorf("our advice comes first:\n%s", d.Screen())
		}
	}
	refused := &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403, Body: body}
	all := func(simaccount.Request) *simaccount.Fault { return refused }

	t.Run("no rows", func(t *testing.T) {
		d := sit(t, "routes", func(d *desk) { d.Script(all) })
		first(d)
	})
	t.Run("old rows, and the notices", func(t *testing.T) {
		d := sit(t, "routes", nil)
		d.Script(all)
		d.Press("r")
		d.reads("client IP address filter")
		d.Press("!")
		first(d)
	})
	t.Run("a change", func(t *testing.T) {
		d := sit(t, "tunnels", nil)
		d.Script(func(r simaccount.Request) *simaccount.Fault {
			if r.Changes() {
				return refused
			}
			return nil
		})
		d.goTo("jnb-br1-ipsec")
		d.Press("D")
		d.sends()
		d.typesTheName("jnb-br1-ipsec")
		first(d)
	})
}
