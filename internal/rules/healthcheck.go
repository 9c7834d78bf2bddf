package rules

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

// HealthCheck is a tunnel's health check as it is to be sent.
type HealthCheck struct {
	Enabled   bool
	Rate      string
	Type      string
	Direction string
}

// DefaultHealthCheck is the health check to propose for a product, every field explicit: the API's default
// direction is not the one of Cloudflare WAN, and tunnels created without "enabled" came out disabled
// (Cloudflare docs: Tunnel health checks; field reports for "enabled").
func DefaultHealthCheck(product Product) HealthCheck {
	h := HealthCheck{Enabled: true, Rate: RateMid, Type: TypeReply, Direction: Unidirectional}
	if product == CloudflareWAN {
		h.Type, h.Direction = TypeRequest, Bidirectional
	}
	return h
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
	case !f.IsZero():
		return f
	case leadsNowhere(addr):
		return refuse(srcDocsHealth, "Use an address of your device, or leave it empty for the default")
	case LegacyHealthRange().Contains(addr):
		return warn(srcDocsHealth, "%s is the old target range; leave it empty for the default", LegacyHealthRange())
	case direction == Unidirectional && (addr.IsPrivate() || addr.IsLinkLocalUnicast() || sharedSpace().Contains(addr)):
		return warn(srcDocsHealth, "Replies come back over the Internet; a private address cannot send them")
	case direction == Bidirectional:
		return note(srcDocsHealth, "Cloudflare's API text says that it ignores this when bidirectional")
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
	case !f.IsZero():
		return f
	case leadsNowhere(addr):
		return refuse(srcAPIEndpoint, "Use the address of one of your hosts")
	case addr.IsPrivate(), addr.IsLinkLocalUnicast():
		return warn(srcUnconfirmed, "Private: the documents do not say whether Cloudflare reaches it")
	}
	return Finding{}
}
