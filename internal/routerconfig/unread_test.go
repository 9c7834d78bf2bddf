package routerconfig_test

import (
	"testing"

	"flarewire/api"
	"flarewire/internal/routerconfig"
	"flarewire/internal/rules"
)

// A tunnel of a pair that was just created has no row yet: its commands are those of a tunnel of which only the name is known.
func TestTheProofOfATunnelThatIsNotReadYet(t *testing.T) {
	for _, p := range append(routerconfig.Platforms(rules.GRE), routerconfig.Platforms(rules.IPsec)...) {
		for _, known := range [][]api.Tunnel{nil, {greTunnel()}} {
			for _, one := range routerconfig.Tests(p, routerOf(api.Secret{}, known...), api.Tunnel{Name: "muc-2"}) {
				if one.Title == "" {
					t.Errorf("%s: a test without a title", p)
				}
			}
		}
	}
}
