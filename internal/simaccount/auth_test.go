package simaccount_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/simaccount"
)

func TestCredentialsAreCheckedLikeAtTheGateway(t *testing.T) {
	tests := []struct {
		name, path   string
		header       http.Header
		status, code int
		chain        float64 // code in error_chain
		short        bool    // the body has neither messages nor result
	}{
		{name: "none at all", status: 400, code: 9106},
		{name: "half a pair", header: http.Header{"X-Auth-Email": {simaccount.DefaultEmail}}, status: 400, code: 9106},
		{name: "not a bearer", header: http.Header{"Authorization": {"Basic Zm9v"}}, status: 400, code: 6003, chain: 6111},
		{name: "a token with a space", header: http.Header{"Authorization": {"Bearer a b"}}, status: 400, code: 6003, chain: 6111},
		{name: "an endless token", header: http.Header{"Authorization": {"Bearer " + strings.Repeat("x", 256)}}, status: 400, code: 6003,
			chain: 6111},
		{name: "a key with odd characters", header: http.Header{"X-Auth-Email": {"a@example.com"}, "X-Auth-Key": {"ä ö"}},
			status: 400, code: 6003, chain: 6103},
		{name: "an unknown token", header: http.Header{"Authorization": {"Bearer other"}}, status: 403, code: 10000, short: true},
		{name: "an unknown key", header: http.Header{"X-Auth-Email": {"a@example.com"}, "X-Auth-Key": {"nope"}},
			status: 403, code: 10000, short: true},
		{name: "an unknown token, verified", path: "/user/tokens/verify", header: http.Header{"Authorization": {"Bearer other"}},
			status: 401, code: 1000},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := newOperator(t)
			if o.header = test.header; o.header == nil {
				o.header = http.Header{}
			}
			path := test.path
			if path == "" {
				path = gre
			}
			r := o.get(path)
			r.refused(test.status, test.code)
			if chain, _ := r.at("errors", 0, "error_chain", 0, "code").(float64); chain != test.chain {
				t.Errorf("error_chain has %v, want %v", chain, test.chain)
			}
			body := r.json.(object)
			if _, has := body["result"]; has == test.short {
				t.Errorf("body %s, want the short form: %v", r.raw, test.short)
			}
		})
	}
}

func TestBothKindsOfCredentialWork(t *testing.T) {
	o := newOperator(t)
	o.get(gre).ok()
	o.header = http.Header{"X-Auth-Email": {simaccount.DefaultEmail}, "X-Auth-Key": {simaccount.DefaultKey}}
	o.get(gre).ok()
	var kinds []simaccount.AuthKind
	for _, r := range o.sim.Requests() {
		kinds = append(kinds, r.Auth)
		if len(r.Header.Values("Authorization"))+len(r.Header.Values("X-Auth-Key")) > 0 {
			t.Error("the request log keeps a credential")
		}
	}
	if diff := cmp.Diff([]simaccount.AuthKind{simaccount.AuthToken, simaccount.AuthKey}, kinds); diff != "" {
		t.Error(diff)
	}
}

func TestVerifyAnswersOnlyForItsKindOfToken(t *testing.T) {
	o := newOperator(t)
	r := o.get("/user/tokens/verify").ok()
	if r.at("result", "status") != "active" || r.at("messages", 0, "code") != float64(10000) {
		t.Errorf("answer %s", r.raw)
	}
	o.get(base+"/tokens/verify").refused(401, 1000)

	o.sim.GrantAccountToken("account-token", simaccount.MagicTransitRead)
	o.header.Set("Authorization", "Bearer account-token")
	o.get(base + "/tokens/verify").ok()
	o.get("/user/tokens/verify").refused(401, 1000)
	o.get("/user").refused(403, 10000)

	o.sim.SetTokenStatus("account-token", "expired")
	if got := o.get(base+"/tokens/verify").ok().at("result", "status"); got != "expired" {
		t.Errorf("status %v", got)
	}
	o.get(gre).refused(403, 10000)
	o.sim.Revoke("account-token")
	o.get(base+"/tokens/verify").refused(401, 1000)
}

func TestPermissionGroupsDecide(t *testing.T) {
	o := newOperator(t)
	o.sim.Grant("reader", simaccount.MagicTransitRead)
	o.header.Set("Authorization", "Bearer reader")
	o.get(gre).ok()
	o.get(base + "/cni/slots").ok()
	o.get(base + "/addressing/prefixes").ok()
	o.send("POST", gre, newGRE()).refused(403, 10000)
	o.get(base+"/addressing/services").refused(403, 10000)
	o.send("POST", base+"/diagnostics/traceroute", object{"targets": []string{"203.0.113.10"}}).refused(403, 10000)

	o.sim.Grant("writer", simaccount.MagicWANWrite, simaccount.PrefixesRead)
	o.header.Set("Authorization", "Bearer writer")
	o.send("POST", gre, newGRE()).ok()
	o.get(base + "/addressing/services").ok()
	o.sim.Deny("writer", simaccount.MagicWANWrite)
	o.get(gre).refused(403, 10000)
}

func TestTheAccountMustBeReachableAndOnboarded(t *testing.T) {
	o := newOperator(t)
	const other, lab = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
	o.get("/accounts/"+other+"/magic/gre_tunnels").refused(403, 9109)
	o.get("/accounts/nonsense/magic/gre_tunnels").refused(404, 7003, "perhaps your object identifier is invalid?")

	o.sim.AddAccount(lab, "Northwind Freight Lab")
	o.get("/accounts/"+lab+"/magic/gre_tunnels").refused(400, 1012, "not onboarded")
	o.get("/accounts/"+lab+"/addressing/prefixes").refused(400, 1003)
	o.get("/accounts/" + lab).ok()

	o.sim.SetOnboarded(false)
	o.get(gre).refused(400, 1012, "not onboarded")
}

func TestUnknownPathsAndMethods(t *testing.T) {
	o := newOperator(t)
	r := o.get(base + "/magic/no_such_thing")
	r.refused(404, 7003, "Could not route to /client/v4/accounts/")
	if r.at("errors", 0, "error_chain", 0, "code") != float64(7000) {
		t.Errorf("no 7000 in %s", r.raw)
	}
	o.send("PATCH", gre, object{}).refused(405, 10405)
}

func TestAccountsArePaged(t *testing.T) {
	o := newOperator(t)
	for i := range 11 {
		o.sim.AddAccount(strings.Repeat(string(rune('a'+i%6)), 31)+"0", "Subsidiary "+string(rune('A'+i)))
	}
	seen := 0
	for page, want := range map[string]int{"1": 5, "2": 5, "3": 2, "4": 0} {
		r := o.get("/accounts?per_page=5&page=" + page).ok()
		if got := len(r.list("result")); got != want {
			t.Errorf("page %s has %d accounts, want %d", page, got, want)
		}
		seen += len(r.list("result"))
		if r.at("result_info", "total_count") != float64(12) {
			t.Errorf("result_info %v", r.at("result_info"))
		}
	}
	if seen != 12 {
		t.Errorf("%d accounts over all pages, want 12", seen)
	}
	o.get("/accounts?per_page=4").refused(400, 1001, "per_page")
}

func TestEveryAnswerSaysTheBudgetAndItsRay(t *testing.T) {
	o := newOperator(t)
	for _, path := range []string{gre, "/nowhere"} {
		h := o.get(path).header
		if h.Get("Cf-Ray") == "" || !strings.HasPrefix(h.Get("Ratelimit"), `"default";r=`) ||
			h.Get("Ratelimit-Policy") != `"default";q=1200;w=300` {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func TestTheRateLimitHoldsForFiveMinutesWhenEnforced(t *testing.T) {
	o := newOperator(t)
	o.sim.EnforceRateLimit()
	for range 1200 {
		o.get("/user/tokens/verify").ok()
	}
	r := o.get("/user/tokens/verify")
	if r.status != 429 || r.header.Get("Retry-After") != "300" {
		t.Fatalf("status %d, Retry-After %q after 1,200 requests", r.status, r.header.Get("Retry-After"))
	}
	o.clock.advance(4 * time.Minute)
	if r := o.get("/user/tokens/verify"); r.status != 429 || r.header.Get("Retry-After") != "60" {
		t.Fatalf("status %d, Retry-After %q a minute before the end", r.status, r.header.Get("Retry-After"))
	}
	o.clock.advance(time.Minute)
	o.get("/user/tokens/verify").ok()
}
