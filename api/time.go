package api

import (
	"encoding/json"
	"time"
)

// Time is a timestamp of the API: RFC 3339 with 0 to 9 digits of fraction. Null, absent and "" are the zero Time.
// What cannot be parsed is the zero Time too: one bad timestamp must not hide a tunnel; the text itself stays in Raw.
type Time struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler. It never fails.
func (t *Time) UnmarshalJSON(b []byte) error {
	t.Time = time.Time{}
	if len(b) < 2 || b[0] != '"' {
		return nil
	}
	if parsed, err := time.Parse(time.RFC3339Nano, string(b[1:len(b)-1])); err == nil {
		t.Time = parsed
	}
	return nil
}

// MarshalJSON implements json.Marshaler: the zero Time is null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.Time)
}
