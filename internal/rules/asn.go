package rules

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// ASNClass says what an AS number is for.
type ASNClass int

// The classes of AS numbers. Numbers that IANA has not given out yet count as public.
const (
	ASNPublic ASNClass = iota
	ASNPrivate
	ASNReserved
	ASNDocumentation
)

// AS numbers with a meaning of their own.
const (
	asZero           uint32 = 0              // RFC 7607
	asTrans          uint32 = 23456          // RFC 6793
	asLast16         uint32 = 65535          // RFC 7300
	asLast32         uint32 = math.MaxUint32 // RFC 7300
	asDocs16First    uint32 = 64496          // RFC 5398
	asDocs16Last     uint32 = 64511
	asDocs32First    uint32 = 65536
	asDocs32Last     uint32 = 65551
	asPrivate16First uint32 = 64512 // RFC 6996
	asPrivate16Last  uint32 = 65534
	asPrivate32First uint32 = 4200000000
	asPrivate32Last  uint32 = 4294967294
	// asLegacyBYOIP is the AS some older BYOIP customers may keep (Cloudflare docs: BYOIP, letter of agency).
	asLegacyBYOIP uint32 = 209242
)

// ASNClassOf classes an AS number: reserved by RFC 7607, RFC 6793 and RFC 7300, documentation by RFC 5398,
// private by RFC 6996, otherwise public.
func ASNClassOf(asn uint32) ASNClass {
	switch {
	case asn == asZero, asn == asTrans, asn == asLast16, asn == asLast32:
		return ASNReserved
	case asn >= asPrivate16First && asn <= asPrivate16Last, asn >= asPrivate32First && asn <= asPrivate32Last:
		return ASNPrivate
	case asn >= asDocs16First && asn <= asDocs16Last, asn >= asDocs32First && asn <= asDocs32Last:
		return ASNDocumentation
	}
	return ASNPublic
}

var errASN = errors.New("an AS number is 1 to 4294967295, such as 65010 or 1.10")

// ParseASN reads an AS number written as asplain ("65546"), asdot ("1.10") or asdot+ ("0.65526"), as in
// RFC 5396, with or without "AS" before it. It does not judge the number: see CustomerASN.
func ParseASN(text string) (uint32, error) {
	if len(text) > 2 && strings.EqualFold(text[:2], "as") {
		text = text[2:]
	}
	high, low, dotted := strings.Cut(text, ".")
	if !dotted {
		return asnPart(text, 32)
	}
	h, errHigh := asnPart(high, 16)
	l, errLow := asnPart(low, 16)
	return h<<16 | l, errors.Join(errHigh, errLow)
}

func asnPart(text string, bits int) (uint32, error) {
	n, err := strconv.ParseUint(text, 10, bits)
	if err != nil || !isDigit(text[0]) {
		return 0, errASN
	}
	return uint32(n), nil
}

// readASN is ParseASN for a field that is being typed.
func readASN(text, source string) (uint32, Finding) {
	if before, ok := strings.CutSuffix(text, "."); ok && !strings.Contains(before, ".") {
		if _, err := asnPart(before, 16); err == nil {
			return 0, partial(source, "Finish the AS number, such as 1.10")
		}
	}
	if text == "" || strings.EqualFold(text, "a") || strings.EqualFold(text, "as") {
		return 0, partial(source, "Enter an AS number, such as 65010")
	}
	asn, err := ParseASN(text)
	if err != nil {
		return 0, refuse(source, "An AS number is 1 to 4294967295, such as 65010 or 1.10")
	}
	return asn, Finding{}
}

// reservedASN refuses the numbers no AS may use, each with its RFC.
func reservedASN(asn uint32) Finding {
	switch asn {
	case asZero:
		return refuse(srcRFC7607, "AS 0 is reserved; use your own AS number, such as 65010")
	case asTrans:
		return refuse(srcRFC6793, "AS 23456 stands for 4-byte numbers; enter your real AS number")
	case asLast16, asLast32:
		return refuse(srcRFC7300, "AS %d is reserved; use your own AS number, such as 65010", asn)
	}
	return Finding{}
}

// CustomerASN checks the AS number of the customer's device: required for BGP, not reserved, and different
// from Cloudflare's side because sessions are always external (Cloudflare docs: Configure BGP routes). cloudflare
// is the account's own setting, or zero when it is not known; CloudflareASN is refused in any case.
//
// The API declares a signed 32-bit number, so larger ones may be refused (unconfirmed): a Warning.
func CustomerASN(text string, cloudflare uint32) Finding {
	asn, f := readASN(text, srcDocsBGPRoutes)
	if !f.IsZero() {
		return f
	}
	if f := reservedASN(asn); !f.IsZero() {
		return f
	}
	switch {
	case asn == CloudflareASN, asn == cloudflare:
		return refuse(srcDocsBGPRoutes, "AS %d is Cloudflare's side; yours must be a different one", asn)
	case ASNClassOf(asn) == ASNDocumentation:
		return warn(srcRFC5398, "AS %d is for documentation; private: 64512-65534, 4200000000-4294967294", asn)
	case asn > math.MaxInt32:
		return warn(srcAPIIPsec, "The API may refuse AS numbers above %d (unconfirmed)", math.MaxInt32)
	}
	return Finding{}
}

// CloudflareSideASN checks the account-wide AS number of Cloudflare's side: 13335 or a private 2-byte one
// (Cloudflare API: CNI settings). BGP over GRE and IPsec tunnels needs 13335, says a page older than its general
// availability (unconfirmed since, hence a Warning); pass whether the account has such sessions.
func CloudflareSideASN(text string, bgpOnTunnels bool) Finding {
	asn, f := readASN(text, srcAPICNISettings)
	switch {
	case !f.IsZero():
		return f
	case asn == CloudflareASN:
		return Finding{}
	case asn < asPrivate16First || asn > asPrivate16Last:
		return refuse(srcAPICNISettings, "Use %d or a private number from 64512 to 65534", CloudflareASN)
	case bgpOnTunnels:
		return warn(srcDocsBGPRoutes, "BGP over GRE and IPsec tunnels needs Cloudflare's AS to stay %d", CloudflareASN)
	}
	return Finding{}
}

// ASNUse says that somebody in the account uses an AS number.
type ASNUse struct {
	ASN   uint32
	Owner string // the tunnel's or interconnect's name
}

// SameASN warns when another link has the same customer AS: both sites drop each other's routes as loops
// unless their devices allow their own AS (Cloudflare docs: Configure BGP routes). The caller leaves the edited
// object out.
func SameASN(asn uint32, others []ASNUse) Finding {
	for _, o := range others {
		if o.ASN == asn {
			return warn(srcDocsBGPRoutes, "%s has this AS too: they drop each other's routes (allowas-in)", o.Owner)
		}
	}
	return Finding{}
}

// PrefixASN checks the AS number that originates a BYOIP prefix: the customer's own, or 13335 (Cloudflare API:
// add prefix; docs: BYOIP, letter of agency). A private or documentation one is not accepted in Internet routing.
func PrefixASN(text string) Finding {
	asn, f := readASN(text, srcAPIPrefix)
	if !f.IsZero() {
		return f
	}
	if f := reservedASN(asn); !f.IsZero() {
		return f
	}
	switch {
	case ASNClassOf(asn) != ASNPublic:
		return warn(srcDocsLOA, "Internet routes need a public AS: yours, or %d", CloudflareASN)
	case asn == asLegacyBYOIP:
		return note(srcDocsLOA, "AS %d is kept for older customers; new prefixes use %d", asn, CloudflareASN)
	}
	return Finding{}
}
