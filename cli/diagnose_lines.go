package cli

import (
	"fmt"
	"slices"
	"strings"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
)

// maxNotes bounds the notes below the incidents; -o json has all.
const maxNotes = 5

// lines are what was found for people: the incidents, then the notes.
func (d diagnosed) lines(c tui.Canvas) []string {
	out := incidentLines(d.incidents, c)
	var notes []diagnose.Diagnosis
	for _, n := range d.notes { // a single point that has failed stands above, as an outage
		if n.Findings = slices.DeleteFunc(slices.Clone(n.Findings), diagnose.Finding.Lost); len(n.Findings) > 0 {
			notes = append(notes, n)
		}
	}
	if len(notes) == 0 {
		return out
	}
	out = append(out, "", tui.Text(tui.Strong, "Notes").Paint(c.Theme, c.Width))
	for _, n := range notes[:min(len(notes), maxNotes)] {
		f := n.Findings[0]
		out = append(out, tui.Paragraph(c, tui.Muted, tui.Clean(n.Subject.Name+": "+strings.TrimSuffix(f.Text,
			".")+" ("+strings.ToLower(f.Cause.Title())+")"))...)
	}
	if more := len(notes) - maxNotes; more > 0 {
		out = append(out, tui.Paragraph(c, tui.Muted, fmt.Sprintf("and %d more: flarewire diagnose PREFIX, or -o json", more))...)
	}
	return out
}

// incidentLines are the incidents for people: each once, with the names of those that belong to it.
func incidentLines(incidents []diagnose.Incident, c tui.Canvas) []string {
	if len(incidents) == 0 {
		return []string{c.Theme.Glyphs.Up + " Nothing is wrong that the data shows."}
	}
	var out []string
	for n, i := range incidents {
		if n > 0 {
			out = append(out, "")
		}
		if i.Several() {
			out = append(out, incidentBlock(i, c)...)
			continue
		}
		out = append(out, tui.Text(tui.Strong, tui.Clean(i.Members[0].Name)).Paint(c.Theme, c.Width))
		out = append(out, affected(i, c)...)
		f := i.Diagnoses[0].Findings[0]
		f.Impact, f.Since = i.Severity, i.Since
		out = append(out, reading(f, false, c)...)
		out = append(out, proofOf(i.Members[0], f, c)...)
	}
	return out
}

// maxMembers bounds the names of one incident, maxAffected its destinations; -o json has all.
const (
	maxMembers  = 24
	maxAffected = 5
)

// incidentBlock is an incident of several objects.
func incidentBlock(i diagnose.Incident, c tui.Canvas) []string {
	var out []string
	for _, line := range tui.Wrap(tui.Clean(i.Title), c.Width) { // a headline that is cut says nothing
		out = append(out, tui.Text(tui.Strong, line).Paint(c.Theme, c.Width))
	}
	head := i.Cause.Title() + " (" + diagnose.Rating(i.Severity, i.Likelihood)
	if !i.Since.IsZero() {
		head += ", since " + i.Since.UTC().Format("2006-01-02 15:04:05 UTC")
	}
	out = append(out, tui.Paragraph(c, impactRole(i.Severity), head+")")...)
	out = append(out, affected(i, c)...)
	out = append(out, tui.Paragraph(c, tui.Plain, i.Text)...)
	out = append(out, tui.Paragraph(c, tui.Plain, "Next: "+i.Next)...)
	names := make([]string, 0, len(i.Members))
	for _, m := range i.Members {
		if m.Kind != store.Prefixes || i.Tunnels() == 0 { // beside tunnels these are among what is affected
			names = append(names, tui.Clean(m.Name))
		}
	}
	slices.Sort(names)
	noun := i.Noun()
	if i.Tunnels() == 0 && slices.ContainsFunc(i.Members, func(m diagnose.Subject) bool { return m.Kind != i.Members[0].Kind }) {
		noun = "objects"
	}
	if m := i.Muted; m != nil {
		out = append(out, tui.Paragraph(c, tui.Muted, "Muted until "+m.Until.UTC().Format("2006-01-02 15:04 UTC")+": "+m.Reason)...)
	}
	return append(out, tui.Paragraph(c, tui.Muted, strings.ToUpper(noun[:1])+noun[1:]+": "+several(names, maxMembers))...)
}

// affected is what is left for which destinations, as a sentence: "Affects 10.64.0.0/20: 1 of 2 paths healthy", or why that is not known.
func affected(i diagnose.Incident, c tui.Canvas) []string {
	if len(i.Affected) == 0 {
		return nil
	}
	text := several(i.Affected, maxAffected)
	switch {
	case strings.HasPrefix(text, "cannot tell"):
		text = "C" + text[1:] + "."
	case !strings.Contains(i.Affected[0], ": cannot tell"):
		text = "Affects " + text
	}
	return tui.Paragraph(c, impactRole(i.Severity), text)
}

// diagnoses are the objects that were asked for, with all of the findings and what they rest on, after the incidents of several that
// they belong to.
func diagnoses(found []diagnose.Diagnosis, incidents []diagnose.Incident, c tui.Canvas) []string {
	var out []string
	for _, i := range incidents {
		if i.Several() {
			out = append(append(out, incidentBlock(i, c)...), "")
		}
	}
	for i, d := range found {
		if i > 0 {
			out = append(out, "")
		}
		out = append(out, tui.Text(tui.Strong, tui.Clean(d.Subject.Name)).Paint(c.Theme, c.Width))
		if len(d.Findings) == 0 {
			out = append(out, tui.Paragraph(c, tui.Good, "Nothing is wrong with it that the data shows.")...)
		}
		for n, f := range d.Findings {
			if n > 0 {
				out = append(out, "")
			}
			out = append(out, reading(f, true, c)...)
		}
	}
	return out
}

// reading is one finding: how bad and how certain, what it means, what to do.
func reading(f diagnose.Finding, whole bool, c tui.Canvas) []string {
	head := f.Cause.Title() + " (" + diagnose.Rating(f.Impact, f.Likelihood)
	if !f.Since.IsZero() {
		head += ", since " + f.Since.UTC().Format("2006-01-02 15:04 UTC")
	}
	out := tui.Paragraph(c, impactRole(f.Impact), head+")")
	out = append(out, tui.Paragraph(c, tui.Plain, f.Text)...)
	if f.Next != "" {
		out = append(out, tui.Paragraph(c, tui.Plain, "Next: "+f.Next)...)
	}
	if whole {
		out = append(out, tui.Paragraph(c, tui.Muted, "Evidence: "+f.Because())...)
		out = append(out, tui.Paragraph(c, tui.Muted, "Source: "+f.Source)...)
	}
	return out
}

func impactRole(i diagnose.Impact) tui.Role {
	switch i {
	case diagnose.Outage:
		return tui.Bad
	case diagnose.Impaired, diagnose.Risk:
		return tui.Pending
	}
	return tui.Muted
}
