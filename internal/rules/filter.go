package rules

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// What a BGP filter profile does with a route that one of its targets matches (Cloudflare API: BGP filter profiles).
const (
	FilterAllow = "allow"
	FilterDeny  = "deny"
)

// The longest texts of a BGP filter profile, in characters (Cloudflare API: BGP filter profiles).
const (
	MaxFilterName        = 255
	MaxFilterDescription = 1024
)

// FilterName checks the name of a BGP filter profile. Which characters it may have is not documented.
func FilterName(name string) Finding {
	switch {
	case strings.TrimSpace(name) == "":
		return partial(srcAPIFilter, "Enter a name, such as on-prem-imports")
	case utf8.RuneCountInString(name) > MaxFilterName:
		return refuse(srcAPIFilter, "At most %d characters", MaxFilterName)
	case hasControl(name):
		return refuse(srcAPIFilter, "Leave out tabs and line breaks")
	}
	return Finding{}
}

// FilterDescription checks the description of a BGP filter profile.
func FilterDescription(text string) Finding {
	if utf8.RuneCountInString(text) > MaxFilterDescription {
		return refuse(srcAPIFilter, "At most %d characters", MaxFilterDescription)
	}
	return Finding{}
}

// FilterTarget checks one target of a BGP filter profile: a network, and behind it which lengths are meant. Alone it is this length,
// "+" this and all longer ones, "{24}" one length, "{16,24}" a range; no length is shorter than the network's own.
func FilterTarget(text string) Finding {
	network, lengths, braced := strings.Cut(text, "{")
	plus := false
	if !braced {
		network, plus = strings.CutSuffix(text, "+")
	}
	p, f := cidrRule{example: "10.0.0.0/8{8,24}", source: srcAPIFilter}.read(network)
	if !f.IsZero() {
		if (braced || plus) && f.Severity == Partial { // nothing that is typed behind it mends the network
			f.Severity = Error
		}
		return f
	}
	if braced {
		if f := filterLengths(lengths, p.Bits(), p.Addr().BitLen()); !f.IsZero() {
			return f
		}
	}
	return hostBits(p, srcAPIFilter)
}

// filterLengths checks what stands behind the opening brace.
func filterLengths(text string, shortest, longest int) Finding {
	inside, rest, closed := strings.Cut(text, "}")
	wrong := refuse(srcAPIFilter, "The lengths are %d to %d, written {%d,%d}", shortest, longest, shortest, longest)
	low, high, ranged := strings.Cut(inside, ",")
	if !ranged {
		high = low
	}
	from, okFrom := filterLength(low, longest)
	to, okTo := filterLength(high, longest)
	switch {
	case rest != "", low != "" && !okFrom, high != "" && !okTo, closed && (!okFrom || !okTo), ranged && okFrom && from < shortest:
		return wrong
	case !closed:
		return partial(srcAPIFilter, "Write the lengths as {%d,%d}", shortest, longest)
	case from < shortest, to < from:
		return wrong
	}
	return Finding{}
}

// filterLength reads a prefix length of at most longest.
func filterLength(text string, longest int) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n <= longest && strconv.Itoa(n) == text
}
