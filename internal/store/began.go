package store

import (
	"slices"
	"time"
)

// Began is what is known of when the state of a tunnel began. The zero value is: nothing.
type Began struct {
	At   time.Time
	How  BeganHow
	Open bool // ByHealth: the series begins with it, it may have begun earlier
}

// BeganHow says what a Began rests on.
type BeganHow int

// What a time rests on, the best last.
const (
	NotSeen        BeganHow = iota // nothing is known
	AtLatest                       // it began then or earlier: the status was reported then, which says nothing of the change
	SinceFirstLook                 // it began then or earlier: it was so at the first look, and has been since
	ByHealth                       // the health has been bad since then, see Open; it says nothing of the session
	ChangeSeen                     // the change was seen
)

// SessionOrHealthBegan is since when the session has been in its state: by the history of this program; else, while the session is not up
// and the health is bad, by the health; else as SessionBegan has it.
func (t *Tunnel) SessionOrHealthBegan(now time.Time) Began {
	if b := t.unhealthySince(); t.Track.Changed.IsZero() && b.How == ByHealth && t.State != Up {
		return b
	}
	return t.SessionBegan(now)
}

// SessionBegan is since when the session has been in its state, whatever the health is: by the history of this program, else not later than
// the status was reported, or watching began.
func (t *Tunnel) SessionBegan(now time.Time) Began {
	if !t.Track.Changed.IsZero() {
		return Began{At: t.Track.Changed, How: ChangeSeen}
	}
	if t.State == NoBGP {
		return Began{}
	}
	var out Began
	if at := t.Reported(); !at.IsZero() && !Ahead(at, now) {
		out = Began{At: at, How: AtLatest}
	}
	age := t.Track.Looked.Sub(t.Track.KnownSince) - t.Track.Unwatched
	if at := t.Track.Looked.Add(-age); age >= time.Minute && (out.At.IsZero() || at.Before(out.At)) {
		out = Began{At: now.Add(-age), How: SinceFirstLook}
	}
	return out
}

// unhealthySince is since when the health checks find the tunnel bad: as it was seen, else by the series of the analytics.
func (t *Tunnel) unhealthySince() Began {
	if h := t.ProbedHealth(); h != HealthDown && h != Degraded {
		return Began{}
	}
	if !t.Health.Since.IsZero() {
		return Began{At: t.Health.Since, How: ByHealth}
	}
	return t.Health.UnhealthySince
}

// SeriesUnhealthySince is since when a series of health is not healthy; nothing when its newest value is healthy, or there is none.
func SeriesUnhealthySince(series []Point) Began {
	var out Began
	for _, p := range slices.Backward(series) {
		switch HealthOf(p.Value) {
		case HealthUnknown:
		case Healthy:
			return out
		default:
			out = Began{At: p.At, How: ByHealth}
		}
	}
	out.Open = out.How == ByHealth
	return out
}

// StateBegan is since when the tunnel has been as it is: since the session is not up, else since the health is bad, else since the session
// has been in its state.
func (t *Tunnel) StateBegan(now time.Time) Began {
	if h := t.ProbedHealth(); t.State == Up && (h == HealthDown || h == Degraded) {
		return t.unhealthySince()
	}
	return t.SessionOrHealthBegan(now)
}

// Or is the better known of two beginnings; of two that are known alike, the earlier.
func (b Began) Or(other Began) Began {
	if other.How > b.How || other.How == b.How && other.At.Before(b.At) {
		return other
	}
	return b
}
