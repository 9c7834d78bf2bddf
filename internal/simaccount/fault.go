package simaccount

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// FaultKind is what goes wrong.
type FaultKind int

// The kinds of fault. Unless it says otherwise, the request is not carried out.
const (
	FaultStatus        FaultKind = iota // Status with Body, as JSON unless ContentType says otherwise
	FaultDelay                          // a late answer, otherwise right; carried out
	FaultReset                          // the connection is reset before an answer
	FaultTruncated                      // half of the right answer, then the connection ends; carried out
	FaultHTML                           // Status (502) with an HTML page
	FaultGarbage                        // 200 with bytes that are nothing
	FaultEmpty                          // Status (200) with no body
	FaultRateLimit                      // 429 with Retry-After
	FaultWrongTypes                     // the right answer with other JSON types; carried out
	FaultUnknownFields                  // the right answer with additional fields; carried out
	FaultHuge                           // 200 with a body of Size bytes (64 MiB)
	FaultSlow                           // the right answer in small pieces, Delay apart; carried out
	FaultNull                           // 200 with success and "result": null
	FaultOtherID                        // the right answer about an object with another id; carried out
)

// Fault makes matching requests go wrong until it is used up or cleared.
type Fault struct {
	Kind        FaultKind
	Method      string        // "" matches every method
	Path        string        // below /client/v4; * stands for any text, also with slashes; "" matches every path
	Times       int           // how often; 0 until cleared
	Status      int           // FaultStatus, FaultHTML, FaultEmpty
	Body        string        // FaultStatus
	ContentType string        // FaultStatus
	Delay       time.Duration // before every kind of fault; FaultSlow: between pieces
	RetryAfter  time.Duration // FaultRateLimit, in whole seconds
	Size        int64         // FaultHuge
	Header      http.Header   // beside those of the answer or in their place, of every kind that has one; by canonical names
	// CarriedOut carries the request out before its answer is lost or spoilt, for every kind:
	// the write happened, and the client cannot know.
	CarriedOut bool
	// Later carries the request out that long after its answer, by the account's clock, instead of now: the answer says nothing
	// of it, as with a gateway that gives up while the service works on.
	Later time.Duration
}

// Script decides for every request how it goes wrong; nil lets it be, and then the faults of Fault are looked at. The request has no
// status yet. The script is called in the order in which requests arrive, one at a time, and must not call the Server's methods.
func (s *Server) Script(script func(Request) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = script
}

// IsDryRun reports whether the request asks for a check only (validate_only).
func (r Request) IsDryRun() bool { return r.Query.Get("validate_only") == "true" }

// Changes reports whether the request is to change something: neither a read nor a dry run.
func (r Request) Changes() bool {
	return r.Method != http.MethodGet && !r.IsDryRun() && !strings.HasSuffix(r.Path, "/diagnostics/traceroute") && r.Path != "/graphql" &&
		!strings.HasSuffix(r.Path, "/logs/explorer/query/sql")
}

// Fault switches a fault on. The first that matches a request is used.
func (s *Server) Fault(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// ClearFaults switches all faults off.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault finds the fault for a request and counts it.
func (s *Server) takeFault(r *http.Request, body []byte) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.script != nil {
		if f := s.script(s.arrived(r, body)); f != nil {
			return f
		}
	}
	method, path := r.Method, below(r.URL.Path)
	for i, f := range s.faults {
		if (f.Method != "" && f.Method != method) || (f.Path != "" && !glob(f.Path, path)) {
			continue
		}
		taken := *f
		if f.Times == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
		} else if f.Times > 1 {
			f.Times--
		}
		return &taken
	}
	return nil
}

// glob matches s against a pattern in which * stands for any text.
func glob(pattern, s string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, head)
	if !ok {
		return false
	}
	for i := 0; i <= len(s); i++ {
		if glob(rest, s[i:]) {
			return true
		}
	}
	return false
}

// carriesOut says whether the request reaches the service.
func (f *Fault) carriesOut() bool {
	switch f.Kind {
	case FaultDelay, FaultTruncated, FaultWrongTypes, FaultUnknownFields, FaultSlow, FaultOtherID:
		return f.Later == 0
	}
	return f.CarriedOut && f.Later == 0
}

// spoil turns the right answer (empty when the request was not carried out) into the faulty one.
func (f *Fault) spoil(a answer) answer {
	switch f.Kind {
	case FaultStatus:
		a.status, a.body = f.Status, []byte(f.Body)
		a.header.Set("Content-Type", or(f.ContentType, "application/json"))
	case FaultHTML:
		a.status = orInt(f.Status, http.StatusBadGateway)
		a.body = []byte("<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><h1>Bad gateway</h1></body></html>\n")
		a.header.Set("Content-Type", "text/html; charset=UTF-8")
	case FaultGarbage:
		a.status, a.body = http.StatusOK, []byte("\x00\x1f\x8b\xff{{{\x1b[31mnot json\x07\xfe")
	case FaultEmpty:
		a.status, a.body = orInt(f.Status, http.StatusOK), nil
	case FaultRateLimit:
		limited := fail(enveloped, &problem{
			status: http.StatusTooManyRequests, retryAfter: seconds(f.RetryAfter),
			message: message{Code: 10429, Message: "Rate limited. Please wait and consider throttling your request speed"},
		})
		a.status, a.body = limited.status, limited.body
		a.header.Set("Retry-After", strconv.Itoa(seconds(f.RetryAfter)))
		a.header.Set("Ratelimit", `"default";r=0;t=`+strconv.Itoa(seconds(f.RetryAfter)))
	case FaultNull:
		a.status, a.body = http.StatusOK, []byte(`{"result":null,"success":true,"errors":[],"messages":[]}`)
	case FaultOtherID:
		a.body = rewrite(a.body, withOtherID)
	case FaultWrongTypes:
		a.body = rewrite(a.body, otherType)
	case FaultUnknownFields:
		a.body = rewrite(a.body, withExtra)
	}
	return a
}

func orInt(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// rewrite changes every value below "result" (or of a body without an envelope); what is not JSON stays.
func rewrite(body []byte, change func(any) any) []byte {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return body
	}
	m, ok := v.(map[string]any)
	if !ok {
		return body
	}
	if result, enveloped := m["result"]; enveloped {
		m["result"] = deepChange(result, change)
		return encode(m)
	}
	return encode(deepChange(m, change))
}

func deepChange(v any, change func(any) any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = deepChange(v[k], change)
		}
	case []any:
		for i := range v {
			v[i] = deepChange(v[i], change)
		}
	}
	return change(v)
}

// otherType keeps the containers and turns every plain value into one of another type.
func otherType(v any) any {
	switch v := v.(type) {
	case string:
		return len(v)
	case json.Number:
		return []any{v}
	case bool:
		return map[string]any{"value": v}
	}
	return v
}

// withOtherID gives every object the id of another one.
func withOtherID(v any) any {
	if m, ok := v.(map[string]any); ok {
		if _, named := m["id"]; named {
			m["id"] = "ffffffffffffffffffffffffffffffff"
		}
	}
	return v
}

// withExtra adds fields that no document knows to every object.
func withExtra(v any) any {
	if m, ok := v.(map[string]any); ok {
		m["x_new_setting"] = map[string]any{"enabled": true, "levels": []any{1, "two", nil}}
		m["x_new_text"] = "not in any document"
	}
	return v
}
