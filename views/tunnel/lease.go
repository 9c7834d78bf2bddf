package tunnel

import (
	"net/netip"

	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// endingAt are the tunnels whose Cloudflare endpoint is one of the leased addresses.
func (m *Module) endingAt(s kit.Subject) []resource.Section {
	out := resource.Section{Title: "Tunnels at " + s.Name}
	for _, t := range m.env.Feed.Last().Tunnels {
		if end, err := netip.ParseAddr(t.CloudflareEndpoint); err == nil && s.CIDR.IsValid() && s.CIDR.Contains(end) {
			out.Fields = append(out.Fields, resource.Field{Label: t.Name, Value: stateText(t, m.env.Glyphs), Role: stateRole(t),
				Note: KindName(t.Kind), Open: m.openOne(t)})
		}
	}
	if len(out.Fields) == 0 {
		return nil
	}
	return []resource.Section{out}
}
