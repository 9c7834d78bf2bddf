package store

import (
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
)

// Kind names what is read as one. See package kind, the one table of kinds.
type Kind = kind.Kind

// The kinds by the names that users of the store know them by. A new kind needs no line here.
const (
	GRETunnels     = kind.GRETunnels
	IPsecTunnels   = kind.IPsecTunnels
	HealthChecks   = kind.HealthChecks
	TunnelTraffic  = kind.TunnelTraffic
	LocationHealth = kind.Locations
	Routes         = kind.Routes
	Prefixes       = kind.Prefixes
	BGPPrefixes    = kind.BGPPrefixes
	Bindings       = kind.Bindings
	Delegations    = kind.Delegations
	Ports          = kind.Ports
	PortStates     = kind.PortStates
	Links          = kind.Links
	CNIs           = kind.CNIs
	Slots          = kind.Slots
	CNISettings    = kind.CNISettings
	Services       = kind.Services
	Leases         = kind.Leases
	EndpointChecks = kind.EndpointChecks
	Accounts       = kind.Accounts
	API            = kind.API
)

// Tunnels returns the kind of the list that holds the tunnels of this kind.
func Tunnels(of api.TunnelKind) Kind {
	if of == api.IPsec {
		return IPsecTunnels
	}
	return GRETunnels
}

// HealthWindow is the time that the health of a tunnel is averaged over, for the screen and for every command. Probes are
// counted over five minutes (Cloudflare docs: Tunnel health checks); the rest is for analytics that come late.
const HealthWindow = 10 * time.Minute

// trafficWindow is how far back the last complete step of five minutes is looked for.
const trafficWindow = 20 * time.Minute

// detailKinds are the kinds that are read object by object.
var detailKinds = kind.Filter(func(a kind.About) bool { return a.Parent != "" })

// readable are the kinds that can be read.
var readable = kind.Filter(func(a kind.About) bool { return a.Every > 0 })

// Overview is what the first page, the events and the notifications rest on: it is read all the time while the program runs.
func Overview() []Kind { return kind.Filter(func(a kind.About) bool { return a.Watched }) }
