package store

import (
	"slices"
	"time"

	"flarewire/api"
)

// silentPolls is how many polls of the tunnels in a row get no answer before it is called an outage: a single one
// gets lost now and then.
const silentPolls = 2

// silence is how long Cloudflare has not answered.
type silence struct {
	polls int       // in a row
	from  time.Time // when the first of them asked
}

// after counts a poll that took this time and has left the entries so. It returns an event where an outage is noticed and where
// it ends. A refusal is an answer.
func (s *silence) after(entries []Entry, took span) []Event {
	silent := !slices.ContainsFunc(entries, func(e Entry) bool { return !api.Unanswered(e.Err) })
	was := *s
	switch {
	case silent && was.polls == 0:
		*s = silence{1, took.from}
	case silent:
		s.polls++
	default:
		*s = silence{}
	}
	e := Event{Resource: API, Name: "Cloudflare"}
	switch {
	case s.polls == silentPolls:
		e.Kind, e.At = NoAnswer, s.from
	case !silent && was.polls >= silentPolls:
		e.Kind, e.At, e.Since = AnswersAgain, took.to, was.from
	default:
		return nil
	}
	return []Event{e}
}
