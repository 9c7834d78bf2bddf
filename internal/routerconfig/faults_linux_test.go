package routerconfig_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/router"
	"flarewire/internal/routerconfig"
	"flarewire/internal/store"
)

// The commands that ask the customer's router, as a user has them in the config file; here they go into its network instead of over ssh.
func (h host) readers() []router.Command {
	vtysh := []string{"ip", "netns", "exec", h.ns, "vtysh", "--vty_socket", h.dir}
	show := func(commands ...string) []string {
		args := append([]string{}, vtysh...)
		for _, c := range commands {
			args = append(args, "-c", c)
		}
		return args
	}
	return []router.Command{{Name: "frr", Reads: router.FRR, Run: show("show bgp neighbors {peer} json",
		"show bgp ipv4 unicast neighbors {peer} advertised-routes json", "show interface {name} json", "show ip route {peer} json",
		"show ip route {cloudflare_endpoint} json", "show running-config bgpd")}}
}

// cloudflares is the tunnel as Cloudflare's API would show it: the state of the session is that of the FRR in its place.
func (h host) cloudflares(t api.Tunnel, peer string) store.Tunnel {
	said, _ := h.vtysh("show bgp neighbors " + peer + " json")
	state := neighbour(said, peer).State
	t.BGPStatus = &api.BGPStatus{State: api.BGPDown, FSM: state, UpdatedAt: api.Time{Time: time.Now()}}
	if state == "Established" {
		t.BGPStatus.State, t.BGPStatus.TCPEstablished = api.BGPUp, true
	}
	return store.Tunnel{Tunnel: t, State: store.StateOf(t)}
}

// bothEnds asks the router and reads both ends together.
func (h host) bothEnds(commands []router.Command, seen store.Tunnel) (router.Reading, []diagnose.Finding) {
	reading := router.Runner{Environ: os.Environ()}.Ask(h.t.Context(), commands, diagnose.RouterTarget(seen))
	facts := diagnose.Facts{Now: time.Now(), Tunnels: []store.Tunnel{seen}, Routers: map[string]router.Reading{seen.ID: reading}}
	return reading, diagnose.New(facts).Tunnel(seen.ID)
}

// named waits until a fault is named first, as certain, with the evidence of both ends.
func (h host) named(name string, cause diagnose.Cause, ask func() (router.Reading, []diagnose.Finding)) {
	h.t.Helper()
	var reading router.Reading
	var first diagnose.Finding
	h.until("the diagnosis "+string(cause)+" for "+name, func() (string, bool) {
		r, findings := ask()
		reading, first = r, findings[0]
		text, _ := json.MarshalIndent(findings, "", " ")
		for _, run := range r.Runs {
			text = append(text, run.Text+run.Trouble...)
		}
		return string(text), first.Cause == cause && first.Likelihood == diagnose.Certain
	})
	because := first.Because()
	if !strings.Contains(because, "router: ") || !strings.Contains(because, "Cloudflare: ") || first.Next == "" {
		h.t.Errorf("%s: not the evidence of both ends: %s\n%s", name, because, first.Next)
	}
	h.t.Logf("%s: %s (%s): %s", name, first.Cause.Title(), first.Likelihood, first.Text)
	h.t.Logf("   because %s", because)
	if dir := os.Getenv("FLAREWIRE_RECORD"); dir != "" { // the recorded outputs of internal/router are made so
		var text strings.Builder
		for _, run := range reading.Runs {
			text.WriteString(run.Text)
		}
		said := strings.ReplaceAll(text.String(), "[hidden]", map[bool]string{true: "another-key", false: "simple-key"}[strings.HasPrefix(name,
			"another")])
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".txt"), []byte(said), 0o644); err != nil {
			h.t.Error(err)
		}
	}
}

// bgpFault is something that is wrong on the router, as an operator would do it.
type bgpFault struct {
	name       string
	make, undo []string // lines of configuration
	cause      diagnose.Cause
	kernel     func(h host) // besides
	restore    func(h host)
}

func bgpFaults(asn string) []bgpFault {
	bgp, family := "router bgp "+asn, "address-family ipv4 unicast"
	return []bgpFault{
		{name: "wrong AS", make: []string{bgp, "neighbor 10.100.0.8 local-as 64999 no-prepend replace-as"},
			undo: []string{bgp, "no neighbor 10.100.0.8 local-as"}, cause: diagnose.ASNMismatch},
		{name: "wrong AS of Cloudflare", make: []string{bgp, "neighbor 10.100.0.8 remote-as 13336"},
			undo: []string{bgp, "neighbor 10.100.0.8 remote-as 13335"}, cause: diagnose.ASNMismatch},
		{name: "shutdown", make: []string{bgp, "neighbor 10.100.0.8 shutdown"}, undo: []string{bgp, "no neighbor 10.100.0.8 shutdown"},
			cause: diagnose.NeighborShutdown},
		{name: "maximum-prefix", make: []string{bgp, family, "neighbor 10.100.0.8 maximum-prefix 1"},
			undo: []string{bgp, family, "neighbor 10.100.0.8 maximum-prefix 1000 80 warning-only"}, cause: diagnose.MaximumPrefixes},
		{name: "import policy", make: []string{"ip prefix-list NONE seq 5 deny any", bgp, family, "neighbor 10.100.0.8 prefix-list NONE in"},
			undo: []string{bgp, family, "neighbor 10.100.0.8 prefix-list fra-dc1-in in"}, cause: diagnose.PolicyRejectsAll},
		{name: "no import policy", make: []string{bgp, family, "no neighbor 10.100.0.8 prefix-list fra-dc1-in in"},
			undo: []string{bgp, family, "neighbor 10.100.0.8 prefix-list fra-dc1-in in"}, cause: diagnose.PolicyRejectsAll},
		{name: "another MD5 key", make: []string{bgp, "neighbor 10.100.0.8 password another-key"},
			undo: []string{bgp, "neighbor 10.100.0.8 password simple-key"}, cause: diagnose.MD5Mismatch},
		{name: "no MD5 key", make: []string{bgp, "no neighbor 10.100.0.8 password"},
			undo: []string{bgp, "neighbor 10.100.0.8 password simple-key"}, cause: diagnose.MD5Mismatch},
		{name: "no network statement", make: []string{bgp, family, "no network " + ownNetwork},
			undo:  []string{bgp, family, "network " + ownNetwork},
			cause: diagnose.NothingAnnounced},
		{name: "no neighbor", make: []string{bgp, "no neighbor 10.100.0.8"}, cause: diagnose.NeighborMissing},
		{name: "route to the endpoint through the tunnel", make: []string{"no ip route " + cloudflareOuter + "/32 " + gatewayOuter + " outer",
			"ip route " + cloudflareOuter + "/32 10.100.0.8"},
			undo: []string{"no ip route " + cloudflareOuter + "/32 10.100.0.8"}, cause: diagnose.EndpointInTunnel,
			kernel:  func(h host) { _, _ = h.run("ip", "route", "del", cloudflareOuter, "via", gatewayOuter) },
			restore: func(h host) { h.must("ip", "route", "replace", cloudflareOuter, "via", gatewayOuter, "dev", "outer") }},
		{name: "no route to the endpoint", make: []string{"no ip route " + cloudflareOuter + "/32 " + gatewayOuter + " outer"},
			cause: diagnose.EndpointNoRoute, kernel: func(h host) {
				_, _ = h.run("ip", "route", "del", cloudflareOuter, "via", gatewayOuter)
				_, _ = h.run("ip", "route", "del", "default")
			}, restore: func(h host) {
				h.must("ip", "route", "replace", "default", "via", gatewayOuter, "dev", "outer")
			}},
		{name: "interface down", cause: diagnose.InterfaceDown, kernel: func(h host) { h.must("ip", "link", "set", "fra-dc1", "down") },
			restore: func(h host) { h.must("ip", "link", "set", "fra-dc1", "up") }},
	}
}

// The operator breaks the router in the ways in which routers are broken; each time both ends together name the fault first, as certain.
func TestFaultsOfTheLinuxConfigurationAreNamedByBothEnds(t *testing.T) {
	if _, err := os.Stat(filepath.Join(frr, "bgpd")); err != nil {
		t.Skip("skipped: FRR is not installed on this machine")
	}
	customer, cloudflare := twoHosts(t, "vtysh")
	tunnel := withBGP(greTunnel())
	tunnel.CustomerEndpoint, tunnel.CloudflareEndpoint, tunnel.BGP.MD5Key = customerOuter, cloudflareOuter, "simple-key"
	config, err := routerconfig.Render(routerconfig.Linux, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account}))
	if err != nil {
		t.Fatal(err)
	}
	tunnelInterface(t, customer, cloudflare, "GRE", tunnel.Name, tunnel.InterfaceAddress,
		"gre", "local", cloudflareOuter, "remote", customerOuter, "ttl", "64")
	runScript(t, customer, config)
	more := strings.Replace(cloudflareConfig(tunnel), " exit-address-family",
		"  network 198.19.0.0/24\n  network 198.19.1.0/24\n exit-address-family", 1)
	cloudflare.startFRR(more)
	customer.startFRR("")
	generated := customer.file("generated.conf", fileOf(t, config, ".frr.conf"))
	customer.must("vtysh", "--vty_socket", customer.dir, "-f", generated)
	commands := customer.readers()
	ask := func() (router.Reading, []diagnose.Finding) {
		return customer.bothEnds(commands, cloudflare.cloudflares(tunnel, "10.100.0.9"))
	}
	well := func() {
		t.Helper()
		customer.until("a session that is well", func() (string, bool) {
			r, findings := ask()
			s := r.Facts.Session
			return fmt.Sprintf("%+v %+v", s, findings), s.Established() && s.Sent != nil && *s.Sent == 1 && s.Accepted != nil && *s.Accepted == 3 &&
				findings[0].Likelihood == diagnose.Remark && r.Facts.Endpoint != nil && !r.Facts.Endpoint.None
		})
	}
	for _, fault := range bgpFaults(fmt.Sprint(tunnel.BGP.CustomerASN)) {
		well()
		customer.configure(fault.make...)
		if fault.kernel != nil {
			fault.kernel(customer)
		}
		_, _ = customer.vtysh("clear bgp *")
		customer.named(fault.name, fault.cause, ask)
		customer.configure(fault.undo...)
		if fault.restore != nil {
			fault.restore(customer)
		}
		customer.must("vtysh", "--vty_socket", customer.dir, "-f", generated) // and everything is as it was
		_, _ = customer.vtysh("clear bgp *")
	}
	well()
}

// configure gives lines of configuration to the host's FRR.
func (h host) configure(lines ...string) {
	h.t.Helper()
	if len(lines) == 0 {
		return
	}
	if said, err := h.vtysh(append([]string{"configure terminal"}, lines...)...); err != nil || strings.Contains(said, "%") {
		h.t.Fatalf("%q: %v\n%s", lines, err, said)
	}
}

// The same for IPsec: the router has another pre-shared key, identity or proposal than Cloudflare.
func TestIKEFaultsOfTheLinuxConfigurationAreNamedByBothEnds(t *testing.T) {
	for _, fault := range []struct {
		name  string
		key   string
		edit  [2]string
		cause diagnose.Cause
		says  string
	}{
		{"wrong PSK", canaryPSK + "x", [2]string{}, diagnose.IKEAuth, "the pre-shared key of the router is not Cloudflare's"},
		{"wrong proposal", canaryPSK, [2]string{"aes256gcm16-prfsha256-ecp384", "aes128-sha256-modp2048"}, diagnose.IKEProposal,
			"nothing in common"},
		{"wrong identity", canaryPSK, [2]string{"fqdn:", "fqdn:x"}, diagnose.IKEIdentity, "calls itself x"},
	} {
		t.Run(fault.name, func(t *testing.T) {
			customer, cloudflare := twoHosts(t, "charon-systemd", "swanctl")
			tunnel := ipsecTunnel()
			tunnel.CustomerEndpoint, tunnel.CloudflareEndpoint = customerOuter, cloudflareOuter
			config, err := routerconfig.Render(routerconfig.Linux, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account,
				PSK: api.NewSecret(canaryPSK)}))
			if err != nil {
				t.Fatal(err)
			}
			tunnelInterface(t, customer, cloudflare, "XFRM", tunnel.Name, tunnel.InterfaceAddress, "xfrm", "if_id", "1")
			runScript(t, customer, config)
			backend, _ := espBackend(t, cloudflare)
			cloudflare.startStrongSwan(backend)
			customer.startStrongSwan(backend)
			cloudflare.swanctl("--load-all", "--noprompt", "--file", cloudflare.file("own.conf", responder(fault.key)))
			text := fileOf(t, config, ".swanctl.conf")
			if fault.edit[0] != "" {
				text = strings.ReplaceAll(text, fault.edit[0], fault.edit[1])
			}
			customer.swanctl("--load-all", "--noprompt", "--file", customer.file("generated.conf", text))
			seen := store.Tunnel{Tunnel: tunnel, State: store.NoBGP, Health: store.MeasuredHealth{State: store.HealthDown}}
			seen.RemoteIdentities = &api.RemoteIdentities{FQDNID: fqdn}
			shell := fmt.Sprintf("swanctl --list-sas --uri %[1]s; swanctl --list-conns --uri %[1]s; cat %[2]s", customer.vici(),
				filepath.Join(customer.dir, "log"))
			commands := []router.Command{{Name: "strongswan", Reads: router.StrongSwan,
				Run: []string{"ip", "netns", "exec", customer.ns, "sh", "-c", shell}}}
			customer.named(fault.name, fault.cause, func() (router.Reading, []diagnose.Finding) { return customer.bothEnds(commands, seen) })
			if _, findings := customer.bothEnds(commands, seen); !strings.Contains(findings[0].Text, fault.says) {
				t.Errorf("it says %q", findings[0].Text)
			}
		})
	}
}
