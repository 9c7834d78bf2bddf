package routerconfig

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"flarewire/api"
)

// header is the comment lines that every file begins with: what it is, of which tunnels, from which source, what was
// not tried, and what is left to the reader. What is said of the whole stands in the first file only.
func header(platform Platform, r Router, p templateData, body string, first bool) string {
	spec := platformSpecs[platform]
	var lines []string
	what := "the Cloudflare " + r.Tunnels[0].Kind().String() + " " + p.Tunnels[0].Shown
	if p.Several {
		what = fmt.Sprintf("%d Cloudflare tunnels of one router", len(p.Tunnels))
	}
	lines = append(lines, spec.title+": configuration for "+what+", written by flarewire.")
	for i, v := range p.Tunnels {
		line := "Tunnel " + v.ID + " of account " + v.AccountID
		if p.Several {
			line += ": " + v.Shown + ", " + r.Tunnels[i].Kind().String()
		}
		lines = append(lines, line+".")
	}
	for _, source := range spec.sources(p) {
		lines = append(lines, "Source: "+source+".")
	}
	lines = append(lines, tried(platform))
	if first {
		lines = append(lines, spec.advice...)
		if spec.isRouter() {
			lines = append(lines, notes(platform, r, p)...)
		}
	}
	if strings.Contains(body, Placeholder) && spec.isRouter() {
		lines = append(lines, fillIn)
	}
	if spec.isRouter() && first {
		lines = append(lines, "A command directly after the comment sign, without a space, is optional or only shows state.")
	}
	for _, h := range placeholders {
		if strings.Contains(body, h.text) {
			lines = append(lines, h.text+": "+h.means+".")
		}
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(spec.comment + " " + line + "\n")
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

// notes are lines about what the configuration leaves to the reader because of these tunnels' values.
func notes(platform Platform, r Router, p templateData) []string {
	var out []string
	for i, v := range p.Tunnels {
		t := r.Tunnels[i].Tunnel
		if t.InterfaceAddress6 != "" {
			out = append(out, v.Shown+": the IPv6 interface address is not in here.")
		}
		if v.IPsec && v.Customer != placeholderWAN {
			out = append(out, "Behind NAT, put the address of your router's own WAN interface in the place of "+v.Customer+".")
		}
		if swallowed(t) {
			out = append(out, "Cloudflare announces a network to you that contains "+v.Cloudflare+" itself: without the host route to it through "+
				"your provider, the tunnel would be routed into itself.")
		}
		out = append(out, v.remarks...)
		out = append(out, twins(platform, r, v, t)...)
	}
	if p.GRE {
		out = append(out, fmt.Sprintf("With Magic Transit and replies through your provider, limit the MSS to %d on your WAN ports too "+
			"(Cloudflare docs: MTU and MSS).", p.GREMSS))
	}
	if p.BGP {
		out = append(out, "Nothing is announced to Cloudflare until your network is filled in; then that network is, and no other.")
	}
	if p.Static {
		out = append(out, "A tunnel without BGP: nothing takes its static routes away when the path behind it fails, unless the router "+
			"tracks it.")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// twins says what other tunnels of the account do not go together with this one on a router.
func twins(platform Platform, r Router, v values, t api.Tunnel) []string {
	var out []string
	all := slices.Clone(r.Known)
	for _, in := range r.Tunnels {
		all = append(all, in.Tunnel)
	}
	for _, o := range all {
		if o.ID == t.ID || o.Kind != t.Kind || o.CloudflareEndpoint != t.CloudflareEndpoint || o.CustomerEndpoint != t.CustomerEndpoint {
			continue
		}
		switch {
		case !v.IPsec:
			out = append(out, v.Shown+" and "+shown(o.Name)+" have the same two endpoints: a router cannot tell two GRE tunnels without a key "+
				"apart. One router can have only one of them.")
		case platform == IOSXE, platform == Junos, platform == PANOS:
			out = append(out, v.Shown+" and "+shown(o.Name)+" have the same two endpoints: whether this platform tells their keys apart by "+
				"the identity is unconfirmed.")
		}
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
