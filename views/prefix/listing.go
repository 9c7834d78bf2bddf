package prefix

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/table"
	"flarewire/views/kit"
)

// Listings are the kinds of this folder as `flarewire list` and `get` print them. Since when a binding is in its state one look
// cannot see.
func Listings() []kit.Listing {
	type (
		bgp     = kit.PrefixRow[api.BGPPrefix]
		binding = kit.PrefixRow[api.Binding]
	)
	return []kit.Listing{
		kit.ListingOf[row]{Kind: kind.Prefixes, List: list, Columns: columns,
			ID: func(r row) string { return r.ID }, Name: func(r row) string { return r.CIDR },
			JSON: func(r row) json.RawMessage { return r.JSON() }}.Listing(),
		kit.ListingOf[bgp]{Kind: kind.BGPPrefixes, List: kit.PrefixRows((*api.AccountClient).BGPPrefixes),
			ID: func(p bgp) string { return p.Object.ID }, Name: func(p bgp) string { return p.Object.CIDR },
			JSON: func(p bgp) json.RawMessage { return p.Object.JSON() },
			Columns: func(g tui.Glyphs) []table.Column[bgp] {
				return kit.PrefixRowColumns(func(p api.Prefix) []table.Column[api.BGPPrefix] {
					return bgpColumns(row{Prefix: store.Prefix{Prefix: p}}, g)
				})
			}}.Listing(),
		kit.ListingOf[binding]{Kind: kind.Bindings, List: kit.PrefixRows((*api.AccountClient).Bindings), Without: []string{"since"},
			ID: func(p binding) string { return p.Object.ID }, Name: func(p binding) string { return p.Object.CIDR },
			JSON: func(p binding) json.RawMessage { return p.Object.JSON() },
			Columns: func(g tui.Glyphs) []table.Column[binding] {
				return kit.PrefixRowColumns(func(p api.Prefix) []table.Column[api.Binding] {
					return bindingColumns(row{Prefix: store.Prefix{Prefix: p}}, g, func(string) time.Time { return time.Time{} })
				})
			}}.Listing(),
	}
}

// list reads the prefixes and, for the columns, what is advertised of each: the prefix itself has only a deprecated field for it. A
// prefix whose BGP prefixes cannot be read keeps its row, and the list is a part: the column would look like an answer.
func list(ctx context.Context, a *api.AccountClient, want kit.Wanted) ([]row, error) {
	prefixes, err := a.Prefixes.List(ctx)
	if err == nil || errors.As(err, new(*api.PartialError)) {
		rows := make([]row, len(prefixes))
		for i, p := range prefixes {
			rows[i] = row{Prefix: store.Prefix{Prefix: p}}
		}
		if !want.Columns {
			return rows, err
		}
		below, errBelow := kit.EachOf(ctx, rows, func(ctx context.Context, r row) (store.List[api.BGPPrefix], error) {
			found, err := a.BGPPrefixes(r.ID).List(ctx)
			if err != nil {
				return store.List[api.BGPPrefix]{}, err
			}
			return store.ListOf(kind.BGPPrefixes, found, time.Now()), nil
		})
		for i := range rows {
			rows[i].BGP = below[i]
		}
		if errBelow != nil {
			errBelow = kit.NotInColumns{Err: errBelow, What: "what is advertised of some prefixes"}
		}
		return rows, errors.Join(err, errBelow)
	}
	return nil, err
}
