package simaccount

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Resource names a kind of object of the account, by the last part of its path.
type Resource string

// The kinds of object that the simulated account keeps.
const (
	GRETunnels   Resource = "gre_tunnels"
	IPsecTunnels Resource = "ipsec_tunnels"
	Links        Resource = "cf_interconnects" // the tunnel interface of a CNI
	Routes       Resource = "routes"
	CNIs         Resource = "cnis"
	Ports        Resource = "interconnects" // the physical or partner side
	Slots        Resource = "slots"
	Prefixes     Resource = "prefixes"
	BGPPrefixes  Resource = "bgp_prefixes"
	Bindings     Resource = "bindings"
	Delegations  Resource = "delegations"
	Services     Resource = "services"
	Leases       Resource = "leases"

	EndpointChecks Resource = "endpoint_healthchecks"
)

// deleteLag is how long a deleted tunnel or route can still be read: deletes are eventually consistent.
const deleteLag = 2 * time.Second

// record is one stored object with what the API does not show of it.
type record struct {
	kind    Resource
	id      string
	parent  string // the prefix of a BGP prefix, binding or delegation
	obj     Object
	created time.Time
	gone    time.Time // when a deleted object stops to be readable; zero while it lives

	psk       string   // IPsec only; never part of obj
	life      timeline // sessions and health over time; of tunnels and links
	lifeFrom  time.Time
	stuck     time.Time // bgp_status.updated_at when it is no longer refreshed; else zero
	routerASN int64     // the ASN that the customer's router really uses; 0 means whatever is configured

	probes *probeTrouble // what troubles the probes alone; nil: nothing

	load [2]float64 // usual traffic to and from Cloudflare in bit/s; zero until somebody asks

	linkState, linkReason string // interconnects: what /status says; "" follows the time since the order

	revalidated time.Time // prefixes: when a validation was asked for

	encoded [2][]byte // the unchanging part of the JSON, by form of the health check target
}

// changed must be called after every write to obj.
func (r *record) changed() { r.encoded = [2][]byte{} }

func (r *record) text(name string) string {
	s, _ := r.obj[name].(string)
	return s
}

// collection keeps the objects of one kind in the order of their creation.
type collection struct {
	list []*record
	byID map[string]*record
}

func newCollection() *collection { return &collection{byID: map[string]*record{}} }

func (c *collection) add(r *record) {
	c.list = append(c.list, r)
	c.byID[r.id] = r
}

func (c *collection) remove(r *record) {
	delete(c.byID, r.id)
	c.list = slices.DeleteFunc(c.list, func(x *record) bool { return x == r })
}

// sweep drops what was deleted longer ago than the lag.
func (c *collection) sweep(now time.Time) {
	expired := func(r *record) bool { return !r.gone.IsZero() && !now.Before(r.gone) }
	if !slices.ContainsFunc(c.list, expired) {
		return
	}
	for _, r := range c.list {
		if expired(r) {
			delete(c.byID, r.id)
		}
	}
	c.list = slices.DeleteFunc(c.list, expired)
}

// find looks an object up by id, else by name, else by CIDR.
func (c *collection) find(idOrName string) *record {
	if r := c.byID[idOrName]; r != nil {
		return r
	}
	for _, r := range c.list {
		if r.text("name") == idOrName || r.text("cidr") == idOrName {
			return r
		}
	}
	return nil
}

// children are the objects below one parent.
func (c *collection) children(parent string) []*record {
	var out []*record
	for _, r := range c.list {
		if r.parent == parent {
			out = append(out, r)
		}
	}
	return out
}

// hash gives the same 32 bytes for the same seed and words: every identifier and wave of the account comes from here.
func (s *Server) hash(words ...any) [32]byte {
	return sha256.Sum256(fmt.Append(nil, append([]any{s.seed, "/"}, words...)...))
}

// chance is a number in [0,1) that is fixed by the seed and the words.
func (s *Server) chance(words ...any) float64 {
	h := s.hash(words...)
	return float64(binary.BigEndian.Uint64(h[:8])>>11) / (1 << 53)
}

// newID makes the next identifier: 32 hexadecimal characters, or a UUID for the CNI service.
func (s *Server) newID(kind Resource) string {
	s.serial++
	h := s.hash("id", kind, s.serial)
	if kind == CNIs || kind == Slots {
		return uuid(h)
	}
	return hex.EncodeToString(h[:16])
}

func uuid(h [32]byte) string {
	h[6], h[8] = h[6]&0x0f|0x40, h[8]&0x3f|0x80
	s := hex.EncodeToString(h[:16])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// insert stores obj as a new object. Interconnects are known by their name; the others get an id if they have none.
func (s *Server) insert(kind Resource, obj Object, created time.Time) *record {
	r := &record{kind: kind, obj: obj, created: created}
	if kind == Ports {
		r.id = r.text("name")
	} else if r.id = r.text("id"); r.id == "" {
		r.id = s.newID(kind)
		obj["id"] = r.id
	}
	s.objects[kind].add(r)
	return r
}

// deepCopy keeps callers from reaching into the account's state.
func deepCopy(v any) any {
	switch v := v.(type) {
	case Object:
		out := maps.Clone(v)
		for k := range out {
			out[k] = deepCopy(out[k])
		}
		return out
	case []any:
		out := slices.Clone(v)
		for i := range out {
			out[i] = deepCopy(out[i])
		}
		return out
	}
	return v
}

// stamp writes a time as the API does: RFC 3339 in UTC with as many fraction digits as there are.
func stamp(t time.Time) string { return t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano) }
