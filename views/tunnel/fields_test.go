package tunnel

import (
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/internal/testing/uitest"
	"flarewire/tui/resource"
)

func TestNoFieldOfATunnelIsWiredInHalf(t *testing.T) {
	m, _ := account(t)
	page := func(t api.Tunnel) []resource.Section {
		return sections(store.Tunnel{Tunnel: t, State: store.StateOf(t)}, time.Now(), m.env, nil)
	}
	uitest.Fields[api.GRETunnel]{Kind: kind.GRETunnels, Form: m.greForm, FieldOf: fieldOf,
		Page: func(g api.GRETunnel) []resource.Section { return page(g.Tunnel()) },
		Like: likeHealth,
	}.Check(t)
	uitest.Fields[api.IPsecTunnel]{Kind: kind.IPsecTunnels, Form: m.ipsecForm, FieldOf: fieldOf,
		Page: func(i api.IPsecTunnel) []resource.Section { return page(i.Tunnel()) },
		Like: likeHealth,
	}.Check(t)
}

// likeHealth has values that the form's own choices are made of.
var likeHealth = map[string]any{"health_check.enabled": false, "health_check.target": map[string]any{"saved": "192.0.2.1"},
	"bgp_status.state": "BGP_DOWN"}
