package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/kit"
)

// Draw implements tui.View.
func (r *Review) Draw(c tui.Canvas) []string {
	p := newPage(c)
	p.Cut(tui.Strong, " "+r.intent.Title)
	p.Blank()
	switch r.stage {
	case preparing:
		p.Text(tui.Muted, "Reading the object again, comparing, and asking Cloudflare to check the change. Nothing is sent yet.")
	case sending:
		p.Text(tui.Pending, underSending(change.Stage(r.at.Load()), r.sent, c.Now))
	case ready:
		r.drawPlan(p)
	case finished:
		r.drawResult(p)
	}
	if text := pause(r.env, c.Now); text != "" && (r.stage == preparing || r.stage == sending) {
		p.Text(tui.Pending, text)
	}
	return r.scroll.Window(p.Lines(), c.Height)
}

// pause says what a request of a person waits for at the moment; "" for nothing.
func pause(e *kit.Env, now time.Time) string {
	if e.Client == nil {
		return ""
	}
	wait := e.Client.Waiting()
	if wait.Until.IsZero() {
		return ""
	}
	return kit.PauseText(wait, now)
}

// underSending says that a change is on its way, for how long when that is worth a word, and what the client's limit means: it
// is that of each request, and what may have happened is read back (change.Apply).
func underSending(stage change.Stage, sent, now time.Time) string {
	age := tui.AgeSince(sent, now)
	switch {
	case stage == change.Noting && now.Sub(sent) < time.Second:
		return "Recording the change in the journal. Nothing is sent yet."
	case stage == change.Noting:
		return fmt.Sprintf("Waiting for the journal, which another flarewire is using, for %.0f s so far. Nothing is sent yet; "+
			"it is given up after %.0f s.",
			now.Sub(sent).Truncate(time.Second).Seconds(), journal.DefaultLockLimit.Seconds()) // an age has the grain of that limit
	case stage == change.Checking:
		return "Reading the object again before sending. Nothing is sent yet."
	case age == "now":
		return "Sending once, no automatic retry. Then the object is read back to see what took effect."
	}
	return fmt.Sprintf("Sending once, no automatic retry, for %s so far. A request without an answer is given up after %.0f s: its result "+
		"is not known then, "+
		"and the object is read back to see what took effect.", age, api.DefaultTimeout.Seconds())
}

func (r *Review) drawPlan(p *page) {
	if r.err != nil {
		p.Text(tui.Bad, kit.ErrorText(r.err))
		p.Text(tui.Muted, "Nothing was sent.")
		return
	}
	if why := r.plan.Blocked(); why != "" && r.plan.DryRun.Err == nil { // what Cloudflare refuses stands at its check
		text := "This cannot be sent: " + why + "."
		if why == change.Unchanged {
			text = "Nothing to send: no field was changed."
		}
		p.Text(tui.Bad, text)
		p.Blank()
	}
	r.drawConflicts(p)
	if len(r.plan.Differences) > 0 && len(r.intent.InWords) == 0 {
		p.Heading("What changes")
		for _, d := range r.plan.Differences {
			p.difference(d)
		}
		p.Blank()
	}
	for _, w := range r.plan.Warnings {
		p.Item(tui.Pending, "!", w)
	}
	doubts := doubtful(r.intent.InWords, r.plan.Warnings)
	for _, said := range doubts { // what the fields warned of must not stand below the first screen
		p.Item(tui.Pending, "!", said.Label+": "+said.Means)
	}
	for _, w := range r.plan.Consequences {
		p.Item(tui.Plain, "-", w)
	}
	if len(r.plan.Warnings)+len(doubts)+len(r.plan.Consequences) > 0 {
		p.Blank()
	}
	whole := p.outlook(r.outlook)
	r.drawCheck(p)
	p.inWords(r.intent.InWords) // long, so what it brings and what the check said stand before it
	for _, request := range r.plan.Requests {
		p.Heading("The request")
		p.Request(request)
	}
	if !whole {
		p.Blank()
		p.wholeOutlook(r.outlook)
	}
}

// UnderSending says that a change is on its way, and since when.
func UnderSending(stage change.Stage, sent, now time.Time) string {
	return underSending(stage, sent, now)
}

func (r *Review) drawCheck(p *page) {
	d := r.plan.DryRun
	var e *api.Error
	switch {
	case errors.As(d.Err, &e) && e.Status == 0:
		p.Text(tui.Bad, "Cloudflare's check: no answer, so this cannot be sent. "+kit.ErrorText(d.Err))
	case d.Err != nil:
		p.Text(tui.Bad, "Cloudflare's check: refused, this cannot be sent. "+kit.ErrorText(d.Err))
	case d.Asked:
		p.Text(tui.Good, "Cloudflare's check (validate_only): passed.")
	case d.Why != "":
		p.Text(tui.Muted, "No dry run: "+d.Why+".")
	default:
		return
	}
	p.Blank()
}

func (r *Review) drawConflicts(p *page) {
	if len(r.plan.Conflicts) == 0 {
		return
	}
	p.Heading("Somebody else changed it since you opened it")
	for _, c := range r.plan.Conflicts {
		role := tui.Plain
		path := c.Path
		if c.Clash {
			role, path = tui.Bad, path+"  (both of you changed it)"
		}
		p.Cut(tui.Muted, "   "+path)
		p.version("when you opened it", value(c.Opened), tui.Plain)
		p.version("now", value(c.Now), role)
		p.version("yours", value(c.Wanted), role)
	}
	p.Blank()
}

func (r *Review) drawResult(p *page) {
	role := tui.Bad
	switch r.result.Outcome {
	case journal.Done:
		role = tui.Good
	case journal.Unknown:
		role = tui.Pending
	}
	p.Text(role, r.result.Text)
	if r.plan.Verb == journal.Create && r.result.ID != "" {
		p.Text(tui.Plain, "Its id is "+r.result.ID+".")
	}
	if err := r.result.Err; err != nil && !strings.Contains(r.result.Text, api.Advice(err)) {
		p.Text(tui.Plain, kit.ErrorText(err))
	}
	p.differences("Did not take effect (current value, requested value)", r.result.NotApplied)
	p.differences("Also changed, not requested", r.result.SideEffects)
	if r.result.Recovery != "" {
		p.Blank()
		p.Text(tui.Pending, r.result.Recovery)
	}
	if !r.looked.IsZero() && r.open() {
		p.Text(tui.Muted, "Looked again "+tui.AgeSince(r.looked, p.Canvas.Now)+": the outcome is still not known.")
	}
	if r.result.JournalErr != nil {
		p.Text(tui.Pending, "The journal does not say how this ended: "+r.result.JournalErr.Error())
	}
	for i, a := range r.next() {
		if i == 0 {
			a.Keys = append([]string{"enter"}, a.Keys...)
		}
		p.Blank()
		p.Offer(a)
	}
	if len(r.result.RequestIDs) > 0 {
		p.Blank()
		p.Text(tui.Muted, "Ray ID: "+strings.Join(r.result.RequestIDs, " "))
	}
}

// doubtful are the fields that the form warned of, but for what is among the warnings already.
func doubtful(parts []form.SaidSection, warnings []string) []form.Said {
	var out []form.Said
	for _, part := range parts {
		for _, said := range part.Said {
			if said.Warning && !slices.Contains(warnings, said.Means) {
				out = append(out, said)
			}
		}
	}
	return out
}

// inWords is everything that a form says, a line for a field and what it means below.
func (p *page) inWords(parts []form.SaidSection) {
	for _, part := range parts {
		p.Heading(field.Or(part.Title, "What is made"))
		for _, said := range part.Said {
			p.version(said.Label, tui.Clean(said.Value), tui.Plain)
			if said.Means != "" && !said.Warning { // a warning stands above already
				p.version("", tui.Clean(said.Means), tui.Muted)
			}
		}
		p.Blank()
	}
}

// page is a page of paragraphs that can also show what a change brings.
type page struct{ *kit.Page }

func newPage(c tui.Canvas) *page { return &page{kit.NewPage(c)} }

func (p *page) differences(title string, list []change.Difference) {
	if len(list) == 0 {
		return
	}
	p.Blank()
	p.Heading(title)
	for _, d := range list {
		p.difference(d)
	}
}

// difference is one field before and after: in one line, or, when that is too long, each on lines of its
// own, because a value that is cut cannot be judged.
func (p *page) difference(d change.Difference) {
	line := tui.Line{{Text: "   " + tui.Fit(tui.Clean(d.Path), max(26, tui.Width(tui.Clean(d.Path)))) + " ", Role: tui.Muted}}
	if d.Before != nil {
		line = append(line, tui.Span{Text: value(d.Before), Role: tui.Bad}, tui.Span{Text: " → ", Role: tui.Muted})
	}
	line = append(line, tui.Span{Text: value(d.After), Role: tui.Good})
	if line.Width() <= p.Canvas.Width {
		p.Add(line.Paint(p.Canvas.Theme, p.Canvas.Width))
		return
	}
	p.Cut(tui.Muted, "   "+d.Path)
	if d.Before != nil {
		p.version("before", value(d.Before), tui.Bad)
	}
	p.version("after", value(d.After), tui.Good)
}

// versionWidth is the room for whose version of a value it is.
const versionWidth = 20

// version is one version of a value, wrapped and never cut.
func (p *page) version(whose, text string, role tui.Role) {
	lead := "     " + tui.Fit(whose, versionWidth)
	for _, l := range tui.Wrap(text, p.Canvas.Width-len(lead)-1) {
		p.Add(p.Canvas.Theme.Paint(tui.Muted, lead) + p.Canvas.Theme.Paint(role, l))
		lead = tui.Spaces(len(lead))
	}
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
