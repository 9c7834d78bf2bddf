package kit

import (
	tea "charm.land/bubbletea/v2"

	"flarewire/internal/kind"
	"flarewire/tui"
)

// dashboard is the address at which Cloudflare's documents open the page of a kind in the dashboard, which asks for the account itself, and
// what the page is called there. None of them documents an address for a single object, and what is not documented is not linked
// (developers.cloudflare.com: Configure routes; Address space; Configure tunnel endpoints).
var dashboard = map[kind.Kind]struct{ title, path string }{
	kind.GRETunnels:   {"Connectors, IPsec/GRE tunnels", "magic-networks/connections"},
	kind.IPsecTunnels: {"Connectors, IPsec/GRE tunnels", "magic-networks/connections"},
	kind.Links:        {"Interconnects", "magic-networks/connections/cni-tunnels"},
	kind.CNIs:         {"Interconnects", "magic-networks/connections/cni-tunnels"},
	kind.Ports:        {"Interconnects", "magic-networks/connections/cni-tunnels"},
	kind.CNISettings:  {"Routes, WAN configuration", "magic-networks/routes"},
	kind.Routes:       {"Routes", "magic-networks/routes"},
	kind.Prefixes:     {"Address space, BYOIP addresses", "ip-addresses/address-space"},
	kind.Leases:       {"Address space, Leased IPs", "ip-addresses/address-space"},
}

const dashboardAddress = "https://dash.cloudflare.com/?to=/:account/"

// DashboardAction opens the page of Cloudflare's dashboard that has an object of the kind; nil where no document has its address.
func (e *Env) DashboardAction(of kind.Kind) []tui.Action {
	page, ok := dashboard[of]
	if !ok {
		return nil
	}
	return []tui.Action{{Name: "dashboard", Keys: []string{"O"}, Short: "dashboard", Class: tui.Common,
		Long: "Open its page in Cloudflare's dashboard (" + page.title + "): in the browser, or over SSH as a link",
		Run:  func() tea.Cmd { return tui.Browse("Cloudflare's dashboard, "+page.title, dashboardAddress+page.path) }}}
}
