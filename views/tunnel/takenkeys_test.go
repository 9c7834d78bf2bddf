package tunnel

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A key of the user's own command never takes the place of one that a list or a page of tunnels has: docs/keys.md, which is made from them.
func TestNoKeyOfATunnelIsLeftToOwnCommands(t *testing.T) {
	text, err := os.ReadFile("../../docs/keys.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for section := range strings.SplitSeq(string(text), "\n## ") {
		title, body, _ := strings.Cut(section, "\n")
		switch title {
		case "Everywhere", "On every list", "On the page of one object", "`:tunnels`", "`:gre`", "`:ipsec`":
		default:
			continue
		}
		for line := range strings.Lines(body) {
			keys, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " | ")
			for _, m := range regexp.MustCompile("`(.)`").FindAllStringSubmatch(keys, -1) {
				found++
				if !strings.Contains(takenKeys, m[1]) {
					t.Errorf("%s: the key %s may be taken by an own command", title, m[1])
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("%d keys were found: this test does not read docs/keys.md any more", found)
	}
}
