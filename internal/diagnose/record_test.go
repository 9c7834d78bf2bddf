package diagnose_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/store"
)

// Cloudflare's logs about the tunnel x, which fell ten minutes ago.

const fellAgo = 10 * time.Minute

func to[T any](v T) *T { return &v }

func event(ago time.Duration, direction, kind string, data api.BGPEventData) api.BGPEvent {
	return api.BGPEvent{At: night.Add(-ago), Direction: direction, Kind: kind, TunnelID: "x", Data: data}
}

func fell(ago time.Duration) api.BGPEvent {
	return event(ago, "", api.StateTransition, api.BGPEventData{FromState: "Established", ToState: "Idle", Event: "BGP_Stop"})
}

func notification(ago time.Duration, from string, code, subcode int, reason string) api.BGPEvent {
	return event(ago, from, api.NotificationMessage, api.BGPEventData{Code: to(code), Subcode: to(subcode), Reason: reason})
}

func open(ago time.Duration, asn uint32) api.BGPEvent {
	return event(ago, api.ToCloudflare, api.OpenMessage, api.BGPEventData{PeerASN: to(asn), HoldTime: to(90),
		Capabilities: []string{"4-octet AS"}})
}

func tcp(ago time.Duration, reason string) api.BGPEvent {
	return event(ago, "", api.HandshakeFailed, api.BGPEventData{Reason: reason, Src: "10.1.0.0", Dst: "10.1.0.1"})
}

// recorded adds the record of the tunnel x to the facts: events and messages of IKE.
func recorded(f diagnose.Facts, rows ...any) diagnose.Facts {
	a := store.RecordAnswer{At: night, From: night.Add(-2 * time.Hour), To: night, AskedAudit: true, AskedBGP: true, AskedIKE: true}
	for _, r := range rows {
		switch r := r.(type) {
		case api.BGPEvent:
			a.BGP = append(a.BGP, r)
		case api.IKEMessage:
			a.IKE = append(a.IKE, r)
		case api.AuditEntry:
			a.Audit = append(a.Audit, r)
		}
	}
	slices.SortStableFunc(a.BGP, func(x, y api.BGPEvent) int { return x.At.Compare(y.At) })
	f.Records = map[string]store.RecordAnswer{"id-x": a}
	return f
}

func ike(ago time.Duration, message string) api.IKEMessage {
	return api.IKEMessage{At: night.Add(-ago), Level: "info", Message: message}
}

func down(kind api.TunnelKind, fsm string, more ...is) diagnose.Facts {
	return an(x(kind, "10.1.0.0/31", append([]is{session(fsm, api.BGPDown), upUntil(90*day, fellAgo)}, more...)...))
}

// recordFaults are faults of a session that only the record can tell for certain.
func recordFaults() map[string]struct {
	is    diagnose.Facts
	rows  []any
	cause diagnose.Cause
	says  []string
	never []diagnose.Cause // disproved
} {
	cease := func(from string, subcode int, reason string) []any {
		return []any{fell(fellAgo), notification(fellAgo, from, 6, subcode, reason)}
	}
	return map[string]struct {
		is    diagnose.Facts
		rows  []any
		cause diagnose.Cause
		says  []string
		never []diagnose.Cause
	}{
		"bad peer AS": {down(api.GRE, "Idle", overTCP, created(2*time.Hour)), []any{fell(fellAgo), open(61*time.Second, 64613),
			notification(time.Minute, api.FromCloudflare, 2, 2, "Bad Peer AS")}, diagnose.ASNMismatch,
			[]string{"Cloudflare sent NOTIFICATION 2/2 Bad Peer AS at", "your router announced AS 64613; AS 65010 is configured"}, nil},
		"bad peer AS, and a newer OPEN": {down(api.GRE, "Idle", overTCP), []any{open(2*time.Minute, 64613),
			notification(119*time.Second, api.FromCloudflare, 2, 2, "Bad Peer AS"), open(time.Second, 64614)}, diagnose.ASNMismatch,
			[]string{"your router announced AS 64613; AS 65010 is configured"}, nil},
		"bad peer AS by the router": {down(api.GRE, "OpenSent"), []any{notification(time.Minute, api.ToCloudflare, 2, 2, "")},
			diagnose.ASNMismatch, []string{"Your router sent", "expects another AS number from Cloudflare than 13335"}, nil},
		"unsupported capability": {down(api.IPsec, "Idle", overTCP), []any{open(65*time.Second, 65010),
			notification(time.Minute, api.FromCloudflare, 2, 7, "")}, diagnose.CapabilityRefused, []string{"2/7 Unsupported Capability"},
			[]diagnose.Cause{diagnose.ASNMismatch}},
		"unacceptable hold time": {down(api.GRE, "Idle", overTCP), []any{notification(time.Minute, api.FromCloudflare, 2, 6, "")},
			diagnose.HoldTime, []string{"2/6 Unacceptable Hold Time", "45 s"}, nil},
		"another refused OPEN": {down(api.GRE, "Idle", overTCP), []any{notification(time.Minute, api.FromCloudflare, 2, 3, "")},
			diagnose.OpenRefused, []string{"2/3 Bad BGP Identifier"}, nil},
		"hold timer": {down(api.GRE, "Connect"), []any{fell(fellAgo), notification(fellAgo, api.FromCloudflare, 4, 0, "")},
			diagnose.HoldTimerExpired, []string{"4/0 Hold Timer Expired", "KEEPALIVEs did not arrive"}, nil},
		"shutdown on the router": {down(api.GRE, "Idle", overTCP), cease(api.ToCloudflare, 2, "maintenance until 04:00"),
			diagnose.SessionEnded, []string{"6/2 Cease, Administrative Shutdown", "maintenance until 04:00", "shut down on the router"},
			[]diagnose.Cause{diagnose.HoldTime}},
		"maximum-prefix of the router": {down(api.GRE, "Idle", overTCP), cease(api.ToCloudflare, 1, ""), diagnose.MaximumPrefixes,
			[]string{"6/1 Cease, Maximum Number of Prefixes Reached", "than the router's maximum"}, nil},
		"maximum-prefix of Cloudflare's": {down(api.GRE, "Idle", overTCP), cease(api.FromCloudflare, 1, ""), diagnose.MaximumPrefixes,
			[]string{"than Cloudflare takes"}, nil},
		"collision": {down(api.GRE, "Connect"), []any{notification(90*time.Second, api.FromCloudflare, 6, 7, ""),
			notification(30*time.Second, api.FromCloudflare, 6, 7, "")}, diagnose.Collision, []string{"6/7 Cease, Connection Collision"}, nil},
		"TCP refused": {down(api.GRE, "Active", md5), []any{fell(fellAgo), tcp(2*time.Minute, "connection refused"),
			tcp(time.Minute, "connection refused")}, diagnose.TCPRefused, []string{"between 10.1.0.0 and 10.1.0.1, 2 of them", "unconfirmed"},
			[]diagnose.Cause{diagnose.ASNMismatch}},
		"TCP timeout after the hold timer": {down(api.GRE, "Active"), []any{fell(fellAgo), notification(fellAgo, api.FromCloudflare, 4, 0, ""),
			tcp(time.Minute, "i/o timeout")}, diagnose.TCPTimeout, []string{"Nothing comes back", "It began with NOTIFICATION 4/0"}, nil},
		"TCP fails otherwise": {down(api.GRE, "Active"), []any{tcp(time.Minute, "odd")}, diagnose.TCPFailed, []string{"odd"}, nil},
		"a filter changed": {down(api.GRE, "Idle", overTCP), []any{fell(fellAgo),
			event(fellAgo+20*time.Second, "", api.FilterConfig, api.BGPEventData{Import: to(true), Changed: []string{"import"}}),
			notification(fellAgo, api.FromCloudflare, 6, 6, "")}, diagnose.FilterChanged,
			[]string{"BGP filter changed: import", "20s later", "6/6 Cease, Other Configuration Change"}, nil},
		"the session's configuration changed": {down(api.GRE, "Idle", overTCP), []any{fell(fellAgo),
			event(fellAgo+5*time.Second, "", api.SessionConfig, api.BGPEventData{Changed: []string{"hold_time"}}),
			notification(fellAgo, api.FromCloudflare, 6, 3, "")}, diagnose.SessionReset, []string{"session configuration changed: hold_time"}, nil},
		"the redistribution changed": {down(api.GRE, "Idle", overTCP), []any{fell(fellAgo),
			event(fellAgo+5*time.Second, "", api.RedistributeConfig, api.BGPEventData{Changed: []string{"static"}}),
			notification(fellAgo, api.FromCloudflare, 6, 6, "")}, diagnose.RoutesChanged,
			[]string{"route redistribution changed: static", "the session went down 5s later", "6/6 Cease"}, nil},
		"disabled": {down(api.GRE, "Idle"), []any{fell(fellAgo),
			event(fellAgo, "", api.SessionConfig, api.BGPEventData{Disabled: to(true)})}, diagnose.SessionDisabled, []string{"was disabled"}, nil},
		"an UPDATE that is malformed": {down(api.GRE, "Idle", overTCP), []any{fell(fellAgo),
			notification(fellAgo, api.FromCloudflare, 3, 11, "")}, diagnose.BGPError, []string{"3/11 Malformed AS_PATH"}, nil},
		"PSK mismatch": {down(api.IPsec, "Active", health(0)), []any{ike(time.Minute, "IKE_AUTH failed: MAC mismatched")}, diagnose.IKEAuth,
			[]string{"pre-shared keys of both sides differ", "MAC mismatched", "unconfirmed"}, nil},
		"the key was changed": {down(api.IPsec, "Active", health(0), keyed(12*time.Minute)),
			[]any{ike(time.Minute, "received AUTHENTICATION_FAILED notify")}, diagnose.IKEAuth,
			[]string{"A new pre-shared key was generated", "AUTHENTICATION_FAILED"}, nil},
		"no proposal": {down(api.IPsec, "Active", health(0)), []any{ike(time.Minute, "received NO_PROPOSAL_CHOSEN")}, diagnose.IKEProposal,
			[]string{"no proposal in common"}, nil},
		"IKE identity": {down(api.IPsec, "Active", health(0)), []any{ike(time.Minute, "no matching peer config found")},
			diagnose.IKEIdentity, []string{"identity"}, nil},
		"selectors": {down(api.IPsec, "Active", health(0)), []any{ike(time.Minute, "received TS_UNACCEPTABLE")}, diagnose.IKESelectors,
			[]string{"0.0.0.0/0"}, nil},
		"no answer to IKE": {down(api.IPsec, "Active", health(0)), []any{ike(time.Minute, "giving up after 5 retransmits")},
			diagnose.IKETimeout, []string{"does not answer"}, nil},
	}
}

// With the record the first cause is certain and has the record among its evidence; without it the same fault is only likely or possible,
// as it was before there was a record.
func TestTheRecordMakesACauseCertain(t *testing.T) {
	for name, test := range recordFaults() {
		t.Run(name, func(t *testing.T) {
			before := diagnose.New(test.is).Tunnel("id-x")
			if len(before) == 0 || before[0].Likelihood == diagnose.Certain {
				t.Fatalf("without the record: %+v", before)
			}
			found := diagnose.New(recorded(test.is, test.rows...)).Tunnel("id-x")
			first := found[0]
			if first.Cause != test.cause || first.Likelihood != diagnose.Certain || first.Impact != diagnose.Outage {
				t.Fatalf("%s, %s, %s; want %s\n%s", first.Cause, first.Likelihood, first.Impact, test.cause, first.Text)
			}
			if !strings.Contains(first.Because(), "_logs ") || first.Next == "" || !strings.Contains(first.Source, "unconfirmed") {
				t.Errorf("because %s\nnext %s\nsource %s", first.Because(), first.Next, first.Source)
			}
			if !slices.IsSortedFunc(first.Evidence, func(a, b diagnose.Evidence) int { return noted(a).Compare(noted(b)) }) &&
				first.Cause == diagnose.ASNMismatch {
				t.Errorf("the evidence of a cause is of after its effect: %s", first.Because())
			}
			for _, text := range test.says {
				if !strings.Contains(first.Text+" "+first.Next, text) {
					t.Errorf("does not say %q:\n%s\n%s", text, first.Text, first.Next)
				}
			}
			for _, never := range test.never {
				if slices.ContainsFunc(found, func(f diagnose.Finding) bool { return f.Cause == never }) {
					t.Errorf("%s is disproved and still stands there", never)
				}
			}
			if n := len(found); n > 1 && found[1].Cause == first.Cause {
				t.Errorf("%s twice", first.Cause)
			}
		})
	}
}

// noted is when an event that is evidence was; the end of time for other evidence.
func noted(e diagnose.Evidence) time.Time {
	words := strings.Fields(e.Field)
	if at, err := time.Parse(time.RFC3339, words[len(words)-1]); err == nil {
		return at
	}
	return night.Add(time.Hour)
}

// What the router said of its AS number is known only of a session that is down now.
func TestWhatTheRouterSaidOfItsNumber(t *testing.T) {
	for name, c := range map[string]struct {
		facts diagnose.Facts
		want  uint32
	}{
		"refused":  {recorded(down(api.GRE, "Idle", overTCP), open(time.Minute, 64613)), 64613},
		"no OPEN":  {recorded(down(api.GRE, "Idle", overTCP), tcp(time.Minute, "timeout")), 0},
		"unasked":  {down(api.GRE, "Idle", overTCP), 0},
		"up again": {recorded(an(x(api.GRE, "10.1.0.0/31")), open(time.Minute, 64613)), 0},
	} {
		if said, known := diagnose.New(c.facts).Said("id-x"); said != c.want || known != (c.want != 0) {
			t.Errorf("%s: AS %d, %v; want %d", name, said, known, c.want)
		}
	}
}

// The record of an earlier break, of a tunnel that came up since, or one that proves nothing leaves everything as it is.
func TestTheRecordProvesNoMoreThanItSays(t *testing.T) {
	up := an(x(api.GRE, "10.1.0.0/31"))
	for name, test := range map[string]struct {
		is   diagnose.Facts
		rows []any
	}{
		"the session is up": {up, []any{fell(fellAgo), notification(fellAgo, api.ToCloudflare, 6, 2, "")}},
		"before the session came up": {down(api.GRE, "Active"), []any{notification(3*time.Hour, api.FromCloudflare, 2, 2, ""),
			event(2*time.Hour, "", api.StateTransition, api.BGPEventData{FromState: "OpenConfirm", ToState: "Established"})}},
		"only transitions":        {down(api.GRE, "Active"), []any{fell(fellAgo)}},
		"an odd kind":             {down(api.GRE, "Active"), []any{event(time.Minute, "", "something_new", api.BGPEventData{})}},
		"TCP below a dead tunnel": {down(api.GRE, "Active", health(0)), []any{tcp(time.Minute, "timeout")}},
		"IKE came up after it": {down(api.IPsec, "Active", health(0)), []any{ike(5*time.Minute, "AUTHENTICATION_FAILED"), ike(time.Minute,
			"IKE_SA established")}},
		"nothing": {down(api.GRE, "Active"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			before := diagnose.New(test.is).Tunnel("id-x")
			after := diagnose.New(recorded(test.is, test.rows...)).Tunnel("id-x")
			if before[0].Cause != after[0].Cause || before[0].Likelihood != after[0].Likelihood {
				t.Errorf("%s (%s), was %s (%s)", after[0].Cause, after[0].Likelihood, before[0].Cause, before[0].Likelihood)
			}
		})
	}
}

func changed(ago time.Duration, id string, actor api.AuditActor, fields ...string) api.AuditEntry {
	return api.AuditEntry{At: night.Add(-ago), Action: "update", Result: "success", ObjectID: id, Actor: actor, Fields: fields}
}

var (
	ci  = api.AuditActor{Type: "user", Context: "api_token", TokenName: "ci", Email: "kim@northwind.example", Address: "192.0.2.77"}
	kim = api.AuditActor{Type: "user", Context: "dash", Email: "kim@northwind.example", Address: "192.0.2.77"}
)

// A change of somebody else that caused the incident stands first, with who made it; one that merely coincides does not. Nobody's e-mail
// or address is in a finding.
func TestWhoChangedWhatJustBefore(t *testing.T) {
	dead := func(more ...is) diagnose.Facts {
		return down(api.GRE, "Active", append([]is{health(0), modified(fellAgo + time.Minute)}, more...)...)
	}
	badAS := []any{fell(fellAgo), open(time.Minute, 64613), notification(time.Minute, api.FromCloudflare, 2, 2, "")}
	for name, test := range map[string]struct {
		is    diagnose.Facts
		rows  []any
		first string // how the first finding begins
		never string
	}{
		"the CI token changed the AS": {down(api.GRE, "Idle", overTCP), append(badAS, changed(fellAgo+time.Minute, "id-x", ci, "bgp")),
			`Changed by API token "ci" at`, ""},
		"somebody changed the MTU, nothing is proven": {dead(), []any{changed(fellAgo+time.Minute, "id-x", kim, "mtu")},
			"Changed by a user in the dashboard at", ""},
		"the description of this tunnel": {dead(), []any{changed(fellAgo+time.Minute, "id-x", kim, "description")}, "Health checks",
			"Changed by"},
		"another tunnel's description": {down(api.GRE, "Active", health(0)), []any{changed(fellAgo+time.Minute, "id-y", kim, "description")},
			"Health checks", "Changed by"},
		"another tunnel's BGP": {down(api.GRE, "Active", health(0)), []any{changed(fellAgo+time.Minute, "id-y", ci, "bgp")}, "Health checks",
			"Changed by"},
		"two hours before": {down(api.GRE, "Active", health(0)), []any{changed(fellAgo+2*time.Hour, "id-x", ci, "bgp")}, "Health checks",
			"Changed by"},
		"it was refused": {down(api.GRE, "Active", health(0)), []any{func() api.AuditEntry {
			e := changed(fellAgo+time.Minute, "id-x", ci, "bgp")
			e.Result = "failure"
			return e
		}()}, "Health checks", "Changed by"},
		"a change, and the router was shut down": {down(api.GRE, "Idle", overTCP), []any{fell(fellAgo),
			notification(fellAgo, api.ToCloudflare, 6, 2, ""), changed(fellAgo+40*time.Minute, "id-x", ci, "mtu")},
			"Your router sent NOTIFICATION 6/2", ""},
	} {
		t.Run(name, func(t *testing.T) {
			account := diagnose.New(recorded(test.is, test.rows...))
			found := account.Tunnel("id-x")
			if !strings.HasPrefix(found[0].Text, test.first) {
				t.Errorf("%s", found[0].Text)
			}
			if i := account.Incidents()[0]; !strings.HasPrefix(i.Text, test.first) {
				t.Errorf("the incident: %s", i.Text)
			}
			all, err := json.Marshal(found)
			if err != nil {
				t.Fatal(err)
			}
			if text := string(all); strings.Contains(text, "kim@") || strings.Contains(text, "192.0.2.77") || test.never != "" &&
				strings.Contains(text, test.never) {
				t.Errorf("%s", text)
			}
		})
	}
}

// Several tunnels of one incident: one hand changed them, one reason ended them.
func TestTheRecordOfAnIncidentOfSeveral(t *testing.T) {
	var tunnels []store.Tunnel
	records := map[string]store.RecordAnswer{}
	for i := range 4 {
		name := fmt.Sprint("t", i)
		tunnels = append(tunnels, made(name, api.GRE, fmt.Sprintf("10.1.0.%d/31", 2*i), session("Idle", api.BGPDown), overTCP,
			upUntil(90*day, fellAgo)))
		a := store.RecordAnswer{At: night, AskedAudit: true, BGP: []api.BGPEvent{fell(fellAgo), notification(fellAgo, api.ToCloudflare, 6, 2,
			"")}}
		for j := range 4 {
			a.Audit = append(a.Audit, changed(fellAgo+time.Minute, fmt.Sprint("id-t", j), ci, "bgp"))
		}
		records["id-"+name] = a
	}
	f := an(append(tunnels, others(4)...)...)
	f.Records = records
	i := diagnose.New(f).Incidents()[0]
	if !i.Several() || i.Likelihood != diagnose.Certain || !strings.HasPrefix(i.Text, `4 of 4 were changed by API token "ci"`) ||
		!strings.Contains(i.Text, "6/2 Cease, Administrative Shutdown") {
		t.Errorf("%s: %s (%s)", i.Title, i.Text, i.Likelihood)
	}
}

// The times of the record are exact: since when, and the rhythm of a session that flaps.
func TestTheTimesOfTheRecordAreExact(t *testing.T) {
	f := recorded(down(api.GRE, "Active", upUntil(90*day, fellAgo-40*time.Second)), fell(fellAgo),
		notification(fellAgo, api.ToCloudflare, 6, 4, ""))
	account := diagnose.New(f)
	if since := account.Incidents()[0].Since; !since.Equal(night.Add(-fellAgo)) {
		t.Errorf("since %s, want %s", since, night.Add(-fellAgo))
	}
	var rows []any
	for i := range 5 {
		ago := time.Minute + time.Duration(i)*90*time.Second
		rows = append(rows, fell(ago), notification(ago, api.FromCloudflare, 4, 0, ""),
			event(ago-20*time.Second, "", api.StateTransition, api.BGPEventData{FromState: "OpenConfirm", ToState: "Established"}))
	}
	flapping := an(x(api.GRE, "10.1.0.0/31", func(t *store.Tunnel) { t.Track.Flapping, t.Track.WeekDowns = true, 5 }))
	first := diagnose.New(recorded(flapping, rows...)).Tunnel("id-x")[0]
	if first.Cause != diagnose.HoldTimerExpired || first.Likelihood != diagnose.Certain ||
		!strings.Contains(first.Text, "fell 5 times since") {
		t.Errorf("%s (%s): %s", first.Cause, first.Likelihood, first.Text)
	}
}

// Every code that an RFC names has words; one that none names is said to be so.
func TestNotificationsInWords(t *testing.T) {
	for want, d := range map[string]api.BGPEventData{
		"2/2 Bad Peer AS":        {Code: to(2), Subcode: to(2), Reason: "bad peer as"},
		"4/0 Hold Timer Expired": {Code: to(4)},
		"5/3 Receive Unexpected Message in Established State": {Code: to(5), Subcode: to(3)},
		"6/2 Cease, Administrative Shutdown “goodbye  no”":    {Code: to(6), Subcode: to(2), Reason: "goodbye  no"},
		"9/9 (a code that no RFC known here names)":           {Code: to(9), Subcode: to(9)},
		"3/99 UPDATE Message Error":                           {Code: to(3), Subcode: to(99)},
		"0/0 (a code that no RFC known here names)":           {},
	} {
		if got := diagnose.Notification(d); got != strings.ReplaceAll(want, "  ", " ") {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The reason of a failed handshake and what it said do not run together.
func TestWhyAHandshakeFailed(t *testing.T) {
	for want, data := range map[string]api.BGPEventData{
		"TCP handshake failed (timeout): no answer to SYN": {Reason: "timeout", Message: "no answer to SYN"},
		"TCP handshake failed (reset)":                     {Reason: "reset"},
		"TCP handshake failed: no answer":                  {Message: "no answer"},
		"TCP handshake failed":                             {},
	} {
		if got := diagnose.BGPEventText(event(time.Minute, "", api.HandshakeFailed, data)); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A tunnel that carries nothing loses its session when the hold timer expires: the log's NOTIFICATION is no cause of its own then.
func TestAnExpiredHoldTimerIsNoCauseOfADeadTunnel(t *testing.T) {
	found := diagnose.New(recorded(down(api.GRE, "Active", health(0)), fell(fellAgo),
		notification(fellAgo, api.FromCloudflare, 4, 0, ""))).Tunnel("id-x")
	if len(found) == 0 || found[0].Cause != diagnose.TunnelDown || slices.ContainsFunc(found, func(f diagnose.Finding) bool {
		return f.Cause == diagnose.HoldTimerExpired
	}) {
		t.Errorf("found %s", causes(found))
	}
}
