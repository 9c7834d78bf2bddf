package kit

import (
	"encoding/json"
	"strings"

	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/tui"
)

// Draw implements tui.View.
func (r *Review) Draw(c tui.Canvas) []string {
	p := &page{c: c}
	p.line(tui.Strong, " "+r.intent.Title)
	p.blank()
	switch r.stage {
	case preparing:
		p.text(tui.Muted, "Reading the object again, comparing, and asking Cloudflare to check the change. Nothing is sent yet.")
	case sending:
		p.text(tui.Pending, "Sending, once. Then the object is read back to see what took effect.")
	case ready:
		r.drawPlan(p)
	case finished:
		r.drawResult(p)
	}
	return r.scroll.Window(p.lines, c.Height)
}

func (r *Review) drawPlan(p *page) {
	if r.err != nil {
		p.text(tui.Bad, Sentence(r.err))
		p.text(tui.Muted, "Nothing was sent.")
		return
	}
	if why := r.plan.Blocked(); why != "" {
		p.text(tui.Bad, "This cannot be sent: "+why+".")
		p.blank()
	}
	r.drawConflicts(p)
	if len(r.plan.Differences) > 0 {
		p.heading("What changes")
		for _, d := range r.plan.Differences {
			p.difference(d)
		}
		p.blank()
	}
	for _, w := range r.plan.Warnings {
		p.text(tui.Pending, "! "+w)
	}
	for _, w := range r.plan.Consequences {
		p.text(tui.Plain, "- "+w)
	}
	if len(r.plan.Warnings)+len(r.plan.Consequences) > 0 {
		p.blank()
	}
	r.drawCheck(p)
	for _, request := range r.plan.Requests {
		p.heading("The request")
		p.text(tui.Muted, request.Method+" "+request.Path)
		for _, line := range strings.Split(request.Body, "\n") {
			p.line(tui.Muted, "   "+line)
		}
	}
}

func (r *Review) drawCheck(p *page) {
	d := r.plan.DryRun
	switch {
	case d.Err != nil:
		p.text(tui.Bad, "Cloudflare's check: refused. "+Sentence(d.Err))
	case d.Asked:
		p.text(tui.Good, "Cloudflare's check (validate_only): passed.")
	case d.Why != "":
		p.text(tui.Muted, "Cloudflare's check: not asked, "+d.Why+".")
	default:
		return
	}
	p.blank()
}

func (r *Review) drawConflicts(p *page) {
	if len(r.plan.Conflicts) == 0 {
		return
	}
	p.heading("Somebody else changed it since you opened it")
	width := max(10, (p.c.Width-30)/3)
	cells := func(role tui.Role, path, opened, now, wanted string) {
		p.lines = append(p.lines, tui.Line{{Text: "   " + tui.Fit(path, 24) + " ", Role: tui.Muted}, {Text: tui.Fit(opened, width) + " ", Role: role},
			{Text: tui.Fit(now, width) + " ", Role: role}, {Text: tui.Fit(wanted, width), Role: role}}.Paint(p.c.Theme, p.c.Width))
	}
	cells(tui.Muted, "FIELD", "WHEN YOU OPENED IT", "NOW", "YOURS")
	for _, c := range r.plan.Conflicts {
		role := tui.Plain
		if c.Clash {
			role = tui.Bad
		}
		cells(role, c.Path, value(c.Opened), value(c.Now), value(c.Wanted))
	}
	p.blank()
}

func (r *Review) drawResult(p *page) {
	role := tui.Bad
	switch r.result.Outcome {
	case journal.Done:
		role = tui.Good
	case journal.Unknown:
		role = tui.Pending
	}
	p.text(role, r.result.Text)
	if r.result.Err != nil {
		p.text(tui.Plain, Sentence(r.result.Err))
	}
	p.differences("Did not take effect (what is there, what was wanted)", r.result.NotApplied)
	p.differences("Changed as well, unasked", r.result.SideEffects)
	if r.result.Recovery != "" {
		p.blank()
		p.text(tui.Pending, r.result.Recovery)
	}
	if r.result.JournalErr != nil {
		p.text(tui.Pending, "The journal does not say how this ended: "+r.result.JournalErr.Error())
	}
	if r.intent.Next != nil && r.result.Outcome == journal.Done {
		for _, a := range r.intent.Next(r.result) {
			p.blank()
			p.offer(a)
		}
	}
	if len(r.result.RequestIDs) > 0 {
		p.blank()
		p.text(tui.Muted, "Cloudflare's request: "+strings.Join(r.result.RequestIDs, " "))
	}
}

// page collects lines for a canvas.
type page struct {
	c     tui.Canvas
	lines []string
}

func (p *page) blank() { p.lines = append(p.lines, "") }

// line adds one line; what does not fit is cut.
func (p *page) line(role tui.Role, text string) {
	p.lines = append(p.lines, tui.Text(role, tui.Clean(text)).Paint(p.c.Theme, p.c.Width))
}

// text adds a paragraph, wrapped.
func (p *page) text(role tui.Role, text string) {
	p.lines = append(p.lines, tui.Paragraph(p.c, role, text)...)
}

// offer is a line about what can be done next.
func (p *page) offer(a tui.Action) {
	p.lines = append(p.lines, tui.Line{{Text: "   " + a.KeyLabel() + " ", Role: tui.Accent}, {Text: a.Long, Role: tui.Strong}}.Paint(p.c.Theme, p.c.Width))
}

func (p *page) heading(text string) { p.line(tui.Strong, " "+text) }

func (p *page) differences(title string, list []change.Difference) {
	if len(list) == 0 {
		return
	}
	p.blank()
	p.heading(title)
	for _, d := range list {
		p.difference(d)
	}
}

func (p *page) difference(d change.Difference) {
	line := tui.Line{{Text: "   " + tui.Fit(d.Path, 26) + " ", Role: tui.Muted}}
	if d.Before != nil {
		line = append(line, tui.Span{Text: value(d.Before), Role: tui.Bad}, tui.Span{Text: " → ", Role: tui.Muted})
	}
	line = append(line, tui.Span{Text: value(d.After), Role: tui.Good})
	p.lines = append(p.lines, line.Paint(p.c.Theme, p.c.Width))
}

// value writes a JSON value for a person: texts without quotes, nothing as "not set".
func value(raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" {
		return "not set"
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if text == "" {
			return "empty"
		}
		return tui.Clean(text)
	}
	return tui.Clean(string(raw))
}
