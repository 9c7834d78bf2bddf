package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"flarewire/api"
)

// subject is a type of the package as the API sends it, with every field it has.
type subject struct {
	name   string
	object string                           // all fields
	read   func(object string) (any, error) // through the client
	decode func(object []byte) (any, error) // by encoding/json
}

// objectsOf is the subject of one type; ask is a call whose answer, around one object, is the body.
func objectsOf[T any](t *testing.T, body func(object string) string, ask func(context.Context, *api.Client) (T, error)) subject {
	return subjectOf(t, reflect.TypeFor[T](), body, func(ctx context.Context, c *api.Client) (any, error) { return ask(ctx, c) })
}

func subjectOf(t *testing.T, typ reflect.Type, body func(object string) string,
	ask func(context.Context, *api.Client) (any, error)) subject {
	v := reflect.New(typ).Elem()
	populate(v, 1)
	object, err := json.Marshal(v.Interface())
	if err != nil {
		t.Fatal(err)
	}
	var answer string
	client := inMemory(t, func(*http.Request) (*http.Response, error) { return reply(200, answer), nil },
		func(o *api.Options) { o.Budget = 1 << 30 })
	return subject{name: typ.Name(), object: string(object),
		read: func(object string) (any, error) {
			answer = body(object)
			return ask(t.Context(), client)
		},
		decode: func(object []byte) (any, error) {
			v := reflect.New(typ)
			err := json.Unmarshal(object, v.Interface())
			return v.Elem().Interface(), err
		}}
}

// populate gives every field a value other than the zero one.
func populate(v reflect.Value, n int) {
	switch {
	case v.Type() == reflect.TypeFor[api.Raw](), v.Type() == reflect.TypeFor[api.Secret](), v.Type() == reflect.TypeFor[json.RawMessage]():
		return
	case v.Type() == reflect.TypeFor[api.Time]():
		v.Set(reflect.ValueOf(api.Time{Time: noon.AddDate(0, 0, n)}))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		populate(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			populate(v.Field(i), n+i+1)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		populate(v.Index(0), n+1)
		populate(v.Index(1), n+2)
	case reflect.String:
		v.SetString("text " + strconv.Itoa(n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n))
	case reflect.Uint32:
		v.SetUint(4200000000 + uint64(n))
	case reflect.Float64:
		v.SetFloat(float64(n) + 0.5)
	default:
		panic("a field of the kind " + v.Kind().String() + " is new: teach this test about it")
	}
}

func oneOf[T any](list []T, err error) (T, error) {
	if len(list) == 0 {
		return *new(T), err
	}
	return list[0], err
}

func subjects(t *testing.T) []subject {
	plain := func(object string) string { return result(object) }
	bare := func(object string) string { return object }
	traces := objectsOf(t, func(object string) string { return result("[" + object + "]") },
		func(ctx context.Context, c *api.Client) (api.Trace, error) {
			return oneOf(c.In(account).Traceroute(ctx, api.TracerouteRequest{Targets: []string{"192.0.2.1"}}))
		})
	traces.object = `{"target":"192.0.2.1","colos":[{"colo":{"city":"Frankfurt","name":"fra01"},"error":"x","traceroute_time_ms":9.5,
	"hops":[{"packets_lost":1,"packets_sent":2,"packets_ttl":3,
"nodes":[{"asn":"AS1","ip":"192.0.2.1","name":"a","labels":["x","y"],"packet_count":3,"min_rtt_ms":1.5,"mean_rtt_ms":2.5,"max_rtt_ms":3.5,
"std_dev_rtt_ms":4.5},
{"min_latency_ms":1.5,"mean_latency_ms":2.5,"max_latency_ms":3.5,"std_dev_latency_ms":4.5}]}]},{"colo":{"name":"ams01"}}]}`
	all := []subject{
		objectsOf(t, func(object string) string { return result("[" + object + "]") },
			func(ctx context.Context, c *api.Client) (api.Account, error) { return oneOf(c.Accounts(ctx)) }),
		objectsOf(t, plain, func(ctx context.Context, c *api.Client) (api.PrefixBGPStatus, error) {
			return c.In(account).BGPStatus(ctx, "p1")
		}),
		objectsOf(t, plain, func(ctx context.Context, c *api.Client) (api.BGPSettings, error) {
			return c.In(account).BGPSettings(ctx)
		}),
		objectsOf(t, bare, func(ctx context.Context, c *api.Client) (api.CNISettings, error) {
			return c.In(account).CNISettings(ctx)
		}),
		objectsOf(t, bare, func(ctx context.Context, c *api.Client) (api.InterconnectStatus, error) {
			return c.In(account).InterconnectStatus(ctx, "i1")
		}),
		traces,
	}
	for _, c := range collections() {
		all = append(all, c.damaged(t))
	}
	return all
}

// place is a value inside a JSON tree.
type place struct {
	path  string
	value any
	set   func(any) // puts another value there
	take  func()    // leaves it out; an element of a list becomes null and keeps its place
}

// places lists every value below v.
func places(v any, path string) []place {
	var out []place
	add := func(p place) { out = append(append(out, p), places(p.value, p.path)...) }
	join := func(name string) string { return strings.TrimPrefix(path+"."+name, ".") }
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			add(place{join(key), v[key], func(x any) { v[key] = x }, func() { delete(v, key) }})
		}
	case []any:
		for i := range v {
			add(place{join(strconv.Itoa(i)), v[i], func(x any) { v[i] = x }, func() { v[i] = nil }})
		}
	}
	return out
}

// damages are values of other types than the one that is there, as JSON. Each holds the canary where it can.
func damages(p place) []string {
	switch p.value.(type) {
	case string:
		return []string{"-94967295", "true", `["psk-canary"]`, `{"psk-canary":"psk-canary"}`}
	case bool:
		return []string{`"psk-canary"`, "1", "0", `{}`, `[true]`}
	case json.Number:
		return []string{`"1476"`, `"psk-canary"`, "-1e400", "1e999999999999", "true", "{}", "[1476]"}
	case []any:
		return []string{`"psk-canary"`, "7", `{"0":"psk-canary"}`}
	}
	return []string{"7", "true", `["psk-canary"]`}
}

func tree(t *testing.T, object string) any {
	t.Helper()
	var v any
	dec := json.NewDecoder(strings.NewReader(object))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// damaged is the object with the values at the places, and how it is to be read: without them.
func damaged(t *testing.T, s subject, at []int, values []string) (object string, want any) {
	t.Helper()
	write := func(change func(place, int)) []byte {
		v := tree(t, s.object)
		all := places(v, "")
		for i, n := range at {
			change(all[n], i)
		}
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	object = string(write(func(p place, i int) { p.set(json.RawMessage(values[i])) }))
	want, err := s.decode(write(func(p place, _ int) { p.take() }))
	if err != nil {
		t.Fatal(err)
	}
	return object, want
}

var sameFields = cmp.Options{cmpopts.IgnoreTypes(api.Raw{}, api.Secret{}), cmpopts.EquateEmpty()}

// reads holds that the object is read as wanted and that the paths are marked.
func reads(t *testing.T, s subject, object string, want any, paths []string) {
	t.Helper()
	got, err := s.read(object)
	if err != nil {
		checkError(t, err)
		// Only an object without its id is lost, or one without any other value, and that is said.
		key := "id"
		if s.name == "Interconnect" {
			key = "name"
		}
		whole := slices.ContainsFunc(places(tree(t, s.object), ""), func(p place) bool {
			return !slices.ContainsFunc(paths, func(odd string) bool {
				return strings.HasPrefix(p.path+".", odd+".") ||
					strings.HasPrefix(odd, p.path+".")
			})
		})
		if !slices.Contains(paths, key) && whole || strings.Contains(err.Error(), "canary") {
			t.Fatalf("%s with odd %q: %v\n%s", s.name, paths, err, object)
		}
		return
	}
	marked := got.(interface{ Undecoded() []string }).Undecoded()
	if diff := cmp.Diff(paths, marked, cmpopts.EquateEmpty(), cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Fatalf("%s is marked otherwise:\n%s\n%s", s.name, diff, object)
	}
	if diff := cmp.Diff(want, got, sameFields); diff != "" {
		t.Fatalf("%s with odd %q reads otherwise:\n%s\n%s", s.name, paths, diff, object)
	}
	if raw := got.(interface{ JSON() json.RawMessage }).JSON(); !bytes.Equal(raw, []byte(object)) {
		t.Fatalf("%s: its bytes are not kept:\n%s\n%s", s.name, raw, object)
	}
}

// TestOneOddField: of every type, every field at every depth is damaged in every way. The row stays, all other fields are what
// they were, and the path is the field's.
func TestOneOddField(t *testing.T) {
	n := 0
	for _, s := range subjects(t) {
		t.Run(s.name, func(t *testing.T) {
			whole, want := damaged(t, s, nil, nil)
			reads(t, s, whole, want, nil)
			for i, p := range places(tree(t, s.object), "") {
				for _, value := range damages(p) {
					object, want := damaged(t, s, []int{i}, []string{value})
					reads(t, s, object, want, []string{p.path})
					n++
				}
			}
		})
	}
	if n < 700 {
		t.Errorf("%d damages: the table has shrunk", n)
	}
}

// FuzzOddFields damages several fields at once.
func FuzzOddFields(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test that can be repeated
		all := subjects(t)
		s := all[random.IntN(len(all))]
		var at []int
		var values, paths []string
		list := places(tree(t, s.object), "")
		for i, p := range list {
			inside := slices.ContainsFunc(paths, func(outer string) bool { return strings.HasPrefix(p.path, outer+".") })
			if ways := damages(p); !inside && random.IntN(4) == 0 {
				at, paths = append(at, i), append(paths, p.path)
				values = append(values, ways[random.IntN(len(ways))])
			}
		}
		object, want := damaged(t, s, at, values)
		reads(t, s, object, want, paths)
	})
}

// TestIntegers: a number without a fraction is one in every spelling; any other is marked, not guessed.
func TestIntegers(t *testing.T) {
	for text, want := range map[string]uint32{"64512": 64512, "64512.0": 64512, "6.4512e4": 64512, "6.4512E+4": 64512, "645120e-1": 64512,
		"0.64512e5":                      64512,
		"64512000000000000000000000e-21": 64512, "0": 0, "-0": 0, "0.0": 0, "0e999999999999": 0, "-0.0e-5": 0, "4294967295.000": 4294967295,
		"1e9": 1000000000} {
		asn, marked := customerASN(t, text)
		if asn != want || marked {
			t.Errorf("%s is %d, undecoded %v", text, asn, marked)
		}
	}
	for _, text := range []string{"-94967295", "4294967296", "4294967296.0", "64512.5", "6.45125e4", "1e-1", "1e10", "1e400",
		"1e999999999999999999999", "-1", "-1.0", `"64512"`, "true", "[64512]", "{}"} {
		if asn, marked := customerASN(t, text); asn != 0 || !marked {
			t.Errorf("%s is %d, undecoded %v", text, asn, marked)
		}
	}
	for text, want := range map[string]int{"-5": -5, "-50.0": -50, "9.223372036854775807e18": 9223372036854775807} {
		client, _ := serve(t, says(200, result(`{"routes":[{"id":"r1","priority":`+text+`}]}`)))
		if list, err := client.In(account).Routes.List(t.Context()); err != nil || list[0].Priority != want || list[0].Undecoded() != nil {
			t.Errorf("%s: %v, %v", text, list, err)
		}
	}
}

func customerASN(t *testing.T, text string) (asn uint32, marked bool) {
	t.Helper()
	client, _ := serve(t, says(200, result(`{"gre_tunnels":[{"id":"t1","bgp":{"customer_asn":`+text+`,"md5_key":"k"}}]}`)))
	list, err := client.In(account).GRETunnels.List(t.Context())
	if err != nil || len(list) != 1 || list[0].BGP == nil || list[0].BGP.MD5Key != "k" {
		t.Fatalf("%s: %v, %v", text, list, err)
	}
	return list[0].BGP.CustomerASN, slices.Equal(list[0].Undecoded(), []string{"bgp.customer_asn"})
}

// TestAKeyIsNotLostToAnOddField: what was just made at Cloudflare cannot be read again, so what stands beside it does not matter.
func TestAKeyIsNotLostToAnOddField(t *testing.T) {
	client, server := serve(t, says(200, result(`{"ipsec_tunnel_id":7,"psk":"psk-canary","psk_metadata":{"last_generated_on":"yesterday"}}`)))
	a := client.In(account)
	if psk, err := generatePSK(t.Context(), a, "t1"); err != nil || psk.Key.Reveal() != "psk-canary" {
		t.Error(err)
	}
	server.handler = says(200, result(`{"psk":["psk-canary"]}`))
	_, err := generatePSK(t.Context(), a, "t1")
	uncertainWithoutKey(t, err)
	server.handler = says(200, result(`{"successfully_applied_psks":{"t1":{"psk":"psk-canary","psk_metadata":7}}}`))
	if got, err := setPSKs(t.Context(), a, map[string]api.Secret{"t1": api.NewSecret("psk-canary")}); err != nil ||
		got.Applied["t1"].Key.Reveal() != "psk-canary" {
		t.Error(err)
	}
	for _, body := range []string{`{"successfully_applied_psks":{"t1":"psk-canary"}}`, `{"successfully_applied_psks":["psk-canary"]}`,
		`{"unapplied_psks":{"t1":["psk-canary"]}}`} {
		server.handler = says(200, result(body))
		_, err := setPSKs(t.Context(), a, map[string]api.Secret{"t1": api.NewSecret("psk-canary")})
		uncertainWithoutKey(t, err)
	}
}

func uncertainWithoutKey(t *testing.T, err error) {
	t.Helper()
	wantKind(t, err, api.BadAnswer)
	if !strings.Contains(fmt.Sprint(err), "may") || strings.Contains(err.Error(), "canary") {
		t.Error(err)
	}
}
