package rules

import (
	"net/netip"
	"strings"
)

// srcAPITrace is the document of a traceroute's fields.
const srcAPITrace = "Cloudflare API: traceroute"

// The limits and defaults of a traceroute from Cloudflare (Cloudflare API: traceroute). A value that is left out takes its
// default; so does a zero, which makes sense for the port only.
const (
	TraceTargets    = 10 // how many at once
	TraceMaxTTL     = 64
	TraceTTL        = 15
	TraceMaxPackets = 10 // at each TTL
	TracePackets    = 3
	TraceMaxPort    = 65535
	TracePort       = 0
	TraceMaxWait    = 5 // seconds for an answer to a probe
	TraceWait       = 1
)

// TracePacketTypes are the kinds of packets that a traceroute can send, the default first (Cloudflare API: traceroute).
func TracePacketTypes() []string { return []string{"icmp", "tcp", "udp", "gre", "gre+icmp"} }

// TraceTarget checks what a traceroute leads to: an IPv4 or IPv6 address or a host name. What Cloudflare does with an address
// that is not public is not documented: a Warning.
func TraceTarget(text string) Finding {
	addr, f := address(text, anyIP, srcAPITrace)
	if f.Severity == Partial {
		f.Text = "Enter an address or a host name, such as 203.0.113.1"
	}
	switch {
	case f.IsZero() && leadsNowhere(addr):
		return refuse(srcAPITrace, "No path leads there; use the public address of your router")
	case f.IsZero() && (addr.IsPrivate() || addr.IsLinkLocalUnicast() || sharedSpace().Contains(addr)):
		return warn(srcUnconfirmed, "Not a public address: Cloudflare's data centers may have no path to it")
	case f.Severity != Error:
		return f
	case strings.ContainsAny(text, ":/") || !isHostName(text):
		return refuse(srcAPITrace, "Neither an address nor a host name; expected one like 203.0.113.1")
	}
	return Finding{}
}

// isHostName follows RFC 1123: labels of letters, digits and hyphens. A name whose last label is a number is none: it would
// be an address that is wrong.
func isHostName(text string) bool {
	labels := strings.Split(strings.TrimSuffix(text, "."), ".")
	if len(text) > 253 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if !isAlnum(label[i]) && label[i] != '-' {
				return false
			}
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != ""
}

// TraceColo checks the name of one of Cloudflare's data centers, as in "den" or "den01" (Cloudflare API: traceroute). Which names
// there are is nowhere listed: only the form is checked.
func TraceColo(text string) Finding {
	for i := range len(text) {
		if !isAlnum(text[i]) {
			return refuse(srcAPITrace, "A location is an airport code, such as fra or fra03")
		}
	}
	if len(text) < 3 {
		return partial(srcAPITrace, "A location is an airport code, such as fra or fra03")
	}
	if len(text) > 8 {
		return warn(srcUnconfirmed, "Locations have short names, such as fra or fra03")
	}
	return Finding{}
}

// TraceMaxHops checks the largest TTL of a traceroute (Cloudflare API: traceroute).
func TraceMaxHops(text string) Finding { return traceNumber(text, 0, TraceMaxTTL, "hops", TraceTTL) }

// TraceProbes checks how many packets are sent at each TTL (Cloudflare API: traceroute).
func TraceProbes(text string) Finding {
	return traceNumber(text, 0, TraceMaxPackets, "packets", TracePackets)
}

// TraceWaitTime checks how many seconds an answer is waited for (Cloudflare API: traceroute).
func TraceWaitTime(text string) Finding { return traceNumber(text, 1, TraceMaxWait, "s", TraceWait) }

// TraceDestination checks the port; 0 leaves the choice to Cloudflare (Cloudflare API: traceroute).
func TraceDestination(text string) Finding {
	n, ok := wholeNumber(text)
	switch {
	case text == "":
		return Finding{}
	case !ok || n > TraceMaxPort:
		return refuse(srcAPITrace, "From 0 to %d; 0 leaves the choice to Cloudflare", TraceMaxPort)
	}
	return Finding{}
}

// traceNumber checks a number with a default, which an empty field takes.
func traceNumber(text string, least, most uint64, unit string, standard int) Finding {
	n, ok := wholeNumber(text)
	switch {
	case text == "":
		return Finding{}
	case !ok || n > most || n < least:
		return refuse(srcAPITrace, "From %d to %d %s; empty takes Cloudflare's default, %d", max(least, 1), most, unit, standard)
	case n == 0:
		return warn(srcAPITrace, "0 takes Cloudflare's default, %d", standard)
	}
	return Finding{}
}

// TraceReaches reports whether a node of a path is the target: by its address. ok is false when the target is a name, of which
// the address is not known here.
func TraceReaches(target, node string) (reached, ok bool) {
	want, err := netip.ParseAddr(target)
	if err != nil {
		return false, false
	}
	got, err := netip.ParseAddr(node)
	return err == nil && got == want, true
}
