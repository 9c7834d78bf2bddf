package overview

import (
	"strings"
	"testing"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
)

// The common cause of an incident stands in its row in words that the column does not cut, whatever the addresses are.
func TestTheCauseOfAnIncidentIsNotCut(t *testing.T) {
	for name, c := range map[string]struct {
		common []diagnose.Common
		want   string
	}{
		"one address": {[]diagnose.Common{{Property: diagnose.SameCustomerEndpoint, Value: "198.51.100.7"}}, "All at router 198.51.100.7"},
		"a tie": {[]diagnose.Common{{Property: diagnose.SameKind, Value: "IPsec"},
			{Property: diagnose.SameCustomerEndpoint, Value: "198.51.100.7"}},
			"All IPsec (+1)"},
		"a long address": {[]diagnose.Common{{Property: diagnose.SameCustomerEndpoint, Value: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"}},
			"All at one router"},
		"nothing": {nil, "Nothing in common but the moment"},
	} {
		row := trouble{Incident: diagnose.Incident{Cause: diagnose.SameMoment, Members: make([]diagnose.Subject, 4), Common: c.common}}
		if got := row.points(); got != c.want || tui.Width(got) > diagnose.ShortWidth {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// The first line of the reading says since when, and on what that rests: a report's time is never the moment itself.
func TestTheReadingSaysSinceWhenAndHowThatIsKnown(t *testing.T) {
	now := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	at := now.Add(-10 * time.Minute)
	row := trouble{Incident: diagnose.Incident{Cause: diagnose.TunnelDown, Likelihood: diagnose.Likely, Members: make([]diagnose.Subject, 1)}}
	for want, began := range map[string]store.Began{
		"Path or router at fault since 02:50:00 UTC (likely).":                                  {At: at, How: store.ChangeSeen},
		"Path or router at fault, health bad since about 02:50 UTC (likely).":                   {At: at, How: store.ByHealth},
		"Path or router at fault, health bad for 24 h or longer (likely).":                      {At: at, How: store.ByHealth, Open: true},
		"Path or router at fault, reported at 02:50:00 UTC: it began then or earlier (likely).": {At: at, How: store.AtLatest},
		"Path or router at fault, since 02:50:00 UTC or earlier (likely).":                      {At: at, How: store.SinceFirstLook},
		"Path or router at fault (likely).":                                                     {},
	} {
		if row.began = began; row.head(now) != want {
			t.Errorf("%q, want %q", row.head(now), want)
		}
	}
}

// On a small screen what to do next is never cut away by the explanation.
func TestNextIsReadAlsoOnASmallScreen(t *testing.T) {
	p := &page{}
	p.table = newPage(nil).table
	p.table.Set([]trouble{{Incident: diagnose.Incident{ID: "x", Cause: diagnose.TunnelDown, Members: make([]diagnose.Subject, 1),
		Affected: []string{"198.18.20.0/24: no healthy path left", "198.18.21.0/24: no healthy path left"},
		Text:     strings.Repeat("A long explanation. ", 30), Next: "Reach the router out of band."}}})
	c := tui.Canvas{Width: 80, Height: 22, Theme: tui.PlainTheme(tui.UnicodeGlyphs)}
	got := strings.Join(p.explained(c), "\n")
	if !strings.Contains(got, "Next: Reach the router out of band.") || !strings.Contains(got, "no healthy path left; and 1 more") ||
		!strings.Contains(got, "enter shows all of it") || strings.Count(got, "\n") > readingLines+1 {
		t.Errorf("\n%s", got)
	}
}

// Line by line, the parts of a line that stand apart are told apart by commas, and what announces the next part is not.
func TestALineOfCountsIsReadAsASentence(t *testing.T) {
	for drawn, want := range map[string]string{
		" 14 tunnels   BGP: ● 8 up   health checks: ✗ 2 down":   "14 tunnels, BGP: ● 8 up, health checks: ✗ 2 down",
		" 14 tunnels   BGP: ● 8 up   health checks:   ✗ 2 down": "14 tunnels, BGP: ● 8 up, health checks: ✗ 2 down",
		"   Data age:  GRE now  CNI now":                        "Data age: GRE now, CNI now",
		"":                                                      "",
	} {
		if got := spaced(drawn); got != want {
			t.Errorf("%q is read as %q, want %q", drawn, got, want)
		}
	}
}
