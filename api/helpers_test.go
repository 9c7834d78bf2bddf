package api_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"flarewire/api"
)

const (
	account = "023e105f4ecef8ad9ca31a8372d0c353"
	canary  = "cfut_Zq7canaryCANARYcanary0123456789abcdefghij"
)

// sent is one request as the server saw it.
type sent struct {
	Method, Path, Query, Body string
	Header                    http.Header
}

// recorder is a server that keeps every request and answers with the handler.
type recorder struct {
	mu      sync.Mutex
	all     []sent
	handler http.HandlerFunc
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	r.all = append(r.all, sent{req.Method, strings.TrimPrefix(req.URL.EscapedPath(), "/client/v4"), req.URL.RawQuery, string(body), req.Header.Clone()})
	r.mu.Unlock()
	r.handler(w, req)
}

func (r *recorder) requests() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]sent(nil), r.all...)
}

func (r *recorder) last(t *testing.T) sent {
	t.Helper()
	all := r.requests()
	if len(all) == 0 {
		t.Fatal("no request reached the server")
	}
	return all[len(all)-1]
}

// serve starts the server on loopback and returns a client for it.
func serve(t *testing.T, handler http.HandlerFunc, change ...func(*api.Options)) (*api.Client, *recorder) {
	t.Helper()
	r := &recorder{handler: handler}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	options := api.Options{BaseURL: server.URL + "/client/v4", Credentials: api.Credentials{Token: api.NewSecret(canary)}}
	var slept atomic.Int64 // a clock on which waiting takes no time
	options.Now = func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }
	options.Sleep = func(_ context.Context, d time.Duration) error { slept.Add(int64(d)); return nil }
	for _, c := range change {
		c(&options)
	}
	client, err := api.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return client, r
}

// says answers every request with the body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cf-Ray", "8f00baa1-FRA")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// result is a successful envelope around the JSON.
func result(json string) string {
	return `{"success":true,"errors":[],"messages":[],"result":` + json + `}`
}

// refusal is an envelope that says no.
func refusal(errors string) string {
	return `{"success":false,"errors":[` + errors + `],"messages":[],"result":null}`
}

// memory is a transport without sockets, for tests in which time is simulated.
type memory func(*http.Request) (*http.Response, error)

func (m memory) RoundTrip(req *http.Request) (*http.Response, error) { return m(req) }

// inMemory returns a client on the transport.
func inMemory(t testing.TB, transport memory, change ...func(*api.Options)) *api.Client {
	t.Helper()
	options := api.Options{Credentials: api.Credentials{Token: api.NewSecret(canary)}, Transport: transport}
	for _, c := range change {
		c(&options)
	}
	client, err := api.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// reply is a response with a body.
func reply(status int, body string, header ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
	for i := 0; i+1 < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

func wantKind(t *testing.T, err error, want api.Kind) {
	t.Helper()
	if got := api.KindOf(err); err == nil || got != want {
		t.Fatalf("kind = %q (%v), want %q", got, err, want)
	}
	if strings.Contains(err.Error(), canary) {
		t.Fatalf("the error holds the token: %v", err)
	}
}
