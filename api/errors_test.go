package api_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"flarewire/api"
)

// TestPermissionNames: who lacks a permission is told its exact name.
func TestPermissionNames(t *testing.T) {
	client, _ := serve(t, says(403, `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`))
	all := calls(t, client)
	for name, want := range map[string]string{
		"gre_tunnels.list":           "Magic Transit Read or Magic WAN Read",
		"routes.create":              "Magic Transit Write or Magic WAN Write",
		"cnis.list":                  "Magic Transit Read or Magic WAN Read",
		"prefixes.list":              "IP Prefixes: Read or IP Prefixes: BGP On Demand Read or Magic Transit Read",
		"prefixes.delete":            "Magic Transit Write",
		"bindings.list":              "IP Prefixes: Read",
		"bindings.create":            "IP Prefixes: Write",
		"bgp_prefixes.patch":         "IP Prefixes: BGP On Demand Write or IP Prefixes: Write or Magic Transit Write",
		"diagnostics.traceroute":     "Magic Transit Write",
		"graphql.query":              "Account Analytics Read",
		"ipsec_tunnels.psk_generate": "Magic Transit Write or Magic WAN Write",
	} {
		err := all[name](t.Context())
		wantKind(t, err, api.PermissionMissing)
		var e *api.Error
		if errors.As(err, &e); e.Permission != want || !strings.Contains(api.Advice(err), want) {
			t.Errorf("%s: %q\nadvice: %s", name, e.Permission, api.Advice(err))
		}
	}
}

// TestForbiddenSaysBothCauses until it is known that the credentials are good: Cloudflare answers both with 403 and 10000.
func TestForbiddenSaysBothCauses(t *testing.T) {
	forbidden := says(403, `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`)
	client, server := serve(t, forbidden)
	_, err := client.In(account).Routes.List(t.Context())
	if advice := api.Advice(err); !strings.Contains(advice, "not valid, or it lacks") {
		t.Error(advice)
	}
	server.handler = says(200, result("[]"))
	if _, err := client.Accounts(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.handler = forbidden
	_, err = client.In(account).Routes.List(t.Context())
	if advice := api.Advice(err); !strings.Contains(advice, "the token works but lacks") {
		t.Error(advice)
	}
}

// TestTheFieldIsNamed: by the API's pointer, or from its text.
func TestTheFieldIsNamed(t *testing.T) {
	client, server := serve(t, nil)
	tunnel := api.GRETunnel{Name: "a", InterfaceAddress: "10.0.0.0/31", MTU: 1, HealthCheck: &api.HealthCheck{Rate: "mid"},
		BGP: &api.BGP{CustomerASN: 1}}
	for errorsJSON, want := range map[string]string{
		`{"code":1022,"message":"bad","source":{"pointer":"/health_check/rate"}}`: "health_check.rate",
		`{"code":1022,"message":"interface_address must be a /31"}`:               "interface_address",
		`{"code":1022,"message":"invalid customer_asn for bgp"}`:                  "customer_asn",
		`{"code":1022,"message":"mtu: too small"}`:                                "mtu",
		`{"code":1022,"message":"the filename of mtus is unknown"}`:               "",
	} {
		server.handler = says(400, refusal(errorsJSON))
		_, err := create(t.Context(), client.In(account).GRETunnels, tunnel)
		wantKind(t, err, api.Invalid)
		var e *api.Error
		if errors.As(err, &e); e.Field != want {
			t.Errorf("%s: field %q, want %q", errorsJSON, e.Field, want)
		}
		if want != "" && !strings.Contains(api.Advice(err), want) {
			t.Errorf("advice: %s", api.Advice(err))
		}
	}
}

// TestEveryKindHasAdvice, one sentence, and every error says what happened with the API's words.
func TestEveryKindHasAdvice(t *testing.T) {
	for _, kind := range []api.ErrorKind{api.Unauthenticated, api.PermissionMissing, api.NotOnboarded, api.CloudflareWANMissing, api.NotFound,
		api.Invalid, api.Conflict, api.RateLimited, api.ServerTrouble, api.NetworkTrouble, api.BadAnswer, api.ReadOnly, api.NotApplied} {
		err := fmt.Errorf("while listing: %w", &api.Error{Kind: kind, Method: "GET", Path: "/x", Status: 400,
			Messages: []api.Message{{Code: 7, Text: "their words"}}, Detail: "our words"})
		if api.KindOf(err) != kind || api.Advice(err) == "" || strings.HasSuffix(api.Advice(err), ".") {
			t.Errorf("%s: %q", kind, api.Advice(err))
		}
		for _, part := range []string{"their words", "our words", "GET /x", api.Advice(err)} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s lacks %q: %v", kind, part, err)
			}
		}
	}
	if api.KindOf(io.EOF) != api.Unknown || api.Advice(io.EOF) != "" || api.KindOf(nil) != api.Unknown {
		t.Error("a foreign error has a kind")
	}
}

// TestErrorChain: the gateway hides the reason one level deeper.
func TestErrorChain(t *testing.T) {
	client, _ := serve(t, says(400, `{"success":false,"errors":[{"code":6003,"message":"Invalid request headers",`+
		`"error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]}],"messages":[],"result":null}`))
	_, err := client.In(account).Routes.List(t.Context())
	wantKind(t, err, api.Unauthenticated)
	if !strings.Contains(err.Error(), "6003: Invalid request headers (6111: Invalid format for Authorization header)") {
		t.Error(err)
	}
}

// TestErrorsOfServersAreCleaned: they may hold terminal escapes, our own token, or the key that was just sent.
func TestErrorsOfServersAreCleaned(t *testing.T) {
	client, server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		says(400, refusal(`{"code":"1022","message":"bad \u001b]0;owned\u0007 `+r.Header.Get("Authorization")+` \u202e psk-canary-1"}`))(w, r)
	})
	err := setPSK(t.Context(), client.In(account))
	wantKind(t, err, api.Invalid)
	var e *api.Error
	_ = errors.As(err, &e)
	if text := fmt.Sprintf("%v %+v %#v", err, errors.Unwrap(err), e.Messages); strings.ContainsAny(text, "\x1b\x07\u202e") ||
		strings.Contains(text, "psk-canary-1") || strings.Contains(text, canary) {
		t.Errorf("%q", text)
	}
	server.handler = func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "debug: psk-canary-1") }
	if err := setPSK(t.Context(), client.In(account)); err == nil || strings.Contains(err.Error(), "psk-canary-1") {
		t.Error("a body that is not JSON brought the key back")
	}
}

// TestExchanges: the log has what helps and nothing that is secret.
func TestExchanges(t *testing.T) {
	var log []api.Exchange
	client, _ := serve(t, says(200, result(`{"ipsec_tunnel_id":"t1","psk":"psk-canary-2"}`)),
		func(o *api.Options) { o.OnExchange = func(x api.Exchange) { log = append(log, x) } })
	psk, err := generatePSK(t.Context(), client.In(account), "t1", validateOnly)
	if err != nil || psk.Key.Reveal() != "psk-canary-2" || psk.TunnelID != "t1" {
		t.Fatal(err)
	}
	if len(log) != 1 {
		t.Fatalf("%d entries", len(log))
	}
	x := log[0]
	if x.Method != http.MethodPost || x.Status != 200 || x.RequestID != "8f00baa1-FRA" || x.Bytes == 0 || x.Attempt != 1 ||
		x.Operation != "ipsec_tunnels.psk_generate" ||
		x.Path != "/client/v4/accounts/"+account+"/magic/ipsec_tunnels/t1/psk_generate" || x.Duration <= 0 || x.Start.IsZero() {
		t.Errorf("%+v", x)
	}
	if text := fmt.Sprintf("%+v %+v", x, psk); strings.Contains(text, "canary") || strings.Contains(text, "?") {
		t.Error(text)
	}
}
