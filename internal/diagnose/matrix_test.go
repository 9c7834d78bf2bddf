package diagnose_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// lists are the lists that a diagnosis rests on, with the key of the list in the answer; "" is the result itself, "items" an
// answer without an envelope.
var lists = map[string]string{
	"*/magic/gre_tunnels": "gre_tunnels", "*/magic/ipsec_tunnels": "ipsec_tunnels", "*/magic/routes": "routes",
	"*/magic/cf_interconnects": "interconnects",
	"*/addressing/prefixes":    "", "*/bgp/prefixes": "", "*/bindings": "", "*/cni/interconnects": "items",
}

// answers are what Cloudflare may say in place of a list.
func answers(key string) map[string]simaccount.Fault {
	says := func(list string) simaccount.Fault {
		body := `{"success":true,"errors":[],"messages":[],"result":{"` + key + `":` + list + `}}`
		switch key {
		case "":
			body = `{"success":true,"errors":[],"messages":[],"result":` + list + `}`
		case "items":
			body = `{"items":` + list + `,"next":null}`
		}
		return simaccount.Fault{Kind: simaccount.FaultStatus, Status: 200, Body: body}
	}
	empty := says("[]")
	empty.Times = 1
	missing := says("[]")
	missing.Body = strings.Replace(missing.Body, fmt.Sprintf("%q:[]", key), `"other":[]`, 1)
	if key == "" {
		missing.Body = `{"success":true,"errors":[],"messages":[]}`
	}
	return map[string]simaccount.Fault{
		"500": {Kind: simaccount.FaultStatus, Status: 500}, "403": {Kind: simaccount.FaultStatus, Status: 403}, "null": says("null"),
		"{}":      says("{}"),
		"missing": missing, "half decodable": says(
			`[7,{"name":"without an id"},{"id":"x","name":"odd","cidr":8,"interface_address":9,"prefix":7}]`), "empty once": empty,
		"endless": {Kind: simaccount.FaultStatus, Status: 200, Body: `{"items":[],"next":1}`},
	}
}

// Whatever one list says in place of its rows, nothing is found that is not found on a good day: no finding takes what was not
// read for absent. What was read before stays, and nobody is told that it is gone.
func TestNoFindingRestsOnWhatWasNotRead(t *testing.T) {
	for path, key := range lists {
		for name, fault := range answers(key) {
			if name == "endless" && key != "items" {
				continue // only these come in pages
			}
			t.Run(path+" "+name, func(t *testing.T) {
				good := found(newDesk(t).look(), nil)
				fault.Method, fault.Path = http.MethodGet, path
				for when, before := range map[string]bool{"from the start": false, "while watching": true} {
					d := newDesk(t)
					if before {
						d.look()
						d.now = d.now.Add(15 * time.Second)
					} else if name == "empty once" {
						continue // then nobody knows that it was not so before
					}
					d.sim.Fault(fault)
					s := d.watcher.ReadAll(t.Context(), nil, store.Overview()...)
					for what := range found(s, good) {
						t.Errorf("%s: %s is found", when, what)
					}
					for _, e := range s.Events {
						if e.Kind == store.Gone {
							t.Errorf("%s: %s is %s", when, e.Name, e.Kind)
						}
					}
				}
			})
		}
	}
}

// found is what the diagnosis finds about which objects, without what was found on another day. That something cannot be told is
// no finding.
func found(s *store.Snapshot, without map[string]bool) map[string]bool {
	out := map[string]bool{}
	for _, d := range diagnose.New(diagnose.From(s, s.Started)).All() {
		for _, f := range d.Findings {
			what := fmt.Sprintf("%s of %s", f.Cause, d.Subject.Name)
			if f.Likelihood > diagnose.Remark && !without[what] && d.Subject.Name != "odd" {
				out[what] = true
			}
		}
	}
	return out
}
