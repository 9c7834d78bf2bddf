package tunnel

import (
	"regexp"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/internal/router"
	"flarewire/internal/store"
	"flarewire/tui"
)

// telling finds the lines of an output that say that something is wrong.
var telling = regexp.MustCompile(`(?i)\b(error|fail(ed|ure|s)?|down|den(y|ied)|drop(s|ped)?|mismatch(ed)?|time(d ` +
	`)?out|refused|reject(ed|s)?|` +
	`expired|unreachable|notification|authentication_failed|no_proposal_chosen|shutdown|100% packet loss|not found|invalid|denied)\b`)

// keywords are what the lines of an output about this tunnel name.
func (m *Module) keywords(t store.Tunnel) []string {
	target := diagnose.RouterTarget(t)
	words := []string{t.Name}
	if target.Peer.IsValid() {
		words = append(words, target.Peer.String())
	}
	if target.CloudflareEndpoint.IsValid() {
		words = append(words, target.CloudflareEndpoint.String())
	}
	return words
}

// outputs are what the commands printed, each under its command line.
func outputs(c tui.Canvas, r router.Reading, words []string) []string {
	var out []string
	for _, run := range r.Runs {
		out = append(out, " "+c.Theme.Paint(tui.Strong, tui.Fit(tui.Clean(run.Name+": "+router.Shown(run.Args)), c.Width-2)))
		if run.Trouble != "" {
			out = append(out, tui.Paragraph(c, tui.Pending, run.Trouble)...)
		}
		out = append(append(out, marked(c, run.Text, words)...), "")
	}
	return out
}

// shownLines bounds the lines of an output on the screen.
const shownLines = 20_000

// marked is an output with the lines that matter set off: those that speak of trouble, and those that name the tunnel.
func marked(c tui.Canvas, text string, words []string) []string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	var out []string
	for _, line := range lines[:min(len(lines), shownLines)] {
		line = tui.Clean(line)
		mark, role := " ", tui.Plain
		switch {
		case telling.MatchString(line):
			mark, role = "!", tui.Pending
		case slices.ContainsFunc(words, func(w string) bool { return w != "" && strings.Contains(line, w) }):
			mark, role = ">", tui.Strong
		}
		for i, part := range tui.Wrap(line, max(1, c.Width-4)) {
			if i > 0 {
				mark = " "
			}
			out = append(out, " "+c.Theme.Paint(role, mark+" "+part))
		}
	}
	if len(lines) > shownLines {
		out = append(out, tui.Paragraph(c, tui.Muted, "The rest is not shown.")...)
	}
	return out
}

// RouterText is the page with the output of one of the user's own commands.
type RouterText struct {
	asking
	t       store.Tunnel
	command router.Command
	reading router.Reading
	scroll  tui.Scroll
}

func newRouterText(m *Module, t store.Tunnel, c router.Command) *RouterText {
	return &RouterText{asking: asking{m: m, target: diagnose.RouterTarget(t)}, t: t, command: c}
}

// Title implements tui.View.
func (r *RouterText) Title() string { return r.command.Name + " of " + r.t.Name }

// Init implements tui.View.
func (r *RouterText) Init() tea.Cmd { return r.begin([]router.Command{r.command}) }

// Waiting implements tui.Waiter.
func (r *RouterText) Waiting() bool { return r.running() }

// Sleep implements tui.Sleeper: nobody waits for the answer any more.
func (r *RouterText) Sleep() { r.stop() }

// Wake implements tui.Sleeper.
func (r *RouterText) Wake() tea.Cmd { return nil }

// Update implements tui.View.
func (r *RouterText) Update(msg tea.Msg) tea.Cmd {
	if reading, ok := r.done(msg); ok {
		r.reading = reading
	}
	return nil
}

// Actions implements tui.View.
func (r *RouterText) Actions() []tui.Action {
	again := tui.Action{Name: "run-again", Keys: []string{"r"}, Short: "run again", Footer: true, Long: "Run the same command again",
		Run: r.Init}
	if r.running() {
		again.Why = "it is running"
	}
	return append([]tui.Action{again}, r.scroll.Actions()...)
}

// Draw implements tui.View.
func (r *RouterText) Draw(c tui.Canvas) []string {
	if len(r.reading.Runs) == 0 {
		args, _ := r.command.Fill(r.target)
		return append([]string{"", c.Theme.Paint(tui.Pending, " "+c.Theme.Glyphs.Pending+" Running…"), ""},
			tui.Paragraph(c, tui.Muted, router.Shown(args))...)
	}
	body := outputs(c, r.reading, r.m.keywords(r.t))
	took := r.reading.Runs[0].Took.Round(10 * time.Millisecond)
	return r.scroll.Window(append(body, tui.Paragraph(c, tui.Muted, "It took "+took.String()+". r runs it again.")...), c.Height)
}
