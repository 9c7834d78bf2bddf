package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"flarewire/internal/secret"
)

// body builds the request for an object: only the keys given, in their order, and the secret only when it is set. Nothing is sent
// as null, because /magic answers that with 400 (code 1022): the types leave out what is not set, and "" is what clears a text.
// before is the object as the server had it, for an update; nil for a creation.
func (r *kind) body(o Object, all, before json.RawMessage, keys []string) (json.RawMessage, error) {
	values := make(map[string][]byte)
	fields(all, func(key string, value []byte) { values[key] = value })
	if before != nil {
		r.clear(values, before)
	}
	out := newObject()
	for _, key := range keys {
		if value := values[key]; !isNull(value) {
			out.add(key, value)
		}
	}
	if s := o.secret(); r.secretKey != "" && !s.IsZero() {
		value, err := encode(s.Reveal())
		if err != nil {
			return nil, err
		}
		out.add(r.secretKey, value)
	}
	return out.bytes(), nil
}

// withUnknown returns the object with what another form of it has inside of its nested objects, at every depth, and the Go type has
// no field for: nobody can have changed it, so it goes back as it came. Unknown fields of the object itself are not added: which of
// them can be written is not known. own: the other form is what the object was made of, so an object inside that is there and says
// nothing by its known fields stays there, for what is unknown in it.
func withUnknown(t reflect.Type, now, other []byte, own bool) []byte {
	if len(other) == 0 {
		return now
	}
	out := newObject()
	fields(now, func(key string, value []byte) {
		if name, inner := fieldOf(t, key); name != "" {
			value = withUnknownInside(inner, value, field(other, key), own)
		}
		out.add(key, value)
	})
	return out.bytes()
}

// withUnknownInside is withUnknown for a nested value.
func withUnknownInside(t reflect.Type, now, other []byte, own bool) []byte {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := reflect.Zero(t).Interface().(shaped); ok {
		t = s.shape()
	}
	if t.Kind() != reflect.Struct || len(now) == 0 || now[0] != '{' || len(other) == 0 || other[0] != '{' {
		return now // lists have no order in which their elements could be found again
	}
	out := newObject()
	fields(withUnknown(t, now, other, own), func(key string, value []byte) { out.add(key, value) })
	fields(other, func(key string, value []byte) {
		name, _ := fieldOf(t, key)
		if (name == "" || own && value[0] == '{') && !isNull(value) && field(now, key) == nil {
			out.add(key, value)
		}
	})
	return out.bytes()
}

// clear adds "" for every clearable text that the server's object has and the new one lacks.
func (r *kind) clear(values map[string][]byte, before json.RawMessage) {
	for _, path := range r.clearable {
		key, rest, _ := strings.Cut(path, ".")
		if rest == "" {
			if isText(field(before, key)) && isEmpty(values[key]) {
				values[key] = []byte(`""`)
			}
			continue
		}
		if values[key] != nil {
			values[key] = clearNested(values[key], field(before, key), rest)
		}
	}
}

// clearNested is clear for a text inside an object. Objects that are not sent at all stay as they are.
func clearNested(object, before []byte, path string) []byte {
	key, rest, deeper := strings.Cut(path, ".")
	old, now := field(before, key), field(object, key)
	switch {
	case deeper && now == nil && isText(field(old, rest)):
		now = []byte(`{"` + rest + `":""}`)
	case deeper && now != nil:
		now = clearNested(now, old, rest)
	case !deeper && isText(old) && isEmpty(now):
		now = []byte(`""`)
	default:
		return object
	}
	out := newObject()
	fields(object, func(k string, value []byte) {
		if k != key {
			out.add(k, value)
		}
	})
	out.add(key, now)
	return out.bytes()
}

func isText(value []byte) bool  { return len(value) > 2 && value[0] == '"' }
func isEmpty(value []byte) bool { return isNull(value) || string(value) == `""` }

// object writes a JSON object member by member.
type object struct{ b bytes.Buffer }

func newObject() *object { return &object{} }

func (o *object) add(key string, value []byte) {
	if o.b.Len() > 0 {
		o.b.WriteByte(',')
	}
	o.b.WriteString(`"` + key + `":`)
	o.b.Write(value)
}

func (o *object) bytes() []byte { return []byte("{" + o.b.String() + "}") }

// Mask returns the JSON with the values of its secret fields replaced, MD5 keys among them, and in the same order. What is not JSON
// gives nil: it could hold anything.
func Mask(value json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, value) != nil {
		return nil
	}
	return masked(b.Bytes())
}

// masked is the JSON with the values of secret fields replaced, and otherwise the same bytes. It is for JSON of this package's own
// making, which has no white space.
func masked(value []byte) []byte {
	switch {
	case len(value) > 0 && value[0] == '{':
		out := newObject()
		fields(value, func(key string, value []byte) {
			if secret.IsField(key) && !isNull(value) {
				value = []byte(`"` + redacted + `"`)
			}
			out.add(key, masked(value))
		})
		return out.bytes()
	case len(value) > 0 && value[0] == '[':
		var parts [][]byte
		elements(value, func(element []byte) bool {
			parts = append(parts, masked(element))
			return true
		})
		return slices.Concat([]byte("["), bytes.Join(parts, []byte(",")), []byte("]"))
	}
	return value
}
