package tunnel

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/netrules"
	"flarewire/internal/watch"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// sections are the page of a tunnel; more are those that come from elsewhere and are as important as the timeline.
func sections(t watch.Tunnel, now time.Time, g tui.Glyphs, findings []diagnose.Finding, more ...resource.Section) []resource.Section {
	first := []resource.Section{panel(t, now, g), next(t, findings), timeline(t, now, g)}
	rest := []resource.Section{addresses(t), kit.HealthDetail(t.HealthCheck, true), settings(t), identity(t, now)}
	return slices.Concat(first, more, rest)
}

// panel is the BGP session as the API reports it.
func panel(t watch.Tunnel, now time.Time, g tui.Glyphs) resource.Section {
	s := resource.Section{Title: "BGP session"}
	add := func(f resource.Field) { s.Fields = append(s.Fields, f) }
	note := "no change seen since " + t.Track.Watched.UTC().Format("15:04:05") + " UTC, when flarewire first looked"
	if !t.Track.Changed.IsZero() {
		note = "changed " + resource.Ago(t.Track.Changed, now)
	}
	add(resource.Field{Label: "State", Value: stateText(t, g), Role: stateRole(t), Note: note})
	if st := t.BGPStatus; st != nil {
		add(fsmField(st))
		tcp, tcpRole := "not connected", tui.Bad
		if st.TCPEstablished {
			tcp, tcpRole = "connected", tui.Good
		}
		add(resource.Field{Label: "TCP", Value: tcp, Role: tcpRole})
		add(resource.Field{Label: "Cloudflare", Value: speaker(st.CFSpeakerIP, st.CFSpeakerPort), Note: "AS " + diagnose.CloudflareASN})
		add(resource.Field{Label: "Customer", Value: speaker(st.CustomerSpeakerIP, st.CustomerSpeakerPort), Note: "AS " + asn(t) + " as configured"})
		value, age := resource.Time(st.UpdatedAt.Time, now)
		add(resource.Field{Label: "Status from", Value: value, Note: age})
	} else if t.BGP != nil {
		add(resource.Field{Label: "Customer AS", Value: asn(t), Note: "as configured; the API reports no status"})
	}
	if t.BGP != nil {
		if len(t.BGP.ExtraPrefixes) > 0 {
			add(resource.Field{Label: "Extra prefixes", Value: strings.Join(t.BGP.ExtraPrefixes, ", "), Note: "advertised to you"})
		}
		add(resource.Field{Label: "MD5 key", Value: kit.MD5(t.BGP)})
		add(resource.Field{Label: "Went down", Value: times(t.Track.Downs), Note: "since flarewire watches"})
	}
	return s
}

func fsmField(s *api.BGPStatus) resource.Field {
	f := resource.Field{Label: "FSM", Value: s.FSM}
	if s.FSM == "" {
		f.Value, f.Note = "-", "the API names no step"
	} else if step, ok := diagnose.ParseStep(s.FSM); ok {
		f.Note = fmt.Sprintf("step %d of %d: %s", step.Number, len(diagnose.Steps), step.Meaning)
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

// findingsShown bounds the reading: what comes after the likeliest causes is rarely read at night.
const findingsShown = 4

// next is what the data means and what to check, in words, the likeliest cause first.
func next(t watch.Tunnel, findings []diagnose.Finding) resource.Section {
	s := resource.Section{Title: "What this means"}
	for i, f := range findings[:min(len(findings), findingsShown)] {
		role := tui.Plain
		if i == 0 && t.State != watch.Up && t.State != watch.NoBGP {
			role = tui.Strong
		}
		text := f.Text
		if len(findings) > 1 && f.Likelihood > 0 {
			text += " (" + f.Likelihood.String() + ")"
		}
		s.Fields = append(s.Fields, resource.Field{Value: text, Role: role, Prose: true})
		if f.Next != "" {
			s.Fields = append(s.Fields, resource.Field{Value: f.Next, Prose: true})
		}
		if because := f.Because(); because != "" {
			s.Fields = append(s.Fields, resource.Field{Value: "Because: " + because, Role: tui.Muted, Prose: true})
		}
	}
	return s
}

// timelineLength is how many changes the detail page shows.
const timelineLength = 8

func timeline(t watch.Tunnel, now time.Time, g tui.Glyphs) resource.Section {
	s := resource.Section{Title: "Seen while watching"}
	events := t.Track.Events
	for i := len(events) - 1; i >= max(0, len(events)-timelineLength); i-- {
		e := events[i]
		text, r := EventText(e)
		s.Fields = append(s.Fields, resource.Field{Label: e.At.UTC().Format("15:04:05") + " UTC", Value: glyph(e.To, g) + " " + text, Role: r, Note: resource.Ago(e.At, now)})
	}
	if len(events) == 0 {
		s.Fields = append(s.Fields, resource.Field{Label: t.Track.Watched.UTC().Format("15:04:05") + " UTC", Value: "watching since; no change", Role: tui.Muted})
	}
	return s
}

// EventText is an event in words, with its meaning.
func EventText(e watch.Event) (string, tui.Role) {
	switch e.Kind {
	case watch.SessionChanged:
		return e.From.Word() + " → " + e.To.Word(), role(e.To)
	case watch.SessionFlaps:
		return "the session flaps", tui.Pending
	case watch.TunnelAppeared:
		return "appeared", tui.Plain
	case watch.TunnelGone:
		return "is gone", tui.Bad
	case watch.TunnelModified:
		return "somebody changed it", tui.Accent
	case watch.HealthChanged:
		return "health " + cmp.Or(string(e.FromHealth), "unknown") + " → " + cmp.Or(string(e.ToHealth), "unknown"), healthRole(e.ToHealth)
	case watch.PrefixAdvertised:
		return "is advertised", tui.Good
	case watch.PrefixWithdrawn:
		return "was withdrawn", tui.Bad
	}
	return string(e.Kind), tui.Plain
}

func healthRole(h watch.Health) tui.Role {
	switch h {
	case watch.Healthy:
		return tui.Good
	case watch.Degraded:
		return tui.Pending
	case watch.HealthDown:
		return tui.Bad
	}
	return tui.Muted
}

// addresses says of every address whose side it is.
func addresses(t watch.Tunnel) resource.Section {
	s := resource.Section{Title: "Addresses", Fields: []resource.Field{
		{Label: "Outer Cloudflare", Value: kit.Or(t.CloudflareEndpoint, "-"), Note: "Cloudflare's anycast endpoint"},
		{Label: "Outer customer", Value: kit.Or(t.CustomerEndpoint, "-"), Note: "your router"},
		{Label: "Interface", Value: kit.Or(t.InterfaceAddress, "-")},
	}}
	subnet, _ := netip.ParsePrefix(t.InterfaceAddress)
	if cf, customer, ok := netrules.Sides(subnet); ok {
		s.Fields = append(s.Fields,
			resource.Field{Label: "Inner Cloudflare", Value: cf.String(), Note: "Cloudflare's side: your BGP neighbor and next hop"},
			resource.Field{Label: "Inner customer", Value: customer.String(), Note: "your side"})
	}
	if t.InterfaceAddress6 != "" {
		s.Fields = append(s.Fields, resource.Field{Label: "Interface IPv6", Value: t.InterfaceAddress6})
	}
	return s
}

func settings(t watch.Tunnel) resource.Section {
	s := resource.Section{Title: "Settings"}
	add := func(label, value, note string) {
		s.Fields = append(s.Fields, resource.Field{Label: label, Value: value, Note: note})
	}
	if t.Kind == api.GRE {
		add("MTU", kit.Number(t.MTU), "")
		add("TTL", kit.Number(t.TTL), "")
	}
	if t.Kind == api.IPsec {
		psk := "-"
		if t.PSK != nil {
			psk = "never generated here"
			if !t.PSK.LastGeneratedOn.IsZero() {
				psk = "generated " + t.PSK.LastGeneratedOn.UTC().Format("2006-01-02 15:04 UTC")
			}
		}
		add("Pre-shared key", psk, "the API never shows the key itself")
		add("Anti-replay", kit.Switch(t.ReplayProtection), "protects Cloudflare to customer only")
	}
	add("Return routing", kit.Switch(t.AutomaticReturnRouting), "automatic return routing")
	return s
}

func identity(t watch.Tunnel, now time.Time) resource.Section {
	created, createdAge := resource.Time(t.CreatedOn.Time, now)
	modified, modifiedAge := resource.Time(t.ModifiedOn.Time, now)
	return resource.Section{Title: "Identity", Fields: []resource.Field{
		{Label: "Name", Value: t.Name},
		{Label: "Kind", Value: KindName(t.Kind)},
		{Label: "Description", Value: kit.Or(t.Description, "-")},
		{Label: "ID", Value: t.ID},
		{Label: "Created", Value: created, Note: createdAge},
		{Label: "Modified", Value: modified, Note: modifiedAge},
	}}
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}
