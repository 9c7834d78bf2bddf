package line

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/form"
)

// asking is how far the questions of a form are.
type asking struct {
	form   *form.Form
	at     place
	begun  bool
	menu   bool         // every question has its answer: which is to be changed?
	single bool         // only this one was chosen from the menu
	mend   bool         // only what is wrong is asked
	open   map[int]bool // folded parts that the user wants to fill in
	titled int          // the part whose title was said last
	helped place        // the question whose help was said last
	alone  bool         // what was awaited did not come; it is asked without it
}

// place is a question: a field, or with field -1 whether a folded part is to be filled in.
type place struct{ part, field int }

var nowhere = place{-1, -1}

// lookup is what an answer may set going before it is judged: a rule may need what the account says.
const lookup = 2 * time.Second

// few is up to how many questions a form is asked again from the beginning instead of offering a choice.
const few = 3

func (r *runner) asking(f *form.Form) *asking {
	s := r.forms[f]
	if s == nil {
		s = &asking{form: f, at: nowhere, helped: nowhere, open: map[int]bool{}, titled: -1}
		r.forms[f] = s
	}
	return s
}

// places are the questions of the form as it is filled in now.
func (s *asking) places() []place {
	var out []place
	for i, part := range s.form.Sections() {
		if part.Folded {
			out = append(out, place{i, -1})
			if !s.open[i] {
				continue
			}
		}
		for j, field := range part.Fields {
			if s.form.Shows(field) {
				out = append(out, place{i, j})
			}
		}
	}
	return out
}

func (s *asking) field(p place) form.Field { return s.form.Sections()[p.part].Fields[p.field] }

// next is the question after this one; nowhere after the last.
func (s *asking) next(by int) place {
	all := s.places()
	i := slices.Index(all, s.at)
	if s.at != nowhere && i < 0 {
		// The question itself has gone: go on where it was.
		i, _ = slices.BinarySearchFunc(all, s.at, func(a, b place) int {
			if a.part != b.part {
				return a.part - b.part
			}
			return a.field - b.field
		})
		if by > 0 {
			i--
		}
	}
	for i += by; i >= 0 && i < len(all); i += by {
		if by > 0 || all[i].field < 0 || s.field(all[i]).ReadOnlyWhy == "" {
			return all[i]
		}
	}
	return nowhere
}

// blocked is the first field that keeps the form from being sent; its part is opened.
func (s *asking) blocked() place {
	for i, part := range s.form.Sections() {
		for j, field := range part.Fields {
			if s.form.Shows(field) && s.form.Finding(field).Blocks() {
				if part.Folded {
					s.open[i] = true
				}
				return place{i, j}
			}
		}
	}
	return nowhere
}

// fill asks the next thing of a form.
func (r *runner) fill(f *form.Form) {
	s := r.asking(f)
	r.told()
	back := r.last != f
	r.last = f
	switch {
	case !s.begun:
		r.begin(s)
	case back && !s.menu:
		// Back from what the answers led to: what was refused is asked, else the user chooses.
		if s.at = s.blocked(); s.at == nowhere {
			s.menu = true
		} else {
			s.mend, s.titled = true, -1
			r.c.say("", r.heading())
			r.finding(s)
		}
	}
	switch {
	case r.ended:
	case s.menu:
		r.choosing(s, back)
	default:
		r.one(s)
	}
}

// begin says what the form is, and where its questions begin: with the first, or, when everything has a
// good value already, with the choice which is to be changed.
func (r *runner) begin(s *asking) {
	s.begun = true
	defer clear(s.open)
	r.c.say("", r.heading())
	if !s.form.Guided() && s.blocked() == nowhere && len(s.places()) > few {
		s.menu = true
		return
	}
	r.c.say("Return keeps what stands in brackets. ? says more, < goes back one question, - empties, :leave leaves the form.")
	s.at = s.next(1)
}

// finding says what is wrong with the answer, or worth knowing about it, and reports whether it counts.
func (r *runner) finding(s *asking) bool {
	field := s.field(s.at)
	f := s.form.Finding(field)
	switch {
	case f.Blocks():
		r.c.say("Not accepted: " + spoken(f.Text))
		return false
	case f.Level == form.Warning:
		r.c.say("Accepted, with a warning: " + spoken(f.Text))
	case f.Level == form.Note && f.Text != "":
		r.c.say("Note: " + spoken(f.Text))
	case field.Explain != nil:
		if text := field.Explain(s.form.Values()); text != "" {
			r.c.say(stop(text))
		}
	}
	return true
}

// stop ends a sentence.
func stop(text string) string {
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".:?!") {
		return text
	}
	return text + "."
}

// spoken is a sentence about a field. Where it names the form's key for proposals, they are asked for with a
// question mark here.
func spoken(text string) string {
	return stop(strings.ReplaceAll(text, tui.KeyOf("suggest", "ctrl+n"), "?"))
}

// one asks one question.
func (r *runner) one(s *asking) {
	if s.at == nowhere {
		r.finish(s)
		return
	}
	part := s.form.Sections()[s.at.part]
	if s.at.part != s.titled {
		r.reach(s, part)
	}
	if s.at.field < 0 {
		r.fold(s, part)
		return
	}
	field := s.field(s.at)
	if field.ReadOnlyWhy != "" {
		r.c.say(s.fixed(s.at))
		r.onward(s)
		return
	}
	r.put(s, field)
}

// reach comes to another part of the form and says what it is about. A folded one is named by the question
// whether it is to be filled in.
func (r *runner) reach(s *asking, part form.Section) {
	s.titled = s.at.part
	r.start(s.form.Reach(s.at.part), &group{})
	title := part.Title
	if s.form.Guided() {
		title = fmt.Sprintf("Step %d of %d: %s", s.at.part+1, len(s.form.Sections()), part.Title)
	}
	switch {
	case s.form.Guided() || title != "" && s.at.field >= 0:
		r.c.say("", title)
	case s.at.field < 0:
		r.c.say("")
	}
	if part.Intro != "" {
		r.c.say(stop(part.Intro))
	}
}

// fold asks whether a folded part is to be filled in.
func (r *runner) fold(s *asking, part form.Section) {
	now := "no"
	if s.open[s.at.part] {
		now = "yes"
	}
	text, g := r.question(part.Title+": change these settings? yes or no ["+now+"]:", nil)
	if g != gotLine || r.formWord(s, text) {
		return
	}
	switch {
	case text == "":
	case yes(text):
		s.open[s.at.part] = true
	case strings.EqualFold(text, "no"), strings.EqualFold(text, "n"):
		s.open[s.at.part] = false
	case text == "?":
		r.c.say("It has: " + labels(part) + ". They keep their values when you answer no.")
		return
	default:
		r.c.say("Answer yes or no.")
		return
	}
	r.onward(s)
}

func labels(part form.Section) string {
	var out []string
	for _, f := range part.Fields {
		out = append(out, f.Label)
	}
	return strings.Join(out, ", ")
}

// put asks for the value of a field.
func (r *runner) put(s *asking, field form.Field) {
	var text string
	var g got
	offer := offered(s.form, field)
	if field.Control == form.Secret {
		var done bool
		if text, g, done = r.putSecret(s, field); done {
			return
		}
	} else {
		r.introduce(s, field)
		text, g = r.question(field.Label+" ["+labelled(field, offer.options, offer.value)+"]:", nil)
	}
	if g != gotLine || r.formWord(s, text) {
		return
	}
	if text == "?" && field.Control != form.Secret {
		r.explain(s, field)
		return
	}
	if now := offered(s.form, field); text == "" && now.value != offer.value {
		r.c.say(field.Label + ": " + instead(field, now.options, offer.value, now.value))
		return
	}
	value, ok := offer.meant(field, text)
	if !ok {
		r.c.say("Not accepted: that is not one of the choices.")
		return
	}
	if field.Control == form.Secret && text != "" {
		r.c.say(field.Label + ": " + secretly(value) + ".")
	}
	r.do(func() tea.Cmd { return s.form.Answer(field, value) }, lookup)
	if r.l.Top() == s.form && r.waiting(s.form) { // the answer is judged by what it has set going
		r.wait()
	}
	if r.ended || r.l.Top() != s.form {
		return
	}
	if r.finding(s) {
		r.onward(s)
	}
}

// instead says that return would now take something else than was read out.
func instead(field form.Field, options []form.Option, was, is string) string {
	if field.Control == form.Secret {
		return "it has changed meanwhile; nothing was taken."
	}
	return labelled(field, options, was) + " has meanwhile become " + labelled(field, options, is) + "; nothing was taken."
}

// secretly says what became of a secret, which the user has not seen being typed.
func secretly(value string) string {
	if value == "" {
		return "empty now"
	}
	return "set"
}

// introduce says what a field is, unless that has just been said: an answer that was not accepted is asked for
// again without it.
func (r *runner) introduce(s *asking, field form.Field) {
	if s.helped == s.at {
		return
	}
	s.helped = s.at
	if field.Help != "" {
		r.c.say(field.Label + ". " + spoken(upper(field.Help)))
	}
	if of := s.form.Options(field); len(of) > 0 {
		r.c.say(options(field, of, false))
	}
}

// putSecret asks for a secret; done when there is no answer to go on with.
func (r *runner) putSecret(s *asking, field form.Field) (text string, g got, done bool) {
	r.introduce(s, field)
	state := "empty"
	if s.form.Value(field.Key) != "" {
		state = "kept"
	}
	text, g, err := r.secret(field.Label + ", not shown while you type [" + state + "]:")
	if err == nil {
		return text, g, false
	}
	r.c.say(field.Label + ": not asked. " + stop(upper(err.Error())))
	if f := s.form.Finding(field); f.Blocks() {
		r.c.say("Without it this form cannot be sent; it is left.")
		r.do(func() tea.Cmd { return r.l.Leave() }, shortly)
		return "", g, true
	}
	r.onward(s)
	return "", g, true
}

// upper begins a sentence.
func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// explain says more about a question.
func (r *runner) explain(s *asking, field form.Field) {
	if f := s.form.Finding(field); f.Text != "" {
		r.c.say("As it stands: " + spoken(f.Text))
	}
	if of := s.form.Options(field); len(of) > readOut {
		r.c.say(options(field, of, true))
	} else if all := s.form.Proposals(field); len(all) > 0 {
		for i, p := range all {
			r.c.say("=" + strconv.Itoa(i+1) + " takes the suggestion " + p)
		}
	} else if field.Suggest != nil {
		r.c.say("There is nothing to propose for it.")
	}
	r.c.say("< goes back one question. :fields lists all answers, :review goes on with what is there, :leave leaves the form, :quit the "+
		"program.",
		`- empties an answer. A backslash before an answer takes it as it is, also when it begins with one of these signs.`)
}

// formWord does what is not an answer, and reports whether it was.
func (r *runner) formWord(s *asking, text string) bool {
	switch text {
	case "<":
		s.helped = nowhere
		s.single, s.mend = false, false
		at := s.at
		if s.at == nowhere {
			all := s.places()
			at = all[len(all)-1]
			s.at = at
		} else if p := s.next(-1); p != nowhere {
			s.at = p
		}
		if s.at == at && !s.menu {
			r.c.say("This is the first question. :leave leaves the form.")
		}
		s.menu, s.titled = false, -1
	case ":fields":
		s.menu, s.titled = true, -1
	case ":review":
		r.finish(s)
	case ":leave", ":back":
		r.do(s.form.Act("leave").Perform, shortly)
	case ":quit":
		r.do(r.l.Quit, shortly)
	default:
		return r.elsewhere(text)
	}
	return true
}

// elsewhere jumps to a page, when its whole name stands behind a colon: an address may begin with one, too.
func (r *runner) elsewhere(text string) bool {
	name, colon := strings.CutPrefix(text, ":")
	if !colon {
		return false
	}
	run, ok := r.place(name)
	if ok {
		r.do(run, shortly)
	}
	return ok
}

// onward goes to the next question: of the form, or to what is still wrong, or back to the choice.
func (r *runner) onward(s *asking) {
	s.helped = nowhere
	switch {
	case s.single:
		// The questions of a folded part are asked one after the other.
		if p := s.next(1); p != nowhere && p.part == s.at.part && s.form.Sections()[p.part].Folded {
			s.at = p
			return
		}
		s.single, s.menu, s.at = false, true, nowhere
	case s.mend:
		if s.at = s.blocked(); s.at != nowhere {
			r.finding(s)
			return
		}
		s.mend = false
		s.menu = len(s.places()) > few
	default:
		s.at = s.next(1)
	}
}

// finish goes on with the answers, unless one of them is not accepted.
func (r *runner) finish(s *asking) {
	if p := s.blocked(); p != nowhere {
		s.at, s.menu, s.mend, s.titled = p, false, true, -1
		r.c.say(s.field(p).Label + " needs an answer first.")
		r.finding(s)
		return
	}
	s.menu, s.at = false, nowhere
	r.c.say("Going on: " + s.form.Verb() + ".")
	r.do(s.form.Act("submit").Perform, patience)
	if r.l.Top() == s.form && r.l.Dialog() == nil {
		r.last = nil // whatever it said: the user chooses what to do
	}
}
