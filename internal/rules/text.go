package rules

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
	"unicode"
)

// family is which IP version a field takes.
type family int

const (
	anyIP family = iota
	onlyV4
	onlyV6
)

func (f family) takes(a netip.Addr) bool {
	switch f {
	case onlyV4:
		return a.Is4()
	case onlyV6:
		return a.Is6() && !a.Is4In6()
	default:
		return !a.Is4In6()
	}
}

// example is a documentation address (RFC 5737, RFC 3849) to show at the field.
func (f family) example() string {
	if f == onlyV6 {
		return "2001:db8::1"
	}
	return "203.0.113.1"
}

func (f family) word() string {
	switch f {
	case onlyV4:
		return "an IPv4 address"
	case onlyV6:
		return "an IPv6 address"
	default:
		return "an IP address"
	}
}

// address reads one IP address; the Finding is zero exactly when the address is valid and of the family.
func address(text string, fam family, source string) (netip.Addr, Finding) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" && fam.takes(a) {
		return a, Finding{}
	}
	if addressUnfinished(text, fam) {
		return netip.Addr{}, partial(source, "Enter %s, such as %s", fam.word(), fam.example())
	}
	return netip.Addr{}, refuse(source, "Not %s; expected one like %s", fam.word(), fam.example())
}

// addressUnfinished reports whether more typing can turn the text into an address of the family.
func addressUnfinished(text string, fam family) bool {
	if text == "" {
		return true
	}
	return fam != onlyV6 && partialIPv4(text) || fam != onlyV4 && partialIPv6(text)
}

// partialIPv4 reports whether the text is the beginning of a dotted IPv4 address.
func partialIPv4(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) > 4 {
		return false
	}
	for i, part := range parts {
		if part == "" && i == len(parts)-1 && i > 0 {
			continue
		}
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil || part != strconv.FormatUint(n, 10) {
			return false
		}
	}
	return true
}

// partialIPv6 reports whether the text is the beginning of an IPv6 address in colon notation.
func partialIPv6(text string) bool {
	if strings.Trim(text, "0123456789abcdefABCDEF:") != "" {
		return false
	}
	if strings.Contains(text, ":::") || strings.Count(text, "::") > 1 {
		return false
	}
	if len(text) > 1 && text[0] == ':' && text[1] != ':' {
		return false
	}
	groups := 0
	for group := range strings.SplitSeq(text, ":") {
		if len(group) > 4 {
			return false
		}
		if group != "" {
			groups++
		}
	}
	return groups <= 8 && strings.Count(text, ":") <= 8
}

// cidrRule describes a field that takes an address with a length.
type cidrRule struct {
	family  family
	allowed func(netip.Prefix) bool // whether the length is one the field takes
	wrong   string                  // what stands at the field when the length is not allowed
	example string
	source  string
}

// read parses the text; the Finding is zero exactly when it is a CIDR of the family with an allowed length.
// The address part is kept as typed: for interface addresses it says whose side it is.
func (r cidrRule) read(text string) (netip.Prefix, Finding) {
	if meant := PrefixText(text); meant != strings.TrimSpace(text) {
		return netip.Prefix{}, partial(r.source, "Written with its length this is %s", meant)
	}
	if maskUnfinished(text) {
		return netip.Prefix{}, partial(r.source, "Finish the netmask, or write the length: %s", r.example)
	}
	addrText, length, slash := strings.Cut(text, "/")
	addr, f := address(addrText, r.family, r.source)
	if !f.IsZero() {
		if f.Severity == Partial && slash {
			return netip.Prefix{}, refuse(r.source, "Finish the address before the /, such as %s", r.example)
		}
		f.Text = r.tellExample(f.Severity)
		return netip.Prefix{}, f
	}
	if length == "" {
		return netip.Prefix{}, partial(r.source, "Add the prefix length, such as %s", r.example)
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, refuse(r.source, "The prefix length is wrong; expected one like %s", r.example)
	}
	if r.allowed != nil && !r.allowed(p) {
		return netip.Prefix{}, r.wrongLength(addr, p.Bits())
	}
	return p, Finding{}
}

// pasted is a text without blanks and characters that nobody sees around it, such as the zero-width space behind an address that was copied
// from a page.
func pasted(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
}

// PrefixText writes a network with a netmask, "10.20.0.0 255.255.0.0" or "10.20.0.0/255.255.0.0", with its length. Any other text stays
// as it is, without blanks around it.
func PrefixText(text string) string {
	text = pasted(text)
	addr, mask, ok := cutMask(text)
	if !ok {
		return text
	}
	a, err := netip.ParseAddr(addr)
	m, errMask := netip.ParseAddr(mask)
	if err != nil || errMask != nil || !a.Is4() || !m.Is4() {
		return text
	}
	b := m.As4()
	ones := bits.LeadingZeros32(^binary.BigEndian.Uint32(b[:]))
	if binary.BigEndian.Uint32(b[:])<<ones != 0 || ones == 0 && m.IsUnspecified() && !a.IsUnspecified() {
		return text // no netmask: a wildcard, or an address
	}
	return addr + "/" + strconv.Itoa(ones)
}

// NetworkText is PrefixText where a network is meant: of an address inside one it is the network.
func NetworkText(text string) string {
	text = PrefixText(text)
	if p, err := netip.ParsePrefix(text); err == nil && p.Addr().Zone() == "" {
		return p.Masked().String()
	}
	return text
}

// AddressText is the address of a text where one is meant and a length was written behind it.
func AddressText(text string) string {
	text = pasted(text)
	if p, err := netip.ParsePrefix(PrefixText(text)); err == nil {
		return p.Addr().String()
	}
	return text
}

// cutMask splits an address from what stands where a netmask may.
func cutMask(text string) (addr, mask string, ok bool) {
	addr, mask, ok = strings.Cut(text, "/")
	if !ok {
		addr, mask, ok = strings.Cut(text, " ")
	}
	return strings.TrimSpace(addr), strings.TrimSpace(mask), ok && strings.Contains(mask, ".") || ok && strings.Contains(text, " ")
}

// maskUnfinished reports whether more typing can turn the text into a network with a netmask.
func maskUnfinished(text string) bool {
	addr, mask, ok := cutMask(text)
	if n, err := strconv.Atoi(mask); !ok && err == nil && n > 32 && n <= 255 { // no length, so the beginning of a netmask
		ok = true
	}
	if !ok {
		return false
	}
	if a, err := netip.ParseAddr(addr); err != nil || !a.Is4() {
		return false
	}
	if mask == "" {
		return true
	}
	for _, ones := range []int{255, 254, 252, 248, 240, 224, 192, 128, 0} { // it has to begin like one
		if first, _, _ := strings.Cut(mask, "."); strings.HasPrefix(strconv.Itoa(ones), first) && partialIPv4(mask) {
			return strings.Count(mask, ".") < 3 || len(mask[strings.LastIndexByte(mask, '.')+1:]) < 3 && !complete(mask)
		}
	}
	return false
}

// complete reports whether a text is a netmask as it stands.
func complete(mask string) bool { return PrefixText("0.0.0.0 "+mask) != "0.0.0.0 "+mask }

func (r cidrRule) tellExample(s Severity) string {
	if s == Partial {
		return "Enter an address with a prefix length, such as " + r.example
	}
	return "Not an address with a prefix length; expected one like " + r.example
}

// wrongLength is Partial while more digits may still make the length right: "/3" on the way to "/31".
func (r cidrRule) wrongLength(addr netip.Addr, bits int) Finding {
	for longer := bits * 10; bits > 0 && longer <= addr.BitLen(); longer++ {
		typed := strings.HasPrefix(strconv.Itoa(longer), strconv.Itoa(bits))
		if typed && r.allowed(netip.PrefixFrom(addr, longer)) {
			return partial(r.source, "%s", r.wrong)
		}
	}
	return refuse(r.source, "%s", r.wrong)
}

// hostBits warns about an address inside a network where the network itself is meant. Whether the server
// masks or refuses it is undocumented, hence a Warning with the form that is certainly right.
func hostBits(p netip.Prefix, source string) Finding {
	if p == p.Masked() {
		return Finding{}
	}
	return warn(source, "The network of this address is %s", p.Masked())
}

// wholeNumber reads decimal digits without sign; ok is false for anything else, also for more than 18 digits.
func wholeNumber(text string) (n uint64, ok bool) {
	if len(text) > 18 {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 64)
	return n, err == nil && text[0] != '+'
}

// canGrow reports whether typing more digits after n can reach the range lo..hi.
func canGrow(n, lo, hi uint64) bool {
	if n == 0 {
		return false
	}
	for low, high := n, n; ; {
		low, high = low*10, high*10+9
		if low > hi {
			return false
		}
		if high >= lo {
			return true
		}
	}
}

// printable reports whether all is visible ASCII or a space.
func printable(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// hasControl reports whether the text contains a line break, a tab or another control character.
func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

func isAlnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
