package simaccount

import (
	"net/netip"
	"slices"
	"strings"
)

// cloudflareASN is the account's side of every session over a tunnel.
const cloudflareASN = 13335

const namePattern = onlyOf(wordCharacters)

const wordCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

// onlyOf matches a text of these characters, at least one. It costs nothing at a start, as a regular expression does.
type onlyOf string

// MatchString is as that of a regular expression.
func (o onlyOf) MatchString(s string) bool { return s != "" && strings.Trim(s, string(o)) == "" }

func checkName(v any) string {
	switch s := v.(string); {
	case s == "":
		return "must not be empty"
	case !namePattern.MatchString(s):
		return "must not contain spaces or special characters"
	}
	return ""
}

func checkShortName(v any) string {
	if len(v.(string)) > 15 {
		return "must be 15 characters or fewer"
	}
	return checkName(v)
}

func checkIP(v any) string {
	if _, err := netip.ParseAddr(v.(string)); err != nil {
		return "must be a valid IP address"
	}
	return ""
}

// checkOptionalIP allows "", which clears the field.
func checkOptionalIP(v any) string {
	if v == "" {
		return ""
	}
	return checkIP(v)
}

// checkCIDR wants the network address: host bits set are a mistake.
func checkCIDR(v any) string {
	p, err := netip.ParsePrefix(v.(string))
	if err != nil {
		return "must be a valid CIDR"
	}
	if p.Masked() != p {
		return "must not have host bits set"
	}
	return ""
}

func checkCIDRs(v any) string {
	for _, item := range v.([]any) {
		if reason := checkCIDR(item); reason != "" {
			return reason
		}
	}
	return ""
}

// tunnelSpace is where an interface address of a tunnel may lie.
var tunnelSpace = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("169.254.240.0/20"),
}

// checkInterface is the rule for tunnels: a usable host of a /31 or /30 in private space.
func checkInterface(v any) string {
	return interfaceRefusal(v.(string), 30, "must be a /31 or /30")
}

// checkLinkInterface is the rule for interconnects, which may also have a /29.
func checkLinkInterface(v any) string {
	return interfaceRefusal(v.(string), 29, "must be a /31, /30 or /29")
}

func interfaceRefusal(s string, widest int, widths string) string {
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil || !p.Addr().Is4():
		return "must be a valid IPv4 CIDR"
	case p.Bits() < widest || p.Bits() > 31:
		return widths
	case !slices.ContainsFunc(tunnelSpace, func(in netip.Prefix) bool { return in.Contains(p.Addr()) }):
		return "must be in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 169.254.240.0/20"
	case p.Bits() < 31 && (p.Masked().Addr() == p.Addr() || !p.Contains(p.Addr().Next())):
		return "must not be the network or broadcast address of its subnet"
	}
	return ""
}

// virtualSubnet6 is the account's space for IPv6 interface addresses.
var virtualSubnet6 = netip.MustParsePrefix("2001:db8:7:0:a9fe::/80")

func checkInterface6(v any) string {
	p, err := netip.ParsePrefix(v.(string))
	switch {
	case v == "":
		return ""
	case err != nil || p.Bits() != 127 || !p.Addr().Is6():
		return "must be a /127 IPv6 CIDR"
	case !virtualSubnet6.Contains(p.Addr()):
		return "must be within virtual_subnet6 " + virtualSubnet6.String()
	case p.Masked() != p || p.Addr() == virtualSubnet6.Addr():
		return "must be the first address of its subnet and differ from virtual_subnet6"
	}
	return ""
}

// md5Forbidden are the characters that the documents exclude from the set of printable ASCII.
const md5Forbidden = `"?`

func checkMD5(v any) string {
	s := v.(string)
	if s == "" {
		return "must not be empty"
	}
	for _, c := range s {
		if c < ' ' || c > '~' || strings.ContainsRune(md5Forbidden, c) {
			return "contains a character that is not allowed"
		}
	}
	return ""
}

func checkCustomerASN(v any) string {
	if v.(int64) == cloudflareASN {
		return "must differ from the Cloudflare ASN"
	}
	return ""
}

// publicAddress says whether an endpoint can be reached over the Internet.
func publicAddress(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.IsGlobalUnicast() && !a.IsPrivate() && !a.IsLinkLocalUnicast()
}

// overlaps compares the subnets of two interface addresses.
func overlaps(a, b string) bool {
	p, err := netip.ParsePrefix(a)
	q, err2 := netip.ParsePrefix(b)
	return err == nil && err2 == nil && p.Overlaps(q)
}

// within says whether inner lies in outer; inner may be equal.
func within(inner, outer string) bool {
	p, err := netip.ParsePrefix(inner)
	q, err2 := netip.ParsePrefix(outer)
	return err == nil && err2 == nil && p.Bits() >= q.Bits() && q.Overlaps(p)
}
