package simaccount_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

func TestAScriptAnswersRequestByRequest(t *testing.T) {
	o := newOperator(t)
	path := base + "/magic/routes"
	seen := 0
	o.sim.Script(func(r simaccount.Request) *simaccount.Fault {
		if !r.Changes() {
			return nil
		}
		if seen++; seen == 1 {
			return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 524, Body: `{}`, Later: 15 * time.Second}
		}
		return &simaccount.Fault{Kind: simaccount.FaultNull, CarriedOut: true}
	})
	before := len(o.sim.Objects(simaccount.Routes))
	send := func(prefix string) reply {
		return o.send(http.MethodPost, path, `{"prefix":"`+prefix+`","nexthop":"10.213.0.1","priority":100}`)
	}
	if got := send("198.18.240.0/24"); got.status != 524 || len(o.sim.Objects(simaccount.Routes)) != before {
		t.Fatalf("status %d, or carried out at once", got.status)
	}
	if got := send("198.18.241.0/24"); !strings.Contains(string(got.raw), `"result":null`) {
		t.Fatalf("answered %s", got.raw)
	}
	if n := len(o.sim.Objects(simaccount.Routes)); n != before+1 {
		t.Fatalf("%d routes, want %d", n, before+1)
	}
	o.clock.advance(15 * time.Second)
	if n := len(o.sim.Objects(simaccount.Routes)); n != before+2 {
		t.Fatalf("%d routes, want the late one too", n)
	}
}
