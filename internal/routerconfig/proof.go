package routerconfig

import (
	"fmt"
	"net/netip"
	"strings"

	"flarewire/api"
	"flarewire/internal/rules"
)

// Test is something that only the operator can try, at the router: flarewire cannot see its end.
type Test struct {
	Key     string // stable: "df", "mss", "failover"
	Title   string
	Command string // for the router; <interface> stands for the tunnel's
	Expect  string
}

// dialect are the commands of a platform for the tests. %[1]s is Cloudflare's side, %[2]s yours, %[3]d the tunnel's MTU, %[4]d the payload
// of an echo request that fills it.
type dialect struct{ df, mss, down, up string }

// dialects are general vendor knowledge: no document of Cloudflare's gives these commands, and they were not run on a device, but for
// those of Linux.
var dialects = map[Platform]dialect{
	IOSXE: {"ping %[1]s source %[2]s size %[3]d df-bit repeat 5", "show running-config interface <interface> | include adjust-mss",
		"interface <interface> / shutdown", "no shutdown"},
	Junos: {"ping %[1]s source %[2]s size %[4]d do-not-fragment count 5", "show configuration security flow | match mss",
		"set interfaces <interface> disable / commit confirmed 5", "delete interfaces <interface> disable / commit"},
	PANOS: {"ping do-not-fragment yes size %[4]d count 5 source %[2]s host %[1]s", "show interface <interface> | match mss",
		"set network tunnel ipsec <tunnel> disabled yes / commit  (of a GRE tunnel: gre in place of ipsec)",
		"set network tunnel ipsec <tunnel> disabled no / commit"},
	FortiOS: {"execute ping-options source %[2]s / execute ping-options df-bit yes / execute ping-options data-size %[4]d / execute ping " +
		"%[1]s",
		"show firewall policy | grep tcp-mss", "config system interface / edit <interface> / set status down / end", "set status up"},
	VyOS: {"ping %[1]s source-address %[2]s size %[4]d do-not-fragment count 5", "show configuration commands | match adjust-mss",
		"set interfaces tunnel <interface> disable / commit-confirm 5", "delete interfaces tunnel <interface> disable / commit"},
	Linux: {"ping -M do -c 5 -s %[4]d -I %[2]s %[1]s", "nft list ruleset | grep maxseg; iptables -t mangle -S | grep TCPMSS",
		"ip link set <interface> down", "ip link set <interface> up"},
	EOS: {"ping %[1]s source %[2]s size %[3]d df-bit repeat 5", "show running-config interfaces <interface> | include mss",
		"interface <interface> / shutdown", "no shutdown"},
	RouterOS: {"/ping %[1]s src-address=%[2]s size=%[3]d do-not-fragment count=5", "/ip firewall mangle print where action=change-mss",
		"/interface disable <interface>", "/interface enable <interface>"},
}

// other is a router or a gateway of which no commands are known: the tests run on a host behind it.
var other = dialect{"ping -M do -c 5 -s %[4]d %[1]s  (from a Linux host behind the router)",
	"the setting of your device that clamps the TCP MSS", "shut the tunnel down at your device", "bring it up again"}

// Tests are what to try at a router of a platform once a tunnel is up. A platform that is not known gives commands for a host behind it.
func Tests(platform Platform, t api.Tunnel) []Test {
	d, known := dialects[platform]
	if !known {
		d = other
	}
	mtu, mss := rules.MinIPsecMTU, rules.MSSIPsec
	if t.Kind == api.GRE {
		mtu = orDefault(t.MTU, rules.DefaultGREMTU)
		mss = mtu - (rules.DefaultGREMTU - rules.MSSGRE)
	}
	cloudflare, customer := "<Cloudflare's side>", "<your side>"
	if p, err := netip.ParsePrefix(t.InterfaceAddress); err == nil {
		if its, yours, ok := rules.Sides(p); ok {
			cloudflare, customer = its.String(), yours.String()
		}
	}
	ping := fmt.Sprintf(d.df+"%[5]s", cloudflare, customer, mtu, mtu-28, "")
	return []Test{
		{"df", "DF ping at the tunnel's MTU", strings.TrimSpace(ping),
			fmt.Sprintf("5 of 5 answered; with one byte more (MTU %d) none", mtu+1)},
		{"mss", "TCP MSS is clamped", d.mss, fmt.Sprintf("%d or less, in both directions", mss)},
		{"failover", "Failover", d.down + ", wait two minutes, then: " + d.up,
			"traffic goes on over the other tunnel, and comes back"},
	}
}
