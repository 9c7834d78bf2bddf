package store

import (
	"cmp"
	"fmt"
	"time"
)

// clockTolerance is how far two clocks may differ without a word: every age that is shown is of whole minutes, and a request takes its
// time.
const clockTolerance = time.Minute

// clockAhead is by how much the clock of the answers is ahead of the one here; zero where that does not matter.
func (s *Store) clockAhead() time.Duration {
	if s.fetchers.ClockAhead == nil {
		return 0
	}
	ahead := cmp.Or(s.fetchers.ClockAhead(), s.ahead).Round(time.Second)
	if ahead.Abs() <= clockTolerance {
		return 0
	}
	return ahead
}

// Reported is when the API says that the status of the session was reported, by the clock of this machine; zero without a status. It may
// lie in the future: see Ahead.
func (t *Tunnel) Reported() time.Time {
	if t.BGPStatus == nil || t.BGPStatus.UpdatedAt.IsZero() {
		return time.Time{}
	}
	return t.BGPStatus.UpdatedAt.Add(-t.ClockAhead)
}

// Ahead reports whether a time lies in the future by more than clocks differ, so that nobody knows how old what happened then is.
func Ahead(at, now time.Time) bool { return at.Sub(now) > clockTolerance }

// ClockDiffers says by how much two clocks differ: "clock differs by 6 h".
func ClockDiffers(by time.Duration) string {
	by = by.Abs()
	switch {
	case by < time.Hour:
		return fmt.Sprintf("clock differs by %d min", int(by.Round(time.Minute)/time.Minute))
	case by < 48*time.Hour:
		return fmt.Sprintf("clock differs by %d h", int(by.Round(time.Hour)/time.Hour))
	}
	return fmt.Sprintf("clock differs by %d d", int(by.Round(24*time.Hour)/(24*time.Hour)))
}

// ClockTrouble says that the clock of this machine is not Cloudflare's; empty while they agree. Ages are right all the same, as long as
// the API's times are its own.
func (s *Snapshot) ClockTrouble() string {
	if s.ClockAhead == 0 {
		return ""
	}
	word := "behind"
	if s.ClockAhead < 0 {
		word = "ahead"
	}
	return "this machine's " + ClockDiffers(s.ClockAhead) + " from Cloudflare's, it is " + word
}
