package router

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"flarewire/internal/sorting"
)

// readFRR reads what vtysh prints for "show bgp neighbors X json", "show bgp summary json", "show bgp ipv4 unicast neighbors X
// advertised-routes json" and received-routes, "show interface X json", "show ip route X json", lines of "show running-config", and of
// iproute2 "ip -j -s link show X" and "ip -j route get X", in any order. Seen with FRR 8.4.4.
func readFRR(text string, args []string, t Target, f *Facts) bool {
	docs, rest := documents(text)
	understood, empty := false, false
	for _, d := range docs {
		if noRoute(d) {
			empty = true
			continue
		}
		understood = frrDocument(d, t, f) || understood
	}
	understood = bgpConfig(rest, t, f) || understood
	understood = f.readLog(rest, t) || understood
	if empty || strings.Contains(rest, "Network is unreachable") {
		understood = f.noEndpoint(args, t) || understood
	}
	return understood
}

// noRoute reports whether a document has nothing in it but perhaps networks without a route that is used.
func noRoute(d tree) bool {
	m, is := d.v.(map[string]any)
	for name, v := range m {
		list, isList := v.([]any)
		if _, err := netip.ParsePrefix(name); err != nil || !isList {
			return false
		}
		if slices.ContainsFunc(list, func(r any) bool { return tree{r}.at("selected").yes() }) {
			return false
		}
	}
	return is
}

func frrDocument(d tree, t Target, f *Facts) bool {
	if list, is := d.v.([]any); is {
		return linuxList(list, t, f)
	}
	switch {
	case d.at("bgpNoSuchNeighbor").yes():
		f.session().Missing = true
		return true
	case d.has("advertisedRoutes"):
		f.frrAnnounced(d)
		return true
	case d.has("receivedRoutes"):
		n := len(d.at("receivedRoutes").fields())
		f.session().Received = &n
		return true
	case d.has("peers"):
		return frrSummary(d, t, f)
	case d.at("ipv4Unicast").has("peers"):
		return frrSummary(d.at("ipv4Unicast"), t, f)
	case d.has("warning"):
		return false
	}
	understood := false
	var interfaces []Interface
	for name, one := range d.fields() {
		switch {
		case one.has("bgpState"):
			if addr(name) == t.Peer && t.Peer.IsValid() {
				f.frrNeighbor(one)
			}
			understood = true
		case one.has("administrativeStatus"):
			interfaces = append(interfaces, frrInterface(name, one))
		case len(one.list()) > 0 && one.list()[0].has("nexthops"):
			understood = frrRoute(name, one, t, f) || understood
		}
	}
	sorting.Sort(interfaces, func(a, b Interface) int { return strings.Compare(a.Name, b.Name) })
	return f.take(t, interfaces...) || understood
}

func (f *Facts) frrNeighbor(n tree) {
	s := f.session()
	s.State, s.Shutdown = n.at("bgpState").text(), n.at("adminShutDown").yes()
	s.LocalAS, s.RemoteAS = n.at("localAs").asn(), n.at("remoteAs").asn()
	s.Local = n.at("hostLocal").addr()
	if s.Established() {
		s.Since = n.at("bgpTimerUpMsec").time(time.Millisecond)
	}
	s.MD5 = ptr(n.at("authenticationEnabled").yes())
	s.Hold, s.Keepalive = thousandth(n.at("bgpTimerHoldTimeMsecs")), thousandth(n.at("bgpTimerKeepAliveIntervalMsecs"))
	s.ConfiguredHold = thousandth(n.at("bgpTimerConfiguredHoldTimeMsecs"))
	s.Updates = n.at("messageStats", "updatesRecv").count()
	s.Exceeded = n.at("prefixesConfigExceedMax").yes() || n.at("reducePrefixNumAndClearIpBgp").yes()
	s.Reset, s.ResetAgo = n.at("lastResetDueTo").text(), n.at("lastResetTimerMsecs").time(time.Millisecond)
	if code := n.at("lastErrorCodeSubcode").text(); len(code) == 4 {
		s.Notification = frrNotification(code, n)
	}
	family := n.at("addressFamilyInfo", "ipv4Unicast")
	s.Accepted, s.Sent = family.at("acceptedPrefixCounter").count(), family.at("sentPrefixCounter").count()
	s.Maximum = family.at("prefixAllowedMax").count()
	s.NoPolicyIn, s.NoPolicyOut = family.has("inboundEbgpRequiresPolicy"), family.has("outboundEbgpRequiresPolicy")
	s.FilterIn = filters(family, "routeMapForIncomingAdvertisements", "incomingUpdatePrefixFilterList", "incomingUpdateNetworkFilterList",
		"incomingUpdateAsPathFilterList")
	s.FilterOut = filters(family, "routeMapForOutgoingAdvertisements", "outgoingUpdatePrefixFilterList", "outgoingUpdateNetworkFilterList",
		"outgoingUpdateAsPathFilterList")
}

func filters(family tree, names ...string) string {
	var set []string
	for _, n := range names {
		if name := family.at(n).text(); name != "" {
			set = append(set, strings.TrimPrefix(name, "*"))
		}
	}
	return strings.Join(set, ", ")
}

// frrNotification is the last one: its code and subcode are four hexadecimal digits.
func frrNotification(code string, n tree) *Notification {
	both, err := strconv.ParseUint(code, 16, 16)
	if err != nil {
		return nil
	}
	due := strings.ToLower(n.at("lastResetDueTo").text())
	out := &Notification{Code: int(both >> 8), Subcode: int(both & 0xff), Text: n.at("lastShutdownDescription").text()}
	switch {
	case strings.Contains(due, "notification send"), strings.Contains(due, "notification sent"):
		out.Sent, out.Direction = true, true
	case strings.Contains(due, "notification received"):
		out.Direction = true
	}
	return out
}

func thousandth(t tree) *int {
	if ms := t.count(); ms != nil {
		return ptr(*ms / 1000)
	}
	return nil
}

// frrSummary is the line of one neighbor; what the neighbor's own page says is better.
func frrSummary(d tree, t Target, f *Facts) bool {
	found := false
	for name, one := range d.at("peers").fields() {
		if addr(name) != t.Peer || !t.Peer.IsValid() {
			found = found || one.has("state")
			continue
		}
		s := f.session()
		found = true
		if s.State == "" {
			s.State, _, _ = strings.Cut(one.at("state").text(), " ")
			s.RemoteAS, s.LocalAS = one.at("remoteAs").asn(), one.at("localAs").asn()
			if s.LocalAS == 0 {
				s.LocalAS = d.at("as").asn()
			}
			if s.Established() {
				s.Since = one.at("peerUptimeMsec").time(time.Millisecond)
			}
		}
		if s.Accepted == nil {
			s.Accepted = one.at("pfxRcd").count()
		}
		if s.Sent == nil {
			s.Sent = one.at("pfxSnt").count()
		}
		switch one.at("peerState").text() {
		case "Admin":
			s.Shutdown = true
		case "PfxCt":
			s.Exceeded = true
		}
	}
	if !found && d.at("peers").is() {
		f.session().Missing = f.Session.State == ""
		return true
	}
	return found
}

func (f *Facts) frrAnnounced(d tree) {
	s := f.session()
	s.AnnouncedRead, s.Announced = true, nil
	for cidr := range d.at("advertisedRoutes").fields() {
		if p, err := netip.ParsePrefix(cidr); err == nil {
			s.Announced = append(s.Announced, p)
		}
	}
	sorting.Sort(s.Announced, func(a, b netip.Prefix) int {
		if c := a.Addr().Compare(b.Addr()); c != 0 {
			return c
		}
		return a.Bits() - b.Bits()
	})
	s.Sent = ptr(len(s.Announced))
}

func frrInterface(name string, one tree) Interface {
	i := Interface{Name: name, Admin: ptr(one.at("administrativeStatus").text() == "up")}
	if mtu := one.at("mtu").count(); mtu != nil {
		i.MTU = *mtu
	}
	i.Up = ptr(*i.Admin && one.at("operationalStatus").text() == "up")
	for _, a := range one.at("ipAddresses").list() {
		if p, err := netip.ParsePrefix(a.at("address").text()); err == nil {
			i.Addresses = append(i.Addresses, p)
		}
	}
	i.In, i.Out = one.at("inputBytes").bytes(), one.at("outputBytes").bytes()
	return i
}

// frrRoute keeps the route that is used of those to a prefix.
func frrRoute(name string, all tree, t Target, f *Facts) bool {
	prefix, err := netip.ParsePrefix(name)
	if err != nil {
		return false
	}
	for _, r := range all.list() {
		if !r.at("selected").yes() {
			continue
		}
		w := Route{Prefix: prefix, Protocol: r.at("protocol").text()}
		for _, hop := range r.at("nexthops").list() {
			if hop.has("fib") && !hop.at("fib").yes() {
				continue
			}
			if via := hop.at("ip").addr(); via.IsValid() {
				w.Via = append(w.Via, via)
			}
			if on := hop.at("interfaceName").text(); on != "" && !slices.Contains(w.Interfaces, on) {
				w.Interfaces = append(w.Interfaces, on)
			}
		}
		f.takeRoute(t, w)
		return true
	}
	return false
}

// linuxList reads iproute2's JSON: links with their counters, and the way to an address.
func linuxList(list []any, t Target, f *Facts) bool {
	var links []Interface
	understood := false
	for _, v := range list {
		one := tree{v}
		switch {
		case one.has("ifname"):
			links = append(links, linuxLink(one))
		case one.has("dst"):
			to := one.at("dst").addr()
			w := Route{To: to, Protocol: one.at("protocol").text()}
			if via := one.at("gateway").addr(); via.IsValid() {
				w.Via = []netip.Addr{via}
			}
			if dev := one.at("dev").text(); dev != "" {
				w.Interfaces = []string{dev}
			}
			f.takeRoute(t, w)
			understood = true
		}
	}
	return f.take(t, links...) || understood
}

func linuxLink(one tree) Interface {
	i := Interface{Name: one.at("ifname").text()}
	flags := one.at("flags").list()
	admin := slices.ContainsFunc(flags, func(x tree) bool { return x.text() == "UP" })
	lower := slices.ContainsFunc(flags, func(x tree) bool { return x.text() == "LOWER_UP" })
	i.Admin, i.Up = &admin, ptr(admin && lower)
	if mtu := one.at("mtu").count(); mtu != nil {
		i.MTU = *mtu
	}
	rx, tx := one.at("stats64", "rx"), one.at("stats64", "tx")
	i.In, i.Out, i.InPackets, i.OutPackets = rx.at("bytes").bytes(), tx.at("bytes").bytes(), rx.at("packets").bytes(), tx.at("packets").bytes()
	i.Errors, i.Drops = rx.at("errors").bytes(), rx.at("dropped").bytes()
	for _, a := range one.at("addr_info").list() {
		if p, err := netip.ParsePrefix(fmt.Sprintf("%s/%s", a.at("local").text(), a.at("prefixlen").text())); err == nil {
			i.Addresses = append(i.Addresses, p)
		}
	}
	return i
}
