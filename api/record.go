package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Cloudflare's logs of what happened: the Log Explorer, the audit log and the alert policies. Nothing of it stands in an OpenAPI
// document; what Cloudflare's pages say is read, everything else about it is unconfirmed (docs/record.md). Each request is made once:
// a record that cannot be read is no reason to ask again and again.

const recordTimeout = 20 * time.Second

var (
	logsRead     = []string{"Logs Read", "Logs Write"} // Write is listed for datasets; that Read is enough is unconfirmed
	settingsRead = []string{"Account Settings Read", "Account Settings Write"}
	policiesRead = []string{"Notifications Read", "Account Settings Read"}

	opDatasets = Operation{Name: "logs.datasets", Service: LogsAPI, Method: http.MethodGet, Once: true,
		Path: "/accounts/{account_id}/logs/explorer/datasets", Permissions: logsRead}
	// opQueryLogs is the third POST that only reads; see readOnly.
	opQueryLogs = Operation{Name: "logs.query", Service: LogsAPI, Method: http.MethodPost, Once: true,
		Path: "/accounts/{account_id}/logs/explorer/query/sql", Permissions: logsRead}
	opAudit = Operation{Name: "audit.entries", Service: LogsAPI, Method: http.MethodGet, Once: true,
		Path: "/accounts/{account_id}/logs/audit", Query: []string{"since", "before", "limit", "cursor", "direction"}, Permissions: settingsRead}
	opPolicies = Operation{Name: "alert_policies.read", Service: LogsAPI, Method: http.MethodGet, Once: true,
		Path: "/accounts/{account_id}/alerting/v3/policies", Permissions: policiesRead}
)

// Dataset is a dataset of the Log Explorer.
type Dataset string

// The datasets that are asked.
const (
	BGPLogs   Dataset = "magic_bgp_logs"
	IPsecLogs Dataset = "ipsec_logs"
)

// Datasets returns the names of the datasets that the account has enabled. The names of the fields of an answer are unconfirmed.
func (a *AccountClient) Datasets(ctx context.Context) ([]Dataset, error) {
	type dataset struct {
		Dataset Dataset `json:"dataset"`
		Name    Dataset `json:"name"`
		Enabled *bool   `json:"enabled"`
		Raw     `json:"-"`
	}
	rows, err := recorded[dataset](ctx, a, &call{op: &opDatasets, args: []string{a.ID}}, "datasets", nil)
	var out []Dataset
	for _, r := range rows {
		if r.Enabled == nil || *r.Enabled {
			out = append(out, Dataset(clean(string(cmp.Or(r.Dataset, r.Name)))))
		}
	}
	return out, lenient(len(out), err)
}

// recorded reads a list of the record; rows without the id are of no use. Beside rows the error is a PartialError: some of them cannot be
// used.
func recorded[T any](ctx context.Context, a *AccountClient, in *call, title string, id func(*T) string) ([]T, error) {
	in.timeout = recordTimeout
	got, err := a.client.do(ctx, in)
	if err != nil {
		return nil, err
	}
	raw, err := a.client.result(got)
	if err != nil {
		return nil, err
	}
	if len(raw) > recordBytes {
		return nil, got.unusable("it is larger than a record can be")
	}
	return decodeList(got, raw, title, id)
}

// lenient is the error of a list without what is left out of it: for where nothing is concluded from what is not in the list.
func lenient(rows int, err error) error {
	if rows > 0 {
		return nil
	}
	return err
}

// Bounds of a record: an answer with more is not read, a text in it is cut.
const (
	recordBytes = 8 << 20
	recordRows  = 1000
	recordText  = 400
	recordWidth = 26 * time.Hour
	recordIDs   = 60
)

// Log is a query for rows of a dataset. It is made of times, ids and addresses only, each of which is checked and written anew by what it
// is parsed to: no text of anybody stands in the SQL.
type Log struct {
	dataset Dataset
	sql     string
}

// SQL is the query as it is sent.
func (l Log) SQL() string { return l.sql }

var hexID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// BGPLog asks for the events of the sessions of tunnels, by their ids, newest first.
func BGPLog(from, to time.Time, tunnelIDs ...string) (Log, error) {
	var ids []string
	for _, id := range tunnelIDs {
		plain := strings.ToLower(strings.ReplaceAll(id, "-", ""))
		if !hexID.MatchString(plain) {
			return Log{}, opQueryLogs.refuse(Invalid, "the id of a tunnel is not 32 hexadecimal digits; nothing was sent")
		}
		ids = append(ids, plain)
	}
	return logOf(BGPLogs, "eventtimestamp", "eventtimestamp, direction, eventkind, eventdata, tunnelid, tunnelname", from, to,
		in("tunnelid", ids))
}

// IPsecLog asks for the IKE messages between addresses, newest first. The dataset has no id of the tunnel.
func IPsecLog(from, to time.Time, local, remote []netip.Addr) (Log, error) {
	return logOf(IPsecLogs, "timestamp", "timestamp, level, localip, localport, remoteip, remoteport, message", from, to,
		in("localip", texts(local)), in("remoteip", texts(remote)))
}

func texts(addrs []netip.Addr) []string {
	var out []string
	for _, a := range addrs {
		if a.IsValid() {
			out = append(out, a.WithZone("").Unmap().String())
		}
	}
	return out
}

func in(column string, values []string) string {
	slices.Sort(values)
	values = slices.Compact(values)
	if len(values) == 0 || len(values) > recordIDs {
		return ""
	}
	return column + " IN ('" + strings.Join(values, "', '") + "')"
}

// logOf writes the query. Every part of it is either of this file, a number, or one of the values that were checked.
func logOf(dataset Dataset, at, columns string, from, to time.Time, conditions ...string) (Log, error) {
	from, to = from.UTC().Truncate(time.Second), to.UTC().Truncate(time.Second)
	switch {
	case slices.Contains(conditions, ""):
		return Log{}, opQueryLogs.refuse(Invalid, "a query of logs needs 1 to "+strconv.Itoa(recordIDs)+" ids or addresses; nothing was sent")
	case !to.After(from), to.Sub(from) > recordWidth, from.Year() < 1980, to.Year() > 9000:
		return Log{}, opQueryLogs.refuse(Invalid, "a query of logs is about 26 hours at the most; nothing was sent")
	}
	return Log{dataset, "SELECT " + columns + " FROM " + string(dataset) + " WHERE " + at + " >= '" + from.Format(time.RFC3339) + "' AND " +
		at +
		" <= '" + to.Format(time.RFC3339) + "' AND " + strings.Join(conditions, " AND ") + " ORDER BY " + at + " DESC LIMIT " +
		strconv.Itoa(recordRows)}, nil
}

// BGPEvent is something that happened to a BGP session, as Cloudflare wrote it down.
type BGPEvent struct {
	At        time.Time
	Direction string // ToCloudflare, FromCloudflare or ""
	Kind      string // one of the kinds below, or another
	TunnelID  string // 32 hexadecimal digits
	Data      BGPEventData
}

// The directions of messages.
const (
	ToCloudflare   = "to_cloudflare"
	FromCloudflare = "from_cloudflare"
)

// The kinds of events (Cloudflare docs: Logpush datasets, Magic BGP logs).
const (
	OpenMessage         = "open_message"
	UpdateMessage       = "update_message"
	NotificationMessage = "notification_message"
	StateTransition     = "bgp_state_transition"
	HandshakeFailed     = "tcp_handshake_failed"
	StalePaths          = "stale_path_timer_expired"
	SessionConfig       = "session_config_changed"
	FilterConfig        = "filter_config_changed"
	RedistributeConfig  = "redistribute_config_changed"
)

// BGPEventData are the values of an event; which of them are set depends on its kind. The names are documented, their types are not
// (unconfirmed): numbers are read from texts, too.
type BGPEventData struct {
	PeerASN       *uint32
	CloudflareASN *uint32
	BGPID         string
	HoldTime      *int
	Capabilities  []string
	Announced     []netip.Prefix
	ASPath        string
	Code, Subcode *int
	Reason        string
	FromState     string
	ToState       string
	Event         string
	Message       string
	Src, Dst      string
	Disabled      *bool
	Import        *bool
	Export        *bool
	Changed       []string // names of the fields besides the documented ones
}

// IKEMessage is a message of the IKE daemon of Cloudflare's about two addresses.
type IKEMessage struct {
	At            time.Time
	Level         string
	Local, Remote netip.Addr
	Message       string
}

// LogRows are the rows of an answer, oldest first.
type LogRows struct {
	BGP  []BGPEvent
	IKE  []IKEMessage
	Full bool // as many rows as were asked for: there may be older ones
}

// QueryLogs asks for rows of a dataset, once. The SQL is sent as the body of a POST, as text/plain: with --read-only this is let through,
// because what is sent is one SELECT by construction.
func (a *AccountClient) QueryLogs(ctx context.Context, l Log) (LogRows, error) {
	if l.sql == "" {
		return LogRows{}, opQueryLogs.refuse(Invalid, "the query is empty; nothing was sent")
	}
	rows, err := recorded[logRow](ctx, a, &call{op: &opQueryLogs, args: []string{a.ID}, body: []byte(l.sql), contentType: "text/plain"},
		"rows of "+string(l.dataset), nil)
	if err := lenient(len(rows), err); err != nil {
		return LogRows{}, err
	}
	out := LogRows{Full: len(rows) >= recordRows}
	for _, r := range rows[:min(len(rows), recordRows)] {
		switch at := r.time("eventtimestamp", "timestamp"); {
		case at.IsZero():
		case l.dataset == BGPLogs:
			out.BGP = append(out.BGP, r.bgp(at))
		default:
			out.IKE = append(out.IKE, IKEMessage{At: at, Level: r.text("level"), Local: addressOf(r.text("localip")),
				Remote: addressOf(r.text("remoteip")), Message: withoutPersons(r.text("message"))})
		}
	}
	slices.SortStableFunc(out.BGP, func(a, b BGPEvent) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(out.IKE, func(a, b IKEMessage) int { return a.At.Compare(b.At) })
	return out, nil
}

func addressOf(text string) netip.Addr {
	a, _ := netip.ParseAddr(text)
	return a.Unmap()
}

// AuditEntry is an entry of the audit log: who did what to which object. Of what was sent only the names of the fields are kept, never
// their values: there may be keys among them.
type AuditEntry struct {
	ID       string
	At       time.Time
	Action   string // create, update, delete …
	Result   string // success …
	About    string // the description of the action
	Actor    AuditActor
	Resource string // the type of the object
	Product  string
	ObjectID string
	Fields   []string // that were sent, in order of name; nil: not known
}

// AuditActor is who did something. Email and Address are personal: they are shown where somebody asks for them, and never stored or sent.
type AuditActor struct {
	Type      string // user, account, system …
	Context   string // dash, api_token, api_key …
	TokenName string
	Email     string
	Address   string
}

// By says who it was without anything personal: "API token \"ci\"", "a user in the dashboard".
func (a AuditActor) By() string {
	if name := withoutPersons(a.TokenName); name != "" {
		return "API token " + strconv.Quote(name)
	}
	who := "a user"
	switch {
	case strings.Contains(a.Type, "system"), strings.Contains(a.Type, "admin"):
		who = "Cloudflare"
	case a.Type != "" && a.Type != "user":
		who = "an actor of type " + withoutPersons(a.Type)
	}
	switch a.Context {
	case "dash":
		return who + " in the dashboard"
	case "api_token":
		return who + " with an API token"
	case "api_key":
		return who + " with a Global API Key"
	case "":
		return who
	}
	return who + " by " + withoutPersons(a.Context)
}

var personal = regexp.MustCompile(`[^\s"<>]*@[^\s"<>]*`)

// withoutPersons takes what looks like an e-mail address out of a text that somebody typed.
func withoutPersons(text string) string {
	return strings.TrimSpace(personal.ReplaceAllString(text, "…"))
}

// AuditSpan is how far back the audit log goes.
const AuditSpan = 30 * 24 * time.Hour

// auditPage is how many entries are read at once.
const auditPage = 500

// Audit reads the newest entries of a time, oldest first: one page. more says that there are older ones. Beside entries the error is a
// PartialError: some cannot be used.
func (a *AccountClient) Audit(ctx context.Context, since, before time.Time) (entries []AuditEntry, more bool, err error) {
	if !before.After(since) || before.Sub(since) > AuditSpan+24*time.Hour {
		return nil, false, opAudit.refuse(Invalid, "the audit log goes back 30 days; nothing was sent")
	}
	query := url.Values{"since": {since.UTC().Format(time.RFC3339)}, "before": {before.UTC().Format(time.RFC3339)},
		"limit": {strconv.Itoa(auditPage)}, "direction": {"desc"}}
	rows, err := recorded[logRow](ctx, a, &call{op: &opAudit, args: []string{a.ID}, query: query}, "entries of the audit log",
		func(r *logRow) string { return timeText(r.audit().At) })
	for _, r := range rows[:min(len(rows), recordRows)] {
		entries = append(entries, r.audit())
	}
	slices.SortStableFunc(entries, func(a, b AuditEntry) int { return a.At.Compare(b.At) })
	return entries, len(rows) >= auditPage, err
}

// timeText is a moment as a text, empty when it is none.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// AlertPolicy is an alert policy of the account. Whom it tells is not kept.
type AlertPolicy struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Type    string `json:"alert_type"`
	Enabled *bool  `json:"enabled"`
	Raw     `json:"-"`
}

// AlertPolicies reads the alert policies of the account. Beside policies the error is a PartialError: some cannot be used.
func (a *AccountClient) AlertPolicies(ctx context.Context) ([]AlertPolicy, error) {
	rows, err := recorded[AlertPolicy](ctx, a, &call{op: &opPolicies, args: []string{a.ID}}, "alert policies",
		func(p *AlertPolicy) string { return p.Type })
	for i := range rows {
		rows[i].Raw = Raw{} // it has the addresses of those who are told
		rows[i].Name = withoutPersons(clean(rows[i].Name))
	}
	return rows, err
}

// logRow is a row whose columns are read one by one: their names are documented with capitals, and shown in lower case.
type logRow map[string]json.RawMessage

// UnmarshalJSON reads an object with its keys in lower case, without underscores.
func (r *logRow) UnmarshalJSON(b []byte) error {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	*r = make(logRow, len(m))
	for k, v := range m {
		(*r)[plainKey(k)] = v
	}
	return nil
}

func plainKey(k string) string { return strings.ReplaceAll(strings.ToLower(k), "_", "") }

func (r logRow) get(name string) json.RawMessage { return r[plainKey(name)] }
