package routerconfig

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"flarewire/api"
	"flarewire/internal/rules"
)

// Test is something that only the operator can try, at the router: flarewire cannot see its end.
type Test struct {
	Key      string // stable: "df", "mss", "failover"
	Title    string
	Commands []string // for the router, a line each; what is not known stands in <brackets>
	Expect   string
}

// dialect are the commands of a platform for the tests, lines each. {peer} is Cloudflare's side, {own} yours, {mtu} the tunnel's MTU and
// {payload} the payload of an echo request that fills it; {device} is the tunnel's interface and {label} its name on the router, as in the
// configuration that Render writes; {node} is where the interface stands in the configuration, {kind} is gre or ipsec, {file} begins
// the names of its files.
type dialect struct{ df, mss, down, up string }

// dialects are general vendor knowledge: no document of Cloudflare's gives these commands, and they were not run on a device, but for
// those of Linux.
var dialects = map[Platform]dialect{
	IOSXE: {"ping {peer} source {own} size {mtu} df-bit repeat 5", "show running-config interface {device} | include adjust-mss",
		"configure terminal\ninterface {device}\nshutdown\nend", "configure terminal\ninterface {device}\nno shutdown\nend"},
	Junos: {"ping {peer} source {own} size {payload} do-not-fragment count 5",
		"show configuration | display set | match \"{node} .*tcp-mss|flow tcp-mss\"",
		"configure\nset interfaces {node} disable\ncommit confirmed 5", "delete interfaces {node} disable\ncommit"},
	PANOS: {"ping do-not-fragment yes size {payload} count 5 source {own} host {peer}", "show config running | match mss-adjustment",
		"configure\nset network tunnel {kind} {label} disabled yes\ncommit", "set network tunnel {kind} {label} disabled no\ncommit"},
	FortiOS: {"execute ping-options source {own}\nexecute ping-options df-bit yes\nexecute ping-options data-size {payload}\n" +
		"execute ping {peer}", "show system interface {label} | grep tcp-mss",
		"config system interface\nedit {label}\nset status down\nend", "config system interface\nedit {label}\nset status up\nend"},
	VyOS: {"ping {peer} source-address {own} size {payload} do-not-fragment count 5",
		"show configuration commands | match '{node} ip adjust-mss'",
		"configure\nset interfaces {node} disable\ncommit-confirm 5", "delete interfaces {node} disable\ncommit"},
	Linux: {"ping -M do -c 5 -s {payload} -I {own} {peer}", "iptables -t mangle -S FORWARD | grep {label}",
		"ip link set {label} down", "ip link set {label} up\nsh /etc/cloudflare/{file}.sh"}, // its routes went with the interface
	EOS: {"ping {peer} source {own} size {mtu} df-bit repeat 5", "show running-config interfaces {device} | include mss",
		"configure\ninterface {device}\nshutdown\nend", "configure\ninterface {device}\nno shutdown\nend"},
	RouterOS: {"/ping {peer} src-address={own} size={mtu} do-not-fragment count=5",
		"/ip/firewall/mangle/print where action=change-mss", "/interface/disable {label}", "/interface/enable {label}"},
}

// other is a router or a gateway of which no commands are known: the tests run on a host behind it.
var other = dialect{"ping -M do -c 5 -s {payload} {peer}  (from a Linux host behind the router)",
	"the setting of your device that clamps the TCP MSS", "shut the tunnel down at your device", "bring it up again"}

// Tests are what to try at the router of a platform once one of its tunnels is up: the names and numbers in the commands are those of the
// configuration for all of its tunnels. A platform that is not known gives commands for a host behind it.
func Tests(platform Platform, r Router, t api.Tunnel) []Test {
	d, known := dialects[platform]
	if !known {
		d = other
	}
	mtu, mss := rules.MinIPsecMTU, rules.MSSIPsec
	if t.Kind == api.GRE {
		mtu = orDefault(t.MTU, rules.DefaultGREMTU)
		mss = mtu - (rules.DefaultGREMTU - rules.MSSGRE)
	}
	fill := names(platform, r, t, mtu).Replace
	lines := func(text string) []string { return strings.Split(fill(text), "\n") }
	wait := platformSpecs[platform].comment
	if !known {
		wait = "#"
	}
	return []Test{
		{"df", "DF ping at the tunnel's MTU", lines(d.df), fmt.Sprintf("5 of 5 answered; with one byte more (MTU %d) none", mtu+1)},
		{"mss", "TCP MSS is clamped", lines(d.mss), fmt.Sprintf("%d or less, in both directions", mss)},
		{"failover", "Failover", slices.Concat(lines(d.down), []string{wait + " wait two minutes, then:"}, lines(d.up)),
			"traffic goes on over the other tunnel, and comes back"},
	}
}

// names are the words of the commands for one tunnel of a router.
func names(platform Platform, r Router, t api.Tunnel, mtu int) *strings.Replacer {
	peer, own, device, label, node, file := "<Cloudflare's side>", "<your side>", "<interface>", "<tunnel>", "<interface>", "<tunnel>"
	if p, err := netip.ParsePrefix(t.InterfaceAddress); err == nil {
		if its, yours, ok := rules.Sides(p); ok {
			peer, own = its.String(), yours.String()
		}
	}
	if p, err := assemble(platform, r); err == nil { // else there is no configuration for it, and no name from there
		file = p.Label
		for _, v := range p.Tunnels {
			if v.ID == t.ID {
				device, label = v.Device, v.Label
				node = nodeOf(platform, v)
			}
		}
	}
	return strings.NewReplacer("{peer}", peer, "{own}", own, "{mtu}", strconv.Itoa(mtu), "{payload}", strconv.Itoa(mtu-28),
		"{device}", device, "{label}", label, "{node}", node, "{kind}", string(t.Kind), "{file}", file)
}

// nodeOf is where the interface of a tunnel stands in a configuration that is a tree.
func nodeOf(platform Platform, v values) string {
	switch {
	case platform == Junos:
		return strings.Replace(v.Device, ".", " unit ", 1)
	case platform == VyOS && v.IPsec:
		return "vti " + v.Device
	case platform == VyOS:
		return "tunnel " + v.Device
	}
	return v.Device
}
