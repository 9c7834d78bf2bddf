package tunnel

import (
	"context"
	"encoding/json"
	"slices"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/table"
	"flarewire/views/kit"
)

// Listings are the kinds of this folder as `flarewire list` and `get` print them.
func Listings() []kit.Listing {
	return []kit.Listing{
		listing(kind.GRETunnels, func(a *api.AccountClient) api.Collection[api.GRETunnel] { return a.GRETunnels }, api.GRETunnel.Tunnel),
		listing(kind.IPsecTunnels, func(a *api.AccountClient) api.Collection[api.IPsecTunnel] { return a.IPsecTunnels }, api.IPsecTunnel.Tunnel),
	}
}

// listing lists tunnels of one kind.
func listing[T any](k kind.Kind, of func(*api.AccountClient) api.Collection[T], read func(T) api.Tunnel) kit.Listing {
	return kit.ListingOf[store.Tunnel]{Kind: k, Columns: OneLook,
		ID: func(t store.Tunnel) string { return t.ID }, Name: func(t store.Tunnel) string { return t.Name },
		JSON: func(t store.Tunnel) json.RawMessage { return t.JSON() },
		List: func(ctx context.Context, a *api.AccountClient, _ kit.Wanted) ([]store.Tunnel, error) {
			return List(ctx, of(a), read)
		},
	}.Listing()
}

// List lists tunnels of one kind in the reading of the page.
func List[T any](ctx context.Context, of api.Collection[T], read func(T) api.Tunnel) ([]store.Tunnel, error) {
	list, err := of.List(ctx)
	out := make([]store.Tunnel, len(list))
	for i, v := range list {
		t := read(v)
		out[i] = store.Tunnel{Tunnel: t, State: store.StateOf(t)}
	}
	return out, err
}

// SinceColumn is since when a tunnel has been as it is, for a look that knows what was watched before.
func SinceColumn() table.Column[store.Tunnel] {
	return table.Column[store.Tunnel]{Key: "since", Title: "SINCE", Width: 6, Right: true, Live: true, Compare: bySince, Text: Since}
}

// OneLook is the columns of the page without what one look cannot see: since when.
func OneLook(g tui.Glyphs) []table.Column[store.Tunnel] {
	return slices.DeleteFunc(columns(g), func(c table.Column[store.Tunnel]) bool { return c.Key == "since" })
}
