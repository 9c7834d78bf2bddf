package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/internal/store"
)

// Outcome says in one word what becomes of traffic to an address. The words are stable: scripts may rely on them.
type Outcome string

// The outcomes.
const (
	Routed     Outcome = "routed"   // a static route leads it into a tunnel or an interconnect, at least from some regions
	ToInternet Outcome = "internet" // none does, and a public address leaves to the Internet
	Dropped    Outcome = "dropped"  // none does, and Cloudflare drops it
	Untold     Outcome = "unknown"
)

// SourceDefaultRouting is the document behind what becomes of traffic that no route matches.
const SourceDefaultRouting = "Cloudflare docs: Traffic steering, default routing"

// Lookup is where an address or a network leads.
type Lookup struct {
	Destination
	Outcome Outcome
	// Fate is what becomes of traffic that no static route matches; "" when one does from everywhere. Source is its document.
	Fate   string
	Source string
	// Is names what the address belongs to besides: "the customer endpoint of GRE_AMS01_A".
	Is []string
	// Holds are the account's prefixes within a network that was asked for.
	Holds []AccountPrefix
	// NoAccount is what is to be said where Account is nil: that it is in no prefix of the account, or why that is not known.
	NoAccount string
	// Wider are the networks of routes that hold it too, which lose against the longer one whatever their priority.
	Wider []netip.Prefix
	// Inside are the networks within a network that was asked for which have routes of their own.
	Inside []Destination
	// Announced are networks that hold it, or lie within it, which a router announced by Cloudflare's log. They are never all: only
	// what fell is asked about, what was announced before is not in the record, and what was withdrawn is not told.
	Announced []Announcement
	// NotKnown is what the answer cannot take into account, a sentence for each. It is never empty: routes learned by BGP are
	// not in the API.
	NotKnown []string

	now time.Time
}

// Where says where an address, as a network of its full length, or a network leads.
func (t *Table) Where(p netip.Prefix) Lookup {
	p = p.Masked()
	w := Lookup{Destination: t.Destination(p), Outcome: Routed, now: t.facts.Now}
	routed, unrouted := 0, 0
	for _, r := range w.Reach {
		if r.Routed() {
			routed++
		} else {
			unrouted++
		}
	}
	if unrouted > 0 {
		outcome := t.fate(&w, p)
		if routed == 0 {
			w.Outcome = outcome
		}
	}
	if p.IsSingleIP() {
		w.Is = t.is(p.Addr())
	}
	w.Holds = t.holds(p)
	if w.OwnPrefix == nil && len(w.Holds) == 0 {
		w.NoAccount = t.noAccount(p)
	}
	if chain := t.covering(p); len(chain) > 1 {
		w.Wider = chain[1:]
	}
	w.Inside = t.inside(p)
	w.Announced = t.announced(p)
	w.NotKnown = t.notKnown(w, p)
	return w
}

// inside are the networks of routes strictly within p, the worst first.
func (t *Table) inside(p netip.Prefix) []Destination {
	if p.IsSingleIP() {
		return nil
	}
	var within []netip.Prefix
	for q := range t.byPrefix {
		if q.Bits() > p.Bits() && p.Contains(q.Addr()) {
			within = append(within, q)
		}
	}
	return t.destinations(within)
}

// fate says what becomes of traffic that no static route matches.
func (t *Table) fate(w *Lookup, p netip.Prefix) Outcome {
	outcome, text := byDefault(p)
	w.Source = SourceDefaultRouting
	if outcome == Untold {
		w.Source = srcOwn
	}
	if w.OwnPrefix != nil && outcome == ToInternet {
		outcome, text, w.Source = Untold, "No route takes it to your network, although it belongs to one of your prefixes.", srcAdvertise
	}
	w.Fate = "No static route matches. " + text
	if len(w.Reach) > 1 {
		w.Fate = "Where no static route matches, traffic that enters Cloudflare is dropped."
		w.Source = srcSteering
		outcome = Dropped
	}
	if why := t.MayBeRouted(); why != "" {
		w.Fate = "Cannot tell whether a route leads there: " + why + ". If none does, " + asEnding(text)
		return Untold
	}
	return outcome
}

// asEnding is a sentence as the end of another one; a name keeps its capital.
func asEnding(text string) string {
	if strings.HasPrefix(text, "Cloudflare") {
		return text
	}
	return strings.ToLower(text[:1]) + text[1:]
}

// byDefault is what becomes of traffic without a route, by its address.
func byDefault(p netip.Prefix) (Outcome, string) {
	switch {
	case within(p, dropped()):
		return Dropped, "Cloudflare drops traffic to private and shared addresses that no route matches."
	case overlapsAny(p, dropped()) || p.Bits() == 0:
		return Untold, "Traffic to public addresses goes out to the Internet, to private and shared ones it is dropped."
	case !p.Addr().IsGlobalUnicast() || p.Addr().IsPrivate() || within(p, special()):
		return Untold, "The Internet does not route these addresses, and no document says what Cloudflare does with them."
	}
	return ToInternet, "Traffic to public addresses that no route matches goes out to the Internet."
}

// dropped are the addresses that are dropped without a route: private ones (RFC 1918) and shared ones (RFC 6598).
func dropped() []netip.Prefix {
	return []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10}), 8), netip.PrefixFrom(netip.AddrFrom4([4]byte{172, 16}), 12),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168}), 16), netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10)}
}

// special are further addresses that the Internet does not route: this network (RFC 791) and the reserved ones (RFC 1112).
func special() []netip.Prefix {
	return []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{}), 8), netip.PrefixFrom(netip.AddrFrom4([4]byte{240}), 4)}
}

func within(p netip.Prefix, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Bits() <= p.Bits() && n.Contains(p.Addr()) })
}

func overlapsAny(p netip.Prefix, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, p.Overlaps)
}

// is names what of the account has an address itself.
func (t *Table) is(addr netip.Addr) []string {
	var out, customer, cloudflare []string
	text := addr.String()
	for i := range t.facts.Tunnels {
		tunnel := &t.facts.Tunnels[i]
		if tunnel.CustomerEndpoint == text {
			customer = append(customer, tunnel.Name)
		}
		if tunnel.CloudflareEndpoint == text {
			cloudflare = append(cloudflare, tunnel.Name)
		}
	}
	if len(customer) > 0 {
		out = append(out, "the customer endpoint of "+tunnelNames(customer))
	}
	if len(cloudflare) > 0 {
		out = append(out, "the Cloudflare endpoint of "+tunnelNames(cloudflare))
	}
	for _, in := range t.subnets {
		if in.cidr.Contains(addr) {
			out = append(out, in.part(addr))
		}
	}
	return out
}

// tunnelNames are the names of tunnels in a sentence: "fra-dc1-gre, ams-dc1-gre, lhr-hq-gre and 7 more tunnels".
func tunnelNames(names []string) string {
	const most = 4
	if n := len(names); n > most {
		return fmt.Sprintf("%s and %d more tunnels", strings.Join(names[:most-1], ", "), n-most+1)
	}
	return strings.Join(names, ", ")
}

// noAccount is what is said of an address in no known prefix of the account.
func (t *Table) noAccount(p netip.Prefix) string {
	if outcome, _ := byDefault(p); outcome == Dropped {
		return "" // nobody advertises private addresses
	}
	if why := cannotTell(t.facts.Prefixes.Entry); why != "" {
		return "Cannot tell whether it belongs to a prefix of the account: " + why + "."
	}
	return "It belongs to no prefix of the account."
}

// notKnown is what an answer cannot take into account.
func (t *Table) notKnown(w Lookup, p netip.Prefix) []string {
	out := []string{t.bgpUntold()}
	for _, e := range []store.Entry{t.facts.Routes.Entry, t.facts.GRE, t.facts.IPsec, t.facts.Links.Entry, t.facts.Prefixes.Entry} {
		if why := e.Why(); why != "" {
			out = append(out, upperFirst(why)+".")
		}
	}
	if t.unmeasured != "" {
		out = append(out, upperFirst(t.unmeasured)+": which path traffic takes depends on it.")
	}
	for _, a := range append(w.Holds, deref(w.OwnPrefix)...) {
		for _, why := range []string{a.Unadvertised, a.Unbound} {
			if why != "" {
				out = append(out, upperFirst(why)+".")
			}
		}
	}
	if slices.ContainsFunc(w.Paths(), func(u Path) bool { return u.Route.Scope != nil && len(u.Route.Scope.ColoNames) > 0 }) {
		out = append(out, "Which region a single location belongs to: routes of regions are not counted there.")
	}
	if within(p, dropped()) {
		out = append(out, "Not checked: Cloudflare Tunnel routes, Cloudflare One client addresses.")
	}
	return out
}

func deref(a *AccountPrefix) []AccountPrefix {
	if a == nil {
		return nil
	}
	return []AccountPrefix{*a}
}

// bgpUntold says what BGP may change.
func (t *Table) bgpUntold() string {
	sessions, up := 0, t.sessionsUp()
	for i := range t.facts.Tunnels {
		if t.facts.Tunnels[i].BGP != nil || t.facts.Tunnels[i].State == store.Unknown {
			sessions++
		}
	}
	for _, l := range t.facts.Links.Rows {
		if l.BGP != nil {
			sessions++
		}
	}
	text := "BGP-learned routes: the API does not show them"
	switch {
	case sessions == 0 && cannotTell(t.facts.GRE, t.facts.IPsec, t.facts.Links.Entry) == "":
		return text + "; no tunnel or CNI of the account has BGP."
	case up > 0:
		text += fmt.Sprintf(", and sessions are up on %s", tunnelsText(up))
	}
	return text + ". A learned route wins if it is more specific, or equally specific with a lower priority value " +
		"(100 unless a BGP community sets another one)."
}

func upperFirst(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' {
		return text
	}
	return string(text[0]-0x20) + text[1:]
}

// subnet is an interface subnet of a tunnel or an interconnect, parsed.
type subnet struct {
	cidr       netip.Prefix
	cloudflare netip.Addr
	owner      string
}

// part says whose address in the subnet it is.
func (s subnet) part(addr netip.Addr) string {
	if addr == s.cloudflare {
		return "Cloudflare's side of " + s.owner
	}
	return "your side of " + s.owner
}

// Answers are the two words of the answer in one: an answer without a reason to doubt it needs none.
func (a AccountPrefix) Answers() string {
	text := map[Answer]string{Yes: "advertised by Cloudflare", No: "not advertised by Cloudflare", Partly: "advertised in part",
		Unknown: "cannot tell whether it is advertised"}[a.Advertised]
	switch {
	case a.Bound == Yes && a.Active:
		text += ", bound to " + a.Service
	case a.Bound == Yes:
		text += ", binding to " + a.Service + " not active yet"
	case a.Bound == No:
		text += ", bound to no service"
	default:
		text += ", cannot tell what it is bound to"
	}
	return text
}

// TableKinds are the lists that a Table rests on. What lies below the prefixes is asked one by one: see Below.
func TableKinds() []store.Kind {
	return []store.Kind{store.GRETunnels, store.IPsecTunnels, store.TunnelHealth, store.Routes, store.Links, store.Prefixes}
}

// Below are the details of the account's prefixes that an answer about a network rests on.
func Below(s *store.Snapshot, p netip.Prefix) []store.Target {
	var out []store.Target
	for _, row := range s.Prefixes.Rows {
		if cidr, err := netip.ParsePrefix(row.CIDR); err == nil && cidr.Overlaps(p) {
			out = append(out, store.Target{Kind: store.BGPPrefixes, Object: row.ID}, store.Target{Kind: store.Bindings, Object: row.ID})
		}
	}
	return out
}
