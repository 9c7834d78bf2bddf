package api

import (
	"encoding/json"
	"errors"
)

// Raw holds the server's own bytes of an object. It is embedded in every object, so that fields this package does not know
// survive `list` and `get -o json`.
type Raw struct {
	bytes     json.RawMessage
	undecoded []string
}

// JSON returns the object as the server sent it, or nil for an object that was not read from the server.
// The bytes are shared: do not change them.
func (r Raw) JSON() json.RawMessage { return r.bytes }

// Undecoded returns the paths of the fields that the server sent in a form this package cannot decode, for example "mtu",
// "bgp.customer_asn" or "bgp.extra_prefixes.1", and nil when there is none. Such a field has its zero value, which says nothing
// about the real one. The slice is shared: do not change it.
func (r Raw) Undecoded() []string { return r.undecoded }

// Restore decodes an object from the bytes that its JSON method gave, with the same oddities.
func Restore[T any](raw json.RawMessage, v *T) error {
	if !json.Valid(raw) {
		return errors.New("the bytes of an object are damaged")
	}
	return decodeInto(raw, v)
}

func (r *Raw) setRaw(b json.RawMessage) { r.bytes = b }

func (r *Raw) setUndecoded(paths []string) { r.undecoded = paths }

// rawHolder is what embedding Raw gives to every object.
type rawHolder interface {
	JSON() json.RawMessage
	Undecoded() []string
	setRaw(json.RawMessage)
}
