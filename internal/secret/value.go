// Package secret holds values that must never be printed, and the net that catches those that were printed all the same.
//
// It is the lowest package of the house: the API client, the credential stores and the log writers all use it.
package secret

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
)

// Mask is what every way of printing a secret shows instead of it.
const Mask = "[redacted]"

// Value is a secret: an API token, a global key, a passphrase, a pre-shared key.
//
// The text is held by a closure, not by a field. A type T string with the same methods leaks when it sits in an
// unexported field, because fmt and debug printers then read the memory instead of calling the methods; behind a
// closure there is only a code address to read. The zero Value is "no secret".
type Value struct {
	reveal func() string
}

// New wraps text. Empty text gives the zero Value.
func New(text string) Value {
	if text == "" {
		return Value{}
	}
	return Value{reveal: func() string { return text }}
}

// Reveal returns the text. Call it only where the text leaves for its purpose: a request header, an encrypted store.
func (v Value) Reveal() string {
	if v.reveal == nil {
		return ""
	}
	return v.reveal()
}

// IsZero reports whether there is no secret.
func (v Value) IsZero() bool { return v.reveal == nil }

// Equal compares two secrets in constant time for equal lengths. It also lets go-cmp compare structs that hold secrets.
func (v Value) Equal(other Value) bool {
	return subtle.ConstantTimeCompare([]byte(v.Reveal()), []byte(other.Reveal())) == 1
}

// Format prints Mask for every verb and flag.
func (v Value) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(Mask)) }

// String returns Mask.
func (v Value) String() string { return Mask }

// GoString returns Mask.
func (v Value) GoString() string { return Mask }

// MarshalText returns Mask: what stores a secret on purpose calls Reveal.
func (v Value) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// MarshalJSON returns Mask as a JSON string.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(`"` + Mask + `"`), nil }

// LogValue returns Mask to log/slog.
func (v Value) LogValue() slog.Value { return slog.StringValue(Mask) }
