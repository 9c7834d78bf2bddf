package rules

import (
	"strings"
)

// OnRamp is how the customer's network is connected to Cloudflare: the word in Cloudflare's documents for tunnels and interconnects.
type OnRamp int

// The on-ramps that have rules here.
const (
	GRE OnRamp = iota + 1
	IPsec
	Interconnect
)

// String gives the kind as Cloudflare's documents write it.
func (k OnRamp) String() string {
	switch k {
	case GRE:
		return "GRE tunnel"
	case IPsec:
		return "IPsec tunnel"
	case Interconnect:
		return "interconnect"
	}
	return "link"
}

func (k OnRamp) source() string {
	switch k {
	case GRE:
		return srcAPIGRE
	case IPsec:
		return srcAPIIPsec
	default:
		return srcAPIInterconnect
	}
}

// TunnelName checks the name of a GRE or IPsec tunnel or an interconnect; for the latter also what a CNI calls
// conduit_name. It is required. Tunnels take no spaces or special characters (Cloudflare docs: Configure tunnel
// endpoints), and GRE names at most MaxGREName characters (Cloudflare API: create GRE tunnel). For IPsec the API
// names no length and the dashboard steps do, so a longer one is a Warning. For interconnects nothing is
// documented, so unusual characters are a Warning.
//
// Which characters are special is not spelled out (unconfirmed): letters, digits, "_" and "-" appear in
// official examples; a dot is only a Warning because it may well be allowed.
func TunnelName(kind OnRamp, name string) Finding {
	if name == "" {
		return partial(kind.source(), "Enter a name: letters, digits, _ and -")
	}
	if f := nameCharacters(kind, name); f.Severity == Error {
		return f
	}
	switch {
	case kind == GRE && len(name) > MaxGREName:
		return refuse(srcAPIGRE, "At most %d characters in the name; this has %d", MaxGREName, len(name))
	case kind == IPsec && len(name) > MaxGREName:
		return warn(srcDocsTunnels, "The dashboard takes at most %d characters; this has %d", MaxGREName, len(name))
	}
	return nameCharacters(kind, name)
}

// nameCharacters refuses what is certainly special for tunnels and warns about what may be.
func nameCharacters(kind OnRamp, name string) Finding {
	dot, special := false, false
	for _, r := range name {
		switch {
		case r == '.':
			dot = true
		case r > '~' || !isAlnum(byte(r)) && r != '_' && r != '-':
			special = true
		}
	}
	switch {
	case special && kind != Interconnect:
		return refuse(srcDocsTunnels, "Use only letters, digits, _ and - in the name (no spaces)")
	case special:
		return warn(srcUnconfirmed, "Letters, digits, _ and - are safe; other characters may be refused")
	case dot:
		return warn(srcUnconfirmed, "A dot may be refused; letters, digits, _ and - are safe")
	}
	return Finding{}
}

// Rename warns about a changed name: health data in analytics is joined on the name, and other tools replace
// a tunnel instead of renaming it (that the API renames GRE tunnels is unconfirmed).
func Rename(from, to string) Finding {
	if from == to || from == "" {
		return Finding{}
	}
	return warn(srcUnconfirmed, "Renaming loses past health data and may be refused")
}

// CloudflareEndpoint checks the Cloudflare side of the outer tunnel: one of the account's anycast addresses
// (Cloudflare docs: Configure tunnel endpoints). All documented ones are IPv4, so IPv6 is a Warning.
func CloudflareEndpoint(text string) Finding {
	addr, f := address(text, anyIP, srcDocsTunnels)
	if !f.IsZero() {
		return f
	}
	switch {
	case leadsNowhere(addr):
		return refuse(srcDocsTunnels, "Use an anycast address that Cloudflare gave to the account")
	case addr.Is6():
		return warn(srcDocsTunnels, "Cloudflare's documented endpoints are IPv4 addresses")
	case addr.IsPrivate(), addr.IsLinkLocalUnicast(), sharedSpace().Contains(addr):
		return warn(srcDocsTunnels, "Cloudflare's endpoints are public addresses; this one is not")
	}
	return Finding{}
}

// CustomerEndpoint checks the customer's side of the outer tunnel. For GRE it is required and must be
// routable on the Internet (Cloudflare docs: Configure tunnel endpoints). For IPsec it may be empty; it is
// needed when the device identifies itself with its IPv4 address, and for traceroutes from Cloudflare. There a
// private one is a Warning only: behind NAT the identity may be private.
func CustomerEndpoint(kind OnRamp, text string) Finding {
	if text == "" && kind != GRE {
		return Finding{}
	}
	addr, f := address(text, anyIP, srcDocsTunnels)
	if !f.IsZero() {
		return f
	}
	private := addr.IsPrivate() || sharedSpace().Contains(addr)
	switch {
	case leadsNowhere(addr), addr.IsLinkLocalUnicast():
		return refuse(srcDocsTunnels, "Use the public address of your router, such as 203.0.113.1")
	case private && kind == GRE:
		return refuse(srcDocsTunnels, "Use the router's public address; Cloudflare cannot reach this one")
	case private:
		return warn(srcDocsTunnels, "Cloudflare cannot reach this private address from the Internet")
	case addr.Is6():
		return warn(srcDocsTunnelRef, "Cloudflare documents tunnel endpoints as IPv4 addresses")
	}
	return Finding{}
}

// MTU checks the packet size in bytes of a GRE tunnel or an interconnect; empty takes the default. The
// minimum is MinMTU; no maximum is documented, so a value above what fits is a Warning. IPsec tunnels have no
// such field (Cloudflare API: create GRE tunnel, update interconnect; Cloudflare docs: Network Interconnect).
func MTU(kind OnRamp, text string) Finding {
	if text == "" {
		return Finding{}
	}
	usual := uint64(DefaultGREMTU)
	if kind == Interconnect {
		usual = EthernetMTU
	}
	n, ok := wholeNumber(text)
	switch {
	case kind == IPsec:
		return refuse(srcAPIIPsec, "IPsec tunnels have no MTU setting; leave it empty")
	case !ok:
		return refuse(kind.source(), "The MTU is a whole number of bytes, usually %d", usual)
	case n < MinMTU && canGrow(n, MinMTU, EthernetMTU):
		return partial(kind.source(), "The MTU is at least %d, usually %d", MinMTU, usual)
	case n < MinMTU:
		return refuse(kind.source(), "The MTU must be at least %d, usually %d", MinMTU, usual)
	case n > usual:
		return warn(srcDocsMTU, "Packets above %d do not fit through 1500-byte links", usual)
	}
	return Finding{}
}

// TTL checks the hop limit of a GRE tunnel's outer packets; empty takes DefaultTTL. Cloudflare documents no
// range: the bounds are those of the IP header (RFC 791). IPsec tunnels have no such field.
func TTL(kind OnRamp, text string) Finding {
	if text == "" {
		return Finding{}
	}
	n, ok := wholeNumber(text)
	switch {
	case kind != GRE:
		return refuse(srcAPIGRE, "Only GRE tunnels have a TTL; leave it empty")
	case !ok, n < MinTTL, n > MaxTTL:
		return refuse(srcRFC791, "The TTL is a number from %d to %d, usually %d", MinTTL, MaxTTL, DefaultTTL)
	case n == 1:
		return warn(srcRFC791, "With a TTL of 1 no packet gets past the first router; %d is usual", DefaultTTL)
	}
	return Finding{}
}

// AutomaticReturnRouting checks the switch of the same name: the server refuses it unless the account is on
// Unified Routing (Cloudflare API: create GRE tunnel, flag coupler_integration; docs: Traffic steering). The API
// does not show the account's mode: pass true when it is not known.
func AutomaticReturnRouting(on, unifiedRouting bool) Finding {
	if on && !unifiedRouting {
		return refuse(srcDocsSteering, "Automatic return routing needs Unified Routing on the account")
	}
	return Finding{}
}

// ReplayProtection warns when Cloudflare is to number its packets: then all traffic of the tunnel comes from
// one server. It is meant for devices that cannot turn their check off (Cloudflare docs: Anti-replay protection).
func ReplayProtection(on bool) Finding {
	if on {
		return warn(srcDocsReplay, "Only for devices that cannot turn anti-replay off; it costs capacity")
	}
	return Finding{}
}

// AccountID checks an account or object identifier of the Cloudflare API: 32 hexadecimal characters.
func AccountID(text string) Finding {
	const source = "Cloudflare API: identifiers"
	for i := range len(text) {
		if !isHex(text[i]) {
			return refuse(source, "An account ID has only the characters 0-9 and a-f")
		}
	}
	switch {
	case len(text) < 32:
		return partial(source, "An account ID has 32 characters; this has %d", len(text))
	case len(text) > 32:
		return refuse(source, "An account ID has 32 characters; this has %d", len(text))
	}
	return Finding{}
}

// UUID checks a slot or CNI identifier: 32 hexadecimal characters in groups of 8-4-4-4-12 (RFC 9562).
func UUID(text string) Finding {
	const shape = "00000000-0000-0000-0000-000000000000"
	wrong := refuse("RFC 9562", "An ID looks like 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")
	if len(text) > len(shape) {
		return wrong
	}
	for i := range len(text) {
		if dash := shape[i] == '-'; dash && text[i] != '-' || !dash && !isHex(text[i]) {
			return wrong
		}
	}
	if len(text) < len(shape) {
		return partial("RFC 9562", "Incomplete: an ID has %d characters", len(shape))
	}
	return Finding{}
}

// oneOf checks a choice that may be typed: the beginning of a choice is Partial.
func oneOf(text, source string, choices ...string) Finding {
	unfinished := false
	for _, c := range choices {
		if c == text {
			return Finding{}
		}
		unfinished = unfinished || strings.HasPrefix(c, text)
	}
	if unfinished {
		return partial(source, "Choose %s", list(choices))
	}
	return refuse(source, "Choose %s", list(choices))
}

// list writes "a, b or c".
func list(choices []string) string {
	last := len(choices) - 1
	if last < 1 {
		return strings.Join(choices, "")
	}
	return strings.Join(choices[:last], ", ") + " or " + choices[last]
}
