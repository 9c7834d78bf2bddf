package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Help is the page behind "?": every action of the page it was opened from, and of the frame.
type Help struct {
	about  string
	groups []helpGroup
	scroll Scroll
}

type helpGroup struct {
	title   string
	actions []Action
}

// NewHelp makes the help page for a view with the given title and actions.
func NewHelp(about string, own, global []Action) *Help {
	return &Help{about: about, groups: []helpGroup{{"On this page", own}, {"Everywhere", global}}}
}

// Title implements View.
func (h *Help) Title() string { return "Help" }

// Init implements View.
func (h *Help) Init() tea.Cmd { return nil }

// Update implements View.
func (h *Help) Update(tea.Msg) tea.Cmd { return nil }

// Actions implements View.
func (h *Help) Actions() []Action {
	return append(h.scroll.Actions(),
		Action{Name: "close", Keys: []string{"q", KeyOf("help", "?"), "enter"}, Short: "close", Long: "Close the help", Footer: true, Run: Pop})
}

// Draw implements View.
func (h *Help) Draw(c Canvas) []string {
	var lines []string
	lines = append(lines, Text(Strong, " Keys on "+Clean(h.about)).Paint(c.Theme, c.Width))
	for _, g := range h.groups {
		lines = append(lines, c.Theme.Paint(Muted, " "+g.title))
		for _, a := range g.actions {
			if !a.Move {
				lines = append(lines, helpLines(c, a)...)
			}
		}
		lines = append(lines, movement(c, g.actions)...)
	}
	return h.scroll.Window(lines, c.Height)
}

// helpIndent is where the explanation of an action begins.
const helpIndent = 34

func helpLines(c Canvas, a Action) []string {
	var out []string
	lead := Line{{"   " + Fit(a.KeyLabels(), 14) + " ", Accent}, {Fit(a.Name, 15) + " ", Plain}}.Paint(c.Theme, helpIndent)
	for _, text := range Wrap(a.Long, c.Width-helpIndent-1) {
		out = append(out, lead+text)
		lead = Spaces(helpIndent)
	}
	if a.Why != "" {
		for _, text := range Wrap("not now: "+a.Why, c.Width-helpIndent-1) {
			out = append(out, Spaces(helpIndent)+c.Theme.Paint(Pending, text))
		}
	}
	return out
}

// movement lists the keys that move the cursor in as few lines as they need.
func movement(c Canvas, actions []Action) []string {
	var parts []string
	for _, a := range actions {
		if a.Move {
			parts = append(parts, a.KeyLabels())
		}
	}
	if len(parts) == 0 {
		return nil
	}
	var out []string
	lead := Line{{"   " + Fit("arrows", 14) + " ", Accent}, {Fit("move", 15) + " ", Plain}}.Paint(c.Theme, helpIndent)
	for _, text := range Wrap(strings.Join(parts, "  "), c.Width-helpIndent-1) {
		out = append(out, lead+text)
		lead = Spaces(helpIndent)
	}
	return out
}
