package tui

import (
	"strings"
	"testing"
)

// What has no room ends behind a whole word, in cells of lists, in lines and on the header alike; a name without blanks is cut where the
// room ends.
func TestTextIsCutBehindAWord(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"Optical receive level is below", 20, "Optical receive…"},
		{"create of bgp, name", 16, "create of bgp…"},
		{"a user in the dashboard", 18, "a user in the…"},
		{"Overview › Tunnels", 11, "Overview…"},
		{"europe-west3-site", 7, "europe…"},
		{"x internationalization", 12, "x internati…"}, // a word alone is better than nothing
		{"whole words", 11, "whole words"},
		{"anything", 0, ""},
		{"ab", 1, "…"},
	} {
		if got := cutTo(c.text, c.width); got != c.want {
			t.Errorf("%q in %d cells is %q, want %q", c.text, c.width, got, c.want)
		}
		if got := Fit(c.text, c.width); Width(got) != c.width {
			t.Errorf("%q in %d cells takes %d", c.text, c.width, Width(got))
		}
	}
	line := Line{{"GRE tunnel", Plain}, {" to a router of ours", Muted}}
	if got := line.Paint(NewTheme(ThemeNone, UnicodeGlyphs), 22); got != "GRE tunnel to a…" {
		t.Errorf("a line is %q", got)
	}
}

// Where a line of counts has no room, what is as it should be is left out first, then what is nothing to see to.
func TestWhatIsWellIsLeftOutFirst(t *testing.T) {
	line := Line{{"14 tunnels", Strong}, {"   ✗ 2 down", Bad}, {"   ● 8 up", Good}, {"   ○ 2 no BGP", Muted}, {"   checks: ✗ 2 down", Bad}}
	for width, want := range map[int]string{
		65: "14 tunnels   ✗ 2 down   ● 8 up   ○ 2 no BGP   checks: ✗ 2 down",
		60: "14 tunnels  ✗ 2 down  ● 8 up  ○ 2 no BGP  checks: ✗ 2 down",
		54: "14 tunnels  ✗2 down  ●8 up  ○2 no BGP  checks: ✗2 down",
		50: "14 tunnels  ✗2 down  ○2 no BGP  checks: ✗2 down …",
		40: "14 tunnels  ✗2 down  checks: ✗2 down …",
		20: "14 tunnels  ✗2 down",
		5:  "14 tunnels",
	} {
		got := ""
		for _, s := range line.Whole(width) {
			got += s.Text
		}
		if got != want {
			t.Errorf("at %d: %q, want %q", width, got, want)
		}
	}
}

// What is on its way is left out before what is bad, wherever it stands.
func TestWhatIsBadIsLeftOutLast(t *testing.T) {
	line := Line{{"14 tunnels", Strong}, {"   ✗ 2 down", Bad}, {"   ● 9 up (1 flapping)", Pending}, {"   ○ 2 no BGP", Muted},
		{"   health checks: ✗ 2 down", Bad}}
	for width := 46; width < 80; width++ {
		text := ""
		for _, s := range line.Whole(width) {
			text += s.Text
		}
		if !strings.Contains(text, "health checks") || Width(text) > width {
			t.Errorf("%d: %q", width, text)
		}
	}
}
