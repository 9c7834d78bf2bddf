package line

import (
	"strconv"
	"strings"

	"flarewire/tui/form"
)

// items are what can be chosen to be changed: every field that is shown, and each folded part as a whole.
func (s *asking) items() []place {
	var out []place
	for _, p := range s.places() {
		if p.field < 0 || !s.form.Sections()[p.part].Folded {
			if p.field < 0 || s.field(p).ReadOnlyWhy == "" {
				out = append(out, p)
			}
		}
	}
	return out
}

func (s *asking) label(p place) string {
	if p.field < 0 {
		return s.form.Sections()[p.part].Title
	}
	return s.field(p).Label
}

// choosing asks which answer is to be changed.
func (r *runner) choosing(s *asking, list bool) {
	items := s.items()
	if list || s.titled < 0 {
		s.titled = 0
		for i, p := range items {
			r.c.say(strconv.Itoa(i+1) + "  " + s.label(p) + s.held(p))
		}
		for _, p := range s.places() {
			if p.field >= 0 && s.field(p).ReadOnlyWhy != "" {
				r.c.say(s.fixed(p))
			}
		}
		r.c.say("Return goes on: " + s.form.Verb() + ". A number or a name changes that answer, all asks everything, :leave leaves the form.")
	}
	text, g := r.question(s.form.Title()+">", nil)
	if g != gotLine || r.formWord(s, text) {
		return
	}
	switch strings.ToLower(text) {
	case "":
		r.finish(s)
		return
	case "leave", "back", "esc":
		r.formWord(s, ":leave")
		return
	case "quit", "q":
		r.formWord(s, ":quit")
		return
	case "review", "send", s.form.Verb():
		r.finish(s)
		return
	case "?", "help", "fields", "page":
		s.titled = -1
		return
	case "all":
		s.menu, s.at, s.titled = false, nowhere, -1
		s.at = s.next(1)
		return
	}
	for i, p := range items {
		if text == strconv.Itoa(i+1) || strings.EqualFold(text, s.label(p)) || p.field >= 0 && s.field(p).Key == text {
			s.pick(p)
			return
		}
	}
	r.c.say("There is no question " + text + ". ? lists them.")
}

// held is what an answer is now.
func (s *asking) held(p place) string {
	if p.field < 0 {
		return ": more settings, " + labels(s.form.Sections()[p.part])
	}
	field := s.field(p)
	if field.Control == form.Secret {
		if s.form.Value(field.Key) == "" {
			return ": empty"
		}
		return ": kept, not shown"
	}
	return ": " + labelled(field, s.form.Options(field), s.form.Value(field.Key))
}

// fixed says of a field why it cannot be changed.
func (s *asking) fixed(p place) string {
	field := s.field(p)
	return field.Label + s.held(p) + ", fixed. " + spoken(upper(field.ReadOnlyWhy))
}

// pick asks one question, or those of a folded part.
func (s *asking) pick(p place) {
	s.menu, s.single, s.at, s.titled = false, true, p, -1
	if p.field < 0 {
		s.open[p.part] = true
		s.at = s.next(1)
	}
}
