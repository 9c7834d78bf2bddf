package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// The keys of JSON objects whose values are never shown or stored. Cloudflare does not treat md5_key as a secret, but it
// opens a router's session all the same.
var fields = map[string]bool{"psk": true, "md5_key": true, "pairing_key": true, "token": true, "api_key": true, "password": true}

// IsField reports whether the value of a JSON field with this key is a secret.
func IsField(key string) bool { return fields[key] }

// FieldsOf returns the values of the secret fields of a JSON document, at every depth; none when it is not JSON.
func FieldsOf(document []byte) []Value {
	var v any
	if json.Unmarshal(document, &v) != nil {
		return nil
	}
	return below(v, false)
}

// below collects what stands below a value; within: it stands below a secret field.
func below(v any, within bool) (found []Value) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			found = append(found, below(value, within || IsField(key))...)
		}
	case []any:
		for _, value := range v {
			found = append(found, below(value, within)...)
		}
	case nil, bool:
	default:
		if within {
			found = append(found, New(fmt.Sprint(v)))
		}
	}
	return found
}

// MayHold reports whether a JSON document may have a secret field.
func MayHold(document []byte) bool {
	for key := range fields {
		if bytes.Contains(document, []byte(`"`+key+`"`)) {
			return true
		}
	}
	return false
}
