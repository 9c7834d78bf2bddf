package tunnel

import (
	"net/netip"
	"strings"

	"flarewire/internal/kind"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// endingAt are the tunnels whose Cloudflare endpoint is one of the leased addresses.
func (m *Module) endingAt(s kit.Subject) []resource.Section {
	out := resource.Section{Title: "Tunnels at " + s.Name}
	for _, t := range m.env.Feed.Last().Tunnels {
		if end, err := netip.ParseAddr(t.CloudflareEndpoint); err == nil && s.CIDR.IsValid() && s.CIDR.Contains(end) {
			out.Fields = append(out.Fields, m.stateField(t))
		}
	}
	if len(out.Fields) == 0 {
		return nil
	}
	return []resource.Section{out}
}

// leadToLease has Cloudflare's endpoint lead to the lease of that address.
func (m *Module) leadToLease(sections []resource.Section, endpoint string) {
	for _, s := range sections {
		for i, f := range s.Fields {
			if f.Label == outerCloudflare {
				s.Fields[i] = m.env.LinkTo(f, kind.Leases, endpoint)
			}
		}
	}
}

// leased are the addresses that Cloudflare leases to the account; none when they are not known.
func (m *Module) leased() []netip.Prefix {
	var out []netip.Prefix
	for _, lease := range m.env.Feed.Last().Leases.Rows {
		for _, cidr := range lease.CIDRs {
			if p, err := netip.ParsePrefix(cidr); err == nil {
				out = append(out, p)
			}
		}
	}
	return out
}

// tunnelsAt counts the tunnels that end at an address of Cloudflare's.
func (m *Module) tunnelsAt(endpoint string) int {
	n := 0
	for _, t := range m.env.Feed.Last().Tunnels {
		if endpoint != "" && t.CloudflareEndpoint == strings.TrimSpace(endpoint) {
			n++
		}
	}
	return n
}
