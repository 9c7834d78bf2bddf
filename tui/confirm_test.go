package tui_test

import (
	"testing"

	"flarewire/tui"
)

// Whatever a name holds that cannot be seen, who types what is seen has named it; who types something else has not.
func TestANameIsConfirmedByWhatIsSeen(t *testing.T) {
	const id = "023e105f4ecef8ad9ca31a8372d0c353"
	for _, c := range []struct {
		name, typed string
		want        bool
	}{
		{"fra-1", "fra-1", true}, {"fra-1", "fra-2", false}, {"fra-1", "FRA-1", false}, {"fra-1", "", false}, {"fra-1", " ", false},
		{"fra-1 ", "fra-1", true}, {"fra-1", " fra-1 ", true}, {"\ta", "a", true},
		{"fra\u00a01", "fra 1", true}, {"fra\u20031", "fra 1", true}, {"fra  1", "fra 1", true}, {"fra 1", "fra1", false},
		{"fra\u200b-1", "fra-1", true}, {"\ufefffra-1\u2060", "fra-1", true}, {"fra\u00ad-1", "fra-1", true}, {"fra-1\ufe0f", "fra-1", true},
		{"Zu\u0308rich", "Z\u00fcrich", true}, {"Z\u00fcrich", "Zu\u0308rich", true}, {"Zürich", "Zurich", false},
		{"fra-1", id, true}, {"\u200b", id, true}, {"\u200b", " ", false}, {"\u200b", "", false}, {"\u200b", "\u200b", true},
	} {
		d := &tui.Dialog{Confirm: c.name, ConfirmID: id}
		if got := d.Confirms(c.typed); got != c.want {
			t.Errorf("%+q typed as %+q: %t", c.name, c.typed, got)
		}
	}
	if (&tui.Dialog{Confirm: "fra-1"}).Confirms(id) || !(&tui.Dialog{}).Confirms("") {
		t.Error("a dialog without an id, or without a name")
	}
}
