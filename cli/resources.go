package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/table"
	"flarewire/views/endpointcheck"
	"flarewire/views/route"
	"flarewire/views/tunnel"
)

// resource is one kind of object that `list` and `get` print. kind is its only implementation: the
// interface takes the object's type away, so that one table can hold them all.
type resource interface {
	about() naming
	// fetch reads all objects; prefix narrows those that belong to a prefix, see naming.ofPrefix.
	fetch(ctx context.Context, s *session, prefix string) (listing, error)
}

// naming is what a resource is called.
type naming struct {
	name     string   // the contract's word
	aliases  []string // other words for it, among them the API's own
	one      string   // for sentences: "GRE tunnel"
	help     string
	ofPrefix bool // its objects belong to a prefix each: --prefix narrows the list
	nameIsID bool
}

// listing is the objects of one kind as they were read.
type listing interface {
	count() int
	object(i int) json.RawMessage
	id(i int) string
	name(i int) string
	// table is a header and a line per object.
	table(c tui.Canvas) []string
	// record is one object, a line per column.
	record(i int, c tui.Canvas) []string
}

// kind describes one resource with objects of type T.
type kind[T any] struct {
	naming
	list   func(ctx context.Context, s *session, prefix string) ([]T, error)
	id     func(T) string
	called func(T) string // the name by which `get` finds it; for what has no name its CIDR
	raw    func(T) json.RawMessage
	// columns are those of the resource's page where it has one; the id is added to all of them.
	columns func(tui.Glyphs) []table.Column[T]
}

func (k kind[T]) about() naming { return k.naming }

func (k kind[T]) fetch(ctx context.Context, s *session, prefix string) (listing, error) {
	rows, err := k.list(ctx, s, prefix)
	return objects[T]{k, rows}, err
}

// resources are everything that `list` and `get` know, in the order of the help.
//
// "interconnects" are the ports of the CNI API, beside "cnis", which are the addresses and BGP
// sessions over them. The tunnel side of the same link, magic/cf_interconnects, has its own name.
var resources = []resource{
	kind[store.Tunnel]{
		naming: naming{name: "gre", aliases: []string{"gre-tunnels"}, one: "GRE tunnel", help: "GRE tunnels"},
		list: func(ctx context.Context, s *session, _ string) ([]store.Tunnel, error) {
			return tunnels(ctx, s.account.GRETunnels, api.GRETunnel.Tunnel)
		},
		id: tunnelID, called: tunnelName, raw: tunnelJSONText, columns: tunnelColumns,
	},
	kind[store.Tunnel]{
		naming: naming{name: "ipsec", aliases: []string{"ipsec-tunnels"}, one: "IPsec tunnel", help: "IPsec tunnels"},
		list: func(ctx context.Context, s *session, _ string) ([]store.Tunnel, error) {
			return tunnels(ctx, s.account.IPsecTunnels, api.IPsecTunnel.Tunnel)
		},
		id: tunnelID, called: tunnelName, raw: tunnelJSONText, columns: tunnelColumns,
	},
	kind[api.Interconnect]{
		naming: naming{name: "interconnects", aliases: []string{"interconnect", "cni-interconnects"}, one: "interconnect", nameIsID: true,
			help: "network interconnects (CNI): the ports; their name is their id"},
		list: all(func(a *api.AccountClient) api.Collection[api.Interconnect] { return a.PhysicalInterconnects }),
		id:   func(i api.Interconnect) string { return i.Name }, called: func(i api.Interconnect) string { return i.Name },
		raw: api.Interconnect.JSON, columns: interconnectColumns,
	},
	kind[api.CNI]{
		naming: naming{name: "cnis", aliases: []string{"cni"}, one: "CNI",
			help: "CNIs: addresses and BGP session over an interconnect; named by their conduit"},
		list: all(func(a *api.AccountClient) api.Collection[api.CNI] { return a.CNIs }),
		id:   func(c api.CNI) string { return c.ID }, called: func(c api.CNI) string { return c.Magic.ConduitName },
		raw: api.CNI.JSON, columns: cniColumns,
	},
	kind[api.MagicInterconnect]{
		naming: naming{name: "cf-interconnects", aliases: []string{"cf-interconnect", "magic-interconnects"},
			one:  "tunnel side of an interconnect",
			help: "the tunnel side of the interconnects (the API's cf_interconnects)"},
		list: all(func(a *api.AccountClient) api.Collection[api.MagicInterconnect] { return a.Interconnects }),
		id:   func(i api.MagicInterconnect) string { return i.ID }, called: func(i api.MagicInterconnect) string { return i.Name },
		raw: api.MagicInterconnect.JSON, columns: magicInterconnectColumns,
	},
	kind[api.Prefix]{
		naming: naming{name: "prefixes", aliases: []string{"prefix"}, one: "prefix", help: "BYOIP prefixes; named by their CIDR"},
		list:   all(func(a *api.AccountClient) api.Collection[api.Prefix] { return a.Prefixes }),
		id:     prefixID, called: prefixCIDR, raw: api.Prefix.JSON, columns: prefixColumns,
	},
	kind[part[api.BGPPrefix]]{
		naming: naming{name: "bgp-prefixes", aliases: []string{"bgp-prefix"}, one: "BGP prefix", ofPrefix: true,
			help: "what is advertised of the prefixes; named by their CIDR"},
		list: parts((*api.AccountClient).BGPPrefixes),
		id:   func(p part[api.BGPPrefix]) string { return p.object.ID }, called: func(p part[api.BGPPrefix]) string { return p.object.CIDR },
		raw: func(p part[api.BGPPrefix]) json.RawMessage { return p.object.JSON() }, columns: bgpPrefixColumns,
	},
	kind[part[api.Binding]]{
		naming: naming{name: "bindings", aliases: []string{"binding", "service-bindings"}, one: "service binding", ofPrefix: true,
			help: "service bindings of the prefixes; named by their CIDR"},
		list: parts((*api.AccountClient).Bindings),
		id:   func(p part[api.Binding]) string { return p.object.ID }, called: func(p part[api.Binding]) string { return p.object.CIDR },
		raw: func(p part[api.Binding]) json.RawMessage { return p.object.JSON() }, columns: bindingColumns,
	},
	kind[api.Route]{
		naming: naming{name: "routes", aliases: []string{"route", "static-routes"}, one: "static route",
			help: "static routes; named by their prefix"},
		list: all(func(a *api.AccountClient) api.Collection[api.Route] { return a.Routes }),
		id:   func(r api.Route) string { return r.ID }, called: func(r api.Route) string { return r.Prefix },
		raw: api.Route.JSON, columns: routeColumns,
	},
	kind[api.EndpointCheck]{
		naming: naming{name: "endpoint-checks", aliases: []string{"endpoint-check", "endpoint-healthchecks"}, one: "endpoint health check",
			help: "hosts of yours that Cloudflare probes; named by their name or address"},
		list: all(func(a *api.AccountClient) api.Collection[api.EndpointCheck] { return a.EndpointChecks }),
		id:   func(c api.EndpointCheck) string { return c.ID }, called: func(c api.EndpointCheck) string { return cmp.Or(c.Name, c.Endpoint) },
		raw: api.EndpointCheck.JSON, columns: func(tui.Glyphs) []table.Column[api.EndpointCheck] { return endpointcheck.Columns() },
	},
}

// resourceNames are the contract's words.
func resourceNames() []string {
	names := make([]string, len(resources))
	for i, r := range resources {
		names[i] = r.about().name
	}
	return names
}

// resourceNamed finds a resource by its name or an alias; the API's underscores are as good.
func resourceNamed(word string) (resource, error) {
	asked := strings.ReplaceAll(strings.ToLower(word), "_", "-")
	for _, r := range resources {
		if n := r.about(); n.name == asked || slices.Contains(n.aliases, asked) {
			return r, nil
		}
	}
	return nil, usage("there is no resource %q: use one of %s", tui.Clean(word), strings.Join(resourceNames(), ", "))
}

// all lists a collection of the account.
func all[T any](of func(*api.AccountClient) api.Collection[T]) func(context.Context, *session, string) ([]T, error) {
	return func(ctx context.Context, s *session, _ string) ([]T, error) { return of(s.account).List(ctx) }
}

// tunnels lists tunnels of one kind in the reading of the tunnel page.
func tunnels[T any](ctx context.Context, of api.Collection[T], read func(T) api.Tunnel) ([]store.Tunnel, error) {
	list, err := of.List(ctx)
	out := make([]store.Tunnel, len(list))
	for i, v := range list {
		t := read(v)
		out[i] = store.Tunnel{Tunnel: t, State: store.StateOf(t)}
	}
	return out, err
}

func tunnelID(t store.Tunnel) string                { return t.ID }
func tunnelName(t store.Tunnel) string              { return t.Name }
func tunnelJSONText(t store.Tunnel) json.RawMessage { return t.JSON() }
func prefixID(p api.Prefix) string                  { return p.ID }
func prefixCIDR(p api.Prefix) string                { return p.CIDR }

// tunnelColumns are those of the tunnel page without what one look cannot see: since when.
func tunnelColumns(g tui.Glyphs) []table.Column[store.Tunnel] {
	return slices.DeleteFunc(tunnel.Describe("", g).Columns, func(c table.Column[store.Tunnel]) bool { return c.Key == "since" })
}

// routeColumns are those of the routes' page without the tunnel behind the next hop, which would take
// three more requests.
func routeColumns(tui.Glyphs) []table.Column[api.Route] {
	columns := route.Columns(func(api.Route) string { return "" })
	return slices.DeleteFunc(columns, func(c table.Column[api.Route]) bool { return c.Key == "via" })
}

// part is an object of a prefix with the prefix that it belongs to.
type part[T any] struct {
	of     api.Prefix
	object T
}

// atOnce bounds how many prefixes are asked at the same time.
const atOnce = 8

// parts lists what belongs to the prefixes, in their order. One prefix that cannot be read fails the
// whole list: a part must not look like all.
func parts[T any](of func(*api.AccountClient, string) api.Collection[T]) func(context.Context, *session, string) ([]part[T], error) {
	return func(ctx context.Context, s *session, prefix string) ([]part[T], error) {
		prefixes, err := s.prefixes(ctx, prefix)
		if err != nil {
			return nil, err
		}
		lists := make([][]part[T], len(prefixes))
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(atOnce)
		for i, p := range prefixes {
			group.Go(func() error {
				list, err := of(s.account, p.ID).List(ctx)
				for _, v := range list {
					lists[i] = append(lists[i], part[T]{p, v})
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return nil, err
		}
		return slices.Concat(lists...), nil
	}
}

// prefixes are all prefixes, or the one that is asked for by CIDR or id.
func (s *session) prefixes(ctx context.Context, asked string) ([]api.Prefix, error) {
	list, err := s.account.Prefixes.List(ctx)
	if err != nil || asked == "" {
		return list, err
	}
	rows := objects[api.Prefix]{kind[api.Prefix]{naming: naming{one: "prefix"}, id: prefixID, called: prefixCIDR}, list}
	i, err := find(rows, rows.kind.naming, asked)
	if err != nil {
		return nil, err
	}
	return list[i : i+1], nil
}

// objects are the objects of one kind with their kind.
type objects[T any] struct {
	kind kind[T]
	rows []T
}

func (o objects[T]) count() int                   { return len(o.rows) }
func (o objects[T]) object(i int) json.RawMessage { return o.kind.raw(o.rows[i]) }
func (o objects[T]) id(i int) string              { return o.kind.id(o.rows[i]) }
func (o objects[T]) name(i int) string            { return o.kind.called(o.rows[i]) }

// columns are the kind's with the id as the last.
func (o objects[T]) columns(g tui.Glyphs) []table.Column[T] {
	if o.kind.nameIsID {
		return o.kind.columns(g)
	}
	id := table.Column[T]{Key: "id", Title: "ID", Width: 32, Priority: 9,
		Text: func(v T, _ time.Time) string { return tui.Clean(o.kind.id(v)) }}
	return append(o.kind.columns(g), id)
}

func (o objects[T]) table(c tui.Canvas) []string {
	return printTable(o.columns(c.Theme.Glyphs), o.kind.id, o.rows, "", false, c)
}

func (o objects[T]) record(i int, c tui.Canvas) []string {
	return printRecord(table.OnRows(o.columns(c.Theme.Glyphs)), &o.rows[i], c)
}
