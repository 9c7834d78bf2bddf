package route

import (
	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/tui"
	"flarewire/tui/table"
	"flarewire/views/kit"
)

// Listings are the kinds of this folder as `flarewire list` and `get` print them. The tunnel behind a next hop would take three
// more requests.
func Listings() []kit.Listing {
	return []kit.Listing{kit.ListingOf[api.Route]{Kind: kind.Routes, Without: []string{"via", "state"},
		List: kit.AllOf(func(a *api.AccountClient) api.Collection[api.Route] { return a.Routes }),
		ID:   func(r api.Route) string { return r.ID }, Name: func(r api.Route) string { return r.Prefix }, JSON: api.Route.JSON,
		Columns: func(tui.Glyphs) []table.Column[api.Route] {
			return Columns(func(api.Route) string { return "" }, func(api.Route) (string, tui.Role) { return "", tui.Plain })
		},
	}.Listing()}
}
