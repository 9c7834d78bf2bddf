package simaccount

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Object is one thing of the account as the API writes it: field names to JSON values.
// Whole numbers are int64, nested objects are Object, lists are []any.
type Object = map[string]any

// kind is the JSON type that a field must have.
type kind int

const (
	text kind = iota
	integer
	boolean
	nested
	texts   // a list of strings
	objects // a list of objects
	target  // health_check.target: a string, or an object with the new-target header
)

// goType names the kind as a Go decoder would in its error text, which the real API lets through.
func (k kind) goType() string {
	return [...]string{"string", "int", "bool", "struct", "[]string", "[]struct", "string"}[k]
}

// bounds are the smallest and the largest permitted number, or length for a text.
type bounds struct{ min, max int64 }

// field is one row of a resource's schema table. What is in no table is read-only or unknown, and ignored when sent.
type field struct {
	name     string
	kind     kind
	required bool
	nullable bool
	initial  bool // accepted by POST, silently ignored by PUT
	replace  bool // a nested object replaces the stored one instead of merging into it
	bounds   *bounds
	oneOf    []string
	def      any // value when a create leaves the field out; nil leaves it absent
	fields   []field
	check    func(v any) string // the reason why a well-typed value is refused, "" when it is not
}

// decoder reads one request body against a schema table.
type decoder struct {
	typeName  string // what the Go decoder text calls the struct
	newTarget bool
	create    bool
}

// invalid is a value that the schema refuses; parsing says that it was not even of the right type.
type invalid struct {
	text    string
	parsing bool
}

func (i *invalid) Error() string { return i.text }

func refuse(format string, args ...any) error { return &invalid{text: fmt.Sprintf(format, args...)} }

func misfit(format string, args ...any) error {
	return &invalid{text: fmt.Sprintf(format, args...), parsing: true}
}

// object checks body against fields and returns what a client may write, with types settled.
func (d decoder) object(fields []field, body map[string]any, path string) (Object, error) {
	out := Object{}
	for i := range fields {
		f := &fields[i]
		if f.initial && !d.create {
			continue
		}
		raw, present := body[f.name]
		if !present {
			if f.required && (d.create || path != "") {
				return nil, refuse("%s is required", path+f.name)
			}
			continue
		}
		v, err := d.value(f, raw, path)
		if err != nil {
			return nil, err
		}
		out[f.name] = v
	}
	return out, nil
}

// value checks one value and gives it its settled type.
func (d decoder) value(f *field, raw any, path string) (any, error) {
	if raw == nil {
		if f.nullable {
			return nil, nil
		}
		return nil, misfit("type %q is not permitted to be null", f.kind.goType())
	}
	v, ok, err := d.typed(f, raw, path)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, misfit("json: cannot unmarshal %s into Go struct field %s.%s of type %s",
			jsonName(raw), d.typeName, path+f.name, f.kind.goType())
	}
	if reason := f.refusal(v); reason != "" {
		return nil, refuse("%s %s", path+f.name, reason)
	}
	return v, nil
}

// typed converts raw to the field's kind; ok is false when it is of another type.
func (d decoder) typed(f *field, raw any, path string) (v any, ok bool, err error) {
	switch f.kind {
	case text:
		v, ok = raw.(string)
	case boolean:
		v, ok = raw.(bool)
	case integer:
		var n json.Number
		if n, ok = raw.(json.Number); ok {
			i, convErr := n.Int64()
			v, ok = i, convErr == nil
		}
	case target:
		return d.target(raw)
	case nested:
		m, isObject := raw.(map[string]any)
		if !isObject {
			return nil, false, nil
		}
		v, err = d.object(f.fields, m, path+f.name+".")
		return v, true, err
	case texts, objects:
		return d.list(f, raw, path)
	}
	return v, ok, nil
}

func (d decoder) list(f *field, raw any, path string) (any, bool, error) {
	items, ok := raw.([]any)
	if !ok {
		return nil, false, nil
	}
	out := make([]any, 0, len(items))
	for i, item := range items {
		if f.kind == texts {
			s, isText := item.(string)
			if !isText {
				return nil, false, nil
			}
			out = append(out, s)
			continue
		}
		m, isObject := item.(map[string]any)
		if !isObject {
			return nil, false, nil
		}
		o, err := d.object(f.fields, m, fmt.Sprintf("%s%s[%d].", path, f.name, i))
		if err != nil {
			return nil, true, err
		}
		out = append(out, o)
	}
	return out, true, nil
}

// target accepts the one form that the header asked for and keeps the saved text. The "effective" part is ignored.
func (d decoder) target(raw any) (any, bool, error) {
	if !d.newTarget {
		s, ok := raw.(string)
		return s, ok, nil
	}
	m, ok := raw.(map[string]any)
	if !ok {
		return nil, false, nil
	}
	saved, present := m["saved"]
	if !present {
		return "", true, nil
	}
	s, ok := saved.(string)
	return s, ok, nil
}

// refusal applies bounds, the list of values and the field's own rule.
func (f *field) refusal(v any) string {
	if f.bounds != nil {
		if reason := f.bounds.refusal(v); reason != "" {
			return reason
		}
	}
	if s, ok := v.(string); ok && len(f.oneOf) > 0 && !slices.Contains(f.oneOf, s) {
		return fmt.Sprintf("must be one of %v", f.oneOf)
	}
	if f.check != nil {
		return f.check(v)
	}
	return ""
}

func (b *bounds) refusal(v any) string {
	n, unit := int64(0), ""
	switch v := v.(type) {
	case int64:
		n = v
	case string:
		n, unit = int64(len([]rune(v))), " characters"
	case []any:
		n, unit = int64(len(v)), " items"
	}
	if n < b.min {
		return fmt.Sprintf("must be at least %d%s", b.min, unit)
	}
	if n > b.max {
		return fmt.Sprintf("must be at most %d%s", b.max, unit)
	}
	return ""
}

// withDefaults fills what a create left out.
func withDefaults(fields []field, o Object) Object {
	for i := range fields {
		f := &fields[i]
		if f.kind == nested && f.def != nil {
			sub, _ := o[f.name].(Object)
			if sub == nil {
				sub = Object{}
			}
			o[f.name] = withDefaults(f.fields, sub)
			continue
		}
		if _, present := o[f.name]; !present && f.def != nil {
			o[f.name] = f.def
		}
	}
	return o
}

// merge lays the sent fields over the stored ones: a PUT of the real API keeps what it does not name.
func merge(fields []field, stored, sent Object) Object {
	out := maps.Clone(stored)
	for i := range fields {
		f := &fields[i]
		v, present := sent[f.name]
		if !present {
			continue
		}
		old, hasOld := out[f.name].(Object)
		if sub, isObject := v.(Object); isObject && hasOld && !f.replace {
			v = merge(f.fields, old, sub)
		}
		out[f.name] = v
	}
	return out
}

// jsonName names a decoded value as encoding/json does in its errors.
func jsonName(v any) string {
	switch v := v.(type) {
	case string:
		return "string"
	case bool:
		return "bool"
	case json.Number:
		if _, err := v.Int64(); err != nil {
			return "number " + v.String()
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}
