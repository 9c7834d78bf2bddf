package tunnel

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/diagnose"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/views/edit"
	"flarewire/views/kit"
	"flarewire/views/review"
)

// Module is the GRE and IPsec tunnels of the account: together, and each kind alone. Of kit.Capabilities it leaves out:
//   - Dependent: a tunnel depends on no other object
//   - RouteTable: routes learned by BGP are not in the API
//   - Tracer: it asks the tracer
type Module struct {
	env      *kit.Env
	progress map[string]*progress // of tunnels that are being brought up, by id
	keyed    map[string]bool      // tunnels that got a key from here, by id
	unshown  map[string]time.Time // tunnels whose key was set from here and never shown, by id, and when
}

// New makes the module.
func New(env *kit.Env) kit.Module {
	env.Feed.SetAnalytics(env.Account)
	m := &Module{env: env, progress: map[string]*progress{}, keyed: map[string]bool{}, unshown: map[string]time.Time{}}
	m.recallKeys()
	return m
}

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	list := func(title string, kinds ...api.TunnelKind) func() tui.View {
		return func() tui.View { return resource.NewList(m.describe(title, kinds...), m.source(kinds...)) }
	}
	return []tui.PaletteEntry{
		{Names: []string{"tunnels"}, Help: "GRE and IPsec tunnels together", Open: list("Tunnels")},
		kit.PaletteEntry(kind.GRETunnels, list(kind.GRETunnels.About().Title, api.GRE)),
		kit.PaletteEntry(kind.IPsecTunnels, list(kind.IPsecTunnels.About().Title, api.IPsec)),
	}
}

// source is the feed, and what the detail page's relations need.
func (m *Module) source(kinds ...api.TunnelKind) resource.Source[store.Tunnel] {
	s := m.env.Feed.Tunnels(kinds...)
	s.Needs = func(id string) []string {
		if id == "" {
			return nil // tunnels and health are read all the time
		}
		return slices.Concat(store.Needs(store.Target{Kind: store.GRETunnels, Object: id}), m.env.RelatedNeeds(), m.sessionNeeds(id))
	}
	s.Looked = m.look
	return s
}

// sessionNeeds is what the page of a tunnel with BGP says of its session besides its own fields.
func (m *Module) sessionNeeds(id string) []string {
	if t, ok := m.byID(id); !ok || t.BGP == nil {
		return nil
	} else if len(kit.FilterSides(t.BGP)) == 0 {
		return store.Needs(store.Target{Kind: store.CNISettings})
	}
	return kit.SessionNeeds()
}

// look asks the analytics about the tunnel whose page is open; of the others of a list nothing is asked.
func (m *Module) look(id string) tea.Cmd {
	if t, ok := m.byID(id); ok {
		return tea.Batch(m.env.Feed.RequestInsight(t.Name), m.env.Feed.QueryLog(t))
	}
	return nil
}

// byID finds a tunnel in the newest snapshot.
func (m *Module) byID(id string) (store.Tunnel, bool) {
	for _, t := range m.env.Feed.Last().Tunnels {
		if t.ID == id {
			return t, true
		}
	}
	return store.Tunnel{}, false
}

// Services implements kit.Module: the feed is the program's own.
func (m *Module) Services() []tui.Service { return []tui.Service{tracker{m}} }

func (m *Module) describe(title string, kinds ...api.TunnelKind) resource.Description[store.Tunnel] {
	d := Describe(title, m.env.Glyphs)
	outdated := func(id string) bool { return m.env.Feed.Diagnosis().StatusOutdated(id) }
	d.Summary = func(rows []store.Tunnel) tui.Line { return Summary(rows, false, outdated, m.env.Glyphs) }
	d.Columns = slices.Insert(MarkOutdated(d.Columns, outdated), 3, healthColumn())
	d.Sections = func(t store.Tunnel, now time.Time) []resource.Section {
		record := recorded(t, m.env.Feed.Last().Records[t.ID], m.env.Feed.LookingUp(t.ID), now)
		own := sections(t, now, m.env, m.env.Feed.Diagnosis().Tunnel(t.ID),
			append(record, lookback(t, m.env.Feed.InsightOf(t.Name), now)...)...)
		m.leadToLease(own, t.CloudflareEndpoint)
		return slices.Concat(m.env.MutedSection(store.Tunnels(t.Kind), t.ID), own, m.env.Related(subject(t)))
	}
	d.Preview = func(t store.Tunnel, now time.Time) []resource.Section {
		findings := m.env.Feed.Diagnosis().Tunnel(t.ID)
		return append([]resource.Section{next(t, findings), panel(t, now, m.env), timeline(t, now, m.env.Glyphs)},
			m.env.Related(subject(t))...)
	}
	d.Around = func(t store.Tunnel, now time.Time) []resource.Section {
		return m.env.Behind(diagnose.Subject{Kind: store.Tunnels(t.Kind), ID: t.ID, Name: t.Name}, now)
	}
	d.Problem = func(t store.Tunnel) bool { return troubled(t) || m.env.Troubled(store.Tunnels(t.Kind), t.ID) }
	d.NoWrites = m.env.NoWrites
	d.Create = func() tea.Cmd { return m.create(kinds) }
	d.DeleteAll = m.deleteAll
	d.Many = m.many
	d.Edit = func(t store.Tunnel) tea.Cmd {
		if t.Kind == api.IPsec {
			return m.ipsecEditor().Edit(t.ID, t.Name)
		}
		return m.greEditor().Edit(t.ID, t.Name)
	}
	d.Delete = func(t store.Tunnel) tea.Cmd {
		if t.Kind == api.IPsec {
			return m.ipsecEditor().Delete(t.ID, t.Name)
		}
		return m.greEditor().Delete(t.ID, t.Name)
	}
	d.Actions = m.acts
	return d
}

func (m *Module) greEditor() edit.Editor[api.GRETunnel] {
	return edit.Editor[api.GRETunnel]{Env: m.env, Resource: change.GRETunnels, Form: m.greForm, FieldOf: fieldOf, Next: m.afterGRE,
		Draft: "gre", Guard: edit.OnDelete(end(m, api.GRETunnel.Tunnel), edit.OnUpdate(moved(m, api.GRETunnel.Tunnel))),
		Made: func(t api.GRETunnel,
			r change.Result) tea.Cmd {
			return m.made(r.ID, t.Name, t.InterfaceAddress)
		},
		Dependents: func(ctx context.Context, t api.GRETunnel) []string {
			return m.env.Dependents(ctx, subject(store.Tunnel{Tunnel: t.Tunnel()}))
		}}
}

func (m *Module) ipsecEditor() edit.Editor[api.IPsecTunnel] {
	return edit.Editor[api.IPsecTunnel]{Env: m.env, Resource: change.IPsecTunnels, Form: m.ipsecForm, FieldOf: fieldOf, Next: m.afterIPsec,
		Draft: "ipsec", Guard: edit.OnDelete(end(m, api.IPsecTunnel.Tunnel), edit.Both(edit.OnWrite(guardCipher),
			edit.OnUpdate(moved(m, api.IPsecTunnel.Tunnel)))),
		Made: func(t api.IPsecTunnel, r change.Result) tea.Cmd {
			m.keyed[r.ID] = !t.PSK.IsZero()
			return m.made(r.ID, t.Name, t.InterfaceAddress)
		},
		Dependents: func(ctx context.Context, t api.IPsecTunnel) []string {
			return m.env.Dependents(ctx, subject(store.Tunnel{Tunnel: t.Tunnel()}))
		}}
}

// deleteAll plans the end of several tunnels, of either kind.
func (m *Module) deleteAll(rows []store.Tunnel) tea.Cmd {
	n := strconv.Itoa(len(rows))
	gre, ipsec := m.greEditor().Deletion, m.ipsecEditor().Deletion
	title := "Delete " + n + " tunnels"
	if len(rows) == 1 {
		title = "Delete tunnel " + rows[0].Name
	}
	return tui.Push(review.NewBatch(m.env, title, "delete "+n,
		func(ctx context.Context, w *change.Writer) ([]change.Plan, error) {
			var plans []change.Plan
			for _, t := range rows {
				deletion := gre
				if t.Kind == api.IPsec {
					deletion = ipsec
				}
				plan, err := deletion(ctx, w, t.ID)
				if err != nil {
					return nil, err
				}
				plans = append(plans, plan)
			}
			return plans, nil
		}))
}

// create opens the guided setup; on a list of both kinds it asks which kind of tunnel it is to be.
func (m *Module) create(kinds []api.TunnelKind) tea.Cmd {
	if len(kinds) == 1 {
		if kinds[0] == api.IPsec {
			return m.newIPsec()
		}
		return m.newGRE()
	}
	return tui.Open(&tui.Dialog{Title: "Which type of tunnel?", Harmless: true, Lines: []tui.Line{
		tui.Text(tui.Plain, "GRE: "+greWhat), tui.Text(tui.Plain, "IPsec: "+ipsecWhat)},
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "GRE", Key: "g", Run: m.newGRE}, {Label: "IPsec", Key: "i", Run: m.newIPsec}}})
}

// What the two kinds are, for whoever chooses.
const (
	greWhat   = "unencrypted, MTU 1476."
	ipsecWhat = "encrypted, IKEv2 with a pre-shared key."
)

func (m *Module) newGRE() tea.Cmd   { return m.greEditor().Create() }
func (m *Module) newIPsec() tea.Cmd { return m.ipsecEditor().Create() }

// Setups implements kit.SetupOwner.
func (m *Module) Setups() []kit.Setup {
	return []kit.Setup{{Kind: pairDraft, Label: "Redundant pair", What: pairWhat, Begin: m.newPair},
		{Kind: "gre", Label: "GRE tunnel", What: greWhat, Begin: m.newGRE},
		{Kind: "ipsec", Label: "IPsec tunnel", What: ipsecWhat, Begin: m.newIPsec}}
}

// acts are what only tunnels have.
func (m *Module) acts(t store.Tunnel) []tui.Action {
	out := append([]tui.Action{m.follow(t.ID, t.Name)}, m.env.ThroughAction(t.Name, t.ID)...)
	if trace, ok := m.env.TraceAction(goal(t)); ok {
		out = append(out, trace)
	}
	out = append(out, m.routerConfig(t.Tunnel), m.twinAction(t.Tunnel), m.env.MuteOf(store.Tunnels(t.Kind), t.ID),
		kit.BundleAction(m.env, t.Name))
	if t.State == store.Down || t.State == store.Establishing {
		for i := range out {
			out[i].Wanted = out[i].Name == "bring-up" || out[i].Name == "trace"
		}
	}
	out = append(append(out, m.routerActions(t)...), m.env.ChainActions(subject(t))...)
	if t.Kind != api.IPsec {
		return append(out, tui.Action{Name: "replace", Keys: []string{"R"}, Short: "replace", Why: m.env.NoWrites,
			Long: "Change BGP: delete the tunnel and create it again; its traffic stops meanwhile",
			Run:  func() tea.Cmd { return m.replace(t.ID, t.Name) }})
	}
	return append(out, m.ownKeys([]store.Tunnel{t}), tui.Action{Name: "rotate-key", Keys: []string{"K"}, Short: "new key", Why: m.env.NoWrites,
		Long: "Generate a new pre-shared key; the tunnel fails at its next key exchange until your router has it",
		Run:  func() tea.Cmd { return m.rotate(t.ID, t.Name) }})
}

// goal is where a traceroute from Cloudflare meets the tunnel's router. Cloudflare knows the router's address only where a
// customer endpoint is set; an IPsec tunnel needs none.
func goal(t store.Tunnel) kit.Goal {
	g := kit.Goal{Address: t.CustomerEndpoint, Tunnel: t.Name}
	if g.Address == "" {
		g.Help = "The tunnel has no customer endpoint: type your router's public address"
	}
	return g
}

// replace changes what an update of a GRE tunnel cannot: it is deleted and created again.
func (m *Module) replace(id, name string) tea.Cmd {
	title, end := "Replace "+name, end(m, api.GRETunnel.Tunnel)
	return tui.Push(review.NewOpening(m.env, title, func(ctx context.Context) (tui.View, error) {
		opened, err := change.GRETunnels.Read(ctx, m.env.Account, id)
		if err != nil {
			return nil, err
		}
		opts := m.greFields(title, opened, "", func(wanted api.GRETunnel) tea.Cmd {
			return tui.Push(review.NewReview(m.env, review.Intent{Title: title, Confirm: name, Pages: 2, FieldOf: fieldOf,
				Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
					routes, err := m.env.Account.Routes.List(ctx)
					if err != nil {
						return change.Plan{}, err
					}
					plan, err := change.PrepareReplaceGRE(ctx, w, opened, wanted, routes)
					return plan.Add(end(opened)), err // the old one goes
				}}))
		})
		return form.New(m.env.Awaited(opts)), nil
	}))
}

func subject(t store.Tunnel) kit.Subject {
	subnet, _ := netip.ParsePrefix(t.InterfaceAddress)
	return kit.Subject{Kind: store.Tunnels(t.Kind), ID: t.ID, Name: t.Name, Interface: subnet.Masked()}
}

// Subnets implements kit.Subnetter.
func (m *Module) Subnets() []kit.Subnet {
	var out []kit.Subnet
	for _, t := range m.env.Feed.Last().Tunnels {
		for _, address := range []string{t.InterfaceAddress, t.InterfaceAddress6} {
			if p, err := netip.ParsePrefix(address); err == nil {
				out = append(out, kit.Subnet{ID: t.ID, Subnet: rules.Subnet{CIDR: p, Owner: t.Name}})
			}
		}
	}
	return out
}

// SubnetKinds implements kit.Subnetter.
func (m *Module) SubnetKinds() []store.Kind {
	return []store.Kind{store.GRETunnels, store.IPsecTunnels}
}

// RelatedNeeds implements kit.Relater.
func (m *Module) RelatedNeeds() []store.Kind { return m.SubnetKinds() }

// Related implements kit.Relater: the tunnel that a route's next hop lies in, and the tunnels that end at leased addresses.
func (m *Module) Related(s kit.Subject) []resource.Section {
	if s.Kind == kind.Leases {
		return m.endingAt(s)
	}
	if s.Kind != kind.Routes || !s.Hop.IsValid() {
		return nil
	}
	for _, t := range m.env.Feed.Last().Tunnels {
		p, err := netip.ParsePrefix(t.InterfaceAddress)
		if err != nil || !p.Contains(s.Hop) {
			continue
		}
		return []resource.Section{{Title: "Tunnel", Fields: []resource.Field{m.stateField(t)}}}
	}
	return nil
}

// stateField is a tunnel with its state on another object's page.
func (m *Module) stateField(t store.Tunnel) resource.Field {
	text, role := Carrying(m.env, t)
	return resource.Field{Label: t.Name, Value: text, Role: role, Note: KindName(t.Kind), Open: m.openOne(t)}
}

// OpenObject implements kit.Opener. Events of tunnels do not tell which kind it is.
func (m *Module) OpenObject(of store.Kind, id string) tui.View {
	if of != "" && of != kind.GRETunnels && of != kind.IPsecTunnels {
		return nil
	}
	if t, ok := m.byID(id); ok {
		return m.openOne(t)()
	}
	return nil
}

func (m *Module) openOne(t store.Tunnel) func() tui.View {
	return func() tui.View { return resource.NewDetail(m.describe("Tunnels"), m.source(), t) }
}

// names, pairs and asns are what the account's other tunnels use, for the rules of a form. The tunnel
// with the given id, the one that is edited, is left out.
func (m *Module) names(except string) []rules.Named {
	var out []rules.Named
	for _, t := range m.others(except) {
		out = append(out, rules.Named{Name: t.Name, Type: ruleKind(t.Kind)})
	}
	return out
}

func (m *Module) pairs(except string) []rules.EndpointPair {
	var out []rules.EndpointPair
	for _, t := range m.others(except) {
		cloudflare, errCF := netip.ParseAddr(t.CloudflareEndpoint)
		customer, err := netip.ParseAddr(t.CustomerEndpoint)
		if err == nil && errCF == nil {
			out = append(out, rules.EndpointPair{Type: ruleKind(t.Kind), Cloudflare: cloudflare, Customer: customer, Owner: t.Name})
		}
	}
	return out
}

func (m *Module) asns(except string, routers ...string) []rules.ASNUse {
	var out []rules.ASNUse
	for _, t := range m.others(except) {
		// Two tunnels of one router share its AS, as they should: the rule is about sites.
		if t.BGP != nil && (t.CustomerEndpoint == "" || !slices.Contains(routers, t.CustomerEndpoint)) {
			out = append(out, rules.ASNUse{ASN: t.BGP.CustomerASN, Owner: t.Name})
		}
	}
	return out
}

// routerASN is the AS number of a router by its other tunnels; empty when it has none, or several.
func (m *Module) routerASN(endpoint string) string {
	out := ""
	for _, t := range m.env.Feed.Last().Tunnels {
		if t.BGP == nil || t.CustomerEndpoint == "" || t.CustomerEndpoint != strings.TrimSpace(endpoint) {
			continue
		}
		asn := strconv.FormatUint(uint64(t.BGP.CustomerASN), 10)
		if out != "" && out != asn {
			return ""
		}
		out = asn
	}
	return out
}

func (m *Module) others(except string) []store.Tunnel {
	return slices.DeleteFunc(slices.Clone(m.env.Feed.Last().Tunnels), func(t store.Tunnel) bool { return except != "" && t.ID == except })
}

func ruleKind(k api.TunnelKind) rules.OnRamp {
	if k == api.IPsec {
		return rules.IPsec
	}
	return rules.GRE
}
