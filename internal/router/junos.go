package router

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// readJunos reads "show bgp neighbor X | display json", "show interfaces st0.1 | display json", "show route X | display json", "show
// security ike security-associations | display json" and lines of "show log messages". The names are those of Juniper's reference of the
// Junos XML API; it was not tried on a device.
func readJunos(text string, args []string, t Target, f *Facts) bool {
	docs, rest := documents(text)
	understood := f.readLog(rest, t)
	for _, d := range docs {
		for _, re := range d.at("multi-routing-engine-results", "multi-routing-engine-item").list() {
			understood = junosDocument(re, t, f) || understood
		}
		understood = junosDocument(d, t, f) || understood
	}
	if slices.ContainsFunc(docs, func(d tree) bool { return d.has("route-information") }) {
		understood = f.noEndpoint(args, t) || understood
	}
	return understood
}

func junosDocument(d tree, t Target, f *Facts) bool {
	understood := false
	if bgp := d.at("bgp-information"); bgp.is() {
		understood = junosPeers(bgp, t, f)
	}
	if info := d.at("interface-information"); info.is() {
		var all []Interface
		for _, p := range info.at("physical-interface").list() {
			for _, l := range p.at("logical-interface").list() {
				all = append(all, junosInterface(l, p))
			}
		}
		for _, l := range info.at("logical-interface").list() {
			all = append(all, junosInterface(l, tree{}))
		}
		understood = f.take(t, all...) || understood
	}
	for _, table := range d.at("route-information", "route-table").list() {
		for _, rt := range table.at("rt").list() {
			understood = junosRoute(rt, t, f) || understood
		}
	}
	if ike := d.at("ike-security-associations-information"); ike.is() {
		understood, f.SAsRead = true, true
		for _, one := range ike.at("ike-security-associations").list() {
			if one.at("ike-sa-remote-address").addr() == t.CloudflareEndpoint && t.CloudflareEndpoint.IsValid() {
				f.SAs = append(f.SAs, SA{State: one.at("ike-sa-state").text(), Remote: t.CloudflareEndpoint, Age: -1})
			}
		}
	}
	return understood
}

func junosPeers(bgp tree, t Target, f *Facts) bool {
	found := false
	for _, p := range bgp.at("bgp-peer").list() {
		peer := p.at("peer-address").addr()
		if peer.IsValid() && peer == t.Peer {
			f.junosPeer(p)
			return true
		}
		found = found || peer.IsValid()
	}
	if !found && !bgp.has("bgp-peer") {
		f.session().Missing = f.session().State == ""
	}
	return true
}

func (f *Facts) junosPeer(p tree) {
	s := f.session()
	s.State, s.Missing = p.at("peer-state").text(), false
	s.RemoteAS, s.LocalAS, s.Local = p.at("peer-as").asn(), p.at("local-as").asn(), p.at("local-address").addr()
	s.Hold, s.Keepalive = p.at("active-holdtime").count(), p.at("keepalive-interval").count()
	if s.Established() {
		s.Since = junosAge(p.at("elapsed-time"))
	}
	options := p.at("bgp-option-information")
	s.ConfiguredHold = options.at("holdtime").count()
	s.FilterIn, s.FilterOut = options.at("import-policy").text(), options.at("export-policy").text()
	if words := options.at("bgp-options").text(); words != "" {
		s.MD5 = ptr(strings.Contains(words, "AuthKey"))
	}
	if most := options.at("prefix-limit").count(); most != nil {
		s.Maximum = most
	}
	if last := p.at("last-error").text(); last != "" && !strings.EqualFold(last, "none") {
		s.Reset = last
	}
	s.Shutdown = strings.Contains(strings.ToLower(p.at("idle-reason").text()), "administratively") ||
		strings.Contains(options.at("bgp-options").text(), "Shutdown")
	for _, rib := range p.at("bgp-rib").list() {
		if name := rib.at("name").text(); name != "inet.0" && !strings.HasSuffix(name, ".inet.0") {
			continue
		}
		s.Received, s.Accepted = rib.at("received-prefix-count").count(), rib.at("accepted-prefix-count").count()
		s.Sent = rib.at("advertised-prefix-count").count()
	}
}

// junosAge is a time as Junos writes it: its seconds are an attribute.
func junosAge(e tree) time.Duration {
	n, err := strconv.ParseInt(e.at("attributes", "junos:seconds").text(), 10, 40)
	if err != nil || n < 0 {
		return -1
	}
	return time.Duration(n) * time.Second
}

func junosInterface(l, physical tree) Interface {
	i := Interface{Name: l.at("name").text()}
	up := l.at("if-config-flags", "iff-up").is() && !l.at("if-config-flags", "iff-down").is()
	i.Up = &up
	if admin := physical.at("admin-status").text(); admin != "" {
		i.Admin = ptr(admin == "up")
		i.Up = ptr(up && physical.at("oper-status").text() == "up")
	}
	traffic := l.first("traffic-statistics", "transit-traffic-statistics")
	i.In, i.Out = traffic.at("input-bytes").bytes(), traffic.at("output-bytes").bytes()
	i.InPackets, i.OutPackets = traffic.at("input-packets").bytes(), traffic.at("output-packets").bytes()
	for _, family := range l.at("address-family").list() {
		if family.at("address-family-name").text() != "inet" {
			continue
		}
		if mtu := family.at("mtu").count(); mtu != nil {
			i.MTU = *mtu
		}
		for _, a := range family.at("interface-address").list() {
			if local := a.at("ifa-local").addr(); local.IsValid() {
				i.Addresses = append(i.Addresses, netip.PrefixFrom(local, local.BitLen()))
			}
		}
	}
	return i
}

func junosRoute(rt tree, t Target, f *Facts) bool {
	prefix, err := netip.ParsePrefix(rt.at("rt-destination").text())
	if err != nil {
		return false
	}
	for _, e := range rt.at("rt-entry").list() {
		if !e.has("current-active") && e.at("active-tag").text() != "*" {
			continue
		}
		w := Route{Prefix: prefix, Protocol: strings.ToLower(e.at("protocol-name").text())}
		for _, nh := range e.at("nh").list() {
			if to := nh.at("to").addr(); to.IsValid() {
				w.Via = append(w.Via, to)
			}
			if via := nh.at("via").text(); via != "" && !slices.Contains(w.Interfaces, via) {
				w.Interfaces = append(w.Interfaces, via)
			}
		}
		f.takeRoute(t, w)
		return true
	}
	return false
}
