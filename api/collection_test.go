package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/api"
)

// TestTheBGPScreen: the two requests for tunnels bring everything that the screen shows about a session.
func TestTheBGPScreen(t *testing.T) {
	var both sync.WaitGroup
	both.Add(2)
	client, server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		both.Done()
		both.Wait() // neither is answered before both are there: they are asked at the same time
		if strings.HasSuffix(r.URL.Path, "gre_tunnels") {
			says(200, result(`{"gre_tunnels":[{"id":"g1","name":"fra-gre","cloudflare_gre_endpoint":"192.0.2.1",
			"customer_gre_endpoint":"198.51.100.1",
				"interface_address":"10.0.0.0/31","ttl":64,"mtu":1476,"bgp":{"customer_asn":4200000001,"extra_prefixes":["203.0.113.0/24"]},
				"bgp_status":{"state":"BGP_UP","tcp_established":true,"updated_at":"2025-06-09T19:31:40Z","bgp_state":"Established",
				"cf_speaker_ip":"10.0.0.0","cf_speaker_port":179,"customer_speaker_ip":"10.0.0.1","customer_speaker_port":50123},`+
				`"later":{"a":[1,2]}}]}`))(w, r)
			return
		}
		says(200, result(`{"ipsec_tunnels":[`+recordedIPsec+
			`,{"id":"i2","bgp_status":{"state":"BGP_RESTING","tcp_established":false,"updated_at":null}}]}`))(w, r)
	})
	lists := client.In(account).Tunnels(t.Context())
	if lists.GREErr != nil || lists.IPsecErr != nil || len(server.requests()) != 2 {
		t.Fatal(lists.GREErr, lists.IPsecErr, len(server.requests()))
	}
	gre := lists.GRE[0].Tunnel()
	if gre.Kind != api.GRE || gre.CloudflareEndpoint != "192.0.2.1" || gre.BGP.CustomerASN != 4200000001 || gre.PSK != nil || gre.MTU != 1476 {
		t.Errorf("%+v", gre)
	}
	status := *gre.BGPStatus
	status.UpdatedAt = api.Time{}
	if diff := cmp.Diff(api.BGPStatus{State: api.BGPUp, TCPEstablished: true, FSM: "Established", CFSpeakerIP: "10.0.0.0", CFSpeakerPort: 179,
		CustomerSpeakerIP: "10.0.0.1", CustomerSpeakerPort: 50123}, status); diff != "" {
		t.Error(diff)
	}
	if !strings.HasSuffix(string(gre.JSON()), `"later":{"a":[1,2]}}`) {
		t.Errorf("an unknown field is lost: %s", gre.JSON())
	}
	ipsec := lists.IPsec[0].Tunnel()
	if ipsec.Kind != api.IPsec || ipsec.PSK.LastGeneratedOn.IsZero() || string(ipsec.JSON()) != recordedIPsec {
		t.Errorf("%+v", ipsec)
	}
	if lists.IPsec[1].BGPStatus.State != "BGP_RESTING" {
		t.Error("an unknown state is lost")
	}
}

// TestOneKindFails: the other is shown all the same.
func TestOneKindFails(t *testing.T) {
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "gre_tunnels") {
			says(200, result(`{"gre_tunnels":[]}`))(w, r)
			return
		}
		says(403, refusal(`{"code":10000,"message":"Authentication error"}`))(w, r)
	})
	lists := client.In(account).Tunnels(t.Context())
	wantKind(t, lists.IPsecErr, api.PermissionMissing)
	if lists.GREErr != nil || lists.GRE == nil || len(lists.GRE) != 0 {
		t.Error(lists.GRE, lists.GREErr)
	}
}

// TestAKeyInAListIsNotKept: the API never returns it; a server that does must not bring it to the screen.
func TestAKeyInAListIsNotKept(t *testing.T) {
	client, _ := serve(t, says(200, result(`{"ipsec_tunnels":[{"id":"i1","psk":"psk-canary-3","name":"a"}]}`)))
	list, err := client.In(account).IPsecTunnels.List(t.Context())
	if err != nil || string(list[0].JSON()) != `{"id":"i1","name":"a"}` || strings.Contains(fmt.Sprintf("%+v", list), "canary") {
		t.Errorf("%s, %v", list[0].JSON(), err)
	}
}

// TestCursorPages are followed to the end; a circle is an error.
func TestCursorPages(t *testing.T) {
	circle := false
	client, server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch cursor := r.URL.Query().Get("cursor"); {
		case cursor == "":
			says(200, `{"items":[{"id":"s1"},{"id":"s2"}],"next":2}`)(w, r)
		case cursor == "2" && !circle:
			says(200, `{"items":[{"id":"s3","occupied":true,"facility":{"name":"FRA1","address":["a","b"]}}],"next":"three"}`)(w, r)
		case cursor == "2":
			says(200, `{"items":[],"next":2}`)(w, r)
		default:
			says(200, `{"items":[{"id":"s4"}],"next":null}`)(w, r)
		}
	})
	slots := client.In(account).Slots
	list, err := slots.Where("site", "FRA").List(t.Context())
	if err != nil || len(list) != 4 || !list[2].Occupied || list[2].Facility.Name != "FRA1" {
		t.Fatal(list, err)
	}
	for i, want := range []string{"site=FRA", "cursor=2&site=FRA", "cursor=three&site=FRA"} {
		if got := server.requests()[i].Query; got != want {
			t.Errorf("page %d: %s", i, got)
		}
	}
	if _, err := slots.Where("colour", "red").List(t.Context()); api.KindOf(err) != api.Unsupported {
		t.Error(err)
	}
	circle = true
	_, err = slots.List(t.Context())
	wantKind(t, err, api.BadAnswer)
	if !strings.Contains(err.Error(), "circle") || len(server.requests()) != 5 {
		t.Errorf("%v after %d requests", err, len(server.requests()))
	}
}

// TestAccountPages: all pages, also when the server gives no totals or ignores the page.
func TestAccountPages(t *testing.T) {
	for name, test := range map[string]struct{ accounts, requests int }{"none": {0, 1}, "few": {3, 1}, "exactly one page": {50, 2},
		"many": {120, 3}, "ignores the page": {50, 2}} {
		client, server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			page := 1
			_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
			if name == "ignores the page" {
				page = 1
			}
			var list []string
			for i := (page - 1) * 50; i < min(page*50, test.accounts); i++ {
				list = append(list, fmt.Sprintf(`{"id":"%032d","name":"a %d","type":"enterprise","settings":{"enforce_twofactor":true}}`, i, i))
			}
			says(200, result("["+strings.Join(list, ",")+"]"))(w, r)
		})
		got, err := client.Accounts(t.Context())
		if err != nil || len(got) != test.accounts || len(server.requests()) != test.requests {
			t.Errorf("%s: %d accounts in %d requests, %v", name, len(got), len(server.requests()), err)
		}
	}
}

// TestVerifyToken asks the user's endpoint first, except for a token that says it is an account's.
func TestVerifyToken(t *testing.T) {
	valid := `{"result":{"id":"t1","status":"active","expires_on":"2030-01-01T00:00:00Z"},"success":true,"errors":[],` +
		`"messages":[{"code":10000,"message":"This API Token is valid and active","type":null}]}`
	invalid := says(401, refusal(`{"code":1000,"message":"Invalid API Token"}`))
	user, ofAccount := "/user/tokens/verify", "/accounts/"+account+"/tokens/verify"
	for _, test := range []struct {
		token, account, accepts string
		want                    []string
		kind                    string
	}{
		{canary, account, user, []string{user}, api.UserToken},
		{canary, account, ofAccount, []string{user, ofAccount}, api.AccountToken},
		{"cfat_" + canary, account, ofAccount, []string{ofAccount}, api.AccountToken},
		{"cfat_" + canary, account, user, []string{ofAccount, user}, api.UserToken},
		{"cfat_" + canary, "", user, []string{user}, api.UserToken},
		{canary, account, "", []string{user, ofAccount}, ""},
	} {
		client, server := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.TrimPrefix(r.URL.Path, "/client/v4") == test.accepts {
				says(200, valid)(w, r)
				return
			}
			invalid(w, r)
		}, func(o *api.Options) { o.Credentials.Token = api.NewSecret(test.token) })
		status, err := client.VerifyToken(t.Context(), test.account)
		var paths []string
		for _, s := range server.requests() {
			paths = append(paths, s.Path)
		}
		if diff := cmp.Diff(test.want, paths); diff != "" || status.Kind != test.kind {
			t.Errorf("%+v: kind %q, %s", test.want, status.Kind, diff)
		}
		if test.kind == "" {
			wantKind(t, err, api.Unauthenticated)
		} else if err != nil || status.Status != "active" || status.ExpiresOn.Year() != 2030 {
			t.Errorf("%+v, %v", status, err)
		}
	}
}

// TestVerifyGlobalKey reads the user: a key has no verify endpoint.
func TestVerifyGlobalKey(t *testing.T) {
	client, server := serve(t, says(200, result(`{"id":"u1","email":"a@example.com"}`)), func(o *api.Options) {
		o.Credentials = api.Credentials{Email: "a@example.com", Key: api.NewSecret("0123456789")}
	})
	status, err := client.VerifyToken(t.Context(), account)
	if err != nil || status.Kind != api.GlobalKey || status.ID != "u1" || server.last(t).Path != "/user" {
		t.Errorf("%+v, %v", status, err)
	}
}

// TestSetPSKs: it can succeed for one tunnel and fail for the other, and both are told.
func TestSetPSKs(t *testing.T) {
	client, server := serve(t, says(200, result(
		`{"successfully_applied_psks":{"t1":{"ipsec_tunnel_id":"t1","ipsec_id":"7","psk":"psk-one",`+
			`"psk_metadata":{"last_generated_on":"2025-03-13T14:28:47.054317925Z"}}},"unapplied_psks":{"t2":"psk-two is too short"}}`)))
	got, err := setPSKs(t.Context(), client.In(account), map[string]api.Secret{"t2": api.NewSecret("psk-two"), "t1": api.NewSecret("psk-one")})
	if err != nil || got.Applied["t1"].Key.Reveal() != "psk-one" || got.Applied["t1"].IPsecID != "7" ||
		got.Unapplied["t2"] != "[redacted] is too short" {
		t.Errorf("%+v, %v", got, err)
	}
	if sent := server.last(t).Body; sent != `{"psks":[{"id":"t1","psk":"psk-one"},{"id":"t2","psk":"psk-two"}]}` {
		t.Error(sent)
	}
	for _, keys := range []map[string]api.Secret{nil, {"": api.NewSecret("x")}, {"t1": {}}} {
		_, err := setPSKs(t.Context(), client.In(account), keys)
		wantKind(t, err, api.Invalid)
	}
	if len(server.requests()) != 1 {
		t.Error("nothing to set was sent")
	}
}

// TestInterconnects: status, settings, letter, and a partner interconnect with its pairing key.
func TestInterconnects(t *testing.T) {
	client, server := serve(t, says(200, `{"state":"Down","reason":"no light"}`))
	a := client.In(account)
	if got, err := a.InterconnectStatus(t.Context(), "my icon/1"); err != nil || got.State != "Down" || got.Reason != "no light" ||
		!strings.HasSuffix(server.last(t).Path, "/cni/interconnects/my%20icon%2F1/status") {
		t.Error(got, err, server.last(t).Path)
	}
	server.handler = says(200, `{"default_asn":65000}`)
	settings, err := a.CNISettings(t.Context())
	if err != nil || *settings.DefaultASN != 65000 {
		t.Error(settings, err)
	}
	if _, err := setCNISettings(t.Context(), a, settings); err != nil || server.last(t).Body != `{"default_asn":65000}` {
		t.Error(err, server.last(t).Body)
	}
	_, err = create(t.Context(), a.Interconnects, api.Interconnect{Type: "gcp", Bandwidth: "1G", PairingKey: api.NewSecret("pair-me")})
	if sent := server.last(t).Body; err != nil || sent != `{"account":"`+account+`","type":"gcp","bandwidth":"1G","pairing_key":"pair-me"}` {
		t.Error(err, sent)
	}
	server.handler = func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("%PDF-1.7\n\x00")) }
	if pdf, err := a.LetterOfAuthorization(t.Context(), "i1"); err != nil || !strings.HasPrefix(string(pdf), "%PDF") ||
		server.last(t).Header.Get("Accept") != "application/pdf" {
		t.Error(pdf, err)
	}
	server.handler = says(200, `{"success":false,"errors":[{"code":1012,"message":"not onboarded"}]}`)
	_, err = a.LetterOfAuthorization(t.Context(), "i1")
	wantKind(t, err, api.NotOnboarded)
}

// TestBulkUpdate sends every object with its id, and refuses what would change the wrong thing.
func TestBulkUpdate(t *testing.T) {
	client, server := serve(t, says(200, result(`{"modified":true,"modified_routes":[{"id":"r1","priority":0}]}`)))
	routes := client.In(account).Routes
	got, err := bulkUpdate(t.Context(), routes, []api.Route{{ID: "r1", Prefix: "192.0.2.0/24", Nexthop: "10.0.0.1", Priority: 0,
		Scope: &api.RouteScope{ColoNames: []string{"FRA"}}}})
	want := `{"routes":[{"id":"r1","prefix":"192.0.2.0/24","nexthop":"10.0.0.1","priority":0,"scope":{"colo_names":["FRA"]}}]}`
	if err != nil || len(got) != 1 || server.last(t).Body != want {
		t.Error(got, err, server.last(t).Body)
	}
	for _, list := range [][]api.Route{nil, {{Prefix: "192.0.2.0/24"}}} {
		_, err := bulkUpdate(t.Context(), routes, list)
		wantKind(t, err, api.Invalid)
	}
	if len(server.requests()) != 1 {
		t.Error("an update without id was sent")
	}
}

// TestAddressing: nulls, the answers 201 and 202, and a delete without result.
func TestAddressing(t *testing.T) {
	client, server := serve(t, says(200, result(
		`[{"id":"p1","cidr":"192.0.2.0/24","asn":null,"advertised":null,"advertised_modified_at":null,"approved":"V","loa_document_id":null,`+
			`"description":null}]`)))
	a := client.In(account)
	list, err := a.Prefixes.List(t.Context())
	if err != nil || len(list) != 1 || list[0].ASN != nil || list[0].Advertised != nil || list[0].Approved != "V" {
		t.Error(list, err)
	}
	server.handler = says(201, result(`{"id":"b1","cidr":"192.0.2.0/24","provisioning":{"state":"provisioning"}}`))
	binding, err := create(t.Context(), a.Bindings("p1"), api.Binding{CIDR: "192.0.2.0/24", ServiceID: "s1", ServiceName: "read-only"})
	if err != nil || binding.Provisioning.State != "provisioning" || server.last(t).Body != `{"cidr":"192.0.2.0/24","service_id":"s1"}` {
		t.Error(binding, err, server.last(t).Body)
	}
	server.handler = says(202, `{"success":true,"errors":[],"messages":[]}`)
	if _, err := validate(t.Context(), a, "p1"); err != nil {
		t.Error(err)
	}
	server.handler = says(200, `{"success":true,"errors":[],"messages":[]}`)
	if err := remove(t.Context(), a.Bindings("p1"), "b1"); err != nil {
		t.Error(err)
	}
	server.handler = says(200, result(`{"advertised":true,"advertised_modified_at":"2025-06-09T19:31:40Z"}`))
	if status, err := a.BGPStatus(t.Context(), "p1"); err != nil || !*status.Advertised || status.AdvertisedModifiedAt.Year() != 2025 {
		t.Error(status, err)
	}
}

// TestWrongShapes name the place and never quote the content, which may be a key.
func TestWrongShapes(t *testing.T) {
	client, server := serve(t, nil)
	for body, want := range map[string]string{
		`{"gre_tunnels":{"id":"psk-canary"}}`:           "where the list of gre tunnels should be is a JSON object",
		`{"gre_tunnels":[{"id":"a"},"psk-canary"]}`:     "1 of 2 in the list of gre tunnels could not be read: number 2 is a JSON string",
		`{"gre_tunnels":[{"name":"b","mtu":7}]}`:        `1 of 1 in the list of gre tunnels could not be read: number 1 ("b") has no usable id`,
		`{"gre_tunnels":[{"id":64512.5,"mtu":"1400"}]}`: `number 1 cannot be decoded at "id"`,
		`{"gre_tunnels":[{"id":64512.5,"mtu":1400}]}`:   "number 1 has no usable id",
		`[{"id":"psk-canary"}]`:                         "the answer has no list of gre tunnels",
	} {
		server.handler = says(200, result(body))
		_, err := client.In(account).GRETunnels.List(t.Context())
		wantKind(t, err, api.BadAnswer)
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", body, err)
		}
		var e *api.Error
		if !errors.As(err, &e) || e.RequestID == "" {
			t.Errorf("no request id: %v", err)
		}
	}
}

// TestObjectsMarshal: what is written of an object is what was read of it, so it can be stored and compared.
func TestObjectsMarshal(t *testing.T) {
	client, _ := serve(t, says(200, result(`{"route":{"id":"r1","prefix":"192.0.2.0/24","nexthop":"10.0.0.1","priority":100,`+
		`"created_on":"2025-06-09T19:31:40.750025Z"}}`)))
	route, err := client.In(account).Routes.Get(t.Context(), "r1")
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(route)
	if want := `{"id":"r1","prefix":"192.0.2.0/24","nexthop":"10.0.0.1","priority":100,` +
		`"created_on":"2025-06-09T19:31:40.750025Z"}`; err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}
