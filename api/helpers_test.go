package api_test

import (
	"context"
	"encoding/json"
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
	r.all = append(r.all, sent{req.Method, strings.TrimPrefix(req.URL.EscapedPath(), "/client/v4"), req.URL.RawQuery, string(body),
		req.Header.Clone()})
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

func wantKind(t *testing.T, err error, want api.ErrorKind) {
	t.Helper()
	if got := api.KindOf(err); err == nil || got != want {
		t.Fatalf("kind = %q (%v), want %q", got, err, want)
	}
	if strings.Contains(err.Error(), canary) {
		t.Fatalf("the error holds the token: %v", err)
	}
}

// validateOnly has a request sent as its dry run.
const validateOnly = true

// sends sends a request as it was built, or its dry run.
func sends(ctx context.Context, r api.Request, err error, dryRun []bool) (api.Answer, error) {
	if err != nil {
		return api.Answer{}, err
	}
	if len(dryRun) > 0 {
		dry, ok := r.DryRun()
		if !ok {
			return api.Answer{}, &api.Error{Kind: api.Unsupported}
		}
		r = dry
	}
	return api.SenderOf(r).Send(ctx, r)
}

// object decodes the only object of an answer as the client's own objects are decoded.
func object[T any](answer api.Answer, err error) (v T, _ error) {
	if err == nil && len(answer.Objects) == 1 {
		err = answer.Into(&v)
	}
	return v, err
}

func create[T any](ctx context.Context, c api.Collection[T], v T, dryRun ...bool) (T, error) {
	r, err := c.BuildCreate(v)
	return object[T](sends(ctx, r, err, dryRun))
}

func update[T any](ctx context.Context, c api.Collection[T], id string, v T, dryRun ...bool) (T, error) {
	r, err := c.BuildUpdate(id, v)
	return object[T](sends(ctx, r, err, dryRun))
}

func remove[T any](ctx context.Context, c api.Collection[T], id string, dryRun ...bool) error {
	r, err := c.BuildDelete(id)
	_, err = sends(ctx, r, err, dryRun)
	return err
}

func bulkUpdate[T any](ctx context.Context, c api.Collection[T], list []T, dryRun ...bool) ([]T, error) {
	r, err := c.BuildBulkUpdate(list)
	answer, err := sends(ctx, r, err, dryRun)
	if err != nil {
		return nil, err
	}
	out := make([]T, len(answer.Objects))
	for i, raw := range answer.Objects {
		if err := (api.Answer{Objects: []json.RawMessage{raw}}).Into(&out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func generatePSK(ctx context.Context, a *api.AccountClient, id string, dryRun ...bool) (api.PSK, error) {
	r, err := a.BuildGeneratePSK(id)
	answer, err := sends(ctx, r, err, dryRun)
	return answer.PSK, err
}

func setPSKs(ctx context.Context, a *api.AccountClient, keys map[string]api.Secret, dryRun ...bool) (api.PSKResult, error) {
	r, err := a.BuildSetPSKs(keys)
	answer, err := sends(ctx, r, err, dryRun)
	return answer.PSKs, err
}

func changeBGPPrefix(ctx context.Context, a *api.AccountClient, prefixID, id string, change api.BGPPrefixChange) (api.BGPPrefix, error) {
	r, err := a.BuildBGPPrefixChange(prefixID, id, change)
	return object[api.BGPPrefix](sends(ctx, r, err, nil))
}

func advertise(ctx context.Context, a *api.AccountClient, prefixID, id string, on bool) (api.BGPPrefix, error) {
	return changeBGPPrefix(ctx, a, prefixID, id, api.BGPPrefixChange{Advertised: &on})
}

func prepend(ctx context.Context, a *api.AccountClient, prefixID, id string, count int) (api.BGPPrefix, error) {
	return changeBGPPrefix(ctx, a, prefixID, id, api.BGPPrefixChange{ASNPrependCount: &count})
}

func autoWithdraw(ctx context.Context, a *api.AccountClient, prefixID, id string, on bool) (api.BGPPrefix, error) {
	return changeBGPPrefix(ctx, a, prefixID, id, api.BGPPrefixChange{AutoAdvertiseWithdraw: &on})
}

func validate(ctx context.Context, a *api.AccountClient, prefixID string) (api.Prefix, error) {
	r, err := a.BuildValidatePrefix(prefixID)
	return object[api.Prefix](sends(ctx, r, err, nil))
}

func setCNISettings(ctx context.Context, a *api.AccountClient, s api.CNISettings) (api.CNISettings, error) {
	r, err := a.BuildCNISettings(s)
	return object[api.CNISettings](sends(ctx, r, err, nil))
}
