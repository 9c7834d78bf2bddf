package interconnect

import (
	"encoding/json"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/internal/testing/uitest"
	"flarewire/tui/resource"
)

// filters: the session of a CNI has no filters in the documents; its tunnel interface has.
const filters = "no document has them for a CNI: they are on its tunnel interface"

func TestNoFieldOfAnInterconnectIsWiredInHalf(t *testing.T) {
	m := account(t)
	uitest.Fields[api.CNI]{Kind: kind.CNIs, Form: m.cniForm, FieldOf: cniFieldOf,
		Page:      func(c api.CNI) []resource.Section { return m.cniSections(c, time.Now()) },
		NotOnPage: map[string]string{"bgp.export_filter_id": filters, "bgp.import_filter_id": filters},
		NotInForm: map[string]string{"bgp.export_filter_id": filters, "bgp.import_filter_id": filters,
			"id": "Cloudflare gives it", "account": "it is the account that one works in"},
	}.Check(t)
	uitest.Fields[api.MagicInterconnect]{Kind: kind.Links, Form: m.linkForm, FieldOf: linkFieldOf,
		Page: func(l api.MagicInterconnect) []resource.Section { return m.linkSections(l, time.Now()) },
		Like: likeHealth,
		NotOnPage: map[string]string{
			"health_check.direction": "the documents name none for an interconnect"},
		NotInForm: map[string]string{
			"health_check.direction": "the documents name none for an interconnect; a change keeps it as it is"},
	}.Check(t)
	order := "an order: a cable has type, slot and speed, a circuit a bandwidth"
	uitest.Fields[api.Interconnect]{Kind: kind.Ports, Form: m.portForm, Created: true, Like: map[string]any{"type": "direct"},
		NotInForm: map[string]string{"account": "it is the account that one works in", "bandwidth": order},
		NotOnPage: map[string]string{"region": "a cable has a site", "bandwidth": "it comes back as the speed"},
		Page: func(i api.Interconnect) []resource.Section {
			return m.portSections(port{store.Port{Interconnect: i}}, time.Now())
		},
	}.Check(t)
}

// likeHealth has values that the form's own choices are made of.
var likeHealth = map[string]any{"health_check.enabled": false, "health_check.target": map[string]any{"saved": "192.0.2.1"}}

// The JSON of the page of settings has both settings of the account, and without BGP settings the CNI settings as they are.
func TestTheJSONOfTheSettingsHasBoth(t *testing.T) {
	m := account(t)
	m.env.Feed.Fresh(t.Context(), 0, store.Target{Kind: store.CNISettings})
	cni := m.settings().Rows[0]
	if got := string(m.settingsJSON(cni)); got != string(cni.JSON()) {
		t.Errorf("before the BGP settings were read: %s", got)
	}
	m.env.Feed.Fresh(t.Context(), 0, store.Target{Kind: kind.BGPSettings})
	var both struct {
		CNI api.CNISettings `json:"cni_settings"`
		BGP struct {
			ASN          uint32          `json:"cloudflare_asn"`
			Redistribute map[string]bool `json:"redistribute"`
		} `json:"bgp_settings"`
	}
	if err := json.Unmarshal(m.settingsJSON(cni), &both); err != nil || both.CNI.DefaultASN == nil || both.BGP.ASN != *both.CNI.DefaultASN ||
		!both.BGP.Redistribute["static:wan"] {
		t.Errorf("%+v, %v", both, err)
	}
}
