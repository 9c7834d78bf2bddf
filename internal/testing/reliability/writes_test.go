package reliability_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/kind"
	"flarewire/internal/simaccount"
)

// prepare plans a change.
type prepare func(context.Context, *change.Writer) (change.Plan, error)

// write is one kind of change that the program can make.
type write struct {
	name string
	// begin reads what a page would have read before and returns how the change is planned.
	begin func(*office) prepare
	// noUndo: the journal cannot bring back what was there.
	noUndo bool
	// untraceable: nothing that can be read shows whether it was done.
	untraceable bool
	// lost: the kind of what goes with the object and comes back by no undo.
	lost simaccount.Resource
}

// writes are all kinds of change: each kind of object made, changed and deleted as far as the program does that, and each act.
func writes() []write {
	return slices.Concat(tunnelWrites(), otherWrites(), portWrites(), prefixWrites(), ordinaryWrites())
}

// apart are the kinds that are made, changed and deleted with values of their own, or by acts of their own.
var apart = []kind.Kind{kind.GRETunnels, kind.IPsecTunnels, kind.Routes, kind.CNIs, kind.Prefixes}

// ordinaryWrites are those of every other kind of the account that is made, changed and deleted, by the table of kinds: its first object,
// called otherwise.
func ordinaryWrites() []write {
	var out []write
	for _, a := range kind.All() {
		cannot := func(verb string) bool { _, can := a.Act(verb); return !can }
		if a.Parent != "" || slices.Contains(apart, a.Kind) || slices.ContainsFunc([]string{kind.Create, kind.Update, kind.Delete}, cannot) {
			continue
		}
		out = append(out,
			write{name: a.One + " create", begin: func(o *office) prepare {
				r, _, wanted := o.calledOtherwise(a)
				return func(ctx context.Context, w *change.Writer) (change.Plan, error) {
					return w.PrepareCreate(ctx, r, wanted)
				}
			}},
			write{name: a.One + " update", begin: func(o *office) prepare {
				r, opened, wanted := o.calledOtherwise(a)
				return func(ctx context.Context, w *change.Writer) (change.Plan, error) {
					return w.PrepareUpdate(ctx, r, opened, opened.With(wanted.Values(), opened))
				}
			}},
			write{name: a.One + " delete", begin: func(o *office) prepare {
				r, opened, _ := o.calledOtherwise(a)
				return func(ctx context.Context, w *change.Writer) (change.Plan, error) {
					return w.PrepareDelete(ctx, r, opened)
				}
			}})
	}
	return out
}

// calledOtherwise is the first object of a kind, and what it would be under another name.
func (o *office) calledOtherwise(a kind.About) (r change.Resource, opened, wanted api.Object) {
	o.t.Helper()
	r = change.Kind[api.Object](a.Kind).Resource
	list, err := r.In(o.account).List(o.t.Context())
	o.must(err)
	var values map[string]any
	o.must(json.Unmarshal(list[0].Values(), &values))
	values[a.Label[0]] = "cut"
	text, err := json.Marshal(values)
	o.must(err)
	wanted, err = r.In(o.account).Decode(text)
	o.must(err)
	return r, list[0], wanted
}

func tunnelWrites() []write {
	on := true
	checked := &api.HealthCheck{Enabled: &on, Rate: "low", Type: "request", Direction: "bidirectional"}
	gre, ipsec := greCalled("fra-dc1-gre"), ipsecCalled("ams-br2-ipsec")
	return []write{
		{name: "GRE create", begin: creating(change.GRETunnels, func(o *office) api.GRETunnel {
			like := only(o, change.GRETunnels, gre)
			return api.GRETunnel{Name: "osl-br1-gre", CloudflareGREEndpoint: like.CloudflareGREEndpoint, CustomerGREEndpoint: "203.0.113.202",
				InterfaceAddress: "10.214.8.0/31", TTL: 64, MTU: 1476, HealthCheck: checked, BGP: &api.BGP{CustomerASN: 64778}}
		})},
		{name: "GRE update", begin: updating(change.GRETunnels, gre, func(t *api.GRETunnel) { t.Description, t.MTU = "cut", 1400 })},
		{name: "GRE delete", begin: deleting(change.GRETunnels, gre)},
		{name: "GRE replace", noUndo: true, begin: func(o *office) prepare {
			opened := only(o, change.GRETunnels, gre)
			return func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				wanted := opened
				wanted.BGP = &api.BGP{CustomerASN: 65001, ExtraPrefixes: opened.BGP.ExtraPrefixes}
				return change.PrepareReplaceGRE(ctx, w, opened, wanted, nil)
			}
		}},
		{name: "IPsec create", begin: creating(change.IPsecTunnels, func(o *office) api.IPsecTunnel {
			like := only(o, change.IPsecTunnels, ipsec)
			return api.IPsecTunnel{Name: "osl-br1-ipsec", CloudflareEndpoint: like.CloudflareEndpoint, CustomerEndpoint: "203.0.113.201",
				InterfaceAddress: "10.214.9.0/31", HealthCheck: checked, BGP: &api.BGP{CustomerASN: 64777, ExtraPrefixes: []string{"10.2.0.0/16"}}}
		})},
		{name: "IPsec update", begin: updating(change.IPsecTunnels, ipsec, func(t *api.IPsecTunnel) {
			t.Description, t.BGP = "cut", &api.BGP{CustomerASN: 64999, ExtraPrefixes: t.BGP.ExtraPrefixes}
		})},
		{name: "IPsec delete", begin: deleting(change.IPsecTunnels, ipsec)},
		{name: "IPsec new key", noUndo: true, begin: func(o *office) prepare {
			opened := only(o, change.IPsecTunnels, ipsec)
			return func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				return change.PrepareGeneratePSK(ctx, w, opened)
			}
		}},
		{name: "IPsec own key", noUndo: true, untraceable: true,
			begin: updating(change.IPsecTunnels, ipsec, func(t *api.IPsecTunnel) { t.PSK = api.NewSecret("one-of-our-own-keys-9f3a77c1") })},
	}
}

func otherWrites() []write {
	return []write{
		{name: "interconnect update",
			begin: updating(change.Links, first[api.MagicInterconnect], func(i *api.MagicInterconnect) { i.Description = "cut" })},
		{name: "route create", begin: creating(change.Routes, func(o *office) api.Route {
			like := only(o, change.Routes, first[api.Route])
			return api.Route{Prefix: "10.77.0.0/16", Nexthop: like.Nexthop, Priority: 300, Description: "cut"}
		})},
		{name: "route update", begin: updating(change.Routes, first[api.Route], func(r *api.Route) { r.Description = "cut" })},
		{name: "route delete", begin: deleting(change.Routes, first[api.Route])},
		{name: "CNI create", begin: creating(change.CNIs, func(o *office) api.CNI {
			like := only(o, change.CNIs, first[api.CNI])
			return api.CNI{Account: like.Account, Interconnect: like.Interconnect, BGP: &api.BGP{CustomerASN: 64999},
				Magic: api.CNIMagic{ConduitName: "cut-cni", MTU: 1500}}
		})},
		{name: "CNI update", begin: updating(change.CNIs, first[api.CNI], func(c *api.CNI) { c.Magic.Description = "cut" })},
		{name: "CNI delete", begin: deleting(change.CNIs, first[api.CNI])},
		{name: "CNI settings", begin: func(o *office) prepare {
			opened, err := change.ReadCNISettings(o.t.Context(), o.account)
			o.must(err)
			asn := uint32(64512)
			return func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				wanted := opened
				wanted.DefaultASN = &asn
				return change.PrepareCNISettings(ctx, w, opened, wanted)
			}
		}},
	}
}

func portWrites() []write {
	const notConnected = "nwf-iad02-1"
	order := func(wanted func(*office) api.Interconnect) func(*office) prepare {
		return creating(change.Ports, wanted)
	}
	return []write{
		{name: "port order", noUndo: true, begin: order(func(o *office) api.Interconnect {
			free := only(o, change.Kind[api.Slot](kind.Slots), func(s api.Slot) bool { return !s.Occupied })
			return api.Interconnect{Type: "direct", SlotID: free.ID, Speed: free.Speed}
		})},
		{name: "port order at a partner", noUndo: true, begin: order(func(*office) api.Interconnect {
			return api.Interconnect{Type: "gcp_partner", Bandwidth: "2G", PairingKey: api.NewSecret("one-of-our-pairing-keys/europe-west3/1")}
		})},
		{name: "port delete", noUndo: true, begin: deleting(change.Ports,
			func(i api.Interconnect) bool { return i.Name == notConnected })},
	}
}

func prefixWrites() []write {
	const advertised, withdrawn = "198.18.10.0/24", "198.18.20.0/24"
	act := func(cidr string, plan func(context.Context, *change.Writer, string, api.BGPPrefix) (change.Plan, error)) func(*office) prepare {
		return func(o *office) prepare {
			id := o.prefix(cidr).ID
			opened := only(o, change.BGPPrefixes(id), func(b api.BGPPrefix) bool { return b.CIDR == cidr })
			return func(ctx context.Context, w *change.Writer) (change.Plan, error) { return plan(ctx, w, id, opened) }
		}
	}
	advertise := func(on bool) func(context.Context, *change.Writer, string, api.BGPPrefix) (change.Plan, error) {
		return func(ctx context.Context, w *change.Writer, id string, opened api.BGPPrefix) (change.Plan, error) {
			return change.PrepareAdvertisement(ctx, w, id, opened, on)
		}
	}
	inOnboarding, asn := "198.18.40.0/24", uint32(64700)
	return []write{
		{name: "prefix create", begin: creating(change.Prefixes, func(*office) api.Prefix {
			return api.Prefix{CIDR: "198.18.77.0/24", ASN: &asn, Description: "cut"}
		})},
		{name: "prefix delete", lost: simaccount.BGPPrefixes,
			begin: deleting(change.Prefixes, func(p api.Prefix) bool { return p.CIDR == inOnboarding })},
		{name: "prefix update", begin: updating(change.Prefixes, func(p api.Prefix) bool { return p.CIDR == advertised },
			func(p *api.Prefix) { p.Description = "cut" })},
		{name: "prefix validate", noUndo: true, untraceable: true, begin: func(o *office) prepare {
			opened := o.prefix("198.18.40.0/24")
			return func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				return change.PrepareValidation(ctx, w, opened)
			}
		}},
		{name: "prefix advertise", begin: act(withdrawn, advertise(true))},
		{name: "prefix withdraw", begin: act(advertised, advertise(false))},
		{name: "prepend count", begin: act(advertised,
			func(ctx context.Context, w *change.Writer, id string, opened api.BGPPrefix) (change.Plan, error) {
				return change.PreparePrependCount(ctx, w, id, opened, 2)
			})},
		{name: "auto withdraw", begin: act(advertised,
			func(ctx context.Context, w *change.Writer, id string, opened api.BGPPrefix) (change.Plan, error) {
				return change.PrepareAutoWithdraw(ctx, w, id, opened, true)
			})},
		{name: "BGP prefix create", begin: func(o *office) prepare {
			return creating(change.BGPPrefixes(o.prefix(withdrawn).ID), func(*office) api.BGPPrefix {
				return api.BGPPrefix{CIDR: "198.18.20.0/25"}
			})(o)
		}},
		{name: "BGP prefix delete", begin: func(o *office) prepare {
			return deleting(change.BGPPrefixes(o.prefix(withdrawn).ID), func(b api.BGPPrefix) bool { return b.CIDR == withdrawn })(o)
		}},
		{name: "binding create", begin: func(o *office) prepare {
			return creating(change.Bindings(o.prefix(withdrawn).ID), func(o *office) api.Binding {
				services, err := o.account.Services.List(o.t.Context())
				o.must(err)
				i := slices.IndexFunc(services, func(s api.AddressingService) bool { return s.Name == "CDN" })
				return api.Binding{CIDR: "198.18.20.16/28", ServiceID: services[i].ID, ServiceName: "CDN"}
			})(o)
		}},
		{name: "binding delete", begin: func(o *office) prepare {
			return deleting(change.Bindings(o.prefix(advertised).ID), func(b api.Binding) bool { return b.CIDR == "198.18.10.128/28" })(o)
		}},
		{name: "delegation create", begin: func(o *office) prepare {
			return creating(change.Delegations(o.prefix(withdrawn).ID), func(*office) api.Delegation {
				return api.Delegation{CIDR: "198.18.20.0/26", DelegatedAccountID: strings.Repeat("ab", 16)}
			})(o)
		}},
		{name: "delegation delete", begin: func(o *office) prepare {
			return deleting(change.Delegations(o.prefix("198.18.30.0/24").ID), first[api.Delegation])(o)
		}},
	}
}

func greCalled(name string) func(api.GRETunnel) bool {
	return func(t api.GRETunnel) bool { return t.Name == name }
}

func ipsecCalled(name string) func(api.IPsecTunnel) bool {
	return func(t api.IPsecTunnel) bool { return t.Name == name }
}

// first chooses the first of a list.
func first[T any](T) bool { return true }

// only is the object that the test works on, as a page would have read it.
func only[T any](o *office, r change.TypedResource[T], is func(T) bool) T {
	o.t.Helper()
	list, err := r.In(o.account).List(o.t.Context())
	o.must(err)
	for _, each := range list {
		if v, ok := api.As[T](each); ok && is(v) {
			return v
		}
	}
	o.t.Fatalf("there is no such %s", r.Title)
	return *new(T)
}

func creating[T any](r change.TypedResource[T], wanted func(*office) T) func(*office) prepare {
	return func(o *office) prepare {
		object := api.ObjectOf(wanted(o))
		return func(ctx context.Context, w *change.Writer) (change.Plan, error) {
			return w.PrepareCreate(ctx, r.Resource, object)
		}
	}
}

func updating[T any](r change.TypedResource[T], is func(T) bool, edit func(*T)) func(*office) prepare {
	return func(o *office) prepare {
		opened := only(o, r, is)
		wanted := opened
		edit(&wanted)
		return func(ctx context.Context, w *change.Writer) (change.Plan, error) {
			return change.PrepareUpdate(ctx, w, r, opened, wanted)
		}
	}
}

func deleting[T any](r change.TypedResource[T], is func(T) bool) func(*office) prepare {
	return func(o *office) prepare {
		opened := api.ObjectOf(only(o, r, is))
		return func(ctx context.Context, w *change.Writer) (change.Plan, error) {
			return w.PrepareDelete(ctx, r.Resource, opened)
		}
	}
}

// state is the whole account as one text, without what follows from the moment and from the order of things: identifiers, times,
// states that change by themselves. secrets: with the pre-shared and MD5 keys, and whatever else an undo cannot bring back.
func (o *office) state(secrets bool) string {
	o.t.Helper()
	var lines []string
	for kind, objects := range o.sim.Snapshot() {
		for _, object := range objects {
			id, _ := object["id"].(string)
			if secrets && kind == simaccount.IPsecTunnels {
				object["key"] = o.sim.PSK(id)
			}
			if kind == simaccount.Links && !secrets { // the link of a new CNI is of the version that Cloudflare gives it
				delete(object, "version")
				delete(object, "gre")
			}
			text, err := json.Marshal(settled(object, secrets))
			o.must(err)
			lines = append(lines, string(kind)+" "+string(text))
		}
	}
	settings, err := change.ReadCNISettings(context.Background(), o.quiet)
	o.must(err)
	text, err := json.Marshal(settings)
	o.must(err)
	slices.Sort(lines)
	return strings.Join(append(lines, string(text)), "\n")
}

// without leaves a kind of object out of a state; "" leaves out none.
func without(state string, lost simaccount.Resource) string {
	var lines []string
	for line := range strings.SplitSeq(state, "\n") {
		if lost == "" || !strings.HasPrefix(line, string(lost)+" ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// settled leaves out what changes by itself.
func settled(v any, secrets bool) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, value := range v {
			passing := key == "id" || key == "provisioning" || strings.HasSuffix(key, "_id") || strings.HasSuffix(key, "_on") ||
				strings.HasSuffix(key, "_at") || strings.HasSuffix(key, "_state")
			if !passing && (secrets || key != "md5_key") {
				out[key] = settled(value, secrets)
			}
		}
		return out
	}
	return v
}

// prefix is the prefix with a network.
func (o *office) prefix(cidr string) api.Prefix {
	o.t.Helper()
	return only(o, change.Prefixes, func(p api.Prefix) bool { return p.CIDR == cidr })
}
