package cli

import (
	"cmp"
	"strconv"
	"time"

	"flarewire/api"
	"flarewire/tui"
	"flarewire/tui/table"
)

// These are the columns of resources for a shell: the few values that one looks for. What has a page
// in the full-screen program and exports its columns uses those instead (tunnels, routes).

// column is a column of plain text; an empty value is "-".
func column[T any](key, title string, width, priority int, get func(T) string) table.Column[T] {
	return table.Column[T]{Key: key, Title: title, Width: width, Priority: priority,
		Text: func(v T, _ time.Time) string { return cmp.Or(tui.Clean(get(v)), "-") }}
}

func interconnectColumns(tui.Glyphs) []table.Column[api.Interconnect] {
	type I = api.Interconnect
	return []table.Column[I]{
		column("name", "NAME", 20, 0, func(i I) string { return i.Name }),
		column("type", "TYPE", 12, 0, func(i I) string { return i.Type }),
		column("speed", "SPEED", 6, 0, func(i I) string { return i.Speed }),
		column("site", "SITE", 12, 1, func(i I) string { return cmp.Or(i.Site, i.Region) }),
		column("facility", "FACILITY", 24, 2, func(i I) string {
			if i.Facility == nil {
				return ""
			}
			return i.Facility.Name
		}),
		column("reservation", "PORT RESERVATION", 36, 3, func(i I) string { return i.VirtualPortReservationID }),
	}
}

func cniColumns(tui.Glyphs) []table.Column[api.CNI] {
	type C = api.CNI
	return []table.Column[C]{
		column("name", "CONDUIT", 16, 0, func(c C) string { return c.Magic.ConduitName }),
		column("interconnect", "INTERCONNECT", 16, 0, func(c C) string { return c.Interconnect }),
		column("cloudflare", "CLOUDFLARE", 18, 0, func(c C) string { return string(c.P2PIP) }),
		column("customer", "CUSTOMER", 18, 0, func(c C) string { return string(c.CustIP) }),
		column("asn", "ASN", 10, 1, func(c C) string { return customerASN(c.BGP) }),
		column("mtu", "MTU", 5, 2, func(c C) string { return strconv.Itoa(c.Magic.MTU) }),
		column("mode", "BGP MODE", 22, 3, func(c C) string { return c.BGPMode }),
	}
}

func magicInterconnectColumns(tui.Glyphs) []table.Column[api.MagicInterconnect] {
	type I = api.MagicInterconnect
	return []table.Column[I]{
		column("name", "NAME", 16, 0, func(i I) string { return i.Name }),
		column("interface", "INTERFACE", 18, 0, func(i I) string { return i.InterfaceAddress }),
		column("colo", "COLO", 12, 0, func(i I) string { return i.ColoName }),
		column("version", "VERSION", 7, 0, func(i I) string { return i.Version }),
		column("asn", "ASN", 10, 1, func(i I) string { return customerASN(i.BGP) }),
		column("mtu", "MTU", 5, 2, func(i I) string { return number(i.MTU) }),
		column("description", "DESCRIPTION", 24, 3, func(i I) string { return i.Description }),
	}
}

func prefixColumns(tui.Glyphs) []table.Column[api.Prefix] {
	type P = api.Prefix
	return []table.Column[P]{
		column("cidr", "CIDR", 20, 0, prefixCIDR),
		column("asn", "ASN", 10, 0, func(p P) string { return optionalASN(p.ASN) }),
		column("approved", "APPROVED", 8, 0, func(p P) string { return approval(p.Approved) }),
		column("irr", "IRR", 9, 1, func(p P) string { return p.IRRValidationState }),
		column("rpki", "RPKI", 9, 1, func(p P) string { return p.RPKIValidationState }),
		column("ownership", "OWNERSHIP", 9, 2, func(p P) string { return p.OwnershipValidationState }),
		column("description", "DESCRIPTION", 24, 3, func(p P) string { return p.Description }),
	}
}

func bgpPrefixColumns(tui.Glyphs) []table.Column[part[api.BGPPrefix]] {
	type P = part[api.BGPPrefix]
	return []table.Column[P]{
		column("cidr", "CIDR", 20, 0, func(p P) string { return p.object.CIDR }),
		column("advertised", "ADVERTISED", 10, 0, func(p P) string { return advertised(p.object.OnDemand) }),
		column("control", "CONTROL", 10, 0, func(p P) string { return control(p.object) }),
		column("asn", "ASN", 10, 1, func(p P) string { return optionalASN(p.object.ASN) }),
		column("prepend", "PREPEND", 7, 2, func(p P) string { return strconv.Itoa(p.object.ASNPrependCount) }),
		column("auto", "AUTO WITHDRAW", 13, 3, func(p P) string { return yesNo(p.object.AutoAdvertiseWithdraw) }),
		column("prefix", "PREFIX", 20, 4, func(p P) string { return p.of.CIDR }),
	}
}

func bindingColumns(tui.Glyphs) []table.Column[part[api.Binding]] {
	type B = part[api.Binding]
	return []table.Column[B]{
		column("cidr", "CIDR", 20, 0, func(b B) string { return b.object.CIDR }),
		column("service", "SERVICE", 20, 0, func(b B) string { return cmp.Or(b.object.ServiceName, b.object.ServiceID) }),
		column("state", "STATE", 12, 0, func(b B) string {
			if b.object.Provisioning == nil {
				return ""
			}
			return b.object.Provisioning.State
		}),
		column("prefix", "PREFIX", 20, 1, func(b B) string { return b.of.CIDR }),
	}
}

func customerASN(b *api.BGP) string {
	if b == nil {
		return ""
	}
	return b.ASNText()
}

func optionalASN(n *uint32) string {
	if n == nil {
		return ""
	}
	return strconv.FormatUint(uint64(*n), 10)
}

// number is empty for a value that the API did not give.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// approval puts the API's letters into words; another value is shown as it came.
func approval(letter string) string {
	switch letter {
	case "P":
		return "pending"
	case "V":
		return "active"
	}
	return letter
}

// advertised is unknown where the API gives no answer: that is so unless on demand is enabled.
func advertised(o *api.OnDemand) string {
	if o == nil || o.Advertised == nil {
		return ""
	}
	return yesNo(*o.Advertised)
}

// control is who changes the advertisement: the customer's BGP announcements, the API, or nobody now.
func control(p api.BGPPrefix) string {
	switch {
	case p.BGPSignalOpts != nil && p.BGPSignalOpts.Enabled:
		return "BGP"
	case p.OnDemand == nil || !p.OnDemand.OnDemandEnabled:
		return ""
	case p.OnDemand.OnDemandLocked:
		return "locked"
	}
	return "on demand"
}
