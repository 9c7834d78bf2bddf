// Package views joins the pages of all resources to the frame. Each resource has its own folder; the
// registry here is the one list of them.
package views

import (
	"time"

	"flarewire/api"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/live"
	"flarewire/views/tunnel"
)

// Options is what the pages need from outside.
type Options struct {
	Feed     *live.Feed
	Services []tui.Service // further ones beside the feed
	Identity func() tui.Identity
	Theme    tui.ThemeName
	Glyphs   tui.Glyphs
	Now      func() time.Time
}

// New makes the whole program's root model.
func New(o Options) *tui.App {
	places := registry(o)
	return tui.NewApp(tui.Options{
		Name:         "flarewire",
		Home:         places[0].Open,
		Destinations: places,
		Services:     append([]tui.Service{o.Feed}, o.Services...),
		Identity:     o.Identity,
		Theme:        o.Theme,
		Glyphs:       o.Glyphs,
		Now:          o.Now,
	})
}

// registry lists every page that can be jumped to; the first is the home page.
func registry(o Options) []tui.Destination {
	list := func(title string, kinds ...api.TunnelKind) func() tui.View {
		return func() tui.View {
			return resource.NewList(tunnel.Describe(title, o.Glyphs), o.Feed.Tunnels(kinds...))
		}
	}
	return []tui.Destination{
		{Names: []string{"tunnels", "home"}, Help: "GRE and IPsec tunnels together", Open: list("Tunnels")},
		{Names: []string{"gre", "gre-tunnels"}, Help: "GRE tunnels", Open: list("GRE tunnels", api.GRE)},
		{Names: []string{"ipsec", "ipsec-tunnels"}, Help: "IPsec tunnels", Open: list("IPsec tunnels", api.IPsec)},
	}
}
