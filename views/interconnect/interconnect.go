// Package interconnect binds network interconnects (CNI) to the frame. Four kinds of objects belong
// together there, and the API calls two of them interconnects:
//
//   - a port (cni/interconnects): the cable or the partner's virtual circuit;
//   - a CNI (cni/cnis): the addresses and the BGP session over a port;
//   - a link (magic/cf_interconnects): the tunnel side of a CNI, which routes lead through;
//   - a slot (cni/slots): a place for a port in a data center.
package interconnect

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// slotsEvery is how often slots are fetched: there are many, and they change with building work.
const slotsEvery = 10 * time.Minute

// Module is the interconnects of the account with all that belongs to them.
type Module struct {
	env      *kit.Env
	ports    *live.List[port]
	cnis     *live.List[api.CNI]
	links    *live.List[api.MagicInterconnect]
	slots    *live.List[api.Slot]
	settings *live.List[api.CNISettings]
}

// New makes the module.
func New(env *kit.Env) kit.Module {
	m := &Module{env: env}
	m.ports = live.NewList(env.Ctx, env.Now, m.fetchPorts)
	m.cnis = live.NewList(env.Ctx, env.Now, env.Account.CNIs.List)
	m.links = live.NewList(env.Ctx, env.Now, env.Account.Interconnects.List)
	m.slots = live.NewList(env.Ctx, env.Now, env.Account.Slots.List).Every(slotsEvery)
	m.settings = live.NewList(env.Ctx, env.Now, m.fetchSettings)
	return m
}

// Destinations implements kit.Module.
func (m *Module) Destinations() []tui.Destination {
	return []tui.Destination{
		{Names: []string{"interconnects", "ports"}, Help: "network interconnects: ports and their state",
			Open: func() tui.View { return resource.NewList(m.describePorts(), m.portSource()) }},
		{Names: []string{"cnis"}, Help: "CNIs: addresses and BGP over interconnects",
			Open: func() tui.View { return resource.NewList(m.describeCNIs(), m.cniSource()) }},
		{Names: []string{"cf-interconnects", "tunnel-side"}, Help: "interconnects, tunnel side: what routes lead through",
			Open: func() tui.View { return resource.NewList(m.describeLinks(), m.linkSource()) }},
		{Names: []string{"slots", "cni-slots"}, Help: "slots: where a port can be ordered",
			Open: func() tui.View { return resource.NewList(m.describeSlots(), m.slotSource()) }},
		{Names: []string{"cni-settings"}, Help: "CNI settings: Cloudflare's AS number", Open: m.openSettings},
	}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service {
	return []tui.Service{m.ports, m.cnis, m.links, m.slots, m.settings}
}

// Want implements kit.Relater and kit.Subnetter: the two lists that have addresses, one request each.
func (m *Module) Want() tea.Cmd { return tea.Batch(m.cnis.Want(), m.links.Want()) }

// Await implements kit.Awaiter.
func (m *Module) Await(ctx context.Context) {
	m.cnis.Await(ctx)
	m.links.Await(ctx)
}

// refresh fetches all lists anew after a change: a CNI brings a link with it, a port takes a slot.
func (m *Module) refresh() tea.Cmd {
	return tea.Batch(m.ports.Refresh(), m.cnis.Refresh(), m.links.Refresh(), m.slots.Refresh())
}

// fetcher is a list that a page shows something of besides its own rows.
type fetcher interface {
	Want() tea.Cmd
	Refresh() tea.Cmd
}

// source is a list's source that has the other lists fetched along.
func source[T any](m *Module, own *live.List[T], also ...fetcher) resource.Source[T] {
	s := own.Source()
	all := append([]fetcher{own}, also...)
	each := func(do func(fetcher) tea.Cmd) func() tea.Cmd {
		return func() tea.Cmd {
			var cmds []tea.Cmd
			for _, l := range all {
				cmds = append(cmds, do(l))
			}
			return tea.Batch(cmds...)
		}
	}
	s.Want, s.Refresh, s.Related = each(fetcher.Want), each(fetcher.Refresh), m.env.WantRelated
	return s
}

// probed has what the probes find fetched along: whoever deletes an interconnect is told whether it works.
func probed[T any](m *Module, s resource.Source[T]) resource.Source[T] {
	want := s.Want
	s.Want = func() tea.Cmd { return tea.Batch(want(), m.env.Feed.Want(store.HealthSource)) }
	return s
}

func (m *Module) portSource() resource.Source[port] {
	s := probed(m, source(m, m.ports, m.cnis, m.links))
	s.Related = func() tea.Cmd { return tea.Batch(m.env.WantRelated(), m.slots.Want()) }
	return s
}

func (m *Module) cniSource() resource.Source[api.CNI] {
	return probed(m, source(m, m.cnis, m.ports, m.links))
}

func (m *Module) linkSource() resource.Source[api.MagicInterconnect] {
	s := source(m, m.links, m.ports, m.cnis)
	want := s.Want
	s.Want = func() tea.Cmd { return tea.Batch(want(), m.env.Feed.Want(store.HealthSource, store.LinkSource)) }
	return s
}

func (m *Module) slotSource() resource.Source[api.Slot] { return source(m, m.slots, m.ports) }

func (m *Module) cniEditor() kit.Editor[api.CNI] {
	return kit.Editor[api.CNI]{Env: m.env, Resource: change.CNIs, Form: m.cniForm, FieldOf: cniFieldOf, Refresh: m.refresh, Draft: "cni",
		Guard: kit.OnDelete(m.endOfCNI, kit.OnWrite(m.guardCNI)),
		HangsOn: func(ctx context.Context, c api.CNI) []string {
			return append(endOfSession(c), m.env.HangsOn(ctx, cniSubject(c))...)
		}}
}

// newCNI begins the guided setup.
func (m *Module) newCNI() tea.Cmd {
	return tea.Batch(m.ports.Want(), m.cnis.Want(), m.links.Want(), m.cniEditor().Create())
}

// Setups implements kit.Setter.
func (m *Module) Setups() []kit.Setup {
	return []kit.Setup{{Kind: "cni", Label: "CNI", What: "a link over one of your interconnects, with BGP.", Begin: m.newCNI}}
}

func (m *Module) linkEditor() kit.Editor[api.MagicInterconnect] {
	return kit.Editor[api.MagicInterconnect]{Env: m.env, Resource: change.Interconnects, Form: m.linkForm, FieldOf: linkFieldOf,
		Refresh: m.refresh, Guard: kit.OnWrite(guardLink)}
}

// portEditor begins with the given port: an empty one, or one with its slot.
func (m *Module) portEditor(blank api.Interconnect) kit.Editor[api.Interconnect] {
	return kit.Editor[api.Interconnect]{Env: m.env, Resource: change.PhysicalInterconnects, Form: m.portForm, Blank: blank,
		Refresh: m.refresh, Guard: kit.OnDelete(m.endOfLinks, kit.OnWrite(m.guardPort)), ConfirmCreate: "order",
		HangsOn: m.endOfPort}
}
