package tunnel

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/internal/router"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/live"
)

// takenKeys are those that a list or a page of tunnels has already: a key of the user's own does not take the place of one.
const takenKeys = "AnebitcNmBRDKHOwzsShjklgGyYrxaqouf/?:.<>[]! "

// routerActions are what the user's own commands make of a tunnel: none without commands for it.
func (m *Module) routerActions(t store.Tunnel) []tui.Action {
	if m.env.Routers == nil {
		return nil
	}
	_, texts := router.Matching(m.env.Routers.Commands, diagnose.RouterTarget(t))
	var out []tui.Action
	if ask, ok := m.askAction(t); ok {
		out = append(out, ask)
	}
	for _, c := range texts {
		a := tui.Action{Name: c.Name, Short: strings.ReplaceAll(c.Name, "-", " "),
			Long: "Your own command: " + router.Shown(c.Run), Run: func() tea.Cmd { return m.runText(t, c) }}
		switch {
		case c.Key == "":
		case strings.Contains(takenKeys, c.Key):
			a.Long += " (its key " + c.Key + " has another meaning here: run it by its name)"
		default:
			a.Keys = []string{c.Key}
		}
		out = append(out, a)
	}
	return out
}

// askAction is the action that asks the router of a tunnel; ok is false without a command for it.
func (m *Module) askAction(t store.Tunnel) (a tui.Action, ok bool) {
	reads, _ := router.Matching(m.env.Routers.Commands, diagnose.RouterTarget(t))
	return tui.Action{Name: "ask-router", Keys: []string{"a"}, Short: "ask router", Footer: true,
		Wanted: t.State == store.Down || t.State == store.Establishing,
		Long:   "Query its router with your own commands, and show both ends side by side",
		Run:    func() tea.Cmd { return m.askRouter(t, reads) }}, len(reads) > 0
}

// AskRouter implements kit.Asker.
func (m *Module) AskRouter(id string) (a tui.Action, ok bool) {
	t, known := m.byID(id)
	if !known {
		return tui.Action{}, false
	}
	return m.askAction(t)
}

// agreed opens a page that runs commands, after the user has agreed to run exactly these. Before, it says what will be run.
func (m *Module) agreed(t store.Tunnel, commands []router.Command, open func() tea.Cmd) tea.Cmd {
	target := diagnose.RouterTarget(t)
	var runs [][]string
	lines := []tui.Line{tui.Text(tui.Plain, "This runs, with your rights and without a shell:")}
	for _, c := range commands {
		args, err := c.Fill(target)
		if err != nil {
			continue // the page says it; the others run
		}
		runs = append(runs, args)
		lines = append(lines, tui.Text(tui.Strong, tui.Clean(router.Shown(args))))
	}
	print := router.Fingerprint(runs...)
	if len(runs) == 0 || m.env.Routers.Agreed(print) {
		return open()
	}
	lines = append(lines, tui.Text(tui.Muted, "It is asked once for exactly this; the output is kept nowhere."))
	return tui.Open(&tui.Dialog{Title: "Ask the router of " + tui.Clean(t.Name) + "?", Lines: lines, Harmless: true,
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Run it", Key: "y", Run: func() tea.Cmd {
			m.env.Routers.Agree(print)
			return open()
		}}}})
}

func (m *Module) askRouter(t store.Tunnel, commands []router.Command) tea.Cmd {
	return m.agreed(t, commands, func() tea.Cmd { return tui.Push(newBothEnds(m, t, commands)) })
}

func (m *Module) runText(t store.Tunnel, c router.Command) tea.Cmd {
	return m.agreed(t, []router.Command{c}, func() tea.Cmd { return tui.Push(newRouterText(m, t, c)) })
}

// asking is a run of commands for a page: it ends with the page.
type asking struct {
	m      *Module
	target router.Target
	began  time.Time
	ended  time.Time
	cancel context.CancelFunc
}

// askedMsg says that the commands of a page have ended.
type askedMsg struct {
	asking  *asking
	began   time.Time
	reading router.Reading
}

func (a *asking) running() bool { return a.ended.IsZero() && !a.began.IsZero() }

// begin runs the commands in the background.
func (a *asking) begin(commands []router.Command) tea.Cmd {
	a.stop()
	ctx, cancel := context.WithCancel(a.m.env.Ctx)
	a.began, a.ended, a.cancel = a.m.env.Now(), time.Time{}, cancel
	began := a.began
	return func() tea.Msg {
		defer cancel()
		return askedMsg{a, began, a.m.env.Routers.Ask(ctx, commands, a.target)}
	}
}

// done reports whether a message is the end of the run that is under way.
func (a *asking) done(msg tea.Msg) (router.Reading, bool) {
	m, ok := msg.(askedMsg)
	if !ok || m.asking != a || !m.began.Equal(a.began) || !a.ended.IsZero() {
		return router.Reading{}, false
	}
	a.ended = a.m.env.Now()
	return m.reading, true
}

func (a *asking) stop() {
	if a.cancel != nil {
		a.cancel()
	}
}

// BothEnds is the page with both ends of a tunnel: Cloudflare's side beside the router's, what agrees and what does not, and what the two
// together prove.
type BothEnds struct {
	asking
	t        store.Tunnel
	commands []router.Command
	reading  router.Reading
	raw      bool // the outputs are shown
	scroll   tui.Scroll
}

func newBothEnds(m *Module, t store.Tunnel, commands []router.Command) *BothEnds {
	return &BothEnds{asking: asking{m: m, target: diagnose.RouterTarget(t)}, t: t, commands: commands}
}

// Title implements tui.View.
func (b *BothEnds) Title() string { return "Both ends of " + b.t.Name }

// Init implements tui.View.
func (b *BothEnds) Init() tea.Cmd { return b.begin(b.commands) }

// Needs names what Cloudflare's side rests on.
func (b *BothEnds) Needs() []string {
	return store.Needs(store.Target{Kind: store.GRETunnels, Object: b.t.ID}, store.Target{Kind: store.TunnelHealth},
		store.Target{Kind: store.Routes}, store.Target{Kind: store.TunnelTraffic})
}

// Status implements tui.StatusReporter.
func (b *BothEnds) Status() tui.Status { return b.m.env.Feed.Tunnels().Status() }

// Waiting implements tui.Waiter.
func (b *BothEnds) Waiting() bool { return b.running() }

// Sleep implements tui.Sleeper: nobody waits for the answer any more.
func (b *BothEnds) Sleep() { b.stop() }

// Wake implements tui.Sleeper.
func (b *BothEnds) Wake() tea.Cmd { return nil }

// Update implements tui.View.
func (b *BothEnds) Update(msg tea.Msg) tea.Cmd {
	if t, ok := b.m.byID(b.t.ID); ok {
		b.t = t
	}
	reading, ok := b.done(msg)
	if !ok {
		return nil
	}
	b.reading = reading
	return func() tea.Msg { return live.RouterMsg{Reading: reading} }
}

// Actions implements tui.View.
func (b *BothEnds) Actions() []tui.Action {
	again := tui.Action{Name: "ask-again", Keys: []string{"a", "r"}, Short: "ask again", Footer: true, Long: "Run the same commands again",
		Run: func() tea.Cmd { return b.begin(b.commands) }}
	raw := tui.Action{Name: "output", Keys: []string{"o"}, Short: "output", Footer: true,
		Long: "Show the router's output with the relevant lines marked; press again for both ends", Run: func() tea.Cmd {
			b.raw, b.scroll = !b.raw, tui.Scroll{}
			return nil
		}}
	if b.running() {
		again.Why = "the router is being asked"
	}
	if len(b.reading.Runs) == 0 {
		raw.Why = "nothing was printed yet"
	}
	return append([]tui.Action{again, raw}, b.scroll.Actions()...)
}

// Draw implements tui.View.
func (b *BothEnds) Draw(c tui.Canvas) []string {
	var body []string
	switch {
	case len(b.reading.Runs) == 0:
		return b.waiting(c)
	case b.raw:
		body = outputs(c, b.reading, b.m.keywords(b.t))
	default:
		body = slices.Concat(b.verdict(c), b.table(c), b.runs(c))
	}
	if b.running() {
		body = append([]string{c.Theme.Paint(tui.Pending, " "+c.Theme.Glyphs.Pending+" Asking the router again…")}, body...)
	}
	return b.scroll.Window(body, c.Height)
}

func (b *BothEnds) waiting(c tui.Canvas) []string {
	out := []string{"", c.Theme.Paint(tui.Pending, " "+c.Theme.Glyphs.Pending+" Asking the router of "+tui.Clean(b.t.Name)+"…"), ""}
	for _, cmd := range b.commands {
		args, err := cmd.Fill(b.target)
		if err != nil {
			out = append(out, tui.Paragraph(c, tui.Bad, err.Error())...)
			continue
		}
		out = append(out, tui.Paragraph(c, tui.Muted, router.Shown(args))...)
	}
	return out
}

// verdict is what both ends together say, the surest first.
func (b *BothEnds) verdict(c tui.Canvas) []string {
	findings := b.m.env.Feed.Diagnosis().Tunnel(b.t.ID)
	if len(findings) == 0 || !b.reading.Answered() {
		return tui.Paragraph(c, tui.Pending, "The router did not say anything that could be read. o shows what it printed.")
	}
	f := findings[0]
	head := f.Cause.Title() + " (" + diagnose.Rating(f.Impact, f.Likelihood)
	role := tui.Muted
	if f.Impact > diagnose.NoImpact {
		role = map[bool]tui.Role{true: tui.Bad, false: tui.Pending}[f.Impact == diagnose.Outage]
	}
	out := []string{" " + c.Theme.Paint(role, tui.Fit(tui.Clean(head+")"), c.Width-2))}
	out = append(out, tui.Paragraph(c, tui.Strong, f.Text)...)
	if f.Next != "" {
		out = append(out, tui.Paragraph(c, tui.Plain, f.Next)...)
	}
	out = append(out, tui.Paragraph(c, tui.Muted, "Evidence: "+f.Because())...)
	return append(out, "")
}

// table is Cloudflare's side beside the router's.
func (b *BothEnds) table(c tui.Canvas) []string {
	rows := b.m.env.Feed.Diagnosis().BothEnds(b.t.ID)
	if len(rows) == 0 {
		return nil
	}
	const label, mark = 17, 8
	left := max(12, (c.Width-label-mark-4)*2/5)
	right := max(12, c.Width-label-mark-left-4)
	head := " " + tui.Fit("", label) + tui.Fit("CLOUDFLARE", left) + " " + tui.Fit("ROUTER", right)
	out := []string{c.Theme.Paint(tui.Muted, strings.TrimRight(head, " "))}
	for _, r := range rows {
		role := map[diagnose.Agreement]tui.Role{diagnose.Agrees: tui.Good, diagnose.Disagree: tui.Bad}[r.Agreement]
		value := tui.Plain
		if r.Agreement == diagnose.Disagree {
			value = tui.Strong
		}
		here, there := tui.Wrap(tui.Clean(r.Cloudflare), left), tui.Wrap(tui.Clean(r.Router), right)
		for i := range max(len(here), len(there)) {
			cell := func(lines []string) string {
				if i < len(lines) {
					return lines[i]
				}
				return ""
			}
			line := tui.Line{{Text: " "}, {Text: tui.Fit("", label)}, {Text: tui.Fit(cell(here), left), Role: value}, {Text: " "},
				{Text: tui.Fit(cell(there), right), Role: value}}
			if i == 0 {
				line[1] = tui.Span{Text: tui.Fit(r.Label, label), Role: tui.Muted}
				line = append(line, tui.Span{Text: " "}, tui.Span{Text: r.Agreement.Word(), Role: role})
			}
			out = append(out, strings.TrimRight(line.Paint(c.Theme, c.Width), " "))
		}
	}
	return append(out, "")
}

// runs are the commands and what became of them.
func (b *BothEnds) runs(c tui.Canvas) []string {
	var out []string
	for _, run := range b.reading.Runs {
		role, text := tui.Muted, fmt.Sprintf("%s: read in %s", run.Name, run.Took.Round(10*time.Millisecond))
		switch {
		case run.Trouble != "":
			role, text = tui.Pending, run.Name+": "+run.Trouble
		case run.Unread:
			role, text = tui.Pending, run.Name+": nothing in its output was understood; o shows it"
		}
		out = append(out, tui.Paragraph(c, role, text)...)
	}
	return append(out, tui.Paragraph(c, tui.Muted, "Asked "+resource.Ago(b.reading.At, c.Now)+". a asks again, o shows the output.")...)
}

// Tell implements tui.Speaker: what both ends prove comes first, then the two sides row by row, and what became of the commands.
func (b *BothEnds) Tell(now time.Time) tui.Telling {
	c := tui.Boundless(now)
	if len(b.reading.Runs) == 0 || b.raw {
		return tui.Telling{Above: trimmed(b.Draw(c))}
	}
	out := tui.Telling{Sections: true}
	section := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		out.Above = append(out.Above, "", title)
		for _, line := range lines {
			if line != "" { // an empty one begins a section
				out.Above = append(out.Above, "  "+line)
			}
		}
	}
	section("What this means", trimmed(b.verdict(c)))
	var rows []string
	for _, r := range b.m.env.Feed.Diagnosis().BothEnds(b.t.ID) {
		rows = append(rows, tui.Clean(r.Sentence()))
	}
	section("Both ends", rows)
	section("What was run", trimmed(b.runs(c)))
	return out
}

// trimmed are drawn lines without what places them on a screen.
func trimmed(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		out[i] = strings.TrimSpace(line)
	}
	return out
}
