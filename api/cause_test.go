package api_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/simaccount"
)

// What is not known is not said as a fact: who refused a request, and why, is told by the server's own sentence first, and our advice
// fits what came.
func TestNoWrongCauseIsSaidAsAFact(t *testing.T) {
	page := func(status int) simaccount.Fault {
		return simaccount.Fault{Kind: simaccount.FaultStatus, Status: status, ContentType: "text/html",
			Body: "<html><title>Access denied</title></html>", Header: http.Header{"Cf-Ray": {"8f00baa1-FRA"}}}
	}
	says := func(status int, body string) simaccount.Fault {
		return simaccount.Fault{Kind: simaccount.FaultStatus, Status: status, Body: body}
	}
	for name, c := range map[string]struct {
		answer simaccount.Fault
		path   string // of the base URL
		kind   api.ErrorKind
		says   []string // in this order
		never  string
	}{
		"a firewall's page": {page(403), "/client/v4", api.BadAnswer, []string{"Access denied", "Ray ID 8f00baa1-FRA",
			"firewall, proxy or portal"}, "token"},
		"a portal's page": {page(401), "/client/v4", api.BadAnswer, []string{"Access denied", "firewall, proxy or portal"}, "token"},
		"another's page":  {page(404), "/client/v4", api.BadAnswer, []string{"Access denied", "firewall, proxy or portal"}, "check the id"},
		"from another address": {says(403, refusal(`{"code":9109,"message":"Cannot use the access token from location: 203.0.113.9"}`)),
			"/client/v4",
			api.PermissionMissing, []string{"from location: 203.0.113.9", "client IP address filter"}, "not valid"},
		"not authorized for it": {says(403, refusal(`{"code":9109,"message":"Unauthorized to access requested resource"}`)), "/client/v4",
			api.PermissionMissing, []string{"Unauthorized to access", "lacks"}, "address filter"},
		"no success": {says(200, refusal(`{"code":1234,"message":"odd day"}`)), "/client/v4", api.BadAnswer,
			[]string{"odd day", "Cloudflare's support with the Ray ID"}, "proxy"},
		"quotes around the token": {says(400, refusal(
			`{"code":6003,"message":"Invalid request headers","error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]}`)),
			"/client/v4", api.Unauthenticated, []string{"Invalid format for Authorization header", "malformed", "quotes"}, "roll"},
		"a bad token": {says(401, refusal(`{"code":1000,"message":"Invalid API Token"}`)), "/client/v4", api.Unauthenticated,
			[]string{"Invalid API Token", "not valid"}, "malformed"},
		"an address without its path": {says(404, refusal(`{"code":7000,"message":"No route for that URI"}`)), "", api.NotFound,
			[]string{"No route for that URI", "CLOUDFLARE_BASE_URL does not end in /client/v4"}, "deleted"},
		"its page": {page(404), "/v4", api.BadAnswer, []string{"Access denied", "CLOUDFLARE_BASE_URL does not end in /client/v4"}, "firewall"},
		"an unknown id": {says(404, refusal(`{"code":1029,"message":"GRE tunnel not found"}`)), "/client/v4", api.NotFound,
			[]string{"GRE tunnel not found", "check the id"}, "CLOUDFLARE_BASE_URL"},
		"a document": {says(400, refusal(`{"code":1,"message":"no","documentation_url":"https://developers.cloudflare.com/x"}`)), "/client/v4",
			api.Invalid,
			[]string{"1: no (see https://developers.cloudflare.com/x)"}, "firewall"},
	} {
		t.Run(name, func(t *testing.T) {
			sim := simaccount.New(simaccount.Options{})
			sim.Script(func(simaccount.Request) *simaccount.Fault { return &c.answer })
			client, _ := serve(t, sim.ServeHTTP, func(o *api.Options) { o.BaseURL = strings.Replace(o.BaseURL, "/client/v4", c.path, 1) })
			_, err := client.In(account).GRETunnels.Get(t.Context(), "t1")
			wantKind(t, err, c.kind)
			text := err.Error()
			for rest, i := text, 0; i < len(c.says); i++ {
				_, after, ok := strings.Cut(rest, c.says[i])
				if !ok {
					t.Fatalf("%q is not said, or not there: %s", c.says[i], text)
				}
				rest = after
			}
			if strings.Contains(text, c.never) {
				t.Errorf("it says %q: %s", c.never, text)
			}
		})
	}
}

// A page of a firewall is no answer of the server that would have carried the change out.
func TestAFirewallsPageLeavesNoDoubtAboutAChange(t *testing.T) {
	client, _ := serve(t, says(403, "<html>blocked</html>"))
	err := remove(t.Context(), client.In(account).Routes, "r1")
	var e *api.Error
	if !errors.As(err, &e) || e.Kind != api.BadAnswer || e.Uncertain {
		t.Errorf("%+v", e)
	}
}
