// Package form is the form of every resource: fields in sections, checked on every key stroke, with
// the message at the field. It is our own on top of the library's text input, because what a form of
// this program must do (errors where the eye is, fields that come and go, long forms at 80x24, going
// back out of an invalid field, no second goroutine reading what is typed) is what Huh's form does not do
// without a workaround each. The lists of Pick and Many are Huh's controls (control.go); see docs/architecture.md.
package form

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/resource"
)

// Values are what the fields hold, by key. A field that is not shown keeps its value.
type Values map[string]string

// Level is how serious a finding is.
type Level int

// The levels. Incomplete is an error that more typing can still mend; it is shown without alarm.
const (
	Fine Level = iota
	Note
	Warning
	Incomplete
	Error
)

// Finding is what a check says about a value; the zero Finding is fine.
type Finding struct {
	Level Level
	Text  string
}

// Blocks reports whether the form cannot be sent with this finding.
func (f Finding) Blocks() bool { return f.Level >= Incomplete }

// Control is how a field is filled in.
type Control int

// The controls.
const (
	Text   Control = iota
	Choice         // one of Choices, by left and right
	Secret         // text that is never drawn
	Pick           // one of a list below the field, which typing filters
	Many           // several of such a list: their values, separated by blanks
)

// Option is one value of a Choice, a Pick or a Many.
type Option struct{ Value, Label string }

// Field is one line of a form.
type Field struct {
	Key     string // stable; the API's own name where there is one
	Label   string
	Help    string // what it is, shown while there is no finding
	Empty   string // what an empty value means, for the review; "" stands for "none"
	Control Control
	Choices []Option
	// ChoicesNow are the options of a Pick or a Many as they are now; nil takes Choices. It is asked often and must be quick.
	ChoicesNow func(Values) []Option
	// Free lets a Pick or a Many take what is none of its options, as it is typed.
	Free bool
	// Suggest gives values that tab-complete offers for what is typed; nil when there are none.
	Suggest func(Values) []string
	// Check is asked on every key stroke; it must be quick and must not block.
	Check func(value string, all Values) Finding
	// Normalize gives what a typed text means, in the form in which the field takes it; it takes the text's place when the field is left.
	Normalize func(string) string
	// Explain explains the value while it is fine: "Cloudflare 10.0.0.0, you 10.0.0.1".
	Explain func(Values) string
	// When reports whether the field is shown; nil is always.
	When func(Values) bool
	// ClearOnSubmit empties the field when the form is sent: what was wrong is typed anew, not added to.
	ClearOnSubmit bool
	// ReadOnlyWhy is why the field cannot be changed here; its value is shown all the same.
	ReadOnlyWhy string
	// Propose gives what the field holds until somebody types into it; nil for nothing. In a guided form it is asked again when
	// something new is known, as long as its step was not reached, and after that while the field is empty. What is typed first
	// replaces a proposal.
	Propose func(Values) string
	// Changed runs when the value has changed: it fetches what the checks need. Nil for nothing.
	Changed func(Values) tea.Cmd
}

// YesNo are the options of a switch; its values are "yes" and "no".
var YesNo = []Option{{"yes", "yes"}, {"no", "no"}}

// Section is a titled group of fields. A folded one shows only its title until it is opened; it opens
// by itself when one of its fields has an error.
type Section struct {
	Title  string
	Intro  string // what the step is about, one sentence; shown in a guided form
	Folded bool
	Fields []Field
}

// Options make a form.
type Options struct {
	Title    string
	Sections []Section
	Values   Values
	// Draft is what somebody had typed before: it goes over Values, and nothing is proposed in its place.
	Draft Values
	// ResumeKey names what the form is of, for whoever begins the same again while it is unfinished; empty: that is a form of its own.
	ResumeKey string
	// Init runs when the form is opened, with its values: it fetches what the checks need. Nil for nothing.
	Init func(Values) tea.Cmd
	// Needs names what the checks and proposals rest on while the form is on top; see tui.ShownMsg.
	Needs []string
	// Waiting reports whether something that checks and proposals rest on is still awaited: who answers line by line is asked only
	// after it has come. Nil for never.
	Waiting func(Values) bool
	// Submit is called with valid values: it returns the command that goes on to the review.
	Submit func(Values) tea.Cmd
	// SubmitIsFinal: Submit itself does what the form is for, so that leaving loses nothing any more. Without it that is so after
	// a DoneMsg.
	SubmitIsFinal bool
	// Beside are the sections to the right of the form on a wide screen, below what is said of the field under the cursor; nil for all that
	// the form says so far. It is asked with every key and must be quick.
	Beside func(*Form) []resource.Section
	// Start is the key of the field that the cursor begins in; empty is the first.
	Start string
	// Verb is what ctrl+s does, for the footer: "review".
	Verb string
	// Guided shows one section at a time, as the steps of a guided setup.
	Guided bool
	// SaveDraft keeps what was typed, without secrets, for another day; nil when the form has no drafts. It is
	// called at every step, and once more when the user leaves and wants it kept.
	SaveDraft func(Values) tea.Cmd
	// DiscardDraft throws a draft away, when the user leaves and does not want it.
	DiscardDraft func() tea.Cmd
}

// Form is the page. It is always taking text.
type Form struct {
	opts     Options
	values   Values
	initial  Values
	folded   []bool
	input    textinput.Model
	loaded   string  // what the input showed before anything was typed
	list     *picker // of the field under the cursor; nil when it has none
	rows     int     // lines of the list as it was drawn last
	at       place
	refused  Values // what the server said about a field, until its value changes
	scroll   tui.Scroll
	done     bool
	offStack bool // it is not on the stack

	proposed map[string]bool // fields that hold a proposal which nobody has touched
	submits  bool            // it was submitted before all proposals were there
	reached  int             // the last step that was shown
	pending  tea.Cmd         // what changed values have set going
}

// place is a place in the form: a field, or a section's title when field is -1.
type place struct{ section, field int }

// New makes a form with the given values; missing ones are empty. At least one field must be shown.
func New(o Options) *Form {
	f := &Form{opts: o, values: maps.Clone(o.Values), refused: Values{}, input: tui.NewInput("")}
	if f.values == nil {
		f.values = Values{}
	}
	for _, s := range o.Sections {
		f.folded = append(f.folded, s.Folded)
	}
	maps.Copy(f.values, o.Draft)
	f.input.CharLimit = 1000
	f.input.EchoCharacter = '•'
	f.propose()
	f.initial = maps.Clone(f.values)
	f.at = place{0, -1}
	f.move(1)
	for range len(f.places()) {
		if field := f.field(); o.Start == "" || (field != nil && field.Key == o.Start) {
			break
		}
		f.move(1)
	}
	f.reached = f.at.section
	return f
}

// Needs names what the form rests on; see Options.Needs.
func (f *Form) Needs() []string { return f.opts.Needs }

// Waiting implements tui.Waiter.
func (f *Form) Waiting() bool { return f.opts.Waiting != nil && f.opts.Waiting(f.Values()) }

// RefusedMsg leads what the server said about fields back to them.
type RefusedMsg struct{ Fields Values }

// DoneMsg says that what was typed has been used: leaving loses nothing any more.
type DoneMsg struct{}

// Title implements tui.View.
func (f *Form) Title() string { return f.opts.Title }

// Init implements tui.View.
func (f *Form) Init() tea.Cmd {
	if f.opts.Init == nil {
		return nil
	}
	return f.opts.Init(f.Values())
}

// Capturing implements tui.Capturer.
func (f *Form) Capturing() bool { return true }

// Unsaved implements tui.Dirty.
func (f *Form) Unsaved() string {
	if f.done || maps.Equal(f.values, f.initial) {
		return ""
	}
	return "what you typed"
}

// Keeps implements tui.Keeper: what was typed is there when one comes back.
func (f *Form) Keeps() bool { return true }

// ResumesFor implements tui.Resumer.
func (f *Form) ResumesFor() string { return f.opts.ResumeKey }

// Sleep implements tui.Sleeper: the answers to another form are not for this one.
func (f *Form) Sleep() { f.offStack, f.submits = true, false }

// Wake implements tui.Sleeper.
func (f *Form) Wake() tea.Cmd {
	f.offStack = false
	f.repropose()
	return nil
}

// Values are a copy of what the fields hold.
func (f *Form) Values() Values { return maps.Clone(f.values) }

// Update implements tui.View.
func (f *Form) Update(msg tea.Msg) tea.Cmd {
	if f.offStack {
		return nil
	}
	switch msg := msg.(type) {
	case RefusedMsg:
		f.takeRefusals(msg.Fields)
	case DoneMsg:
		f.done = true
	case tea.PasteMsg:
		f.submits = false
		return tea.Batch(f.paste(msg), f.takePending())
	case tea.KeyPressMsg:
		f.submits = false // whoever presses a key has something else in mind
		return tea.Batch(f.key(msg), f.takePending())
	default:
		f.repropose()
		f.refresh()
		return f.submitWhenKnown()
	}
	return nil
}

// takeRefusals shows what the server said at each of its fields: none of them stays hidden in a folded section.
func (f *Form) takeRefusals(fields Values) {
	maps.Copy(f.refused, fields)
	for i, s := range f.opts.Sections {
		if slices.ContainsFunc(s.Fields, func(field Field) bool { _, said := fields[field.Key]; return said }) {
			f.folded[i] = false
		}
	}
	f.toFirstError()
}

func (f *Form) key(msg tea.KeyPressMsg) tea.Cmd {
	for _, a := range f.Actions() {
		if slices.Contains(a.Bound(), msg.String()) {
			if a.Why != "" {
				return tui.Toast(tui.Pending, a.Why)
			}
			return a.Run()
		}
	}
	return f.edit(msg)
}

// takePending takes what changed values have set going.
func (f *Form) takePending() tea.Cmd {
	cmd := f.pending
	f.pending = nil
	return cmd
}

// Actions implements tui.View.
func (f *Form) Actions() []tui.Action {
	step := func(by int) func() tea.Cmd { return func() tea.Cmd { return f.walk(by) } }
	out := []tui.Action{
		{Name: "next-field", Keys: []string{"tab", "down"}, Short: "next", Footer: true, Long: "Go to the next field", Run: step(1)},
		{Name: "previous-field", Keys: []string{"shift+tab", "up"}, Short: "back", Footer: !f.opts.Guided, Run: step(-1),
			Long: "Go to the previous field"},
	}
	if f.list != nil { // up and down are for its list
		out[0].Keys, out[1].Keys = out[0].Keys[:1], out[1].Keys[:1]
	}
	out = append(append(out, f.stepActions()...), []tui.Action{
		{Name: "submit", Keys: []string{"ctrl+s"}, Short: f.opts.Verb, Footer: true,
			Long: "Check everything and go on to the review; nothing is sent yet", Run: f.submit},
		{Name: "leave", Keys: []string{"esc"}, Short: "leave", Footer: true, Long: "Leave the form; asks if something was typed", Run: f.leave},
	}...)
	field := f.field()
	switch {
	case field == nil:
		out = append(out, tui.Action{Name: "fold", Keys: []string{"enter", "space", "left", "right"}, Short: "open or close", Footer: true,
			Long: "Open or close this part of the form", Run: f.toggle})
	case field.Control == Choice && field.ReadOnlyWhy == "":
		out = append(out,
			tui.Action{Name: "next-choice", Keys: []string{"right", "space"}, Short: "change", Footer: true, Run: f.cycle(1),
				Long: "Select the next choice"},
			tui.Action{Name: "previous-choice", Keys: []string{"left"}, Long: "Select the previous choice", Run: f.cycle(-1)})
	case f.list != nil:
		out = append(out, f.pickActions(field)...)
	case field.Suggest != nil:
		out = append(out, tui.Action{Name: "suggest", Keys: []string{"ctrl+n"}, Short: "suggest", Footer: true,
			Long: "Fill in the next suggestion", Run: f.suggest})
	}
	return append(out, tui.Action{Name: "enter", Keys: []string{"enter"}, Run: f.enter,
		Long: "Go to the next field; on the last one, to the review"})
}

func (f *Form) field() *Field {
	if f.at.field < 0 {
		return nil
	}
	return &f.opts.Sections[f.at.section].Fields[f.at.field]
}

// places are the places that can be gone to, in order.
func (f *Form) places() []place {
	var out []place
	for i, s := range f.opts.Sections {
		if s.Folded && !f.opts.Guided {
			out = append(out, place{i, -1})
		}
		if f.folded[i] && !f.opts.Guided {
			continue
		}
		for j, field := range s.Fields {
			if field.When == nil || field.When(f.values) {
				out = append(out, place{i, j})
			}
		}
	}
	return out
}

func (f *Form) move(by int) {
	f.commitInput()
	f.read()
	spots := f.places()
	i := slices.Index(spots, f.at)
	f.at = spots[max(0, min(i+by, len(spots)-1))]
	f.focus()
}

func (f *Form) edit(msg tea.Msg) (cmd tea.Cmd) {
	field := f.field()
	if field == nil {
		return nil
	}
	if field.Control == Choice && field.ReadOnlyWhy == "" {
		if replaces(msg) {
			return tui.Toast(tui.Pending, "Left and right choose here; tab goes on to the next field")
		}
		return nil
	}
	if field.ReadOnlyWhy != "" {
		return tui.Toast(tui.Pending, field.ReadOnlyWhy)
	}
	if f.list != nil {
		return f.pickEdit(field, msg)
	}
	if f.proposed[field.Key] && replaces(msg) {
		f.input.SetValue("")
	}
	f.input, cmd = f.input.Update(msg)
	f.commitInput()
	return cmd
}

// paste takes text in without the blanks around it, which come along unseen, and says when it was cut.
func (f *Form) paste(msg tea.PasteMsg) tea.Cmd {
	msg.Content = pasted(msg.Content)
	if strings.ContainsAny(msg.Content, "\n\r") {
		// One line is meant; guessing which would put a wrong value into a field, unseen in a secret one.
		return tui.Toast(tui.Pending, "The pasted text has several lines; a field takes one: nothing was pasted")
	}
	cmd := f.edit(msg)
	if n := utf8.RuneCountInString(msg.Content); n > f.input.CharLimit && f.input.Focused() {
		return tea.Batch(cmd, tui.Toast(tui.Pending, fmt.Sprintf("The pasted text has %d characters and was cut at %d", n, f.input.CharLimit)))
	}
	return cmd
}

// Hint implements tui.Hinter: the whole message of the field under the cursor, when there is no room for it under the field.
func (f *Form) Hint(c tui.Canvas) string {
	field := f.field()
	if field == nil {
		return ""
	}
	text := f.check(*field).Text
	if text == "" {
		text = field.Help
		if field.ReadOnlyWhy != "" {
			text = field.ReadOnlyWhy
		}
	}
	if tui.Width(text)+belowIndent+3 <= c.Width-besideWidth(c) {
		return ""
	}
	return text
}

func (f *Form) enter() tea.Cmd {
	f.takeHovered()
	spots := f.places()
	if f.at == spots[len(spots)-1] {
		return f.submit()
	}
	return f.walk(1)
}

func (f *Form) toggle() tea.Cmd {
	f.folded[f.at.section] = !f.folded[f.at.section]
	return nil
}

func (f *Form) cycle(by int) func() tea.Cmd {
	return func() tea.Cmd {
		field := f.field()
		i := slices.IndexFunc(field.Choices, func(o Option) bool { return o.Value == f.values[field.Key] })
		n := len(field.Choices)
		if n == 0 {
			return nil
		}
		if i < 0 && by < 0 {
			i = 0 // nothing is chosen yet: left begins at the end, right at the beginning
		}
		f.set(field.Key, field.Choices[((i+by)%n+n)%n].Value)
		return nil
	}
}

func (f *Form) leave() tea.Cmd {
	if f.Unsaved() == "" {
		return tui.Pop()
	}
	if f.opts.SaveDraft != nil {
		return f.leaveDraft()
	}
	return tui.Open(&tui.Dialog{Title: "Leave " + f.opts.Title + "?",
		Lines:   []tui.Line{tui.Text(tui.Plain, "Your changes are discarded. Nothing was sent.")},
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Leave", Run: tui.Pop}}})
}

// check is the finding for a field: what the server refused, else what the rules say.
func (f *Form) check(field Field) Finding {
	if field.ReadOnlyWhy != "" || (field.When != nil && !field.When(f.values)) {
		return Finding{}
	}
	if text, ok := f.refused[field.Key]; ok {
		return Finding{Error, text}
	}
	if field.Check != nil {
		if finding := field.Check(f.values[field.Key], f.values); finding.Level > Fine {
			return seen(finding, f.values[field.Key])
		}
	}
	if options := f.Options(field); field.Control == Pick && !field.Free && f.values[field.Key] != "" && len(options) > 0 &&
		index(options, f.values[field.Key]) < 0 {
		return Finding{Error, "This is not one of the choices"}
	}
	return Finding{}
}
