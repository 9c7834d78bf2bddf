package api

import (
	"context"
	"encoding/json"
)

// Prefix is a prefix that was brought to Cloudflare (BYOIP), an object of addressing/prefixes.
type Prefix struct {
	ID                          string  `json:"id,omitempty"`
	AccountID                   string  `json:"account_id,omitempty"`
	CIDR                        string  `json:"cidr,omitempty"`
	ASN                         *uint32 `json:"asn,omitempty"`
	Description                 string  `json:"description"`
	Approved                    string  `json:"approved,omitempty"` // "P" pending, "V" active
	IRRValidationState          string  `json:"irr_validation_state,omitempty"`
	RPKIValidationState         string  `json:"rpki_validation_state,omitempty"`
	OwnershipValidationState    string  `json:"ownership_validation_state,omitempty"`
	OwnershipValidationToken    string  `json:"ownership_validation_token,omitempty"`
	ASNOwnershipValidationState string  `json:"asn_ownership_validation_state,omitempty"`
	LOADocumentID               string  `json:"loa_document_id,omitempty"`
	DelegateLOACreation         *bool   `json:"delegate_loa_creation,omitempty"`
	CreatedAt                   Time    `json:"created_at,omitzero"`
	ModifiedAt                  Time    `json:"modified_at,omitzero"`

	// Deprecated by Cloudflare; BGPPrefix has what counts.
	Advertised           *bool `json:"advertised,omitempty"`
	AdvertisedModifiedAt Time  `json:"advertised_modified_at,omitzero"`
	OnDemandEnabled      *bool `json:"on_demand_enabled,omitempty"`
	OnDemandLocked       *bool `json:"on_demand_locked,omitempty"`
	Raw                  `json:"-"`
}

// prefixes: an update sends the description and nothing else, and so never touches the advertisement. Read the advertisement again
// after it all the same (terraform-provider-cloudflare #6811 saw a prefix withdrawn).
var prefixes = resource[Prefix]{kind: kind{
	name: "prefixes", service: Addressing, path: "/accounts/{account_id}/addressing/prefixes", item: "prefix_id", form: plain,
	can: canList | canGet | canCreate | canUpdate | canDelete, patch: true,
	perms:  permissions{read: prefixRead, update: prefixEdit, remove: prefixDelete},
	create: []string{"cidr", "asn", "description", "delegate_loa_creation", "loa_document_id"},
	modify: []string{"description"},
},
	id: func(p *Prefix) string { return p.ID },
}

// BGPPrefix is what is advertised of a prefix, an object of prefixes/{id}/bgp/prefixes. Advertisement, prepending and automatic
// withdrawal change by AccountClient.ChangeBGPPrefix only.
type BGPPrefix struct {
	ID                    string         `json:"id,omitempty"`
	CIDR                  string         `json:"cidr,omitempty"`
	ASN                   *uint32        `json:"asn,omitempty"`
	ASNPrependCount       int            `json:"asn_prepend_count"` // 0 to 3
	AutoAdvertiseWithdraw bool           `json:"auto_advertise_withdraw"`
	BGPSignalOpts         *BGPSignalOpts `json:"bgp_signal_opts,omitempty"`
	OnDemand              *OnDemand      `json:"on_demand,omitempty"`
	CreatedAt             Time           `json:"created_at,omitzero"`
	ModifiedAt            Time           `json:"modified_at,omitzero"`
	Raw                   `json:"-"`
}

// BGPSignalOpts says who controls the advertisement: when enabled, the customer's own BGP announcements control the advertisement and
// the API does not.
type BGPSignalOpts struct {
	Enabled    bool `json:"enabled"`
	ModifiedAt Time `json:"modified_at,omitzero"`
}

// OnDemand is the state of the advertisement.
type OnDemand struct {
	Advertised           *bool `json:"advertised,omitempty"` // nil unless on demand is enabled
	AdvertisedModifiedAt Time  `json:"advertised_modified_at,omitzero"`
	OnDemandEnabled      bool  `json:"on_demand_enabled"`
	OnDemandLocked       bool  `json:"on_demand_locked"`
}

var bgpPrefixes = resource[BGPPrefix]{kind: kind{
	name: "bgp_prefixes", service: Addressing, form: plain, can: canList | canGet | canCreate | canDelete,
	path: "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/prefixes", item: "bgp_prefix_id",
	perms:  permissions{read: prefixRead},
	create: []string{"cidr"},
},
	id: func(p *BGPPrefix) string { return p.ID },
}

// Binding directs a part of a prefix to a service, an object of prefixes/{id}/bindings.
type Binding struct {
	ID           string        `json:"id,omitempty"`
	CIDR         string        `json:"cidr,omitempty"`
	ServiceID    string        `json:"service_id,omitempty"`
	ServiceName  string        `json:"service_name,omitempty"`
	Provisioning *Provisioning `json:"provisioning,omitempty"`
	Raw          `json:"-"`
}

// Provisioning is how far a binding is; it takes hours.
type Provisioning struct {
	State string `json:"state"` // provisioning, active
}

var bindings = resource[Binding]{kind: kind{
	name: "bindings", service: Addressing, form: plain, can: canList | canGet | canCreate | canDelete,
	path: "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bindings", item: "binding_id",
	perms:  permissions{read: bindingRead, create: bindingWrite, remove: bindingWrite},
	create: []string{"cidr", "service_id"},
},
	id: func(b *Binding) string { return b.ID },
}

// Delegation lets another account use a part of a prefix, an object of prefixes/{id}/delegations.
type Delegation struct {
	ID                 string `json:"id,omitempty"`
	CIDR               string `json:"cidr,omitempty"`
	DelegatedAccountID string `json:"delegated_account_id,omitempty"`
	ParentPrefixID     string `json:"parent_prefix_id,omitempty"`
	CreatedAt          Time   `json:"created_at,omitzero"`
	ModifiedAt         Time   `json:"modified_at,omitzero"`
	Raw                `json:"-"`
}

var delegations = resource[Delegation]{kind: kind{
	name: "delegations", service: Addressing, form: plain, can: canList | canCreate | canDelete,
	path: "/accounts/{account_id}/addressing/prefixes/{prefix_id}/delegations", item: "delegation_id",
	perms:  permissions{create: bindingWrite, remove: bindingWrite},
	create: []string{"cidr", "delegated_account_id"},
},
	id: func(d *Delegation) string { return d.ID },
}

// AddressingService is what a prefix can be bound to, an object of addressing/services.
type AddressingService struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Raw  `json:"-"`
}

var services = resource[AddressingService]{kind: kind{
	name: "services", service: Addressing, path: "/accounts/{account_id}/addressing/services", form: plain, can: canList,
	perms: permissions{read: bindingRead},
},
	id: func(s *AddressingService) string { return s.ID },
}

// Lease is a range of Cloudflare's addresses that the account may use as tunnel endpoints, an object of addressing/leases.
type Lease struct {
	ID         string   `json:"id"`
	OwnerID    string   `json:"owner_id,omitempty"`
	Purpose    string   `json:"purpose,omitempty"`
	CIDRs      []string `json:"cidrs,omitempty"`
	ActiveFrom Time     `json:"active_from,omitzero"`
	CreatedAt  Time     `json:"created_at,omitzero"`
	ModifiedAt Time     `json:"modified_at,omitzero"`
	Raw        `json:"-"`
}

var leases = resource[Lease]{kind: kind{
	name: "leases", service: Addressing, path: "/accounts/{account_id}/addressing/leases", form: plain, can: canList,
},
	id: func(l *Lease) string { return l.ID },
}

// BGPPrefixChange is what to change of a BGP prefix. Only what is set is sent: an advertisement is never part of another change.
type BGPPrefixChange struct {
	Advertised            *bool
	ASNPrependCount       *int // 0 to 3
	AutoAdvertiseWithdraw *bool
}

// MarshalJSON writes the fields that are set.
func (c BGPPrefixChange) MarshalJSON() ([]byte, error) {
	type onDemand struct {
		Advertised bool `json:"advertised"`
	}
	wire := struct {
		OnDemand              *onDemand `json:"on_demand,omitempty"`
		ASNPrependCount       *int      `json:"asn_prepend_count,omitempty"`
		AutoAdvertiseWithdraw *bool     `json:"auto_advertise_withdraw,omitempty"`
	}{ASNPrependCount: c.ASNPrependCount, AutoAdvertiseWithdraw: c.AutoAdvertiseWithdraw}
	if c.Advertised != nil {
		wire.OnDemand = &onDemand{*c.Advertised}
	}
	return json.Marshal(wire)
}

// PrefixBGPStatus is the advertisement of a whole prefix. Cloudflare has deprecated it for BGP prefixes; it is only read here.
type PrefixBGPStatus struct {
	Advertised           *bool `json:"advertised"` // nil: on demand is not enabled
	AdvertisedModifiedAt Time  `json:"advertised_modified_at,omitzero"`
	Raw                  `json:"-"`
}

// BGPStatus reads the advertisement of a whole prefix.
func (a *AccountClient) BGPStatus(ctx context.Context, prefixID string) (PrefixBGPStatus, error) {
	return envelopedObject[PrefixBGPStatus](ctx, a.client, &call{op: &opBGPStatus, args: []string{a.ID, prefixID}})
}
