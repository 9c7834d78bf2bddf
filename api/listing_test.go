package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"flarewire/api"
)

// kind is one kind of object that the API lists, as these tests use it.
type kind struct {
	name  string
	wrap  func(list string) string // the answer around the list
	list  func(context.Context, *api.Client) ([]row, error)
	get   func(context.Context, *api.Client, string) (row, error) // nil: the API has none
	one   func(object string) string                              // the answer around one object
	key   string                                                  // of the id; "": the objects have none
	odd   string                                                  // a field of which a JSON list of numbers is no value
	paged bool                                                    // it comes in pages
}

// row is what the tests see of an object.
type row struct {
	id        string
	undecoded []string
}

// with is an object with the id and whatever else.
func (k *kind) with(id string, more ...string) string {
	if k.key == "" {
		return "{" + strings.Join(append([]string{`"colos":[{"error":""}]`}, more...), ",") + "}"
	}
	return "{" + strings.Join(append([]string{strconv.Quote(k.key) + ":" + strconv.Quote(id)}, more...), ",") + "}"
}

func rowsOf[T interface{ Undecoded() []string }](list []T, err error, id func(T) string) ([]row, error) {
	var out []row
	for _, v := range list {
		out = append(out, row{id(v), v.Undecoded()})
	}
	return out, err
}

func allKinds(t *testing.T) []kind {
	t.Helper()
	accounts := kind{name: "accounts", key: "id", odd: "name", paged: true, wrap: result,
		list: func(ctx context.Context, c *api.Client) ([]row, error) {
			list, err := c.Accounts(ctx)
			return rowsOf(list, err, func(v api.Account) string { return v.ID })
		}}
	traces := kind{name: "traces", odd: "target", wrap: result,
		list: func(ctx context.Context, c *api.Client) ([]row, error) {
			list, err := c.In(account).Traceroute(ctx, api.TracerouteRequest{Targets: []string{"192.0.2.1"}})
			return rowsOf(list, err, func(api.Trace) string { return "" })
		}}
	all := []kind{accounts, traces}
	for _, c := range collections() {
		all = append(all, c.kind(t))
	}
	return all
}

// TestEveryKindIsHere: what can be listed is among these.
func TestEveryKindIsHere(t *testing.T) {
	var names []string
	for _, k := range allKinds(t) {
		names = append(names, k.name)
	}
	for _, op := range api.Operations() {
		if name, listed := strings.CutSuffix(op.Name, ".list"); listed && !slices.Contains(names, name) {
			t.Errorf("%s is missing", name)
		}
	}
}

// TestAListThatIsNotWholeIsNeverOne: whatever stands where the list should be, it is an error that says what, and no row.
func TestAListThatIsNotWholeIsNeverOne(t *testing.T) {
	for _, k := range allKinds(t) {
		client, server := serve(t, nil)
		answers := map[string]string{"null": k.wrap("null"), "{}": k.wrap("{}"), "an object": k.wrap(k.with("psk-canary")),
			"a text": k.wrap(`"psk-canary"`), "false": k.wrap("false"), "0": k.wrap("0"), "missing": `{"success":true,"errors":[]}`,
			"result {}": result("{}"), "result null": result("null"), "empty object": "{}", "empty body": "",
			"another list": result(`{"others":[]}`), "items null": `{"items":null}`, "no success": `{"result":[],"errors":[]}`}
		for what, body := range answers {
			server.handler = says(200, body)
			rows, err := k.list(t.Context(), client)
			if api.KindOf(err) != api.BadAnswer || len(rows) > 0 || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s, %s: %d rows, %v", k.name, what, len(rows), err)
			}
			checkError(t, err)
		}
		server.handler = says(200, k.wrap("[]"))
		if rows, err := k.list(t.Context(), client); err != nil || len(rows) != 0 {
			t.Errorf("%s, none at all: %v, %v", k.name, rows, err)
		}
	}
}

// TestErrorsBesideSuccess are not dropped: the list may not be complete. What a success may say besides is fine.
func TestErrorsBesideSuccess(t *testing.T) {
	for _, k := range allKinds(t) {
		for beside, bad := range map[string]bool{`"errors":[{"code":1234,"message":"shard 3 is away"}]`: true,
			`"errors":["shard 3 is away"]`: true, `"errors":"x"`: true,
			`"errors":null`: false, `"errors":[ ]`: false, `"errors":[],"messages":[{"code":10000,"message":"fine","type":null}]`: false} {
			body := `{"success":true,` + beside + `,"x":` + strings.Replace(k.wrap("["+k.with("a1")+"]"), `"errors":[],`, "", 1)[1:]
			body = strings.Replace(body, `"x":"success":true,`, "", 1) // an envelope has one success
			body = strings.Replace(body, `"x":`, "", 1)
			client, _ := serve(t, says(200, body))
			rows, err := k.list(t.Context(), client)
			if bad && (api.KindOf(err) != api.BadAnswer || len(rows) != 0) || !bad && (err != nil || len(rows) != 1) {
				t.Errorf("%s: %s\n%d rows, %v", k.name, body, len(rows), err)
			}
			if bad && strings.Contains(beside, "1234") && !strings.Contains(err.Error(), "1234: shard 3 is away") {
				t.Errorf("%s does not say what: %v", k.name, err)
			}
		}
	}
}

// TestAnOddFieldKeepsItsRow, and the element that is no object leaves the others, with an error that says which.
func TestAnOddFieldKeepsItsRow(t *testing.T) {
	for _, k := range allKinds(t) {
		odd := strconv.Quote(k.odd) + `:[64512.5]`
		client, server := serve(t, says(200, k.wrap("["+k.with("a1")+","+k.with("a2", odd)+"]")))
		rows, err := k.list(t.Context(), client)
		if err != nil || len(rows) != 2 || len(rows[0].undecoded) > 0 || !slices.Equal(rows[1].undecoded, []string{k.odd}) || k.key != "" &&
			rows[1].id != "a2" {
			t.Errorf("%s: %v, %v", k.name, rows, err)
		}
		for _, element := range []string{"7", "null", `"psk-canary"`, "[]", "{}", k.with(""), `{"id":7,"name":8}`} {
			if k.key == "" && element[0] == '{' {
				continue // traces have no id
			}
			server.handler = says(200, k.wrap("["+k.with("a1")+","+element+","+k.with("a3", odd)+"]"))
			rows, err := k.list(t.Context(), client)
			var partial *api.PartialError
			if len(rows) != 2 || api.KindOf(err) != api.BadAnswer || !errors.As(err, &partial) || strings.Contains(err.Error(), "canary") {
				t.Errorf("%s, %s: %v, %v", k.name, element, rows, err)
				continue
			}
			if partial.Total != 3 || len(partial.Lost) != 1 || partial.Lost[0].Index != 1 || !strings.Contains(err.Error(), "1 of 3") ||
				!strings.Contains(err.Error(), "number 2 ") {
				t.Errorf("%s, %s: %+v, %v", k.name, element, partial, err)
			}
		}
	}
}

// TestLostElementsAreNamed as people know them; a thousand of them do not fill the screen.
func TestLostElementsAreNamed(t *testing.T) {
	client, server := serve(t, says(200, result(`{"routes":[{"prefix":"10.1.0.0/16"},{"id":"r1"},{"id":{},"prefix":"10.2.0.0/16"}]}`)))
	list, err := client.In(account).Routes.List(t.Context())
	if want := `2 of 3 in the list of routes could not be read: number 1 ("10.1.0.0/16") has no usable id, number 3 ("10.2.0.0/16") has no ` +
		`usable id`; len(list) != 1 || !strings.Contains(err.Error(), want) {
		t.Errorf("%d, %v", len(list), err)
	}
	server.handler = says(200, result(`{"routes":[`+strings.Repeat("7,", 999)+`7]}`))
	_, err = client.In(account).Routes.List(t.Context())
	var partial *api.PartialError
	if checkError(t, err); !errors.As(err, &partial) || len(partial.Lost) != 1000 || !strings.Contains(err.Error(), "and 995 more") {
		t.Error(err)
	}
}

// TestAnotherObjectIsRefused: what was asked for by id has that id, or it is none.
func TestAnotherObjectIsRefused(t *testing.T) {
	for _, k := range allKinds(t) {
		if k.get == nil {
			continue
		}
		client, server := serve(t, says(200, k.one(k.with("a1"))))
		if got, err := k.get(t.Context(), client, "a1"); err != nil || got.id != "a1" {
			t.Errorf("%s: %v, %v", k.name, got, err)
		}
		server.handler = says(200, k.one(k.with("a1", strconv.Quote(k.odd)+`:[64512.5]`)))
		if got, err := k.get(t.Context(), client, "a1"); err != nil || !slices.Equal(got.undecoded, []string{k.odd}) {
			t.Errorf("%s with an odd field: %v, %v", k.name, got, err)
		}
		server.handler = says(200, k.one(k.with("b2")))
		got, err := k.get(t.Context(), client, "a1")
		if api.KindOf(err) != api.BadAnswer || got.id != "" || !strings.Contains(err.Error(), `"a1"`) || !strings.Contains(err.Error(), `"b2"`) {
			t.Errorf("%s: %v, %v", k.name, got, err)
		}
		for _, object := range []string{"{}", "null", "[]", "7", `{"id":7}`, `{"id":null,"name":null}`} {
			server.handler = says(200, k.one(object))
			if got, err := k.get(t.Context(), client, "a1"); api.KindOf(err) != api.BadAnswer || got.id != "" {
				t.Errorf("%s, %s: %v, %v", k.name, object, got, err)
			}
		}
	}
}

// endless answers with full pages, of which none is the last and each holds other objects.
func endless(k kind, size, total int, took func()) http.HandlerFunc {
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		took()
		n++
		var objects []string
		for i := range size {
			objects = append(objects, k.with(fmt.Sprintf("a%d-%d", n, i)))
		}
		body := k.wrap("[" + strings.Join(objects, ",") + "]")
		body = strings.Replace(body, `"next":null`, fmt.Sprintf(`"next":%d`, n), 1)
		body = strings.TrimSuffix(body, "}") + fmt.Sprintf(`,"result_info":{"total_count":%d}}`, total)
		says(200, body)(w, r)
	}
}

// TestAListThatDoesNotEnd ends in an error after a number of pages, and of minutes.
func TestAListThatDoesNotEnd(t *testing.T) {
	for _, k := range allKinds(t) {
		if !k.paged {
			continue
		}
		for _, size := range []int{1, 50} {
			client, server := serve(t, endless(k, size, 1e9, func() {}))
			rows, err := k.list(t.Context(), client)
			if n := len(server.requests()); n != 20 || len(rows) != 0 || api.KindOf(err) != api.BadAnswer ||
				!strings.Contains(err.Error(), fmt.Sprintf("the list did not end after %d pages", n)) {
				t.Errorf("%s, %d objects a page: %d requests, %d rows, %v", k.name, size, n, len(rows), err)
			}
		}
		start := time.Now()
		now := start
		client, server := serve(t, endless(k, 50, 0, func() { now = now.Add(9 * time.Second) }), func(o *api.Options) {
			o.Now = func() time.Time { return now }
		})
		_, err := k.list(t.Context(), client)
		if n := len(server.requests()); n > 15 || now.Sub(start) > 3*time.Minute || api.KindOf(err) != api.BadAnswer ||
			!strings.Contains(err.Error(), fmt.Sprintf("the list did not end after %d pages and ", n)) {
			t.Errorf("%s, slowly: %d requests in %s, %v", k.name, n, now.Sub(start), err)
		}
	}
}

// TestPagesThatAreLost: an element that is lost on one page leaves those of all pages, and is counted over all of them.
func TestPagesThatAreLost(t *testing.T) {
	client, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("cursor") == "" {
			says(200, `{"items":[{"id":"c1"},5],"next":2}`)(w, r)
			return
		}
		says(200, `{"items":[{"id":"c2"},{"magic":{}}]}`)(w, r)
	})
	list, err := client.In(account).CNIs.List(t.Context())
	var partial *api.PartialError
	if len(list) != 2 || !errors.As(err, &partial) || partial.Total != 4 || len(partial.Lost) != 2 || partial.Lost[1].Index != 3 {
		t.Errorf("%d, %+v, %v", len(list), partial, err)
	}
}

// TestAnalyticsThatAreNotThere are an error; a row with an odd field leaves the others, and its state is not none.
func TestAnalyticsThatAreNotThere(t *testing.T) {
	for _, answer := range []string{`{"data":{},"errors":null}`, `{"data":{"viewer":null}}`, `{"data":{"viewer":{"accounts":null}}}`,
		`{"data":{"viewer":{"accounts":{}}}}`,
		`{"data":{"viewer":{"accounts":[null]}}}`, `{"data":{"viewer":{"accounts":[{}]}}}`, rows(healthSet, "null"), rows(healthSet, "{}"),
		rows(healthSet, `"x"`), rows(healthSet, "[7]")} {
		a, _ := analytics(t, `{}`, answer)
		report, err := a.TunnelHealth(t.Context(), noon.Add(-time.Hour), noon, api.HealthOptions{})
		if api.KindOf(err) != api.BadAnswer || len(report.Samples) != 0 {
			t.Errorf("%s: %v, %v", answer, report.Samples, err)
		}
	}
	a, _ := analytics(t, `{}`, rows(healthSet, `[{"count":"9","avg":{"tunnelState":"1"},"dimensions":{"tunnelName":"a"}},`+
		`{"avg":{"tunnelState":1},"dimensions":{"tunnelName":"b"}}]`))
	report, err := a.TunnelHealth(t.Context(), noon.Add(-time.Hour), noon, api.HealthOptions{})
	var partial *api.PartialError
	if len(report.Samples) != 1 || report.Samples[0].TunnelName != "b" || !errors.As(err, &partial) ||
		!strings.Contains(err.Error(), `number 1 cannot be decoded at "count"`) {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestAnOddFieldIsNotOverwritten: its zero value must not take the place of what is there. Who sets it may send it.
func TestAnOddFieldIsNotOverwritten(t *testing.T) {
	client, server := serve(t, says(200, result(
		`{"ipsec_tunnels":[{"id":"t1","name":"a","bgp":{"customer_asn":-94967295,"extra_prefixes":["10.0.0.0/8",7]},"created_on":7}]}`)))
	tunnels := client.In(account).IPsecTunnels
	list, err := tunnels.List(t.Context())
	if err != nil || !slices.Equal(list[0].Undecoded(), []string{"bgp.customer_asn", "bgp.extra_prefixes.1", "created_on"}) {
		t.Fatal(list, err)
	}
	before := len(server.requests())
	_, err = update(t.Context(), tunnels, "t1", list[0])
	wantKind(t, err, api.Invalid)
	_, err = bulkUpdate(t.Context(), tunnels, list)
	wantKind(t, err, api.Invalid)
	if !strings.Contains(err.Error(), "bgp.customer_asn, bgp.extra_prefixes.1 in a form that cannot be read") ||
		len(server.requests()) != before {
		t.Errorf("%d requests, %v", len(server.requests())-before, err)
	}
	list[0].BGP.CustomerASN, list[0].BGP.ExtraPrefixes = 4200000001, []string{"10.0.0.0/8"}
	server.handler = says(200, result(`{"modified":true,"modified_ipsec_tunnel":{"id":"t1"}}`))
	if _, err := update(t.Context(), tunnels, "t1", list[0]); err != nil {
		t.Error(err)
	}
}
