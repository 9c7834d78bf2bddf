package tui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// Help is the page behind "?": every action of the page it was opened from, and of the frame, and the pages.
type Help struct {
	about  string
	pages  []PaletteEntry
	groups []helpGroup
	scroll Scroll
	typing bool
}

type helpGroup struct {
	title   string
	actions []Action
	noText  bool // of the keys, only those that type nothing act
}

// NewHelp makes the help page for a view with the given title and actions.
func NewHelp(about string, own, global []Action) *Help {
	return &Help{about: about, groups: []helpGroup{{title: "On this page", actions: own}, {title: "Everywhere", actions: global}}}
}

// With adds the pages that ":" goes to.
func (h *Help) With(pages []PaletteEntry) *Help {
	h.pages = pages
	return h
}

// whileTyping leaves out what is typed as text on the page: of the frame's keys only those of inText act there, ctrl+c and ctrl+z.
func (h *Help) whileTyping() {
	h.typing = true
	frame := &h.groups[1]
	frame.noText = true
	frame.actions = slices.DeleteFunc(slices.Clone(frame.actions), func(a Action) bool {
		return inText[a.Name] == "" && a.Name != "quit" && a.Name != "suspend"
	})
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
	lines, width := h.keys(c), c.Width
	if c.Width < helpBeside {
		return h.scroll.Window(append(lines, h.places(c)...), c.Height)
	}
	c.Width /= 2
	left, right := h.keys(c), h.places(c)
	lines = lines[:0]
	for i := range max(len(left), len(right)) {
		line := ""
		if i < len(left) {
			line = left[i]
		}
		if i < len(right) {
			line += Spaces(width-c.Width-Width(line)) + right[i]
		}
		lines = append(lines, line)
	}
	return h.scroll.Window(lines, c.Height)
}

// helpBeside is the width from which the pages stand beside the keys.
const helpBeside = 150

// places are the pages, each with what else it is called.
func (h *Help) places(c Canvas) []string {
	if len(h.pages) == 0 {
		return nil
	}
	open := KeyOf("palette", ":")
	if h.typing {
		open = strings.Join(keyLabelsNoText("palette", []string{":", "ctrl+g"}), " ")
	}
	lines := []string{c.Theme.Paint(Muted, " Pages: press "+open+" and type part of the name of a page, an object or an action")}
	for _, d := range h.pages {
		if d.Part != "" {
			continue
		}
		text, also := upperFirst(d.Help), d.Names[1:]
		for _, part := range h.pages {
			if part.Part == d.Names[0] {
				also = append(also[:len(also):len(also)], part.Names[0])
			}
		}
		if more := strings.Join(also, ", "); more != "" {
			text += " (also " + more + ")"
		}
		lead := Text(Accent, "   "+Fit(":"+d.Names[0], helpName)).Paint(c.Theme, helpName+3)
		for _, part := range Wrap(text, c.Width-helpName-4) {
			lines = append(lines, lead+part)
			lead = Spaces(helpName + 3)
		}
	}
	return lines
}

// helpName is the room for the name of a page.
const helpName = 19

// keys are the actions of the page and of the frame.
func (h *Help) keys(c Canvas) []string {
	var lines []string
	lines = append(lines, Text(Strong, " Keys on "+Clean(h.about)).Paint(c.Theme, c.Width))
	for _, g := range h.groups {
		lines = append(lines, c.Theme.Paint(Muted, " "+g.title))
		for _, a := range g.actions {
			if a.Name == "quit" && !g.noText && slices.Contains(a.Bound(), "q") {
				a.Long += "; in this help, q closes the help" // its own q goes first
			}
			if !a.Move {
				lines = append(lines, helpLines(c, a, g.noText)...)
			}
		}
		lines = append(lines, movement(c, g.actions)...)
	}
	lines = append(lines, c.Theme.Paint(Muted, " Symbols"))
	for _, s := range [][2]string{
		{"Name?", "A problem whose cause is only possible; without ? it is likely or certain, as its details say"},
		{">6m", "At least 6 minutes, as in SINCE: nothing earlier is known"},
		{"?", "Unknown; in SINCE: no change seen, and monitored for less than a minute"}} {
		lead := Text(Accent, "   "+Fit(s[0], helpIndent-3)).Paint(c.Theme, helpIndent)
		for _, text := range Wrap(s[1], c.Width-helpIndent-1) {
			lines = append(lines, lead+text)
			lead = Spaces(helpIndent)
		}
	}
	return lines
}

// keyLabelsNoText are the keys of an action that type nothing.
func keyLabelsNoText(name string, own []string) []string {
	var out []string
	for _, key := range (Action{Name: name, Keys: own}).Bound() {
		if noText(key) {
			out = append(out, keyLabel(key))
		}
	}
	return out
}

// helpIndent is where the explanation of an action begins.
const helpIndent = 34

func helpLines(c Canvas, a Action, typing bool) []string {
	var out []string
	keys := a.KeyLabels()
	if typing {
		keys = strings.Join(keyLabelsNoText(a.Name, a.Keys), " ")
	}
	lead := Line{{"   " + Fit(keys, 14) + " ", Accent}, {Fit(a.Name, 15) + " ", Plain}}.Paint(c.Theme, helpIndent)
	for _, text := range Wrap(a.Long, c.Width-helpIndent-1) {
		out = append(out, lead+text)
		lead = Spaces(helpIndent)
	}
	if a.Why != "" {
		for _, text := range Wrap("unavailable: "+a.Why, c.Width-helpIndent-1) {
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
