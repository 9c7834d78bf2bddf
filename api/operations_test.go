package api_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/api"
)

// calls has one call for every operation of the package; TestEveryOperationIsCalled proves that it is complete.
func calls(t *testing.T, c *api.Client) map[string]func(context.Context) error {
	a := c.In(account)
	all := map[string]func(context.Context) error{
		"accounts.list":              func(ctx context.Context) error { _, err := c.Accounts(ctx); return err },
		"user.tokens.verify":         func(ctx context.Context) error { _, err := c.VerifyToken(ctx, ""); return err },
		"ipsec_tunnels.psk_generate": func(ctx context.Context) error { _, err := generatePSK(ctx, a, "t1"); return err },
		"ipsec_tunnels.psk":          func(ctx context.Context) error { return setPSK(ctx, a) },
		"cni_settings.get":           func(ctx context.Context) error { _, err := a.CNISettings(ctx); return err },
		"cni_settings.update":        func(ctx context.Context) error { _, err := setCNISettings(ctx, a, api.CNISettings{}); return err },
		"bgp_settings.get":           func(ctx context.Context) error { _, err := a.BGPSettings(ctx); return err },
		"cni_interconnects.status":   func(ctx context.Context) error { _, err := a.InterconnectStatus(ctx, "i1"); return err },
		"cni_interconnects.loa":      func(ctx context.Context) error { _, err := a.LetterOfAuthorization(ctx, "i1"); return err },
		"prefixes.validate":          func(ctx context.Context) error { _, err := validate(ctx, a, "p1"); return err },
		"bgp_prefixes.patch":         func(ctx context.Context) error { _, err := advertise(ctx, a, "p1", "b1", true); return err },
		"prefixes.bgp_status":        func(ctx context.Context) error { _, err := a.BGPStatus(ctx, "p1"); return err },
		"diagnostics.traceroute":     func(ctx context.Context) error { return trace(ctx, a) },
		"graphql.query":              func(ctx context.Context) error { return health(ctx, a) },
		"logs.datasets":              func(ctx context.Context) error { _, err := a.Datasets(ctx); return err },
		"logs.query":                 func(ctx context.Context) error { return queryLogs(ctx, a) },
		"audit.entries": func(ctx context.Context) error {
			_, _, err := a.Audit(ctx, time.Unix(0, 0), time.Unix(3600, 0))
			return err
		},
		"alert_policies.read":    func(ctx context.Context) error { _, err := a.AlertPolicies(ctx); return err },
		"accounts.tokens.verify": nil, // TestVerifyTokenOfAnAccount
		"user.get":               nil, // TestVerifyGlobalKey
	}
	for _, of := range collections() {
		of.call(t, all, a)
	}
	return all
}

func setPSK(ctx context.Context, a *api.AccountClient) error {
	_, err := setPSKs(ctx, a, map[string]api.Secret{"t1": api.NewSecret("psk-canary-1")})
	return err
}

func trace(ctx context.Context, a *api.AccountClient) error {
	_, err := a.Traceroute(ctx, api.TracerouteRequest{Targets: []string{"192.0.2.1"}})
	return err
}

func health(ctx context.Context, a *api.AccountClient) error {
	_, err := a.TunnelHealth(ctx, time.Unix(0, 0), time.Unix(3600, 0), api.HealthOptions{})
	return err
}

// TestEveryOperationIsCalled: each operation of the list can be sent and looks as the list says; what the list does not have is
// refused without a request.
func TestEveryOperationIsCalled(t *testing.T) {
	listed := map[string]api.Operation{}
	for _, op := range api.Operations() {
		if _, twice := listed[op.Name]; twice {
			t.Errorf("%s is listed twice", op.Name)
		}
		listed[op.Name] = op
	}
	client, server := serve(t, says(200, `{"success":true}`))
	all := calls(t, client)
	for name := range listed {
		if _, ok := all[name]; !ok {
			t.Errorf("%s is listed but this test does not call it", name)
		}
	}
	for name, call := range all {
		op, isListed := listed[name]
		if call == nil {
			continue
		}
		before := len(server.requests())
		err := call(t.Context())
		got := server.requests()[before:]
		switch {
		case !isListed:
			if len(got) != 0 || api.KindOf(err) != api.Unsupported {
				t.Errorf("%s is not in Operations: %d requests, error %v", name, len(got), err)
			}
		case len(got) == 0:
			t.Errorf("%s sent nothing: %v", name, err)
		case !op.Matches(got[0].Method, got[0].Path):
			t.Errorf("%s sent %s %s, listed is %s %s", name, got[0].Method, got[0].Path, op.Method, op.Path)
		case op.TargetHeader != (got[0].Header.Get("x-magic-new-hc-target") == "true"):
			t.Errorf("%s: x-magic-new-hc-target = %q", name, got[0].Header.Get("x-magic-new-hc-target"))
		}
	}
}

// TestEveryMethodIsKnown fails when a method is added without thinking of the read-only test and the operation list.
func TestEveryMethodIsKnown(t *testing.T) {
	want := map[string]string{
		"*api.Client": "Accounts Budget ClockAhead Host In VerifyToken Waiting",
		"*api.AccountClient": "AlertPolicies Audit BGPPrefixes BGPSettings BGPStatus Bindings BuildBGPPrefixChange BuildCNISettings " +
			"BuildGeneratePSK " +
			"BuildSetPSKs " +
			"BuildValidatePrefix CNISettings ClockAhead Collection ColoTraffic Datasets Delegations Flows InterconnectStatus " +
			"LetterOfAuthorization " +
			"QueryLogs Traceroute TunnelHealth TunnelTraffic Tunnels",
		"api.Collection[flarewire/api.Route]": "BuildBulkUpdate BuildCreate BuildDelete BuildUpdate Get List Objects Where",
		"api.Objects":                         "BuildBulkUpdate BuildCreate BuildDelete BuildUpdate Decode Get List Settable",
		"*api.Sender":                         "Client MakeReadOnly Send",
	}
	for _, v := range []any{&api.Client{}, &api.AccountClient{}, api.Collection[api.Route]{}, api.Objects{}, &api.Sender{}} {
		var names []string
		typ := reflect.TypeOf(v)
		for i := range typ.NumMethod() {
			names = append(names, typ.Method(i).Name)
		}
		if diff := cmp.Diff(want[typ.String()], strings.Join(names, " ")); diff != "" {
			t.Errorf("%s has other methods; teach calls about them:\n%s", typ, diff)
		}
	}
}

// TestReadOnlySendsNothing: with read-only, every operation that changes something ends before the network.
func TestReadOnlySendsNothing(t *testing.T) {
	t.Run("from the start", func(t *testing.T) {
		client, server := serve(t, says(200, `{"success":true}`), func(o *api.Options) { o.ReadOnly = true })
		sendsNothing(t, client, server)
	})
	t.Run("from the moment at which the account was known", func(t *testing.T) {
		client, server := serve(t, says(200, `{"success":true}`))
		r, err := client.In(account).Routes.BuildDelete("r1")
		if err != nil {
			t.Fatal(err)
		}
		api.SenderOf(r).MakeReadOnly()
		_, err = api.SenderOf(r).Send(t.Context(), r) // built before, too
		wantKind(t, err, api.ReadOnly)
		sendsNothing(t, client, server)
	})
}

func sendsNothing(t *testing.T, client *api.Client, server *recorder) {
	t.Helper()
	all := calls(t, client)
	a := client.In(account)
	all["bgp_prefixes.patch prepend"] = func(ctx context.Context) error { _, err := prepend(ctx, a, "p1", "b1", 1); return err }
	all["bgp_prefixes.patch auto"] = func(ctx context.Context) error {
		_, err := autoWithdraw(ctx, a, "p1", "b1", true)
		return err
	}
	all["gre_tunnels.delete dry run"] = func(ctx context.Context) error { return remove(ctx, a.GRETunnels, "t1", validateOnly) }
	changing, reading := 0, 0
	for _, op := range api.Operations() {
		for name, call := range all {
			if call == nil || name != op.Name && !strings.HasPrefix(name, op.Name+" ") {
				continue
			}
			before := len(server.requests())
			err := call(t.Context())
			count := len(server.requests()) - before
			if op.Changes {
				changing++
				wantKind(t, err, api.ReadOnly)
				if count != 0 {
					t.Errorf("%s: %d requests in read-only mode", name, count)
				}
				continue
			}
			reading++
			if count == 0 || api.KindOf(err) == api.ReadOnly {
				t.Errorf("%s only reads but was refused: %v", name, err)
			}
		}
	}
	t.Logf("%d changing calls sent nothing; %d reading calls went through", changing, reading)
	if changing < 35 || reading < 25 {
		t.Errorf("%d changing and %d reading calls: the table has shrunk", changing, reading)
	}
}

// TestReadOnlyBelongsToTheTransport: even a request that claims to be harmless is refused by what it is on the wire.
func TestReadOnlyBelongsToTheTransport(t *testing.T) {
	for _, op := range api.Operations() {
		reads := op.Method == http.MethodGet || op.Name == "graphql.query" || op.Name == "diagnostics.traceroute" ||
			op.Name == "logs.query"
		if op.Changes == reads {
			t.Errorf("%s %s: Changes = %v", op.Name, op.Method, op.Changes)
		}
	}
}

// TestEmptyIDIsNotSent: a delete with an empty id would be a request on the whole collection.
func TestEmptyIDIsNotSent(t *testing.T) {
	client, server := serve(t, says(200, `{"success":true}`))
	for _, id := range []string{"", ".", ".."} {
		wantKind(t, remove(t.Context(), client.In(account).Routes, id), api.Invalid)
		wantKind(t, remove(t.Context(), client.In(id).Routes, "r1"), api.Invalid)
		_, err := client.In(account).BGPPrefixes(id).List(t.Context())
		wantKind(t, err, api.Invalid)
	}
	if n := len(server.requests()); n != 0 {
		t.Fatalf("%d requests were sent", n)
	}
	_ = remove(t.Context(), client.In(account).Routes, "a/../b?x=1#y")
	if got := server.last(t).Path; got != "/accounts/"+account+"/magic/routes/a%2F..%2Fb%3Fx=1%23y" {
		t.Errorf("an id left its place in the path: %s", got)
	}
}

// TestDryRun: validate_only goes where the API states it, and elsewhere nothing is sent at all.
func TestDryRun(t *testing.T) {
	client, server := serve(t, says(200, result("null")))
	a := client.In(account)
	var names []string
	for _, op := range api.Operations() {
		if op.ValidateOnly {
			names = append(names, op.Name)
		}
	}
	slices.Sort(names)
	want := []string{"cf_interconnects.bulk_update", "cf_interconnects.update",
		"gre_tunnels.bulk_update", "gre_tunnels.create", "gre_tunnels.delete", "gre_tunnels.update",
		"ipsec_tunnels.bulk_update", "ipsec_tunnels.create", "ipsec_tunnels.delete", "ipsec_tunnels.psk", "ipsec_tunnels.psk_generate",
		"ipsec_tunnels.update", "routes.bulk_update", "routes.create", "routes.update"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	if _, err := create(t.Context(), a.GRETunnels, api.GRETunnel{Name: "a"}, validateOnly); err != nil {
		t.Errorf("a dry run without result: %v", err)
	}
	if q := server.last(t).Query; q != "validate_only=true" {
		t.Errorf("query %q", q)
	}
	if _, err := generatePSK(t.Context(), a, "t1", validateOnly); err != nil {
		t.Errorf("a dry run of psk_generate: %v", err)
	}
	before := len(server.requests())
	wantKind(t, remove(t.Context(), a.Routes, "r1", validateOnly), api.Unsupported)
	wantKind(t, remove(t.Context(), a.CNIs, "c1", validateOnly), api.Unsupported)
	if len(server.requests()) != before {
		t.Error("a dry run that does not exist was carried out")
	}
}

func ExampleOperations() {
	for _, op := range api.Operations()[:3] {
		fmt.Println(op.Name, op.Method, op.Path)
	}
	// Output:
	// accounts.list GET /accounts
	// user.tokens.verify GET /user/tokens/verify
	// accounts.tokens.verify GET /accounts/{account_id}/tokens/verify
}
