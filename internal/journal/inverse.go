package journal

import (
	"encoding/json"
	"strconv"
	"strings"

	"flarewire/internal/kind"
)

// Undo is the change that would undo an entry. It goes the same way as every other change: read again, compare, ask, send once.
type Undo struct {
	Verb     Verb
	Resource string
	Parent   string
	ObjectID string
	Name     string
	Opened   json.RawMessage // what the object should be now; nil: any. A difference is a conflict to show first
	Wanted   json.RawMessage // what it becomes; nil for a deletion
	Missing  []string        // secret fields that the journal does not have: to be typed again
}

// Inverse returns the change that would undo the entry, or the reason why there is none.
func Inverse(e Entry) (Undo, string) {
	if why := notUndoable(e); why != "" {
		return Undo{}, why
	}
	u := Undo{Resource: e.Resource, Parent: e.Parent, ObjectID: e.ObjectID, Name: e.Name}
	switch e.Verb {
	case Create:
		u.Verb, u.Opened = Delete, e.After
	case Delete:
		u.Verb, u.ObjectID = Create, ""
		u.Wanted, u.Missing = unmasked(e.Before)
		u.Missing = append(u.Missing, kind.Kind(e.Resource).About().WriteOnly...)
	case Advertise:
		u.Verb, u.Opened, u.Wanted = Withdraw, e.After, e.Before
	case Withdraw:
		u.Verb, u.Opened, u.Wanted = Advertise, e.After, e.Before
	default:
		u.Verb, u.Opened, u.Wanted = e.Verb, e.After, e.Before
	}
	return u, ""
}

// notUndoable is the reason why an entry has no inverse, "" when it has one.
func notUndoable(e Entry) string {
	switch {
	case e.Outcome == NotDone:
		return "nothing was changed, so there is nothing to undo"
	case e.Outcome == Unknown || e.Outcome == "":
		return "it is not known whether this was done: look again first"
	case e.undoing:
		return e.Undone() + ": look again at that first"
	case e.UndoneBy != "":
		return e.Undone()
	case byKind(e) != "":
		return byKind(e)
	case e.Verb == Create && e.Group != "":
		return "this was one step of a replacement: replace the tunnel again"
	case e.Verb != Create && len(e.Before) == 0:
		return "the journal does not hold what was there before"
	case e.Verb == Update && len(e.Secrets) > 0:
		return "a secret was changed (" + strings.Join(e.Secrets, ", ") +
			"), and the journal never holds secrets: type the former one in a change"
	}
	return ""
}

// byKind is why an act with objects of this kind cannot be undone, by the table of kinds.
func byKind(e Entry) string {
	act, _ := kind.Kind(e.Resource).About().Act(string(e.Verb))
	return act.NoUndo
}

// unmasked removes the masked fields from an object and says which they were: a mask must never be sent as a value.
func unmasked(object json.RawMessage) (json.RawMessage, []string) {
	v, err := decode(object)
	if err != nil {
		return nil, nil
	}
	var missing []string
	drop(v, "", &missing)
	out, err := Encode(v)
	if err != nil {
		return nil, nil
	}
	return out, missing
}

func drop(v any, path string, missing *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if value != nil && IsSecret(key) {
				delete(v, key)
				*missing = append(*missing, path+key)
				continue
			}
			drop(value, path+key+".", missing)
		}
	case []any:
		for i := range v {
			drop(v[i], path+strconv.Itoa(i)+".", missing)
		}
	}
}
