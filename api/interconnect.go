package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
)

// MagicInterconnect is the tunnel interface of a network interconnect (CNI), an object of magic/cf_interconnects. It cannot be created
// or deleted here: it comes and goes with its CNI.
type MagicInterconnect struct {
	ID                       string           `json:"id,omitempty"`
	Name                     string           `json:"name,omitempty"`
	ColoName                 string           `json:"colo_name,omitempty"`
	Description              string           `json:"description,omitempty"`
	GRE                      *InterconnectGRE `json:"gre,omitempty"`
	HealthCheck              *HealthCheck     `json:"health_check,omitempty"` // without direction
	InterfaceAddress         string           `json:"interface_address,omitempty"`
	InterfaceAddress6        string           `json:"interface_address6,omitempty"`
	MTU                      int              `json:"mtu,omitempty"` // bytes
	AutomaticReturnRouting   *bool            `json:"automatic_return_routing,omitempty"`
	BGP                      *BGP             `json:"bgp,omitempty"`
	Version                  string           `json:"version,omitempty"`                     // "1", "1.5" or "2"; never changes
	VirtualPortReservationID string           `json:"virtual_port_reservation_id,omitempty"` // the one of the CNI interconnect
	CreatedOn                Time             `json:"created_on,omitzero"`
	ModifiedOn               Time             `json:"modified_on,omitzero"`
	Raw                      `json:"-"`
}

// InterconnectGRE is the GRE part of an interconnect of version 1.
type InterconnectGRE struct {
	CloudflareEndpoint string `json:"cloudflare_endpoint,omitempty"`
}

var magicInterconnects = resource[MagicInterconnect]{kind: kind{
	name: "cf_interconnects", service: Magic, path: "/accounts/{account_id}/magic/cf_interconnects", item: "cf_interconnect_id",
	plural: "interconnects", single: "interconnect", can: canList | canGet | canUpdate | canBulk, target: true,
	dryRun: canUpdate | canBulk,
	perms:  permissions{read: magicRead, create: magicWrite, update: magicWrite, remove: magicWrite},
	modify: []string{"name", "description", "gre", "health_check", "interface_address", "interface_address6", "mtu",
		"automatic_return_routing", "bgp"},
	clearable: []string{"description", "interface_address6", "health_check.target.saved"},
},
	prepare: func(_ string, i *MagicInterconnect) {
		if i.Version == "1.5" { // "omitted and not configurable" there, by the TypeScript SDK's documents (unconfirmed)
			i.GRE = nil
		}
	},
	id: func(i *MagicInterconnect) string { return i.ID },
}

// CNI is an object of cni/cnis: the addresses and the BGP session over an interconnect.
type CNI struct {
	ID           string     `json:"id,omitempty"` // UUID
	Account      string     `json:"account,omitempty"`
	Interconnect string     `json:"interconnect,omitempty"` // name of the interconnect
	CustIP       CNIAddress `json:"cust_ip,omitempty"`      // customer's end
	P2PIP        CNIAddress `json:"p2p_ip,omitempty"`       // Cloudflare's end, in the same prefix
	Magic        CNIMagic   `json:"magic"`
	BGP          *BGP       `json:"bgp,omitempty"`
	BGPMode      string     `json:"bgp_mode,omitempty"` // dynamic_route_exchange, advertise_only
	Raw          `json:"-"`
}

// CNIMagic joins a CNI to Magic Transit or Cloudflare WAN. ConduitName is also the tunnel's name in the analytics.
type CNIMagic struct {
	ConduitName string `json:"conduit_name"`
	Description string `json:"description"`
	MTU         int    `json:"mtu"` // bytes
}

// CNIAddress is an address with its prefix length, "192.0.2.1/31". The documents say text, a live application saw
// {"ip","cidr"}: both are read.
type CNIAddress string

// UnmarshalJSON reads both forms.
func (a *CNIAddress) UnmarshalJSON(b []byte) error {
	*a = ""
	if len(b) == 0 || b[0] != '{' {
		var text *string
		err := json.Unmarshal(b, &text)
		if text != nil {
			*a = CNIAddress(*text)
		}
		return err
	}
	var ip string
	if err := json.Unmarshal(field(b, "ip"), &ip); err != nil { // also when it is not there
		return err
	}
	cidr := field(b, "cidr")
	if !isNull(cidr) && !isText(cidr) && integer(string(cidr)) == "" {
		return errors.New("no prefix length")
	}
	length := strings.Trim(string(cidr), `"`)
	if i := strings.LastIndexByte(length, '/'); i >= 0 {
		length = length[i+1:]
	}
	if length != "" && length != "null" && ip != "" && !strings.Contains(ip, "/") {
		ip += "/" + length
	}
	*a = CNIAddress(ip)
	return nil
}

var cnis = resource[CNI]{kind: kind{
	name: "cnis", service: CNIService, path: "/accounts/{account_id}/cni/cnis", item: "cni", form: bare,
	can: canList | canGet | canCreate | canUpdate | canDelete, filters: []string{"slot", "tunnel_id"},
	perms:  permissions{read: magicRead, create: magicWrite, update: magicWrite, remove: magicWrite},
	create: []string{"account", "interconnect", "magic", "bgp"}, // no bgp_mode: only the update and the answers have it
	modify: []string{"id", "account", "cust_ip", "p2p_ip", "interconnect", "magic", "bgp", "bgp_mode"},
},
	prepare: func(account string, c *CNI) {
		if c.Account == "" {
			c.Account = account
		}
		if c.BGP != nil && c.BGP.ExtraPrefixes == nil { // required here, optional on tunnels
			bgp := *c.BGP
			bgp.ExtraPrefixes = []string{}
			c.BGP = &bgp
		}
	},
	id: func(c *CNI) string { return c.ID },
}

// Facility is a data center.
type Facility struct {
	Name    string   `json:"name"`
	Address []string `json:"address"`
}

// Interconnect is a physical or partner port, an object of cni/interconnects. Its id is its name. Creating one is a commercial act:
// a cross-connect is ordered.
type Interconnect struct {
	Account                  string    `json:"account,omitempty"`
	Name                     string    `json:"name,omitempty"`
	Type                     string    `json:"type,omitempty"`
	Facility                 *Facility `json:"facility,omitempty"` // physical
	Site                     string    `json:"site,omitempty"`     // physical
	SlotID                   string    `json:"slot_id,omitempty"`  // physical
	Speed                    string    `json:"speed,omitempty"`
	Region                   string    `json:"region,omitempty"`    // Google Cloud partner
	Bandwidth                string    `json:"bandwidth,omitempty"` // Google Cloud partner, on create: 50M … 50G
	PairingKey               Secret    `json:"-"`                   // Google Cloud partner, on create
	Owner                    string    `json:"owner,omitempty"`
	CCRDeviceName            string    `json:"ccr_device_name,omitempty"`
	VirtualPortReservationID string    `json:"virtual_port_reservation_id,omitempty"`
	Raw                      `json:"-"`
}

func (i Interconnect) writeOnly() Secret { return i.PairingKey }

var interconnects = resource[Interconnect]{kind: kind{
	name: "cni_interconnects", service: CNIService, path: "/accounts/{account_id}/cni/interconnects", item: "icon", form: bare,
	can: canList | canGet | canCreate | canDelete, filters: []string{"site", "type"},
	perms:     permissions{read: magicRead, create: magicWrite, update: magicWrite, remove: magicWrite},
	create:    []string{"account", "slot_id", "type", "speed", "bandwidth"},
	secretKey: "pairing_key",
},
	prepare: func(account string, i *Interconnect) {
		if i.Account == "" {
			i.Account = account
		}
	},
	id: func(i *Interconnect) string { return i.Name },
}

// Slot is a port in a facility, an object of cni/slots.
type Slot struct {
	ID            string    `json:"id,omitempty"` // UUID
	Facility      *Facility `json:"facility,omitempty"`
	Occupied      bool      `json:"occupied"`
	Site          string    `json:"site,omitempty"`
	Speed         string    `json:"speed,omitempty"`
	Account       string    `json:"account,omitempty"`
	CCRDeviceName string    `json:"ccr_device_name,omitempty"`
	Raw           `json:"-"`
}

var slots = resource[Slot]{kind: kind{
	name: "cni_slots", service: CNIService, path: "/accounts/{account_id}/cni/slots", item: "slot", form: bare,
	can: canList | canGet, filters: []string{"address_contains", "site", "speed", "occupied"},
	perms: permissions{read: magicRead},
},
	id: func(s *Slot) string { return s.ID },
}

// CNISettings are the account's settings for new CNIs.
type CNISettings struct {
	DefaultASN *uint32 `json:"default_asn,omitempty"` // nil: not set
	Raw        `json:"-"`
}

// CNISettings reads the settings. An account that has none may answer NotFound.
func (a *AccountClient) CNISettings(ctx context.Context) (CNISettings, error) {
	return bareObject[CNISettings](ctx, a.client, &call{op: &opCNISettings, args: []string{a.ID}})
}

// InterconnectStatus is whether an interconnect carries traffic.
type InterconnectStatus struct {
	State  string `json:"state"`            // Pending, Down, Unhealthy, Healthy
	Reason string `json:"reason,omitempty"` // with Down and Unhealthy
	Raw    `json:"-"`
}

// InterconnectStatus reads the status of an interconnect by its name.
func (a *AccountClient) InterconnectStatus(ctx context.Context, name string) (InterconnectStatus, error) {
	return bareObject[InterconnectStatus](ctx, a.client, &call{op: &opInterconnectStatus, args: []string{a.ID, name}})
}

// LetterOfAuthorization reads the letter with which a data center connects the cable, as a PDF.
func (a *AccountClient) LetterOfAuthorization(ctx context.Context, name string) ([]byte, error) {
	got, err := a.client.do(ctx, &call{op: &opLetter, args: []string{a.ID, name}, accept: "application/pdf"})
	if err != nil {
		return nil, err
	}
	if !isPDF(got.body) {
		if json.Valid(got.body) && string(field(got.body, "success")) == "false" {
			return nil, a.client.refused(got)
		}
		return nil, got.bad("the answer is not a PDF")
	}
	return got.body, nil
}

// bareObject does a call whose answer is one object without envelope.
func bareObject[T any](ctx context.Context, c *Client, in *call) (T, error) {
	a, err := c.do(ctx, in)
	if err != nil {
		return *new(T), err
	}
	return bareIn[T](c, a)
}

// bareIn decodes an answer that is one object without envelope.
func bareIn[T any](c *Client, a *answer) (T, error) {
	var v T
	raw, err := c.bare(a)
	if err != nil {
		return v, err
	}
	if err := decodeInto(raw, &v); err != nil {
		return *new(T), a.wrong(err)
	}
	return v, nil
}

// envelopedObject does a call whose answer is one object, or a list, in the envelope's result.
func envelopedObject[T any](ctx context.Context, c *Client, in *call) (T, error) {
	a, err := c.do(ctx, in)
	if err != nil {
		return *new(T), err
	}
	return enveloped[T](c, a)
}

// enveloped decodes an answer that is one object, or a list, in the envelope's result.
func enveloped[T any](c *Client, a *answer) (T, error) {
	var v T
	raw, err := c.result(a)
	if err != nil {
		return v, err
	}
	if raw == nil {
		if a.call.dryRun || a.status == http.StatusAccepted {
			return v, nil
		}
		return v, a.bad("the answer has no result")
	}
	if err := decodeInto(raw, &v); err != nil {
		return *new(T), a.wrong(err)
	}
	return v, nil
}
