package routerconfig_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/routerconfig"
	"flarewire/internal/rules"
)

// Everything a router knows by a name or a number stands in one tunnel's part only.
func TestTheTextsOfOneRouterDoNotCollide(t *testing.T) {
	var many []api.Tunnel
	for i := range 4 {
		for _, tunnel := range []api.Tunnel{greTunnel(), ipsecTunnel()} {
			tunnel.ID = fmt.Sprintf("%s%02x", strings.Repeat("c4a7362d", 4)[:30], len(many)) // ids that begin alike
			tunnel.Name = []string{"fra", "FRA", "a-name-that-is-long-1", "a-name-that-is-long-2"}[i]
			tunnel.CloudflareEndpoint = fmt.Sprintf("162.159.66.%d", len(many)+1)
			tunnel.InterfaceAddress = fmt.Sprintf("10.%d.0.8/31", len(many)) // the same two last octets
			tunnel.RemoteIdentities = nil
			many = append(many, tunnel)
		}
	}
	for p, device := range map[routerconfig.Platform]*regexp.Regexp{
		routerconfig.IOSXE:   regexp.MustCompile(`(?m)^interface (\S+)`),
		routerconfig.Junos:   regexp.MustCompile(`security-zone cloudflare interfaces (\S+) `),
		routerconfig.PANOS:   regexp.MustCompile(`virtual-router default interface (\S+)`),
		routerconfig.FortiOS: regexp.MustCompile(`remote-ip (\S+) `),
		routerconfig.VyOS:    regexp.MustCompile(`set interfaces (\S+ \S+) description`),
		routerconfig.Linux:   regexp.MustCompile(`ip link add name (\S+)`), routerconfig.Terraform: regexp.MustCompile(`(?m)^  to += (\S+)`),
		routerconfig.EOS: regexp.MustCompile(`(?m)^interface (\S+)`), routerconfig.RouterOS: regexp.MustCompile(`gre/add name=(\S+)`),
	} {
		many := slices.DeleteFunc(slices.Clone(many), func(t api.Tunnel) bool {
			return t.Kind == api.IPsec && !slices.Contains(routerconfig.Platforms(rules.IPsec), p)
		})
		c, err := routerconfig.Render(p, routerOf(api.Secret{}, many...))
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		seen := map[string]bool{}
		for _, m := range device.FindAllStringSubmatch(c.Text(), -1) {
			seen[strings.ToLower(m[1])] = true
		}
		if len(seen) != len(many) {
			t.Errorf("%s has %d names for %d tunnels: %v", p, len(seen), len(many), seen)
		}
	}
	linux, err := routerconfig.Render(routerconfig.Linux, routerOf(api.Secret{}, many...))
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range []string{`if_id (\d+)`, `(?m)^    rekey_time = (\d+)s`, `(?m)^        rekey_time = (\d+)s`, `lookup (\d+)$`} {
		seen := map[string]bool{}
		found := regexp.MustCompile(each).FindAllStringSubmatch(linux.Text(), -1)
		for _, m := range found {
			seen[m[1]] = true
		}
		if len(seen) != len(found) {
			t.Errorf("%d values of %d for %s: %v", len(seen), len(found), each, seen)
		}
	}
}

// A text for one tunnel has the number that it has in the text of the pair, because the others of its router are known.
func TestTheNumberOfATunnelIsTheSameAloneAndInAPair(t *testing.T) {
	a, b := withBGP(greTunnel()), twin(withBGP(greTunnel()))
	b.InterfaceAddress = "10.200.0.8/31" // comes to the same number
	number := regexp.MustCompile(`(?m)^interface (\S+)`)
	both, err := routerconfig.Render(routerconfig.IOSXE, routerOf(api.Secret{}, a, b))
	if err != nil {
		t.Fatal(err)
	}
	var alone []string
	for _, tunnel := range []api.Tunnel{a, b} {
		r := routerOf(api.Secret{}, tunnel)
		r.Known = []api.Tunnel{b, a}
		c, err := routerconfig.Render(routerconfig.IOSXE, r)
		if err != nil {
			t.Fatal(err)
		}
		alone = append(alone, number.FindString(c.Text()))
	}
	together := number.FindAllString(both.Text(), -1)
	if !slices.Equal(alone, together) || alone[0] == alone[1] {
		t.Errorf("alone %v, together %v", alone, together)
	}
	r := routerOf(api.Secret{}, a, b)
	r.FirstUnit = 250
	c, err := routerconfig.Render(routerconfig.EOS, r)
	if err != nil || !slices.Equal(number.FindAllString(c.Text(), -1), []string{"interface Tunnel250", "interface Tunnel251"}) {
		t.Errorf("from 250: %v\n%s", err, c.Text())
	}
	if r.FirstUnit = 255; true {
		if _, err := routerconfig.Render(routerconfig.EOS, r); err == nil || !strings.Contains(err.Error(), "1 to 255") {
			t.Errorf("beyond the platform's numbers: %v", err)
		}
	}
}

// What is the router's and not a tunnel's is marked, stands there once, and never sets a router-id.
func TestRouterWideLinesAreMarkedAndNotRepeated(t *testing.T) {
	wide := map[routerconfig.Platform][]string{
		routerconfig.IOSXE: {" network REPLACE", "ip route 162.159.66.10 "}, routerconfig.EOS: {" network REPLACE", "ip route 162.159.66.10/32"},
		routerconfig.Junos:   {"autonomous-system 65010", "prefix-list cloudflare-own REPLACE", "static route 162.159.66.10/32 next-hop"},
		routerconfig.PANOS:   {"bgp local-as", "bgp router-id", "destination 162.159.66.10/32"},
		routerconfig.FortiOS: {"set as 65010", "set dst 162.159.66.10 "}, routerconfig.VyOS: {"system-as", "static route 162.159.66.10/32"},
		routerconfig.Linux:    {"ip route replace 162.159.66.10/32", " network REPLACE"},
		routerconfig.RouterOS: {"as=65010", "dst-address=162.159.66.10/32"},
	}
	for p, lines := range wide {
		c, err := routerconfig.Render(p, routerOf(api.Secret{}, withBGP(greTunnel()), twin(withBGP(greTunnel()))))
		if err != nil {
			t.Fatal(err)
		}
		text := c.Text()
		for _, line := range lines {
			if n := strings.Count(text, line); n != 1 {
				t.Errorf("%s has %q %d times", p, line, n)
			}
		}
		if !strings.Contains(text, "ROUTER-WIDE") {
			t.Errorf("%s marks nothing as router-wide", p)
		}
		for line := range strings.Lines(text) {
			if strings.Contains(line, "router-id ") && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "!") {
				t.Errorf("%s sets a router-id: %s", p, line)
			}
		}
	}
}

// Every platform keeps what would lead a tunnel into itself out, whatever else it takes, and pins both endpoints.
func TestEveryRouterFiltersAndPinsTheEndpointsOfAllItsTunnels(t *testing.T) {
	for _, p := range routerconfig.Platforms(rules.GRE) {
		if p == routerconfig.Terraform {
			continue
		}
		c, err := routerconfig.Render(p, routerOf(api.Secret{}, withBGP(greTunnel()), twin(withBGP(greTunnel()))))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer(" 255.255.255.0", "/24", "prefix '", "prefix ").Replace(c.Text())
		for _, around := range []string{"162.159.66.0/24", "172.64.240.0/24"} {
			if n := strings.Count(text, around); n < 2 {
				t.Errorf("%s: %s stands in %d of 2 filters", p, around, n)
			}
		}
		for _, end := range []string{"162.159.66.10", "172.64.240.10"} {
			if !regexp.MustCompile(`(?m)^ *[^#! ].*(route|destination|dst).*` + regexp.QuoteMeta(end)).MatchString(c.Text()) {
				t.Errorf("%s has no route to %s of its own", p, end)
			}
		}
		if !strings.Contains(c.Text(), "REPLACE-WITH-WAN-GATEWAY: ") {
			t.Errorf("%s does not say what the gateway is", p)
		}
	}
}

// The limit of received prefixes is never too small, because one that is tears the session down.
func TestTheLimitOfPrefixesIsTwiceWhatIsExpectedAndAtLeastAThousand(t *testing.T) {
	for routes, want := range map[int]string{0: "maximum-prefix 1000 80 warning-only", 400: "maximum-prefix 1000 80 ",
		900: "maximum-prefix 1802 80 "} {
		r := routerOf(api.Secret{}, withBGP(greTunnel()))
		r.Routes = routes
		c, err := routerconfig.Render(routerconfig.IOSXE, r)
		if err != nil || !strings.Contains(c.Text(), want) {
			t.Errorf("%d routes: no %s, %v", routes, want, err)
		}
	}
}

// Two tunnels that cannot stand on one router are refused with the reason; next to a known one the text says it.
func TestTunnelsThatDoNotGoTogetherAreRefusedWithTheReason(t *testing.T) {
	a := withBGP(greTunnel())
	for name, c := range map[string]struct {
		change func(*api.Tunnel)
		says   string
	}{
		"the same endpoints": {func(t *api.Tunnel) { t.CloudflareEndpoint = a.CloudflareEndpoint },
			"cannot tell two such GRE tunnels apart"},
		"the same inner address":  {func(t *api.Tunnel) { t.InterfaceAddress = a.InterfaceAddress }, "same interface address"},
		"another AS number":       {func(t *api.Tunnel) { t.BGP = &api.BGP{CustomerASN: 65099} }, "65010 and 65099"},
		"the same tunnel":         {func(t *api.Tunnel) { t.ID = a.ID }, "named twice"},
		"one that has no address": {func(t *api.Tunnel) { t.InterfaceAddress = "" }, `"fra-dc2": the tunnel's interface address`},
	} {
		b := twin(a)
		c.change(&b)
		if _, err := routerconfig.Render(routerconfig.Linux, routerOf(api.Secret{}, a, b)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := twin(a)
	b.CloudflareEndpoint = a.CloudflareEndpoint
	r := routerOf(api.Secret{}, a)
	r.Known = []api.Tunnel{a, b}
	c, err := routerconfig.Render(routerconfig.Linux, r)
	if err != nil || !strings.Contains(unwrapped(c.Text()), `"fra-dc1" and "fra-dc2" have the same two endpoints`) {
		t.Errorf("next to a known one: %v\n%s", err, c.Text())
	}
	one, other := ipsecTunnel(), twin(ipsecTunnel())
	other.CloudflareEndpoint = one.CloudflareEndpoint
	for p, remark := range map[routerconfig.Platform]bool{routerconfig.Linux: false, routerconfig.VyOS: false, routerconfig.IOSXE: true,
		routerconfig.PANOS: true} {
		c, err := routerconfig.Render(p, routerOf(api.Secret{}, one, other))
		if err != nil || strings.Contains(unwrapped(c.Text()), "have the same two endpoints: whether") != remark {
			t.Errorf("%s with two IPsec tunnels of the same endpoints: %v", p, err)
		}
	}
}

// A router refuses a word that is not filled in, so each stands in a command of its own; no comment line is too wide for 80 columns,
// and no command is broken.
func TestCommentsFitTheScreenAndCommandsAreWhole(t *testing.T) {
	everyText(t, api.Secret{}, func(name string, c routerconfig.Config) {
		for line := range strings.Lines(c.Text()) {
			trimmed := strings.TrimSpace(line)
			if (strings.HasPrefix(trimmed, "# ") || strings.HasPrefix(trimmed, "! ")) && len(line) > 80 && strings.Count(trimmed, " ") > 2 {
				t.Errorf("%s: a comment of %d characters: %s", name, len(line), line)
			}
			if strings.HasSuffix(trimmed, `\`) {
				t.Errorf("%s: a broken command: %s", name, line)
			}
		}
	})
}
