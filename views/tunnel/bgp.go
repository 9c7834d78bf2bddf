package tunnel

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// panel is the BGP session as the API reports it.
func panel(t store.Tunnel, now time.Time, env *kit.Env) resource.Section {
	s := resource.Section{Title: "BGP session"}
	add := func(f resource.Field) { s.Fields = append(s.Fields, f) }
	text, role := StateNow(env, t)
	add(resource.Field{Label: "State", Value: text, Role: role, Note: lastChange(t, now)})
	if st := t.BGPStatus; st != nil {
		add(fsmField(st))
		tcp, tcpRole := "not connected", tui.Bad
		if st.TCPEstablished {
			tcp, tcpRole = "connected", tui.Good
		}
		add(resource.Field{Label: "TCP", Value: tcp, Role: tcpRole})
		add(resource.Field{Label: "Cloudflare", Value: speaker(st.CFSpeakerIP, st.CFSpeakerPort), Note: "AS " +
			strconv.FormatUint(uint64(env.Feed.Last().CloudflareASN()), 10)})
		add(resource.Field{Label: "Customer", Value: speaker(st.CustomerSpeakerIP, st.CustomerSpeakerPort),
			Note: customerAS(t, env.Feed.Diagnosis())})
		value, _ := resource.Time(st.UpdatedAt.Time, now)
		add(resource.Field{Label: "Status updated", Value: value, Note: statusNote(t, now)})
	} else if t.BGP != nil {
		add(resource.Field{Label: "Customer AS", Value: asn(t), Note: "configured; the API reports no status"})
	}
	for _, text := range differences(t) {
		add(resource.Field{Label: "Not as configured", Value: text, Role: tui.Pending, Prose: true})
	}
	if t.BGP != nil {
		if len(t.BGP.ExtraPrefixes) > 0 {
			note := "advertised to you"
			if t.State != store.Up {
				note += " while the session is up"
			}
			add(resource.Field{Label: "Extra prefixes", Value: strings.Join(t.BGP.ExtraPrefixes, ", "), Note: note})
		}
		add(resource.Field{Label: "MD5 key", Value: kit.MD5(t.BGP)})
		s.Fields = append(s.Fields, env.FilterFields(t.BGP)...)
		add(resource.Field{Label: "Flaps", Value: strconv.Itoa(t.Track.WeekDowns), Note: weekNote(t, now)})
	}
	return s
}

// statusNote is how old the status is; of one from the future, whose age nobody knows, by how much.
func statusNote(t store.Tunnel, now time.Time) string {
	switch at := statusTime(t); {
	case at.IsZero():
		return ""
	case store.Ahead(at, now):
		return "in the future: a " + store.ClockDiffers(at.Sub(now))
	default:
		return resource.Ago(at, now)
	}
}

// customerAS is the AS number that is configured: the API does not tell the router's own. Where Cloudflare's log has another one from
// the router, that is said.
func customerAS(t store.Tunnel, read *diagnose.Account) string {
	if t.BGP == nil {
		return "no AS number is configured"
	}
	if said, known := read.Said(t.ID); known && said != t.BGP.CustomerASN {
		return fmt.Sprintf("AS %s configured; your router announced AS %d", asn(t), said)
	}
	return "AS " + asn(t) + " (configured)"
}

// lastChange says since when the state is as it is, as far as it was seen.
func lastChange(t store.Tunnel, now time.Time) string {
	var note string
	if t.Track.Changed.IsZero() {
		note = "unchanged since monitoring began (" + moment(t.Track.KnownSince, now) + " UTC)"
		if b := t.SessionOrHealthBegan(now); b.How == store.ByHealth {
			note += "; the tunnel's health checks have been failing for " + roughly(b.Open) + tui.AgeSince(b.At, now)
		}
	} else {
		note = "changed " + resource.Ago(t.Track.Changed, now) + ", " + moment(t.Track.Changed, now) + " UTC"
	}
	if gap := unwatched(t); gap != "" {
		note += "; " + gap
	}
	return note
}

func roughly(open bool) string {
	if open {
		return "at least "
	}
	return "about "
}

// unwatched says for how long nobody watched since the last change; "" for what a run needs to start anew, which is no gap to
// speak of.
func unwatched(t store.Tunnel) string {
	if gap := t.Track.Unwatched; gap >= time.Minute {
		return "not monitored for " + tui.Age(gap) + " of that time"
	}
	return ""
}

// moment is a time of today, or with its date.
func moment(at, now time.Time) string {
	at, now = at.UTC(), now.UTC()
	if at.YearDay() == now.YearDay() && at.Year() == now.Year() {
		return at.Format("15:04:05")
	}
	return at.Format("01-02 15:04:05")
}

// weekNote says what the count of the week rests on.
func weekNote(t store.Tunnel, now time.Time) string {
	from := t.Track.WeekFrom(now)
	note := "in the last 7 days"
	if now.Sub(t.Track.KnownSince) < 7*24*time.Hour {
		note = "since monitoring began, " + resource.Ago(from, now)
	}
	if n := t.Track.Downs; n != t.Track.WeekDowns {
		note += "; " + strconv.Itoa(n) + " in this run"
	}
	return note
}

// differences are what the reported session has otherwise than the configuration says. The API tells neither the AS number nor
// the MD5 key that the router uses, so those cannot be compared.
func differences(t store.Tunnel) []string {
	st := t.BGPStatus
	if st == nil {
		return nil
	}
	if t.BGP == nil {
		return []string{"The API reports a session, but no BGP is configured on this tunnel."}
	}
	var out []string
	subnet, _ := netip.ParsePrefix(t.InterfaceAddress)
	cloudflare, customer, ok := rules.Sides(subnet)
	if !ok {
		return nil
	}
	other := func(speaker string, side netip.Addr) bool {
		addr, err := netip.ParseAddr(speaker)
		return err == nil && side.IsValid() && addr.Is4() == side.Is4() && addr != side
	}
	if other(st.CFSpeakerIP, cloudflare) {
		out = append(out, fmt.Sprintf("Cloudflare's speaker is %s, its side of the interface %s.", st.CFSpeakerIP, cloudflare))
	}
	if other(st.CustomerSpeakerIP, customer) {
		out = append(out, fmt.Sprintf("Your speaker is %s, your side of the interface %s.", st.CustomerSpeakerIP, customer))
	}
	if cf, router := st.CFSpeakerPort, st.CustomerSpeakerPort; cf != 0 && cf != rules.BGPPort && router != rules.BGPPort {
		out = append(out, fmt.Sprintf("Neither side speaks on TCP %d: Cloudflare's port is %d.", rules.BGPPort, cf))
	}
	return out
}

func fsmField(s *api.BGPStatus) resource.Field {
	f := resource.Field{Label: "FSM", Value: s.FSM}
	if s.FSM == "" {
		f.Value, f.Note = "-", "the API reports no state"
	} else if step, ok := diagnose.ParseFSMState(s.FSM); ok {
		f.Note = step.Meaning
	}
	return f
}

func speaker(ip string, port int) string {
	switch {
	case ip == "":
		return "-"
	case port == 0:
		return ip
	}
	if addr, err := netip.ParseAddr(ip); err == nil && addr.Is6() {
		return fmt.Sprintf("[%s]:%d", ip, port)
	}
	return fmt.Sprintf("%s:%d", ip, port)
}

// timelineLength is how many changes the detail page shows.
const timelineLength = 8

// HistoryTitle is the title of the changes that were seen.
const HistoryTitle = "History (this machine)"

// timeline are the changes that were seen, the newest first: in this run and, where there is a history, in earlier ones.
func timeline(t store.Tunnel, now time.Time, g tui.Glyphs) resource.Section {
	s := resource.Section{Title: HistoryTitle}
	events := t.Track.Events
	for i := len(events) - 1; i >= max(0, len(events)-timelineLength); i-- {
		e := events[i]
		text, r := EventText(e)
		note := resource.Ago(e.At, now)
		if e.Unwatched {
			note += " or earlier: not monitored then"
		}
		s.Fields = append(s.Fields, resource.Field{Label: moment(e.At, now), Value: eventGlyph(e, g) + " " + text, Role: r, Note: note})
	}
	if more := len(events) - timelineLength; more > 0 {
		s.Fields = append(s.Fields, resource.Field{Value: fmt.Sprintf("and %d earlier ones", more), Role: tui.Muted, Prose: true})
	}
	if len(events) == 0 {
		s.Fields = append(s.Fields, resource.Field{Label: moment(t.Track.KnownSince, now), Value: "monitoring started; no change since",
			Role: tui.Muted, Note: unwatched(t)})
	}
	return s
}

// eventGlyph is that of the state after the event.
func eventGlyph(e store.Event, g tui.Glyphs) string {
	if e.Kind != store.HealthChanged {
		return glyph(e.To, g)
	}
	switch e.ToHealth {
	case store.Healthy:
		return g.Up
	case store.Degraded:
		return g.Pending
	case store.HealthDown:
		return g.Down
	}
	return g.Unknown
}
