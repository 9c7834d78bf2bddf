package views_test

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/simaccount"
)

// inHalf counts the lines of a page that have text from a column on, between two lines.
func inHalf(lines []string, column, from, to int) int {
	n := 0
	for _, line := range lines[from:to] {
		if strings.TrimSpace(string([]rune(line)[min(column, len([]rune(line))):])) != "" {
			n++
		}
	}
	return n
}

// A large screen shows more: wherever a page has more to show than it does, no half of 200x60 is empty; and on the pages that people
// live on
// the right half is used.
func TestNoHalfOfALargeScreenIsEmpty(t *testing.T) {
	d := sit(t, "overview", nil)
	d.See("Overview", "GRE 0s")
	used := map[string]int{"overview": 25, "tunnels": 20, "gre": 20, "ipsec": 20, "interconnects": 15, "cnis": 15, "routes": 15,
		"prefixes": 20, "bgp": 8,
		"where": 6}
	for _, page := range d.places() {
		d.Press(":")
		d.types(page)
		d.Press("enter")
		d.Until("the data of "+page, func() bool { return !strings.Contains(strings.SplitN(d.Screen(), "\n", 2)[0], "loading") })
		d.Send(tea.WindowSizeMsg{Width: 200, Height: 60})
		d.Until("the right half of "+page, func() bool {
			lines := strings.Split(d.Screen(), "\n")
			return inHalf(lines, 101, 1, len(lines)-2) >= used[page]
		})
		d.Settle()
		d.Send(tea.WindowSizeMsg{Width: 200, Height: 200})
		whole := strings.Split(d.Screen(), "\n")
		d.Send(tea.WindowSizeMsg{Width: 200, Height: 60})
		lines := strings.Split(d.Screen(), "\n")
		more := inHalf(whole, 0, 1, len(whole)-2) > inHalf(lines, 0, 1, len(lines)-2)
		lower := inHalf(lines, 0, 30, len(lines)-2)
		if more && lower == 0 || strings.Contains(strings.Join(lines, "\n"), "more lines") && lower < 20 {
			t.Errorf(":%s has more to show, and its lower half is empty:\n%s", page, d.Screen())
		}
		delete(used, page)
		d.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
	}
	for page := range used {
		t.Errorf("there is no page %s", page)
	}
}

// The room between the list and the sessions says what the next rows mean, too, and it says none of them twice.
func TestTheWallExplainsMoreThanTheRowUnderTheCursor(t *testing.T) {
	d := sit(t, "overview", nil)
	d.Send(tea.WindowSizeMsg{Width: 200, Height: 60})
	d.See("AFFECTED", "Prefix withdrawn since", "Path or router at fault, health bad")
	d.Press("down")
	d.See("Path or router at fault, health bad", "Prefix withdrawn since")
	for _, head := range []string{"Path or router at fault, health bad", "Prefix withdrawn since"} {
		if n := strings.Count(d.Screen(), head); n != 1 {
			t.Errorf("%q stands there %d times:\n%s", head, n, d.Screen())
		}
	}
}

// The overview of a large screen has everything that somebody across the room wants to know, and its parts stay in their places while
// tunnels
// fall and come back.
func TestTheOverviewIsAWall(t *testing.T) {
	for _, size := range [][2]int{{160, 45}, {200, 60}, {320, 80}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			d := sit(t, "overview", nil)
			d.Send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			d.See(" 4 ports ", "AFFECTED", "Prefix withdrawn", "DESTINATIONS (9), worst first   :where", "10.61.16.0/22",
				"no healthy path left", "LOCATIONS (8)", "Frankfurt", "TUNNELS AND CNIs, worst first (16)", "fra-cni-v1", "RECENT EVENTS", "GRE 0s")
			d.Settle()
			places := func() (out []int) {
				for _, part := range []string{"AFFECTED", "DESTINATIONS", "LOCATIONS", "SESSIONS", "RECENT EVENTS", "GRE "} {
					for y, line := range strings.Split(d.Screen(), "\n") {
						if strings.Contains(line, part) {
							out = append(out, y)
							break
						}
					}
				}
				return out
			}
			before := places()
			for _, tunnel := range []string{"fra-dc1-gre", "fra-dc2-gre", "gru-br1-gre"} {
				if err := d.SetBGP(simaccount.GRETunnels, tunnel, "Active"); err != nil {
					t.Fatal(err)
				}
			}
			d.Press("r")
			d.See("5 down", "Up → Down")
			if after := places(); fmt.Sprint(after) != fmt.Sprint(before) {
				t.Errorf("the parts stood at %v and stand at %v:\n%s", before, after, d.Screen())
			}
		})
	}
	d := sit(t, "overview", nil)
	d.Send(tea.WindowSizeMsg{Width: 159, Height: 45})
	d.See("AFFECTED", "GRE 0s")
	d.lacks("TUNNELS AND CNIs, worst first")
}
