package bgp

import (
	"fmt"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/kind"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/field"
	"flarewire/views/tunnel"
)

// timelineFrom is how many lines below the panels must be free for the timeline of the session under the cursor, mostEventLines how many
// events stand in it at most.
const timelineFrom, mostEventLines = 8, 30

// below is what has room below the panels: the past of the session under the cursor over the whole width, with an axis, then what happened,
// what stands beside the session in its list, and what the API tells of the CNIs.
func (p *page) below(c tui.Canvas, all []card, room int) []string {
	if p.still || room < timelineFrom || p.at >= len(all) {
		return nil
	}
	k := all[p.at]
	var out []string
	sections := p.env.RowSections(k.of, k.id, c.Now)
	if len(k.past) > 0 {
		out = p.past(c, k)
		sections = append([]resource.Section{p.happened(k)}, withoutHistory(sections)...)
	}
	if links := p.links(); len(links.Fields) > 0 {
		sections = append(sections[:min(3, len(sections)):min(3, len(sections))],
			append([]resource.Section{links}, sections[min(3, len(sections)):]...)...)
	}
	c.Height = room - len(out) - 1
	return append(append(out, ""), resource.Spread(c, sections)...)
}

// past is the strip of a session over the whole width.
func (p *page) past(c tui.Canvas, k card) []string {
	signs := c.Width - 5
	slot := slotFor(p.oldest, c.Now, signs)
	return []string{"", tui.Line{{Text: " " + tui.Clean(k.name), Role: tui.Strong},
		{Text: fmt.Sprintf("   the last %s, each mark %d min (UTC)", span(time.Duration(signs)*slot), int(slot.Minutes())), Role: tui.Muted}}.
		Paint(c.Theme, c.Width),
		"   " + strip(k.past, c.Now, signs, slot, c.Theme.Glyphs).Paint(c.Theme, c.Width-4),
		"   " + c.Theme.Paint(tui.Muted, axis(c.Now, signs, slot))}
}

// withoutHistory leaves out what stands among what happened.
func withoutHistory(sections []resource.Section) []resource.Section {
	var out []resource.Section
	for _, s := range sections {
		if s.Title != tunnel.HistoryTitle {
			out = append(out, s)
		}
	}
	return out
}

// happened is what happened to a session, the newest first: what was seen here, by a recorder and in earlier runs, what Cloudflare's log
// has, and who changed what.
func (p *page) happened(k card) resource.Section {
	s := resource.Section{Title: "What happened (UTC)"}
	type moment struct {
		at           time.Time
		source, text string
		role         tui.Role
	}
	var all []moment
	for _, e := range k.events {
		text, role := tunnel.EventText(e)
		all = append(all, moment{e.At, "", text, role})
	}
	subject := diagnose.Subject{Kind: k.of, ID: k.id, Name: k.name}
	unused := func(store.Event) string { return "" } // those that were seen are among the session's own, which go back further
	for _, m := range p.env.Feed.Diagnosis().Timeline(unused, subject) {
		if m.Name == k.name && m.Source != diagnose.FromWatching {
			all = append(all, moment{m.At, m.Note(), m.What(), tui.Plain})
		}
	}
	sorting.Sort(all, func(x, y moment) int { return y.at.Compare(x.at) })
	for _, m := range all[:min(len(all), mostEventLines)] {
		s.Fields = append(s.Fields, resource.Field{Label: m.at.UTC().Format("01-02 15:04:05"), Value: tui.Clean(m.text), Role: m.role,
			Note: m.source})
	}
	if len(all) == 0 {
		s.Fields = []resource.Field{{Value: p.quiet(k), Role: tui.Muted, Prose: true}}
	}
	return s
}

// quiet says since when no event was seen.
func (p *page) quiet(k card) string {
	for _, t := range p.env.Feed.Last().Tunnels {
		if from := t.Track.KnownSince; t.ID == k.id && !from.IsZero() {
			return "No state change seen since monitoring began (" + resource.Ago(from, p.env.Now()) + ")."
		}
	}
	return "No state change seen so far."
}

// links is what the API tells of the CNIs, whose sessions it does not report.
func (p *page) links() resource.Section {
	s := resource.Section{Title: "CNIs: the API does not report their BGP sessions"}
	for _, l := range p.env.Feed.Last().Links.Rows {
		f := resource.Field{Label: l.Name, Value: "health checks off", Role: tui.Muted, Note: "at " + field.Or(l.ColoName, "-")}
		if !field.Unprobed(l.HealthCheck) {
			health := p.env.ProbedHealth(l.Name)
			f.Value, f.Role = "health: "+string(health), tunnel.HealthRole(health)
		}
		if l.BGP != nil {
			f.Note += ", AS " + l.BGP.ASNText()
		}
		if l.InterfaceAddress != "" {
			f.Note += ", " + l.InterfaceAddress
		}
		s.Fields = append(s.Fields, f)
	}
	if why := p.env.Feed.Last().CannotTell(kind.Links); why != "" && len(s.Fields) > 0 {
		s.Fields = append(s.Fields, resource.Field{Value: "There may be more: " + why + ".", Role: tui.Muted, Prose: true})
	}
	return s
}

// span is a length of time in hours, or days where it is whole ones.
func span(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d.Hours())/24)
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

// axis has the time below every so many signs of a strip that ends now, and at its end.
func axis(now time.Time, signs int, slot time.Duration) string {
	const every, label = 24, len("15:04")
	end := now.Truncate(slot).Add(slot)
	line := []rune(tui.Spaces(signs))
	write := func(at int, t time.Time) { copy(line[at:], []rune(t.UTC().Format("15:04"))) }
	last := signs - label
	for i := signs % every; i+label < last; i += every {
		write(i, end.Add(-time.Duration(signs-i)*slot))
	}
	if last >= 0 {
		write(last, now)
	}
	return string(line)
}
