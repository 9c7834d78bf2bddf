package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The answers of the API come in three forms: in the envelope {"success","errors","messages","result"}; without one (CNI); and
// GraphQL's own. The functions here take the first two apart.

// result returns the value of "result" from the envelope: nil when null or absent. success:false is an error, whatever the status.
// For a read so are errors beside success:true: what came cannot be trusted to be all. Messages beside it are what the documents
// let a success say ("This API Token is valid and active").
func (c *Client) result(a *answer) (json.RawMessage, error) {
	if err := a.isJSON(); err != nil {
		return nil, err
	}
	success := field(a.body, "success")
	switch string(success) {
	case "true":
	case "false":
		return nil, c.refused(a)
	default:
		return nil, a.bad("there is no \"success\" in it, so it is not an answer of this API")
	}
	if err := a.doubtful(); err != nil {
		return nil, err
	}
	result := field(a.body, "result")
	if isNull(result) {
		return nil, nil
	}
	return result, nil
}

// bare returns the body of an answer without envelope. An envelope all the same comes from the gateway in front of the service.
func (c *Client) bare(a *answer) (json.RawMessage, error) {
	if err := a.isJSON(); err != nil {
		return nil, err
	}
	switch string(field(a.body, "success")) {
	case "false":
		return nil, c.refused(a)
	case "true":
		if err := a.doubtful(); err != nil {
			return nil, err
		}
	}
	return a.body, nil
}

// doubtful is the error of a read that succeeded with errors. Of a write, the object is read back anyway.
func (a *answer) doubtful() error {
	if a.call.op.Changes {
		return nil
	}
	switch errors := field(a.body, "errors"); {
	case isZero(errors), isEmptyList(errors):
		return nil
	}
	e := a.unusable("it says success and reports errors, so it may not be complete")
	e.Messages = a.messages()
	e.Code = firstCode(e.Messages)
	return e
}

func isEmptyList(value []byte) bool {
	empty := true
	return elements(value, func([]byte) bool { empty = false; return false }) && empty
}

// isJSON refuses what is not one complete JSON object, and says what it looks like instead.
func (a *answer) isJSON() error {
	body := bytes.TrimSpace(a.body)
	switch {
	case len(body) == 0:
		return a.bad("the answer is empty")
	case json.Valid(body):
		if body[0] != '{' {
			return a.bad("the answer is JSON but not an object")
		}
		return nil
	case body[0] != '{':
		return a.bad("the answer is not JSON")
	}
	var syntax *json.SyntaxError
	if err := json.Unmarshal(body, new(json.RawMessage)); errors.As(err, &syntax) && syntax.Offset >= int64(len(body)) {
		return a.bad("the answer is JSON that breaks off")
	}
	return a.bad("the answer is damaged JSON")
}

// maxSample bounds the part of a strange answer that its error quotes.
const maxSample = 60

// sampled bounds the part of it that is looked at: longer than any secret in any encoding, so that none is cut in two before it is found.
const sampled = 64 << 10

// bad makes the error of an answer that cannot be understood: what it claims to be and how it begins.
func (a *answer) bad(what string) *Error {
	e := a.error(BadAnswer)
	e.Detail = a.hide(what)
	if kind := a.header.Get("Content-Type"); kind != "" {
		e.Detail += ", content type " + strconv.Quote(shorten(clean(a.hide(kind)), maxSample))
	}
	if body := bytes.TrimSpace(a.body); len(body) > 0 && body[0] != '{' {
		e.Detail += ", it begins with " + strconv.Quote(shorten(clean(a.hide(string(body[:min(len(body), sampled)]))), maxSample))
	}
	return e
}

// unusable makes the error of an answer that is the API's own, and whose content cannot be used.
func (a *answer) unusable(what string) *Error {
	e := a.error(BadAnswer)
	e.Detail, e.unusable = a.hide(what), true
	return e
}

// hide takes out of a text from outside what is secret: the server, or something in between, may repeat what was sent.
func (a *answer) hide(text string) string { return a.hiding.hide(text, a.call.secrets) }

func (a *answer) error(kind ErrorKind) *Error {
	return &Error{Kind: kind, Service: a.call.op.Service, Operation: a.call.op.Name, Status: a.status, Method: a.call.op.Method,
		Path: a.path, RequestID: requestID(a.header, a.hide),
		Uncertain: a.call.op.Changes && !a.call.dryRun && (kind == BadAnswer || broken(a.status))}
}

// wrong is the error of JSON with another shape than the API's. It names the place, not the content: a body may hold a PSK.
func (a *answer) wrong(err error) *Error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		where := "it"
		if kind.Field != "" {
			where = strconv.Quote(clean(kind.Field))
		}
		value, _, _ := strings.Cut(kind.Value, " ") // "number 1.5": without the number
		return a.unusable(fmt.Sprintf("the answer has an unexpected shape: %s is a JSON %s", where, clean(value)))
	}
	return a.unusable("the answer has an unexpected shape")
}

// wireMessage is a Message on the wire: code and type can be null.
type wireMessage struct {
	Code    json.RawMessage `json:"code"`
	Message string          `json:"message"`
	DocURL  string          `json:"documentation_url"`
	Source  *struct {
		Pointer string `json:"pointer"`
	} `json:"source"`
	Chain []wireMessage `json:"error_chain"`
}

// messages reads the errors of an envelope as far as they can be read.
func (a *answer) messages() []Message {
	if !json.Valid(a.body) {
		return nil
	}
	var list []Message
	elements(field(a.body, "errors"), func(value []byte) bool {
		var m wireMessage
		if json.Unmarshal(value, &m) == nil {
			list = append(list, m.message(a.hide))
		}
		return true
	})
	return list
}

func (m *wireMessage) message(hide func(string) string) Message {
	code, _ := strconv.Atoi(string(bytes.Trim(m.Code, `"`)))
	out := Message{Code: code, Text: clean(hide(m.Message)), DocumentationURL: clean(hide(m.DocURL))}
	if m.Source != nil {
		out.Pointer = clean(hide(m.Source.Pointer))
	}
	for i := range m.Chain {
		out.Chain = append(out.Chain, m.Chain[i].message(hide))
	}
	return out
}

// encode writes JSON without the HTML escapes of json.Marshal, so that the request shown is the request sent.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// isPDF reports whether the body begins like a PDF file (ISO 32000-1, 7.5.2).
func isPDF(body []byte) bool { return bytes.HasPrefix(body, []byte("%PDF-")) }
