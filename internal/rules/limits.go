package rules

import "time"

// Bounds of names and texts, in characters.
const (
	// MaxGREName is the longest GRE tunnel name (Cloudflare API: create GRE tunnel). For IPsec only the
	// dashboard steps of "Configure tunnel endpoints" say so; the API names no limit.
	MaxGREName = 15
	// MaxPrefixDescription is the longest description of a BYOIP prefix (Cloudflare API: add prefix).
	MaxPrefixDescription = 1000
	// MaxMD5Key is the longest BGP MD5 key (Cloudflare docs: Configure BGP routes; also the limit of the
	// Linux kernel, so a longer one does not work on many devices).
	MaxMD5Key = 80
	// ShortPSK is the length under which a pre-shared key draws a warning. No document of Cloudflare's gives
	// a minimum (unconfirmed); RFC 7296 section 2.15 asks for as much unpredictability as the strongest key used.
	ShortPSK = 16
)

// Packet sizes in bytes and hops (Cloudflare API: create GRE tunnel; Cloudflare docs: MTU and MSS).
const (
	// MinMTU is the smallest MTU the API takes.
	MinMTU = 576
	// DefaultGREMTU is 1500 minus the 24 bytes of the outer IPv4 and GRE headers.
	DefaultGREMTU = 1476
	// EthernetMTU is what a dataplane v2 interconnect carries both ways (Cloudflare docs: Network Interconnect).
	EthernetMTU = 1500
	// GREOverhead is the outer IPv4 header (20) and a GRE header without options (4).
	GREOverhead = EthernetMTU - DefaultGREMTU
	// MSSGRE is the largest TCP segment to allow through a GRE tunnel.
	MSSGRE = 1436
	// MSSIPsec is the largest TCP segment to allow through an IPsec tunnel.
	MSSIPsec = 1360
	// MinIPsecMTU and MaxIPsecMTU bound the usual IPsec tunnel MTU (Cloudflare docs: Troubleshoot tunnel health).
	MinIPsecMTU = 1400
	MaxIPsecMTU = 1450
	// DefaultTTL is the TTL of the outer GRE packets when none is given (Cloudflare API: create GRE tunnel).
	DefaultTTL = 64
	// MinTTL and MaxTTL are the bounds of the IP header (RFC 791); Cloudflare documents no range.
	MinTTL = 1
	MaxTTL = 255
)

// Route priorities and weights (Cloudflare docs: Traffic steering, Tunnel health checks). Lower wins.
const (
	// DefaultPriority is the priority of BGP-learned routes, and the dashboard's proposal for static ones.
	DefaultPriority = 100
	// PenaltyDegraded is added to the priority of routes through a degraded tunnel.
	PenaltyDegraded = 500_000
	// PenaltyDown is added to the priority of routes through a tunnel that is down.
	PenaltyDown = 1_000_000
	// MaxSafePriority is the largest priority that stays under PenaltyDegraded, so that a healthy route always
	// beats a degraded one. Inferred from the penalties: Cloudflare documents no range (unconfirmed).
	MaxSafePriority = PenaltyDegraded - 1
	// MaxWeight is the largest ECMP weight.
	MaxWeight = 256
)

// BGP session values (Cloudflare docs: Configure BGP routes, Traffic steering).
const (
	// CloudflareASN is Cloudflare's AS number; sessions over GRE and IPsec tunnels need it unchanged.
	CloudflareASN uint32 = 13335
	// TunnelHoldTime is what Cloudflare offers on tunnels, InterconnectHoldTime on interconnects; the lower of
	// both sides wins.
	TunnelHoldTime       = 90 * time.Second
	InterconnectHoldTime = 240 * time.Second
	// KeepalivesPerHold is how many keepalives fit in one hold time.
	KeepalivesPerHold = 3
	// MinConnectRetry and MaxConnectRetry bound the retry timer to set on the customer device, which must dial.
	MinConnectRetry = 5 * time.Second
	MaxConnectRetry = 10 * time.Second
	// GracefulRestart is the restart time Cloudflare helps with, on interconnects only.
	GracefulRestart = 120 * time.Second
	// Convergence is how long a route change usually takes to reach all of Cloudflare's network.
	Convergence = 20 * time.Second
	// BGPPort is the TCP port the customer device dials.
	BGPPort = 179
)

// BYOIP sizes and timings.
const (
	// MinPrefixV4 is the length of the smallest IPv4 prefix to onboard (Cloudflare docs: advertise prefixes).
	MinPrefixV4 = 24
	// MinPrefixV6 is the same for IPv6: the usual limit of Internet routing (unconfirmed for Cloudflare).
	MinPrefixV6 = 48
	// MaxPrepend is the largest asn_prepend_count (Cloudflare API: BGP prefixes).
	MaxPrepend = 3
	// MinBindingPropagation and MaxBindingPropagation bound how long creating or deleting a service binding
	// takes; services on these addresses are likely disrupted meanwhile (Cloudflare docs: BYOIP, service bindings).
	MinBindingPropagation = 4 * time.Hour
	MaxBindingPropagation = 6 * time.Hour
	// BindingBeforeAdvertise is the wait after the first binding (Cloudflare docs: BYOIP, get started).
	BindingBeforeAdvertise = 5 * time.Hour
	// MinAdvertise and MaxAdvertise bound how long an announcement takes to appear on the Internet,
	// MinWithdraw and MaxWithdraw how long it takes to disappear (Cloudflare docs: dynamic advertisement best practices).
	MinAdvertise = 2 * time.Minute
	MaxAdvertise = 7 * time.Minute
	MinWithdraw  = 2 * time.Minute
	MaxWithdraw  = 15 * time.Minute
	// AdvertiseCooldown is our own soft pause between two changes of the same announcement: Cloudflare
	// documents no minimum (unconfirmed), so it only ever warns.
	AdvertiseCooldown = 15 * time.Minute
)
