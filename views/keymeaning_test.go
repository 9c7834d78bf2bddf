package views_test

import (
	"slices"
	"strings"
	"testing"

	"flarewire/views"
)

// alike are other names for what a key of the overview does there, too.
var alike = map[string][]string{"new": {"begin"}, "refresh": {"again"}, "filter": {"find"}, "where-it-leads": {"ask"},
	"up": {"previous-test"}, "down": {"next-test"}, "open": {"begin", "send", "close", "sign-in", "generate-key"},
	"clear-filter": {"unmark", "close", "back"}}

// A key that acts on a row of the overview means the same on the page of what the row is of, and everywhere else.
func TestAKeyOfTheOverviewMeansTheSameEverywhere(t *testing.T) {
	means := map[string]string{}
	for _, page := range views.Actions() {
		if page.Label == ":overview" || strings.HasPrefix(page.Label, ":overview › open") {
			for _, a := range page.Actions {
				for _, key := range a.Keys {
					means[key] = a.Name
				}
			}
		}
	}
	if means["T"] != "timeline" {
		t.Fatalf("the overview has no timeline: %v", means)
	}
	for _, page := range views.Actions() {
		for _, a := range page.Actions {
			for _, key := range a.Keys {
				here, is := means[key]
				if is && !page.Typing && len(key) == 1 && a.Name != here && !slices.Contains(alike[here], a.Name) {
					t.Errorf("%s is %s on the overview and %s on %s", key, here, a.Name, page.Label)
				}
			}
		}
	}
}

// The key line of the overview begins with what is done with the row, and ends with what every page has.
func TestTheOverviewsOwnVerbsStandFirst(t *testing.T) {
	d := sit(t, "overview", nil)
	d.See("AFFECTED", "iad-dc1-gre")
	d.goTo("iad-dc1-gre")
	lines := strings.Split(strings.TrimSpace(d.Screen()), "\n")
	keys := lines[len(lines)-1]
	at := -1
	for _, key := range []string{"enter open", "T timeline", "m mute", "i paths", "E events", "n new", "I destinations", ": go to"} {
		i := strings.Index(keys, key)
		if i <= at {
			t.Errorf("%q is at %d, behind %d: %q", key, i, at, keys)
		}
		at = i
	}
}
