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
