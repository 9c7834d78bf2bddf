package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"
)

// BGPState is the state of a BGP session as the API sums it up. Other values than the known ones are kept as they come.
type BGPState string

// The states the API documents.
const (
	BGPUp           BGPState = "BGP_UP"
	BGPEstablishing BGPState = "BGP_ESTABLISHING"
	BGPDown         BGPState = "BGP_DOWN"
)

// BGPStatus is the session of a tunnel as Cloudflare sees it. It comes with the tunnel; there is no call for it alone.
type BGPStatus struct {
	State               BGPState `json:"state"`
	TCPEstablished      bool     `json:"tcp_established"`
	UpdatedAt           Time     `json:"updated_at"`
	FSM                 string   `json:"bgp_state,omitempty"` // state of the finite state machine (RFC 4271, 8.2.2) as text
	CFSpeakerIP         string   `json:"cf_speaker_ip,omitempty"`
	CFSpeakerPort       int      `json:"cf_speaker_port,omitempty"`
	CustomerSpeakerIP   string   `json:"customer_speaker_ip,omitempty"`
	CustomerSpeakerPort int      `json:"customer_speaker_port,omitempty"`
}

// BGP is the configuration of a session.
type BGP struct {
	CustomerASN    uint32   `json:"customer_asn"`
	ExtraPrefixes  []string `json:"extra_prefixes,omitzero"` // announced to the customer besides the routes; empty, not nil, clears them
	MD5Key         string   `json:"md5_key,omitempty"`       // Cloudflare does not treat it as secret: it comes back on every read
	ExportFilterID string   `json:"export_filter_id,omitempty"`
	ImportFilterID string   `json:"import_filter_id,omitempty"`
}

// ASNText is the customer's AS number: "-" without BGP, "?" when the answer had none that can be read. AS 0 is reserved (RFC 7607)
// and stands for that.
func (b *BGP) ASNText() string {
	switch {
	case b == nil:
		return "-"
	case b.CustomerASN == 0:
		return "?"
	}
	return strconv.FormatUint(uint64(b.CustomerASN), 10)
}

// HealthCheck is how Cloudflare probes a tunnel. The defaults differ by product, so a write should give every field.
type HealthCheck struct {
	Enabled   *bool             `json:"enabled,omitempty"`   // absent: true
	Rate      string            `json:"rate,omitempty"`      // low, mid, high
	Type      string            `json:"type,omitempty"`      // reply, request
	Direction string            `json:"direction,omitempty"` // unidirectional, bidirectional; interconnects have none
	Target    HealthCheckTarget `json:"target,omitzero"`     // ignored when bidirectional
}

// HealthCheckTarget is where the probes go.
type HealthCheckTarget struct {
	Saved     string // as configured; "" = Cloudflare's default, the customer endpoint
	Effective string // as used; read-only; "" when the API gives the short form
}

// UnmarshalJSON reads both forms: an object with x-magic-new-hc-target, else a text.
func (t *HealthCheckTarget) UnmarshalJSON(b []byte) error {
	*t = HealthCheckTarget{}
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &t.Saved)
	}
	if t.plain(b) {
		return nil
	}
	*t = HealthCheckTarget{}
	var object targetObject
	err := json.Unmarshal(b, &object)
	*t = HealthCheckTarget(object)
	return err
}

// plain reads the object form as the API writes it, without a decoder: a list has thousands. It reports whether b is of that form.
func (t *HealthCheckTarget) plain(b []byte) bool {
	if len(b) == 0 || b[0] != '{' {
		return false
	}
	known := true
	fields(b, func(key string, value []byte) {
		text, ok := plainText(value)
		switch key {
		case "saved":
			t.Saved = text
		case "effective":
			t.Effective = text
		default:
			ok = false
		}
		known = known && ok
	})
	return known
}

// plainText is a JSON string of which every byte stands for itself; ok is false for any other value.
func plainText(value []byte) (text string, ok bool) {
	if len(value) < 2 || value[0] != '"' || slices.ContainsFunc(value, func(c byte) bool { return c == '\\' || c >= utf8.RuneSelf }) {
		return "", false
	}
	return string(value[1 : len(value)-1]), true
}

// targetObject is the object form.
type targetObject struct {
	Saved     string `json:"saved"`
	Effective string `json:"effective"`
}

func (HealthCheckTarget) shape() reflect.Type { return reflect.TypeFor[targetObject]() }

// MarshalJSON writes the object form, because every call that takes a target sends x-magic-new-hc-target: true.
func (t HealthCheckTarget) MarshalJSON() ([]byte, error) {
	return encode(struct {
		Saved string `json:"saved"`
	}{t.Saved})
}

// PSKMetadata says when the pre-shared key was made; zero: there is none.
type PSKMetadata struct {
	LastGeneratedOn Time `json:"last_generated_on,omitzero"`
}

// CustomRemoteIdentities is an IKE identity of the customer's choice: <label>.<account id>.custom.ipsec.cloudflare.com.
type CustomRemoteIdentities struct {
	FQDNID string `json:"fqdn_id,omitempty"`
}

// RemoteIdentities are the IKE identities that the API shows; not in its documents.
type RemoteIdentities struct {
	HexID  string `json:"hex_id,omitempty"`
	FQDNID string `json:"fqdn_id,omitempty"`
	UserID string `json:"user_id,omitempty"`
}

// GRETunnel is an object of magic/gre_tunnels. BGP can be set on create only: an update ignores it.
type GRETunnel struct {
	ID                     string       `json:"id,omitempty"`
	Name                   string       `json:"name,omitempty"`
	CloudflareGREEndpoint  string       `json:"cloudflare_gre_endpoint,omitempty"`
	CustomerGREEndpoint    string       `json:"customer_gre_endpoint,omitempty"`
	InterfaceAddress       string       `json:"interface_address,omitempty"` // CIDR; the address is Cloudflare's side
	InterfaceAddress6      string       `json:"interface_address6,omitempty"`
	Description            string       `json:"description,omitempty"`
	TTL                    int          `json:"ttl,omitempty"`
	MTU                    int          `json:"mtu,omitempty"` // bytes
	AutomaticReturnRouting *bool        `json:"automatic_return_routing,omitempty"`
	BGP                    *BGP         `json:"bgp,omitempty"`
	BGPStatus              *BGPStatus   `json:"bgp_status,omitempty"` // nil: the API gives none
	HealthCheck            *HealthCheck `json:"health_check,omitempty"`
	CreatedOn              Time         `json:"created_on,omitzero"`
	ModifiedOn             Time         `json:"modified_on,omitzero"`
	Raw                    `json:"-"`
}

// IPsecTunnel is an object of magic/ipsec_tunnels.
type IPsecTunnel struct {
	ID                     string                  `json:"id,omitempty"`
	Name                   string                  `json:"name,omitempty"`
	CloudflareEndpoint     string                  `json:"cloudflare_endpoint,omitempty"`
	CustomerEndpoint       string                  `json:"customer_endpoint,omitempty"`
	InterfaceAddress       string                  `json:"interface_address,omitempty"` // CIDR; the address is Cloudflare's side
	InterfaceAddress6      string                  `json:"interface_address6,omitempty"`
	Description            string                  `json:"description,omitempty"`
	PSK                    Secret                  `json:"-"` // sent when set, never read
	ReplayProtection       *bool                   `json:"replay_protection,omitempty"`
	AllowNullCipher        *bool                   `json:"allow_null_cipher,omitempty"` // read-only
	AutomaticReturnRouting *bool                   `json:"automatic_return_routing,omitempty"`
	CustomRemoteIdentities *CustomRemoteIdentities `json:"custom_remote_identities,omitempty"`
	RemoteIdentities       *RemoteIdentities       `json:"remote_identities,omitempty"` // read-only
	PSKMetadata            *PSKMetadata            `json:"psk_metadata,omitempty"`      // read-only
	BGP                    *BGP                    `json:"bgp,omitempty"`
	BGPStatus              *BGPStatus              `json:"bgp_status,omitempty"` // nil: the API gives none
	HealthCheck            *HealthCheck            `json:"health_check,omitempty"`
	CreatedOn              Time                    `json:"created_on,omitzero"`
	ModifiedOn             Time                    `json:"modified_on,omitzero"`
	Raw                    `json:"-"`
}

// setRaw keeps the server's bytes without a pre-shared key. The API never returns one here; if it ever does, it must not reach
// the screen, the clipboard or a file by way of the raw JSON.
func (t *IPsecTunnel) setRaw(b json.RawMessage) {
	if field(b, "psk") != nil {
		kept := newObject()
		fields(b, func(key string, value []byte) {
			if key != "psk" {
				kept.add(key, value)
			}
		})
		b = kept.bytes()
	}
	t.Raw.setRaw(b)
}

func (t IPsecTunnel) writeOnly() Secret { return t.PSK }

// TunnelKind tells the two kinds of tunnels apart.
type TunnelKind string

// The kinds, as the command line and JSON name them.
const (
	GRE   TunnelKind = "gre"
	IPsec TunnelKind = "ipsec"
)

// Tunnel is one reading for tunnels of both kinds. What only one kind has is zero for the other.
type Tunnel struct {
	Kind                   TunnelKind
	ID                     string
	Name                   string
	CloudflareEndpoint     string
	CustomerEndpoint       string
	InterfaceAddress       string
	InterfaceAddress6      string
	Description            string
	TTL, MTU               int // GRE
	AutomaticReturnRouting *bool
	ReplayProtection       *bool                   // IPsec
	AllowNullCipher        *bool                   // IPsec
	CustomRemoteIdentities *CustomRemoteIdentities // IPsec
	RemoteIdentities       *RemoteIdentities       // IPsec
	PSK                    *PSKMetadata            // IPsec; nil: the API says nothing about it
	BGP                    *BGP
	BGPStatus              *BGPStatus
	HealthCheck            *HealthCheck
	CreatedOn, ModifiedOn  Time
	Raw
}

// Tunnel gives the common reading.
func (t GRETunnel) Tunnel() Tunnel {
	return Tunnel{Kind: GRE, ID: t.ID, Name: t.Name, CloudflareEndpoint: t.CloudflareGREEndpoint,
		CustomerEndpoint: t.CustomerGREEndpoint, InterfaceAddress: t.InterfaceAddress, InterfaceAddress6: t.InterfaceAddress6,
		Description: t.Description, TTL: t.TTL, MTU: t.MTU, AutomaticReturnRouting: t.AutomaticReturnRouting, BGP: t.BGP,
		BGPStatus: t.BGPStatus, HealthCheck: t.HealthCheck, CreatedOn: t.CreatedOn, ModifiedOn: t.ModifiedOn, Raw: t.Raw}
}

// Tunnel gives the common reading.
func (t IPsecTunnel) Tunnel() Tunnel {
	return Tunnel{Kind: IPsec, ID: t.ID, Name: t.Name, CloudflareEndpoint: t.CloudflareEndpoint,
		CustomerEndpoint: t.CustomerEndpoint, InterfaceAddress: t.InterfaceAddress, InterfaceAddress6: t.InterfaceAddress6,
		Description: t.Description, AutomaticReturnRouting: t.AutomaticReturnRouting, ReplayProtection: t.ReplayProtection,
		AllowNullCipher: t.AllowNullCipher, CustomRemoteIdentities: t.CustomRemoteIdentities, RemoteIdentities: t.RemoteIdentities,
		PSK: t.PSKMetadata, BGP: t.BGP, BGPStatus: t.BGPStatus, HealthCheck: t.HealthCheck, CreatedOn: t.CreatedOn,
		ModifiedOn: t.ModifiedOn, Raw: t.Raw}
}

var greTunnels = resource[GRETunnel]{kind: kind{
	name: "gre_tunnels", service: Magic, path: "/accounts/{account_id}/magic/gre_tunnels", item: "gre_tunnel_id",
	plural: "gre_tunnels", single: "gre_tunnel", can: canAll, target: true,
	dryRun: canCreate | canUpdate | canDelete | canBulk,
	perms:  permissions{read: magicRead, create: magicWrite, update: magicWrite, remove: magicWrite},
	create: []string{"name", "cloudflare_gre_endpoint", "customer_gre_endpoint", "interface_address", "interface_address6",
		"description", "ttl", "mtu", "automatic_return_routing", "health_check", "bgp"},
	modify: []string{"name", "cloudflare_gre_endpoint", "customer_gre_endpoint", "interface_address", "interface_address6",
		"description", "ttl", "mtu", "automatic_return_routing", "health_check"}, // no bgp: the update schema has none
	clearable: []string{"description", "interface_address6", "health_check.target.saved"},
},
	id: func(t *GRETunnel) string { return t.ID },
}

var ipsecTunnels = resource[IPsecTunnel]{kind: kind{
	name: "ipsec_tunnels", service: Magic, path: "/accounts/{account_id}/magic/ipsec_tunnels", item: "ipsec_tunnel_id",
	plural: "ipsec_tunnels", single: "ipsec_tunnel", can: canAll, target: true,
	dryRun: canCreate | canUpdate | canDelete | canBulk,
	perms:  permissions{read: magicRead, create: magicWrite, update: magicWrite, remove: magicWrite},
	create: []string{"name", "cloudflare_endpoint", "customer_endpoint", "interface_address", "interface_address6",
		"description", "replay_protection", "automatic_return_routing", "health_check", "bgp", "custom_remote_identities"},
	modify: []string{"name", "cloudflare_endpoint", "customer_endpoint", "interface_address", "interface_address6",
		"description", "replay_protection", "automatic_return_routing", "health_check", "bgp", "custom_remote_identities"},
	clearable: []string{"description", "interface_address6", "customer_endpoint", "health_check.target.saved",
		"custom_remote_identities.fqdn_id"},
	secretKey: "psk",
},
	id: func(t *IPsecTunnel) string { return t.ID },
}
