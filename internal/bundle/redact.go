package bundle

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/journal"
	"flarewire/internal/secret"
	"flarewire/internal/store"
)

// redaction takes secrets out of objects and remembers their values, to find them in other places too.
type redaction struct {
	redactor secret.Redactor
	found    []secret.Value
}

// isSecret reports whether a field's text must not leave. Besides the known fields, whatever is called like a
// secret counts: a field that the API gets one day must not slip through.
func isSecret(key string) bool {
	lower := strings.ToLower(key)
	for _, word := range []string{"secret", "password", "token", "psk"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return journal.IsSecret(lower) || strings.HasSuffix(lower, "_key")
}

// object is an object as the API gave it, without secrets. One that was not read from the API is written
// from what is known of it.
func (r *redaction) object(raw json.RawMessage, otherwise any) any {
	if len(raw) == 0 {
		var err error
		if raw, err = json.Marshal(otherwise); err != nil {
			return nil
		}
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil // what is not JSON could hold anything
	}
	return r.clean(v, false)
}

// clean replaces the texts and numbers below a secret field; hidden reports whether v is below one.
func (r *redaction) clean(v any, hidden bool) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = r.clean(value, isSecret(key) && !harmless(key) || hidden)
		}
	case []any:
		for i := range v {
			v[i] = r.clean(v[i], hidden)
		}
	case string:
		if hidden && v != "" {
			r.found = append(r.found, secret.New(v))
			return secret.Mask
		}
	case json.Number:
		if hidden {
			return secret.Mask
		}
	}
	return v
}

// harmless: when a key was made is no secret, and support asks for it.
func harmless(key string) bool { return key == "psk_metadata" }

func (r *redaction) tunnels(list []store.Tunnel) []any {
	out := make([]any, len(list))
	for i, t := range list {
		out[i] = r.object(t.JSON(), t.Tunnel)
	}
	return out
}

func (r *redaction) routes(list []api.Route) []any {
	out := make([]any, len(list))
	for i, route := range list {
		out[i] = r.object(route.JSON(), route)
	}
	return out
}

// prefixPart is a prefix with what belongs to it; null is not known.
type prefixPart struct {
	Prefix   any   `json:"prefix"`
	BGP      []any `json:"bgp_prefixes"`
	Bindings []any `json:"bindings"`
}

func (r *redaction) prefixes(list []store.Prefix) []prefixPart {
	out := make([]prefixPart, len(list))
	for i, p := range list {
		out[i].Prefix = r.object(p.JSON(), p.Prefix)
		for _, b := range p.BGP.Rows {
			out[i].BGP = append(out[i].BGP, r.object(b.JSON(), b))
		}
		for _, b := range p.Bindings.Rows {
			out[i].Bindings = append(out[i].Bindings, r.object(b.JSON(), b))
		}
		if p.BGP.Known() && out[i].BGP == nil {
			out[i].BGP = []any{}
		}
		if p.Bindings.Known() && out[i].Bindings == nil {
			out[i].Bindings = []any{}
		}
	}
	return out
}

// linkPart is everything about the network interconnects; null is not known.
type linkPart struct {
	Ports []portPart `json:"ports"`
	CNIs  []any      `json:"cnis"`
	Links []any      `json:"tunnel_sides"`
}

// portPart is a port with its state, which the API gives apart.
type portPart struct {
	Port   any             `json:"port"`
	State  store.PortState `json:"state,omitempty"`
	Reason string          `json:"reason,omitempty"`
	At     *time.Time      `json:"state_asked_at"`
	Error  string          `json:"state_error,omitempty"`
}

func (r *redaction) interconnects(s *store.Snapshot) linkPart {
	var out linkPart
	if s.Ports.Known() {
		out.Ports = []portPart{}
	}
	for _, p := range s.Ports.Rows {
		part := portPart{Port: r.object(p.JSON(), p.Interconnect), State: p.State, Reason: p.Reason, At: utc(p.Asked.Fetched)}
		if p.Asked.Err != nil {
			part.Error = p.Asked.Err.Error()
		}
		out.Ports = append(out.Ports, part)
	}
	out.CNIs = objects(r, s.CNIs, func(v api.CNI) json.RawMessage { return v.JSON() })
	out.Links = objects(r, s.Links, func(v api.MagicInterconnect) json.RawMessage { return v.JSON() })
	return out
}

// objects keeps "none" apart from "not known".
func objects[T any](r *redaction, list store.List[T], raw func(T) json.RawMessage) []any {
	if !list.Known() {
		return nil
	}
	out := make([]any, len(list.Rows))
	for i, v := range list.Rows {
		out[i] = r.object(raw(v), v)
	}
	return out
}

func (r *redaction) traces(list []api.Trace) []any {
	out := make([]any, len(list))
	for i, t := range list {
		out[i] = r.object(t.JSON(), t)
	}
	return out
}
