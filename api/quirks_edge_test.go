package api_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/api"
	"flarewire/internal/simaccount"
)

// edge is an account with a clock that only the test moves. The account and this package were written apart from each other, from the
// same documents: what they agree on was not misread in one of them alone.
type edge struct {
	*api.AccountClient
	*simaccount.Server
	t      *testing.T
	client *api.Client
	now    time.Time
}

func newEdge(t *testing.T) *edge {
	t.Helper()
	e := &edge{t: t, now: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)}
	e.Server = simaccount.New(simaccount.Options{Token: canary, Account: account, Now: func() time.Time { return e.now }})
	var slept atomic.Int64
	e.client = inMemory(t, e.RoundTripper().RoundTrip, func(o *api.Options) {
		o.Now = func() time.Time { return e.now.Add(time.Duration(slept.Load())) }
		o.Sleep = func(_ context.Context, d time.Duration) error { slept.Add(int64(d)); return nil }
		o.BodyLimit = hugeAnswer / 2
	})
	e.AccountClient = e.client.In(account)
	return e
}

// TestQuirksAtTheEdge: what a user gets of each quirk of the API that shows in a client, from the call to the stored object.
// TestQuirks looks at the wire instead; Q4, Q5 and Q16 are there only, because this account does not provoke them.
func TestQuirksAtTheEdge(t *testing.T) {
	for name, test := range map[string]func(*testing.T, *edge){
		"Q1 an update of one field leaves the others":              edgeUpdateMerges,
		"Q2 bgp is changed by update for IPsec only":               edgeBGPByUpdate,
		"Q3 an empty description clears it":                        edgeClears,
		"Q6 the target of the health check comes back as saved":    edgeTarget,
		"Q7 the direction is the server's when not given":          edgeDirection,
		"Q8 without health checks a tunnel counts as down":         edgeDisabledCheck,
		"Q9 only one part of the link-local addresses is accepted": edgeLinkLocal,
		"Q10 tunnels of both kinds can be renamed":                 edgeRename,
		"Q11 a deleted tunnel is still there for a while":          edgeSlowDelete,
		"Q12 what the server leaves out is not false":              edgeAbsent,
		"Q13 automatic return routing needs a flag of the account": edgeReturnRouting,
		"Q14 a remote identity is set by update":                   edgeRemoteIdentity,
		"Q15 the state of the session comes with the tunnel":       edgeSession,
		"Q17 all pages of CNI, and a delete that answers nothing":  edgeCNI,
		"Q18 a new description leaves the advertisement":           edgeDescription,
		"Q19 a locked prefix cannot be withdrawn":                  edgeLocked,
		"Q20 a key is generated once, whatever happens":            edgeOneKey,
		"Q21 no fault of a list is taken for an empty list":        edgeFaults,
		"Q22 code 1000 is a token here and a prefix there":         edgeCodes,
	} {
		t.Run(name, func(t *testing.T) { test(t, newEdge(t)) })
	}
}

// firstOf returns the first object of a list.
func firstOf[T any](t *testing.T, c api.Collection[T]) T {
	t.Helper()
	list, err := c.List(t.Context())
	if err != nil || len(list) == 0 {
		t.Fatalf("%d objects, %v", len(list), err)
	}
	return list[0]
}

// stored is an object as the account has it.
func (e *edge) stored(kind simaccount.Resource, id string) simaccount.Object {
	e.t.Helper()
	o, ok := e.Object(kind, id)
	if !ok {
		e.t.Fatalf("no %s %s", kind, id)
	}
	return o
}

func edgeUpdateMerges(t *testing.T, e *edge) {
	tunnel := firstOf(t, e.GRETunnels)
	before := e.stored(simaccount.GRETunnels, tunnel.ID)
	if _, err := update(t.Context(), e.GRETunnels, tunnel.ID, api.GRETunnel{Description: "only this"}); err != nil {
		t.Fatal(err)
	}
	tunnel.Description = "the whole object"
	if _, err := update(t.Context(), e.GRETunnels, tunnel.ID, tunnel); err != nil {
		t.Fatal(err)
	}
	after := e.stored(simaccount.GRETunnels, tunnel.ID)
	if after["description"] != "the whole object" {
		t.Errorf("the description is %v", after["description"])
	}
	for _, o := range []simaccount.Object{before, after} {
		delete(o, "description")
		delete(o, "modified_on")
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("other fields changed:\n%s", diff)
	}
}

func edgeBGPByUpdate(t *testing.T, e *edge) {
	bgp := &api.BGP{CustomerASN: 64999}
	gre, ipsec := firstOf(t, e.GRETunnels), firstOf(t, e.IPsecTunnels)
	gre.BGP, ipsec.BGP = bgp, bgp
	gotGRE, err := update(t.Context(), e.GRETunnels, gre.ID, gre)
	if err != nil || gotGRE.BGP == nil || gotGRE.BGP.CustomerASN == 64999 {
		t.Errorf("GRE: %+v, %v", gotGRE.BGP, err)
	}
	gotIPsec, err := update(t.Context(), e.IPsecTunnels, ipsec.ID, ipsec)
	if err != nil || gotIPsec.BGP == nil || gotIPsec.BGP.CustomerASN != 64999 {
		t.Errorf("IPsec: %+v, %v", gotIPsec.BGP, err)
	}
}

func edgeClears(t *testing.T, e *edge) {
	route, tunnel := firstOf(t, e.Routes), firstOf(t, e.IPsecTunnels)
	route.Description, tunnel.Description = "", ""
	gotRoute, err := update(t.Context(), e.Routes, route.ID, route)
	if err != nil || gotRoute.Description != "" {
		t.Errorf("route: %q, %v", gotRoute.Description, err)
	}
	gotTunnel, err := update(t.Context(), e.IPsecTunnels, tunnel.ID, tunnel)
	if err != nil || gotTunnel.Description != "" {
		t.Errorf("tunnel: %q, %v", gotTunnel.Description, err)
	}
}

func edgeTarget(t *testing.T, e *edge) {
	tunnel := firstOf(t, e.GRETunnels)
	for _, saved := range []string{"203.0.113.250", ""} {
		tunnel.HealthCheck.Target.Saved = saved
		got, err := update(t.Context(), e.GRETunnels, tunnel.ID, tunnel)
		if err != nil || got.HealthCheck.Target.Saved != saved {
			t.Fatalf("want %q: %+v, %v", saved, got.HealthCheck, err)
		}
		want := saved
		if saved == "" {
			want = tunnel.CustomerGREEndpoint
		}
		if got.HealthCheck.Target.Effective != want {
			t.Errorf("effective with %q: %+v", saved, got.HealthCheck.Target)
		}
		tunnel = got
	}
}

func newGRE() api.GRETunnel {
	return api.GRETunnel{Name: "ber-br1-gre", CustomerGREEndpoint: "203.0.113.200", CloudflareGREEndpoint: "192.0.2.11",
		InterfaceAddress: "10.99.0.0/31"}
}

func edgeDirection(t *testing.T, e *edge) {
	got, err := create(t.Context(), e.GRETunnels, newGRE())
	if err != nil || got.HealthCheck == nil || got.HealthCheck.Direction != "unidirectional" {
		t.Fatalf("%+v, %v", got.HealthCheck, err)
	}
	got.HealthCheck.Direction = "bidirectional"
	got, err = update(t.Context(), e.GRETunnels, got.ID, got)
	if err != nil || got.HealthCheck.Direction != "bidirectional" {
		t.Errorf("%+v, %v", got.HealthCheck, err)
	}
}

func edgeDisabledCheck(t *testing.T, e *edge) {
	off := "gru-br1-gre" // up, but its health checks are switched off
	report, err := e.TunnelHealth(t.Context(), e.now.Add(-time.Hour), e.now, api.HealthOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range report.Samples {
		if s.TunnelName == off {
			if s.State == nil || *s.State != 0 {
				t.Errorf("health of %s: %v", off, s.State)
			}
			return
		}
	}
	t.Errorf("%s is not in the report", off)
}

func edgeLinkLocal(t *testing.T, e *edge) {
	for address, fine := range map[string]bool{"169.254.240.0/31": true, "169.254.10.0/31": false, "10.99.0.0/30": false} {
		tunnel := newGRE()
		tunnel.InterfaceAddress = address
		_, err := create(t.Context(), e.GRETunnels, tunnel, validateOnly)
		if fine != (err == nil) {
			t.Errorf("%s: %v", address, err)
		}
		if !fine {
			wantKind(t, err, api.Invalid)
		}
	}
}

func edgeRename(t *testing.T, e *edge) {
	gre, ipsec := firstOf(t, e.GRETunnels), firstOf(t, e.IPsecTunnels)
	gre.Name, ipsec.Name = "renamed-gre", "renamed-ipsec"
	gotGRE, err := update(t.Context(), e.GRETunnels, gre.ID, gre)
	if err != nil || gotGRE.Name != "renamed-gre" || gotGRE.ID != gre.ID {
		t.Errorf("%+v, %v", gotGRE, err)
	}
	gotIPsec, err := update(t.Context(), e.IPsecTunnels, ipsec.ID, ipsec)
	if err != nil || gotIPsec.Name != "renamed-ipsec" || gotIPsec.ID != ipsec.ID {
		t.Errorf("%+v, %v", gotIPsec, err)
	}
}

func edgeSlowDelete(t *testing.T, e *edge) {
	tunnel, err := create(t.Context(), e.GRETunnels, newGRE())
	if err != nil {
		t.Fatal(err)
	}
	if err := remove(t.Context(), e.GRETunnels, tunnel.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := e.GRETunnels.Get(t.Context(), tunnel.ID); err != nil {
		t.Errorf("at once: %v", err)
	}
	e.now = e.now.Add(5 * time.Second)
	_, err = e.GRETunnels.Get(t.Context(), tunnel.ID)
	wantKind(t, err, api.NotFound)
}

func edgeAbsent(t *testing.T, e *edge) {
	got, err := create(t.Context(), e.IPsecTunnels, api.IPsecTunnel{Name: "ber-br1-ipsec", CloudflareEndpoint: "192.0.2.11",
		InterfaceAddress: "10.99.0.2/31"})
	if err != nil {
		t.Fatal(err)
	}
	if got.ReplayProtection != nil || got.AutomaticReturnRouting != nil || got.BGP != nil || got.BGPStatus != nil {
		t.Errorf("what was never set has a value: %+v", got)
	}
	if got.PSKMetadata == nil || !got.PSKMetadata.LastGeneratedOn.IsZero() {
		t.Errorf("a tunnel without a key: %+v", got.PSKMetadata)
	}
}

func edgeReturnRouting(t *testing.T, e *edge) {
	on := true
	tunnel := newGRE()
	tunnel.AutomaticReturnRouting = &on
	e.SetAutomaticReturnRouting(false)
	_, err := create(t.Context(), e.GRETunnels, tunnel)
	wantKind(t, err, api.Invalid)
	if !strings.Contains(err.Error(), "coupler_integration") {
		t.Errorf("the reason is lost: %v", err)
	}
	e.SetAutomaticReturnRouting(true)
	if got, err := create(t.Context(), e.GRETunnels, tunnel); err != nil || got.AutomaticReturnRouting == nil || !*got.AutomaticReturnRouting {
		t.Errorf("%+v, %v", got, err)
	}
}

func edgeRemoteIdentity(t *testing.T, e *edge) {
	tunnel := firstOf(t, e.IPsecTunnels)
	name := "ber." + account + ".custom.ipsec.cloudflare.com"
	tunnel.CustomRemoteIdentities = &api.CustomRemoteIdentities{FQDNID: name}
	got, err := update(t.Context(), e.IPsecTunnels, tunnel.ID, tunnel)
	if err != nil || got.CustomRemoteIdentities == nil || got.CustomRemoteIdentities.FQDNID != name || got.RemoteIdentities == nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func edgeSession(t *testing.T, e *edge) {
	tunnel := newGRE()
	tunnel.BGP = &api.BGP{CustomerASN: 64999}
	made, err := create(t.Context(), e.GRETunnels, tunnel)
	if err != nil || made.BGPStatus != nil {
		t.Fatalf("just made: %+v, %v", made.BGPStatus, err)
	}
	e.now = e.now.Add(time.Minute)
	got, err := e.GRETunnels.Get(t.Context(), made.ID)
	if err != nil || got.BGPStatus == nil || got.BGPStatus.State != api.BGPUp || got.BGPStatus.FSM != "Established" {
		t.Errorf("a minute later: %+v, %v", got.BGPStatus, err)
	}
}

func edgeCNI(t *testing.T, e *edge) {
	slots, err := e.Slots.List(t.Context())
	if want := len(e.Objects(simaccount.Slots)); err != nil || len(slots) != want {
		t.Errorf("%d of %d slots, %v", len(slots), want, err)
	}
	cni := firstOf(t, e.CNIs)
	if err := remove(t.Context(), e.CNIs, cni.ID); err != nil {
		t.Error(err)
	}
	_, err = e.CNIs.Get(t.Context(), cni.ID)
	wantKind(t, err, api.NotFound)
}

func edgeDescription(t *testing.T, e *edge) {
	prefix := firstOf(t, e.Prefixes)
	before := e.Objects(simaccount.BGPPrefixes)
	prefix.Description = "new"
	got, err := update(t.Context(), e.Prefixes, prefix.ID, prefix)
	if err != nil || got.Description != "new" {
		t.Fatalf("%+v, %v", got, err)
	}
	if diff := cmp.Diff(before, e.Objects(simaccount.BGPPrefixes)); diff != "" {
		t.Errorf("the advertisement changed:\n%s", diff)
	}
}

func edgeLocked(t *testing.T, e *edge) {
	prefixes, err := e.Prefixes.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	locked := 0
	for _, p := range prefixes {
		b := firstOf(t, e.BGPPrefixes(p.ID))
		if !b.OnDemand.OnDemandLocked {
			continue
		}
		locked++
		_, err := advertise(t.Context(), e.AccountClient, p.ID, b.ID, false)
		wantKind(t, err, api.Invalid)
		if !strings.Contains(err.Error(), "locked") {
			t.Errorf("the reason is lost: %v", err)
		}
	}
	if locked == 0 {
		t.Error("no prefix is locked")
	}
}

// hugeAnswer is more than the client of these tests reads, in bytes.
const hugeAnswer = 1 << 20

// everyFault is each kind of fault, before the change and, where that differs, after it was carried out.
func everyFault() []simaccount.Fault {
	var all []simaccount.Fault
	for kind := simaccount.FaultStatus; kind <= simaccount.FaultSlow; kind++ {
		for _, carriedOut := range []bool{false, true} {
			all = append(all, simaccount.Fault{Kind: kind, Status: 503, Body: `{"success":false}`, RetryAfter: time.Second,
				Size: hugeAnswer, CarriedOut: carriedOut})
		}
	}
	return all
}

func edgeOneKey(t *testing.T, e *edge) {
	tunnel := firstOf(t, e.IPsecTunnels)
	for _, f := range everyFault() {
		e.ClearFaults()
		e.ForgetRequests()
		e.Fault(f)
		_, err := generatePSK(t.Context(), e.client.In(account), tunnel.ID)
		if n := len(e.Requests()); n != 1 {
			t.Errorf("fault %d, carried out %v: sent %d times (%v)", f.Kind, f.CarriedOut, n, err)
		}
		e.now = e.now.Add(time.Minute) // past the pause of a rate limit
	}
}

func edgeFaults(t *testing.T, e *edge) {
	for _, f := range everyFault() {
		e.ClearFaults()
		e.Fault(f)
		list, err := e.GRETunnels.List(t.Context())
		harmless := f.Kind == simaccount.FaultDelay || f.Kind == simaccount.FaultSlow || f.Kind == simaccount.FaultUnknownFields
		switch {
		case harmless && (err != nil || len(list) == 0):
			t.Errorf("fault %d: %d tunnels, %v", f.Kind, len(list), err)
		case !harmless && err == nil:
			t.Errorf("fault %d: %d tunnels and no error", f.Kind, len(list))
		case !harmless && api.Advice(err) == "":
			t.Errorf("fault %d: no advice: %v", f.Kind, err)
		}
		e.now = e.now.Add(time.Minute)
	}
}

func edgeCodes(t *testing.T, e *edge) {
	_, noPrefix := e.Prefixes.Get(t.Context(), "0123456789abcdef0123456789abcdef")
	wantKind(t, noPrefix, api.NotFound)
	e.Revoke(canary)
	_, noToken := e.client.VerifyToken(t.Context(), "")
	wantKind(t, noToken, api.Unauthenticated)
	for _, err := range []error{noPrefix, noToken} {
		var known *api.Error
		if !errors.As(err, &known) || known.Code != 1000 {
			t.Errorf("not code 1000: %v", err)
		}
	}
}
