package rules

// CustomerDevice is what a tunnel ends at on the customer's side, as far as it matters for suggestions: a cloud's gateway, or a router.
type CustomerDevice string

// The clouds whose gateways differ from a router. Anything else is a router, "" among it.
const (
	Azure  CustomerDevice = "azure"
	Google CustomerDevice = "google"
	AWS    CustomerDevice = "aws"
)

// DeviceHealthCheck is the health check to suggest for a device. Routers drop "reply" probes, which carry their own address as the
// source, unless they are told not to, so "request" is the safer one; the guides for Azure and Google use "reply" (Cloudflare docs:
// Tunnel health checks; third-party guides).
func DeviceHealthCheck(device CustomerDevice, product Product) HealthCheck {
	h := DefaultHealthCheck(product)
	h.Type = TypeRequest
	if device == Azure || device == Google {
		h.Type = TypeReply
	}
	return h
}

// DeviceSupports checks whether a device speaks the kind of tunnel: the VPN gateways of the clouds take IPsec only (unconfirmed).
func DeviceSupports(device CustomerDevice, kind OnRamp) Finding {
	switch device {
	case Azure, Google, AWS:
		if kind == GRE {
			return refuse(srcUnconfirmed, "A cloud's VPN gateway takes IPsec, not GRE")
		}
	}
	return Finding{}
}
