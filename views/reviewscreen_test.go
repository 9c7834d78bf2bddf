package views_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// A review says nothing twice, its paragraphs begin below each other, and what becomes of a destination has two sides.
func TestAReviewIsReadEasily(t *testing.T) {
	d := sit(t, "prefixes", nil)
	d.See("198.18.20.0/24")
	d.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
	d.Press("n")
	d.types("203.0.113.0/24")
	d.Press("ctrl+s")
	d.See("The request")
	if said := "Prefixes for Magic Transit go through your account team"; strings.Count(d.Screen(), said) != 1 {
		t.Errorf("%q is not said once:\n%s", said, d.Screen())
	}
	said := "\n   - Cloudflare checks IRR, RPKI and who owns the prefix; until it is approved\n     nothing"
	if !strings.Contains(blanksGone(d.Screen()), said) {
		t.Errorf("the second line of a paragraph does not begin below its first:\n%s", d.Screen())
	}
	for keys, said := range map[string]string{"N": "1 request in order, 0 sent", "R": "1 static route loses its next hop"} {
		d.Press("ctrl+g")
		d.types("tunnels")
		d.Press("enter")
		d.goTo("iad-dc1-gre")
		d.Press(keys)
		d.See("Cloudflare endpoint")
		d.See("your side") // the subnet is suggested once the tunnels are read
		d.types("x")       // the name
		d.Press("ctrl+s")
		d.See(said)
	}
	for _, walk := range [][]string{{"tunnels", "D"}, {"tunnels", "space", "down", "space", "D"}} {
		d.Press("ctrl+g")
		d.types(walk[0])
		d.Press("enter")
		d.goTo("iad-dc1-gre")
		d.Press(walk[1:]...)
		d.See("Effect on routing")
		lines := strings.Split(blanksGone(d.Screen()), "\n")
		for i, line := range lines {
			if strings.HasSuffix(line, "→") {
				t.Errorf("%v: one side only: %q", walk, line)
			}
			if strings.TrimSpace(line) == "Effect on routing" && lines[i-1] != "" {
				t.Errorf("%v: the section sticks to %q", walk, lines[i-1])
			}
		}
	}
}

// blanksGone is a screen without the blanks at the ends of its lines.
func blanksGone(screen string) string {
	lines := strings.Split(screen, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
