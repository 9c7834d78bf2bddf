package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"flarewire/api"
)

// key is a secret that needs escapes in JSON.
const key = `canary "key" <&> \ é`

// filled is a value with every field set by chance: awkward texts, and key in every secret.
func filled[T any](r *rand.Rand) T { return filledOf(r, reflect.TypeFor[T]()).(T) }

func filledOf(r *rand.Rand, typ reflect.Type) any {
	v := reflect.New(typ).Elem()
	fill(r, v, "")
	return v.Interface()
}

func fill(r *rand.Rand, v reflect.Value, name string) {
	switch v.Interface().(type) {
	case api.Secret:
		v.Set(reflect.ValueOf(api.NewSecret(key)))
		return
	case api.Raw, api.Time:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(r, v.Field(i), v.Type().Field(i).Name)
			}
		}
	case reflect.Pointer:
		if r.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), name)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), r.IntN(3), 3))
		for i := range v.Len() {
			fill(r, v.Index(i), name)
		}
	case reflect.String:
		v.SetString(word(r))
		if name == "MD5Key" {
			v.SetString(key)
		}
	case reflect.Int:
		v.SetInt(r.Int64N(1 << 31))
	case reflect.Uint32:
		v.SetUint(uint64(r.Uint32()))
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	}
}

// word is a text that is easily damaged on its way into a path or into JSON.
func word(r *rand.Rand) string {
	parts := []string{"a", "7", "/", "?", "#", "%2F", "..", `"`, `\`, "<&>", " ", "é", "世", "\n", "[redacted]", "psk", ","}
	text := "w"
	for range r.IntN(6) {
		text += parts[r.IntN(len(parts))]
	}
	return text
}

// builders has one way to build every operation that changes something.
func builders(a *api.AccountClient) map[string]func(*rand.Rand) (api.Request, error) {
	all := map[string]func(*rand.Rand) (api.Request, error){
		"ipsec_tunnels.psk_generate": func(r *rand.Rand) (api.Request, error) { return a.BuildGeneratePSK(word(r)) },
		"ipsec_tunnels.psk": func(r *rand.Rand) (api.Request, error) {
			return a.BuildSetPSKs(map[string]api.Secret{word(r): api.NewSecret(key), word(r): api.NewSecret(key)})
		},
		"cni_settings.update": func(r *rand.Rand) (api.Request, error) { return a.BuildCNISettings(filled[api.CNISettings](r)) },
		"prefixes.validate":   func(r *rand.Rand) (api.Request, error) { return a.BuildValidatePrefix(word(r)) },
		"bgp_prefixes.patch": func(r *rand.Rand) (api.Request, error) {
			on, count := r.IntN(2) == 0, r.IntN(4)
			return a.BuildBGPPrefixChange(word(r), word(r), api.BGPPrefixChange{Advertised: &on, ASNPrependCount: &count})
		},
	}
	below := map[string]api.Objects{ // ids that are easily damaged on their way into a path
		"bgp_prefixes": a.BGPPrefixes("p/1").Objects(), "bindings": a.Bindings("p 1").Objects()}
	for _, c := range collections() {
		objects, ok := below[c.Name]
		if !ok {
			objects = c.in(a)
		}
		c.build(all, objects)
	}
	return all
}

// onServer gives half of the objects a former state at the server, of which an update may clear something.
func onServer(v any, r *rand.Rand) any {
	if r.IntN(2) == 0 {
		return v
	}
	typ := reflect.TypeOf(v)
	before, _ := json.Marshal(filledOf(r, typ))
	wanted, _ := json.Marshal(v)
	p := reflect.New(typ)
	p.Elem().Set(reflect.ValueOf(v))
	_ = (api.Answer{Objects: []json.RawMessage{before}}).Into(p.Interface()) // sets the server's bytes
	_ = json.Unmarshal(wanted, p.Interface())
	return p.Elem().Interface()
}

// changing gives every operation that changes something with a way to build it.
func changing(t *testing.T, a *api.AccountClient) map[string]func(*rand.Rand) (api.Request, error) {
	t.Helper()
	all := builders(a)
	listed := map[string]func(*rand.Rand) (api.Request, error){}
	for _, op := range api.Operations() {
		if !op.Changes {
			continue
		}
		if listed[op.Name] = all[op.Name]; listed[op.Name] == nil {
			t.Fatalf("%s changes something, and this test does not build it", op.Name)
		}
	}
	return listed
}

// hidden is a body with key replaced as a request shows it.
func hidden(body string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(key)
	return strings.ReplaceAll(body, strings.TrimSpace(b.String()), `"[redacted]"`)
}

// TestTheRequestThatIsShownIsTheOneThatIsSent: for every operation and awkward values, method, path and body that were shown are
// what reached the server, byte for byte but for the secrets.
func TestTheRequestThatIsShownIsTheOneThatIsSent(t *testing.T) {
	client, server := serve(t, says(200, `{"success":true}`), func(o *api.Options) { o.Budget = 1 << 30 })
	secrets := 0
	for name, build := range changing(t, client.In(account)) {
		for seed := range uint64(30) {
			request, err := build(rand.New(rand.NewPCG(seed, 1)))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			before := len(server.requests())
			_, _ = api.SenderOf(request).Send(t.Context(), request)
			_, again := api.SenderOf(request).Send(t.Context(), request)
			got := server.requests()[before:]
			if len(got) != 1 || api.KindOf(again) != api.Invalid {
				t.Fatalf("%s: sent %d times, the second time: %v", name, len(got), again)
			}
			if got[0].Method != request.Method() || got[0].Path != request.Path() || hidden(got[0].Body) != string(request.Body()) ||
				got[0].Query != "" {
				t.Fatalf("%s: shown %s\n%s\nsent %s %s?%s\n%s", name, request, request.Body(), got[0].Method, got[0].Path, got[0].Query, got[0].Body)
			}
			if hidden(got[0].Body) != got[0].Body {
				secrets++
			}
			if op := request.Operation(); op.Name != name || !op.Matches(got[0].Method, got[0].Path) {
				t.Fatalf("%s is %+v", name, op)
			}
			if dry, ok := request.DryRun(); ok != request.Operation().ValidateOnly || ok && dry.String() != request.String() {
				t.Fatalf("%s: dry run %v of %v", name, dry, request)
			}
		}
	}
	if secrets < 100 {
		t.Errorf("only %d requests held a secret", secrets)
	}
}

// TestARequestShowsNoSecret in whatever way it is printed, also from within a struct.
func TestARequestShowsNoSecret(t *testing.T) {
	client, _ := serve(t, says(200, `{"success":true}`))
	for name, build := range changing(t, client.In(account)) {
		request, err := build(rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			t.Fatal(err)
		}
		dry, _ := request.DryRun()
		type page struct {
			Shown  api.Request
			hidden api.Request
			list   []any
		}
		for _, v := range []any{request, &request, dry, page{request, request, []any{request}}, map[string]any{"r": request}} {
			encoded, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			printed := string(encoded)
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				printed += fmt.Sprintf(verb, v)
			}
			for _, form := range []string{key, "canary", fmt.Sprintf("%x", "canary"), canary} {
				if strings.Contains(printed, form) {
					t.Fatalf("%s shows a secret as %T", name, v)
				}
			}
		}
	}
}

// way is a layer below the client that alters what passes.
type way struct {
	next  http.RoundTripper
	alter func(*http.Request)
}

func (w way) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	w.alter(req)
	return w.next.RoundTrip(req)
}

func withBody(body string) func(*http.Request) {
	return func(req *http.Request) {
		req.Body, req.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
}

// TestARequestThatWasAlteredOnItsWayIsNotSent, whatever was altered in it, and whatever it was about to do.
func TestARequestThatWasAlteredOnItsWayIsNotSent(t *testing.T) {
	reached := 0
	count := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		reached++
		says(200, `{"success":true}`)(w, req)
	})
	server, elsewhere := httptest.NewServer(count), httptest.NewServer(count)
	defer server.Close()
	defer elsewhere.Close()
	other, _ := url.Parse(elsewhere.URL)
	for what, alter := range map[string]func(*http.Request){
		"the method":        func(r *http.Request) { r.Method += "X" },
		"a read":            func(r *http.Request) { r.Method = http.MethodGet },
		"the object":        func(r *http.Request) { r.URL.Path, r.URL.RawPath = r.URL.Path+"2", "" },
		"the whole list":    func(r *http.Request) { r.URL = r.URL.JoinPath("..") },
		"a query":           func(r *http.Request) { r.URL.RawQuery = "validate_only=false" },
		"the host":          func(r *http.Request) { r.URL.Host = other.Host },
		"the host's header": func(r *http.Request) { r.Host = "elsewhere.example.com" },
		"another body":      withBody(`{"name":"another"}`),
		"an empty body":     func(r *http.Request) { withBody(`{}`)(r); r.URL.RawQuery = "x" },
		"a byte more": func(r *http.Request) {
			var body []byte
			if r.Body != nil {
				body, _ = io.ReadAll(r.Body)
			}
			withBody(string(body) + " ")(r)
		},
	} {
		sender, err := api.NewSender(api.Options{BaseURL: server.URL, Credentials: api.Credentials{Token: api.NewSecret(canary)},
			Transport: way{api.NewHTTPTransport(), alter}, Budget: 1 << 30})
		if err != nil {
			t.Fatal(err)
		}
		for name, build := range changing(t, sender.Client().In(account)) {
			request, err := build(rand.New(rand.NewPCG(3, 4)))
			if err != nil {
				t.Fatal(err)
			}
			_, err = sender.Send(t.Context(), request)
			if api.KindOf(err) != api.Invalid || !strings.Contains(err.Error(), "was not sent") || reached != 0 {
				t.Fatalf("%s, %s: %d requests were sent, %v", name, what, reached, err)
			}
		}
	}
}

// TestWhatNobodyBuiltIsNotSent: a request that changes something and does not come from a Sender ends before the network.
func TestWhatNobodyBuiltIsNotSent(t *testing.T) {
	_, server := serve(t, says(200, `{"success":true}`))
	req := httptest.NewRequestWithContext(t.Context(), http.MethodDelete, "http://127.0.0.1:1/x", nil)
	if _, err := api.NewHTTPTransport().RoundTrip(req); api.KindOf(err) != api.Invalid { //nolint:bodyclose // there is no answer
		t.Errorf("a deletion that nobody has built: %v", err)
	}
	client, _ := serve(t, says(200, `{"success":true}`))
	foreign, err := client.In(account).Routes.BuildDelete("r1")
	if err != nil {
		t.Fatal(err)
	}
	sender, err := api.NewSender(api.Options{Credentials: api.Credentials{Token: api.NewSecret(canary)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []api.Request{{}, foreign} {
		if _, err := sender.Send(t.Context(), r); api.KindOf(err) != api.Invalid {
			t.Errorf("%v was sent: %v", r, err)
		}
	}
	if len(server.requests()) != 0 || !(api.Request{}).IsZero() || foreign.IsZero() {
		t.Error("something was sent")
	}
}

// TestAnAnswerAboutAnotherObjectIsRefused: what was changed is not known then.
func TestAnAnswerAboutAnotherObjectIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		call   func(context.Context, *api.AccountClient) error
	}{
		"an update": {`{"modified":true,"modified_route":{"id":"r2"}}`, func(ctx context.Context, a *api.AccountClient) error {
			_, err := update(ctx, a.Routes, "r1", api.Route{ID: "r1"})
			return err
		}},
		"a prefix": {`{"id":"p2"}`, func(ctx context.Context, a *api.AccountClient) error {
			_, err := update(ctx, a.Prefixes, "p1", api.Prefix{})
			return err
		}},
		"a deletion": {`{"deleted":true,"deleted_route":{"id":"r2"}}`, func(ctx context.Context, a *api.AccountClient) error {
			return remove(ctx, a.Routes, "r1")
		}},
		"a deleted binding": {`{"id":"b2"}`, func(ctx context.Context, a *api.AccountClient) error {
			return remove(ctx, a.Bindings("p1"), "b1")
		}},
		"several": {`{"modified":true,"modified_routes":[{"id":"r1"},{"id":"r3"}]}`, func(ctx context.Context, a *api.AccountClient) error {
			_, err := bulkUpdate(ctx, a.Routes, []api.Route{{ID: "r1"}, {ID: "r2"}})
			return err
		}},
		"an advertisement": {`{"id":"b2"}`, func(ctx context.Context, a *api.AccountClient) error {
			_, err := advertise(ctx, a, "p1", "b1", true)
			return err
		}},
		"a validation": {`{"id":"p2"}`, func(ctx context.Context, a *api.AccountClient) error { _, err := validate(ctx, a, "p1"); return err }},
		"a key": {`{"ipsec_tunnel_id":"t2","psk":"new"}`, func(ctx context.Context, a *api.AccountClient) error {
			_, err := generatePSK(ctx, a, "t1")
			return err
		}},
	} {
		client, server := serve(t, says(200, result(c.answer)))
		err := c.call(t.Context(), client.In(account))
		if !uncertain(err) || api.KindOf(err) != api.BadAnswer || len(server.requests()) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	client, _ := serve(t, says(200, result(`{"route":{"id":"r2"}}`)))
	_, err := client.In(account).Routes.Objects().Get(t.Context(), "r1")
	wantKind(t, err, api.BadAnswer)
}

func uncertain(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.Uncertain
}
