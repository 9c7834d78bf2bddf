package api

import (
	"encoding/json"
	"errors"
	"time"
)

// Time is a timestamp of the API: RFC 3339 with 0 to 9 digits of fraction. Null, absent and "" are the zero Time.
// What cannot be parsed is undecoded (see Raw.Undecoded); the text itself stays in Raw.
type Time struct{ time.Time }

// errTime does not hold the text: an error text never quotes an answer.
var errTime = errors.New("not a timestamp")

// UnmarshalJSON implements json.Unmarshaler.
func (t *Time) UnmarshalJSON(b []byte) error {
	t.Time = time.Time{}
	if isNull(b) || string(b) == `""` {
		return nil
	}
	if len(b) < 2 || b[0] != '"' {
		return errTime
	}
	parsed, err := time.Parse(time.RFC3339Nano, string(b[1:len(b)-1]))
	if err != nil {
		return errTime
	}
	t.Time = parsed
	return nil
}

// MarshalJSON implements json.Marshaler: the zero Time is null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.Time)
}
