// Package interconnect binds network interconnects (CNI) to the frame. Four kinds of objects belong
// together there, and the API calls two of them interconnects:
//
//   - a port (cni/interconnects): the cable or the partner's virtual circuit;
//   - a CNI (cni/cnis): the addresses and the BGP session over a port;
//   - a link (magic/cf_interconnects): the tunnel interface of a CNI, which routes lead through;
//   - a slot (cni/slots): a place for a port in a data center.
package interconnect

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/edit"
	"flarewire/views/kit"
	"flarewire/views/live"
	"flarewire/views/review"
)

// Module is the interconnects of the account with all that belongs to them. Of kit.Capabilities it leaves out:
//   - Follower: a port takes weeks to come up, and the API gives no session over it
//   - RouteTable: routes learned by BGP are not in the API
//   - Tracer: a traceroute does not go over a port
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{
		kit.PaletteEntry(kind.Ports, m.all("", m.newPart)),
		kit.Part(kind.CNIs, "interconnects", m.all("what:cni", m.newCNI)),
		kit.Part(kind.Links, "interconnects", m.all("what:interface", m.newCNI)),
		kit.PaletteEntry(kind.Slots, func() tui.View { return resource.NewList(m.describeSlots(), m.slotSource()) }),
		kit.Part(kind.CNISettings, "interconnects", m.all("what:settings", m.newPart)),
	}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

// The lists that the pages show, as they are known now. Pages ask for them, and commands.

func (m *Module) ports() store.List[store.Port]            { return m.env.Feed.Last().Ports }
func (m *Module) cnis() store.List[api.CNI]                { return m.env.Feed.Last().CNIs }
func (m *Module) links() store.List[api.MagicInterconnect] { return m.env.Feed.Last().Links }
func (m *Module) slots() store.List[api.Slot]              { return m.env.Feed.Last().Slots }

// RelatedNeeds implements kit.Relater: the lists that have addresses.
func (m *Module) RelatedNeeds() []store.Kind { return []store.Kind{store.CNIs, store.Links} }

// source is the source of a page; besides its own rows it shows something of the other lists.
func source[T any](m *Module, rows func(*store.Snapshot) []T, own store.Kind, also ...store.Kind) resource.Source[T] {
	s := live.Rows(m.env.Feed, rows, store.Target{Kind: own})
	s.Needs = func(id string) []string {
		needs := store.Needs(store.TargetsOf(append([]store.Kind{own}, also...)...)...)
		if id == "" {
			return needs
		}
		if own == store.Ports {
			needs = append(needs, store.Needs(store.Target{Kind: store.PortStates, Object: id}, store.Target{Kind: store.Slots})...)
		}
		return append(needs, m.env.RelatedNeeds()...)
	}
	return s
}

func (m *Module) portSource() resource.Source[port] {
	return source(m, func(s *store.Snapshot) []port {
		out := make([]port, len(s.Ports.Rows))
		for i, p := range s.Ports.Rows {
			out[i] = port{p}
		}
		return out
	}, store.Ports, store.PortStates, store.CNIs, store.Links)
}

func (m *Module) cniSource() resource.Source[api.CNI] {
	return source(m, func(s *store.Snapshot) []api.CNI { return s.CNIs.Rows }, store.CNIs, store.Ports, store.Links)
}

func (m *Module) linkSource() resource.Source[api.MagicInterconnect] {
	return source(m, func(s *store.Snapshot) []api.MagicInterconnect { return s.Links.Rows }, store.Links, store.Ports, store.CNIs)
}

func (m *Module) slotSource() resource.Source[api.Slot] {
	return source(m, func(s *store.Snapshot) []api.Slot { return s.Slots.Rows }, store.Slots, store.Ports)
}

func (m *Module) cniEditor() edit.Editor[api.CNI] {
	return edit.Editor[api.CNI]{Env: m.env, Resource: change.CNIs, Form: m.cniForm, FieldOf: cniFieldOf, Draft: "cni", Next: m.afterCNI,
		Guard: edit.OnDelete(m.endOfCNI, edit.OnWrite(m.guardCNI)),
		Dependents: func(ctx context.Context, c api.CNI) []string {
			return append(endOfSession(c), m.env.Dependents(ctx, cniSubject(c))...)
		}}
}

// afterCNI is what one does with a new CNI: its page has the addresses that Cloudflare chose.
func (m *Module) afterCNI(_ api.CNI, r change.Result) []tui.Action {
	return []tui.Action{{Name: "open", Keys: []string{"o"}, Short: "its page", Footer: true,
		Long: "Open the page of the new CNI, with the addresses that Cloudflare assigned",
		Run: func() tea.Cmd {
			return tui.PopPush(2, review.NewOpening(m.env, "CNI", func(ctx context.Context) (tui.View, error) {
				c, err := change.CNIs.Read(ctx, m.env.Account, r.ID)
				if err != nil {
					return nil, err
				}
				return resource.NewDetail(m.describeCNIs(), m.cniSource(), c), nil
			}))
		}}}
}

// newCNI begins the guided setup.
func (m *Module) newCNI() tea.Cmd { return m.cniEditor().Create() }

// Setups implements kit.SetupOwner.
func (m *Module) Setups() []kit.Setup {
	return []kit.Setup{{Kind: "cni", Label: "CNI", What: "a Layer 3 link over a port you have, with or without BGP.", Begin: m.newCNI}}
}

func (m *Module) linkEditor() edit.Editor[api.MagicInterconnect] {
	return edit.Editor[api.MagicInterconnect]{Env: m.env, Resource: change.Links, Form: m.linkForm, FieldOf: linkFieldOf,
		Guard: edit.OnWrite(guardLink)}
}

// portEditor begins with the given port: an empty one, or one with its slot.
func (m *Module) portEditor(blank api.Interconnect) edit.Editor[api.Interconnect] {
	return edit.Editor[api.Interconnect]{Env: m.env, Resource: change.Ports, Form: m.portForm, Blank: blank,
		Guard: edit.OnDelete(m.endOfLinks, edit.OnWrite(m.guardPort)), ConfirmCreate: "order",
		Dependents: m.endOfPort}
}
