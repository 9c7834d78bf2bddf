package routerconfig

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"flarewire/api"
	"flarewire/internal/rules"
)

// Input is a tunnel and what is known about it besides.
type Input struct {
	Tunnel    api.Tunnel
	AccountID string // 32 hexadecimal characters, for Terraform and the comment lines
	// PSK is put into the text when it is set; the zero Secret gives a placeholder. Pass it only when the user has
	// asked for it. Terraform never gets it: it would stay in the state file.
	PSK api.Secret
}

// Kind is the tunnel's kind as the rules know it.
func (in Input) Kind() rules.OnRamp {
	if in.Tunnel.Kind == api.IPsec {
		return rules.IPsec
	}
	return rules.GRE
}

// values are what the templates see of a tunnel. Every text in it is safe to stand in the configuration as it is.
type values struct {
	Label, ID, AccountID   string
	Shown                  string // the tunnel's own name, in quotation marks
	IPsec                  bool
	Cloudflare, Customer   string // the outer addresses
	Inner, Peer            string // the inner addresses: the router's and Cloudflare's
	Bits                   int
	PointToPoint           bool // Bits is 31
	Mask                   string
	Unit                   int    // of the tunnel's interface; 0 where the platform has no numbers
	Device                 string // name of the tunnel's interface
	Table                  int    // number of a routing table of its own
	MTU, MSS, TTL          int
	DFSize                 int // payload of an echo request that fills the MTU
	MSSAdjust, MSSAbove    int // bytes to take off an Ethernet MTU to reach the MSS; the first segment size that is too large
	DH                     int
	Jitter                 int // seconds by which the lifetimes are shorter than the longest
	IKESeconds, ESPSeconds int
	IKEMinutes             int
	PSK, Identity          string
	Interface              uint32 // XFRM interface id, never 0
	BGP                    bool
	DefaultRoute           bool // Cloudflare announces a default route, as the tunnel's extra prefixes ask for
	Extra                  int  // how many extra prefixes there are
	MaxPrefix              int
	ASN                    uint32
	MD5                    string
	Probe                  string // the health check's type, as a remark
	Reply, Unidirectional  bool
	WANInterface           string
	Terraform              hclTunnel
	remarks                []string // what could not be written, and what the reader has to do about it
}

// Placeholder begins every text that the reader has to replace.
const Placeholder = "REPLACE-WITH-"

// fillIn tells the reader of a text for a router what to do first.
const fillIn = "Replace every word that begins with REPLACE-WITH first: the router refuses a line that still has one."

const (
	placeholderPSK       = Placeholder + "PRE-SHARED-KEY"
	placeholderIdentity  = Placeholder + "IKE-IDENTITY"
	placeholderMD5       = Placeholder + "MD5-KEY"
	placeholderWAN       = Placeholder + "WAN-ADDRESS"
	placeholderInterface = Placeholder + "WAN-INTERFACE"
)

// placeholders are all of them, each with what goes in its place. A text has those whose words stand in it, whole or with the
// name of a tunnel behind.
var placeholders = []struct{ text, means string }{
	{placeholderPSK, "the tunnel's pre-shared key; Cloudflare does not show it again"},
	{placeholderIdentity, "the tunnel's FQDN ID, from the dashboard under the IPsec tunnel's details (Identifiers)"},
	{placeholderMD5, "the MD5 key of the BGP session, as Cloudflare has it"},
	{placeholderWAN, "the address of your router's WAN interface"},
	{Placeholder + "WAN-GATEWAY", "the address of your provider's gateway"},
	{placeholderInterface, "the name of your router's WAN interface"},
	{Placeholder + "WAN-ZONE", "the zone of the WAN interface"},
	{Placeholder + "LAN-INTERFACE", "the name of the interface towards your networks"},
	{Placeholder + "LAN-ZONE", "the zone of your networks"},
	{Placeholder + "OWN-NETWORK", "the network that you announce, such as 198.51.100.0/24"},
	{Placeholder + "OWN-ADDRESS", "the network that you announce, without its length: 198.51.100.0"},
	{Placeholder + "OWN-MASK", "its mask, such as 255.255.255.0"},
	{Placeholder + "REMOTE-NETWORK", "a network that you reach through Cloudflare, such as 192.0.2.0/24, or 0.0.0.0/0"},
	{Placeholder + "REMOTE-ADDRESS", "a network that you reach through Cloudflare, without its length: 192.0.2.0"},
	{Placeholder + "REMOTE-MASK", "its mask, such as 255.255.255.0"},
	{Placeholder + "BGP-INSTANCE", "the name of the router's BGP instance"},
	{Placeholder + "YES", "the word yes, after the router has taken the line with your network"},
}

// tunnelValues checks the tunnel's values and turns them into what templates may use. Placeholders of what each tunnel has for itself carry
// the tunnel's name when the text has several.
func tunnelValues(p platformSpec, in Input, several bool, others []values) (values, error) {
	t := in.Tunnel
	v := values{IPsec: t.Kind == api.IPsec, WANInterface: placeholderInterface}
	if rules.AccountID(t.ID).Blocks() || rules.AccountID(in.AccountID).Blocks() {
		return v, errors.New("the tunnel's or the account's id is not of 32 hexadecimal characters; read the tunnel again")
	}
	v.ID, v.AccountID, v.Label, v.Shown = strings.ToLower(t.ID), in.AccountID, freeLabel(label(t), t.ID, others), shown(t.Name)
	id, err := strconv.ParseUint(t.ID[:7], 16, 32)
	if err != nil {
		return v, fmt.Errorf("the tunnel's id is no number: %w", err)
	}
	v.Interface, v.Jitter = uint32(id)+1, int(id%jitterSeconds)
	v.Table = int(id%10_000) + 20_000 // above the numbers that people give by hand, and those of the kernel
	v.health(t.HealthCheck)
	own := func(placeholder string) string {
		if several {
			return placeholder + "-OF-" + v.Label
		}
		return placeholder
	}
	return v, cmp.Or(v.addresses(t), v.sizes(t), v.ike(p, in, own), v.bgp(p, t, own), v.code(p, in))
}

// health says how Cloudflare probes the tunnel. What the API did not say differs by product, so it counts as reply.
func (v *values) health(c *api.HealthCheck) {
	if c == nil || c.Type == "" {
		v.Probe, v.Reply = "of a type that the API did not say (Magic Transit: reply)", true
		return
	}
	v.Reply, v.Unidirectional = c.Type != "request", c.Direction == "unidirectional"
	v.Probe = "of the type request"
	if v.Reply {
		v.Probe = "of the type reply"
	}
}

// safeName is what every platform takes as the name of an object or an interface.
var safeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// taken are names that mean something on a device: interfaces that are there, and places of settings for all of them.
var taken = []string{"all", "any", "default", "lo", "none", "null"}

// label is the name of the tunnel in the configuration: its own, or one made from its id when its own is too long for
// an interface or has characters that not every platform takes.
func label(t api.Tunnel) string {
	if len(t.Name) <= rules.MaxGREName && safeName.MatchString(t.Name) && !slices.Contains(taken, strings.ToLower(t.Name)) {
		return t.Name
	}
	return byID(strings.ToLower(t.ID))
}

// freeLabel is one that none of the others has; a GRE and an IPsec tunnel may have the same name.
func freeLabel(label, id string, others []values) string {
	taken := func(label string) bool {
		return slices.ContainsFunc(others, func(o values) bool { return strings.EqualFold(o.Label, label) })
	}
	id = strings.ToLower(id)
	if taken(label) {
		label = byID(id)
	}
	for end := len(id); taken(label) && end >= 12; end-- {
		label = "cf-" + id[end-12:end] // two ids that begin alike
	}
	return label
}

func byID(id string) string { return "cf-" + id[:8] }

func mask(bits int) string { return net.IP(net.CIDRMask(bits, 32)).String() }

func (v *values) addresses(t api.Tunnel) error {
	cloudflare, err := netip.ParseAddr(t.CloudflareEndpoint)
	if err != nil || !cloudflare.Is4() {
		return errors.New("the tunnel's Cloudflare endpoint is not an IPv4 address; a configuration needs one")
	}
	v.Cloudflare, v.Customer = cloudflare.String(), placeholderWAN
	switch customer, err := netip.ParseAddr(t.CustomerEndpoint); {
	case err == nil && customer.Is4():
		v.Customer = customer.String()
	case t.CustomerEndpoint != "" || !v.IPsec:
		return errors.New("the tunnel's customer endpoint is not an IPv4 address; a configuration needs one")
	}
	inner, err := netip.ParsePrefix(t.InterfaceAddress)
	peer, router, ok := rules.Sides(inner)
	if err != nil || !ok || !router.Is4() {
		return errors.New("the tunnel's interface address is not a host of an IPv4 /31 or /30; a configuration needs one")
	}
	v.Inner, v.Peer, v.Bits = router.String(), peer.String(), inner.Bits()
	v.PointToPoint = v.Bits == 31
	v.Mask = mask(v.Bits)
	return nil
}

func (v *values) sizes(t api.Tunnel) error {
	v.MTU, v.MSS, v.TTL = rules.MinIPsecMTU, rules.MSSIPsec, rules.DefaultTTL
	if !v.IPsec {
		v.MTU, v.TTL = orDefault(t.MTU, rules.DefaultGREMTU), orDefault(t.TTL, rules.DefaultTTL)
		v.MSS = v.MTU - (rules.DefaultGREMTU - rules.MSSGRE)
	}
	v.MSSAdjust, v.MSSAbove = rules.EthernetMTU-v.MSS, v.MSS+1
	v.DFSize = v.MTU - 28 // IPv4 and ICMP
	if v.MTU < rules.MinMTU || v.MTU > 1<<16 || v.TTL < rules.MinTTL || v.TTL > rules.MaxTTL {
		return errors.New("the tunnel's MTU or TTL is out of its range; read the tunnel again")
	}
	return nil
}

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// lifetimes makes them differ between tunnels: two that rekey in the same second are down in the same second.
func (v *values) lifetimes() {
	v.ESPSeconds = rules.IKEPhase2().MaxLifetimeMinutes*60 - v.Jitter
	v.IKESeconds = ikeSeconds - v.Jitter
	v.IKEMinutes = v.IKESeconds / 60
}

// ike fills in what only IPsec has. The identity is the one that the API gave: it cannot be made up from the ids,
// because the account's part of it is another number than the account's id.
func (v *values) ike(p platformSpec, in Input, own func(string) string) (err error) {
	if !v.IPsec {
		return nil
	}
	v.DH = rules.IKESafe().DHGroups[0]
	v.Identity = own(placeholderIdentity)
	switch id := identity(in.Tunnel); {
	case id == "":
	case !hostName.MatchString(id):
		v.remark("the IKE identity is no host name, so it is not written here")
	case p.maxIdentity > 0 && len(id) > p.maxIdentity:
		v.remark(fmt.Sprintf("the IKE identity has %d characters, and %s takes %d: give the tunnel a shorter custom identity", len(id), p.title,
			p.maxIdentity))
	default:
		v.Identity = id
	}
	if !in.PSK.IsZero() && p.isRouter() {
		var refusal error
		if v.PSK, refusal = p.quote.write("the pre-shared key", in.PSK.Reveal()); refusal == nil {
			return nil
		}
		v.remark(refusal.Error())
	}
	v.PSK, err = p.quote.write("the pre-shared key", own(placeholderPSK))
	return err
}

// remark keeps a line for the reader.
func (v *values) remark(text string) { v.remarks = append(v.remarks, v.Label+": "+text+".") }

// hostName is a domain name with at least one dot (RFC 1123).
var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$`)

func identity(t api.Tunnel) string {
	if c := t.CustomRemoteIdentities; c != nil && c.FQDNID != "" {
		return c.FQDNID
	}
	if r := t.RemoteIdentities; r != nil {
		return r.FQDNID
	}
	return ""
}

func (v *values) bgp(p platformSpec, t api.Tunnel, own func(string) string) (err error) {
	if t.BGP == nil {
		return nil
	}
	v.BGP, v.ASN, v.Extra = true, t.BGP.CustomerASN, len(t.BGP.ExtraPrefixes)
	v.DefaultRoute = slices.Contains(t.BGP.ExtraPrefixes, "0.0.0.0/0")
	if rules.CustomerASN(strconv.FormatUint(uint64(v.ASN), 10), rules.CloudflareASN).Blocks() {
		return fmt.Errorf("the tunnel's customer AS number %d cannot be used for BGP with Cloudflare; change it first", v.ASN)
	}
	if t.BGP.MD5Key == "" {
		return nil
	}
	if most := p.md5().documented; most > 0 && utf8.RuneCountInString(t.BGP.MD5Key) > most {
		v.remark(fmt.Sprintf("the BGP MD5 key has more than the %d characters that the vendor's reference of neighbor password gives "+
			"(unconfirmed "+
			"for each release): where the router refuses it or the session stays down, choose a shorter one at both ends", most))
	}
	if v.MD5, err = p.md5().write("the BGP MD5 key", t.BGP.MD5Key); err == nil || !p.isRouter() {
		return err
	}
	v.remark(err.Error())
	v.MD5, err = p.md5().write("the BGP MD5 key", own(placeholderMD5))
	return err
}
