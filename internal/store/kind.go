package store

import (
	"context"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
)

// What the store has of a kind is in this file: its list in Snapshot, who asks for it in Fetchers, what that is of an account in
// FromAccount, and all of it joined in lists. A recorder hands it on by itself.

// Kind names what is read as one. See package kind, the one table of kinds.
type Kind = kind.Kind

// The kinds by the names that users of the store know them by. A new kind needs no line among these.
const (
	GRETunnels     = kind.GRETunnels
	IPsecTunnels   = kind.IPsecTunnels
	TunnelHealth   = kind.TunnelHealth
	TunnelTraffic  = kind.TunnelTraffic
	LocationHealth = kind.LocationHealth
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
func Overview() []Kind { return kind.Filter(func(a kind.About) bool { return a.Always }) }

// Snapshot is everything known of an account at one moment. It never changes after it was handed out.
type Snapshot struct {
	Version uint64   // grows with every change
	Tunnels []Tunnel // of both kinds, GRE first, in the API's order
	GRE     Entry    // of the list of GRE tunnels
	IPsec   Entry    // of the list of IPsec tunnels
	Events  []Event  // of everything, oldest first by At, bounded
	Started time.Time
	Next    time.Duration // how long after this snapshot the tunnels are read again

	Health         Reading[MeasuredHealth]
	Traffic        Reading[Traffic]
	Locations      Locations
	Routes         List[api.Route]
	Prefixes       List[Prefix]
	Ports          List[Port]
	Links          List[api.MagicInterconnect]
	CNIs           List[api.CNI]
	Slots          List[api.Slot]
	CNISettings    List[api.CNISettings] // one, or none when the account has not set them
	Services       List[api.AddressingService]
	Leases         List[api.Lease]
	EndpointChecks List[api.EndpointCheck]
	FilterProfiles List[api.FilterProfile]
	BGPSettings    List[api.BGPSettings] // one, or none where the account has no such settings
	Accounts       List[api.Account]

	// Records are what Cloudflare's logs say about what fell, by the id of the object; only what was asked is here.
	Records map[string]RecordAnswer
	// Flows are what came in for the prefixes and what of it was dropped; only once somebody has asked.
	Flows Flows

	// ClockAhead is by how much the clock of the answers is ahead of the one here; zero unless it matters, see ClockDiffers.
	ClockAhead time.Duration
	// SilentSince is when Cloudflare was last asked for the tunnels and nobody answered; zero while it answers.
	SilentSince time.Time
	HistoryErr  error // the history could not be read or written; the rest is right all the same
}

// Fetchers read the kinds besides the tunnels; what has none cannot be read.
type Fetchers struct {
	Health         func(ctx context.Context, from, to time.Time) (api.HealthReport, error)
	Traffic        func(ctx context.Context, from, to time.Time, d api.Direction) (api.TrafficReport, error)
	Locations      LocationAnalytics
	Routes         func(context.Context) ([]api.Route, error)
	Prefixes       func(context.Context) ([]api.Prefix, error)
	BGPPrefixes    func(ctx context.Context, prefixID string) ([]api.BGPPrefix, error)
	Bindings       func(ctx context.Context, prefixID string) ([]api.Binding, error)
	Delegations    func(ctx context.Context, prefixID string) ([]api.Delegation, error)
	Ports          func(context.Context) ([]api.Interconnect, error)
	PortStatus     func(ctx context.Context, name string) (api.InterconnectStatus, error)
	Links          func(context.Context) ([]api.MagicInterconnect, error)
	CNIs           func(context.Context) ([]api.CNI, error)
	Slots          func(context.Context) ([]api.Slot, error)
	CNISettings    func(context.Context) ([]api.CNISettings, error)
	Services       func(context.Context) ([]api.AddressingService, error)
	Leases         func(context.Context) ([]api.Lease, error)
	EndpointChecks func(context.Context) ([]api.EndpointCheck, error)
	FilterProfiles func(context.Context) ([]api.FilterProfile, error)
	BGPSettings    func(context.Context) ([]api.BGPSettings, error)
	Accounts       func(context.Context) ([]api.Account, error)

	// Cloudflare's logs, asked on demand; see AskRecord.
	Datasets func(context.Context) ([]api.Dataset, error)
	Logs     func(context.Context, api.Log) (api.LogRows, error)
	Audit    func(ctx context.Context, since, before time.Time) (entries []api.AuditEntry, more bool, err error)
	// What came in for the prefixes, asked on demand; see AskFlows.
	Flows func(ctx context.Context, from, to time.Time) (api.FlowReport, error)

	// ClockAhead is by how much the clock of the answers is ahead of the store's; nil: they are the same.
	ClockAhead func() time.Duration
}

// FromAccount returns the fetchers of an account. Accounts is for whoever has the client to set.
func FromAccount(a *api.AccountClient) Fetchers {
	return Fetchers{
		Health: func(ctx context.Context, from, to time.Time) (api.HealthReport, error) {
			report, err := a.TunnelHealth(ctx, from, to, api.HealthOptions{Quick: true})
			if api.KindOf(err) == api.Invalid { // an account with narrower limits than the documented ones
				return a.TunnelHealth(ctx, from, to, api.HealthOptions{})
			}
			return report, err
		},
		Traffic: func(ctx context.Context, from, to time.Time, d api.Direction) (api.TrafficReport, error) {
			return a.TunnelTraffic(ctx, from, to, api.TrafficOptions{Direction: d})
		},
		Locations: a,
		Routes:    a.Routes.List,
		Prefixes:  a.Prefixes.List,
		BGPPrefixes: func(ctx context.Context, id string) ([]api.BGPPrefix, error) {
			return a.BGPPrefixes(id).List(ctx)
		},
		Bindings: func(ctx context.Context, id string) ([]api.Binding, error) { return a.Bindings(id).List(ctx) },
		Delegations: func(ctx context.Context, id string) ([]api.Delegation, error) {
			return a.Delegations(id).List(ctx)
		},
		Ports:      a.Interconnects.List,
		PortStatus: a.InterconnectStatus,
		Links:      a.MagicInterconnects.List,
		CNIs:       a.CNIs.List,
		Slots:      a.Slots.List,
		CNISettings: func(ctx context.Context) ([]api.CNISettings, error) {
			settings, err := a.CNISettings(ctx)
			return oneOrNone(settings, err)
		},
		BGPSettings: func(ctx context.Context) ([]api.BGPSettings, error) {
			settings, err := a.BGPSettings(ctx)
			return oneOrNone(settings, err)
		},
		Services:       a.Services.List,
		Leases:         a.Leases.List,
		EndpointChecks: a.EndpointChecks.List,
		FilterProfiles: a.FilterProfiles.List,
		ClockAhead:     a.ClockAhead,
		Datasets:       a.Datasets,
		Logs:           a.QueryLogs,
		Audit:          a.Audit,
		Flows:          a.Flows,
	}
}

// lists are all kinds of the account.
var lists map[Kind]list

func init() {
	type S = Snapshot
	type F = Fetchers
	lists = map[Kind]list{
		GRETunnels:   {entry: func(n *S) *Entry { return &n.GRE }},
		IPsecTunnels: {entry: func(n *S) *Entry { return &n.IPsec }},
		TunnelHealth: {entry: func(n *S) *Entry { return &n.Health.Entry },
			read: func(ctx context.Context, s *Store, _ *F) applier { return s.readHealth(ctx) }},
		TunnelTraffic: {entry: func(n *S) *Entry { return &n.Traffic.Entry },
			read: func(ctx context.Context, s *Store, _ *F) applier { return s.readTraffic(ctx) }},
		LocationHealth: {entry: func(n *S) *Entry { return &n.Locations.Entry },
			read: func(ctx context.Context, s *Store, _ *F) applier { return s.readLocations(ctx) }},
		Prefixes: {entry: func(n *S) *Entry { return &n.Prefixes.Entry },
			read: func(ctx context.Context, s *Store, f *F) applier { return s.readPrefixes(ctx, f) }},
		Ports: {entry: func(n *S) *Entry { return &n.Ports.Entry },
			read: func(ctx context.Context, s *Store, f *F) applier { return s.readPorts(ctx, f) }},

		Routes: rows(func(n *S) *List[api.Route] { return &n.Routes },
			func(f *F) *fetcher[api.Route] { return &f.Routes }, routeObjects),
		Links: rows(func(n *S) *List[api.MagicInterconnect] { return &n.Links },
			func(f *F) *fetcher[api.MagicInterconnect] { return &f.Links }, linkObjects),
		CNIs: rows(func(n *S) *List[api.CNI] { return &n.CNIs },
			func(f *F) *fetcher[api.CNI] { return &f.CNIs }, nil),
		Slots: rows(func(n *S) *List[api.Slot] { return &n.Slots },
			func(f *F) *fetcher[api.Slot] { return &f.Slots }, nil),
		CNISettings: rows(func(n *S) *List[api.CNISettings] { return &n.CNISettings },
			func(f *F) *fetcher[api.CNISettings] { return &f.CNISettings }, nil),
		Services: rows(func(n *S) *List[api.AddressingService] { return &n.Services },
			func(f *F) *fetcher[api.AddressingService] { return &f.Services }, nil),
		Leases: rows(func(n *S) *List[api.Lease] { return &n.Leases },
			func(f *F) *fetcher[api.Lease] { return &f.Leases }, nil),
		EndpointChecks: rows(func(n *S) *List[api.EndpointCheck] { return &n.EndpointChecks },
			func(f *F) *fetcher[api.EndpointCheck] { return &f.EndpointChecks }, nil),
		kind.FilterProfiles: rows(func(n *S) *List[api.FilterProfile] { return &n.FilterProfiles },
			func(f *F) *fetcher[api.FilterProfile] { return &f.FilterProfiles }, nil),
		kind.BGPSettings: rows(func(n *S) *List[api.BGPSettings] { return &n.BGPSettings },
			func(f *F) *fetcher[api.BGPSettings] { return &f.BGPSettings }, nil),
		Accounts: rows(func(n *S) *List[api.Account] { return &n.Accounts },
			func(f *F) *fetcher[api.Account] { return &f.Accounts }, nil),
	}
}
