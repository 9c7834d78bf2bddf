package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"flarewire/api"
)

// fuzzed returns a client whose server answers every request with the body, and with the end of the pages after the third.
func fuzzed(t *testing.T, status int, body []byte, header ...string) *api.Client {
	n := 0
	clock := noon
	return inMemory(t, func(*http.Request) (*http.Response, error) {
		if n++; n > 6 {
			return reply(200, `{"success":true,"items":[],"result":[]}`), nil
		}
		return reply(status, string(body), header...), nil
	}, func(o *api.Options) {
		o.Now = func() time.Time { return clock }
		o.Sleep = func(_ context.Context, d time.Duration) error { clock = clock.Add(d); return nil }
	})
}

// checkError: whatever came, an error is one of ours, is short, and can be printed on a terminal.
func checkError(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var e *api.Error
	if !errors.As(err, &e) || e.Kind == api.Unknown {
		t.Fatalf("not an error of this package: %#v", err)
	}
	if text := err.Error(); len(text) > 2000 || strings.ContainsAny(text, "\x1b\x00\x07\r\n\u202e") {
		t.Fatalf("not printable: %q", text)
	}
}

// FuzzAnswers gives the body to every decoder of the package.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{"", "{}", "[]", "null", `{"success":true,"result":null}`,
		`{"success":false,"errors":[{"code":"x","message":"\u001b[2J","error_chain":[{"code":1}]}]}`,
		result(`{"gre_tunnels":[` + recordedIPsec + `],"gre_tunnel":` + recordedIPsec + `,"ipsec_tunnels":[{"psk":"x"}],"routes":[{}]}`),
		result(`[{"id":"p1","asn":null,"created_at":12}]`), `{"items":[{"p2p_ip":{"ip":"192.0.2.0","cidr":"31"}}],"next":1}`,
		`{"items":[],"next":"a"}`,
		`{"data":{"viewer":{"accounts":[{"settings":{},"` + healthSet + `":[{"avg":{"tunnelState":1}}]}]}},"errors":null}`,
		result(`[{"target":"x","colos":[{"hops":[{"nodes":[{"mean_latency_ms":1}]}]}]}]`),
		result(`{"psk":"x","successfully_applied_psks":{"a":{"psk":"y"}},"unapplied_psks":{"b":"z"}}`),
		"%PDF-1.7", "<html>\x00", `{"success":true,"result":{"gre_tunnels":[{"id":"a"},`, `{"a":"\"}],:"}`, strings.Repeat("[", 20000),
		`{"success" : true , "result" : { "x" : 1e999 } }`} {
		f.Add(200, []byte(seed))
		f.Add(403, []byte(seed))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 599 {
			status = 200 + (status&0x7fffffff)%400
		}
		for _, call := range calls(t, fuzzed(t, status, body)) {
			if call != nil {
				checkError(t, call(t.Context()))
			}
		}
		_, err := fuzzed(t, status, body).In(account).TunnelTraffic(t.Context(), noon.Add(-time.Hour), noon, api.TrafficOptions{})
		checkError(t, err)
	})
}

// FuzzObjects: an object that is JSON comes through byte for byte, and reads as encoding/json reads it.
func FuzzObjects(f *testing.F) {
	for _, seed := range []string{recordedIPsec, `{}`, `{"id":"a","id":"b"}`, `{"id":"a","mtu":"1476"}`,
		`{"id":"a","mtu":1.476e3,"MTU":null}`, `{"description":"\"}],\\","id":"\u0041"}`,
		` { "id" : "a" , "x" : [ { } , [ ] , -1.5e3 , null , true ] } `, `{"mtu":"x"}`,
		`{"interface_address":"10.0.0.0/31","bgp":{"customer_asn":4294967295,"extra_prefixes":null},` +
			`"created_on":"2025-06-09T19:31:40.750025Z"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, object []byte) {
		trimmed := bytes.TrimSpace(object)
		if !json.Valid(trimmed) || trimmed[0] != '{' {
			t.Skip()
		}
		body := append(append([]byte(`{"success":true,"result":{"gre_tunnels":[`), object...), `,{"id":"sentinel"}]}}`...)
		list, err := fuzzed(t, 200, body).In(account).GRETunnels.List(t.Context())
		var want api.GRETunnel
		wantErr := json.Unmarshal(object, &want)
		if checkError(t, err); err != nil {
			if len(list) != 1 || wantErr == nil && want.ID != "" {
				t.Fatalf("%d objects, %v, although encoding/json says %q, %v", len(list), err, want.ID, wantErr)
			}
			return
		}
		if undecoded := list[0].Undecoded(); wantErr == nil && len(undecoded) > 0 {
			t.Fatalf("undecoded %q, encoding/json says nothing", undecoded)
		} else if wantErr != nil {
			return // TestOneOddField and FuzzOddFields say what is expected then
		}
		if len(list) != 2 || list[1].ID != "sentinel" || list[0].ID != want.ID || list[0].Description != want.Description ||
			!bytes.Equal(list[0].JSON(), trimmed) {
			t.Fatalf("%d objects, first %q\nwant %q", len(list), list[0].JSON(), trimmed)
		}
		sendsNoNull(t, list[0])
	})
}

// sendsNoNull updates with what was read: the request must be JSON without null.
func sendsNoNull(t *testing.T, tunnel api.GRETunnel) {
	t.Helper()
	var sent map[string]json.RawMessage
	client := inMemory(t, func(r *http.Request) (*http.Response, error) {
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Fatalf("the update is not JSON: %v", err)
		}
		return reply(200, result(`{"id":"a"}`)), nil
	})
	if _, err := update(t.Context(), client.In(account).GRETunnels, "a", tunnel); err != nil {
		t.Fatal(err)
	}
	for key, value := range sent {
		if string(value) == "null" || key == "id" || key == "bgp" {
			t.Fatalf("sent %s: %s", key, value)
		}
	}
}

// FuzzHeaders: what the headers say about limits never stops the program for long and never breaks it.
func FuzzHeaders(f *testing.F) {
	for _, seed := range [][3]string{{"7", `"default";r=0;t=30`, "8f-FRA"}, {"Wed, 21 Oct 2026 07:28:00 GMT", `"a";r=1;t=99999999999`,
		"\x1b"}, {"-1", `;;=;r=0;t=0,,`, strings.Repeat("x", 3000)},
		{"99999999999999999999", `"x";r=0;t=4294967295`, "a\tb"}} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, retryAfter, limit, ray string) {
		for _, status := range []int{200, 429} {
			client := fuzzed(t, status, []byte(result(`{"routes":[]}`)), "Retry-After", retryAfter, "Ratelimit", limit, "Cf-Ray", ray)
			for range 3 {
				_, err := client.In(account).Routes.List(t.Context())
				checkError(t, err)
				var e *api.Error
				if errors.As(err, &e) && e.RetryAfter > time.Hour {
					t.Fatalf("a pause of %s", e.RetryAfter)
				}
			}
		}
	})
}

// FuzzPaths: no id leaves its place in the path.
func FuzzPaths(f *testing.F) {
	for _, seed := range []string{"t1", "..", "a/b", "%2e%2e", "?x", "#", "\x00", "é", ";a=b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		var got *url.URL
		client := inMemory(t, func(r *http.Request) (*http.Response, error) {
			got = r.URL
			return reply(200, result(`{"deleted":true}`)), nil
		})
		err := remove(t.Context(), client.In(account).Routes, id)
		checkError(t, err)
		if got == nil {
			return
		}
		rest, below := strings.CutPrefix(got.EscapedPath(), "/client/v4/accounts/"+account+"/magic/routes/")
		if back, err := url.PathUnescape(rest); !below || err != nil || back != id || strings.Contains(rest, "/") || got.RawQuery != "" ||
			got.Fragment != "" {
			t.Fatalf("%q became %s", id, got)
		}
	})
}
