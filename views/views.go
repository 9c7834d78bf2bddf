// Package views joins the pages of all resources to the frame. Each resource has its own folder; the
// registry here is the one list of them.
package views

import (
	"slices"

	"flarewire/tui"
	"flarewire/views/kit"
	"flarewire/views/route"
	"flarewire/views/tunnel"
)

// registry is every resource, in the order of the palette. The first page of the first one is home.
var registry = []func(*kit.Env) kit.Module{
	tunnel.New,
	route.New,
}

// New makes the whole program's root model. o.Home, Destinations and Services are filled in here; more are pages that
// need what no account has, such as the profiles.
func New(env *kit.Env, o tui.Options, more ...func(*kit.Env) kit.Module) *tui.App {
	o.Services = append([]tui.Service{env.Feed}, o.Services...)
	for _, make := range slices.Concat(registry, more) {
		m := make(env)
		env.Add(m)
		o.Destinations = append(o.Destinations, m.Destinations()...)
		o.Services = append(o.Services, m.Services()...)
	}
	o.Home = o.Destinations[0].Open
	return tui.NewApp(o)
}
