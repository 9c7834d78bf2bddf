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
	for _, s := range stories {
		s.absent(o)
	}
	_, _ = o.Traceroute(o.ctx(), api.TracerouteRequest{Targets: []string{"203.0.113.10"}, Colos: []string{"nowhere"}})
	ofRecord(o)
}

// ofRecord reads Cloudflare's logs.
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
	icons := must[[]api.Interconnect](o)(o.Interconnects.List(o.ctx()))
	taken := must[[]api.CNI](o)(o.CNIs.List(o.ctx()))[0]
	_, err = create(o, o.CNIs, api.CNI{Interconnect: icons[0].Name, Magic: taken.Magic})
	o.wants(api.Conflict, err)
	other := must[[]api.CNI](o)(o.CNIs.List(o.ctx()))[1]
	other.Magic = taken.Magic
	_, err = update(o, o.CNIs, other.ID, other)
	o.wants(api.Invalid, err)
	_, err = create(o, o.Interconnects, api.Interconnect{Type: "direct", SlotID: icons[0].SlotID})
	o.wants(api.Invalid, err)
	o.wants(api.Invalid, remove(o, o.Interconnects, taken.Interconnect))
}
