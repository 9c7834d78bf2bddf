package tunnel

import (
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/internal/uitest"
	"flarewire/tui/resource"
)

// filters: Cloudflare's documents name the ids and not what they are of (unconfirmed). y copies them.
const filters = "no document says what they filter; a change keeps them as they are"

func TestNoFieldOfATunnelIsWiredInHalf(t *testing.T) {
	m, _ := account(t)
	page := func(t api.Tunnel) []resource.Section {
		return sections(store.Tunnel{Tunnel: t, State: store.StateOf(t)}, time.Now(), m.env.Glyphs, nil)
	}
	uitest.Fields[api.GRETunnel]{Kind: kind.GRETunnels, Form: m.greForm, FieldOf: fieldOf,
		Page: func(g api.GRETunnel) []resource.Section { return page(g.Tunnel()) },
		Like: likeHealth, NotInForm: unfiltered, NotOnPage: unfiltered,
	}.Check(t)
	uitest.Fields[api.IPsecTunnel]{Kind: kind.IPsecTunnels, Form: m.ipsecForm, FieldOf: fieldOf,
		Page: func(i api.IPsecTunnel) []resource.Section { return page(i.Tunnel()) },
		Like: likeHealth, NotInForm: unfiltered, NotOnPage: unfiltered,
	}.Check(t)
}

var unfiltered = map[string]string{"bgp.export_filter_id": filters, "bgp.import_filter_id": filters}

// likeHealth has values that the form's own choices are made of.
var likeHealth = map[string]any{"health_check.enabled": false, "health_check.target": map[string]any{"saved": "192.0.2.1"},
	"bgp_status.state": "BGP_DOWN"}
