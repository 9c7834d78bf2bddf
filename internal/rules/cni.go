package rules

import (
	"net/netip"
	"strings"
)

// The values of bgp_mode of a CNI.
const (
	// BGPModeExchange exchanges routes both ways.
	BGPModeExchange = "dynamic_route_exchange"
	// BGPModeAdvertise advertises statically, without an exchange of routes.
	BGPModeAdvertise = "advertise_only"
)

// CNIMTU checks magic.mtu in bytes; required. The API takes 0 and more; what the dataplanes carry is
// DefaultGREMTU or EthernetMTU (Cloudflare API: create CNI; Cloudflare docs: Network Interconnect), and the
// interconnect it creates has a minimum of MinMTU.
func CNIMTU(text string) Finding {
	if text == "" {
		return partial(srcAPICNI, "Enter the MTU: %d for version 2, %d with GRE", EthernetMTU, DefaultGREMTU)
	}
	f := MTU(Interconnect, text)
	n, ok := wholeNumber(text)
	if ok && f.Severity == Error {
		return warn(srcAPICNI, "An MTU of %d is too small; use %d or %d", n, EthernetMTU, DefaultGREMTU)
	}
	return f
}

// CNIAddresses checks the two ends of a CNI's point-to-point link: different hosts of one network, which is a /31
// for all Direct and Partner interconnects (Cloudflare API: create CNI; Cloudflare docs: Network Interconnect).
func CNIAddresses(cloudflare, customer netip.Prefix) Finding {
	switch {
	case cloudflare.Masked() != customer.Masked():
		return refuse(srcAPICNI, "Both ends lie in one network; Cloudflare's is %s", cloudflare.Masked())
	case cloudflare.Addr() == customer.Addr():
		return refuse(srcAPICNI, "Both ends cannot have the same address")
	case cloudflare.Bits() != 31:
		return warn(srcDocsCNI, "Direct and Partner interconnects use a /31")
	}
	return Finding{}
}

// Bandwidths lists the bandwidths of a Google Cloud partner interconnect (Cloudflare API: create interconnect).
func Bandwidths() []string {
	return []string{"50M", "100M", "200M", "300M", "400M", "500M", "1G", "2G", "5G", "10G", "20G", "50G"}
}

// Bandwidth checks the bandwidth of a Google Cloud partner interconnect (Cloudflare API: create interconnect).
func Bandwidth(text string) Finding {
	f := oneOf(text, srcAPICNISlot, Bandwidths()...)
	return withText(f, "Choose "+strings.Join(Bandwidths(), " "))
}

// PairingKey checks the key that pairs with a Google Cloud VLAN attachment; required (Cloudflare API: create
// interconnect). Google writes three parts with slashes; that is not in Cloudflare's documents, so another form is
// a Warning.
func PairingKey(text string) Finding {
	switch {
	case text == "":
		return partial(srcAPICNISlot, "Paste the pairing key from Google Cloud")
	case strings.ContainsAny(text, " \t\r\n"):
		return refuse(srcAPICNISlot, "The pairing key has no spaces or line breaks")
	case strings.Count(text, "/") != 2:
		return warn(srcUnconfirmed, "Google's pairing keys have three parts: ID/region/zone")
	}
	return Finding{}
}
