package simaccount

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"flarewire/internal/sorting"
)

// The datasets of the Log Explorer that the simulated account knows, with the columns of the documents (Logpush datasets) in lower case,
// as the documents' example of an answer has them.
const (
	BGPLogs   = "magic_bgp_logs"
	IPsecLogs = "ipsec_logs"
	AuditLogs = "audit_logs_v2"
)

// LogsRead and NotificationsRead are permission groups that only Cloudflare's logs need.
const (
	LogsRead          = "Logs Read"
	NotificationsRead = "Notifications Read"
)

var logColumns = map[string][]string{
	BGPLogs:   {"direction", "eventdata", "eventkind", "eventtimestamp", "tunnelid", "tunnelname"},
	IPsecLogs: {"level", "localip", "localport", "message", "remoteip", "remoteport", "timestamp"},
}

// logTime is the column of a dataset that a query must bound.
var logTime = map[string]string{BGPLogs: "eventtimestamp", IPsecLogs: "timestamp"}

// accountRecord is what Cloudflare wrote down of the account.
type accountRecord struct {
	enabled  []string            // datasets
	logs     map[string][]Object // rows by dataset, oldest first
	repeats  []repeated
	audit    []Object // oldest first
	policies []Object
}

func recordOperations() []operation {
	readers := []string{LogsRead}
	settings := []string{AccountSettingRead}
	return []operation{
		{method: http.MethodGet, path: "/accounts/{account_id}/logs/explorer/datasets", needs: readers, run: listDatasets},
		{method: http.MethodGet, path: "/accounts/{account_id}/logs/explorer/query/sql", needs: readers, run: queryByGet},
		{method: http.MethodPost, path: "/accounts/{account_id}/logs/explorer/query/sql", needs: readers, run: queryByPost},
		{method: http.MethodGet, path: "/accounts/{account_id}/logs/audit", needs: settings, run: listAudit},
		{method: http.MethodGet, path: "/accounts/{account_id}/alerting/v3/policies",
			needs: []string{NotificationsRead, AccountSettingRead}, run: listPolicies},
	}
}

// EnableLogs makes datasets of the Log Explorer available; they are paid for and off in a new account.
func (s *Server) EnableLogs(datasets ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auditRecords.enabled = datasets
}

// Log writes a row of a dataset. Columns are as in the documents, in lower case; the time is the account's, less the time that it is ago.
func (s *Server) Log(dataset string, ago time.Duration, row Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	row = deepCopy(row).(Object)
	row[logTime[dataset]] = s.now().Add(-ago).UTC().Format(time.RFC3339Nano)
	if s.auditRecords.logs == nil {
		s.auditRecords.logs = map[string][]Object{}
	}
	s.auditRecords.logs[dataset] = append(s.auditRecords.logs[dataset], row)
}

// LogBGP writes an event of the session of a tunnel, found by name. direction is "to_cloudflare", "from_cloudflare" or empty.
func (s *Server) LogBGP(tunnel string, ago time.Duration, direction, kind string, data Object) {
	s.mu.Lock()
	id := s.tunnelID(tunnel)
	s.mu.Unlock()
	s.Log(BGPLogs, ago, Object{"direction": direction, "eventkind": kind, "eventdata": data, "tunnelid": id, "tunnelname": tunnel})
}

func (s *Server) tunnelID(name string) string {
	for _, kind := range []Resource{GRETunnels, IPsecTunnels} {
		if r := s.objects[kind].find(name); r != nil {
			return strings.ReplaceAll(r.id, "-", "")
		}
	}
	return ""
}

// Actor is who did something, as the audit log names it.
type Actor struct {
	Type, Context, Email, Address, TokenName string
}

// Audit writes an entry of the audit log about an object, found by id or name: what somebody else did. request are the fields that were
// sent.
func (s *Server) Audit(ago time.Duration, by Actor, action string, kind Resource, idOrName string, request Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := idOrName
	if c := s.objects[kind]; c != nil {
		if r := c.find(idOrName); r != nil {
			id = r.id
		}
	}
	s.audited(s.now().Add(-ago), by, action, map[string]string{"create": "POST", "delete": "DELETE"}[action], kind, id, request)
}

// audited appends an entry. Which product and type Cloudflare writes for these objects no document says.
func (s *Server) audited(at time.Time, by Actor, action, method string, kind Resource, id string, request Object) {
	hash := s.hash("audit", len(s.auditRecords.audit))
	product := "magic_transit"
	if slices.Contains([]Resource{Prefixes, BGPPrefixes, Bindings, Delegations}, kind) {
		product = "addressing"
	}
	actor := Object{"id": hexText(hash[16:32]), "type": by.Type, "context": by.Context}
	for name, v := range map[string]string{"email": by.Email, "ip_address": by.Address, "token_name": by.TokenName} {
		if v != "" {
			actor[name] = v
		}
	}
	s.auditRecords.audit = append(s.auditRecords.audit, Object{
		"id": hexText(hash[:16]), "account": Object{"id": s.account},
		"action": Object{"type": action, "result": "success", "time": at.UTC().Format(time.RFC3339), "description": action + " " + string(kind)},
		"actor":  actor,
		"raw":    Object{"method": or(method, "PUT"), "status_code": 200, "cf_ray_id": hexText(hash[:8])},
		"resource": Object{"id": id, "product": product, "type": string(kind), "scope": "accounts", "request": request,
			"response": Object{}},
	})
	sorting.Sort(s.auditRecords.audit, func(a, b Object) int {
		return strings.Compare(a["action"].(Object)["time"].(string), b["action"].(Object)["time"].(string))
	})
}

// AddPolicy adds an alert policy.
func (s *Server) AddPolicy(name, alertType string, enabled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hash := s.hash("policy", len(s.auditRecords.policies))
	s.auditRecords.policies = append(s.auditRecords.policies, Object{"id": hexText(hash[:16]), "name": name, "alert_type": alertType,
		"enabled": enabled, "filters": Object{}, "mechanisms": Object{"email": []any{Object{"id": "noc@northwind.example"}}}})
}

func listPolicies(c *call) (any, error) { return anyList(c.server.auditRecords.policies), nil }

func anyList(rows []Object) []any {
	out := make([]any, len(rows))
	for i, r := range rows {
		out[i] = r
	}
	return out
}

// listDatasets answers with the datasets that the account has enabled.
func listDatasets(c *call) (any, error) {
	out := []any{}
	for _, name := range c.server.auditRecords.enabled {
		hash := c.server.hash("dataset", name)
		out = append(out, Object{"dataset": name, "dataset_id": hexText(hash[:16]), "enabled": true, "object_id": c.server.account,
			"object_type": "account"})
	}
	return out, nil
}

// auditWindow is how far back the audit log goes.
const auditWindow = 30 * day

// listAudit answers a page of the audit log, newest first. Both ends of the time are required.
func listAudit(c *call) (any, error) {
	since, before := c.query.Get("since"), c.query.Get("before")
	from, ok := instant(since)
	to, ok2 := instant(before)
	switch {
	case !ok || !ok2:
		return nil, newProblem(http.StatusBadRequest, 10400, "since and before are required and must be dates or RFC 3339 times")
	case !to.After(from):
		return nil, newProblem(http.StatusBadRequest, 10400, "before must be after since")
	case c.now.Sub(from) > auditWindow+day:
		return nil, newProblem(http.StatusBadRequest, 10400, "the audit log goes back 30 days")
	}
	for name := range c.query {
		if !slices.Contains([]string{"since", "before", "limit", "cursor", "direction"}, name) {
			return nil, newProblem(http.StatusBadRequest, 10400, "unknown parameter "+name)
		}
	}
	limit, err := c.number("limit", 100, 1, 1000)
	if err != nil {
		return nil, err
	}
	start, err := c.number("cursor", 0, 0, 1<<20)
	if err != nil {
		return nil, err
	}
	var all []Object
	for _, entry := range c.server.auditRecords.audit {
		at, _ := instant(entry["action"].(Object)["time"])
		if !at.Before(from) && at.Before(to) {
			all = append(all, entry)
		}
	}
	if c.query.Get("direction") != "asc" {
		slices.Reverse(all)
	}
	page := all[min(start, len(all)):min(start+limit, len(all))]
	info := Object{"count": len(page)}
	if start+limit < len(all) {
		info["cursor"] = cursorText(start + limit)
	}
	return paged{result: anyList(page), info: info}, nil
}

// auditCall writes a change that was made through the API into the audit log.
func (s *Server) auditCall(c *call, method string) {
	action := map[string]string{http.MethodPost: "create", http.MethodPut: "update", http.MethodPatch: "update",
		http.MethodDelete: "delete"}[method]
	changes := slices.ContainsFunc([]string{"/magic/", "/cni/", "/addressing/"},
		func(part string) bool { return strings.Contains(c.op.path, part) })
	if action == "" || c.dry || !changes {
		return
	}
	kind, id := Resource(""), ""
	for i, segment := range c.op.segments {
		switch {
		case !strings.HasPrefix(segment, "{") && i > 2:
			kind = Resource(segment)
		case strings.HasPrefix(segment, "{") && i > 2:
			id = c.vars[strings.Trim(segment, "{}")]
		}
	}
	by := Actor{Type: "user", Context: "api_token", Email: DefaultEmail, Address: "192.0.2.200", TokenName: "flarewire"}
	if c.token != nil && c.token.kind == AuthKey {
		by.Context, by.TokenName = "api_key", ""
	}
	request, err := c.object("Audit")
	if err != nil {
		request = Object{}
	}
	for _, secret := range []string{"psk", "md5_key"} {
		delete(request, secret)
	}
	if bgp, ok := request["bgp"].(map[string]any); ok {
		delete(bgp, "md5_key")
	}
	s.audited(c.now, by, action, method, kind, id, request)
}
