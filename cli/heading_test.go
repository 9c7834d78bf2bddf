package cli

import (
	"strings"
	"testing"

	"flarewire/tui"
)

// On a narrow terminal the counts go on in the next line; what stands in brackets stays with its count, and nothing is lost.
func TestTheHeadingBreaksBetweenCounts(t *testing.T) {
	spans := tui.Line{{Text: "Northwind Freight"}, {Text: "  "}, {Text: "14 tunnels"}, {Text: "   health checks: 2 down"},
		{Text: " (1 with BGP down)"}}
	for width := 26; width < 90; width++ {
		c := tui.Canvas{Width: width, Theme: tui.PlainTheme(tui.ASCIIGlyphs)}
		lines := heading(c, spans)
		if text := strings.Join(lines, "\n"); width >= 45 && !strings.Contains(text, "2 down (1 with") {
			t.Errorf("parted at %d columns: %q", width, lines)
		}
		for _, word := range []string{"Northwind Freight", "14 tunnels", "2 down", "(1 with BGP down)"} {
			if strings.Count(strings.Join(lines, "\n"), word) != 1 {
				t.Errorf("%q at %d columns: %q", word, width, lines)
			}
		}
	}
}
