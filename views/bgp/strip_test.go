package bgp

import (
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ago(minutes int) time.Time { return noon.Add(-time.Duration(minutes) * time.Minute) }

func turned(at time.Time, from, to store.State) store.Event {
	return store.Event{At: at, Kind: store.SessionChanged, From: from, To: to}
}

// drawn is the strip of the last hour, a sign for five minutes, without the slot that has just begun.
func drawn(t store.Tunnel, watched ...store.Span) string {
	text := ""
	for _, span := range strip(pieces(t, watched), noon.Add(-time.Second), 12, 5*time.Minute, tui.UnicodeGlyphs) {
		text += span.Text
	}
	return text
}

// A strip says what was seen and nothing else: over a time in which nobody watched no state is carried on, and before the first look
// there is none.
func TestAStripShowsWhatWasSeen(t *testing.T) {
	all := store.Span{From: ago(60), To: noon}
	of := func(state store.State, first, looked time.Time, events ...store.Event) store.Tunnel {
		return store.Tunnel{Tunnel: api.Tunnel{}, State: state, Track: store.Track{KnownSince: first, Looked: looked, Events: events}}
	}
	for name, c := range map[string]struct {
		tunnel  store.Tunnel
		watched []store.Span
		want    string
	}{
		"up for the hour":       {of(store.Up, ago(60), noon), []store.Span{all}, "━━━━━━━━━━━━"},
		"first seen half way":   {of(store.Up, ago(29), noon), []store.Span{all}, "      ━━━━━━"},
		"down since 20 minutes": {of(store.Down, ago(60), noon, turned(ago(18), store.Up, store.Down)), []store.Span{all}, "━━━━━━━━✗✗✗✗"},
		"worst of a slot wins": {of(store.Up, ago(60), noon, turned(ago(33), store.Up, store.Down), turned(ago(32), store.Down, store.Up)),
			[]store.Span{all}, "━━━━━✗━━━━━━"},
		"nobody watched between": {of(store.Up, ago(60), noon), []store.Span{{From: ago(60), To: ago(41)}, {From: ago(19), To: noon}},
			"━━━━    ━━━━"},
		"changed while nobody watched": {of(store.Down, ago(60), noon, turned(ago(19), store.Up, store.Down)),
			[]store.Span{{From: ago(60), To: ago(41)}, {From: ago(19), To: noon}}, "━━━━    ✗✗✗✗"},
		"no answer lately": {of(store.Up, ago(60), ago(16)), []store.Span{all}, "━━━━━━━━━   "},
		"no BGP":           {of(store.NoBGP, ago(60), noon), []store.Span{all}, "○○○○○○○○○○○○"},
		"never watched":    {of(store.Up, ago(60), noon), nil, "            "},
	} {
		if got := drawn(c.tunnel, c.watched...); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAllThatIsKnownFitsIntoTheSigns(t *testing.T) {
	for minutes, want := range map[int]time.Duration{10: 5 * time.Minute, 170: 5 * time.Minute, 190: 10 * time.Minute, 1000: 30 * time.Minute,
		100000: time.Hour} {
		if got := slotFor(ago(minutes), noon, 36); got != want {
			t.Errorf("%d minutes: %s a sign, want %s", minutes, got, want)
		}
	}
}

// The times below a strip stand below the signs that they are of.
func TestTheAxisStandsBelowTheStrip(t *testing.T) {
	line := axis(noon.Add(-time.Second), 60, 5*time.Minute)
	if len(line) != 60 {
		t.Errorf("it has %d cells", len(line))
	}
	for at, want := range map[int]string{12: "08:00", 36: "10:00"} {
		if got := line[at : at+5]; got != want {
			t.Errorf("at %d it says %q, want %q: %q", at, got, want, line)
		}
	}
}

// How often a session fell stands beside a time, also in the first seconds.
func TestFlapsAreCountedInATime(t *testing.T) {
	for since, want := range map[time.Duration]string{0: "flaps: none so far", 10 * time.Second: "flaps: 2 in 10s",
		3 * time.Hour: "flaps: 2 in 3h"} {
		row := store.Tunnel{Track: store.Track{KnownSince: noon.Add(-since), WeekDowns: 2}}
		if got := flaps(row, noon); got != want {
			t.Errorf("after %v: %q, want %q", since, got, want)
		}
	}
}

// The end of a strip has its time, too.
func TestTheAxisHasItsLastTime(t *testing.T) {
	for _, signs := range []int{36, 60, 72, 196} {
		if line := axis(noon, signs, 5*time.Minute); line[signs-5:] != "12:00" {
			t.Errorf("%d signs end in %q: %q", signs, line[signs-5:], line)
		}
	}
}

// What Cloudflare's log knows of a time in which nobody watched is in the strip: the fall to the minute, and a flap between two looks.
func TestAStripHasWhatTheRecordKnows(t *testing.T) {
	turn := func(minutes int, from, to string) api.BGPEvent {
		return api.BGPEvent{At: ago(minutes), Kind: api.StateTransition, Data: api.BGPEventData{FromState: from, ToState: to}}
	}
	row := store.Tunnel{State: store.Down, Track: store.Track{KnownSince: ago(10), Looked: noon}}
	past := append(pieces(row, []store.Span{{From: ago(10), To: noon}}), recorded(store.RecordAnswer{To: noon,
		BGP: []api.BGPEvent{turn(52, "Established", "Idle"), turn(48, "OpenConfirm", "Established"), turn(33, "Established", "Active")}})...)
	text := ""
	for _, span := range strip(past, noon.Add(-time.Second), 12, 5*time.Minute, tui.UnicodeGlyphs) {
		text += span.Text
	}
	if want := " ✗✗━━✗✗✗✗✗✗✗"; text != want {
		t.Errorf("%q, want %q", text, want)
	}
}
