package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"flarewire/api"
)

func queryLogs(ctx context.Context, a *api.AccountClient) error {
	log, err := api.BGPLog(time.Unix(0, 0).AddDate(40, 0, 0), time.Unix(3600, 0).AddDate(40, 0, 0), strings.Repeat("a1", 16))
	if err != nil {
		return err
	}
	_, err = a.QueryLogs(ctx, log)
	return err
}

// shape is a query with its values taken out: it must be the same whatever the values are.
var values = regexp.MustCompile(`'[^']*'(?:, '[^']*')*`)

func shape(sql string) string { return values.ReplaceAllString(sql, "?") }

var nightAt = time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)

// FuzzLogQueries: no id, time or address changes the shape of a query; what is none is refused before anything is sent.
func FuzzLogQueries(f *testing.F) {
	for _, id := range []string{strings.Repeat("0a", 16), "0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a", "' OR '1'='1", "x'; DROP TABLE y; --",
		"/*", "\n", "a\x00b",
		strings.Repeat("0a", 16) + "'", "''", "İ" + strings.Repeat("a", 31)} {
		f.Add(id, "192.0.2.1", int64(0), int64(3600))
	}
	f.Add("", "fe80::1%' OR 1=1 --", int64(-1), int64(1<<60))
	f.Add(strings.Repeat("F", 32), "::ffff:192.0.2.1", int64(1), int64(1<<40))
	want, err := api.BGPLog(nightAt, nightAt.Add(time.Hour), strings.Repeat("0a", 16))
	if err != nil {
		f.Fatal(err)
	}
	one := []netip.Addr{netip.MustParseAddr("192.0.2.1")}
	wantIKE, err := api.IPsecLog(nightAt, nightAt.Add(time.Hour), one, one)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id, addr string, from, long int64) {
		begin, end := nightAt.Add(time.Duration(from)), nightAt.Add(time.Duration(from)).Add(time.Duration(long))
		if log, err := api.BGPLog(begin, end, id); err == nil && shape(log.SQL()) != shape(want.SQL()) {
			t.Errorf("%q changes the query to %s", id, log.SQL())
		}
		a, err := netip.ParseAddr(addr)
		if err != nil {
			return
		}
		if log, err := api.IPsecLog(begin, end, []netip.Addr{a}, []netip.Addr{a}); err == nil && shape(log.SQL()) != shape(wantIKE.SQL()) {
			t.Errorf("%q changes the query to %s", addr, log.SQL())
		}
	})
}

// A query is bounded: its time, the number of its ids, its rows.
func TestALogQueryIsBounded(t *testing.T) {
	id := strings.Repeat("0a", 16)
	many := make([]string, 61)
	for i := range many {
		many[i] = fmt.Sprintf("%032x", i)
	}
	for name, ask := range map[string]func() (api.Log, error){
		"no id":      func() (api.Log, error) { return api.BGPLog(nightAt, nightAt.Add(time.Hour)) },
		"many ids":   func() (api.Log, error) { return api.BGPLog(nightAt, nightAt.Add(time.Hour), many...) },
		"two days":   func() (api.Log, error) { return api.BGPLog(nightAt, nightAt.Add(48*time.Hour), id) },
		"backwards":  func() (api.Log, error) { return api.BGPLog(nightAt, nightAt.Add(-time.Hour), id) },
		"no time":    func() (api.Log, error) { return api.BGPLog(time.Time{}, nightAt, id) },
		"no address": func() (api.Log, error) { return api.IPsecLog(nightAt, nightAt.Add(time.Hour), nil, nil) },
		"invalid adress": func() (api.Log, error) {
			return api.IPsecLog(nightAt, nightAt.Add(time.Hour), make([]netip.Addr, 1), nil)
		},
	} {
		if log, err := ask(); err == nil {
			t.Errorf("%s: %s", name, log.SQL())
		}
	}
	client, server := serve(t, says(200, result("[]")))
	if _, err := client.In(account).QueryLogs(t.Context(), api.Log{}); err == nil || len(server.requests()) != 0 {
		t.Errorf("an empty query: %v, %d requests", err, len(server.requests()))
	}
}

// The SQL is a POST of text/plain, which --read-only lets through because it is a SELECT. Whatever else is sent there is refused.
func TestReadOnlyLetsASelectThrough(t *testing.T) {
	client, server := serve(t, says(200, result("[]")), func(o *api.Options) { o.ReadOnly = true })
	if err := queryLogs(t.Context(), client.In(account)); err != nil {
		t.Fatal(err)
	}
	got := server.last(t)
	if got.Method != http.MethodPost || got.Header.Get("Content-Type") != "text/plain" || !strings.HasPrefix(got.Body, "SELECT ") {
		t.Errorf("sent %s %s %q", got.Method, got.Header.Get("Content-Type"), got.Body)
	}
	sql := got.Body
	for name, test := range map[string]struct {
		body, kind string
		through    bool
	}{
		"the query":        {sql, "text/plain", true},
		"as JSON":          {sql, "application/json", false},
		"a second":         {sql + "; DROP TABLE x", "text/plain", false},
		"another":          {"DELETE FROM magic_bgp_logs", "text/plain", false},
		"a comment":        {strings.Replace(sql, " FROM", " --\nFROM", 1), "text/plain", false},
		"a quote":          {strings.Replace(sql, "'2010", "''; INSERT '2010", 1), "text/plain", false},
		"SELECT INTO":      {strings.Replace(sql, " FROM", " INTO x FROM", 1), "text/plain", false},
		"nothing":          {"", "text/plain", false},
		"lower-case words": {strings.ToLower(sql), "text/plain", false},
	} {
		t.Run(name, func(t *testing.T) {
			if through := api.ReadOnlyLets(t, "/accounts/"+account+"/logs/explorer/query/sql", test.kind, test.body); through != test.through {
				t.Errorf("let through: %v", through)
			}
		})
	}
}

const bgpRow = `{"eventtimestamp":"2026-11-28T03:12:09Z","direction":"from_cloudflare","eventkind":"notification_message",
"eventdata":{"code":2,"subcode":2,"reason":"Bad\u001b[31m Peer AS"},"tunnelid":"0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A","tunnelname":"x"}`

// What the documents leave open is read either way: capitals or not, an object or a text that holds one, a number or a text of one.
func TestARowIsReadAsItComes(t *testing.T) {
	for name, row := range map[string]string{
		"lower case": bgpRow,
		"as documented": `{"EventTimestamp":"2026-11-28T03:12:09Z","Direction":"from_cloudflare","EventKind":"notification_message",` +
			`"EventData":{"Code":"2","Subcode":"2","Reason":"Bad Peer AS"},"TunnelID":"0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a"}`,
		"a text": `{"eventtimestamp":1795835529000000000,"direction":"from_cloudflare","eventkind":"notification_message",` +
			`"eventdata":"{\"code\":2,\"subcode\":2,\"reason\":\"Bad Peer AS\"}","tunnelid":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}`,
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := serve(t, says(200, result("["+row+", 7, {}]")))
			log, err := api.BGPLog(nightAt, nightAt.Add(time.Hour), strings.Repeat("0a", 16))
			if err != nil {
				t.Fatal(err)
			}
			rows, err := client.In(account).QueryLogs(t.Context(), log)
			if err != nil || len(rows.BGP) != 1 {
				t.Fatalf("%v, %v", rows, err)
			}
			e := rows.BGP[0]
			if e.Data.Code == nil || *e.Data.Code != 2 || e.Data.Subcode == nil || *e.Data.Subcode != 2 || e.TunnelID != strings.Repeat("0a", 16) ||
				!e.At.Equal(nightAt.Add(12*time.Minute+9*time.Second)) || strings.ContainsAny(e.Data.Reason, "\x1b\n") {
				t.Errorf("%+v", e)
			}
		})
	}
}

// Of an entry of the audit log no value of a request is kept, and who it was is said without a person.
func TestAnAuditEntryNamesNobodyUnasked(t *testing.T) {
	client, _ := serve(t, says(200, result(`[{"id":"1","action":{"type":"update","result":"success","time":"2026-11-28T03:11:00Z",
		"description":"by kim@example.com"},"actor":{"type":"user","context":"api_token","email":"kim@example.com","ip_address":"192.0.2.9",
		"token_name":"ci of kim@example.com"},"resource":{"id":"0a","type":"gre_tunnels","request":{"psk":"audit-canary","name":"x"}}}]`)))
	entries, more, err := client.In(account).Audit(t.Context(), nightAt, nightAt.Add(time.Hour))
	if err != nil || more || len(entries) != 1 {
		t.Fatalf("%v %v %v", entries, more, err)
	}
	e := entries[0]
	if text := fmt.Sprintf("%+v", e); strings.Contains(text, "audit-canary") {
		t.Errorf("a value of the request is kept: %s", text)
	}
	if by := e.Actor.By(); by != `API token "ci of …"` || strings.Contains(e.About, "@") {
		t.Errorf("by %s, about %s", by, e.About)
	}
	if got := strings.Join(e.Fields, " "); got != "name psk" {
		t.Errorf("fields %q", got)
	}
}

// A record that cannot be read is asked for once: whatever comes back, nothing is repeated.
func TestARecordIsAskedForOnce(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"refused":   says(403, `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`),
		"trouble":   says(503, `down`),
		"malformed": says(200, `{"success":true,"result":{"rows":7}}`),
		"not JSON":  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
		"huge":      says(200, result(`["`+strings.Repeat("x", 9<<20)+`"]`)),
	} {
		t.Run(name, func(t *testing.T) {
			client, server := serve(t, answer)
			a := client.In(account)
			if err := queryLogs(t.Context(), a); err == nil {
				t.Error("no error")
			}
			if n := len(server.requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
			if _, _, err := a.Audit(t.Context(), nightAt, nightAt.Add(time.Hour)); err == nil {
				t.Error("the audit log: no error")
			}
			if _, err := a.Datasets(t.Context()); err == nil {
				t.Error("datasets: no error")
			}
		})
	}
}
