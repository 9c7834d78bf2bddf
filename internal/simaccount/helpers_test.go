package simaccount_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// base is where the account's resources live.
const base = "/accounts/" + simaccount.DefaultAccount

// clock is moved by the test only.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// operator is a person with curl: sends requests and reads answers.
type operator struct {
	t      *testing.T
	sim    *simaccount.Server
	clock  *clock
	header http.Header
}

func newOperator(t *testing.T) *operator {
	t.Helper()
	c := newClock()
	return operate(t, simaccount.New(simaccount.Options{Now: c.now}), c)
}

func operate(t *testing.T, sim *simaccount.Server, c *clock) *operator {
	return &operator{t: t, sim: sim, clock: c, header: http.Header{
		"Authorization": {"Bearer " + simaccount.DefaultToken}, "X-Magic-New-Hc-Target": {"true"},
	}}
}

// reply is an answer with its JSON decoded, if it has any.
type reply struct {
	t      *testing.T
	status int
	header http.Header
	raw    []byte
	json   any
}

// try sends a request and returns the transport's error, too.
func (o *operator) try(method, path string, body any) (reply, error) {
	o.t.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			o.t.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(o.t.Context(), method, "http://edge.invalid/client/v4"+path, content)
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header = o.header.Clone()
	resp, err := o.sim.RoundTripper().RoundTrip(r)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	got := reply{t: o.t, status: resp.StatusCode, header: resp.Header}
	if got.raw, err = io.ReadAll(resp.Body); err != nil {
		return got, err
	}
	if json.Unmarshal(got.raw, &got.json) != nil {
		got.json = nil
	}
	return got, nil
}

func (o *operator) send(method, path string, body any) reply {
	o.t.Helper()
	r, err := o.try(method, path, body)
	if err != nil {
		o.t.Fatalf("%s %s: %v", method, path, err)
	}
	return r
}

func (o *operator) get(path string) reply {
	o.t.Helper()
	return o.send("GET", path, nil)
}

// ok wants a success.
func (r reply) ok() reply {
	r.t.Helper()
	if r.status/100 != 2 {
		r.t.Fatalf("status %d: %s", r.status, r.raw)
	}
	return r
}

// at walks into the decoded answer: names for objects, numbers for lists. A missing step gives nil.
func (r reply) at(path ...any) any {
	v := r.json
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil
			}
			v = l[step]
		}
	}
	return v
}

// list is at for a list.
func (r reply) list(path ...any) []any {
	r.t.Helper()
	l, ok := r.at(path...).([]any)
	if !ok {
		r.t.Fatalf("no list at %v in %.300s", path, r.raw)
	}
	return l
}

// refused wants this status and first error code, and the text to contain every word.
func (r reply) refused(status, code int, words ...string) {
	r.t.Helper()
	text, _ := r.at("errors", 0, "message").(string)
	if r.status != status || r.at("errors", 0, "code") != float64(code) {
		r.t.Fatalf("want %d with code %d, got %d: %s", status, code, r.status, r.raw)
	}
	for _, word := range words {
		if !strings.Contains(text, word) {
			r.t.Errorf("the error text %q does not say %q", text, word)
		}
	}
}

// tunnel finds one in the list of its kind.
func (o *operator) tunnel(kind simaccount.Resource, name string) map[string]any {
	o.t.Helper()
	for _, v := range o.get(base+"/magic/"+string(kind)).ok().list("result", string(kind)) {
		if m := v.(map[string]any); m["name"] == name {
			return m
		}
	}
	o.t.Fatalf("no tunnel %s", name)
	return nil
}

// bgp is the session of a tunnel as "state/fsm", "none" when it has no bgp_status.
func (o *operator) bgp(kind simaccount.Resource, name string) string {
	o.t.Helper()
	status, ok := o.tunnel(kind, name)["bgp_status"].(map[string]any)
	if !ok {
		return "none"
	}
	return status["state"].(string) + "/" + status["bgp_state"].(string)
}

const (
	gre   = base + "/magic/gre_tunnels"
	ipsec = base + "/magic/ipsec_tunnels"
)

type object = map[string]any

// with copies an object and changes fields; a nil value removes the field, null sends JSON null.
func with(o object, changes ...any) object {
	out := object{}
	for k, v := range o {
		out[k] = v
	}
	for i := 0; i < len(changes); i += 2 {
		name := changes[i].(string)
		switch changes[i+1] {
		case nil:
			delete(out, name)
		case null:
			out[name] = nil
		default:
			out[name] = changes[i+1]
		}
	}
	return out
}

// null stands for JSON null in with.
const null = "\x00null"

func newGRE() object {
	return object{
		"name": "ber-br1-gre", "customer_gre_endpoint": "203.0.113.200", "cloudflare_gre_endpoint": "192.0.2.11",
		"interface_address": "10.99.0.0/31", "bgp": object{"customer_asn": 64999},
	}
}

func newIPsec() object {
	return object{
		"name": "ber-br1-ipsec", "customer_endpoint": "203.0.113.201", "cloudflare_endpoint": "192.0.2.11",
		"interface_address": "10.99.0.2/31", "psk": "asdf1234", "bgp": object{"customer_asn": 64999},
	}
}
