package store

import (
	"time"

	"flarewire/api"
)

// Kind names what is read as one: a collection of the API by its name there, a list below a prefix, or a reading of the
// analytics.
type Kind string

// The kinds. BGPPrefixes, Bindings and Delegations are lists below one prefix each, PortStates is the state of one
// interconnect: the API has no list of them over the account.
const (
	GRETunnels     Kind = "gre_tunnels"
	IPsecTunnels   Kind = "ipsec_tunnels"
	HealthChecks   Kind = "health"
	TunnelTraffic  Kind = "traffic"
	Routes         Kind = "routes"
	Prefixes       Kind = "prefixes"
	BGPPrefixes    Kind = "bgp_prefixes"
	Bindings       Kind = "bindings"
	Delegations    Kind = "delegations"
	Ports          Kind = "cni_interconnects" // network interconnects: a cable or a partner's circuit
	PortStates     Kind = "cni_interconnects.status"
	Links          Kind = "cf_interconnects" // the tunnel sides of interconnects
	CNIs           Kind = "cnis"
	Slots          Kind = "cni_slots"
	CNISettings    Kind = "cni_settings"
	Services       Kind = "services"
	Leases         Kind = "leases"
	EndpointChecks Kind = "endpoint_healthchecks"
	Accounts       Kind = "accounts"
	// API is Cloudflare's API itself, which has no object and is never read: events about whether it answers.
	API Kind = "api"
)

// Tunnels returns the kind of the list that holds the tunnels of this kind.
func Tunnels(kind api.TunnelKind) Kind {
	if kind == api.IPsec {
		return IPsecTunnels
	}
	return GRETunnels
}

// about is what the store must know of a kind.
type about struct {
	title string        // in a sentence: "the IPsec tunnels could not be read"
	every time.Duration // how often it is read while somebody needs it
}

// HealthWindow is the time that the health of a tunnel is averaged over, for the screen and for every command. Probes are
// counted over five minutes (Cloudflare docs: Tunnel health checks); the rest is for analytics that come late.
const HealthWindow = 10 * time.Minute

// trafficWindow is how far back the last complete step of five minutes is looked for.
const trafficWindow = 20 * time.Minute

// kinds has every kind that can be read. Health changes within a minute; traffic comes in steps of five; routes and prefixes
// change when somebody changes them; slots, services and leases change with building work and contracts.
var kinds = map[Kind]about{
	GRETunnels:     {"GRE tunnels", DefaultRefresh},
	IPsecTunnels:   {"IPsec tunnels", DefaultRefresh},
	HealthChecks:   {"health", time.Minute},
	TunnelTraffic:  {"traffic", 5 * time.Minute},
	Routes:         {"routes", time.Minute},
	Prefixes:       {"prefixes", 2 * time.Minute},
	BGPPrefixes:    {"BGP prefixes", 2 * time.Minute},
	Bindings:       {"service bindings", 2 * time.Minute},
	Delegations:    {"delegations", 2 * time.Minute},
	Ports:          {"interconnects", 2 * time.Minute},
	PortStates:     {"interconnect states", 2 * time.Minute},
	Links:          {"interconnect tunnel sides", 2 * time.Minute},
	CNIs:           {"CNIs", 2 * time.Minute},
	Slots:          {"slots", 10 * time.Minute},
	CNISettings:    {"CNI settings", 2 * time.Minute},
	Services:       {"services", 10 * time.Minute},
	Leases:         {"leases", 10 * time.Minute},
	EndpointChecks: {"endpoint health checks", time.Minute},
	Accounts:       {"accounts", 10 * time.Minute},
}

// Title is the kind's name in a sentence, in the plural.
func (k Kind) Title() string { return kinds[k].title }

// Every is how often the kind is read while somebody needs it.
func (k Kind) Every() time.Duration { return kinds[k].every }

// detail reports whether the kind is read object by object.
func (k Kind) detail() bool { return k.listed() != k }

// listed returns the kind of the list that has the objects which a kind of details belongs to, and any other kind itself.
func (k Kind) listed() Kind {
	switch k {
	case BGPPrefixes, Bindings, Delegations:
		return Prefixes
	case PortStates:
		return Ports
	}
	return k
}

// detailKinds are the kinds that are read object by object.
var detailKinds = []Kind{BGPPrefixes, Bindings, Delegations, PortStates}

// Overview is what the first page, the events and the notifications rest on: it is read all the time while the program runs.
func Overview() []Kind {
	return []Kind{GRETunnels, IPsecTunnels, HealthChecks, TunnelTraffic, Routes, Prefixes, BGPPrefixes, Bindings, Ports, PortStates, Links}
}
