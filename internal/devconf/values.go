package devconf

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

	"flarewire/api"
	"flarewire/internal/netrules"
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
func (in Input) Kind() netrules.Kind {
	if in.Tunnel.Kind == api.IPsec {
		return netrules.IPsec
	}
	return netrules.GRE
}

// values are what the templates see. Every text in it is safe to stand in the configuration as it is.
type values struct {
	Label, ID, AccountID   string
	IPsec                  bool
	Cloudflare, Customer   string // the outer addresses
	Inner, Peer            string // the inner addresses: the router's and Cloudflare's
	Bits                   int
	Mask                   string
	MTU, MSS, TTL          int
	MSSAdjust, MSSAbove    int // bytes to take off an Ethernet MTU to reach the MSS; the first segment size that is too large
	DH                     int
	IKESeconds, ESPSeconds int
	PSK, Identity          string
	Interface              uint32 // XFRM interface id, never 0
	BGP                    bool
	ASN, CloudflareASN     uint32
	Hold, Keepalive, Retry int
	MD5                    string
	WANInterface           string
	Terraform              hclTunnel
}

// Placeholder begins every text that the reader has to replace.
const Placeholder = "REPLACE-WITH-"

const (
	placeholderPSK       = Placeholder + "PRE-SHARED-KEY"
	placeholderIdentity  = Placeholder + "IKE-IDENTITY"
	placeholderWAN       = Placeholder + "WAN-ADDRESS"
	placeholderInterface = Placeholder + "WAN-INTERFACE"
	placeholderLAN       = Placeholder + "LAN-INTERFACE"
)

// placeholders are all of them, each with what goes in its place.
var placeholders = []struct{ text, means string }{
	{placeholderPSK, "the tunnel's pre-shared key; Cloudflare does not show it again"},
	{placeholderIdentity, "the tunnel's FQDN ID, from the dashboard under the IPsec tunnel's details (Identifiers)"},
	{placeholderWAN, "the address of your router's WAN interface"},
	{placeholderInterface, "the name of your router's WAN interface"},
	{placeholderLAN, "the name of the interface towards your networks"},
}

// read checks the tunnel's values and turns them into what templates may use.
func read(p profile, in Input) (values, error) {
	t := in.Tunnel
	v := values{IPsec: t.Kind == api.IPsec, WANInterface: placeholderInterface, CloudflareASN: netrules.CloudflareASN,
		Hold: int(netrules.TunnelHoldTime.Seconds()), Retry: int(netrules.MaxConnectRetry.Seconds())}
	v.Keepalive = v.Hold / netrules.KeepalivesPerHold
	if netrules.AccountID(t.ID).Blocks() || netrules.AccountID(in.AccountID).Blocks() {
		return v, errors.New("the tunnel's or the account's id is not of 32 hexadecimal characters; read the tunnel again")
	}
	v.ID, v.AccountID, v.Label = t.ID, in.AccountID, label(t)
	id, err := strconv.ParseUint(t.ID[:7], 16, 32)
	if err != nil {
		return v, fmt.Errorf("the tunnel's id is no number: %w", err)
	}
	v.Interface = uint32(id) + 1
	return v, cmp.Or(v.addresses(t), v.sizes(t), v.ike(p, in), v.bgp(p, t), v.code(p, in))
}

// safeName is what every platform takes as the name of an object or an interface.
var safeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// taken are names that mean something on a device: interfaces that are there, and places of settings for all of them.
var taken = []string{"all", "any", "default", "lo", "none", "null"}

// label is the name of the tunnel in the configuration: its own, or one made from its id when its own is too long for
// an interface or has characters that not every platform takes.
func label(t api.Tunnel) string {
	if len(t.Name) <= netrules.MaxGREName && safeName.MatchString(t.Name) && !slices.Contains(taken, strings.ToLower(t.Name)) {
		return t.Name
	}
	return "cf-" + strings.ToLower(t.ID[:8])
}

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
	peer, router, ok := netrules.Sides(inner)
	if err != nil || !ok || !router.Is4() {
		return errors.New("the tunnel's interface address is not a host of an IPv4 /31 or /30; a configuration needs one")
	}
	v.Inner, v.Peer, v.Bits = router.String(), peer.String(), inner.Bits()
	v.Mask = net.IP(net.CIDRMask(v.Bits, 32)).String()
	return nil
}

func (v *values) sizes(t api.Tunnel) error {
	v.MTU, v.MSS, v.TTL = netrules.MinIPsecMTU, netrules.MSSIPsec, netrules.DefaultTTL
	if !v.IPsec {
		v.MTU, v.TTL = orDefault(t.MTU, netrules.DefaultGREMTU), orDefault(t.TTL, netrules.DefaultTTL)
		v.MSS = v.MTU - (netrules.DefaultGREMTU - netrules.MSSGRE)
	}
	v.MSSAdjust, v.MSSAbove = netrules.EthernetMTU-v.MSS, v.MSS+1
	if v.MTU < netrules.MinMTU || v.MTU > 1<<16 || v.TTL < netrules.MinTTL || v.TTL > netrules.MaxTTL {
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

// ike fills in what only IPsec has. The identity is the one that the API gave: it cannot be made up from the ids,
// because the account's part of it is another number than the account's id.
func (v *values) ike(p profile, in Input) (err error) {
	if !v.IPsec {
		return nil
	}
	safe := netrules.IKESafe()
	v.DH = safe.DHGroups[0]
	v.IKESeconds = safe.MaxLifetimeMinutes * 60
	v.ESPSeconds = netrules.IKEPhase2().MaxLifetimeMinutes * 60
	v.Identity = placeholderIdentity
	if id := identity(in.Tunnel); id != "" {
		if !hostName.MatchString(id) {
			return fmt.Errorf("the tunnel's IKE identity %w: it is not a host name; copy it by hand", errUnsafe)
		}
		v.Identity = id
	}
	key := placeholderPSK
	if !in.PSK.IsZero() && !p.quote.terraform {
		key = in.PSK.Reveal()
	}
	v.PSK, err = p.quote.write("the pre-shared key", key)
	return err
}

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

func (v *values) bgp(p profile, t api.Tunnel) (err error) {
	if t.BGP == nil {
		return nil
	}
	v.BGP, v.ASN = true, t.BGP.CustomerASN
	if netrules.CustomerASN(strconv.FormatUint(uint64(v.ASN), 10), netrules.CloudflareASN).Blocks() {
		return fmt.Errorf("the tunnel's customer AS number %d cannot be used for BGP with Cloudflare; change it first", v.ASN)
	}
	if t.BGP.MD5Key == "" {
		return nil
	}
	v.MD5, err = p.md5().write("the BGP MD5 key", t.BGP.MD5Key)
	return err
}
