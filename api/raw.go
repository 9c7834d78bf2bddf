package api

import "encoding/json"

// Raw holds the server's own bytes of an object. It is embedded in every object, so that fields this package does not know
// survive `list` and `get -o json`.
type Raw struct{ bytes json.RawMessage }

// JSON returns the object as the server sent it, or nil for an object that was not read from the server.
// The bytes are shared: do not change them.
func (r Raw) JSON() json.RawMessage { return r.bytes }

func (r *Raw) setRaw(b json.RawMessage) { r.bytes = b }

// rawHolder is what embedding Raw gives to every object.
type rawHolder interface {
	JSON() json.RawMessage
	setRaw(json.RawMessage)
}
