package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// One odd field must not hide an object, and still less the others of its list. What encoding/json reads is read by it, at its
// speed. Only what it refuses goes the slow way: each field is tried by itself, what cannot be decoded is left out and its path
// is remembered, and encoding/json reads the rest.

// decode reads a JSON value that json.Valid has accepted into the value that v points to. It returns the paths of the fields that
// could not be decoded and have their zero value. The error is for a value that is no such object at all: one of which no field
// has a value that can be decoded would otherwise be an object that is off, has no number and no name.
func decode(raw []byte, v any) ([]string, error) {
	err := json.Unmarshal(raw, v)
	if err == nil {
		return nil, nil
	}
	target := reflect.ValueOf(v).Elem()
	target.SetZero()
	var m mender
	mended := m.value(raw, target.Type(), "")
	if mended == nil || len(m.undecoded) > 0 && m.kept == 0 || json.Unmarshal(mended, v) != nil {
		return nil, err
	}
	return m.undecoded, nil
}

// decodeInto decodes one object and keeps its bytes and the paths of the fields that could not be decoded. For a type that has
// no place for the paths such a field is an error.
func decodeInto(raw json.RawMessage, v any) error {
	undecoded, err := decode(raw, v)
	if err != nil {
		return err
	}
	if len(undecoded) > 0 {
		h, ok := v.(interface{ setUndecoded(paths []string) })
		if !ok {
			return &json.UnmarshalTypeError{Field: undecoded[0], Value: "value of another type"}
		}
		h.setUndecoded(undecoded)
	}
	if h, ok := v.(rawHolder); ok {
		h.setRaw(raw)
	}
	return nil
}

// shaped is a type that decodes itself and whose object has the fields of another type.
type shaped interface{ shape() reflect.Type }

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// mender makes JSON decodable and collects what it had to leave out.
type mender struct {
	undecoded []string
	kept      int // values that could be decoded; null, {} and [] say nothing
}

// value returns the JSON to decode instead of raw, or nil when there is none; then the path is among the undecoded.
func (m *mender) value(raw []byte, t reflect.Type, path string) []byte {
	if decodes(raw, t) {
		if !isZero(raw) || raw[0] == '"' || raw[0] == '0' || raw[0] == 'f' {
			m.kept++
		}
		return raw
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := reflect.Zero(t).Interface().(shaped); ok {
		t = s.shape()
	} else if reflect.PointerTo(t).Implements(unmarshaler) {
		return m.leaveOut(path)
	}
	switch kind := t.Kind(); {
	case raw[0] == '{' && kind == reflect.Struct:
		return m.object(raw, path, func(key string) (string, reflect.Type) { return fieldOf(t, key) })
	case raw[0] == '{' && kind == reflect.Map:
		return m.object(raw, path, func(key string) (string, reflect.Type) { return key, t.Elem() })
	case raw[0] == '[' && kind == reflect.Slice:
		return m.list(raw, t.Elem(), path)
	case kind >= reflect.Int && kind <= reflect.Uint64:
		if plain := integer(string(raw)); plain != "" && decodes([]byte(plain), t) {
			m.kept++
			return []byte(plain)
		}
	}
	return m.leaveOut(path)
}

func (m *mender) leaveOut(path string) []byte {
	m.undecoded = append(m.undecoded, path)
	return nil
}

func decodes(raw []byte, t reflect.Type) bool {
	return json.Unmarshal(raw, reflect.New(t).Interface()) == nil
}

// object mends the members that the type knows. Of a key that comes twice the last counts, as in encoding/json.
func (m *mender) object(raw []byte, path string, known func(key string) (string, reflect.Type)) []byte {
	var names []string
	types, values := map[string]reflect.Type{}, map[string][]byte{}
	fields(raw, func(key string, value []byte) {
		if name, t := known(unquote(key)); t != nil {
			if types[name] == nil {
				names = append(names, name)
			}
			types[name], values[name] = t, value
		}
	})
	out := newObject()
	for _, name := range names {
		if mended := m.value(values[name], types[name], below(path, clean(name))); mended != nil {
			key, _ := encode(name) // a string can always be encoded
			out.add(string(key[1:len(key)-1]), mended)
		}
	}
	return out.bytes()
}

// list mends the elements. One that cannot be decoded keeps its place, so that the others keep theirs.
func (m *mender) list(raw []byte, t reflect.Type, path string) []byte {
	out := []byte{'['}
	n := 0
	elements(raw, func(value []byte) bool {
		if n > 0 {
			out = append(out, ',')
		}
		if mended := m.value(value, t, below(path, strconv.Itoa(n))); mended != nil {
			out = append(out, mended...)
		} else {
			out = append(out, "null"...)
		}
		n++
		return true
	})
	return append(out, ']')
}

func below(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// unquote reads the escapes in a key.
func unquote(key string) string {
	if strings.Contains(key, `\`) {
		var text string
		if json.Unmarshal([]byte(`"`+key+`"`), &text) == nil {
			return text
		}
	}
	return key
}

// fieldOf finds the field that encoding/json would decode the key into: the one of that name, else of that name in another case.
// It returns the JSON name and the type, or nil. No type of this package takes fields from an embedded one.
func fieldOf(t reflect.Type, key string) (string, reflect.Type) {
	var similar reflect.StructField
	var similarName string
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		if tag == "-" || !f.IsExported() {
			continue
		}
		name, _, _ := strings.Cut(tag, ",")
		if name == "" {
			name = f.Name
		}
		if name == key {
			return name, f.Type
		}
		if similarName == "" && strings.EqualFold(name, key) {
			similarName, similar = name, f
		}
	}
	return similarName, similar.Type
}

// longestInteger is the number of digits of the largest uint64.
const longestInteger = 20

// integer spells a JSON number without a fraction, such as 64512.0 or 6.4512e4, the way a Go integer is read. It returns "" for
// any other value.
func integer(number string) string {
	digits, negative := strings.CutPrefix(number, "-")
	if digits == "" || digits[0] < '0' || digits[0] > '9' {
		return ""
	}
	digits, exponent, _ := strings.Cut(strings.ToLower(digits), "e")
	whole, fraction, _ := strings.Cut(digits, ".")
	digits = strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return "0"
	}
	shift, err := strconv.Atoi(exponent)
	if exponent != "" && err != nil || shift > len(number)+longestInteger || shift < -len(number) {
		return ""
	}
	length := len(digits) - len(fraction) + shift // of the integer
	digits = strings.TrimRight(digits, "0")
	if length < len(digits) || length > longestInteger {
		return ""
	}
	digits += strings.Repeat("0", length-len(digits))
	if negative {
		return "-" + digits
	}
	return digits
}

// unset returns the paths whose value in the object is still the zero value: those that nobody has set since they could not
// be decoded. Only what stands under the keys counts.
func unset(object []byte, paths, keys []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool {
		key, _, _ := strings.Cut(path, ".")
		return !slices.Contains(keys, key) || !isUnset(object, path)
	})
}

// isUnset reports whether the value at the path is absent or the zero value. A list without the element is not the one that was read.
func isUnset(value []byte, path string) bool {
	name, rest, deeper := strings.Cut(path, ".")
	inner := field(value, name)
	if len(value) > 0 && value[0] == '[' {
		if inner = element(value, name); inner == nil {
			return false
		}
	}
	if deeper && !isNull(inner) {
		return isUnset(inner, rest)
	}
	return isZero(inner)
}

// element returns the element with the index, or nil.
func element(array []byte, index string) []byte {
	n, err := strconv.Atoi(index)
	if err != nil {
		return nil
	}
	var found []byte
	elements(array, func(value []byte) bool {
		if n == 0 {
			found = value
		}
		n--
		return n >= 0
	})
	return found
}

func isZero(value []byte) bool {
	switch string(value) {
	case "", "null", `""`, "0", "false", "[]", "{}":
		return true
	}
	return false
}
