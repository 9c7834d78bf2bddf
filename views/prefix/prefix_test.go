package prefix_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// crowd gives the account n further prefixes with a BGP prefix each.
func crowd(n int) func(*simaccount.Server) {
	return func(e *simaccount.Server) {
		for i := range n {
			cidr := fmt.Sprintf("198.19.%d.0/24", i)
			id := e.Insert(simaccount.Prefixes, simaccount.Object{"cidr": cidr, "asn": int64(13335), "approved": "V", "description": ""})
			e.InsertBelow(simaccount.BGPPrefixes, id, bgp(cidr, true))
		}
	}
}

func bgp(cidr string, advertised any) simaccount.Object {
	return simaccount.Object{"cidr": cidr, "asn": int64(13335), "asn_prepend_count": int64(0), "auto_advertise_withdraw": false,
		"bgp_signal_opts": simaccount.Object{"enabled": false},
		"on_demand":       simaccount.Object{"advertised": advertised, "on_demand_enabled": true, "on_demand_locked": false}}
}

// idOf is the id of the account's prefix with this CIDR.
func idOf(t *testing.T, e *simaccount.Server, cidr string) string {
	t.Helper()
	o, ok := e.Object(simaccount.Prefixes, cidr)
	if !ok {
		t.Fatalf("the account has no prefix %s", cidr)
	}
	return o["id"].(string)
}

// Somebody with many prefixes opens the list: what lies below them is read in rounds, and until then the list says so.
func TestTheListReadsWhatLiesBelowManyPrefixesInRounds(t *testing.T) {
	sit(t, crowd(60), func(p *person) {
		p.wait(4 * time.Second)
		if n := p.asked("/bgp/prefixes") + p.asked("/bindings"); n == 0 || n > 20 {
			t.Errorf("%d lists below prefixes were asked for in five seconds, want 20 at most", n)
		}
		p.sees("(old): deprecated field")
		p.wait(15 * time.Minute) // some sessions of this account never come up: the tunnels take more of the share at first
		if n := p.asked("/bgp/prefixes") + p.asked("/bindings"); n > 20+15*24 {
			t.Errorf("%d lists below prefixes were asked for in fifteen minutes", n)
		}
		if strings.Contains(p.screen(), "(old)") {
			t.Errorf("some were never read:\n%s", p.screen())
		}
	})
}

// What the list says of the advertisement, for everything that the API can say.
func TestAdvertisedIsWhatTheBGPPrefixesSay(t *testing.T) {
	for name, c := range map[string]struct {
		parts []any // of the BGP prefixes: true, false, nil
		field any   // the deprecated field
		want  string
	}{
		"all advertised":                {[]any{true, true}, false, "● Yes"},
		"all withdrawn":                 {[]any{false, false}, true, "✗ No"},
		"some":                          {[]any{true, false}, true, "◐ Partial"},
		"one advertised, one unknown":   {[]any{true, nil}, true, "◐ Partial"},
		"one withdrawn, one unknown":    {[]any{false, nil}, true, "? Unknown"},
		"on demand is off":              {[]any{nil}, true, "? Unknown"},
		"no BGP prefix and no field":    {nil, nil, "? Unknown"},
		"no BGP prefix, the field yes":  {nil, true, "● Yes (old)"},
		"no BGP prefix, the field's no": {nil, false, "✗ No (old)"},
	} {
		t.Run(name, func(t *testing.T) {
			sit(t, func(e *simaccount.Server) {
				id := e.Insert(simaccount.Prefixes, simaccount.Object{"cidr": "198.19.0.0/22", "approved": "V"})
				for i, on := range c.parts {
					e.InsertBelow(simaccount.BGPPrefixes, id, bgp(fmt.Sprintf("198.19.%d.0/24", i), on))
				}
				// The simulation works the deprecated field out of the BGP prefixes; here it says what it wants.
				e.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Method: http.MethodGet, Path: "*/addressing/prefixes", Status: 200,
					Body: fmt.Sprintf(`{"success":true,"errors":[],"messages":[],"result":[{"id":%q,"cidr":"198.19.0.0/22","approved":"V",`+
						`"advertised":%s}]}`, id, text(c.field))})
			}, func(p *person) {
				p.wait(time.Second)
				if row := p.rowOf("198.19.0.0/22"); !strings.Contains(row+" ", c.want+" ") {
					t.Errorf("the list says %q, want %q in it", row, c.want)
				}
			})
		})
	}
}

func text(v any) string {
	if v == nil {
		return "null"
	}
	return fmt.Sprint(v)
}

// A list that cannot be read is not "none": the deprecated field has to do, and the page says what is missing.
func TestWhatCannotBeReadIsSaidAndNotTakenForNone(t *testing.T) {
	sit(t, func(e *simaccount.Server) {
		for _, path := range []string{"*/bgp/prefixes", "*/delegations"} {
			e.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Method: http.MethodGet, Path: path, Status: 403,
				Body: `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`})
		}
	}, func(p *person) {
		p.goTo("198.18.10.0/24")
		if row := p.rowOf("198.18.10.0/24"); !strings.Contains(row, "● Yes (old)") {
			t.Errorf("the list says %q", row)
		}
		p.press("enter")
		p.sees("from the prefix's deprecated field", "The BGP prefixes could not be read. Cloudflare answered 403",
			"The delegations could not be read",
			"All BGP prefixes not read yet", "Not everything could be read", "Magic Transit", "All bindings 2")
		p.press("A")
		p.sees("its BGP prefixes are not read yet")
	})
}

// Keys that cannot act stay, say why, and send nothing.
func TestKeysThatCannotActSayWhy(t *testing.T) {
	sit(t, func(e *simaccount.Server) {
		id := idOf(t, e, "198.18.11.0/24")
		e.InsertBelow(simaccount.BGPPrefixes, id, bgp("198.18.11.0/25", false))
	}, func(p *person) {
		for _, c := range []struct{ cidr, key, why string }{
			{"198.18.10.0/24", "A", "it is advertised already"},
			{"198.18.20.0/24", "W", "it is withdrawn already"},
			{"198.18.30.0/24", "W", "the prefix is locked"},
			{"198.18.40.0/24", "A", "has not approved the prefix yet"},
			{"2001:db8:40::/48", "W", "your BGP session controls this prefix"},
			{"198.18.11.0/24", "W", "it has 2 BGP prefixes: choose the one you mean"},
			{"198.18.10.0/24", "D", "only prefixes that are not approved yet can be deleted"},
		} {
			p.goTo(c.cidr).press(c.key)
			p.sees(c.why)
			p.wait(6 * time.Second) // until the sentence is gone
		}
		p.goTo("198.18.10.0/24").press("1", "D")
		p.sees("withdraw it first")
		if w := p.writes(); len(w) > 0 {
			t.Errorf("something was sent: %s %s", w[0].Method, w[0].Path)
		}
	})
}

// An operator flips a prefix and at once wants it back: flarewire advises to wait, and does it when told again.
func TestTheCoolDownIsAdviceThatCanBeOverridden(t *testing.T) {
	sit(t, nil, func(p *person) {
		p.goTo("198.18.20.0/24").press("A")
		p.sees("Safe order: clamp the MSS first", "2 to 7 minutes")
		p.press("enter").types("198.18.20.0/24").press("enter")
		p.wait(10 * time.Second)
		p.press("enter", "1", "enter")
		p.sees("● Advertised", "let it settle for 14m more")
		p.press("W")
		p.sees("flarewire's own advice is to wait", "2 to 15 minutes", "announce the prefix with the same length from your own provider")
		p.press("enter")
		p.sees("Type 198.18.20.0/24 to confirm", "! The advertisement changed")
		p.types("198.18.20.0").press("enter")
		if n := len(p.writes()); n != 1 {
			t.Fatalf("%d changes were sent; half the name must not be enough", n)
		}
		p.types("/24").press("enter")
		p.wait(10 * time.Second)
		if n := len(p.writes()); n != 2 {
			t.Fatalf("%d changes were sent, want both", n)
		}
		if body := string(p.writes()[1].Body); body != `{"on_demand":{"advertised":false}}` {
			t.Errorf("the withdrawal sent %s", body)
		}
	})
}

// Provisioning takes hours and the API names no time, so the page says for how long it was seen so.
func TestABindingSaysForHowLongItsStateWasSeen(t *testing.T) {
	sit(t, nil, func(p *person) {
		p.goTo("198.18.11.0/24").press("enter")
		p.wait(4 * time.Minute)
		p.sees("provisioning for at least 4m; takes 4 to 6 hours", "Being provisioned: 198.18.11.64/27")
		p.wait(4 * time.Hour) // the seed made it 2 hours ago, and it takes 5
		p.sees("198.18.11.64/27 Spectrum › active")
	})
}

// A change of the description sends the description alone, and reads the advertisement again.
func TestTheDescriptionGoesAlone(t *testing.T) {
	sit(t, nil, func(p *person) {
		p.goTo("198.18.10.0/24").press("e")
		p.sees("198.18.10.0/24 (read-only)")
		p.types(" and returns").press("ctrl+s")
		p.ForgetRequests()
		p.press("enter")
		p.wait(5 * time.Second)
		p.sees("done")
		w := p.writes()
		if len(w) != 1 || string(w[0].Body) != `{"description":"Shop and tracking and returns"}` {
			t.Fatalf("sent %+v", w)
		}
		if p.asked("/bgp/prefixes") == 0 {
			t.Error("the advertisement was not read again")
		}
	})
}

// The rules of service bindings stand at the field while one types.
func TestTheFormOfABindingKnowsTheRules(t *testing.T) {
	sit(t, func(e *simaccount.Server) {
		id := e.Insert(simaccount.Prefixes, simaccount.Object{"cidr": "198.19.0.0/24", "approved": "V"})
		e.InsertBelow(simaccount.BGPPrefixes, id, bgp("198.19.0.0/24", true))
	}, func(p *person) {
		p.goTo("198.19.0.0/24").press("enter")
		p.sees("No service binding covers the whole prefix")
		p.press("2", "n")
		p.sees("198.19.0.0/24", "Magic Transit", "Takes 4 to 6 hours")
		p.press("ctrl+u").types("198.19.0.0/28")
		p.sees("The first binding must be the whole prefix")
		p.press("esc").press("left", "enter", "esc", "esc", "g").goTo("198.18.10.0/24").press("2", "n")
		p.types("198.18.10.0/28")
		p.press("tab", "down")
		p.sees("Magic Transit can only be the first binding")
	})
}

// Routes and prefixes lead to each other.
func TestAPrefixLeadsToItsRoutesAndBack(t *testing.T) {
	sit(t, nil, func(p *person) {
		p.goTo("198.18.20.0/24").press("enter")
		p.sees("Static routes for these addresses", "10.213.0.9 ›")
		for range 40 {
			if strings.Contains(strings.Join(strings.Fields(p.screen()), " "), "▌ 198.18.20.0/24 10.213.0.9") {
				break
			}
			p.press("j")
		}
		p.press("enter")
		p.sees("Route", "BYOIP prefix 198.18.20.0/24 ✗ Not advertised › Ashburn services")
	})
}
