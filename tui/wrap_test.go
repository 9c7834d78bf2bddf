package tui_test

import (
	"strings"
	"testing"

	"flarewire/tui"
)

// What is read out has a comma between its parts, but none behind a colon.
func TestPartsAreReadOutWithoutAColonAndAComma(t *testing.T) {
	if got := tui.Spoken([]string{"2 down", "health checks:", "1 down", "none"}); got != "2 down, health checks: 1 down, none" {
		t.Error(got)
	}
}

// A name stays whole over the end of a line, whatever the width; only what is wider than the line is broken, and nothing is lost.
func TestNamesAreNotBrokenAtTheirHyphens(t *testing.T) {
	names := []string{"fra-dc1-gre", "waw-br1-ipsec", "a-b-c-d", "sin-dc1-ipsec"}
	text := "Down: " + strings.Join(names, ", ") + ". The half-open sessions end."
	for width := 1; width < 90; width++ {
		lines := tui.Wrap(text, width)
		whole := strings.Join(lines, "\n")
		for _, line := range lines {
			if tui.Width(line) > width {
				t.Errorf("at %d a line has %d cells: %q", width, tui.Width(line), line)
			}
		}
		if strings.Join(strings.Fields(strings.Join(lines, " ")), "") != strings.Join(strings.Fields(text), "") {
			t.Errorf("at %d something is lost: %q", width, lines)
		}
		for _, name := range names {
			if width > len(name)+1 && !strings.Contains(whole, name) {
				t.Errorf("at %d %s is broken:\n%s", width, name, whole)
			}
		}
	}
}
