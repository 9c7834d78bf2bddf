package overview

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/events"
	"flarewire/views/kit"
	"flarewire/views/timeline"
)

// incident is the page of one incident of several objects: the headline, what is left for whom, and its members.
type incident struct {
	env        *kit.Env
	about      diagnose.Incident
	over       bool // it is no longer among what is wrong
	generation int  // how often it was taken anew
	ahead      resource.Ahead
	table      *table.Table[diagnose.Diagnosis]
}

func newIncident(env *kit.Env, about diagnose.Incident) *incident {
	text := func(get func(diagnose.Diagnosis) string) func(diagnose.Diagnosis, time.Time) string {
		return func(d diagnose.Diagnosis, _ time.Time) string { return tui.Clean(get(d)) }
	}
	p := &incident{env: env, about: about}
	p.table = table.New([]table.Column[diagnose.Diagnosis]{
		{Key: "name", Title: "MEMBER", Width: 24, Text: text(func(d diagnose.Diagnosis) string { return d.Subject.Name }),
			Role: func(diagnose.Diagnosis) tui.Role { return tui.Strong }},
		{Key: "cause", Title: "BY ITSELF", Width: 40, Grow: 120, Text: text(func(d diagnose.Diagnosis) string {
			if len(d.Findings) == 0 {
				return ""
			}
			return d.Findings[0].Cause.Title() + ": " + d.Findings[0].Text
		})},
	}, func(d diagnose.Diagnosis) string { return idOf(d.Subject) })
	p.table.Set(about.Diagnoses)
	return p
}

// Title implements tui.View.
func (p *incident) Title() string { return "Incident" }

// Init implements tui.View.
func (p *incident) Init() tea.Cmd { return p.env.Feed.LookUpIncident(p.about) }

// Needs names what the page rests on.
func (p *incident) Needs() []string { return needs(p.env.Feed.Last()) }

// Status implements tui.StatusReporter.
func (p *incident) Status() tui.Status { return p.env.Feed.Freshness() }

// incidentMsg brings what was found anew.
type incidentMsg struct {
	page  *incident
	found []diagnose.Incident
}

// Update implements tui.View: members come and go while it is looked at.
func (p *incident) Update(msg tea.Msg) tea.Cmd {
	if p.ahead.Update(p, msg) {
		return nil
	}
	if m, ok := msg.(incidentMsg); ok && m.page == p {
		i := slices.IndexFunc(m.found, func(i diagnose.Incident) bool { return i.ID == p.about.ID })
		if p.over = i < 0; !p.over {
			p.about = m.found[i]
			p.table.Set(p.about.Diagnoses)
		}
		p.generation++
		return nil
	}
	if !p.env.Feed.Announces(msg) {
		return nil
	}
	account := p.env.Feed.Diagnosis()
	return func() tea.Msg { return incidentMsg{p, account.Incidents()} }
}

// Actions implements tui.View.
func (p *incident) Actions() []tui.Action {
	open := tui.Action{Name: "open", Keys: []string{"enter"}, Short: "open", Footer: true,
		Long: "Open the page of the object under the cursor", Why: "there is no page for it"}
	var ask []tui.Action
	if d, ok := p.table.Selected(); ok {
		ask = p.env.AskActions(d.Subject.ID)
		if view := p.env.Open(d.Subject.Kind, idOf(d.Subject)); view != nil {
			open.Why, open.Run = "", func() tea.Cmd { return tui.Push(view) }
		}
	}
	out := []tui.Action{open, timeline.Action(p.env, p.about, true),
		{Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true, Class: tui.Common, Long: "Refresh now", Run: p.env.Feed.Refresh}}
	out = append(append(out, ask...), whereActions(p.env, p.about)...)
	for _, a := range p.ahead.Follow(p, p.table.Actions()) {
		if a.Move {
			out = append(out, a)
		}
	}
	return out
}

// mostAffected is how many destinations stand above the members.
const mostAffected = 4

// Draw implements tui.View.
func (p *incident) Draw(c tui.Canvas) []string {
	if c.Width < memberFrom {
		return p.members(c, false)
	}
	own, right := c, c
	own.Width = max(listWidth, c.Width/2)
	right.Width = c.Width - own.Width - 1
	var member []string
	if d, ok := p.table.Selected(); ok {
		member = p.ahead.Draw(right, idOf(d.Subject), p.generation, func() tui.View { return p.env.Open(d.Subject.Kind, idOf(d.Subject)) })
	}
	return resource.Beside(c, p.members(own, true), member, right.Width+1)
}

// memberFrom is the width from which the member under the cursor stands beside the list.
const memberFrom = 120

// members are the headline and the members, and on a wide screen, where there is room below them, what happened to them.
func (p *incident) members(c tui.Canvas, wide bool) []string {
	head := append(p.head(c), "")
	c.Height = max(3, c.Height-len(head))
	lines := append(head, p.table.Draw(c)...)
	if c.Height -= p.table.Shown() + 2; !wide || c.Height < eventsRoom { // its title, and a blank line
		return lines
	}
	return append(append(lines, ""), resource.Column(c, []resource.Section{events.Around(p.env, c.Now, p.about.Members...)})...)
}

// eventsRoom is the least room for the events of the members.
const eventsRoom = 8

// head is what the members have in common, and what to do.
func (p *incident) head(c tui.Canvas) []string {
	head := tui.Paragraph(c, roleOf(p.about.Severity), tui.Clean(p.about.Title)+".")
	if p.over {
		head = append(head, tui.Paragraph(c, tui.Good, "It is over, or it is another incident by now: esc shows what is wrong.")...)
	}
	head = append(head, tui.Paragraph(c, tui.Plain, tui.Clean(p.about.Says()))...)
	head = append(head, tui.Paragraph(c, tui.Plain, tui.Clean(p.about.Next))...)
	for i, text := range p.about.Affected {
		if i == mostAffected {
			head = append(head, tui.Paragraph(c, tui.Muted, "and more destinations: flarewire diagnose -o json lists all")...)
			break
		}
		head = append(head, tui.Paragraph(c, tui.Pending, tui.Clean(text))...)
	}
	return head
}

// Tell implements tui.Speaker.
func (p *incident) Tell(now time.Time) tui.Telling {
	out := tui.Telling{Rows: p.table.Words(now, func(d diagnose.Diagnosis) string { return d.Subject.Name }), Current: p.table.Cursor()}
	for _, l := range p.head(tui.Boundless(now)) {
		out.Above = append(out.Above, spaced(l))
	}
	return out
}

// Choose implements tui.RowSelector.
func (p *incident) Choose(id string) bool { return p.table.Select(id) }
