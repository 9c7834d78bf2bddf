package rules

import "net/netip"

// InterfaceAddress checks the inner address of a GRE or IPsec tunnel: a /31 (recommended) or /30 in one of
// InterfaceRanges, and a usable host of it (Cloudflare docs: Configure tunnel endpoints). The API text knows only
// /31 and RFC 1918; the server's dry run decides.
//
// In a link-local /30 the first host draws a Warning: AWS, which needs such subnets, takes it for itself
// (Cloudflare docs: Amazon AWS Transit Gateway).
func InterfaceAddress(text string) Finding {
	p, f := cidrRule{
		family:  onlyV4,
		allowed: func(p netip.Prefix) bool { return p.Bits() == 31 || p.Bits() == 30 },
		wrong:   "The length is /31 (recommended) or /30, such as 10.100.0.8/31",
		example: "10.100.0.8/31",
		source:  srcDocsTunnels,
	}.read(text)
	if !f.IsZero() {
		return f
	}
	if f := Worst(interfaceRange(p, srcDocsTunnels), interfaceHost(p)); !f.IsZero() {
		return f
	}
	if p.Bits() == 30 && linkLocalAllowed().Contains(p.Addr()) && p.Addr() == p.Masked().Addr().Next() {
		return warn(srcDocsAWS, "AWS takes the first host itself; for AWS use %s", second(p))
	}
	return Finding{}
}

// interfaceRange checks that an inner address lies where Cloudflare takes it.
func interfaceRange(p netip.Prefix, source string) Finding {
	switch {
	case holds(InterfaceRanges(), p.Addr()):
		return Finding{}
	case p.Addr().IsLinkLocalUnicast():
		return refuse(source, "Of 169.254.0.0/16 only %s is allowed", linkLocalAllowed())
	case LegacyHealthRange().Contains(p.Addr()):
		return refuse(srcDocsHealth, "%s is the old health check range; use a private /31", LegacyHealthRange())
	}
	return refuse(source, "Use 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or %s", linkLocalAllowed())
}

// interfaceHost checks that the address is a host Cloudflare can have: no network or broadcast address.
func interfaceHost(p netip.Prefix) Finding {
	if _, _, ok := Sides(p); ok {
		return Finding{}
	}
	base := p.Masked().Addr()
	if p.Bits() == 29 {
		return refuse(srcAPIInterconnect, "In a /29 the address must be the .3 host: %s/29", base.Next().Next().Next())
	}
	return refuse(srcDocsHealth, "Use a host of the subnet: %s or %s", base.Next(), second(p).Addr())
}

// second is the second usable host of a /30, with the length.
func second(p netip.Prefix) netip.Prefix {
	return netip.PrefixFrom(p.Masked().Addr().Next().Next(), p.Bits())
}

// InterconnectVersion is the dataplane version in an interconnect object.
type InterconnectVersion string

// The versions the API knows; the field cannot be changed.
const (
	Version1  InterconnectVersion = "1"
	Version15 InterconnectVersion = "1.5"
	Version2  InterconnectVersion = "2"
)

// InterconnectAddress checks the inner address of an interconnect: /30 or /31, with GRE also /29, the latter
// only in version 1.5 and only the .3 host, the fourth address (Cloudflare API: update interconnect). Which
// link-local ranges are "approved" is not said, so others than the documented one are a Warning.
//
// Of version 1.5 the newer documents (TypeScript SDK 7.3.0) say /31, from the account's own prefixes too; the older ones (Go SDK 7.9.0)
// have the /29. The wider set passes (unconfirmed): another length is a Warning there, an own prefix a Note.
func InterconnectAddress(version InterconnectVersion, gre bool, text string, own ...netip.Prefix) Finding {
	shortest, wrong := 30, "The length is /31 or /30, such as 10.100.0.8/31"
	if gre && version == Version15 {
		shortest, wrong = 29, "The length is /31, /30 or /29, such as 10.100.0.8/31"
	}
	p, f := cidrRule{
		family:  onlyV4,
		allowed: func(p netip.Prefix) bool { return p.Bits() >= shortest && p.Bits() <= 31 },
		wrong:   wrong,
		example: "10.100.0.8/31",
		source:  srcAPIInterconnect,
	}.read(text)
	if !f.IsZero() {
		return f
	}
	if f := interfaceHost(p); !f.IsZero() {
		return f
	}
	if p.Addr().IsLinkLocalUnicast() && !linkLocalAllowed().Contains(p.Addr()) {
		return warn(srcAPIInterconnect, "The only documented link-local range is %s", linkLocalAllowed())
	}
	if version != Version15 {
		return interfaceRange(p, srcAPIInterconnect)
	}
	if !insideAny(p, own) {
		if f := interfaceRange(p, srcAPIInterconnect); !f.IsZero() {
			return f
		}
	}
	if p.Bits() != 31 {
		return warn(srcAPIInterconnect15, "Newer documents ask for a /31 on version 1.5, such as 10.100.0.8/31")
	}
	if insideAny(p, own) {
		return note(srcAPIInterconnect15, "From your own prefixes, which version 1.5 accepts")
	}
	return Finding{}
}

// InterfaceAddress6 checks the inner IPv6 address; empty means none. It must be a /127 inside the account's
// virtual_subnet6, the first address of its /127, and not the address of virtual_subnet6 itself (Cloudflare API:
// create GRE tunnel). Pass the zero Prefix when virtual_subnet6 is not known.
//
// The API's own example gives virtual_subnet6 as a /127 and an interface outside it, so what "inside" means
// there is unconfirmed: outside is a Warning.
func InterfaceAddress6(text string, virtualSubnet6 netip.Prefix) Finding {
	if text == "" {
		return Finding{}
	}
	p, f := cidrRule{
		family:  onlyV6,
		allowed: func(p netip.Prefix) bool { return p.Bits() == 127 },
		wrong:   "The IPv6 length is /127, such as 2001:db8::200/127",
		example: "2001:db8::200/127",
		source:  srcAPIGRE,
	}.read(text)
	switch {
	case !f.IsZero():
		return f
	case p.Addr().IsLinkLocalUnicast(), p.Addr().IsMulticast(), p.Addr().IsLoopback(), p.Addr().IsUnspecified():
		return refuse(srcAPIGRE, "Use a /127 of the account's IPv6 subnet, such as 2001:db8::200/127")
	case p.Addr() != p.Masked().Addr():
		return refuse(srcAPIGRE, "Use the first address of the /127: %s", p.Masked())
	case virtualSubnet6.IsValid() && p.Addr() == virtualSubnet6.Addr():
		return refuse(srcAPIGRE, "This is the account's own subnet address; use another /127 of it")
	case virtualSubnet6.IsValid() && !virtualSubnet6.Contains(p.Addr()):
		return warn(srcAPIGRE, "This is outside the account's IPv6 subnet %s", virtualSubnet6)
	}
	return Finding{}
}
