package form

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// A guided form shows one section at a time: a step. One goes on when the step is right and back from any
// state of it; every value stays.

// stepActions are the keys that a guided form has beside those of every form.
func (f *Form) stepActions() []tui.Action {
	if !f.opts.Guided {
		return nil
	}
	next := tui.Action{Name: "next-step", Keys: []string{"pgdown"}, Short: "next step", Footer: true,
		Long: "Go to the next step, if this one is valid",
		Run:  func() tea.Cmd { return f.toStep(f.neighbour(1)) }}
	if f.neighbour(1) < 0 {
		next.Why = "this is the last step: " + tui.KeyOf("submit", "ctrl+s") + " goes to the review"
	}
	back := tui.Action{Name: "previous-step", Keys: []string{"pgup"}, Short: "step back", Footer: f.neighbour(-1) >= 0,
		Long: "Go to the previous step; every value is kept",
		Run:  func() tea.Cmd { return f.toStep(f.neighbour(-1)) }}
	if f.neighbour(-1) < 0 {
		back.Why = "this is the first step"
	}
	return []tui.Action{next, back}
}

// neighbour is the next section that has something to ask, in the direction of by; -1 when there is none.
func (f *Form) neighbour(by int) int {
	for i := f.at.section + by; i >= 0 && i < len(f.opts.Sections); i += by {
		if f.firstShown(i) >= 0 {
			return i
		}
	}
	return -1
}

// firstShown is the first field of a section that is shown, -1 for none.
func (f *Form) firstShown(section int) int {
	for j, field := range f.opts.Sections[section].Fields {
		if field.When == nil || field.When(f.values) {
			return j
		}
	}
	return -1
}

// toStep shows a step. Forward it goes only from a step that is right.
func (f *Form) toStep(step int) tea.Cmd {
	if step < 0 {
		return nil
	}
	f.commitInput()
	f.read()
	if step > f.at.section {
		if text := f.stepError(); text != "" {
			return tui.Toast(tui.Bad, text)
		}
	}
	f.repropose() // what a step proposes may rest on the answers of those before it
	f.at = place{step, f.beginning(step)}
	f.scroll = tui.Scroll{}
	f.reached = max(f.reached, step)
	f.focus()
	return f.saveDraft()
}

// beginning is the first field of a step that still needs an answer: one that no proposal is on its way for, else one into which can be
// typed; when none does, its first field.
func (f *Form) beginning(step int) int {
	best, rank := f.firstShown(step), 0
	for j, field := range f.opts.Sections[step].Fields {
		if !f.check(field).Blocks() {
			continue
		}
		is := 3
		switch {
		case f.awaits(field) && field.Control == Choice:
			is = 1
		case f.awaits(field):
			is = 2
		}
		if is > rank {
			best, rank = j, is
		}
	}
	return best
}

// awaits reports whether the proposal for a field is on its way: what it rests on is still being read.
func (f *Form) awaits(field Field) bool {
	return field.Propose != nil && f.proposed[field.Key] && f.values[field.Key] == "" && f.Waiting()
}

// stepError goes to the first field of this step that blocks and says what is wrong with it; "" when none does. What a proposal is on
// its way for blocks no step, only the end: whoever types ahead must not be led into another field.
func (f *Form) stepError() string {
	step := f.at.section
	for j, field := range f.opts.Sections[step].Fields {
		if finding := f.check(field); finding.Blocks() && !f.awaits(field) {
			f.at = place{step, j}
			f.focus()
			return fieldError(field, finding)
		}
	}
	return ""
}

// walk goes to a neighbouring field; in a guided form it passes from step to step.
func (f *Form) walk(by int) tea.Cmd {
	before := f.at
	f.move(by)
	if !f.opts.Guided || f.at.section == before.section {
		return nil
	}
	to := f.at
	f.at = before
	cmd := f.toStep(to.section)
	if f.at.section == to.section {
		f.at = to
		f.focus()
	}
	return cmd
}

// fieldError is what is wrong with a field, with its name.
func fieldError(field Field, finding Finding) string {
	if strings.HasPrefix(finding.Text, field.Label) {
		return finding.Text
	}
	return field.Label + ": " + finding.Text
}

// head is the place in the whole: the step's number, all steps with their state, and what this one is about.
func (f *Form) head(c tui.Canvas) []string {
	line := tui.Line{{Text: fmt.Sprintf(" Step %d of %d  ", f.at.section+1, len(f.opts.Sections)), Role: tui.Muted}}
	for i, s := range f.opts.Sections {
		line = append(line, f.tab(c.Theme.Glyphs, i, s.Title), tui.Span{Text: " "})
	}
	if line.Width() > c.Width {
		line = append(line[:1], f.tab(c.Theme.Glyphs, f.at.section, f.opts.Sections[f.at.section].Title))
	}
	head := []string{line.Paint(c.Theme, c.Width), ""}
	for _, text := range tui.Wrap(f.opts.Sections[f.at.section].Intro, c.Width-2) {
		head = append(head, " "+c.Theme.Paint(tui.Plain, text))
	}
	return append(head, "")
}

// tab is one step in the head: where one is, done, wrong, or still to come.
func (f *Form) tab(g tui.Glyphs, step int, title string) tui.Span {
	switch {
	case step == f.at.section:
		return tui.Span{Text: " " + title + " ", Role: tui.Selected}
	case step > f.reached:
		return tui.Span{Text: " " + strconv.Itoa(step+1) + " " + title, Role: tui.Muted}
	case f.blocked(step):
		return tui.Span{Text: " " + g.Down + " " + title, Role: tui.Bad}
	case slices.ContainsFunc(f.opts.Sections[step].Fields, f.awaits):
		return tui.Span{Text: " " + g.Pending + " " + title, Role: tui.Pending}
	}
	return tui.Span{Text: " " + g.Up + " " + title, Role: tui.Good}
}

func (f *Form) blocked(step int) bool {
	for _, field := range f.opts.Sections[step].Fields {
		if f.check(field).Blocks() && !f.awaits(field) {
			return true
		}
	}
	return false
}

// fieldByKey is the field with a key, nil when there is none.
func (f *Form) fieldByKey(key string) *Field {
	for i := range f.opts.Sections {
		for j := range f.opts.Sections[i].Fields {
			if f.opts.Sections[i].Fields[j].Key == key {
				return &f.opts.Sections[i].Fields[j]
			}
		}
	}
	return nil
}

// propose fills in the proposals for fields that are empty.
func (f *Form) propose() {
	f.proposed = map[string]bool{}
	for _, s := range f.opts.Sections {
		for _, field := range s.Fields {
			if _, typed := f.opts.Draft[field.Key]; field.Propose != nil && f.values[field.Key] == "" && !typed {
				f.values[field.Key] = field.Propose(f.values)
				f.proposed[field.Key] = true
			} else if f.opts.Guided && !typed && field.Control == Text && f.values[field.Key] != "" {
				f.proposed[field.Key] = true // a default is a proposal, too
			}
		}
	}
}

// repropose asks for the proposals again: what they rest on may have been on its way when the form was opened.
// A proposal that the eye has seen stays; one that is missing comes when it is known.
func (f *Form) repropose() {
	if !f.opts.Guided {
		return
	}
	for i, s := range f.opts.Sections {
		for _, field := range s.Fields {
			if field.Propose == nil || !f.proposed[field.Key] || (i <= f.reached && f.values[field.Key] != "") {
				continue
			}
			if now := field.Propose(f.values); now != f.values[field.Key] {
				f.values[field.Key], f.initial[field.Key] = now, now
				f.refocus(field.Key)
			}
		}
	}
}

// refocus loads the field under the cursor anew when it is the one with this key.
func (f *Form) refocus(key string) {
	if field := f.field(); field != nil && field.Key == key {
		f.focus()
	}
}

// replaces reports whether a message types text: it then takes the place of a proposal.
func replaces(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		return true
	case tea.KeyPressMsg:
		return msg.Text != "" && unicode.IsPrint([]rune(msg.Text)[0])
	}
	return false
}

// saveDraft keeps what was typed so far. Secrets are never part of it.
func (f *Form) saveDraft() tea.Cmd {
	if f.opts.SaveDraft == nil || f.Unsaved() == "" {
		return nil
	}
	return f.opts.SaveDraft(f.public())
}

// Draft implements tui.Drafter.
func (f *Form) Draft() tea.Cmd { return f.saveDraft() }

// public are the values without the secret ones, and without proposals that nobody has touched: they may be
// others on another day.
func (f *Form) public() Values {
	out := maps.Clone(f.values)
	for _, s := range f.opts.Sections {
		for _, field := range s.Fields {
			if field.Control == Secret || f.proposed[field.Key] {
				delete(out, field.Key)
			}
		}
	}
	return out
}

// leaveDraft asks once whether what was typed is to be kept.
func (f *Form) leaveDraft() tea.Cmd {
	keep := func() tea.Cmd {
		return tea.Batch(f.saveDraft(), tui.Pop(), tui.Toast(tui.Good, "Kept as a draft, without secrets: it is offered when you begin again"))
	}
	drop := func() tea.Cmd {
		if f.opts.DiscardDraft == nil {
			return tui.Pop()
		}
		return tea.Batch(f.opts.DiscardDraft(), tui.Pop())
	}
	return tui.Open(&tui.Dialog{Title: "Leave " + f.opts.Title + "?", Lines: []tui.Line{
		tui.Text(tui.Plain, "Nothing was sent. A draft keeps what you typed, but no keys.")},
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Keep a draft", Run: keep}, {Label: "Leave", Run: drop}}})
}

// SaidSection is a section of what a form says, in words.
type SaidSection struct {
	Title string
	Said  []Said
}

// Said is one field in words: its label, its value, and what the value means or what was noted about it.
type Said struct {
	Label, Value, Means string
	Warning             bool // Means is a warning
}

// InWords is everything that the form says, field by field, for the review. Secrets are only said to be there.
func (f *Form) InWords() []SaidSection {
	var out []SaidSection
	for _, s := range f.opts.Sections {
		p := SaidSection{Title: s.Title}
		for _, field := range s.Fields {
			if field.When == nil || field.When(f.values) {
				p.Said = append(p.Said, f.said(field))
			}
		}
		if len(p.Said) > 0 {
			out = append(out, p)
		}
	}
	return out
}

func (f *Form) said(field Field) Said {
	value := f.values[field.Key]
	out := Said{Label: field.Label, Value: value}
	switch {
	case field.Control == Secret && value != "":
		out.Value = "set (not shown)"
	case value == "":
		out.Value = cmp.Or(field.Empty, "none")
	}
	if options := f.Options(field); !field.Free && index(options, value) >= 0 {
		out.Value = options[index(options, value)].Label
	}
	if finding := f.check(field); finding.Text != "" {
		out.Means, out.Warning = finding.Text, finding.Level == Warning
	} else if field.Explain != nil {
		out.Means = field.Explain(f.values)
	}
	return out
}
