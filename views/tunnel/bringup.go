package tunnel

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/watch"
	"flarewire/tui"
)

// BringUp is the page that follows a tunnel until its session is up: which step it has reached, how long
// each took, and what to check while one does not come. It can be left and opened again: what was seen
// is kept by the module.
type BringUp struct {
	m     *Module
	id    string
	name  string
	steps *progress
}

// progress is when each step of a tunnel was first seen. Zero: not yet.
type progress struct {
	began   time.Time // when following began
	listed  time.Time
	tcp     time.Time
	up      time.Time
	missing bool // it was there and is gone
}

// NewBringUp makes the page for a tunnel by its id.
func NewBringUp(m *Module, id, name string) *BringUp {
	if m.progress[id] == nil {
		m.progress[id] = &progress{began: m.env.Now()}
	}
	return &BringUp{m: m, id: id, name: name, steps: m.progress[id]}
}

// Title implements tui.View.
func (b *BringUp) Title() string { return "Bring up " + b.name }

// Init implements tui.View.
func (b *BringUp) Init() tea.Cmd {
	b.look()
	return b.m.env.Feed.Again()
}

// Status implements tui.StatusReporter.
func (b *BringUp) Status() tui.Status { return b.m.env.Feed.Tunnels().Status() }

// Update implements tui.View.
func (b *BringUp) Update(msg tea.Msg) tea.Cmd {
	if b.m.env.Feed.Tunnels().Brings(msg) {
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
	now := b.m.env.Now()
	first(&b.steps.listed, now)
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

func (b *BringUp) tunnel() (watch.Tunnel, bool) {
	for _, t := range b.m.env.Feed.Last().Tunnels {
		if t.ID == b.id {
			return t, true
		}
	}
	return watch.Tunnel{}, false
}

// Actions implements tui.View.
func (b *BringUp) Actions() []tui.Action {
	open := tui.Action{Name: "open", Keys: []string{"enter"}, Short: "open the tunnel", Footer: true, Long: "The tunnel's own page"}
	t, ok := b.tunnel()
	if !ok {
		open.Why = "the list does not have it yet"
	}
	open.Run = func() tea.Cmd { return tui.Push(b.m.openOne(t)()) }
	return []tui.Action{open, {Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true, Long: "Fetch now", Run: b.m.env.Feed.Refresh}}
}

// Draw implements tui.View.
func (b *BringUp) Draw(c tui.Canvas) []string {
	t, ok := b.tunnel()
	lines := []string{"", b.step(c, "created", b.steps.listed, b.steps.began, "Cloudflare lists it")}
	if ok && t.BGP == nil {
		lines = append(lines, "")
		lines = append(lines, tui.Paragraph(c, tui.Good, "There is no BGP on this tunnel: it carries traffic as soon as a static route leads into it.")...)
		return lines
	}
	lines = append(lines, b.step(c, "TCP established", b.steps.tcp, b.steps.listed, "your router reaches Cloudflare"),
		b.step(c, "BGP up", b.steps.up, b.steps.tcp, "routes are exchanged"), "")
	switch {
	case b.steps.missing:
		lines = append(lines, tui.Paragraph(c, tui.Bad, "The tunnel is no longer on the account.")...)
	case !ok:
		lines = append(lines, tui.Paragraph(c, tui.Muted, "Waiting for the list to show the tunnel.")...)
	case t.State == watch.Up && b.steps.up.Equal(b.steps.began):
		lines = append(lines, tui.Paragraph(c, tui.Good, "The session was up already when you began to follow it.")...)
	case t.State == watch.Up:
		lines = append(lines, tui.Paragraph(c, tui.Good, "The session is up after "+b.steps.up.Sub(b.steps.began).Round(time.Second).String()+".")...)
	default:
		lines = append(lines, b.hints(c, t)...)
	}
	return lines
}

// step is one line: done, under way, or still to come.
func (b *BringUp) step(c tui.Canvas, title string, at, before time.Time, means string) string {
	g := c.Theme.Glyphs
	line := tui.Line{{Text: "   "}}
	switch {
	case !at.IsZero():
		took := at.Sub(before).Round(time.Second)
		line = append(line, tui.Span{Text: g.Up + " " + tui.Fit(title, 18), Role: tui.Good}, tui.Span{Text: fmt.Sprintf("after %s", took), Role: tui.Muted})
	case !before.IsZero():
		line = append(line, tui.Span{Text: g.Pending + " " + tui.Fit(title, 18), Role: tui.Pending},
			tui.Span{Text: tui.AgeSince(before, c.Now) + ", until " + means, Role: tui.Muted})
	default:
		line = append(line, tui.Span{Text: g.None + " " + tui.Fit(title, 18), Role: tui.Muted}, tui.Span{Text: means, Role: tui.Muted})
	}
	return line.Paint(c.Theme, c.Width)
}

// hints say what to check while a step does not come.
func (b *BringUp) hints(c tui.Canvas, t watch.Tunnel) []string {
	var out []string
	if t.Kind == api.IPsec && (t.PSK == nil || t.PSK.LastGeneratedOn.IsZero()) {
		out = append(out, tui.Paragraph(c, tui.Pending, "K on the tunnel's page (enter) makes a pre-shared key.")...)
	}
	for _, f := range diagnose.Session(t.Tunnel, c.Now) {
		out = append(out, tui.Paragraph(c, tui.Strong, f.Text)...)
		if f.Next != "" {
			out = append(out, tui.Paragraph(c, tui.Plain, f.Next)...)
		}
	}
	return out
}
