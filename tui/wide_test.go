package tui

import (
	"strings"
	"testing"
)

// A word that is wider than its line is broken behind a sign in it, so that its parts can be read and put together: an identity, a list
// without blanks, an address. Nothing of it is lost, and no line is wider than it may be.
func TestAWideWordIsBrokenBehindASign(t *testing.T) {
	host := strings.Repeat("4dec0c49", 4)
	for text, want := range map[string][]string{
		"ipsec@" + host + ".123456789.ipsec.cloudflare.com":         {"ipsec@" + host + ".123456789.", "ipsec.cloudflare.com"},
		"see https://dash.example.net/accounts/023e105f/routes now": {"see", "https://dash.example.net/accounts/023e105f/routes", "now"},
		"automatic_return_routing,cloudflare_gre_endpoint,mtu":      {"automatic_return_routing,cloudflare_gre_endpoint,", "mtu"},
	} {
		got := Wrap(text, 50)
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%q is broken %q, want %q", text, got, want)
		}
	}
	for width := 1; width < 70; width++ {
		text := "ipsec@" + host + ".123456789.ipsec.cloudflare.com, a b and-c/" + strings.Repeat("x", 60)
		lines := Wrap(text, width)
		for _, line := range lines {
			if Width(line) > width {
				t.Fatalf("%q is wider than %d", line, width)
			}
		}
		if bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }; bare(strings.Join(lines, "")) != bare(text) {
			t.Fatalf("at %d it is %q", width, lines)
		}
	}
}
