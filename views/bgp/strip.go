package bgp

import (
	"strings"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
)

// piece is a state that lasted for a while, as far as somebody saw it.
type piece struct {
	store.Span
	state store.State
}

// pieces are what is known of a session's past: its changes, and between them the times in which somebody watched. Over a time in which
// nobody did, nothing is carried on.
func pieces(t store.Tunnel, watched []store.Span) []piece {
	known := t.Track.KnownSince
	var changes []store.Event
	for _, e := range t.Track.Events {
		if e.Kind == store.SessionChanged {
			changes = append(changes, e)
		}
	}
	state := t.State
	if len(changes) > 0 {
		state = changes[0].From
		if first := t.Track.Events[0].At; len(t.Track.Events) >= mostEvents && first.After(known) {
			known = first // what was before is not kept
		}
	}
	var out []piece
	from := known
	add := func(until time.Time) {
		for _, w := range watched {
			begin, end := later(w.From, from), earlier(w.To, until)
			if !end.Before(begin) {
				out = append(out, piece{store.Span{From: begin, To: end}, state})
			}
		}
	}
	for _, e := range changes {
		add(e.At)
		state, from = e.To, later(e.At, known)
	}
	add(t.Track.Looked)
	return out
}

// recorded are the states that Cloudflare's logs have of a session, exact and also of a time in which nobody watched.
func recorded(a store.RecordAnswer) []piece {
	var out []piece
	turns := diagnose.Turns(a)
	for i, turn := range turns {
		until := a.To
		if i+1 < len(turns) {
			until = turns[i+1].At
		}
		state := store.Down
		if turn.Up {
			state = store.Up
		}
		if !until.Before(turn.At) {
			out = append(out, piece{store.Span{From: turn.At, To: until}, state})
		}
	}
	return out
}

// oldest is when what is known begins.
func oldest(past []piece) time.Time {
	at := past[0].From
	for _, p := range past {
		at = earlier(at, p.From)
	}
	return at
}

// mostEvents is how many events of a tunnel the store keeps.
const mostEvents = 50

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// slots are the lengths that a sign may stand for.
var slots = []time.Duration{5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}

// slotFor is the shortest length with which all that is known fits into so many signs.
func slotFor(oldest, now time.Time, signs int) time.Duration {
	for _, s := range slots {
		if now.Sub(oldest) <= time.Duration(signs)*s {
			return s
		}
	}
	return slots[len(slots)-1]
}

// strip draws a session's past, now at the right: the worst state of each slot, and a blank for what nobody watched.
func strip(past []piece, now time.Time, signs int, slot time.Duration, g tui.Glyphs) tui.Line {
	end := now.Truncate(slot).Add(slot)
	var line tui.Line
	for i := range signs {
		from := end.Add(-time.Duration(signs-i) * slot)
		text, role := " ", tui.Plain
		if state, ok := worst(past, from, from.Add(slot)); ok {
			text, role = sign(state, g)
		}
		if n := len(line); n > 0 && line[n-1].Role == role {
			line[n-1].Text += text
			continue
		}
		line = append(line, tui.Span{Text: text, Role: role})
	}
	return line
}

// worst is the worst state between two moments; false when nobody watched then.
func worst(past []piece, from, to time.Time) (state store.State, known bool) {
	for _, p := range past {
		if p.From.Before(to) && !p.To.Before(from) && (!known || p.state.Rank() < state.Rank()) {
			state, known = p.state, true
		}
	}
	return state, known
}

// sign stands for a state in a strip: a line that breaks where the session does.
func sign(s store.State, g tui.Glyphs) (string, tui.Role) {
	switch s {
	case store.Up:
		return "━", tui.Good
	case store.Down:
		return g.Down, tui.Bad
	case store.NoBGP:
		return g.None, tui.Muted
	case store.Establishing:
		return "╍", tui.Pending
	}
	return g.Unknown, tui.Pending
}

// inWords is a strip for whoever hears it: from when to when, and what.
func inWords(past []piece) string {
	var parts []string
	for i, p := range past {
		if i > 0 && past[i-1].state == p.state && p.From.Equal(past[i-1].To) {
			continue
		}
		parts = append(parts, p.From.UTC().Format("15:04")+" "+p.state.Word())
	}
	return strings.Join(parts, ", ")
}
