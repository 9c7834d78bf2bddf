// Package journal keeps what flarewire changed: one entry for every attempted change, written before it is sent and
// completed afterwards. Undo reads it. It never holds a secret.
package journal

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"flarewire/internal/secret"
)

// Verb is what was done to an object.
type Verb string

// The verbs. All but the first three are named acts, which are never part of another change.
const (
	Create          Verb = "create"
	Update          Verb = "update"
	Delete          Verb = "delete"
	Advertise       Verb = "advertise"
	Withdraw        Verb = "withdraw"
	SetPrepend      Verb = "set prepend count"
	SetAutoWithdraw Verb = "set automatic withdrawal"
	GeneratePSK     Verb = "generate PSK"
	SetPSK          Verb = "set PSK"
	ValidatePrefix  Verb = "validate prefix"
)

// Outcome is what became of a change.
type Outcome string

// The outcomes. An entry that was never completed (the program was killed in between) reads as Unknown.
const (
	Done     Outcome = "done"     // read back: everything took effect
	Partly   Outcome = "partly"   // read back: something took effect, see NotApplied
	NotDone  Outcome = "not done" // refused, or read back without effect
	Deleting Outcome = "deleting" // accepted, but the object can still be read
	Unknown  Outcome = "unknown"  // sent, and nothing could be found out
)

// Entry is one attempted change.
type Entry struct {
	ID       string    `json:"id"`
	Time     time.Time `json:"time"` // when the change was about to be sent
	Profile  string    `json:"profile,omitempty"`
	Account  string    `json:"account"`
	Verb     Verb      `json:"verb"`
	Resource string    `json:"resource"`         // as the API calls the collection: gre_tunnels
	Parent   string    `json:"parent,omitempty"` // id of the prefix of a BGP prefix, binding or delegation
	ObjectID string    `json:"object_id,omitempty"`
	Name     string    `json:"name,omitempty"`
	Group    string    `json:"group,omitempty"`  // shared by the entries of one act of several steps
	Batch    string    `json:"batch,omitempty"`  // shared by the entries of one act on several objects
	Undoes   string    `json:"undoes,omitempty"` // id of the entry that this takes back
	// UndoneBy is the id of the entry that takes this one back. It is found by reading and not written.
	UndoneBy string          `json:"undone_by,omitempty"`
	Before   json.RawMessage `json:"before,omitempty"`
	After    json.RawMessage `json:"after,omitempty"`   // as wanted
	Secrets  []string        `json:"secrets,omitempty"` // fields with a secret that the change sets; their values are nowhere
	Result

	undoing bool // whether its undo was done is not known
}

// takesBack reports whether an undo stands in the way of another one: it was done, or may have been, and was not taken back itself. A
// change that was taken back in part can be taken back again; a new object cannot be made twice.
func (e Entry) takesBack() bool {
	return e.Outcome != NotDone && e.UndoneBy == "" && (e.Outcome != Partly || e.Verb != Update)
}

// Undone says that the entry was taken back; empty when it was not.
func (e Entry) Undone() string {
	switch {
	case e.UndoneBy == "":
		return ""
	case e.undoing:
		return "whether its undo was done is not known"
	}
	return "it was undone already"
}

// Result is the second half of an entry, known when the change is over.
type Result struct {
	Outcome    Outcome   `json:"outcome,omitempty"`
	Finished   time.Time `json:"finished,omitzero"`
	NotApplied []string  `json:"not_applied,omitempty"` // fields that did not take effect
	RequestIDs []string  `json:"request_ids,omitempty"` // Cloudflare's, for its support
	Error      string    `json:"error,omitempty"`
}

// IsSecret reports whether the field with this name or dotted path holds a secret.
func IsSecret(path string) bool { return secret.IsField(path[strings.LastIndexByte(path, '.')+1:]) }

// Mask replaces the values of secret fields at every depth. What is not JSON gives nil: it could hold anything.
func Mask(object json.RawMessage) json.RawMessage {
	if len(object) == 0 {
		return nil
	}
	v, err := decode(object)
	if err != nil {
		return nil
	}
	out, err := Encode(mask(v))
	if err != nil {
		return nil
	}
	return out
}

func mask(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if value != nil && IsSecret(key) {
				v[key] = secret.Mask
			} else {
				v[key] = mask(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = mask(v[i])
		}
	}
	return v
}

// decode keeps numbers as they were written: an AS number must not come back as 4.2e9.
func decode(object json.RawMessage) (v any, err error) {
	dec := json.NewDecoder(bytes.NewReader(object))
	dec.UseNumber()
	err = dec.Decode(&v)
	return v, err
}

// Encode writes JSON in one line without HTML escapes, so that what is shown is what was sent.
func Encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
