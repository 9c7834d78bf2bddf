package interconnect

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
	"flarewire/views/field"
	"flarewire/views/kit"
)

// Listings are the kinds of this folder as `flarewire list` and `get` print them, without the columns that rest on the lists of the
// other kinds.
//
// "interconnects" are the ports of the CNI API, beside "cnis", which are the addresses and BGP sessions over them. The tunnel
// side of the same link, magic/cf_interconnects, has its own name.
func Listings() []kit.Listing {
	type L = api.MagicInterconnect
	none := func(port) string { return "" }
	return []kit.Listing{
		kit.ListingOf[port]{Kind: kind.Ports, List: listPorts, Without: []string{"cnis"},
			ID: func(p port) string { return p.Name }, Name: func(p port) string { return p.Name },
			JSON: func(p port) json.RawMessage { return p.JSON() },
			Columns: func(g tui.Glyphs) []table.Column[port] {
				return append(portColumns(g, none), table.Column[port]{Key: "reservation", Title: "PORT RESERVATION", Width: 36, Priority: 5,
					Text: field.Cell(func(p port) string { return field.Or(p.VirtualPortReservationID, "-") })})
			}}.Listing(),
		kit.ListingOf[api.CNI]{Kind: kind.CNIs, List: kit.AllOf(func(a *api.AccountClient) api.Collection[api.CNI] { return a.CNIs }),
			ID: func(c api.CNI) string { return c.ID }, Name: func(c api.CNI) string { return c.Magic.ConduitName }, JSON: api.CNI.JSON,
			Columns: func(tui.Glyphs) []table.Column[api.CNI] { return cniColumns() }}.Listing(),
		kit.ListingOf[L]{Kind: kind.Links, Without: []string{"port"},
			List: kit.AllOf(func(a *api.AccountClient) api.Collection[L] { return a.MagicInterconnects }),
			ID:   func(l L) string { return l.ID }, Name: func(l L) string { return l.Name }, JSON: L.JSON,
			Columns: func(tui.Glyphs) []table.Column[L] { return linkColumns(func(L) string { return "" }) }}.Listing(),
	}
}

// listPorts reads the ports and, for the columns, the state of each: the list does not have it.
func listPorts(ctx context.Context, a *api.AccountClient, want kit.Wanted) ([]port, error) {
	list, err := a.Interconnects.List(ctx)
	ports := make([]port, len(list))
	for i, p := range list {
		ports[i] = port{store.Port{Interconnect: p}}
	}
	if !want.Columns || err != nil && !errors.As(err, new(*api.PartialError)) {
		return ports, err
	}
	states, errState := kit.EachOf(ctx, ports, func(ctx context.Context, p port) (api.InterconnectStatus, error) {
		return a.InterconnectStatus(ctx, p.Name)
	})
	for i, s := range states {
		ports[i].State, ports[i].Reason = store.PortState(s.State), s.Reason
		ports[i].Asked.Fetched = time.Now()
	}
	if errState != nil {
		errState = kit.NotInColumns{Err: errState, What: "the state of some ports"}
	}
	return ports, errors.Join(err, errState)
}
