package tunnel

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/netrules"
	"flarewire/internal/watch"
	"flarewire/tui"
	"flarewire/views/kit"
)

// BringUp is the page that follows a tunnel until its session is up: created, key set (IPsec), health check
// passing, TCP established, BGP up; when each was reached, how long it took, and what to check while one does not
// come. It can be left and opened again: what was seen is kept by the module.
type BringUp struct {
	m     *Module
	id    string
	name  string
	steps *progress
}

// progress is when each step of a tunnel was first seen. Zero: not yet.
type progress struct {
	name    string
	kind    api.TunnelKind
	began   time.Time // when following began
	listed  time.Time
	keyed   time.Time // IPsec: the API says when a key was made
	healthy time.Time
	tcp     time.Time
	up      time.Time
	missing bool // it was there and is gone
}

// NewBringUp makes the page for a tunnel by its id.
func NewBringUp(m *Module, id, name string) *BringUp {
	if m.progress[id] == nil {
		m.progress[id] = &progress{name: name, began: m.env.Now()}
	}
	return &BringUp{m: m, id: id, name: name, steps: m.progress[id]}
}

// Title implements tui.View.
func (b *BringUp) Title() string { return "Bring up " + b.name }

// Init implements tui.View.
func (b *BringUp) Init() tea.Cmd {
	b.look()
	return tea.Batch(b.m.env.Feed.Want(watch.HealthSource), b.m.env.Feed.Again())
}

// Status implements tui.StatusReporter.
func (b *BringUp) Status() tui.Status { return b.m.env.Feed.Tunnels().Status() }

// Update implements tui.View.
func (b *BringUp) Update(msg tea.Msg) tea.Cmd {
	if b.m.env.Feed.Brings(msg) {
		b.look()
	}
	return nil
}

// look takes the newest snapshot into the steps.
func (b *BringUp) look() {
	t, ok := b.tunnel()
	if !ok {
		b.steps.missing = !b.steps.listed.IsZero()
		return
	}
	b.name, b.steps.missing = t.Name, false
	b.steps.name, b.steps.kind = t.Name, t.Kind
	now := b.m.env.Now()
	first(&b.steps.listed, now)
	reached(&b.steps.keyed, b.hasKey(t), now)
	reached(&b.steps.healthy, probed(t) == watch.Healthy, now)
	connected := t.State == watch.Up || (t.BGPStatus != nil && t.BGPStatus.TCPEstablished)
	reached(&b.steps.tcp, connected, now)
	reached(&b.steps.up, t.State == watch.Up, now)
}

// reached notes when a step was first seen, and forgets it when the step is lost again.
func reached(at *time.Time, is bool, now time.Time) {
	if !is {
		*at = time.Time{}
		return
	}
	first(at, now)
}

func first(at *time.Time, now time.Time) {
	if at.IsZero() {
		*at = now
	}
}

func (b *BringUp) tunnel() (watch.Tunnel, bool) { return b.m.byID(b.id) }

// hasKey tells whether the tunnel has a pre-shared key, as far as the API or this program knows: a key that
// was sent along when the tunnel was made may have no date.
func (b *BringUp) hasKey(t watch.Tunnel) bool {
	return b.m.keyed[t.ID] || t.PSK != nil && !t.PSK.LastGeneratedOn.IsZero()
}

// Actions implements tui.View.
func (b *BringUp) Actions() []tui.Action {
	open := tui.Action{Name: "open", Keys: []string{"enter"}, Short: "open the tunnel", Footer: true, Long: "The tunnel's own page"}
	refresh := tui.Action{Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true, Long: "Fetch now", Run: b.m.env.Feed.Refresh}
	t, ok := b.tunnel()
	if !ok {
		open.Why = "the list does not have it yet"
		return []tui.Action{open, refresh}
	}
	open.Run = func() tea.Cmd { return tui.Push(b.m.openOne(t)()) }
	config := b.m.routerConfig(t.Tunnel)
	config.Footer = true
	out := []tui.Action{open}
	if t.Kind == api.IPsec && !b.hasKey(t) {
		out = append(out, tui.Action{Name: "generate-key", Keys: []string{"K"}, Short: "generate key", Footer: true, Why: b.m.env.NoWrites,
			Long: "Generate the pre-shared key: without one the tunnel cannot come up", Run: func() tea.Cmd { return b.m.rotate(t.ID, t.Name) }})
	}
	return append(out, config, refresh)
}

// Draw implements tui.View.
func (b *BringUp) Draw(c tui.Canvas) []string {
	t, ok := b.tunnel()
	lines := []string{""}
	for _, s := range b.list(t, ok) {
		lines = append(lines, s.draw(c, b.steps.began))
	}
	return append(append(lines, ""), b.verdict(c, t, ok)...)
}

// step is one step of the way up.
type step struct {
	title string
	means string    // what it means that it is reached
	at    time.Time // when it was reached; zero: not yet
	since time.Time // when it could begin: the step before was reached; zero: that one is missing
	off   string    // why it is not waited for; empty when it is
}

// list are the steps of this tunnel. The health and the session do not wait for each other.
func (b *BringUp) list(t watch.Tunnel, ok bool) []step {
	p := b.steps
	out := []step{{title: "created", means: "Cloudflare lists it", at: p.listed, since: p.began}}
	ready := p.listed
	if p.kind == api.IPsec {
		out = append(out, step{title: "key set", means: "both sides can have the same pre-shared key", at: p.keyed, since: p.listed})
	}
	health := step{title: "health check", means: "Cloudflare's probes are answered", at: p.healthy, since: ready}
	if ok {
		health.off = b.healthOff(t)
	}
	out = append(out, health)
	if ok && t.BGP == nil {
		return out
	}
	return append(out, step{title: "TCP established", means: "your router reaches Cloudflare", at: p.tcp, since: ready},
		step{title: "BGP up", means: "routes are exchanged", at: p.up, since: p.tcp})
}

// healthOff is why the health is not waited for; empty when it is.
func (b *BringUp) healthOff(t watch.Tunnel) string {
	if h := t.HealthCheck; h != nil && h.Enabled != nil && !*h.Enabled {
		return "switched off on this tunnel"
	}
	for _, f := range b.m.env.Feed.Last().Feeds {
		if f.Name == watch.HealthSource && f.Err != nil {
			return "not known: " + kit.Sentence(f.Err)
		}
	}
	return ""
}

// draw is one line: reached, under way, still to come, or not waited for.
func (s step) draw(c tui.Canvas, began time.Time) string {
	g := c.Theme.Glyphs
	mark, role, text := g.None, tui.Muted, "later: "+s.means
	switch {
	case !s.at.IsZero():
		mark, role = g.Up, tui.Good
		text = s.at.UTC().Format("15:04:05") + " UTC"
		if took := s.at.Sub(s.since).Round(time.Second); !s.since.IsZero() && took > 0 {
			text += ", took " + took.String()
		} else if s.at.Equal(began) {
			text += ", or before"
		}
	case s.off != "":
		text = "not waited for: " + s.off
	case !s.since.IsZero():
		mark, role = g.Pending, tui.Pending
		text = "waiting until " + s.means
		if age := tui.AgeSince(s.since, c.Now); age != "now" {
			text = "waiting " + age + ", until " + s.means
		}
	}
	return tui.Line{{Text: "   "}, {Text: mark + " " + tui.Fit(s.title, 18), Role: role}, {Text: tui.Clean(text), Role: tui.Muted}}.Paint(c.Theme, c.Width)
}

// verdict is what the steps amount to, and what to do while one does not come.
func (b *BringUp) verdict(c tui.Canvas, t watch.Tunnel, ok bool) []string {
	switch {
	case b.steps.missing:
		return tui.Paragraph(c, tui.Bad, "The tunnel is no longer on the account.")
	case !ok:
		return tui.Paragraph(c, tui.Muted, "Waiting for the list to show the tunnel.")
	case t.BGP == nil:
		return append(tui.Paragraph(c, tui.Good, "There is no BGP on this tunnel: it carries traffic as soon as a static route leads into it."), b.ends(c, t)...)
	case t.State == watch.Up && b.steps.up.Equal(b.steps.began):
		return tui.Paragraph(c, tui.Good, "The session was up already when you began to follow it.")
	case t.State == watch.Up:
		return tui.Paragraph(c, tui.Good, "The session is up after "+b.steps.up.Sub(b.steps.began).Round(time.Second).String()+".")
	}
	return append(b.hints(c, t), b.ends(c, t)...)
}

// hints say what to check while a step does not come.
func (b *BringUp) hints(c tui.Canvas, t watch.Tunnel) []string {
	var out []string
	if t.Kind == api.IPsec && !b.hasKey(t) {
		out = append(out, tui.Paragraph(c, tui.Pending, "K makes a pre-shared key, unless your router has one that you set yourself.")...)
	}
	for _, f := range diagnose.Session(t.Tunnel, c.Now) {
		out = append(out, tui.Paragraph(c, tui.Strong, f.Text)...)
		if f.Next != "" {
			out = append(out, tui.Paragraph(c, tui.Plain, f.Next)...)
		}
	}
	return out
}

// ends are the addresses and names that the router must have, as long as it is being set up.
func (b *BringUp) ends(c tui.Canvas, t watch.Tunnel) []string {
	out := []string{"", c.Theme.Paint(tui.Muted, " YOUR ROUTER'S SIDE (c writes the whole configuration)")}
	row := func(label, value string) {
		lead := c.Theme.Paint(tui.Muted, "   "+tui.Fit(label, 13))
		if tui.Width(value) > c.Width-17 { // a value that is cut is of no use to the router
			out = append(out, lead)
			lead = tui.Spaces(5)
		}
		out = append(out, lead+tui.Text(tui.Plain, tui.Clean(value)).Paint(c.Theme, c.Width-6))
	}
	row("Tunnel", kit.Or(t.CustomerEndpoint, "your address")+" to Cloudflare "+t.CloudflareEndpoint)
	subnet, _ := netip.ParsePrefix(t.InterfaceAddress)
	if cloudflare, customer, ok := netrules.Sides(subnet); ok {
		row("Inside", customer.String()+" on your side, "+cloudflare.String()+" on Cloudflare's")
	}
	if t.BGP != nil {
		row("BGP", "your AS "+asn(t)+" dials AS "+diagnose.CloudflareASN+"; the hold time above zero")
	}
	if t.Kind == api.IPsec {
		for _, id := range ikeIdentities(t.Tunnel) {
			row("IKE identity", id)
		}
	}
	return out
}

// ikeIdentities are the names by which the router may call itself. The API does not document where it gives
// them, and they cannot be put together from what it documents.
func ikeIdentities(t api.Tunnel) []string {
	var out []string
	if c := t.CustomRemoteIdentities; c != nil && c.FQDNID != "" {
		out = append(out, c.FQDNID)
	}
	if r := t.RemoteIdentities; r != nil {
		for _, id := range []string{r.FQDNID, r.UserID} {
			if id != "" {
				out = append(out, id)
			}
		}
	}
	if len(out) == 0 {
		out = append(out, "copy FQDN or User ID from the dashboard: the API gave none")
	}
	return out
}

// Followed implements kit.Follower: the tunnels whose way up was followed since the program began, those that
// are not up first.
func (m *Module) Followed() []kit.Followed {
	var out []kit.Followed
	for _, id := range slices.Sorted(maps.Keys(m.progress)) {
		p := m.progress[id]
		f := kit.Followed{Name: p.name, State: "on its way since " + p.began.UTC().Format("15:04") + " UTC", Open: func() tui.View { return NewBringUp(m, id, p.name) }}
		switch {
		case p.missing:
			f.State = "no longer on the account"
		case !p.up.IsZero():
			f.State, f.Up = "up", true
		}
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b kit.Followed) int {
		if a.Up == b.Up {
			return strings.Compare(a.Name, b.Name)
		}
		if b.Up {
			return -1
		}
		return 1
	})
	return out
}
