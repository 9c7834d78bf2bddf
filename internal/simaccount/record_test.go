package simaccount_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

func ask(t *testing.T, e *simaccount.Server, method, path, kind, body string) (int, string) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, "/client/v4/accounts/"+e.Account()+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+simaccount.DefaultToken)
	req.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	e.ServeHTTP(w, req)
	return w.Code, w.Body.String()
}

// The record is strict: about its datasets, the time that every query must name, the columns, and whatever is no plain SELECT.
func TestTheRecordIsStrict(t *testing.T) {
	now := time.Date(2026, 11, 28, 4, 0, 0, 0, time.UTC)
	e := simaccount.New(simaccount.Options{Now: func() time.Time { return now }})
	const sql = "/logs/explorer/query/sql"
	good := "SELECT eventtimestamp, eventkind FROM magic_bgp_logs WHERE eventtimestamp >= '2026-11-28T03:00:00Z' AND tunnelid IN ('a', 'b') " +
		"ORDER BY eventtimestamp DESC LIMIT 10"
	if code, body := ask(t, e, http.MethodPost, sql, "text/plain", good); code != http.StatusNotFound {
		t.Errorf("a dataset that is not enabled: %d %s", code, body)
	}
	e.EnableLogs(simaccount.BGPLogs)
	e.LogBGP("fra-dc1-gre", 10*time.Minute, "", "bgp_state_transition", simaccount.Object{"from_state": "Established"})
	for name, test := range map[string]struct {
		sql, kind string
		code      int
	}{
		"right": {good, "text/plain; charset=utf-8", 200},
		"between": {strings.Replace(good, ">= '2026-11-28T03:00:00Z'", "BETWEEN '2026-11-28T03:00:00Z' AND '2026-11-28T03:59:00Z'", 1),
			"text/plain", 200},
		"as JSON":         {good, "application/json", 415},
		"no time":         {"SELECT eventkind FROM magic_bgp_logs WHERE tunnelid = 'a' LIMIT 1", "text/plain", 400},
		"only an end":     {strings.Replace(good, ">=", "<=", 1), "text/plain", 400},
		"no time at all":  {strings.Replace(good, "2026-11-28T03:00:00Z", "yesterday", 1), "text/plain", 400},
		"no limit":        {strings.Replace(good, " LIMIT 10", "", 1), "text/plain", 400},
		"too many":        {strings.Replace(good, "10", "10001", 1), "text/plain", 400},
		"unknown column":  {strings.Replace(good, "eventkind", "password", 1), "text/plain", 400},
		"a comment":       {good + " -- x", "text/plain", 400},
		"a block comment": {strings.Replace(good, " FROM", " /* */ FROM", 1), "text/plain", 400},
		"a second":        {good + "; SELECT 1", "text/plain", 400},
		"OR":              {strings.Replace(good, " ORDER", " OR 1 = '1' ORDER", 1), "text/plain", 400},
		"a quote":         {strings.Replace(good, "'a'", "'a''", 1), "text/plain", 400},
	} {
		if code, body := ask(t, e, http.MethodPost, sql, test.kind, test.sql); code != test.code {
			t.Errorf("%s: %d %s", name, code, body)
		}
	}
	if code, _ := ask(t, e, http.MethodGet, sql+"?query="+url.QueryEscape(good), "", ""); code != 200 {
		t.Errorf("by GET: %d", code)
	}
	e.Audit(time.Minute, simaccount.Actor{Type: "user", Context: "dash", Email: "kim@northwind.example"}, "update", simaccount.GRETunnels,
		"fra-dc1-gre", nil)
	for query, want := range map[string]int{"": 400, "?since=2026-11-28": 400, "?since=2026-11-28&before=2026-11-29": 200,
		"?since=2026-11-29&before=2026-11-28": 400, "?since=2026-09-01&before=2026-11-29": 400,
		"?since=2026-11-28&before=2026-11-29&limit=1001": 400,
		"?since=2026-11-28&before=2026-11-29&order=x":    400} {
		code, body := ask(t, e, http.MethodGet, "/logs/audit"+query, "", "")
		if code != want || code == 200 && !strings.Contains(body, "kim@northwind.example") {
			t.Errorf("%q: %d %s", query, code, body)
		}
	}
	e.Deny(simaccount.DefaultToken, simaccount.LogsRead)
	if code, _ := ask(t, e, http.MethodGet, "/logs/explorer/datasets", "", ""); code != http.StatusForbidden {
		t.Errorf("without the permission: %d", code)
	}
}

// What is changed through the API stands in the audit log, without a key; a dry run does not.
func TestAChangeIsAudited(t *testing.T) {
	e := simaccount.New(simaccount.Options{})
	id := e.Insert(simaccount.Routes, simaccount.Object{"prefix": "10.9.0.0/16", "nexthop": "10.213.0.1", "priority": int64(100)})
	for _, dry := range []string{"?validate_only=true", ""} {
		if code, body := ask(t, e, http.MethodPut, "/magic/routes/"+id+dry, "application/json",
			`{"prefix":"10.9.0.0/16","nexthop":"10.213.0.1","priority":90}`); code != 200 {
			t.Fatal(code, body)
		}
	}
	day := time.Now().UTC()
	_, body := ask(t, e, http.MethodGet, "/logs/audit?since="+day.AddDate(0, 0, -1).Format(time.DateOnly)+"&before="+
		day.AddDate(0, 0, 2).Format(time.DateOnly), "", "")
	if strings.Count(body, id) != 1 || !strings.Contains(body, `"type":"update"`) || !strings.Contains(body, `"priority"`) {
		t.Error(body)
	}
}
