package routerconfig_test

import (
	"fmt"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/routerconfig"
)

// legacyTarget is where health checks of the old kind come from (rules.LegacyHealthRange).
const legacyTarget = "172.64.240.253"

// The operator has two tunnels without BGP and runs their common script: both carry the route to the networks behind Cloudflare, each
// answers
// health checks of every kind through itself, also those that ask from elsewhere, and with one tunnel taken down as the proof of the pair
// says it, traffic goes on over the other; brought up again by the same text, both are as before.
func TestTheLinuxConfigurationOfAPairWithoutBGPCarriesTrafficOverEitherTunnel(t *testing.T) {
	customer, cloudflare := twoHosts(t)
	a := greTunnel()
	a.CustomerEndpoint, a.CloudflareEndpoint = customerOuter, cloudflareOuter
	b := twin(a)
	b.CloudflareEndpoint = twinOuter
	router := routerOf(api.Secret{}, a, b)
	config, err := routerconfig.Render(routerconfig.Linux, router)
	if err != nil {
		t.Fatal(err)
	}
	for i, tunnel := range []api.Tunnel{a, b} {
		tunnelNamed(t, fmt.Sprintf("inner%d", i+1), customer, cloudflare, "GRE", tunnel.Name, tunnel.InterfaceAddress,
			"gre", "local", tunnel.CloudflareEndpoint, "remote", customerOuter, "ttl", "64")
	}
	for _, address := range []string{remoteHost, legacyTarget} {
		cloudflare.must("ip", "address", "add", address+"/32", "dev", "lo")
	}
	customer.must("ip", "address", "add", ownHost+"/32", "dev", "lo")
	runScript(t, customer, config)
	t.Log("REPLACED: Cloudflare's choice among its routes by health is a route of a lower metric through the first tunnel")
	cloudflare.must("ip", "route", "add", ownNetwork, "via", "10.100.0.9", "dev", "inner1", "metric", "100")
	cloudflare.must("ip", "route", "add", ownNetwork, "via", "10.100.0.11", "dev", "inner2", "metric", "200")

	staticRoutes(t, customer, a.Name, b.Name)
	for i, tunnel := range []api.Tunnel{a, b} {
		probes(t, customer, cloudflare, tunnel, fmt.Sprintf("inner%d", i+1))
		own := []string{"10.100.0.9", "10.100.0.11"}[i]
		route := customer.must("ip", "route", "get", legacyTarget, "from", own)
		if !strings.Contains(route, "dev "+tunnel.Name+" ") {
			t.Errorf("the answer to a probe from elsewhere leaves by another way than %s: %s", tunnel.Name, route)
		}
		customer.until("the answer to a probe from elsewhere by "+tunnel.Name, func() (string, bool) {
			said, err := exchange(customer, cloudflare, fmt.Sprintf("inner%d", i+1), tunnel.Name, echo(8, uint16(0x4300+i), legacyTarget, own), own,
				uint16(0x4300+i))
			return fmt.Sprint(said, err), err == nil
		})
	}
	t.Log("probes from elsewhere are answered through the tunnel that they came by")

	traffic := func() (string, bool) {
		said, err := inNetwork(customer, func() (string, error) { return ping(ownHost, remoteHost, 0x4400) })
		return said, err == nil
	}
	customer.until("traffic over the pair", traffic)
	failover := routerconfig.Tests(routerconfig.Linux, router, a)[2].Commands
	run := func(command string) {
		if !strings.HasPrefix(command, "#") && !strings.HasPrefix(command, "sh /etc/") {
			customer.must(strings.Fields(command)...)
		}
	}
	run(failover[0])
	cloudflare.must("ip", "route", "del", ownNetwork, "via", "10.100.0.9", "dev", "inner1") // it sees that no probe is answered
	if said := customer.must("ip", "route", "get", remoteHost, "from", ownHost); !strings.Contains(said, "dev "+b.Name+" ") {
		t.Errorf("with %s down, the way is %s", a.Name, said)
	}
	customer.until("traffic over "+b.Name, traffic)
	t.Logf("%s: traffic goes on over %s", failover[0], b.Name)
	for _, command := range failover[1:] {
		run(command)
	}
	if again := failover[len(failover)-1]; again != "sh /etc/cloudflare/"+config.Files[0].Name {
		t.Errorf("the proof ends with %q, the script is %s", again, config.Files[0].Name)
	}
	runScript(t, customer, config)
	staticRoutes(t, customer, a.Name, b.Name)
	probes(t, customer, cloudflare, a, "inner1")
}

// staticRoutes sees that the networks behind Cloudflare are reached through both tunnels at once.
func staticRoutes(t *testing.T, customer host, names ...string) {
	t.Helper()
	route := customer.must("ip", "route", "show", "198.18.0.0/15")
	for _, name := range names {
		if !strings.Contains(route, "dev "+name+" ") || strings.Contains(route, "dead") {
			t.Errorf("%s is not among the ways:\n%s", name, route)
		}
	}
	rules := customer.must("ip", "rule", "list")
	for _, own := range []string{"10.100.0.9", "10.100.0.11"} {
		if strings.Count(rules, "from "+own+" ") != 1 {
			t.Errorf("not one policy for %s:\n%s", own, rules)
		}
	}
}
