package contract_test

import (
	"net/http"
	"time"

	"flarewire/api"
	"flarewire/internal/simaccount"
)

// absent is the id of nothing.
const absent = "0123456789abcdef0123456789abcdef"

// everyCall sends every operation of an account once, about things that do not exist where an id is needed. What becomes of it is
// not looked at here: the exchanges are.
func everyCall(o *operator) {
	on, ctx := true, o.ctx()
	address, icon := "10.99.2.0/31", "nwf-none-1"
	calls(o, o.GRETunnels, absent, api.GRETunnel{ID: absent, Name: "con-no-gre", CloudflareGREEndpoint: "192.0.2.11",
		CustomerGREEndpoint: "203.0.113.245", InterfaceAddress: address})
	calls(o, o.IPsecTunnels, absent, api.IPsecTunnel{ID: absent, Name: "con-no-ipsec", CloudflareEndpoint: "192.0.2.11",
		InterfaceAddress: address})
	calls(o, o.Interconnects, absent, api.MagicInterconnect{ID: absent, Description: "none"})
	calls(o, o.Routes, absent, api.Route{ID: absent, Prefix: "10.72.0.0/16", Nexthop: "10.255.255.1", Priority: 1})
	uuid := "01234567-89ab-4def-8123-456789abcdef"
	calls(o, o.CNIs, uuid, api.CNI{ID: uuid, Interconnect: icon, CustIP: "10.99.2.1/31", P2PIP: "10.99.2.0/31",
		Magic: api.CNIMagic{ConduitName: "con-no-cni", MTU: 1500}})
	calls(o, o.PhysicalInterconnects, icon, api.Interconnect{Type: "direct", SlotID: uuid})
	calls(o, o.Slots, uuid, api.Slot{})
	calls(o, o.Prefixes, absent, api.Prefix{CIDR: "198.18.10.0/24", ASN: ptr(uint32(64701))})
	calls(o, o.Services, absent, api.AddressingService{})
	calls(o, o.Leases, absent, api.Lease{})
	calls(o, o.BGPPrefixes(absent), absent, api.BGPPrefix{CIDR: "198.18.10.0/25"})
	calls(o, o.Bindings(absent), absent, api.Binding{CIDR: "198.18.10.0/28", ServiceID: absent})
	calls(o, o.Delegations(absent), absent, api.Delegation{CIDR: "198.18.10.0/28", DelegatedAccountID: absent})
	calls(o, o.EndpointChecks, absent, api.EndpointCheck{CheckType: "icmp", Endpoint: "203.0.113.201"})
	calls(o, o.FilterProfiles, absent, api.FilterProfile{Name: "none", MatchAction: "allow", Targets: []string{"10.0.0.0/8"}})
	_, _ = o.generatePSK(absent)
	_, _ = o.setPSKs(map[string]api.Secret{absent: api.NewSecret("for-nobody")})
	_, _ = o.CNISettings(ctx)
	_, _ = o.BGPSettings(ctx)
	_, _ = o.setCNISettings(api.CNISettings{DefaultASN: ptr(uint32(65535))})
	_, _ = o.InterconnectStatus(ctx, icon)
	_, _ = o.LetterOfAuthorization(ctx, icon)
	_, _ = o.validate(absent)
	_, _ = o.changeBGPPrefix(absent, absent, api.BGPPrefixChange{Advertised: &on})
	_, _ = o.BGPStatus(ctx, absent)
	_, _ = o.Traceroute(ctx, api.TracerouteRequest{Targets: []string{"203.0.113.10"}, Colos: []string{"nowhere"}})
	ofRecord(o)
}

// ofRecord reads Cloudflare's own record.
func ofRecord(o *operator) {
	_, _ = o.Datasets(o.ctx())
	if log, err := api.BGPLog(o.now.Add(-time.Hour), o.now, absent); err == nil {
		_, _ = o.QueryLogs(o.ctx(), log)
	}
	_, _, _ = o.Audit(o.ctx(), o.now.Add(-time.Hour), o.now)
	_, _ = o.AlertPolicies(o.ctx())
}

// calls sends all that a collection can do; what the API does not have is not sent.
func calls[T any](o *operator, c api.Collection[T], id string, v T) {
	_, _ = c.List(o.ctx())
	_, _ = c.Get(o.ctx(), id)
	_, _ = create(o, c, v)
	_, _ = create(o, c, v) // now it may exist
	_, _ = update(o, c, id, v)
	_, _ = bulkUpdate(o, c, []T{v})
	_ = remove(o, c, id)
}

// gatewayRefusals: what every operation answers to wrong credentials, a missing permission and a wrong account.
func gatewayRefusals(o *operator) {
	everyCall(o)
	unknown := o.as(api.Credentials{Token: api.NewSecret("nobody-knows-it")})
	everyCall(o.with(unknown, o.ID))
	_, err := unknown.Client().VerifyToken(o.ctx(), o.ID)
	o.wants(api.Unauthenticated, err)
	_, err = unknown.Client().Accounts(o.ctx())
	o.wants(api.PermissionMissing, err) // the gateway says the same for both
	o.sim.Grant("may-do-nothing")
	everyCall(o.with(o.as(api.Credentials{Token: api.NewSecret("may-do-nothing")}), o.ID))
	everyCall(o.with(o.as(api.Credentials{Email: simaccount.DefaultEmail, Key: api.NewSecret("not.the.form")}), o.ID))
	everyCall(o.with(o.sender, absent))
	everyCall(o.with(o.sender, "not-an-account"))
	o.sim.SetOnboarded(false)
	everyCall(o)
}

// troubles: rate limit and server errors on every operation.
func troubles(o *operator) {
	for _, fault := range []simaccount.Fault{
		{Kind: simaccount.FaultRateLimit}, // without a pause: after one, the client would not even send the changes that follow
		{Kind: simaccount.FaultStatus, Status: http.StatusInternalServerError,
			Body: `{"result":null,"success":false,"errors":[{"code":1001,"message":"Internal server error"}],"messages":[]}`},
	} {
		o.sim.ClearFaults()
		o.sim.Fault(fault)
		everyCall(o)
		_, _ = o.sender.Client().Accounts(o.ctx())
		_, _ = o.sender.Client().VerifyToken(o.ctx(), o.ID)
		_, _ = o.as(api.Credentials{Token: api.NewSecret("cfat_of-the-account")}).Client().VerifyToken(o.ctx(), o.ID)
		_, _ = o.as(api.Credentials{Email: simaccount.DefaultEmail, Key: api.NewSecret(simaccount.DefaultKey)}).Client().VerifyToken(o.ctx(),
			o.ID)
		_, _ = o.TunnelHealth(o.ctx(), o.now.Add(-time.Hour), o.now, api.HealthOptions{})
	}
}

// refusals: what the services say to values that are well formed but wrong.
func refusals(o *operator) {
	gre := must[[]api.GRETunnel](o)(o.GRETunnels.List(o.ctx()))[0]
	gre.CustomerGREEndpoint = "198.18.10.1" // inside a prefix of the account
	_, err := update(o, o.GRETunnels, gre.ID, gre)
	o.wants(api.Invalid, err)
	_, err = update(o, o.GRETunnels, gre.ID, gre, dry)
	o.wants(api.Invalid, err)
	ipsec := must[[]api.IPsecTunnel](o)(o.IPsecTunnels.List(o.ctx()))[0]
	ipsec.InterfaceAddress = gre.InterfaceAddress
	_, err = update(o, o.IPsecTunnels, ipsec.ID, ipsec)
	o.wants(api.Invalid, err)
	for _, p := range must[[]api.Prefix](o)(o.Prefixes.List(o.ctx())) {
		_, _ = create(o, o.BGPPrefixes(p.ID), api.BGPPrefix{CIDR: p.CIDR}) // it has one already
		for _, b := range must[[]api.BGPPrefix](o)(o.BGPPrefixes(p.ID).List(o.ctx())) {
			_, _ = o.changeBGPPrefix(p.ID, b.ID, api.BGPPrefixChange{Advertised: ptr(true)}) // some are locked
			_ = remove(o, o.BGPPrefixes(p.ID), b.ID)                                         // most are advertised
		}
		_, _ = create(o, o.Bindings(p.ID), api.Binding{CIDR: "198.18.99.0/24", ServiceID: absent})
		_, _ = create(o, o.Delegations(p.ID), api.Delegation{CIDR: "198.18.99.0/24", DelegatedAccountID: absent})
		if p.Approved == "V" {
			o.wants(api.PermissionMissing, remove(o, o.Prefixes, p.ID))
		}
	}
	icons := must[[]api.Interconnect](o)(o.PhysicalInterconnects.List(o.ctx()))
	taken := must[[]api.CNI](o)(o.CNIs.List(o.ctx()))[0]
	_, err = create(o, o.CNIs, api.CNI{Interconnect: icons[0].Name, Magic: taken.Magic})
	o.wants(api.Conflict, err)
	other := must[[]api.CNI](o)(o.CNIs.List(o.ctx()))[1]
	other.Magic = taken.Magic
	_, err = update(o, o.CNIs, other.ID, other)
	o.wants(api.Invalid, err)
	_, err = create(o, o.PhysicalInterconnects, api.Interconnect{Type: "direct", SlotID: icons[0].SlotID})
	o.wants(api.Invalid, err)
	o.wants(api.Invalid, remove(o, o.PhysicalInterconnects, taken.Interconnect))
}
