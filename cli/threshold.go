package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// limit is a range of the monitoring plugins' guidelines, of a number of tunnels that are not up: 10 is 0 to 10, 2: is 2 or more,
// ~:5 is 5 or less. A number outside of it raises the alarm; with @ in front, a number within.
type limit struct {
	text      string // as it was typed; empty: not given
	low, high float64
	within    bool
}

// atMost is the range of a plain number.
func atMost(n float64) limit { return limit{strconv.FormatFloat(n, 'g', -1, 64), 0, n, false} }

func (l limit) given() bool { return l.text != "" }

// raises reports whether n raises the alarm.
func (l limit) raises(n int) bool {
	inside := float64(n) >= l.low && float64(n) <= l.high
	return l.given() && inside == l.within
}

// plain is the N of a range that means "more than N", the form that nearly everybody uses.
func (l limit) plain() (float64, bool) {
	return l.high, l.given() && !l.within && l.low == 0 && !math.IsInf(l.high, 1)
}

// String implements pflag.Value. A flag's default is described in words.
func (l *limit) String() string { return l.text }

// Type implements pflag.Value.
func (l *limit) Type() string { return "range" }

// Set implements pflag.Value.
func (l *limit) Set(text string) error {
	rest, within := strings.CutPrefix(text, "@")
	from, to, both := strings.Cut(rest, ":")
	if !both {
		from, to = "0", rest
	}
	low, okLow := bound(from, "~", math.Inf(-1))
	high, okHigh := bound(to, "", math.Inf(1))
	if rest == "" || !okLow || !okHigh || !both && math.IsInf(high, 1) || low > high {
		return errNoRange
	}
	*l = limit{text, low, high, within}
	return nil
}

var errNoRange = fmt.Errorf("no range of numbers, 0 or more")

// bound reads one end of a range; open is how an end without a bound is written.
func bound(text, open string, infinite float64) (float64, bool) {
	if text == open {
		return infinite, true
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && n >= 0 && !math.IsInf(n, 0) && !strings.ContainsAny(text, "xXpP_+")
}

// seconds is a time limit as the guidelines have it, a number of seconds, or as the rest of the program writes it: 10s, 2m.
type seconds time.Duration

// String implements pflag.Value.
func (s *seconds) String() string { return time.Duration(*s).String() }

// Type implements pflag.Value.
func (s *seconds) Type() string { return "duration" }

// Set implements pflag.Value.
func (s *seconds) Set(text string) error {
	if n, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(n) < 1e9 {
		*s = seconds(n * float64(time.Second))
		return nil
	}
	d, err := time.ParseDuration(text)
	*s = seconds(d)
	return err
}
