package routerconfig_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/routerconfig"
	"flarewire/internal/rules"
)

// The commands to try a tunnel name what the configuration for its router made: nothing in brackets is left to be guessed, and each
// interface and number of theirs stands in the configuration of the pair.
func TestTheCommandsOfTheProofNameWhatTheConfigurationMade(t *testing.T) {
	for name, kind := range map[string]rules.OnRamp{"gre-bgp-pair": rules.GRE, "ipsec-bgp-pair": rules.IPsec, "gre-pair": rules.GRE} {
		pair := tunnels()[name]
		r := routerOf(api.Secret{}, pair...)
		for _, p := range routerconfig.Platforms(kind) {
			if p == routerconfig.Terraform {
				continue
			}
			c, err := routerconfig.Render(p, r)
			if err != nil {
				t.Fatal(err)
			}
			interfaces := map[string]bool{}
			for _, tunnel := range pair {
				tests := routerconfig.Tests(p, r, tunnel)
				all := ""
				for _, each := range tests {
					all += strings.Join(each.Commands, "\n") + "\n"
				}
				if strings.ContainsAny(all, "<>{}") || strings.Contains(all, " / ") {
					t.Errorf("%s, %s: something is left to be guessed:\n%s", name, p, all)
				}
				down := strings.Join(tests[2].Commands, "\n")
				named := regexp.MustCompile(`Tunnel\d+|gr-0/0/0 unit \d+|st0 unit \d+|(tun|vti)\d+|fra-dc\d`).FindString(down)
				if named == "" || !strings.Contains(c.Text(), named) && !strings.Contains(c.Text(), strings.Replace(named, " unit ", ".", 1)) {
					t.Errorf("%s, %s: %q is not in the configuration:\n%s", name, p, named, down)
				}
				interfaces[named] = true
				if i := slices.IndexFunc(tests, func(each routerconfig.Test) bool { return each.Key == "df" }); i < 0 ||
					!strings.Contains(strings.Join(tests[i].Commands, "\n"), "10.100.0.") {
					t.Errorf("%s, %s: the ping names no address", name, p)
				}
			}
			if len(interfaces) != len(pair) {
				t.Errorf("%s, %s: %v for %d tunnels", name, p, interfaces, len(pair))
			}
		}
	}
	for _, device := range []routerconfig.Platform{"", "azure"} {
		for _, each := range routerconfig.Tests(device, routerOf(api.Secret{}, greTunnel()), greTunnel()) {
			if len(each.Commands) == 0 || strings.Contains(strings.Join(each.Commands, ""), "{") {
				t.Errorf("%q: %v", device, each.Commands)
			}
		}
	}
}
