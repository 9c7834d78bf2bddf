package table

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"flarewire/tui"
)

// FuzzFilter: any filter on any rows; what is drawn keeps to its width, and a filter never shows what it excludes.
func FuzzFilter(f *testing.F) {
	f.Add("fra !down asn:65010", "fra-dc1\nlhr-hq", 80)
	f.Add("!", "x", 60)
	f.Add("name: ::: !name:x", "東京\u202e\x00", 61)
	f.Fuzz(func(t *testing.T, filter, names string, width int) {
		width = 20 + int(uint(width)%200)
		rows := strings.Split(names, "\n")
		tb := New([]Column[string]{{Key: "name", Title: "NAME", Width: 16, Grow: 8,
			Text: func(s string, _ time.Time) string { return tui.Clean(s) }}}, func(s string) string { return s })
		tb.Set(rows)
		tb.SetFilter(filter)
		if tb.Shown() > tb.Total() {
			t.Errorf("%d of %d rows", tb.Shown(), tb.Total())
		}
		for _, line := range tb.Draw(tui.Canvas{Width: width, Height: 10, Theme: tui.PlainTheme(tui.UnicodeGlyphs)}) {
			if w := tui.Width(line); w > width {
				t.Errorf("%d cells of %d: %q", w, width, line)
			}
		}
		word := strings.ToLower(filter)
		if utf8.ValidString(filter) && len(strings.Fields(filter)) == 1 && !strings.ContainsAny(filter, "!:\x00") && !network(word).IsValid() &&
			word == strings.TrimSpace(word) {
			for _, row := range rows {
				if shown := strings.Contains(strings.ToLower(tui.Clean(row)), word); shown && tb.Shown() == 0 {
					t.Errorf("%q hides %q", filter, row)
				}
			}
		}
	})
}
