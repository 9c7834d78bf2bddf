package tunnel

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// sections are the page of a tunnel; more are those that come from elsewhere and are as important as the timeline.
func sections(t store.Tunnel, now time.Time, env *kit.Env, findings []diagnose.Finding, more ...resource.Section) []resource.Section {
	first := []resource.Section{panel(t, now, env), next(t, findings), timeline(t, now, env.Glyphs)}
	rest := []resource.Section{addresses(t), field.HealthDetail(t.HealthCheck, true), settings(t), identity(t, now)}
	return slices.Concat(first, more, rest)
}

// findingsShown bounds the reading: what comes after the likely causes is rarely read at night.
const findingsShown = 4

// next is what the data means and what to check, in words, the likely cause first.
func next(t store.Tunnel, findings []diagnose.Finding) resource.Section {
	s := resource.Section{Title: "What this means", First: true}
	for i, f := range findings[:min(len(findings), findingsShown)] {
		role := tui.Plain
		if i == 0 && t.State != store.Up && t.State != store.NoBGP {
			role = tui.Strong
		}
		text := f.Says()
		if len(findings) > 1 && f.Likelihood > 0 && text == f.Text {
			text += " (" + f.Likelihood.Word() + ")"
		}
		s.Fields = append(s.Fields, resource.Field{Value: text, Role: role, Prose: true})
		if f.Next != "" {
			text := f.Next
			if strings.Contains(text, "traceroute") {
				text += " Press " + tui.KeyOf("trace", "t") + " to run one."
			}
			s.Fields = append(s.Fields, resource.Field{Value: text, Prose: true})
		}
		if because := f.Because(); because != "" {
			s.Fields = append(s.Fields, resource.Field{Value: "Evidence: " + because, Role: tui.Muted, Prose: true})
		}
	}
	return s
}

// EventText is an event in words, with its meaning.
func EventText(e store.Event) (string, tui.Role) {
	switch e.Kind {
	case store.SessionChanged:
		return e.From.Word() + " → " + e.To.Word(), role(e.To)
	case store.SessionFlaps:
		return "the session flaps", tui.Pending
	case store.Appeared:
		return "appeared", tui.Plain
	case store.Gone:
		return "is gone", tui.Bad
	case store.Modified:
		return "changed outside flarewire", tui.Accent
	case store.HealthChanged:
		return "health " + cmp.Or(string(e.FromHealth), "unknown") + " → " + cmp.Or(string(e.ToHealth), "unknown"), HealthRole(e.ToHealth)
	case store.PortChanged:
		role := tui.Bad
		if e.ToPort == store.PortHealthy {
			role = tui.Good
		}
		return "port " + e.FromPort.Word() + " → " + e.ToPort.Word(), role
	case store.PrefixAdvertised:
		return "is advertised", tui.Good
	case store.PrefixWithdrawn:
		return "was withdrawn", tui.Bad
	case store.NoAnswer:
		return "did not answer from " + e.At.UTC().Format("15:04:05"), tui.Bad
	case store.AnswersAgain:
		return "answered again after " + lasted(e.At.Sub(e.Since)), tui.Good
	}
	return string(e.Kind), tui.Plain
}

// lasted is how long something was, in two units at the most.
func lasted(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm %ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%dh %dm", int(d.Hours()), int(d.Minutes())%60)
}

// HealthRole is how a health is drawn.
func HealthRole(h store.Health) tui.Role {
	switch h {
	case store.Healthy:
		return tui.Good
	case store.Degraded:
		return tui.Pending
	case store.HealthDown:
		return tui.Bad
	}
	return tui.Muted
}

// outerCloudflare is the label of Cloudflare's endpoint.
const outerCloudflare = "Cloudflare endpoint"

// addresses says of every address whose side it is.
func addresses(t store.Tunnel) resource.Section {
	s := resource.Section{Title: "Addresses", Fields: []resource.Field{
		{Label: outerCloudflare, Value: field.Or(t.CloudflareEndpoint, "-"), Note: "Cloudflare's anycast endpoint"},
		{Label: "Customer endpoint", Value: field.Or(t.CustomerEndpoint, "-"), Note: "your router"},
		{Label: "Interface", Value: field.Or(t.InterfaceAddress, "-")},
	}}
	subnet, _ := netip.ParsePrefix(t.InterfaceAddress)
	if cf, customer, ok := rules.Sides(subnet); ok {
		s.Fields = append(s.Fields,
			resource.Field{Label: "Interface address", Value: cf.String(), Note: "Cloudflare's side: your router's BGP neighbor and next hop"},
			resource.Field{Label: "Your side", Value: customer.String(), Note: "your router; the next hop for static routes at Cloudflare"})
	}
	if t.InterfaceAddress6 != "" {
		s.Fields = append(s.Fields, resource.Field{Label: "Interface IPv6", Value: t.InterfaceAddress6})
	}
	return s
}

func settings(t store.Tunnel) resource.Section {
	s := resource.Section{Title: "Settings"}
	add := func(label, value, note string) {
		s.Fields = append(s.Fields, resource.Field{Label: label, Value: value, Note: note})
	}
	if t.Kind == api.GRE {
		add("MTU", field.Number(t.MTU), "")
		add("TTL", field.Number(t.TTL), "")
	}
	if t.Kind == api.IPsec {
		psk := "-"
		if t.PSK != nil {
			psk = "none generated, as far as the API says"
			if !t.PSK.LastGeneratedOn.IsZero() {
				psk = "generated " + t.PSK.LastGeneratedOn.UTC().Format("2006-01-02 15:04 UTC")
			}
		}
		add("Pre-shared key", psk, "the API never shows the key itself")
		add("Anti-replay", field.Switch(t.ReplayProtection), "applies to Cloudflare → router traffic only")
		s.Fields = append(s.Fields, nullCipher(t.AllowNullCipher))
		s.Fields = append(s.Fields, identities(t.Tunnel)...)
	}
	s.Fields = append(s.Fields, field.ReturnDetail(t.AutomaticReturnRouting))
	return s
}

func identity(t store.Tunnel, now time.Time) resource.Section {
	created, createdAge := resource.Time(t.CreatedOn.Time, now)
	modified, modifiedAge := resource.Time(t.ModifiedOn.Time, now)
	return resource.Section{Title: "Identity", Fields: []resource.Field{
		{Label: "Name", Value: t.Name},
		{Label: "Type", Value: KindName(t.Kind)},
		{Label: "Description", Value: field.Or(t.Description, "-")},
		{Label: "ID", Value: t.ID},
		{Label: "Created", Value: created, Note: createdAge},
		{Label: "Modified", Value: modified, Note: modifiedAge},
	}}
}

// nullCipher says whether the tunnel may run without encryption. Only reading it is documented.
func nullCipher(allowed *bool) resource.Field {
	f := resource.Field{Label: "Null cipher", Value: field.Switch(allowed), Note: "read-only in the API"}
	if allowed != nil && *allowed {
		f.Value, f.Role, f.Note = "allowed", tui.Bad, "your router may negotiate no encryption: the traffic can be read in transit"
	}
	return f
}

// identities are the IKE identities by which the customer's router may call itself: the one of the customer's choice first.
func identities(t api.Tunnel) []resource.Field {
	custom := resource.Field{Label: "Custom IKE ID", Value: "none", Role: tui.Muted, Note: "optional; Cloudflare's own IDs keep working"}
	if c := t.CustomRemoteIdentities; c != nil && c.FQDNID != "" {
		custom.Value, custom.Role = c.FQDNID, tui.Plain
	}
	out := []resource.Field{custom}
	if r := t.RemoteIdentities; r != nil {
		for _, id := range []resource.Field{{Label: "IKE ID, FQDN", Value: r.FQDNID}, {Label: "IKE ID, user FQDN", Value: r.UserID},
			{Label: "IKE ID, KEY-ID hex", Value: r.HexID}} {
			if id.Value != "" {
				out = append(out, id)
			}
		}
	}
	if len(out) == 1 {
		out = append(out, resource.Field{Label: "IKE IDs", Value: "-", Note: "the API gave none of Cloudflare's: see the dashboard"})
	}
	return out
}
