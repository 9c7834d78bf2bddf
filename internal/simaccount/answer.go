package simaccount

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
)

// style is how a service wraps its answers.
type style int

const (
	enveloped style = iota // {"result","success","errors","messages"}
	bare                   // /cni: the object itself
	whole                  // the handler wrote the whole body
)

// message is one entry of "errors" or "messages".
type message struct {
	Code    int       `json:"code"`
	Message string    `json:"message"`
	Chain   []message `json:"error_chain,omitempty"`
}

// problem is a request that the API refuses.
type problem struct {
	status int
	message
	short      bool // the gateway's form: no "messages", no "result"
	retryAfter int  // seconds, for 429
}

func (p *problem) Error() string { return p.Message }

func newProblem(status, code int, text string) *problem {
	return &problem{status: status, message: message{Code: code, Message: text}}
}

// answer is a complete response before faults and delivery.
type answer struct {
	status      int
	contentType string
	header      http.Header
	body        []byte
}

// withMessage is a result that comes with an entry in "messages".
type withMessage struct {
	result any
	note   any
}

// paged is a result with a result_info.
type paged struct{ result, info any }

// document is a file that is answered as it is.
type document struct {
	contentType string
	body        []byte
}

// succeed wraps a handler's result in the service's style.
func succeed(s style, status int, result any) answer {
	a := answer{status: status, contentType: "application/json", header: http.Header{}}
	if d, ok := result.(document); ok {
		a.contentType, a.body = d.contentType, d.body
		return a
	}
	switch s {
	case bare, whole:
		if result != nil {
			a.body = encode(result)
		}
	case enveloped:
		a.body = envelope(result)
	}
	return a
}

// envelope writes {"result":…,"success":true,…}; raw JSON is copied, not parsed again.
// A nil result is left out, as the addressing service does after a delete.
func envelope(result any) []byte {
	notes, info := []byte("[]"), []byte(nil)
	switch r := result.(type) {
	case withMessage:
		result, notes = r.result, encode([]any{r.note})
	case paged:
		result, info = r.result, encode(r.info)
	}
	var b bytes.Buffer
	b.WriteByte('{')
	if result != nil {
		b.WriteString(`"result":`)
		b.Write(encode(result))
		b.WriteByte(',')
	}
	if info != nil {
		b.WriteString(`"result_info":`)
		b.Write(info)
		b.WriteByte(',')
	}
	b.WriteString(`"success":true,"errors":[],"messages":`)
	b.Write(notes)
	b.WriteByte('}')
	return b.Bytes()
}

// encode marshals v without escaping <, > and &, which the real API does not escape either.
func encode(v any) []byte {
	if raw, ok := v.(json.RawMessage); ok {
		return raw
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		// Only our own values arrive here; a type that cannot be encoded is a mistake in this package.
		panic("simaccount: cannot encode an answer: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// fail turns an error into the body that the service in question sends.
func fail(s style, err error) answer {
	var p *problem
	if !errors.As(err, &p) {
		p = newProblem(http.StatusInternalServerError, 1001, "Internal server error")
	}
	a := answer{status: p.status, contentType: "application/json", header: http.Header{}}
	if p.retryAfter > 0 {
		a.header.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	errorList := []message{p.message}
	switch {
	case p.short:
		a.body = encode(map[string]any{"success": false, "errors": errorList})
	case s == bare:
		a.body = encode(map[string]any{"errors": errorList})
	default:
		a.body = encode(map[string]any{"success": false, "errors": errorList, "messages": []any{}, "result": nil})
	}
	return a
}
