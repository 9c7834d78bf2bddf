package api

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// text is a column as a text that is safe for a terminal; "" when it has none.
func (r logRow) text(name string) string {
	raw := r.get(name)
	var s string
	if json.Unmarshal(raw, &s) != nil {
		var n json.Number
		if json.Unmarshal(raw, &n) != nil {
			return ""
		}
		s = n.String()
	}
	return shorten(clean(s), recordText)
}

// number is a column that is a number, or a text of one.
func (r logRow) number(name string) *int {
	n, err := strconv.Atoi(r.text(name))
	if err != nil {
		return nil
	}
	return &n
}

func (r logRow) asn(name string) *uint32 {
	n, err := strconv.ParseUint(r.text(name), 10, 32)
	if err != nil {
		return nil
	}
	asn := uint32(n)
	return &asn
}

func (r logRow) truth(name string) *bool {
	var b bool
	if json.Unmarshal(r.get(name), &b) != nil {
		b2, err := strconv.ParseBool(r.text(name))
		if err != nil {
			return nil
		}
		b = b2
	}
	return &b
}

// time is the first of the columns that is a time: RFC 3339, or a count of nanoseconds, milliseconds or seconds.
func (r logRow) time(names ...string) time.Time {
	for _, name := range names {
		text := r.text(name)
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999"} {
			if t, err := time.Parse(layout, text); err == nil {
				return t.UTC()
			}
		}
		n, err := strconv.ParseInt(text, 10, 64)
		switch {
		case err != nil || n < 1e9: // seconds since 1970 that small are of before Cloudflare
		case n > 1e17:
			return time.Unix(0, n).UTC()
		case n > 1e11:
			return time.UnixMilli(n).UTC()
		default:
			return time.Unix(n, 0).UTC()
		}
	}
	return time.Time{}
}

// object is a column that is an object, or a text that holds one.
func (r logRow) object(name string) logRow {
	var inner logRow
	raw := r.get(name)
	if json.Unmarshal(raw, &inner) == nil {
		return inner
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		_ = json.Unmarshal([]byte(s), &inner)
	}
	return inner
}

// mostInRow is how many elements of a list are kept.
const mostInRow = 200

// list are the elements of a list as texts: of objects their JSON.
func (r logRow) list(name string) []string {
	var out []string
	elements(r.get(name), func(value []byte) bool {
		s := (logRow{"v": value}).text("v")
		if s == "" {
			s = shorten(clean(string(value)), recordText)
		}
		out = append(out, s)
		return len(out) < mostInRow
	})
	if out == nil {
		if one := r.text(name); one != "" {
			out = strings.FieldsFunc(one, func(c rune) bool { return c == ',' || c == ' ' })
		}
	}
	return out
}

func (r logRow) bgp(at time.Time) BGPEvent {
	data := r.object("eventdata")
	e := BGPEvent{At: at, Direction: r.text("direction"), Kind: r.text("eventkind"),
		TunnelID: strings.ToLower(strings.ReplaceAll(r.text("tunnelid"), "-", ""))}
	d := &e.Data
	d.PeerASN, d.CloudflareASN, d.BGPID = data.asn("peer_asn"), data.asn("cloudflare_asn"), data.text("bgp_id")
	d.HoldTime, d.Capabilities = data.number("hold_time"), data.list("capabilities")
	d.ASPath, d.Code, d.Subcode = strings.Join(data.list("as_path"), " "), data.number("code"), data.number("subcode")
	d.Reason, d.FromState, d.ToState = withoutPersons(data.text("reason")), data.text("from_state"), data.text("to_state")
	d.Event, d.Message, d.Src, d.Dst = data.text("event"), withoutPersons(data.text("message")), data.text("src"), data.text("dst")
	d.Disabled, d.Import, d.Export = data.truth("disabled"), data.truth("import"), data.truth("export")
	for _, text := range data.list("announced") {
		if p, err := netip.ParsePrefix(text); err == nil {
			d.Announced = append(d.Announced, p.Masked())
		}
	}
	if e.Kind == SessionConfig || e.Kind == FilterConfig || e.Kind == RedistributeConfig {
		d.Changed = slices.DeleteFunc(r.names("eventdata"), func(name string) bool { return plainKey(name) == "disabled" })
	}
	return e
}

func (r logRow) audit() AuditEntry {
	action, actor, resource := r.object("action"), r.object("actor"), r.object("resource")
	return AuditEntry{ID: r.text("id"), At: action.time("time"), Action: action.text("type"), Result: action.text("result"),
		About: withoutPersons(action.text("description")),
		Actor: AuditActor{Type: actor.text("type"), Context: actor.text("context"), TokenName: actor.text("token_name"),
			Email: actor.text("email"), Address: actor.text("ip_address")},
		Resource: resource.text("type"), Product: resource.text("product"), ObjectID: resource.text("id"), Fields: resource.names("request")}
}

// names are the names of the fields of an object in a column, as they were sent; nil when it is none.
func (r logRow) names(column string) []string {
	var m map[string]json.RawMessage
	raw := r.get(column)
	if json.Unmarshal(raw, &m) != nil {
		var s string
		if json.Unmarshal(raw, &s) != nil || json.Unmarshal([]byte(s), &m) != nil {
			return nil
		}
	}
	var names []string
	for name := range m {
		if len(names) < mostInRow {
			names = append(names, shorten(clean(name), 40))
		}
	}
	slices.Sort(names)
	return names
}
