package resource

import (
	"strings"
	"testing"

	"flarewire/tui"
)

// What has no room beside its label stands below it, whole: an identity, a list of fields, a value of a long label.
func TestNothingIsBrokenOrGluedBesideItsLabel(t *testing.T) {
	c := tui.Canvas{Width: 46, Height: 20, Theme: tui.PlainTheme(tui.UnicodeGlyphs)}
	for _, f := range []Field{
		{Label: "What", Value: "update of automatic_return_routing, cloudflare_gre_endpoint, health_check"},
		{Label: "automatic_return_routing", Value: "true"},
		{Label: "custom_remote_identities.fqdn_id", Value: "label.custom.ipsec.example.net"},
		{Label: "Sent", Value: "automatic_return_routing, cloudflare_gre_endpoint", Prose: true},
	} {
		lines := drawField(c, f, c.Width, false)
		text := strings.Join(lines, "\n")
		for _, word := range append(strings.Fields(f.Value), f.Label) {
			found := false
			for _, line := range lines {
				found = found || strings.Contains(" "+line+" ", " "+word+" ")
			}
			if !found {
				t.Errorf("no whole %q in\n%s", word, text)
			}
		}
	}
}
