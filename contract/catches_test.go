package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"flarewire/contract"
)

// good returns an exchange of an operation that has every field.
func good(t *testing.T, operation string) contract.Exchange {
	t.Helper()
	o := newOperator(t)
	story := map[string]func(*operator){"gre_tunnels": greTunnels, "routes": routes, "cnis": interconnects, "prefixes": addressing}
	resource, _, _ := strings.Cut(operation, ".")
	story[resource](o)
	best := contract.Exchange{}
	for _, e := range o.recorder.Exchanges() {
		if e.Operation == operation && len(e.Sent)+len(e.Answer) > len(best.Sent)+len(best.Answer) &&
			!strings.Contains(string(e.Sent), "4200000000") {
			best = e
		}
	}
	if best.Request == nil {
		t.Fatalf("no story has %s", operation)
	}
	return best
}

// replaced changes a body; a text that is not there is a mistake of the test.
func replaced(t *testing.T, body []byte, from, to string) []byte {
	t.Helper()
	if !strings.Contains(string(body), from) {
		t.Fatalf("%s is not in %s", from, body)
	}
	return []byte(strings.Replace(string(body), from, to, 1))
}

// TestItCatches: one mistake in one exchange is found by both documents, where it is, and no difference on purpose hides it.
func TestItCatches(t *testing.T) {
	docs := documents(t)
	for _, test := range catches {
		t.Run(test.name, func(t *testing.T) {
			e := good(t, test.operation)
			for _, d := range docs {
				if bad, _, _ := contract.Sort(d.Check(t.Context(), e), contract.Differences); len(bad) != 0 {
					t.Fatalf("%s finds something in the good exchange: %v", d.Name, bad)
				}
			}
			if test.from != "" && test.side == contract.Request {
				e.Sent = replaced(t, e.Sent, test.from, test.to)
			} else if test.from != "" {
				e.Answer = replaced(t, e.Answer, test.from, test.to)
			}
			if test.change != nil {
				test.change(&e)
			}
			for _, d := range docs {
				bad, _, _ := contract.Sort(d.Check(t.Context(), e), contract.Differences)
				if len(bad) != 1 || bad[0].Side != test.side || bad[0].Where != test.where || bad[0].Rule != test.rule {
					t.Errorf("%s: want one violation, %s %s, %s; got %v", d.Name, test.side, test.where, test.rule, bad)
				}
			}
		})
	}
}

var catches = []struct {
	name, operation string
	side            contract.Side
	from, to        string // text in the body of that side
	change          func(*contract.Exchange)
	where, rule     string
}{
	{name: "a wrong type in a request", operation: "gre_tunnels.create", side: contract.Request,
		from: `"ttl":128`, to: `"ttl":"128"`, where: "/ttl", rule: "type"},
	{name: "a missing required field in a request", operation: "routes.create", side: contract.Request,
		from: `"prefix":"10.71.0.0/16",`, to: ``, where: "/prefix", rule: "required"},
	{name: "an undeclared value in a request", operation: "gre_tunnels.create", side: contract.Request,
		from: `"rate":"high"`, to: `"rate":"turbo"`, where: "/health_check/rate", rule: "enum"},
	{name: "a misspelt field in a request", operation: "gre_tunnels.create", side: contract.Request,
		from: `"description"`, to: `"desciption"`, where: "/desciption", rule: "undeclared"},
	{name: "null in a request", operation: "routes.create", side: contract.Request,
		from: `"description":"every field"`, to: `"description":null`, where: "/description", rule: "nullable"},
	{name: "a number out of bounds in a request", operation: "gre_tunnels.create", side: contract.Request,
		from: `"customer_asn":64999`, to: `"customer_asn":-1`, where: "/bgp/customer_asn", rule: "minimum"},
	{name: "a request that is not JSON", operation: "routes.create", side: contract.Request,
		from: `{`, to: `<`, where: "body", rule: "malformed"},
	{name: "an unknown path", operation: "routes.list", side: contract.Request, where: "path", rule: "undeclared",
		change: func(e *contract.Exchange) { redirect(e, "/magic/routes", "/magic/rutes") }},
	{name: "an unknown method", operation: "routes.list", side: contract.Request, where: "path", rule: "undeclared",
		change: func(e *contract.Exchange) { e.Request.Method = http.MethodPatch }},
	{name: "an unknown query parameter", operation: "routes.list", side: contract.Request, where: "query page", rule: "undeclared",
		change: func(e *contract.Exchange) { e.Request.URL.RawQuery = "page=2" }},
	{name: "an unknown header", operation: "routes.list", side: contract.Request, where: "header x-magic-new-hc-target", rule: "undeclared",
		change: func(e *contract.Exchange) { e.Request.Header.Set("X-Magic-New-Hc-Target", "true") }},
	{name: "no credentials", operation: "routes.list", side: contract.Request, where: "security", rule: "security",
		change: func(e *contract.Exchange) { e.Request.Header.Del("Authorization") }},
	{name: "a body where none belongs", operation: "gre_tunnels.list", side: contract.Request, where: "body", rule: "malformed",
		change: func(e *contract.Exchange) { e.Sent, e.Request.ContentLength = []byte(`{}`), 2 }},

	{name: "a wrong type in an answer", operation: "gre_tunnels.create", side: contract.Answer,
		from: `"mtu":1400`, to: `"mtu":"1400"`, where: "/result/mtu", rule: "type"},
	{name: "a missing required field in an answer", operation: "gre_tunnels.list", side: contract.Answer,
		from: `"tcp_established":true,`, to: ``, where: "/result/gre_tunnels/*/bgp_status/tcp_established", rule: "required"},
	{name: "an undeclared value in an answer", operation: "gre_tunnels.list", side: contract.Answer,
		from: `"BGP_UP"`, to: `"BGP_SIDEWAYS"`, where: "/result/gre_tunnels/*/bgp_status/state", rule: "enum"},
	{name: "an undeclared field in an answer", operation: "gre_tunnels.list", side: contract.Answer,
		from: `"created_on"`, to: `"created"`, where: "/result/gre_tunnels/*/created", rule: "undeclared"},
	{name: "a time that is none in an answer", operation: "routes.list", side: contract.Answer,
		from: `Z"`, to: `"`, where: "/result/routes/*/created_on", rule: "format"},
	{name: "an answer without its envelope", operation: "routes.list", side: contract.Answer,
		from: `"success":true,`, to: ``, where: "/success", rule: "required"},
	{name: "an address that is none in an answer", operation: "cnis.get", side: contract.Answer,
		from: `"p2p_ip":"10.`, to: `"p2p_ip":"310.`, where: "/p2p_ip", rule: "format"},
	{name: "an id that is none in an answer", operation: "cnis.get", side: contract.Answer,
		from: `"id":"`, to: `"id":"x`, where: "/id", rule: "format"},
	{name: "an undeclared status", operation: "prefixes.create", side: contract.Answer, where: "status", rule: "undeclared",
		change: func(e *contract.Exchange) { e.Status = http.StatusResetContent }},
	{name: "an answer that is not JSON", operation: "routes.list", side: contract.Answer, where: "content type", rule: "undeclared",
		change: func(e *contract.Exchange) { e.Header.Set("Content-Type", "text/html") }},
}

// redirect changes the path of a request.
func redirect(e *contract.Exchange, from, to string) {
	u := *e.Request.URL
	u.Path = strings.Replace(u.Path, from, to, 1)
	e.Request.URL = &u
}
