package routerconfig_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/routerconfig"
)

// frr is where Debian and FRR's own packages put the daemons.
const frr = "/usr/lib/frr"

// strangeKey has every character that Cloudflare allows in an MD5 key but the blank, which FRR cannot take.
const strangeKey = `aZ09'!@#$%^&*()+[]{}<>/.,;:_-~` + "`" + `=|\`

// The operator copies the generated files to a Linux router, runs the script, loads FRR's file and sees the session come up.
func TestTheLinuxConfigurationBringsBGPUp(t *testing.T) {
	if _, err := os.Stat(filepath.Join(frr, "bgpd")); err != nil {
		t.Skip("skipped: FRR is not installed on this machine")
	}
	customer, cloudflare := twoHosts(t, "vtysh")
	tunnel := withBGP(greTunnel())
	tunnel.CustomerEndpoint, tunnel.CloudflareEndpoint = customerOuter, cloudflareOuter
	tunnel.BGP.MD5Key = strangeKey
	config, err := routerconfig.Render(routerconfig.Linux, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account}))
	if err != nil {
		t.Fatal(err)
	}

	tunnelInterface(t, customer, cloudflare, "GRE", tunnel.Name, tunnel.InterfaceAddress,
		"gre", "local", cloudflareOuter, "remote", customerOuter, "ttl", "64")
	runScript(t, customer, config)
	cloudflare.startFRR(cloudflareConfig(tunnel))
	customer.startFRR("")
	generated := customer.file("generated.conf", fileOf(t, config, ".frr.conf"))
	if said := customer.must("vtysh", "--vty_socket", customer.dir, "-f", generated); strings.Contains(said, "%") {
		t.Errorf("FRR objects to the generated file:\n%s", said)
	}

	// Both sides would cut a key at the same place: what counts is that FRR has kept all of it.
	if said, err := customer.vtysh("show running-config"); err != nil || !strings.Contains(said, "password "+strangeKey+"\n") {
		t.Errorf("FRR has not taken the whole MD5 key: %v\n%s", err, said)
	}

	session := customer.until("the session", func() (string, bool) {
		said, _ := customer.vtysh("show bgp neighbors 10.100.0.8 json")
		return said, neighbour(said, "10.100.0.8").State == "Established"
	})
	n := neighbour(session, "10.100.0.8")
	if n.RemoteAS != 13335 || n.LocalAS != tunnel.BGP.CustomerASN || n.HoldMillis != 90_000 || n.KeepaliveMillis != 30_000 ||
		n.RemotePort != 179 {
		t.Errorf("the session is not the one that Cloudflare expects: %+v", n)
	}
	t.Logf("Established: AS %d to AS %d, hold time %d s, opened by the customer's side, MD5 key of %d characters", n.LocalAS, n.RemoteAS,
		n.HoldMillis/1000, len(strangeKey))
	routes := customer.until("Cloudflare's routes", func() (string, bool) {
		said, _ := customer.vtysh("show ip route bgp json")
		return said, strings.Contains(said, `"198.18.0.0/15"`)
	})
	if !strings.Contains(routes, tunnel.Name) {
		t.Errorf("the route does not lead into the tunnel:\n%s", routes)
	}
	announced(t, cloudflare, "10.100.0.9")
}

// announced waits until the customer's network has arrived, and sees that nothing else has.
func announced(t *testing.T, cloudflare host, from ...string) {
	t.Helper()
	for _, neighbor := range from {
		learned := cloudflare.until("the announced network by "+neighbor, func() (string, bool) {
			said, _ := cloudflare.vtysh("show bgp ipv4 unicast neighbors " + neighbor + " routes json")
			return said, strings.Contains(said, `"`+ownNetwork+`"`)
		})
		var table struct {
			Routes map[string]any `json:"routes"`
		}
		if err := json.Unmarshal([]byte(learned), &table); err != nil || len(table.Routes) != 1 {
			t.Errorf("more than the own network was announced to %s: %v\n%s", neighbor, err, learned)
		}
	}
}

// runScript runs the generated script twice, as it promises that this does no harm.
func runScript(t *testing.T, h host, config routerconfig.Config) {
	t.Helper()
	path := h.file("generated.sh", fileOf(t, config, ".sh"))
	for range 2 {
		cmd := exec.Command("ip", "netns", "exec", h.ns, "sh", path)
		cmd.Env = withIPTables(t, h)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("the generated script: %v\n%s", err, out)
		}
	}
}

func fileOf(t *testing.T, c routerconfig.Config, ending string) string {
	t.Helper()
	for _, f := range c.Files {
		if strings.HasSuffix(f.Name, ending) {
			return filled(t, f.Text)
		}
	}
	t.Fatalf("the configuration has no file *%s", ending)
	return ""
}

// cloudflareConfig is FRR in the place of Cloudflare: it never dials, and announces one network.
func cloudflareConfig(tunnel api.Tunnel) string {
	return fmt.Sprintf(`router bgp 13335
 bgp router-id 10.100.0.8
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 10.100.0.9 remote-as %d
 neighbor 10.100.0.9 passive
 neighbor 10.100.0.9 timers 30 90
 neighbor 10.100.0.9 password %s
 address-family ipv4 unicast
  network 198.18.0.0/15
 exit-address-family
`, tunnel.BGP.CustomerASN, tunnel.BGP.MD5Key)
}

// startFRR starts zebra and bgpd in the host's network, with their sockets in the host's folder, and waits until they answer.
func (h host) startFRR(config string) {
	h.t.Helper()
	h.belongsTo("frr")
	zserv := filepath.Join(h.dir, "zserv.api")
	for _, daemon := range []string{"zebra", "staticd", "bgpd"} {
		h.start(nil, filepath.Join(frr, daemon), "-P", "0", "--log", "stdout", "--vty_socket", h.dir,
			"-i", filepath.Join(h.dir, daemon+".pid"), "-z", zserv, "-f", os.DevNull)
		h.until(daemon, func() (string, bool) {
			said, err := h.run("vtysh", "--vty_socket", h.dir, "-d", daemon, "-c", "show version")
			return said, err == nil
		})
	}
	if config != "" {
		h.must("vtysh", "--vty_socket", h.dir, "-f", h.file("own.conf", config))
	}
}

// vtysh gives commands to the host's FRR, one after another.
func (h host) vtysh(commands ...string) (string, error) {
	args := []string{"vtysh", "--vty_socket", h.dir}
	for _, c := range commands {
		args = append(args, "-c", c)
	}
	return h.run(args...)
}

// peer is what FRR says of a neighbour.
type peer struct {
	State           string `json:"bgpState"`
	RemoteAS        uint32 `json:"remoteAs"`
	LocalAS         uint32 `json:"localAs"`
	RemotePort      int    `json:"portForeign"`
	HoldMillis      int    `json:"bgpTimerHoldTimeMsecs"`
	KeepaliveMillis int    `json:"bgpTimerKeepAliveIntervalMsecs"`
}

func neighbour(said, address string) peer {
	var all map[string]peer
	_ = json.Unmarshal([]byte(said), &all) // not an answer yet: the caller asks again
	return all[address]
}
