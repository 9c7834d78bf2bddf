package tunnel

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/field"
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

	scroll tui.Scroll

	config *RouterConfig // what stands beside the steps on a wide screen
	of     time.Time     // when the tunnel was changed that it is of
}

// NewBringUp makes the page for a tunnel by its id; from now on it is followed.
func NewBringUp(m *Module, id, name string) *BringUp {
	m.followed(id, name)
	return &BringUp{m: m, id: id, name: name, steps: m.progress[id]}
}

// Title implements tui.View.
func (b *BringUp) Title() string { return "Bring up " + b.name }

// Init implements tui.View.
func (b *BringUp) Init() tea.Cmd {
	b.steps.look(b.m)
	return tea.Batch(b.m.look(b.id), b.m.env.Feed.Changed())
}

// Needs names the tunnel: while its page is open, it is read more often as long as its session comes up.
func (b *BringUp) Needs() []string {
	return append(store.Needs(store.Target{Kind: store.GRETunnels, Object: b.id}, store.Target{Kind: store.TunnelHealth}),
		b.m.sessionNeeds(b.id)...)
}

// Status implements tui.StatusReporter.
func (b *BringUp) Status() tui.Status { return b.m.env.Feed.Tunnels().Status() }

// Update implements tui.View: the module looks at every tunnel that is followed, whether its page is open or not.
func (b *BringUp) Update(tea.Msg) tea.Cmd {
	b.name = b.steps.name
	return nil
}

func (b *BringUp) tunnel() (store.Tunnel, bool) { return b.m.byID(b.id) }

// Actions implements tui.View.
func (b *BringUp) Actions() []tui.Action {
	open := tui.Action{Name: "open", Keys: []string{"enter"}, Short: "open the tunnel", Footer: true, Long: "Open the tunnel's page"}
	refresh := tui.Action{Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true, Class: tui.Common, Long: "Refresh now",
		Run: b.m.env.Feed.Refresh}
	t, ok := b.tunnel()
	if !ok {
		open.Why = "the list does not have it yet"
		return append([]tui.Action{open, refresh}, b.scroll.Actions()...)
	}
	open.Run = func() tea.Cmd { return tui.Push(b.m.openOne(t)()) }
	config := b.m.routerConfig(t.Tunnel)
	config.Footer = true
	out := []tui.Action{open}
	if t.Kind == api.IPsec && (!b.m.hasKey(t) || b.m.keyNobodyHas(t)) {
		out = append(out, tui.Action{Name: "generate-key", Keys: []string{"K"}, Short: "generate key", Footer: true, Why: b.m.env.NoWrites,
			Long: "Generate the pre-shared key: without one the tunnel cannot come up", Run: func() tea.Cmd { return b.m.rotate(t.ID, t.Name) }})
	}
	return append(append(out, config, refresh), b.scroll.Actions()...)
}

// Draw implements tui.View.
func (b *BringUp) Draw(c tui.Canvas) []string {
	t, ok := b.tunnel()
	if c.Width < besideFrom || c.InLines || !ok {
		return b.scroll.Window(b.way(c, t, ok), c.Height)
	}
	own, right := c, c
	own.Width = max(besideLeast, c.Width/2)
	right.Width = c.Width - own.Width - 1
	return resource.Beside(c, b.scroll.Window(b.way(own, t, ok), c.Height), b.beside(right, t), right.Width+1)
}

// besideFrom is the width from which something stands beside the steps, which have besideLeast of it at least.
const besideFrom, besideLeast = 120, 80

// beside is the session as it is, what happened to the tunnel, and as much of the router's side as there is room for.
func (b *BringUp) beside(c tui.Canvas, t store.Tunnel) []string {
	lines := resource.Column(c, []resource.Section{panel(t, c.Now, b.m.env), timeline(t, c.Now, c.Theme.Glyphs)})
	room := c.Height - len(lines) - configHead
	if room < configLeast {
		return lines
	}
	if b.config == nil || b.of != t.ModifiedOn.Time {
		b.config, b.of = b.m.newRouterConfig(api.Secret{}, t.Tunnel), t.ModifiedOn.Time
	}
	if b.config.err != nil {
		return lines
	}
	text := b.config.commands(c)
	title := tui.Line{{Text: " Router configuration", Role: tui.Strong},
		{Text: "  " + b.config.platforms[b.config.at].Title() + ", commands only; " + tui.KeyOf("router-config", "c") + " for the whole",
			Role: tui.Muted}}
	lines = append(lines, "", title.Paint(c.Theme, c.Width))
	if len(text) > room {
		more := tui.Text(tui.Muted, fmt.Sprintf("   %s: %d more lines", tui.KeyOf("router-config", "c"), len(text)-room+1))
		text = append(text[:room-1:room-1], more.Paint(c.Theme, c.Width))
	}
	return append(lines, text...)
}

// configHead are the lines above the router's configuration, configLeast is how many lines of it are worth showing.
const configHead, configLeast = 2, 8

// way are the steps, and what they amount to.
func (b *BringUp) way(c tui.Canvas, t store.Tunnel, ok bool) []string {
	lines := []string{""}
	for _, s := range b.list(t, ok) {
		lines = append(lines, s.draw(c, b.steps.listed))
	}
	return append(append(lines, ""), b.verdict(c, t, ok)...)
}

// step is one step of the way up.
type step struct {
	title string
	means string // what it means that it is reached
	at    arrival
	ready bool   // it can be reached: what goes before it is there
	bad   string // why it has to be done again; empty when it has not
	off   string // why it is not waited for; empty when it is
}

// list are the steps of this tunnel. The health and the session do not wait for each other.
func (b *BringUp) list(t store.Tunnel, ok bool) []step {
	p := b.steps
	listed := p.listed.reached()
	out := []step{{title: "created", means: "Cloudflare lists it", at: p.listed, ready: true}}
	if p.kind == api.IPsec {
		key := step{title: "key set", means: "both sides can have the same pre-shared key", at: p.keyed, ready: listed}
		if ok && b.m.keyNobodyHas(t) {
			key.bad = "set, never shown: nobody has it"
		}
		out = append(out, key)
	}
	health := step{title: "health check", means: "health checks are answered", at: p.healthy, ready: listed}
	if ok {
		health.off = b.healthOff(t)
	}
	out = append(out, health)
	if ok && t.BGP == nil {
		return out
	}
	out = append(out, step{title: "TCP established", means: "your router reaches Cloudflare", at: p.tcp, ready: listed},
		step{title: "BGP up", means: "routes are exchanged", at: p.up, ready: p.tcp.reached()})
	for i := range out { // what is not seen of a tunnel that is up holds up nothing
		if ok && t.State == store.Up && out[i].off == "" {
			out[i].off = "the session is up"
		}
	}
	return out
}

// healthOff is why the health is not waited for; empty when it is.
func (b *BringUp) healthOff(t store.Tunnel) string {
	if h := t.HealthCheck; h != nil && h.Enabled != nil && !*h.Enabled {
		return "switched off on this tunnel"
	}
	if err := b.m.env.Feed.Last().Health.Err; err != nil {
		return "not known: " + kit.ErrorText(err)
	}
	return ""
}

// draw is one line: reached, under way, still to come, or not waited for. created is what times count from.
func (s step) draw(c tui.Canvas, created arrival) string {
	g := c.Theme.Glyphs
	mark, role, text := g.None, tui.Muted, "after that, "+s.means
	switch {
	case s.bad != "":
		mark, role, text = g.Down, tui.Bad, s.bad
	case s.at.reached():
		mark, role = g.Up, tui.Good
		text = s.at.words(c.Now) + sinceCreation(s.at, created)
	case s.off != "":
		text = "not waited for: " + s.off
	case s.ready:
		mark, role = g.Pending, tui.Pending
		text = "waiting until " + s.means
		if age := tui.AgeSince(created.at, c.Now); created.reached() && age != "now" && c.Now.Sub(created.at) <= fresh {
			text = "waiting until " + s.means + ", " + age + " so far"
		}
	}
	return tui.Line{{Text: "   "}, {Text: mark + " " + tui.Fit(s.title, 18), Role: role},
		{Text: tui.Clean(text), Role: tui.Muted}}.Paint(c.Theme, c.Width)
}

// words is when it was: at a time, or some time before the tunnel was first looked at.
func (a arrival) words(now time.Time) string {
	layout := "15:04:05 UTC"
	if now.Sub(a.at) > fresh {
		layout = "2006-01-02 15:04 UTC"
	}
	if a.before {
		return "already so when it was first looked at, " + a.at.UTC().Format(layout)
	}
	return a.at.UTC().Format(layout)
}

// fresh is how old a tunnel may be for its steps to be counted from its creation: later they are not the way up of a
// new tunnel any more.
const fresh = 24 * time.Hour

// sinceCreation is how long after the tunnel's creation a step was reached; empty when that is not known, or long ago.
func sinceCreation(at, created arrival) string {
	took := at.at.Sub(created.at).Round(time.Second)
	if at.before || created.before || !created.reached() || took <= 0 || took > fresh {
		return ""
	}
	return ", " + took.String() + " after it was created"
}

// verdict is what the steps amount to, and what to do while one does not come.
func (b *BringUp) verdict(c tui.Canvas, t store.Tunnel, ok bool) []string {
	switch {
	case b.steps.missing:
		return tui.Paragraph(c, tui.Bad, "The tunnel is no longer on the account.")
	case !ok:
		return tui.Paragraph(c, tui.Muted, "Waiting for the list to show the tunnel.")
	case b.m.keyNobodyHas(t), t.BGP == nil && t.Kind == api.IPsec && !b.m.hasKey(t):
		return append(b.hints(c, t), b.ends(c, t)...)
	case t.BGP == nil && t.State != store.NoBGP: // what the API says about BGP cannot be read
		return append(b.hints(c, t), b.ends(c, t)...)
	case t.BGP == nil && probedHealth(t) == store.Healthy || t.BGP == nil && field.Unprobed(t.HealthCheck):
		return append(tui.Paragraph(c, tui.Good, "There is no BGP on this tunnel: it carries traffic as soon as a static route points to it."),
			b.ends(c, t)...)
	case t.BGP == nil && probedHealth(t) == store.HealthUnknown:
		return append(tui.Paragraph(c, tui.Muted, "There is no BGP on this tunnel: it is up when health checks are answered, which is not known "+
			"yet."),
			b.ends(c, t)...)
	case t.BGP == nil:
		return append(b.hints(c, t), b.ends(c, t)...)
	case b.m.env.Feed.Diagnosis().StatusOutdated(t.ID):
		return tui.Paragraph(c, tui.Pending, "The session was up "+tui.AgeSince(statusTime(t), c.Now)+" ago, when its status was last updated; "+
			"it may have changed since.")
	case t.State == store.Up && b.steps.up.before:
		return tui.Paragraph(c, tui.Good, "The session was already up when you opened this page.")
	case t.State == store.Up:
		return tui.Paragraph(c, tui.Good, "The session is up"+sinceCreation(b.steps.up, b.steps.listed)+".")
	}
	return append(b.hints(c, t), b.ends(c, t)...)
}

// statusComes is how long a new session may be without a status before that means something.
const statusComes = 2 * time.Minute

// hints say what to check while a step does not come.
func (b *BringUp) hints(c tui.Canvas, t store.Tunnel) []string {
	var out []string
	if b.m.keyNobodyHas(t) { // whatever else the data says follows from it
		return tui.Paragraph(c, tui.Bad, "Cloudflare has a pre-shared key for this tunnel that was never shown, so the router cannot have it: "+
			"the tunnel fails at the next key exchange. "+
			tui.KeyOf("generate-key", "K")+" generates another one, which is shown.")
	}
	if t.Kind == api.IPsec && !b.m.hasKey(t) {
		out = append(out, tui.Paragraph(c, tui.Pending, tui.KeyOf("generate-key",
			"K")+" generates a pre-shared key, unless your router has one that you set yourself.")...)
	}
	if t.BGP != nil && t.BGPStatus == nil && t.Track.Looked.Sub(b.steps.began) < statusComes {
		return append(out, tui.Paragraph(c, tui.Muted, "The API reports no status for the session yet; that is usual in the first minutes.")...)
	}
	for _, f := range b.m.env.Feed.Diagnosis().Tunnel(t.ID) { // what the tunnel's own page says, in the same words
		if f.Likelihood == diagnose.Remark && t.BGP == nil {
			continue // it has no BGP, which the steps say
		}
		out = append(out, tui.Paragraph(c, tui.Strong, f.Text)...)
		if f.Next != "" {
			out = append(out, tui.Paragraph(c, tui.Plain, f.Next)...)
		}
	}
	return out
}

// ends are the addresses and names that the router must have, as long as it is being set up.
func (b *BringUp) ends(c tui.Canvas, t store.Tunnel) []string {
	out := []string{"", c.Theme.Paint(tui.Muted, " YOUR ROUTER'S SIDE (press "+tui.KeyOf("router-config",
		"c")+" for the whole configuration)")}
	row := func(label, value string) {
		lead := c.Theme.Paint(tui.Muted, "   "+tui.Fit(label, 13))
		if tui.Width(value) > c.Width-17 { // a value that is cut is of no use to the router
			out = append(out, lead)
			lead = tui.Spaces(5)
		}
		out = append(out, lead+tui.Text(tui.Plain, tui.Clean(value)).Paint(c.Theme, c.Width-6))
	}
	row("Tunnel", field.Or(t.CustomerEndpoint, "your address")+" to Cloudflare "+t.CloudflareEndpoint)
	subnet, _ := netip.ParsePrefix(t.InterfaceAddress)
	if cloudflare, customer, ok := rules.Sides(subnet); ok {
		row("Inside", customer.String()+" on your side, "+cloudflare.String()+" on Cloudflare's")
	}
	if t.BGP != nil {
		row("BGP", "your AS "+asn(t)+" initiates the session to AS "+strconv.FormatUint(uint64(b.m.env.Feed.Last().CloudflareASN()), 10)+
			"; use a non-zero hold time")
	}
	if t.Kind == api.IPsec {
		label := "IKE identity"
		for _, id := range ikeIdentities(t.Tunnel) {
			row(label, id)
			label = "or" // the router may call itself by any of them
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
