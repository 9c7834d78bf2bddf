package cli

import (
	"testing"
	"time"
)

// The ranges are those of the monitoring plugins' guidelines, for a number of tunnels.
func TestARangeRaisesTheAlarmAsTheGuidelinesSay(t *testing.T) {
	for text, raises := range map[string][]int{ // of 0 to 6
		"2": {3, 4, 5, 6}, "0": {1, 2, 3, 4, 5, 6}, "2:": {0, 1}, "~:2": {3, 4, 5, 6}, "2:4": {0, 1, 5, 6}, "@2:4": {2, 3, 4}, "@0:2": {0, 1, 2},
		"@2": {0, 1, 2}, "0:": nil, "~:": nil, "@~:": {0, 1, 2, 3, 4, 5, 6}, "1.5": {2, 3, 4, 5, 6},
	} {
		var l limit
		if err := l.Set(text); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		want := map[int]bool{}
		for _, n := range raises {
			want[n] = true
		}
		for n := range 7 {
			if l.raises(n) != want[n] {
				t.Errorf("%s of %d: %v", text, n, l.raises(n))
			}
		}
	}
	for _, text := range []string{"", "@", ":", "-1", "2:1", "x", "1:x", "~", "1e999", "NaN", "0x2", "Inf", "1:2:3", "2 ", "~:-1", "@@1"} {
		var l limit
		if err := l.Set(text); err == nil {
			t.Errorf("%q is taken for a range: %+v", text, l)
		}
	}
	var none limit
	if none.raises(0) || none.raises(9) {
		t.Error("a threshold that was not given raises an alarm")
	}
}

func TestATimeLimitIsSecondsOrAsElsewhere(t *testing.T) {
	for text, want := range map[string]time.Duration{"10": 10 * time.Second, "0.5": time.Second / 2, "10s": 10 * time.Second,
		"2m": 2 * time.Minute} {
		var s seconds
		if err := s.Set(text); err != nil || time.Duration(s) != want {
			t.Errorf("%s: %s, %v", text, time.Duration(s), err)
		}
	}
	for _, text := range []string{"", "x", "1e99", "NaN"} {
		var s seconds
		if err := s.Set(text); err == nil {
			t.Errorf("%q is taken for a time: %s", text, time.Duration(s))
		}
	}
}
