// Package views joins the pages of all resources to the frame. Each resource has its own folder; the
// registry here is the one list of them.
package views

import (
	"fmt"
	"slices"
	"strings"

	"flarewire/internal/kind"
	"flarewire/tui"
	"flarewire/views/account"
	"flarewire/views/activity"
	"flarewire/views/alerts"
	"flarewire/views/bgp"
	"flarewire/views/changes"
	"flarewire/views/endpointcheck"
	"flarewire/views/events"
	"flarewire/views/filterprofile"
	"flarewire/views/interconnect"
	"flarewire/views/kit"
	"flarewire/views/location"
	"flarewire/views/muted"
	"flarewire/views/overview"
	"flarewire/views/prefix"
	"flarewire/views/requests"
	"flarewire/views/review"
	"flarewire/views/route"
	"flarewire/views/setup"
	"flarewire/views/traceroute"
	"flarewire/views/tunnel"
	"flarewire/views/where"
)

// registry is every resource, in the order of the palette. The first page of the first one is home.
var registry = []func(*kit.Env) kit.Module{
	overview.New,
	events.New,
	muted.New,
	setup.New,
	tunnel.New,
	bgp.New,
	filterprofile.New,
	interconnect.New,
	route.New,
	prefix.New,
	where.New,
	location.New,
	traceroute.New,
	endpointcheck.New,
	account.New,
	activity.New,
	changes.New,
	alerts.New,
	requests.New,
}

// Listings are the kinds that `flarewire list` and `get` print, in the order of the table of kinds.
func Listings() []kit.Listing {
	all := slices.Concat(tunnel.Listings(), interconnect.Listings(), route.Listings(), prefix.Listings(), endpointcheck.Listings(),
		filterprofile.Listings())
	var out []kit.Listing
	for _, a := range kind.All() {
		if i := slices.IndexFunc(all, func(l kit.Listing) bool { return l.Kind == a.Kind }); i >= 0 {
			out = append(out, all[i])
		}
	}
	return out
}

// New makes the whole program's root model. o.Home, Destinations and Services are filled in here; start
// names the page to open first, empty for the first of the registry; more are pages that need what no
// account has, such as the profiles.
func New(env *kit.Env, o tui.Options, start string, more ...func(*kit.Env) kit.Module) (*tui.App, error) {
	o.Services, o.Outage = append([]tui.Service{env, env.Feed, review.Outcomes{}}, o.Services...), env.Feed.Outage
	for _, make := range slices.Concat(registry, more) {
		m := make(env)
		env.Add(m)
		o.Pages = append(o.Pages, m.PaletteEntries()...)
		o.Services = append(o.Services, m.Services()...)
	}
	o.Home, o.Objects, o.Unread = o.Pages[0].Open, env.Objects, env.Unread
	if start != "" {
		i := slices.IndexFunc(o.Pages, func(d tui.PaletteEntry) bool { return slices.Contains(d.Names, start) })
		if i < 0 {
			return nil, fmt.Errorf("there is no page called %q: use %s", start, names(o.Pages))
		}
		o.Home = o.Pages[i].Open
	}
	if i := slices.IndexFunc(o.Pages, func(d tui.PaletteEntry) bool { return slices.Contains(d.Names, env.BackTo) }); i >= 0 {
		o.Below = o.Pages[i].Open
	}
	return tui.NewApp(o), nil
}

func names(places []tui.PaletteEntry) string {
	all := make([]string, len(places))
	for i, d := range places {
		all[i] = d.Names[0]
	}
	return strings.Join(all, ", ")
}
