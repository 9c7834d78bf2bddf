package devconf

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"flarewire/api"
)

// header is the comment lines that every file begins with: what it is, of which tunnel, from which source, what was
// not tried, and what is left to the reader.
func header(p Platform, in Input, v values, body string) string {
	about, t := profiles[p], in.Tunnel
	lines := []string{
		about.title + ": configuration for the Cloudflare " + in.Kind().String() + " " + shown(t.Name) + ", written by flarewire.",
		"Tunnel " + v.ID + " of account " + v.AccountID + ".",
	}
	for _, source := range about.sources(in.Kind(), v.BGP) {
		lines = append(lines, "Source: "+source+".")
	}
	lines = append(lines, tried(p))
	lines = append(lines, about.advice...)
	if !about.quote.terraform {
		lines = append(lines, notes(v, t)...)
	}
	for _, h := range placeholders {
		if strings.Contains(body, h.text) {
			lines = append(lines, h.text+": "+h.means+".")
		}
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(about.comment + " " + line + "\n")
	}
	return b.String()
}

// shown is a name in a comment: in quotation marks and ASCII, and without the question mark, at which an interactive
// command line prints its help even inside a comment.
func shown(name string) string { return strings.ReplaceAll(strconv.QuoteToASCII(name), "?", `\x3f`) }

// tried says how far the text was tested.
func tried(p Platform) string {
	switch p {
	case Linux:
		return "Tried in network namespaces with FRR 8.4 and strongSwan 5.9, but without a real GRE or XFRM interface. Not tried against " +
			"Cloudflare."
	case Terraform:
		return "Not tried against Cloudflare."
	}
	return "Not tried on a device: read it before you use it."
}

// notes are lines about what the configuration leaves to the reader because of this tunnel's values.
func notes(v values, t api.Tunnel) []string {
	var out []string
	if t.InterfaceAddress6 != "" {
		out = append(out, "The tunnel's IPv6 interface address is not in here.")
	}
	switch {
	case !v.IPsec:
		out = append(out, fmt.Sprintf("With Magic Transit and replies through your provider, limit the MSS to %d on your WAN ports too "+
			"(Cloudflare docs: MTU and MSS).", v.MSS))
	case v.Customer != placeholderWAN:
		out = append(out, "Behind NAT, put the address of your router's own WAN interface in the place of "+v.Customer+".")
	}
	if v.BGP {
		out = append(out, "Nothing is announced to Cloudflare yet: allow your networks in the filter for outgoing routes.")
	} else {
		out = append(out, "There is no BGP on this tunnel: route or forward your traffic to "+v.Peer+" by yourself.")
	}
	if swallowed(t) {
		out = append(out, "Cloudflare announces a network to you that "+v.Cloudflare+
			" itself is in: keep a host route to it through your provider,",
			"else the tunnel would be routed into itself.")
	}
	return out
}

// swallowed reports whether one of the extra prefixes contains the outer address of the tunnel.
func swallowed(t api.Tunnel) bool {
	end, err := netip.ParseAddr(t.CloudflareEndpoint)
	if err != nil || t.BGP == nil {
		return false
	}
	for _, text := range t.BGP.ExtraPrefixes {
		if p, err := netip.ParsePrefix(text); err == nil && p.Contains(end) {
			return true
		}
	}
	return false
}
