package prefix

import (
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/internal/testing/uitest"
	"flarewire/tui/resource"
	"flarewire/views/kit"
	"flarewire/views/live"
)

const deprecated = "deprecated: the BGP prefixes below say it"

func TestNoFieldOfAPrefixIsWiredInHalf(t *testing.T) {
	client, err := api.New(api.Options{Credentials: api.Credentials{Token: api.NewSecret("0123456789")}})
	if err != nil {
		t.Fatal(err)
	}
	env := &kit.Env{Ctx: t.Context(), Now: time.Now, Feed: live.New(t.Context(), store.New(client.In("account"), time.Now, 0))}
	m := New(env).(*Module)
	whole := row{Prefix: store.Prefix{Prefix: api.Prefix{ID: "p", CIDR: "198.18.0.0/24"}}}
	uitest.Fields[api.Prefix]{Kind: kind.Prefixes, Form: m.form,
		Page: func(p api.Prefix) []resource.Section {
			return m.sections(row{Prefix: store.Prefix{Prefix: p}}, time.Now())
		},
		NotOnPage: map[string]string{"account_id": "it is the account that one works in",
			"delegate_loa_creation":  "the letter of agency is a matter of the onboarding",
			"advertised_modified_at": deprecated, "on_demand_enabled": deprecated, "on_demand_locked": deprecated},
		NotInForm: map[string]string{"loa_document_id": "a letter that was uploaded elsewhere; the API for it is not used",
			"delegate_loa_creation": "of a new prefix only: Blank of the editor and the section of the letter",
			"cidr":                  "of a new prefix only", "asn": "of a new prefix only"},
	}.Check(t)
	uitest.Fields[api.Delegation]{Kind: kind.Delegations, Form: m.delegationEditor(whole).Form, Created: true,
		NotOnPage: map[string]string{"parent_prefix_id": "the prefix itself is there, under Part of"},
		Page:      func(d api.Delegation) []resource.Section { return m.describeDelegations(whole).Sections(d, time.Now()) },
	}.Check(t)
	uitest.Fields[api.Binding]{Kind: kind.Bindings,
		Page: func(b api.Binding) []resource.Section { return m.bindingSections(whole, b, time.Now()) },
	}.Check(t)
	uitest.Fields[api.BGPPrefix]{Kind: kind.BGPPrefixes,
		NotOnPage: map[string]string{"bgp_signal_opts.modified_at": "the last change of the object is there"},
		Page:      func(b api.BGPPrefix) []resource.Section { return m.bgpSections(whole, b, time.Now()) },
	}.Check(t)
}

// The first binding of a prefix is usually to Magic Transit, whatever the API lists first; those after it cannot be.
func TestTheServiceThatAFirstBindingProposes(t *testing.T) {
	services := []api.AddressingService{{ID: "1", Name: "CDN"}, {ID: "2", Name: "Magic Transit"}, {ID: "3", Name: "Spectrum"}}
	if got := fit(services, nil); got != "2" {
		t.Errorf("the first binding: %s", nameOf(services, got))
	}
	if got := fit(services, []rules.Binding{{Service: rules.ServiceMagicTransit}}); got != "1" {
		t.Errorf("the second binding: %s", nameOf(services, got))
	}
	if got := fit(services[2:], nil); got != "3" {
		t.Errorf("without Magic Transit: %s", nameOf(services, got))
	}
}
