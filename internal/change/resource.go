package change

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"flarewire/api"
	"flarewire/internal/kind"
)

// Resource is what this package must know about a kind of object. Its names come from the table of kinds (package kind); what
// can be set, what the server checks and what is sent follows from package api.
type Resource struct {
	Name   string   // as in api.Operations: "gre_tunnels"
	Title  string   // for sentences: "GRE tunnel"
	Parent string   // id of the prefix of a BGP prefix, binding or delegation
	Key    string   // the field by which an object is addressed; "" = "id"
	Label  []string // the fields that say what people call the object: the first that is set counts
	special
}

// special is what only a few kinds have.
type special struct {
	ActPaths []string // paths of the fields that only named acts change
	// ReplacesAll: an update takes the whole object, so what is left out is to be removed. Elsewhere it stays as it is.
	ReplacesAll bool
	// ReadAs gives the field in which the server shows a field of a creation, where the two have different names.
	ReadAs map[string]string
	// Hint is added to the warning about a field that an update cannot change.
	Hint string
	// ReadUntouched reads what must not change along with the object though it is no part of it; nil = nothing.
	ReadUntouched func(ctx context.Context, a *api.AccountClient, id string) (map[string]any, error)
}

var specials = map[kind.Kind]special{
	kind.GRETunnels: {Hint: "A GRE tunnel takes its BGP settings only when it is created: replace the tunnel to change them"},
	kind.CNIs:       {ReplacesAll: true}, // Cloudflare API: update CNI requires all fields
	// A partner interconnect's bandwidth comes back as its speed (Cloudflare API: create interconnect).
	kind.Ports:          {ReadAs: map[string]string{"bandwidth": "speed"}},
	kind.Prefixes:       {ReadUntouched: advertisements},
	kind.EndpointChecks: {ReplacesAll: true}, // Cloudflare API: update Endpoint Health Check takes the object
	kind.BGPPrefixes:    {ActPaths: []string{advertisedPath, prependPath, autoWithdrawPath}},
}

// TypedResource is a Resource with the Go type of its objects. Only the compiler needs it, so that no form edits one kind of object with
// the values of another.
type TypedResource[T any] struct{ Resource }

// The kinds that are written; others are named by Kind.
var (
	GRETunnels     = TypedResource[api.GRETunnel]{resource(kind.GRETunnels, "")}
	IPsecTunnels   = TypedResource[api.IPsecTunnel]{resource(kind.IPsecTunnels, "")}
	Links          = TypedResource[api.MagicInterconnect]{resource(kind.Links, "")}
	Routes         = TypedResource[api.Route]{resource(kind.Routes, "")}
	CNIs           = TypedResource[api.CNI]{resource(kind.CNIs, "")}
	Ports          = TypedResource[api.Interconnect]{resource(kind.Ports, "")}
	Prefixes       = TypedResource[api.Prefix]{resource(kind.Prefixes, "")}
	EndpointChecks = Kind[api.EndpointCheck](kind.EndpointChecks)
)

// Kind is a kind of the account with the Go type of its objects. A new kind needs no name here.
func Kind[T any](k kind.Kind) TypedResource[T] { return TypedResource[T]{resource(k, "")} }

// BGPPrefixes are the BGP prefixes of one prefix. Their advertisement changes by PrepareAdvertisement only.
func BGPPrefixes(prefixID string) TypedResource[api.BGPPrefix] {
	return TypedResource[api.BGPPrefix]{resource(kind.BGPPrefixes, prefixID)}
}

// Bindings are the service bindings of one prefix.
func Bindings(prefixID string) TypedResource[api.Binding] {
	return TypedResource[api.Binding]{resource(kind.Bindings, prefixID)}
}

// Delegations are the delegations of one prefix.
func Delegations(prefixID string) TypedResource[api.Delegation] {
	return TypedResource[api.Delegation]{resource(kind.Delegations, prefixID)}
}

// resource is a kind of the table below a parent, "" for what the account has.
func resource(k kind.Kind, parent string) Resource {
	a := k.About()
	return Resource{Name: string(k), Title: a.One, Parent: parent, Key: a.Key, Label: a.Label, special: specials[k]}
}

// In is the collection of the kind in an account.
func (r Resource) In(a *api.AccountClient) api.Objects {
	if kind.Kind(r.Name).Detail() {
		return a.Collection(r.Name, r.Parent)
	}
	return a.Collection(r.Name)
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
func (r TypedResource[T]) Read(ctx context.Context, a *api.AccountClient, id string) (T, error) {
	o, err := r.Resource.Read(ctx, a, id)
	v, _ := api.As[T](o)
	return v, err
}

// Read reads one object as it is now; what the API can only list is looked up there.
func (r Resource) Read(ctx context.Context, a *api.AccountClient, id string) (api.Object, error) {
	o, err := r.In(a).Get(ctx, id)
	if api.KindOf(err) != api.Unsupported {
		return o, err
	}
	list, err := r.In(a).List(ctx)
	if err != nil {
		return o, err
	}
	for _, each := range list {
		if r.id(each) == id {
			return each, nil
		}
	}
	return o, &api.Error{Kind: api.NotFound, Detail: "the " + r.Title + " is not in the list"}
}

// id is what an object is addressed by.
func (r Resource) id(o api.Object) string {
	id, _ := flatten(o.Values())[cmp.Or(r.Key, "id")].(string)
	return id
}

// label is what people call an object; "" when it has no name yet.
func (r Resource) label(values fields) string {
	for _, path := range r.Label {
		if text, _ := values[path].(string); text != "" {
			return text
		}
	}
	return ""
}

// covers returns which paths a create, an update or an act of this kind sets, so that what the server decides itself (states,
// times, identifiers) is neither a conflict nor a difference.
func (r Resource) covers(a *api.AccountClient) func(string) bool {
	objects := r.In(a)
	return func(path string) bool { return objects.Settable(path) || slices.Contains(r.ActPaths, path) }
}

// raw is the object as the server gave it, or as it is encoded when it does not come from there.
func raw(o api.Object) json.RawMessage {
	if server := o.JSON(); server != nil {
		return server
	}
	return o.Values()
}

// compose makes the object to send: the fields from values, the server's own bytes from fresh (package api finds there which
// texts must be cleared), and what JSON does not carry, a write-only secret, from wanted.
func compose(values fields, fresh, wanted api.Object) api.Object {
	object, _ := values.object() // came out of JSON
	return fresh.With(object, wanted)
}
