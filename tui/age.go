package tui

import (
	"strconv"
	"time"
)

// ageStep is the grain of ages below a minute. A finer one would repaint a cell every second, which
// is felt on a slow line and tells an operator nothing.
const ageStep = 5 * time.Second

// Age says how long ago something was in one short word: "now", "15s", "4m", "3h", "12d". Ages are
// rounded down to a step, so that a screen at rest does not change every second.
func Age(d time.Duration) string {
	switch {
	case d < ageStep:
		return "now"
	case d < time.Minute:
		return strconv.Itoa(int(d/ageStep*ageStep/time.Second)) + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	default:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	}
}

// AgeSince is Age from t to now; a zero t gives "-", because an absent time is not an age of zero.
func AgeSince(t, now time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return Age(now.Sub(t))
}

// AgeOf is the age of data that is fetched every so often. While somebody is at the keyboard it is exact to the
// step. While nobody is, data that is not overdue has the bound that it keeps from fetch to fetch, "≤20s", which
// is as true and does not change: on a slow line a screen at rest must cost next to nothing.
func (c Canvas) AgeOf(fetched time.Time, every time.Duration) string {
	if bound := every + ageStep; c.Idle && every > 0 && !fetched.IsZero() && c.Now.Sub(fetched) <= bound {
		return "≤" + Age(bound)
	}
	return AgeSince(fetched, c.Now)
}
