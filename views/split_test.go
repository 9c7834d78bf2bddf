package views_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// leastPreview is what a preview has in any case.
const leastPreview = 39

// A list with the object beside it has every column that it has at 80 columns, and no cell is cut while the preview has more than its
// least.
func TestAPreviewTakesNoColumnOfItsList(t *testing.T) {
	d := sit(t, "overview", nil)
	d.See("Overview", "GRE 0s")
	lists := 0
	for _, page := range d.places() {
		d.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
		d.Press(":")
		d.types(page)
		d.Press("enter")
		d.Until("the data of "+page, func() bool { return !strings.Contains(d.Screen(), "loading"+tui.Ellipsis) })
		d.Rest()
		columns := titles(strings.Split(d.Screen(), "\n")[2])
		for _, size := range [][2]int{{120, 40}, {160, 45}, {200, 60}} {
			d.Send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			d.Rest()
			lines := strings.Split(d.Screen(), "\n")
			list, _, split := strings.Cut(lines[2], "│")
			if !split {
				continue // no list, or nothing stands beside it
			}
			lists++
			for _, title := range columns {
				if !strings.Contains(" "+strings.NewReplacer("▲", " ", "▼", " ").Replace(list)+" ", " "+title+" ") {
					t.Errorf(":%s at %dx%d has no column %s: %q", page, size[0], size[1], title, list)
				}
			}
			for _, line := range lines[3 : len(lines)-2] {
				row, _, _ := strings.Cut(line, "│")
				if beside := size[0] - tui.Width(list); strings.Contains(row, tui.Ellipsis) && beside > leastPreview {
					t.Errorf(":%s at %dx%d: a cell is cut beside a preview of %d columns: %q", page, size[0], size[1], beside, row)
				}
			}
		}
	}
	if lists < 20 {
		t.Errorf("%d lists with a preview were looked at", lists)
	}
}

// The page of a route has what stands beside the list of routes: the paths to its addresses, and what is left of them.
func TestTheRoutePageHasWhatItsPreviewHas(t *testing.T) {
	d := sit(t, "routes", nil)
	d.See("10.50.0.0/16")
	d.Send(tea.WindowSizeMsg{Width: 200, Height: 60})
	d.Press("G", "enter")
	d.See("Identity", "Paths", "Remaining paths to")
}

// titles are the titles of a list's columns.
func titles(head string) []string {
	var out []string
	for _, title := range strings.Split(strings.NewReplacer("▲", " ", "▼", " ").Replace(head), "  ") {
		if title = strings.TrimSpace(title); title != "" && title == strings.ToUpper(title) {
			out = append(out, title)
		}
	}
	return out
}
