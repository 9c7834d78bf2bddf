package api

import "context"

// FilterProfile says which routes a BGP session lets through, an object of magic/bgp/filter_profiles. Tunnels and interconnects name
// one by BGP.ImportFilterID for what the customer announces, and one by BGP.ExportFilterID for what Cloudflare announces.
type FilterProfile struct {
	ID          string   `json:"id,omitempty"`
	Name        string   `json:"name,omitempty"` // 1 to 255 characters
	Description string   `json:"description,omitempty"`
	MatchAction string   `json:"match_action,omitempty"` // allow, deny
	Targets     []string `json:"targets,omitzero"`       // 10.0.0.0/8, 10.0.0.0/8+, 10.0.0.0/8{24} or 10.0.0.0/8{8,24}
	CreatedOn   Time     `json:"created_on,omitzero"`
	ModifiedOn  Time     `json:"modified_on,omitzero"`
	Raw         `json:"-"`
}

// filterProfiles: in a copy of Cloudflare's API reference, where it is marked as beta; no OpenAPI document in hand has it,
// so paths, fields and the plain envelope are unconfirmed. No permission group is named for it.
var filterProfiles = resource[FilterProfile]{kind: kind{
	name: "bgp_filter_profiles", service: Magic, path: "/accounts/{account_id}/magic/bgp/filter_profiles", item: "profile_id", form: plain,
	can:       canList | canGet | canCreate | canUpdate | canDelete,
	create:    []string{"name", "description", "match_action", "targets"},
	modify:    []string{"name", "description", "match_action", "targets"},
	clearable: []string{"description"},
},
	id: func(p *FilterProfile) string { return p.ID },
}

// BGPSettings are the account's settings for the BGP sessions of tunnels and interconnects. Only read here.
type BGPSettings struct {
	CloudflareASN *uint32         `json:"cloudflare_asn,omitempty"` // nil: not said
	Redistribute  *Redistribution `json:"redistribute,omitempty"`
	Raw           `json:"-"`
}

// Redistribution says of which sources routes are announced over BGP; nil: not said.
type Redistribution struct {
	StaticWAN *bool `json:"static:wan,omitempty"` // static routes of Cloudflare WAN
}

// BGPSettings reads the settings; path, fields and the plain envelope are unconfirmed. An account without them may answer NotFound.
func (a *AccountClient) BGPSettings(ctx context.Context) (BGPSettings, error) {
	return envelopedObject[BGPSettings](ctx, a.client, &call{op: &opBGPSettings, args: []string{a.ID}})
}
