package api_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/api"
)

// object is a tunnel as recorded in Cloudflare's documents, with fields that the schema does not name.
const recordedIPsec = `{"id":"t1","interface_address":"10.0.0.0/31","created_on":"2025-03-13T14:28:21.139535Z",
"modified_on":"2025-03-13T14:33:26.09683Z","name":"fra-1","cloudflare_endpoint":"192.0.2.1","customer_endpoint":"198.51.100.1",
"remote_identities":{"hex_id":"","fqdn_id":"","user_id":""},"psk_metadata":{"last_generated_on":"2025-03-13T14:28:47.054318Z"},
"description":"old","health_check":{"enabled":true,"target":"","type":"reply","rate":"mid","direction":"unidirectional"},"new_field":[1,
{"a":null}]}`

func body(t *testing.T, s sent) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(s.Body), &m); err != nil {
		t.Fatalf("body %q: %v", s.Body, err)
	}
	return m
}

// TestQuirks: what is peculiar to this API and concerns a client, on the wire. The numbers are those of the project's reference. Q8, Q9,
// Q13, Q15 and Q19 are the server's: TestQuirksAtTheEdge shows what a user gets of them.
func TestQuirks(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"Q1 an update sends the whole writable object":                  updateSendsEverythingWritable,
		"Q2 a GRE update sends no bgp, an IPsec update does":            updateOfBGP,
		"Q3 null is never sent, an empty text clears":                   neverNull,
		"Q4 decoder texts of the server are shown as they are":          serverDecoderText,
		"Q5 a create answers with the object or with a list":            createAnswers,
		"Q6 the health check target is a text or an object":             healthCheckTarget,
		"Q7 the direction is sent when set and left out when not":       direction,
		"Q10 a name can be changed by update":                           rename,
		"Q11 a success that says modified or deleted false is an error": notApplied,
		"Q12 absent is not false":                                       absentIsNotFalse,
		"Q14 custom remote identities are written by PUT":               remoteIdentities,
		"Q16 the routes have no delete of the collection":               noCollectionDelete,
		"Q17 CNI has no envelope and deletes with an empty body":        cniWithoutEnvelope,
		"Q18 a prefix update sends the description and nothing else":    prefixDescription,
		"Q20 a write is sent once":                                      writesOnce,
		"Q21 success:false with 200 and strange bodies are errors":      successFalse,
		"Q22 a code means different things in different services":       codesByService,
	} {
		t.Run(name, test)
	}
}

func updateSendsEverythingWritable(t *testing.T) {
	client, server := serve(t, says(200, result(`{"ipsec_tunnel":`+recordedIPsec+`,"modified":true,"modified_ipsec_tunnel":`+recordedIPsec+
		`}`)))
	tunnels := client.In(account).IPsecTunnels
	tunnel, err := tunnels.Get(t.Context(), "t1")
	if err != nil {
		t.Fatal(err)
	}
	tunnel.Description = "new"
	if _, err := update(t.Context(), tunnels, tunnel.ID, tunnel); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"name": "fra-1", "cloudflare_endpoint": "192.0.2.1", "customer_endpoint": "198.51.100.1",
		"interface_address": "10.0.0.0/31", "description": "new",
		"health_check": map[string]any{"enabled": true, "type": "reply", "rate": "mid", "direction": "unidirectional"}}
	if diff := cmp.Diff(want, body(t, server.last(t))); diff != "" {
		t.Errorf("read-only fields or the PSK were sent, or something is missing:\n%s", diff)
	}
	tunnel.PSK = api.NewSecret("typed-just-now<&>")
	if _, err := update(t.Context(), tunnels, tunnel.ID, tunnel); err != nil {
		t.Fatal(err)
	}
	if got := body(t, server.last(t))["psk"]; got != "typed-just-now<&>" {
		t.Errorf("psk sent: %v", got)
	}
}

func updateOfBGP(t *testing.T) {
	client, server := serve(t, says(200, result(`{"id":"t1"}`)))
	a, bgp := client.In(account), &api.BGP{CustomerASN: 4200000000, ExtraPrefixes: []string{}}
	_, _ = update(t.Context(), a.GRETunnels, "t1", api.GRETunnel{Name: "a", BGP: bgp})
	if _, ok := body(t, server.last(t))["bgp"]; ok {
		t.Error("a GRE update sent bgp")
	}
	_, _ = bulkUpdate(t.Context(), a.GRETunnels, []api.GRETunnel{{ID: "t1", BGP: bgp}})
	if got := server.last(t).Body; got != `{"gre_tunnels":[{"id":"t1"}]}` {
		t.Errorf("bulk: %s", got)
	}
	want := map[string]any{"customer_asn": 4200000000.0, "extra_prefixes": []any{}}
	_, _ = create(t.Context(), a.GRETunnels, api.GRETunnel{Name: "a", BGP: bgp})
	if diff := cmp.Diff(want, body(t, server.last(t))["bgp"]); diff != "" {
		t.Errorf("GRE create: %s", diff)
	}
	_, _ = update(t.Context(), a.IPsecTunnels, "t1", api.IPsecTunnel{Name: "a", BGP: bgp})
	if diff := cmp.Diff(want, body(t, server.last(t))["bgp"]); diff != "" {
		t.Errorf("IPsec update: %s", diff)
	}
}

func neverNull(t *testing.T) {
	stored := `{"id":"t1","name":"a","description":"x","interface_address6":"fd00::/127","bgp":{"customer_asn":1,"md5_key":"k"},` +
		`"health_check":{"rate":"mid","target":{"saved":"192.0.2.9","effective":"192.0.2.9"}}}`
	client, server := serve(t, says(200, result(`{"gre_tunnel":`+stored+`,"modified_gre_tunnel":`+stored+`}`)))
	tunnels := client.In(account).GRETunnels
	tunnel, err := tunnels.Get(t.Context(), "t1")
	if err != nil {
		t.Fatal(err)
	}
	tunnel.Description, tunnel.InterfaceAddress6, tunnel.HealthCheck.Target = "", "", api.HealthCheckTarget{}
	if _, err := update(t.Context(), tunnels, "t1", tunnel); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"name": "a", "description": "", "interface_address6": "",
		"health_check": map[string]any{"rate": "mid", "target": map[string]any{"saved": ""}}}
	if diff := cmp.Diff(want, body(t, server.last(t))); diff != "" {
		t.Error(diff)
	}
	for _, call := range calls(t, client) {
		if call != nil {
			_ = call(t.Context())
		}
	}
	_, _ = create(t.Context(), client.In(account).CNIs, api.CNI{BGP: &api.BGP{CustomerASN: 1}})
	for _, s := range server.requests() {
		if strings.Contains(s.Body, "null") {
			t.Errorf("%s %s sent null: %s", s.Method, s.Path, s.Body)
		}
	}
}

func serverDecoderText(t *testing.T) {
	text := `json: cannot unmarshal array into Go value of type map[string][]string`
	client, _ := serve(t, says(400, refusal(`{"code":1022,"message":"Invalid Request: `+text+`"}`)))
	_, err := create(t.Context(), client.In(account).GRETunnels, api.GRETunnel{Name: "a"})
	wantKind(t, err, api.Invalid)
	if !strings.Contains(err.Error(), "1022: Invalid Request: "+text) {
		t.Error(err)
	}
}

func createAnswers(t *testing.T) {
	for _, answer := range []string{`{"id":"t1","name":"a"}`, `{"gre_tunnels":[{"id":"t1","name":"a"}]}`} {
		client, _ := serve(t, says(200, result(answer)))
		got, err := create(t.Context(), client.In(account).GRETunnels, api.GRETunnel{Name: "a"})
		if err != nil || got.ID != "t1" || string(got.JSON()) != `{"id":"t1","name":"a"}` {
			t.Errorf("%s: %v, %v", answer, got, err)
		}
	}
	client, _ := serve(t, says(200, result(`{"gre_tunnels":[]}`)))
	_, err := create(t.Context(), client.In(account).GRETunnels, api.GRETunnel{Name: "a"})
	wantKind(t, err, api.BadAnswer)
}

func healthCheckTarget(t *testing.T) {
	for answer, want := range map[string]api.HealthCheckTarget{
		`"192.0.2.9"`: {Saved: "192.0.2.9"}, `""`: {}, `null`: {}, `{"saved":"","effective":"192.0.2.1"}`: {Effective: "192.0.2.1"},
		`{"saved":"192.0.2.9","effective":"192.0.2.9","x":1}`: {Saved: "192.0.2.9", Effective: "192.0.2.9"},
	} {
		client, server := serve(t, says(200, result(`{"gre_tunnel":{"id":"t1","health_check":{"target":`+answer+`}}}`)))
		got, err := client.In(account).GRETunnels.Get(t.Context(), "t1")
		if err != nil || got.HealthCheck.Target != want {
			t.Errorf("%s: %+v, %v", answer, got.HealthCheck, err)
		}
		if server.last(t).Header.Get("X-Magic-New-Hc-Target") != "true" {
			t.Error("the header is missing")
		}
		server.handler = says(200, result(`{"id":"t1"}`))
		_, _ = update(t.Context(), client.In(account).GRETunnels, "t1", got)
		check, _ := body(t, server.last(t))["health_check"].(map[string]any)
		sent := map[string]any{"saved": want.Saved}
		if strings.Contains(answer, `"x"`) {
			sent["x"] = 1.0 // what is not known goes back as it came
		}
		if want == (api.HealthCheckTarget{}) {
			if check["target"] != nil {
				t.Errorf("%s: a target that is not set was sent: %v", answer, check)
			}
		} else if diff := cmp.Diff(sent, check["target"]); diff != "" {
			t.Errorf("%s: sent in the wrong form:\n%s", answer, diff)
		}
	}
}

func direction(t *testing.T) {
	client, server := serve(t, says(200, result(`{"id":"t1"}`)))
	on := true
	for direction, want := range map[string]any{"bidirectional": "bidirectional", "": nil} {
		_, _ = create(t.Context(), client.In(account).GRETunnels, api.GRETunnel{Name: "a", HealthCheck: &api.HealthCheck{Enabled: &on,
			Direction: direction}})
		if got := body(t, server.last(t))["health_check"].(map[string]any)["direction"]; got != want {
			t.Errorf("direction %q sent as %v", direction, got)
		}
	}
}

func rename(t *testing.T) {
	client, server := serve(t, says(200, result(`{"modified":true,"modified_ipsec_tunnel":{"id":"t1","name":"new"}}`)))
	got, err := update(t.Context(), client.In(account).IPsecTunnels, "t1", api.IPsecTunnel{ID: "t1", Name: "new"})
	if err != nil || got.Name != "new" || server.last(t).Body != `{"name":"new"}` {
		t.Errorf("%+v, %v, sent %s", got, err, server.last(t).Body)
	}
}

func notApplied(t *testing.T) {
	client, _ := serve(t, says(200, result(`{"modified":false,"deleted":false,"modified_gre_tunnel":{"id":"t1"},"modified_gre_tunnels":[]}`)))
	tunnels := client.In(account).GRETunnels
	_, err := update(t.Context(), tunnels, "t1", api.GRETunnel{Name: "a"})
	wantKind(t, err, api.NotApplied)
	_, err = bulkUpdate(t.Context(), tunnels, []api.GRETunnel{{ID: "t1"}})
	wantKind(t, err, api.NotApplied)
	wantKind(t, remove(t.Context(), tunnels, "t1"), api.NotApplied)
	if err := remove(t.Context(), tunnels, "t1", validateOnly); err != nil {
		t.Errorf("a dry run deletes nothing, and that is right: %v", err)
	}
}

func absentIsNotFalse(t *testing.T) {
	client, _ := serve(t, says(200, result(`{"ipsec_tunnels":[{"id":"a"},{"id":"b","replay_protection":false,"bgp_status":null,`+
		`"psk_metadata":{}}]}`)))
	list, err := client.In(account).IPsecTunnels.List(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if list[0].ReplayProtection != nil || list[0].PSKMetadata != nil || list[1].BGPStatus != nil {
		t.Error("an absent value became a value")
	}
	if list[1].ReplayProtection == nil || *list[1].ReplayProtection || list[1].PSKMetadata == nil ||
		!list[1].PSKMetadata.LastGeneratedOn.IsZero() {
		t.Error("a value became absent")
	}
}

func remoteIdentities(t *testing.T) {
	client, server := serve(t, says(200, result(`{"id":"t1"}`)))
	_, _ = update(t.Context(), client.In(account).IPsecTunnels, "t1",
		api.IPsecTunnel{CustomRemoteIdentities: &api.CustomRemoteIdentities{FQDNID: "a.x.custom.ipsec.cloudflare.com"}})
	got := server.last(t)
	if got.Method != http.MethodPut || got.Path != "/accounts/"+account+"/magic/ipsec_tunnels/t1" ||
		got.Body != `{"custom_remote_identities":{"fqdn_id":"a.x.custom.ipsec.cloudflare.com"}}` {
		t.Errorf("%+v", got)
	}
}

func noCollectionDelete(t *testing.T) {
	for _, op := range api.Operations() {
		if op.Method == http.MethodDelete && !strings.HasSuffix(op.Path, "}") {
			t.Errorf("%s deletes a collection", op.Name)
		}
	}
}

func cniWithoutEnvelope(t *testing.T) {
	client, server := serve(t, says(200, ``))
	a := client.In(account)
	if err := remove(t.Context(), a.CNIs, "c1"); err != nil {
		t.Errorf("an empty answer to a delete: %v", err)
	}
	server.handler = says(200, `{"id":"c1","account":"`+account+
		`","p2p_ip":{"ip":"192.0.2.0","cidr":31},"cust_ip":"192.0.2.1/31","magic":{"conduit_name":"x","mtu":1500},"bgp":{"customer_asn":1,`+
		`"md5_key":null}}`)
	got, err := a.CNIs.Get(t.Context(), "c1")
	if err != nil || got.P2PIP != "192.0.2.0/31" || got.CustIP != "192.0.2.1/31" || got.BGP.MD5Key != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	if _, err := update(t.Context(), a.CNIs, "c1", got); err != nil {
		t.Fatal(err)
	}
	want := `{"id":"c1","account":"` + account + `","cust_ip":"192.0.2.1/31","p2p_ip":"192.0.2.0/31",` +
		`"magic":{"conduit_name":"x","description":"","mtu":1500},"bgp":{"customer_asn":1,"extra_prefixes":[]}}`
	if got := server.last(t).Body; got != want {
		t.Errorf("sent %s\nwant %s", got, want)
	}
	server.handler = says(403, `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`)
	_, err = a.CNIs.List(t.Context())
	wantKind(t, err, api.PermissionMissing)
	server.handler = says(409, ``)
	_, err = create(t.Context(), a.CNIs, api.CNI{})
	wantKind(t, err, api.Conflict)
}

func prefixDescription(t *testing.T) {
	client, server := serve(t, says(200, result(`{"id":"p1"}`)))
	on := true
	_, _ = update(t.Context(), client.In(account).Prefixes, "p1", api.Prefix{ID: "p1", CIDR: "192.0.2.0/24", Description: "new",
		Advertised: &on, OnDemandEnabled: &on})
	if got := server.last(t); got.Method != http.MethodPatch || got.Body != `{"description":"new"}` {
		t.Errorf("%s %s", got.Method, got.Body)
	}
	client, server = serve(t, says(200, result(`{"id":"b1"}`)))
	for want, call := range map[string]func(*api.AccountClient) (api.BGPPrefix, error){
		`{"on_demand":{"advertised":false}}`: func(a *api.AccountClient) (api.BGPPrefix, error) {
			return advertise(t.Context(), a, "p1", "b1", false)
		},
		`{"asn_prepend_count":0}`: func(a *api.AccountClient) (api.BGPPrefix, error) {
			return prepend(t.Context(), a, "p1", "b1", 0)
		},
		`{"auto_advertise_withdraw":true}`: func(a *api.AccountClient) (api.BGPPrefix, error) {
			return autoWithdraw(t.Context(), a, "p1", "b1", true)
		},
	} {
		if _, err := call(client.In(account)); err != nil || server.last(t).Body != want {
			t.Errorf("sent %s, want %s (%v)", server.last(t).Body, want, err)
		}
	}
	before := len(server.requests())
	_, err := changeBGPPrefix(t.Context(), client.In(account), "p1", "b1", api.BGPPrefixChange{})
	wantKind(t, err, api.Invalid)
	_, err = prepend(t.Context(), client.In(account), "p1", "b1", 4)
	wantKind(t, err, api.Invalid)
	if len(server.requests()) != before {
		t.Error("a change of nothing was sent")
	}
}

func writesOnce(t *testing.T) {
	for _, status := range []int{408, 409, 429, 500, 502, 503, 504} {
		client, server := serve(t, says(status, ""))
		for name, call := range calls(t, client) {
			for _, op := range api.Operations() {
				if op.Name == name && op.Changes {
					before := len(server.requests())
					_ = call(t.Context())
					if n := len(server.requests()) - before; n != 1 {
						t.Errorf("%d: %s was sent %d times", status, name, n)
					}
				}
			}
		}
	}
}

func successFalse(t *testing.T) {
	for name, fault := range faults() {
		client, _ := serve(t, fault)
		_, err := client.In(account).GRETunnels.List(t.Context())
		var e *api.Error
		switch {
		case name == "no key in the result" || name == "no result" || name == "wrong types": // a list without tunnels
		case !errors.As(err, &e):
			t.Errorf("%s: %v", name, err)
		case strings.ContainsAny(err.Error(), "\x1b\x00\x07\n"):
			t.Errorf("%s: control characters in %q", name, err)
		case len(err.Error()) > 700:
			t.Errorf("%s: %d bytes of text", name, len(err.Error()))
		case name == "HTML" && !strings.Contains(err.Error(), `content type "text/html; charset=UTF-8", it begins with "<!DOCTYPE html>`):
			t.Error(err)
		case name == "success:false" && !strings.Contains(err.Error(), "1234: no"):
			t.Error(err)
		}
	}
}

func codesByService(t *testing.T) {
	client, server := serve(t, nil)
	a := client.In(account)
	tunnel := func() error { _, err := a.GRETunnels.Get(t.Context(), "t1"); return err }
	prefix := func() error { _, err := a.Prefixes.Get(t.Context(), "p1"); return err }
	token := func() error { _, err := client.VerifyToken(t.Context(), ""); return err }
	remove := func() error { return remove(t.Context(), a.Prefixes, "p1") }
	for _, test := range []struct {
		call   func() error
		status int
		code   string
		want   api.ErrorKind
	}{
		{tunnel, 400, "1012", api.NotOnboarded}, {tunnel, 403, "1012", api.NotOnboarded}, {tunnel, 200, "1012", api.NotOnboarded},
		{tunnel, 403, "1025", api.CloudflareWANMissing}, {tunnel, 404, "1029", api.NotFound}, {tunnel, 400, "1029", api.NotFound},
		{tunnel, 400, "1022", api.Invalid}, {prefix, 400, "1022", api.Invalid}, {prefix, 404, "1012", api.NotFound},
		{prefix, 404, "1000", api.NotFound}, {prefix, 400, "1002", api.NotFound}, {prefix, 400, "1001", api.Invalid},
		{prefix, 404, "1003", api.NotFound}, {prefix, 400, "1003", api.Invalid},
		{token, 401, "1000", api.Unauthenticated}, {tunnel, 403, "10000", api.PermissionMissing}, {tunnel, 403, "9109", api.PermissionMissing},
		{remove, 400, "10405", api.PermissionMissing}, {remove, 400, "10000", api.PermissionMissing},
		{tunnel, 400, "6003", api.Unauthenticated}, {tunnel, 400, "9106", api.Unauthenticated},
		{tunnel, 404, "7003", api.NotFound}, {tunnel, 400, "7003", api.NotFound}, {tunnel, 409, "0", api.Conflict},
		{tunnel, 418, "0", api.Invalid}, {tunnel, 500, "0", api.ServerTrouble}, {tunnel, 200, "55555", api.BadAnswer},
	} {
		server.handler = says(test.status, refusal(`{"code":`+test.code+`,"message":"as it is"}`))
		err := test.call()
		wantKind(t, err, test.want)
		if !strings.Contains(err.Error(), "as it is") || !strings.Contains(err.Error(), "8f00baa1-FRA") {
			t.Errorf("%d %s: text or request id is lost: %v", test.status, test.code, err)
		}
	}
}

// TestTime: 0 to 9 digits of fraction; null, absent, empty and nonsense are the zero time and never lose the object.
func TestTime(t *testing.T) {
	for text, want := range map[string]time.Time{
		`"2025-06-09T19:31:40Z"`:           time.Date(2025, 6, 9, 19, 31, 40, 0, time.UTC),
		`"2025-03-13T14:33:26.09683Z"`:     time.Date(2025, 3, 13, 14, 33, 26, 96830000, time.UTC),
		`"2025-03-13T14:28:47.054317925Z"`: time.Date(2025, 3, 13, 14, 28, 47, 54317925, time.UTC),
		`"2025-03-13T14:28:47+02:00"`:      time.Date(2025, 3, 13, 12, 28, 47, 0, time.UTC),
		`null`:                             {}, `""`: {}, `"yesterday"`: {}, `12`: {}, `{}`: {}, `"2025-13-13T14:28:47Z"`: {},
	} {
		client, _ := serve(t, says(200, result(`{"routes":[{"id":"r1","created_on":`+text+`}]}`)))
		list, err := client.In(account).Routes.List(t.Context())
		if err != nil || len(list) != 1 || !list[0].CreatedOn.Equal(want) {
			t.Errorf("%s: %v, %v", text, list, err)
			continue
		}
		if back, err := json.Marshal(list[0].CreatedOn); err != nil || want.IsZero() != (string(back) == "null") {
			t.Errorf("%s is written as %s (%v)", text, back, err)
		}
	}
}
