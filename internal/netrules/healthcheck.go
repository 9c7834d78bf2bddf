package netrules

import "net/netip"

// Product is the Cloudflare product a tunnel serves.
type Product int

// The products; the zero value means that it is not known.
const (
	MagicTransit Product = iota + 1
	CloudflareWAN
)

// The values of the health check fields (Cloudflare API: create GRE tunnel).
const (
	RateLow  = "low"
	RateMid  = "mid"
	RateHigh = "high"

	TypeReply   = "reply"
	TypeRequest = "request"

	Unidirectional = "unidirectional"
	Bidirectional  = "bidirectional"
)

// HealthCheck is a tunnel's health check as it is to be sent, with what is known about the tunnel's use.
type HealthCheck struct {
	Enabled   bool
	Rate      string
	Type      string
	Direction string
	Target    string // empty takes the default target

	Product     Product
	Egress      bool // Magic Transit sends the customer's outgoing traffic through Cloudflare
	BGP         bool // the tunnel carries a BGP session
	Stateful    bool // the device is a stateful firewall
	PolicyBased bool // the device uses a policy-based VPN
}

// DefaultHealthCheck is the health check to propose for a product, every field explicit: the API's default
// direction is not the one of Cloudflare WAN, and tunnels created without "enabled" came out disabled
// (Cloudflare docs: Tunnel health checks; field reports for "enabled").
func DefaultHealthCheck(product Product) HealthCheck {
	h := HealthCheck{Enabled: true, Rate: RateMid, Type: TypeReply, Direction: Unidirectional, Product: product}
	if product == CloudflareWAN {
		h.Type, h.Direction = TypeRequest, Bidirectional
	}
	return h
}

// DefaultTarget is where probes go when no target is set: the customer endpoint for unidirectional checks,
// the customer's side of the inner subnet for bidirectional ones (Cloudflare docs: Tunnel health checks). It is
// the zero Addr when that one is not set.
func DefaultTarget(direction string, customerEndpoint netip.Addr, interfaceAddress netip.Prefix) netip.Addr {
	if direction != Bidirectional {
		return customerEndpoint
	}
	_, customer, _ := Sides(interfaceAddress)
	return customer
}

// HealthCheckRate checks the probe rate (Cloudflare API: create GRE tunnel).
func HealthCheckRate(text string) Finding {
	return oneOf(text, srcAPIGRE, RateLow, RateMid, RateHigh)
}

// HealthCheckType checks the ICMP type of the probes (Cloudflare API: create GRE tunnel).
func HealthCheckType(text string) Finding {
	return oneOf(text, srcAPIGRE, TypeReply, TypeRequest)
}

// HealthCheckDirection checks the direction of the probes. Interconnects have no such field (Cloudflare API:
// create GRE tunnel, update interconnect).
func HealthCheckDirection(kind Kind, text string) Finding {
	if kind != Interconnect {
		return oneOf(text, srcAPIGRE, Unidirectional, Bidirectional)
	}
	if text != "" {
		return refuse(srcAPIInterconnect, "Interconnects have no direction; leave it empty")
	}
	return Finding{}
}

// HealthCheckTarget checks the address that is probed; empty takes the default. The API text says that a
// target is ignored for bidirectional checks, the docs say that a custom one works there: it is accepted, with a
// Note (Cloudflare API: create GRE tunnel; Cloudflare docs: Tunnel health checks).
func HealthCheckTarget(direction, text string) Finding {
	if text == "" {
		return Finding{}
	}
	addr, f := address(text, anyIP, srcDocsHealth)
	switch {
	case !f.OK():
		return f
	case addr.IsUnspecified(), addr.IsLoopback(), addr.IsMulticast():
		return refuse(srcDocsHealth, "Use an address of your device, or leave it empty for the default")
	case LegacyHealthRange().Contains(addr):
		return warn(srcDocsHealth, "%s is the old target range; leave it empty for the default", LegacyHealthRange())
	case direction == Bidirectional:
		return note(srcDocsHealth, "Cloudflare's API text says that it ignores this when bidirectional")
	}
	return Finding{}
}

// HealthCheckCombination checks what the single fields cannot: whether the probes can work for this device and
// product. The server accepts all of these, so none of them is an Error.
func HealthCheckCombination(h HealthCheck) Finding {
	switch {
	case !h.Enabled && h.BGP:
		return warn(srcDocsSteering, "BGP needs the health check switched on beside it")
	case !h.Enabled:
		return warn(srcDocsTunnels, "Off: the tunnel shows as 100 %% down and failures go unnoticed")
	case h.PolicyBased && h.Type == TypeReply:
		return warn(srcDocsTrouble, "Policy-based VPNs need type request and a target in the selectors")
	case h.PolicyBased && h.Target == "":
		return warn(srcDocsTrouble, "Policy-based VPNs need a target that the selectors cover")
	case h.Stateful && h.Type == TypeReply:
		return warn(srcDocsTrouble, "Stateful firewalls drop replies nobody asked for; use request")
	case h.Direction == Bidirectional && h.Product == MagicTransit && !h.Egress:
		return warn(srcDocsHealth, "On Magic Transit, bidirectional checks need egress switched on")
	case h.Direction == Unidirectional && h.Product == CloudflareWAN:
		return warn(srcDocsHealth, "Cloudflare WAN normally uses bidirectional health checks")
	}
	return Finding{}
}

// EndpointCheckType is the only kind of endpoint health check (Cloudflare API: create endpoint health check).
const EndpointCheckType = "icmp"

// Endpoint checks the address of a host that endpoint health checks probe (Cloudflare API: create endpoint health check).
// Whether a private address can be reached is not in the documents: it is a Warning.
func Endpoint(text string) Finding {
	addr, f := address(text, anyIP, srcAPIEndpoint)
	switch {
	case !f.OK():
		return f
	case addr.IsUnspecified(), addr.IsLoopback(), addr.IsMulticast():
		return refuse(srcAPIEndpoint, "Use the address of a host of yours")
	case addr.IsPrivate(), addr.IsLinkLocalUnicast():
		return warn(srcUnconfirmed, "Private: the documents do not say whether Cloudflare reaches it")
	}
	return Finding{}
}
