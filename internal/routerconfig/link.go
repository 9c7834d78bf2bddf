package routerconfig

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"flarewire/internal/rules"
)

// Link is a network interconnect (CNI): a port of the router with an address of Cloudflare's at its other end, without a tunnel.
type Link struct {
	Name                 string
	Cloudflare, Customer netip.Prefix // the two ends
	MTU                  int
	ASN, CloudflareASN   uint32 // ASN zero: no BGP
	MD5                  bool   // the session has an MD5 key, which is not in the text
}

// linkPage is what the texts of a link are made from.
type linkPage struct {
	Link
	Peer, Own, Mask string // addresses without length, and the netmask
	Bits            int
	Hold, Keepalive int
}

// linkTexts write the router's side. Port, own network and MD5 key are placeholders.
var linkTexts = map[Platform]func(linkPage) []string{IOSXE: iosLink, Junos: junosLink, PANOS: panLink, FortiOS: fortiLink, VyOS: vyosLink,
	Linux: frrLink, EOS: eosLink, RouterOS: routerOSLink}

// linkPlatforms are those that a link can be written for, in the order of all.
func linkPlatforms() []Platform {
	return slices.DeleteFunc(slices.Clone(order), func(p Platform) bool { return linkTexts[p] == nil })
}

// renderLink writes the router's side of an interconnect.
func renderLink(platform Platform, l Link) (Config, error) {
	text := linkTexts[platform]
	switch {
	case text == nil:
		return Config{}, fmt.Errorf("%s: there is no text for an interconnect", platformSpecs[platform].title)
	case !l.Cloudflare.IsValid() || !l.Customer.IsValid() || !l.Cloudflare.Addr().Is4() || l.Cloudflare.Masked() != l.Customer.Masked():
		return Config{}, errors.New("the interconnect has no pair of IPv4 addresses in one network yet: Cloudflare chooses them")
	}
	p := linkPage{Link: l, Peer: l.Cloudflare.Addr().String(), Own: l.Customer.Addr().String(), Bits: l.Customer.Bits(),
		Mask: mask(l.Customer.Bits()),
		Hold: int(rules.InterconnectHoldTime.Seconds())}
	p.Keepalive = p.Hold / rules.KeepalivesPerHold
	spec := platformSpecs[platform]
	lines := []string{spec.title + ": configuration for the Cloudflare interconnect " + shown(l.Name) + ", written by flarewire.",
		"Source: " + vendorKnowledge + "; addresses, hold time and AS numbers from the account.",
		"Not tried on a device: read it before you use it.",
		fillIn,
		"The API tells nothing of the session's state. A CNI of dataplane v1 has one VLAN tag: put the address on the tagged subinterface " +
			"there, which is not written here (unconfirmed)."}
	if l.ASN == 0 {
		lines = append(lines, "The CNI has no BGP: route your networks to "+p.Peer+" yourself, and Cloudflare's side by static routes.")
	} else {
		lines = append(lines, "ROUTER-WIDE: the AS number. If the router speaks BGP with another one, stop there.",
			"In: everything but your own network and a default route, at most 1,000 routes as a warning where the platform can. Out: your own "+
				"network alone.")
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(spec.comment + " " + line + "\n")
	}
	name := "cf-cni-" + strings.ReplaceAll(p.Own, ".", "-")
	// Two interconnects of one router share no name: it comes from the address, short enough for every platform.
	body := strings.ReplaceAll(strings.Join(text(p), "\n")+"\n", "CF-CNI", fmt.Sprintf("CF-CNI-%x", l.Customer.Addr().As4()))
	return Config{Platform: platform, Files: []File{{name + "-" + string(platform) + ".txt", wrapComments(b.String() + body)}}}, nil
}

// when gives the lines where a condition holds.
func when(is bool, lines ...string) []string {
	if is {
		return lines
	}
	return nil
}

func iosLink(p linkPage) []string {
	f := fmt.Sprintf
	out := []string{"interface REPLACE-WITH-PORT", " description Cloudflare", f(" mtu %d", p.MTU), f(" ip address %s %s", p.Own, p.Mask),
		" no shutdown"}
	if p.ASN == 0 {
		return out
	}
	out = append(out, "ip prefix-list CF-CNI-in seq 10 deny REPLACE-WITH-OWN-NETWORK le 32", "ip prefix-list CF-CNI-in seq 20 deny 0.0.0.0/0",
		"ip prefix-list CF-CNI-in seq 30 permit 0.0.0.0/0 le 32", "ip prefix-list CF-CNI-out seq 10 permit REPLACE-WITH-OWN-NETWORK",
		f("router bgp %d", p.ASN), f(" neighbor %s remote-as %d", p.Peer, p.CloudflareASN),
		f(" neighbor %s timers %d %d", p.Peer, p.Keepalive, p.Hold))
	out = append(out, when(p.MD5, f(" neighbor %s password REPLACE-WITH-MD5-KEY", p.Peer))...)
	return append(out, " address-family ipv4", "  ! Announced only while the routing table has it with exactly this length.",
		"  network REPLACE-WITH-OWN-NETWORK-AND-MASK", f("  neighbor %s activate", p.Peer), f("  neighbor %s prefix-list CF-CNI-in in", p.Peer),
		f("  neighbor %s prefix-list CF-CNI-out out", p.Peer), f("  neighbor %s maximum-prefix 1000 warning-only", p.Peer))
}

func eosLink(p linkPage) []string {
	f := fmt.Sprintf
	out := []string{"interface REPLACE-WITH-PORT", "   description Cloudflare", "   no switchport", f("   mtu %d", p.MTU),
		f("   ip address %s/%d", p.Own, p.Bits)}
	if p.ASN == 0 {
		return out
	}
	out = append(out, "ip prefix-list CF-CNI-in seq 10 deny REPLACE-WITH-OWN-NETWORK le 32", "ip prefix-list CF-CNI-in seq 20 deny 0.0.0.0/0",
		"ip prefix-list CF-CNI-in seq 30 permit 0.0.0.0/0 le 32", "ip prefix-list CF-CNI-out seq 10 permit REPLACE-WITH-OWN-NETWORK",
		f("router bgp %d", p.ASN), f("   neighbor %s remote-as %d", p.Peer, p.CloudflareASN),
		f("   neighbor %s timers %d %d", p.Peer, p.Keepalive, p.Hold), f("   neighbor %s maximum-routes 1000 warning-only", p.Peer))
	out = append(out, when(p.MD5, f("   neighbor %s password REPLACE-WITH-MD5-KEY", p.Peer))...)
	return append(out, "   address-family ipv4", f("      neighbor %s activate", p.Peer),
		f("      neighbor %s prefix-list CF-CNI-in in", p.Peer),
		f("      neighbor %s prefix-list CF-CNI-out out", p.Peer), "      network REPLACE-WITH-OWN-NETWORK")
}

func junosLink(p linkPage) []string {
	f, group := fmt.Sprintf, "set protocols bgp group CF-CNI "
	out := []string{"set interfaces REPLACE-WITH-PORT description Cloudflare", f("set interfaces REPLACE-WITH-PORT mtu %d", p.MTU+14),
		f("set interfaces REPLACE-WITH-PORT unit 0 family inet mtu %d", p.MTU),
		f("set interfaces REPLACE-WITH-PORT unit 0 family inet address %s/%d", p.Own, p.Bits),
		"# The physical MTU counts the Ethernet header. On an SRX the interface needs a security zone that lets in ping and bgp."}
	if p.ASN == 0 {
		return out
	}
	in, export := "set policy-options policy-statement CF-CNI-in term ", "set policy-options policy-statement CF-CNI-out term "
	out = append(out, f("#set routing-options autonomous-system %d", p.ASN),
		in+"own from route-filter REPLACE-WITH-OWN-NETWORK orlonger", in+"own then reject", in+"default from route-filter 0.0.0.0/0 exact",
		in+"default then reject", in+"rest then accept", export+"own from route-filter REPLACE-WITH-OWN-NETWORK exact", export+"own then accept",
		export+"rest then reject", group+"type external", f(group+"neighbor %s peer-as %d", p.Peer, p.CloudflareASN),
		f(group+"neighbor %s hold-time %d", p.Peer, p.Hold), group+"import CF-CNI-in", group+"export CF-CNI-out",
		group+"family inet unicast prefix-limit maximum 1000")
	return append(out, when(p.MD5, f(group+"neighbor %s authentication-key REPLACE-WITH-MD5-KEY", p.Peer))...)
}

func vyosLink(p linkPage) []string {
	f := fmt.Sprintf
	n, list := "set protocols bgp neighbor "+p.Peer+" ", "set policy prefix-list CF-CNI-"
	out := []string{"set interfaces ethernet REPLACE-WITH-PORT description Cloudflare",
		f("set interfaces ethernet REPLACE-WITH-PORT mtu %d", p.MTU),
		f("set interfaces ethernet REPLACE-WITH-PORT address %s/%d", p.Own, p.Bits)}
	if p.ASN == 0 {
		return out
	}
	out = append(out, list+"in rule 10 action deny", list+"in rule 10 prefix REPLACE-WITH-OWN-NETWORK", list+"in rule 10 le 32",
		list+"in rule 20 action deny", list+"in rule 20 prefix 0.0.0.0/0", list+"in rule 30 action permit", list+"in rule 30 prefix 0.0.0.0/0",
		list+"in rule 30 le 32", list+"out rule 10 action permit", list+"out rule 10 prefix REPLACE-WITH-OWN-NETWORK",
		f("#set protocols bgp system-as %d", p.ASN), f(n+"remote-as %d", p.CloudflareASN), f(n+"timers holdtime %d", p.Hold),
		f(n+"timers keepalive %d", p.Keepalive), n+"address-family ipv4-unicast prefix-list import CF-CNI-in",
		n+"address-family ipv4-unicast prefix-list export CF-CNI-out", n+"address-family ipv4-unicast maximum-prefix 2000",
		"set protocols bgp address-family ipv4-unicast network REPLACE-WITH-OWN-NETWORK")
	return append(out, when(p.MD5, n+"password REPLACE-WITH-MD5-KEY")...)
}

func frrLink(p linkPage) []string {
	f := fmt.Sprintf
	out := []string{"# As root: ip link set dev REPLACE-WITH-PORT mtu " + f("%d", p.MTU) + " up",
		"# and: ip address add " + f("%s/%d", p.Own, p.Bits) +
			" dev REPLACE-WITH-PORT. Neither survives a reboot: put both into your network configuration."}
	if p.ASN == 0 {
		return out
	}
	out = append(out, "# The rest is for FRR (vtysh).", "ip prefix-list CF-CNI-in seq 10 deny REPLACE-WITH-OWN-NETWORK le 32",
		"ip prefix-list CF-CNI-in seq 20 deny 0.0.0.0/0", "ip prefix-list CF-CNI-in seq 30 permit 0.0.0.0/0 le 32",
		"ip prefix-list CF-CNI-out seq 10 permit REPLACE-WITH-OWN-NETWORK", f("router bgp %d", p.ASN),
		f(" neighbor %s remote-as %d", p.Peer, p.CloudflareASN), f(" neighbor %s timers %d %d", p.Peer, p.Keepalive, p.Hold))
	out = append(out, when(p.MD5, f(" neighbor %s password REPLACE-WITH-MD5-KEY", p.Peer))...)
	return append(out, " address-family ipv4 unicast", "  network REPLACE-WITH-OWN-NETWORK",
		f("  neighbor %s prefix-list CF-CNI-in in", p.Peer),
		f("  neighbor %s prefix-list CF-CNI-out out", p.Peer), f("  neighbor %s maximum-prefix 1000 warning-only", p.Peer),
		" exit-address-family")
}
