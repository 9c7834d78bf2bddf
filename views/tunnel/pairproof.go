package tunnel

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/drafts"
	"flarewire/internal/routerconfig"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// PairProof is the bring-up page of a pair: what is measured of both tunnels, what is missing before they carry traffic, and what only the
// operator can try, with the command for the router. It can be saved as Markdown for the ticket.
type PairProof struct {
	m      *Module
	pair   drafts.Pair
	at     int  // the test under the cursor
	chosen bool // the cursor was moved
	scroll tui.Scroll
	saver
}

func newPairProof(m *Module, pair drafts.Pair) *PairProof {
	return &PairProof{m: m, pair: copied(pair)}
}

// Title implements tui.View.
func (p *PairProof) Title() string { return "Bring up " + pairName(p.pair) }

// Init implements tui.View. Traffic and health by location are asked of the analytics, as on the tunnels' own pages.
func (p *PairProof) Init() tea.Cmd {
	cmds := []tea.Cmd{p.m.env.Feed.Changed()}
	for _, t := range p.tunnels() {
		if t.known {
			p.m.followed(t.ID, t.Name)
			cmds = append(cmds, p.m.env.Feed.RequestInsight(t.Name))
		}
	}
	return tea.Batch(cmds...)
}

// Needs names what the page rests on.
func (p *PairProof) Needs() []string {
	needs := []store.Target{{Kind: store.TunnelHealth}, {Kind: store.Routes}}
	for _, t := range p.tunnels() {
		if t.known {
			needs = append(needs, store.Target{Kind: store.GRETunnels, Object: t.ID})
		}
	}
	return store.Needs(needs...)
}

// Status implements tui.StatusReporter.
func (p *PairProof) Status() tui.Status { return p.m.env.Feed.Tunnels().Status() }

// Update implements tui.View.
func (p *PairProof) Update(msg tea.Msg) tea.Cmd {
	if saved, ok := msg.(savedMsg); ok && saved.saver == &p.saver {
		return p.saved(saved)
	}
	return nil
}

// pairTunnel is a tunnel of the pair as it is now.
type pairTunnel struct {
	store.Tunnel
	known bool
}

// tunnels are the two, by their names.
func (p *PairProof) tunnels() []pairTunnel {
	var out []pairTunnel
	for _, name := range []string{p.pair.Values["name"], p.pair.Values["twin_name"]} {
		t := pairTunnel{Tunnel: store.Tunnel{Tunnel: api.Tunnel{Name: strings.TrimSpace(name)}}}
		for _, each := range p.m.env.Feed.Last().Tunnels {
			if each.Name == t.Name && string(each.Kind) == p.pair.Values["kind"] {
				t = pairTunnel{each, true}
			}
		}
		out = append(out, t)
	}
	return out
}

// proved is one thing that is measured.
type proved struct {
	title string
	mark  string // "ok", "wait", "bad", "off"
	text  string
}

// measured is what is seen of a tunnel, and whether it carries traffic by that.
func (p *PairProof) measured(t pairTunnel, now time.Time) []proved {
	if !t.known {
		return []proved{{"created", "wait", "the list does not have it"}}
	}
	var out []proved
	page := NewBringUp(p.m, t.ID, t.Name)
	page.steps.look(p.m)
	for _, s := range page.list(t.Tunnel, true) {
		one := proved{s.title, "wait", "waiting until " + s.means}
		switch {
		case s.bad != "":
			one.mark, one.text = "bad", s.bad
		case s.at.reached():
			one.mark, one.text = "ok", s.at.words(now)
		case s.off != "":
			one.mark, one.text = "off", "not waited for: "+s.off
		}
		out = append(out, one)
	}
	return append(out, p.routed(t), p.carried(t), p.everywhere(t))
}

// routed says by what traffic gets into the tunnel.
func (p *PairProof) routed(t pairTunnel) proved {
	out := proved{title: "routes", mark: "ok"}
	routes := p.m.env.Feed.Last().Routes
	static := p.m.routedThrough(customerSide(t.InterfaceAddress))
	switch {
	case len(static) > 0:
		out.text = "static: " + strings.Join(static, " ")
	case t.BGP != nil && t.State == store.Up:
		out.mark, out.text = "off", "by BGP: what your router announces is not in the API; look at the traffic"
	case t.BGP != nil:
		out.mark, out.text = "wait", "nothing is announced before the session is up"
	case !routes.Settled():
		out.mark, out.text = "wait", field.Or(routes.Why(), "cannot tell: the routes were not read")
	default:
		out.mark, out.text = "bad", "no BGP and no static route: it carries no traffic to you"
	}
	return out
}

// carried says whether traffic was seen in both directions.
func (p *PairProof) carried(t pairTunnel) proved {
	out := proved{title: "traffic", mark: "wait"}
	look := p.m.env.Feed.InsightOf(t.Name)
	if look.At.IsZero() {
		out.text = "not known yet"
		return out
	}
	seen := func(list []store.Point) bool {
		return slices.ContainsFunc(list, func(at store.Point) bool { return at.Value != nil && *at.Value > 0 })
	}
	in, eg := seen(look.Ingress), seen(look.Egress)
	switch {
	case in && eg:
		out.mark, out.text = "ok", "seen in both directions"
	case in:
		out.text = "seen from your side only: does anything lead into the tunnel?"
	case eg:
		out.text = "seen to your side only: does your router send through it?"
	default:
		out.text = "none seen yet, in either direction"
	}
	return out
}

// everywhere says how Cloudflare's data centers see the tunnel.
func (p *PairProof) everywhere(t pairTunnel) proved {
	out := proved{title: "locations", mark: "wait", text: "not known yet"}
	var good, bad []string
	for _, c := range p.m.env.Feed.InsightOf(t.Name).Colos {
		switch c.State() {
		case store.Healthy:
			good = append(good, c.Name)
		case store.Degraded, store.HealthDown:
			bad = append(bad, c.Name)
		}
	}
	switch {
	case len(bad) > 0:
		out.mark, out.text = "bad", fmt.Sprintf("%d report poor health: %s", len(bad), strings.Join(bad[:min(len(bad), 4)], " "))
		if more := len(bad) - 4; more > 0 {
			out.text += fmt.Sprintf(" and %d more", more)
		}
	case len(good) > 0:
		out.mark, out.text = "ok", fmt.Sprintf("healthy from all %d that probe it", len(good))
	}
	return out
}

// missing is what keeps the pair from carrying traffic, by what is measured; empty when nothing is seen to.
func (p *PairProof) missing(now time.Time) []string {
	var out []string
	for _, t := range p.tunnels() {
		for _, one := range p.measured(t, now) {
			if one.mark != "ok" && one.mark != "off" {
				out = append(out, t.Name+": "+one.title+", "+one.text)
			}
		}
	}
	return out
}

// test is one thing to try, at one tunnel.
type test struct {
	routerconfig.Test
	tunnel string
}

func (t test) key() string { return t.Key + " of " + t.tunnel }

func (p *PairProof) tests() []test {
	var out []test
	router := p.router()
	for _, t := range p.tunnels() {
		for _, each := range routerconfig.Tests(p.platform(), router, t.Tunnel.Tunnel) {
			out = append(out, test{each, t.Name})
		}
	}
	return out
}

// platform is what the device of the pair is configured as.
func (p *PairProof) platform() routerconfig.Platform {
	return routerconfig.Platform(p.pair.Values["device"])
}

// router is the one that both tunnels end at, as its configuration is written for.
func (p *PairProof) router() routerconfig.Router {
	var known []api.Tunnel
	for _, t := range p.tunnels() {
		if t.known {
			known = append(known, t.Tunnel.Tunnel)
		}
	}
	return p.m.routerOf(known...)
}

// Actions implements tui.View.
func (p *PairProof) Actions() []tui.Action {
	tests := p.tests()
	p.at = max(0, min(p.at, len(tests)-1))
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			if p.chosen {
				p.at = max(0, min(p.at+by, len(tests)-1))
			}
			p.chosen = true
			return nil
		}
	}
	var known []api.Tunnel
	for _, t := range p.tunnels() {
		if t.known {
			known = append(known, t.Tunnel.Tunnel)
		}
	}
	config := tui.Action{Name: "router-config", Keys: []string{"c"}, Short: "router config", Footer: true,
		Long: "Show a configuration for your router, for both tunnels", Why: "the tunnels are not in the list yet"}
	if len(known) > 0 {
		config.Why, config.Run = "", func() tea.Cmd {
			page := p.m.newRouterConfig(api.Secret{}, known...)
			page.show(p.platform())
			return tui.Push(page)
		}
	}
	return append([]tui.Action{
		{Name: "tick", Keys: []string{"space", "enter"}, Short: "tick", Footer: true, Long: "Mark the test as done or not done",
			Run: p.tick},
		config,
		{Name: "write", Keys: []string{"w"}, Short: "runbook", Footer: true, Long: "Save it as Markdown, for the ticket", Run: p.write},
		{Name: "requests", Keys: []string{"e"}, Short: "requests", Long: "Show what was created, request by request",
			Run: func() tea.Cmd { return tui.Push(newPairPage(p.m, p.pair, "")) }},
		{Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true, Class: tui.Common, Long: "Refresh now", Run: p.m.env.Feed.Refresh},
		{Name: "next-test", Move: true, Keys: []string{"down", "j"}, Long: "Go to the next test", Run: move(1)},
		{Name: "previous-test", Move: true, Keys: []string{"up", "k"}, Long: "Go to the previous test", Run: move(-1)},
	}, p.scroll.Actions()[2:]...)
}

// write saves the runbook.
func (p *PairProof) write() tea.Cmd {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\`, r) || r <= ' ' {
			return '-'
		}
		return r
	}, p.pair.Values["name"]) + "-runbook.md"
	return p.askWhere("Write the runbook", routerconfig.Config{Files: []routerconfig.File{{Name: name, Text: p.runbook(p.m.env.Now())}}})
}

func (p *PairProof) tick() tea.Cmd {
	tests := p.tests()
	if len(tests) == 0 {
		return nil
	}
	if !p.chosen {
		p.chosen = true // it comes into sight first
		return nil
	}
	key := tests[p.at].key()
	if p.pair.Ticked[key].IsZero() {
		tick(&p.pair, key, p.m.env.Now())
	} else {
		delete(p.pair.Ticked, key)
	}
	pair := copied(p.pair)
	return func() tea.Msg {
		if err := p.m.env.Drafts.KeepPair(pair); err != nil {
			return tui.Toast(tui.Pending, "It could not be kept: "+err.Error())()
		}
		return nil
	}
}

// Draw implements tui.View.
func (p *PairProof) Draw(c tui.Canvas) []string {
	page := kit.NewPage(c)
	g := c.Theme.Glyphs
	marks := map[string]tui.Span{"ok": {Text: g.Up, Role: tui.Good}, "wait": {Text: g.Pending, Role: tui.Pending},
		"bad": {Text: g.Down, Role: tui.Bad}, "off": {Text: g.None, Role: tui.Muted}}
	for _, t := range p.tunnels() {
		page.Heading(t.Name)
		for _, one := range p.measured(t, c.Now) {
			page.Line(tui.Line{{Text: "   "}, marks[one.mark], {Text: " " + tui.Fit(one.title, 17), Role: tui.Plain},
				{Text: tui.Clean(one.text), Role: tui.Muted}})
		}
		page.Blank()
	}
	p.verdict(page, c.Now)
	page.Blank()
	page.Heading("To be tried by you")
	if p.platform() != routerconfig.Linux {
		page.Text(tui.Muted, "   The commands are general vendor knowledge, not tried on a device.")
	}
	begin, end := 0, 0
	for i, t := range p.tests() {
		mark, role := "[ ] ", tui.Plain
		if at := p.pair.Ticked[t.key()]; !at.IsZero() {
			mark, role = "["+g.Mark+"] ", tui.Good
		}
		lead := "   "
		if i == p.at {
			lead, begin = " "+g.Cursor+" ", len(page.Lines())
		}
		page.Line(tui.Line{{Text: lead, Role: tui.Accent}, {Text: mark + t.Title + ", " + tui.Clean(t.tunnel), Role: role}})
		if i == p.at {
			for _, command := range t.Commands {
				page.Text(tui.Accent, "       "+command)
			}
			page.Text(tui.Muted, "       Expect: "+t.Expect)
			end = len(page.Lines()) - 1
		}
	}
	lines := page.Lines()
	if p.chosen { // as long as nothing was chosen, what is measured comes first
		p.scroll.Window(lines, c.Height)
		p.scroll.Show(end)
		p.scroll.Show(begin)
	}
	return p.scroll.Window(lines, c.Height)
}

// verdict is what the measured steps amount to: never good while something is missing or not known.
func (p *PairProof) verdict(page *kit.Page, now time.Time) {
	missing := p.missing(now)
	if len(missing) == 0 {
		page.Text(tui.Good, "Both tunnels are up, and traffic was seen through both, in both directions.")
		return
	}
	page.Text(tui.Pending, fmt.Sprintf("Not proved yet that the pair carries traffic: %d open.", len(missing)))
}

// Tell implements tui.Speaker.
func (p *PairProof) Tell(now time.Time) tui.Telling {
	return tui.Telling{Above: strings.Split(strings.TrimSpace(p.runbook(now)), "\n")}
}

// runbook is the page as Markdown. It holds no secret.
func (p *PairProof) runbook(now time.Time) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	v := p.pair.Values
	line("# Pair of tunnels: %s", inline(pairName(p.pair)))
	line("")
	line("Account %s, %s. Written by flarewire at %s.", inline(p.m.env.Account.ID), inline(v["kind"]),
		now.UTC().Format("2006-01-02 15:04 UTC"))
	for _, t := range p.tunnels() {
		line("\n## %s\n", inline(t.Name))
		line("| | |\n|---|---|")
		line("| Cloudflare endpoint | %s |", inline(cmp.Or(t.CloudflareEndpoint, "not known")))
		line("| Your endpoint | %s |", inline(cmp.Or(t.CustomerEndpoint, "not known")))
		line("| Interface address | %s |", inline(cmp.Or(t.InterfaceAddress, "not known")))
		if t.BGP != nil {
			line("| BGP | your AS %d |", t.BGP.CustomerASN)
		}
		line("\nMeasured:\n")
		for _, one := range p.measured(t, now) {
			box := " "
			if one.mark == "ok" {
				box = "x"
			}
			line("- [%s] %s: %s", box, one.title, inline(one.text))
		}
		line("\nTried by the operator:\n")
		for _, each := range p.tests() {
			if each.tunnel != t.Name {
				continue
			}
			box, when := " ", ""
			if at := p.pair.Ticked[each.key()]; !at.IsZero() {
				box, when = "x", " ("+at.UTC().Format("2006-01-02 15:04 UTC")+")"
			}
			line("- [%s] %s%s. Expect: %s", box, each.Title, when, each.Expect)
			line("  ```")
			for _, command := range each.Commands {
				line("  %s", strings.ReplaceAll(tui.Clean(command), "`", "'"))
			}
			line("  ```")
		}
	}
	line("\n## Way back\n")
	line("In flarewire: `:activity`, an entry of this pair, `u` undoes all of them as one.")
	return b.String()
}

// inline is a text in Markdown that means itself: names may hold what Markdown or a table reads as a sign.
func inline(s string) string {
	var b strings.Builder
	for _, r := range tui.Clean(s) {
		if strings.ContainsRune("\\`*_{}[]<>|#", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
