package change

import (
	"cmp"
	"context"
	"encoding/json"
	"reflect"

	"flarewire/api"
	"flarewire/internal/journal"
)

// Resource is what this package must know about a kind of object. What can be set, what the server checks and what is sent
// follows from package api.
type Resource[T any] struct {
	Name   string // as in api.Operations: "gre_tunnels"
	Title  string // for sentences: "GRE tunnel"
	Parent string // id of the prefix of a BGP prefix, binding or delegation
	In     func(*api.AccountClient) api.Collection[T]
	ID     func(T) string
	Label  func(T) string // what people call the object
	Acts   []string       // paths that only named acts change
	// Whole: an update takes the whole object, so what is left out is to be removed. Elsewhere it stays as it is.
	Whole bool
	// ReadAs gives the field in which the server shows a field of a creation, where the two have different names.
	ReadAs map[string]string
	// Hint is added to the warning about a field that an update cannot change.
	Hint string
	// Beside reads what must not change along with the object though it is no part of it; nil = nothing.
	Beside func(ctx context.Context, a *api.AccountClient, id string) (map[string]any, error)
}

// The kinds of objects that can be changed.
var (
	GRETunnels = Resource[api.GRETunnel]{Name: "gre_tunnels", Title: "GRE tunnel",
		In:    func(a *api.AccountClient) api.Collection[api.GRETunnel] { return a.GRETunnels },
		ID:    func(t api.GRETunnel) string { return t.ID },
		Label: func(t api.GRETunnel) string { return t.Name },
		Hint:  "A GRE tunnel takes its BGP settings only when it is created: replace the tunnel to change them"}
	IPsecTunnels = Resource[api.IPsecTunnel]{Name: "ipsec_tunnels", Title: "IPsec tunnel",
		In:    func(a *api.AccountClient) api.Collection[api.IPsecTunnel] { return a.IPsecTunnels },
		ID:    func(t api.IPsecTunnel) string { return t.ID },
		Label: func(t api.IPsecTunnel) string { return t.Name }}
	Interconnects = Resource[api.MagicInterconnect]{Name: "cf_interconnects", Title: "interconnect",
		In:    func(a *api.AccountClient) api.Collection[api.MagicInterconnect] { return a.Interconnects },
		ID:    func(i api.MagicInterconnect) string { return i.ID },
		Label: func(i api.MagicInterconnect) string { return i.Name }}
	Routes = Resource[api.Route]{Name: "routes", Title: "static route",
		In:    func(a *api.AccountClient) api.Collection[api.Route] { return a.Routes },
		ID:    func(r api.Route) string { return r.ID },
		Label: func(r api.Route) string { return r.Prefix }}
	CNIs = Resource[api.CNI]{Name: "cnis", Title: "CNI",
		In:    func(a *api.AccountClient) api.Collection[api.CNI] { return a.CNIs },
		ID:    func(c api.CNI) string { return c.ID },
		Label: func(c api.CNI) string { return c.Magic.ConduitName },
		Whole: true} // Cloudflare API: update CNI requires all fields
	PhysicalInterconnects = Resource[api.Interconnect]{Name: "cni_interconnects", Title: "CNI interconnect",
		In:    func(a *api.AccountClient) api.Collection[api.Interconnect] { return a.PhysicalInterconnects },
		ID:    func(i api.Interconnect) string { return i.Name },
		Label: func(i api.Interconnect) string { return i.Name },
		// A partner interconnect's bandwidth comes back as its speed (Cloudflare API: create interconnect).
		ReadAs: map[string]string{"bandwidth": "speed"}}
	Prefixes = Resource[api.Prefix]{Name: "prefixes", Title: "prefix",
		In:     func(a *api.AccountClient) api.Collection[api.Prefix] { return a.Prefixes },
		ID:     func(p api.Prefix) string { return p.ID },
		Label:  func(p api.Prefix) string { return p.CIDR },
		Beside: advertisements}
	EndpointChecks = Resource[api.EndpointCheck]{Name: "endpoint_healthchecks", Title: "endpoint health check",
		In:    func(a *api.AccountClient) api.Collection[api.EndpointCheck] { return a.EndpointChecks },
		ID:    func(c api.EndpointCheck) string { return c.ID },
		Label: func(c api.EndpointCheck) string { return cmp.Or(c.Name, c.Endpoint) },
		Whole: true} // Cloudflare API: update Endpoint Health Check takes the object
)

// BGPPrefixes are the BGP prefixes of one prefix. Their advertisement changes by PrepareAdvertisement only.
func BGPPrefixes(prefixID string) Resource[api.BGPPrefix] {
	return Resource[api.BGPPrefix]{Name: "bgp_prefixes", Title: "BGP prefix", Parent: prefixID,
		In:    func(a *api.AccountClient) api.Collection[api.BGPPrefix] { return a.BGPPrefixes(prefixID) },
		ID:    func(p api.BGPPrefix) string { return p.ID },
		Label: func(p api.BGPPrefix) string { return p.CIDR },
		Acts:  []string{"on_demand.advertised", "asn_prepend_count", "auto_advertise_withdraw"}}
}

// Bindings are the service bindings of one prefix.
func Bindings(prefixID string) Resource[api.Binding] {
	return Resource[api.Binding]{Name: "bindings", Title: "service binding", Parent: prefixID,
		In:    func(a *api.AccountClient) api.Collection[api.Binding] { return a.Bindings(prefixID) },
		ID:    func(b api.Binding) string { return b.ID },
		Label: func(b api.Binding) string { return b.CIDR }}
}

// Delegations are the delegations of one prefix.
func Delegations(prefixID string) Resource[api.Delegation] {
	return Resource[api.Delegation]{Name: "delegations", Title: "delegation", Parent: prefixID,
		In:    func(a *api.AccountClient) api.Collection[api.Delegation] { return a.Delegations(prefixID) },
		ID:    func(d api.Delegation) string { return d.ID },
		Label: func(d api.Delegation) string { return d.CIDR }}
}

// advertisements are read around a change of a prefix: a change of its description was seen to leave it withdrawn
// (cloudflare/terraform-provider-cloudflare issue 6811).
func advertisements(ctx context.Context, a *api.AccountClient, id string) (map[string]any, error) {
	list, err := a.BGPPrefixes(id).List(ctx)
	out := map[string]any{}
	for _, b := range list {
		advertised := b.OnDemand != nil && b.OnDemand.Advertised != nil && *b.OnDemand.Advertised
		out["advertised "+b.CIDR] = advertised
	}
	return out, err
}

// Read reads one object as it is now.
func (r Resource[T]) Read(ctx context.Context, a *api.AccountClient, id string) (T, error) {
	return r.get(ctx, a, id)
}

// get reads one object; what the API can only list is looked up there.
func (r Resource[T]) get(ctx context.Context, a *api.AccountClient, id string) (T, error) {
	v, err := r.In(a).Get(ctx, id)
	if api.KindOf(err) != api.Unsupported {
		return v, err
	}
	list, err := r.In(a).List(ctx)
	if err != nil {
		return v, err
	}
	for _, each := range list {
		if r.ID(each) == id {
			return each, nil
		}
	}
	return v, &api.Error{Kind: api.NotFound, Detail: "the " + r.Title + " is not in the list"}
}

// raw is the object as the server gave it, or as it is encoded when it does not come from there.
func raw[T any](v T) json.RawMessage {
	if h, ok := any(v).(interface{ JSON() json.RawMessage }); ok && h.JSON() != nil {
		return h.JSON()
	}
	return encoded(v)
}

// encoded is the object as this program understands it: without unknown fields and without write-only secrets.
func encoded[T any](v T) json.RawMessage {
	out, err := journal.Encode(v)
	if err != nil {
		return nil // api's types can always be encoded
	}
	return out
}

// compose makes the object to send: the fields from values, the server's own bytes from fresh (package api finds there which
// texts must be cleared), and what JSON does not carry, write-only secrets, from wanted.
func compose[T any](values fields, fresh, wanted T) (T, error) {
	object, err := values.object()
	if err != nil {
		return fresh, err
	}
	var out T
	if err := json.Unmarshal(object, &out); err != nil {
		return fresh, err
	}
	target, base, source := reflect.ValueOf(&out).Elem(), reflect.ValueOf(fresh), reflect.ValueOf(wanted)
	for i := range target.NumField() {
		switch f := target.Type().Field(i); {
		case f.Type == reflect.TypeFor[api.Raw]():
			target.Field(i).Set(base.Field(i))
		case f.Tag.Get("json") == "-":
			target.Field(i).Set(source.Field(i))
		}
	}
	return out, nil
}
