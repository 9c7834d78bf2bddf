package routerconfig

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/internal/sorting"
)

// Router is what Render writes a configuration for: one or several tunnels that end at the same router.
type Router struct {
	Tunnels []Input
	// Link is an interconnect in the place of tunnels; nil for tunnels.
	Link *Link
	// Known are the tunnels of the account as far as they are known. Those that may end at the same router keep their
	// interface numbers; nil when nothing is known of them.
	Known []api.Tunnel
	// FirstUnit is the number of the first tunnel interface where the platform numbers them, and the others follow;
	// zero takes the numbers from the inner addresses.
	FirstUnit int
	// CloudflareASN is Cloudflare's AS number on the account's sessions; zero takes its usual one.
	CloudflareASN uint32
	// Routes is how many static routes the account has, which Cloudflare announces over BGP; zero when it is not known.
	Routes int
}

// SingleTunnel is a router with a single tunnel of which nothing else is known.
func SingleTunnel(in Input) Router { return Router{Tunnels: []Input{in}} }

// kinds lists the kinds of the router's tunnels.
func (r Router) kinds() []rules.OnRamp {
	out := make([]rules.OnRamp, len(r.Tunnels))
	for i, in := range r.Tunnels {
		out[i] = in.Kind()
	}
	return out
}

// Platforms are those that all tunnels of the router can be configured on.
func (r Router) Platforms() []Platform {
	if r.Link != nil {
		return linkPlatforms()
	}
	return slices.DeleteFunc(slices.Clone(order), func(p Platform) bool {
		return slices.ContainsFunc(r.kinds(), func(k rules.OnRamp) bool { return !slices.Contains(platformSpecs[p].kinds, k) })
	})
}

// templateData is what a template sees: the router, and its tunnels one by one.
type templateData struct {
	Several                 bool
	GRE, IPsec, BGP, Static bool // whether any of the tunnels is of that kind
	Reply                   bool // whether any is probed with echo replies
	DefaultRoute            bool // whether any asks Cloudflare for a default route
	ASN, CloudflareASN      uint32
	RouterID                string // an address of the router, for PAN-OS, which has its line as a comment
	Hold, Keepalive, Retry  int    // BGP timers, in seconds
	MaxPrefix               int
	MSS, MSSAdjust          int // the smallest limit of the segment size among the tunnels
	GREMSS, IPsecMSS        int
	Label                   string    // of the files
	Endpoints               []network // the Cloudflare endpoints, as host routes
	Ranges                  []network // the networks around them
	Tunnels                 []values
}

// network is a prefix in the notations of the platforms, with its place in a prefix list.
type network struct {
	Seq           int
	CIDR          string
	Network, Mask string
}

// Bounds of what is generated.
const (
	// minMaxPrefix is the smallest limit of received prefixes: one that is too small tears the session down.
	minMaxPrefix = 1000
	// jitterSeconds is the range in which the lifetimes of different tunnels differ.
	jitterSeconds = 3600
	// minLifetimeGap is how far the lifetimes of two tunnels of one router are at least.
	minLifetimeGap = 120
	// ikeSeconds is the longest lifetime of an IKE SA that all platforms take.
	ikeSeconds = 24 * 60 * 60
)

// errNoTunnel: none of the tunnels is known, such as that of a pair before its first reading.
var errNoTunnel = errors.New("a tunnel is needed")

// assemble reads the tunnels and gives each its name, number and lifetimes, so that no two of the router collide.
func assemble(platform Platform, r Router) (templateData, error) {
	spec := platformSpecs[platform]
	if len(r.Tunnels) == 0 {
		return templateData{}, errNoTunnel
	}
	p := templateData{Several: len(r.Tunnels) > 1, CloudflareASN: cmp.Or(r.CloudflareASN, rules.CloudflareASN),
		Hold:  int(rules.TunnelHoldTime.Seconds()),
		Retry: int(rules.MaxConnectRetry.Seconds())}
	p.Keepalive = p.Hold / rules.KeepalivesPerHold
	for _, in := range r.Tunnels {
		v, err := tunnelValues(spec, in, p.Several, p.Tunnels)
		if err != nil {
			if p.Several {
				err = fmt.Errorf("%s: %w", shown(in.Tunnel.Name), err)
			}
			return p, err
		}
		if slices.ContainsFunc(p.Tunnels, func(o values) bool { return o.ID == v.ID }) {
			return p, fmt.Errorf("the tunnel %s is named twice", v.Shown)
		}
		if err := cmp.Or(collides(p.Tunnels, v), p.asn(v)); err != nil && spec.isRouter() {
			return p, err
		}
		v.makeUnique(p.Tunnels)
		p.Tunnels = append(p.Tunnels, v)
	}
	if err := numberInterfaces(spec, r, p.Tunnels); err != nil {
		return p, err
	}
	p.fillTotals(r)
	return p, nil
}

// isRouter reports whether the text is for the customer's router and not for the account.
func (p platformSpec) isRouter() bool { return !p.quote.terraform }

// collides refuses two tunnels that one router cannot have together: any two with the same interface address, and two GRE tunnels with the
// same pair of outer addresses. Cloudflare's GRE has no key, so that nothing in a packet says to which of them it belongs.
func collides(others []values, v values) error {
	for _, o := range others {
		if !o.IPsec && !v.IPsec && o.Customer == v.Customer && o.Cloudflare == v.Cloudflare {
			return fmt.Errorf("%s and %s have the same two endpoints, and one router cannot tell two such GRE tunnels apart: give one of them "+
				"another customer endpoint or another Cloudflare endpoint", o.Shown, v.Shown)
		}
		if o.Inner == v.Inner || o.Inner == v.Peer {
			return fmt.Errorf("%s and %s have the same interface address", o.Shown, v.Shown)
		}
	}
	return nil
}

// asn takes the router's AS number from its first tunnel with BGP; a router has one.
func (p *templateData) asn(v values) error {
	if v.BGP && p.BGP && v.ASN != p.ASN {
		return fmt.Errorf("the tunnels have the customer AS numbers %d and %d, and a router has one: write their configurations one by one, or "+
			"give them the same number", p.ASN, v.ASN)
	}
	if v.BGP && v.ASN == p.CloudflareASN {
		return fmt.Errorf("the tunnel's customer AS number %d is Cloudflare's own in this account: change it first", v.ASN)
	}
	if v.BGP {
		p.BGP, p.ASN = true, v.ASN
	}
	return nil
}

// makeUnique gives a tunnel another XFRM interface id, another routing table and other lifetimes than those before it, where they would
// be the same or too near.
func (v *values) makeUnique(others []values) {
	taken := func(is func(values) bool) bool { return slices.ContainsFunc(others, is) }
	for taken(func(o values) bool { return o.Interface == v.Interface }) {
		v.Interface++
	}
	for taken(func(o values) bool { return o.Table == v.Table }) {
		v.Table++
	}
	for taken(func(o values) bool { return tooNear(o.Jitter, v.Jitter) }) {
		v.Jitter = (v.Jitter + minLifetimeGap) % jitterSeconds
	}
}

func tooNear(a, b int) bool { return max(a-b, b-a) < minLifetimeGap }

// numberInterfaces gives each tunnel the number of its interface. It comes from the inner subnet, which is unique on the account; where two
// tunnels that may end at the same router come to the same, the one with the higher address takes the next that is free.
// All of them are numbered whichever are asked for, so that a text for one agrees with a text for several.
func numberInterfaces(spec platformSpec, r Router, tunnels []values) error {
	if spec.tables > 0 {
		tables := innerAddressesAt(r, tunnels).units(spec.tables)
		for i := range tunnels {
			tunnels[i].Table = tables[tunnels[i].Inner]
		}
	}
	if spec.units == 0 {
		for i := range tunnels {
			tunnels[i].Device = tunnels[i].Label
		}
		return nil
	}
	if r.FirstUnit < 0 || r.FirstUnit+len(tunnels)-1 > spec.units {
		return fmt.Errorf("%s has the tunnel numbers 1 to %d", spec.title, spec.units)
	}
	units := innerAddressesAt(r, tunnels).units(spec.units)
	for i := range tunnels {
		v := &tunnels[i]
		v.Unit = units[v.Inner]
		if r.FirstUnit > 0 {
			v.Unit = r.FirstUnit + i
		}
		name := spec.device[0]
		if v.IPsec {
			name = spec.device[1]
		}
		v.Device = fmt.Sprintf(name, v.Unit)
	}
	return nil
}

// innerAddresses are those of the router, in order.
type innerAddresses []netip.Addr

// innerAddressesAt lists the inner addresses of the tunnels and of all known ones that may end at the same router: with the same customer
// endpoint, or with none.
func innerAddressesAt(r Router, tunnels []values) innerAddresses {
	var out innerAddresses
	ends := []string{""}
	for _, v := range tunnels {
		out = append(out, netip.MustParseAddr(v.Inner))
		ends = append(ends, v.Customer)
	}
	for _, t := range r.Known {
		prefix, err := netip.ParsePrefix(t.InterfaceAddress)
		if _, inner, ok := rules.Sides(prefix); err == nil && ok && inner.Is4() &&
			(slices.Contains(ends, t.CustomerEndpoint) || slices.Contains(ends, placeholderWAN)) {
			out = append(out, inner)
		}
	}
	sorting.Sort(out, netip.Addr.Compare)
	return slices.Compact(out)
}

// units gives each address a number between 1 and limit, which are distinct while there are at most limit addresses. IPv4 only:
// innerAddressesAt lists no others.
func (a innerAddresses) units(limit int) map[string]int {
	out, taken := map[string]int{}, map[int]bool{}
	for _, inner := range a {
		b := inner.As4()
		unit := (int(b[2])<<8|int(b[3]))/2%limit + 1
		for n := 0; taken[unit] && n < limit; n++ {
			unit = unit%limit + 1
		}
		taken[unit], out[inner.String()] = true, unit
	}
	return out
}

// fillTotals fills in what the tunnels have together.
func (p *templateData) fillTotals(r Router) {
	labels, expected := make([]string, 0, len(p.Tunnels)), r.Routes
	for i := range p.Tunnels {
		v := &p.Tunnels[i]
		v.lifetimes()
		labels = append(labels, v.Label)
		p.GRE, p.IPsec = p.GRE || !v.IPsec, p.IPsec || v.IPsec
		p.Static, p.Reply = p.Static || !v.BGP, p.Reply || v.Reply
		if v.BGP {
			p.RouterID, p.DefaultRoute = cmp.Or(p.RouterID, v.Inner), p.DefaultRoute || v.DefaultRoute
			expected = max(expected, r.Routes+v.Extra)
		}
		least := &p.GREMSS
		if v.IPsec {
			least = &p.IPsecMSS
		}
		if *least == 0 || v.MSS < *least {
			*least = v.MSS
		}
		if p.MSS == 0 || v.MSS < p.MSS {
			p.MSS, p.MSSAdjust = v.MSS, v.MSSAdjust
		}
		p.endpoint(*v)
	}
	p.MaxPrefix = max(minMaxPrefix, 2*expected)
	for i := range p.Tunnels {
		p.Tunnels[i].MaxPrefix = p.MaxPrefix
	}
	p.Label = labels[0]
	switch n := len(labels); {
	case n == 2:
		p.Label += "_" + labels[1]
	case n > 2:
		p.Label += fmt.Sprintf("_and_%d_more", n-1)
	}
}

// endpoint adds the Cloudflare endpoint of a tunnel and the /24 around it, once each.
func (p *templateData) endpoint(v values) {
	address := netip.MustParseAddr(v.Cloudflare)
	around := netip.PrefixFrom(address, 24).Masked()
	if !slices.ContainsFunc(p.Endpoints, func(n network) bool { return n.Network == v.Cloudflare }) {
		p.Endpoints = append(p.Endpoints, network{CIDR: v.Cloudflare + "/32", Network: v.Cloudflare, Mask: mask(32)})
	}
	if !slices.ContainsFunc(p.Ranges, func(n network) bool { return n.CIDR == around.String() }) {
		p.Ranges = append(p.Ranges, network{Seq: 100 + 10*len(p.Ranges), CIDR: around.String(), Network: around.Addr().String(), Mask: mask(24)})
	}
}
