package diagnose

import (
	"time"

	"flarewire/internal/store"
)

// Some lengths of time by which a history is read.
const (
	// young is how old a tunnel may be for it to count as new: what never came up since then was never right.
	young = 24 * time.Hour
	// changeBefore is how long before a break a change may lie to explain it.
	changeBefore = 30 * time.Minute
	// changeAfter: two clocks said when the change and when the break was.
	changeAfter = 90 * time.Second
	// keyBefore is the same for a pre-shared key, which counts at the next key exchange only: lifetimes of 8 to 24 hours are common
	// (Cloudflare docs: GRE and IPsec tunnels).
	keyBefore = 24 * time.Hour
)

// worked is what is known of the time before a break.
type worked struct {
	up    bool      // it was seen to work
	from  time.Time // since when it worked, at the latest; zero: not known
	until time.Time // when it was seen to break; zero: not known
	late  bool      // the break was noticed after a time without looks: until is an upper bound
	about bool      // the times are those of steps of five minutes
}

// sessionWorked is what is known of a session that is not up: whether and until when it was.
func (c tunnelCase) sessionWorked() worked {
	return lastWorked(c.Track, func(e store.Event) (up, down bool) {
		return e.Kind == store.SessionChanged && e.To == store.Up, e.Kind == store.SessionChanged && e.From == store.Up
	})
}

// probesWorked is the same of the probes of a tunnel.
func (c tunnelCase) probesWorked() worked {
	w := lastWorked(c.Track, func(e store.Event) (up, down bool) {
		return e.Kind == store.HealthChanged && e.ToHealth == store.Healthy,
			e.Kind == store.HealthChanged && e.FromHealth == store.Healthy
	})
	if w.up {
		return w
	}
	// What was not watched is in the series of the page's analytics.
	if fell := dips(c.facts.Insights[c.Name].Health); len(fell) > 0 && fell[len(fell)-1].to.IsZero() {
		if first := c.facts.Insights[c.Name].Health[0]; fell[len(fell)-1].from.After(first.At) {
			return worked{up: true, from: first.At, until: fell[len(fell)-1].from, about: true}
		}
	}
	return worked{}
}

func lastWorked(track store.Track, is func(store.Event) (up, down bool)) worked {
	w := worked{from: track.KnownSince}
	for _, e := range track.Events {
		up, down := is(e)
		if down {
			w.up, w.until, w.late = true, e.At, e.Unwatched
		} else if up {
			w.from = e.At
		}
	}
	if !w.up || !w.from.Before(w.until) {
		w.from = time.Time{}
	}
	return w
}

// said is the sentence about it: "The session was up for at least 90 days, until 02:50 UTC."
func (w worked) said(what string, now time.Time) string {
	if !w.up {
		return ""
	}
	text := what
	if !w.from.IsZero() && w.until.Sub(w.from) >= time.Minute {
		text += " for at least " + ago(w.until.Sub(w.from))
		if !w.late {
			text += ","
		}
	}
	switch {
	case w.about:
		return text + " until about " + Minute(w.until, now) + "."
	case w.late:
		return text + " and stopped before " + Clock(w.until, now) + "."
	}
	return text + " until " + Clock(w.until, now) + "."
}

// evidence is the history as evidence.
func (w worked) evidence(what string) []Evidence {
	if !w.up {
		return nil
	}
	return []Evidence{{what, w.until.UTC().Format(time.RFC3339)}}
}

// Clock is a time of day for people, with the date when it is not of the last day.
func Clock(at, now time.Time) string {
	if now.Sub(at) < 20*time.Hour {
		return at.UTC().Format("15:04:05 UTC")
	}
	return at.UTC().Format("2006-01-02 15:04 UTC")
}

// Minute is Clock to the minute, for what is known no better.
func Minute(at, now time.Time) string {
	if now.Sub(at) < 20*time.Hour {
		return at.UTC().Format("15:04 UTC")
	}
	return Clock(at, now)
}

// neverUp reports whether the session is known never to have been up: it was watched since the tunnel was made, or that was a short
// while ago.
func (c tunnelCase) neverUp() bool {
	if c.sessionWorked().up || c.CreatedOn.IsZero() {
		return false
	}
	created := c.CreatedOn.Time
	return c.at.Sub(created) < young || !c.Track.KnownSince.IsZero() && c.Track.KnownSince.Sub(created) < settling
}
