package e2e_test

import (
	"regexp"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// Two routes for one network have the same name. The name alone deletes neither, and the review says which one it is.
func TestLineByLineTwoRoutesForOneNetwork(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	k := listen(t, a, "--start", "routes")
	k.answers("Static routes, row", "delete 198.18.10.0/24")
	k.hears("Two rows are called so: 5, 6.")
	// Nothing orders the two: which of the numbers is which is what was read out.
	number := regexp.MustCompile(`([56])  198\.18\.10\.0/24, nexthop: 10\.213\.0\.3,`).FindSubmatch(k.Transcript())
	if number == nil {
		t.Fatalf("the route via 10.213.0.3 was not read out:\n%s", k.Transcript())
	}
	k.answers("Static routes, row", "delete "+string(number[1]))
	k.hears("Delete static route 198.18.10.0/24", "This is the route 198.18.10.0/24 via 10.213.0.3, priority 100.")
	k.answers("Review>", "send 2")
	k.hears("There is no row 2 here.")
	k.answers("Review>", "send")
	k.hears("This is the route 198.18.10.0/24 via 10.213.0.3, priority 100.")
	k.answers("Type 198.18.10.0/24 to confirm", "198.18.10.0/24")
	a.passUntilHeard(k, ": done.")
	k.answers("Review>", "close")
	k.answers("Static routes, row", "page")
	k.hears("9 static routes.", "198.18.10.0/24, nexthop: 10.213.0.1,")
	k.answers("Static routes, row", "delete nosuchroute")
	k.hears("There is no row nosuchroute here.")
	k.answers("Static routes, row", "quit")
	k.ends(0)
	if got := a.route("198.18.10.0/24")["nexthop"]; got != "10.213.0.1" {
		t.Errorf("the route via %v is left", got)
	}
}

// A number on the list of prefixes is a row; what has a number as its key on the full screen has its name here.
func TestLineByLineNumbersAreRows(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	said := pipe(t, a.env(), []string{"--start", "prefixes"}, "3", "back", "bindings 3", "quit")
	name := regexp.MustCompile(`\n3  ([^,]+),`).FindStringSubmatch(said)
	if len(name) == 0 || !strings.Contains(said, "\n"+name[1]+". Fetched") {
		t.Errorf("row 3, %v, was not opened:\n%s", name, said)
	}
	if !strings.Contains(said, "Service bindings of "+name[1]) {
		t.Errorf("its bindings were not opened:\n%s", said)
	}
}

// Whatever can be set up can be set up line by line.
func TestLineByLineEverySetupCanBeBegun(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	rows := regexp.MustCompile(`(?m)^\d+  ([^,\n]+),`).FindAllStringSubmatch(pipe(t, a.env(), []string{"--start", "setup"}, "quit"), -1)
	if len(rows) < 5 {
		t.Fatalf("only %d setups: %v", len(rows), rows)
	}
	for _, row := range rows {
		name := row[1]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said := pipe(t, a.env(), []string{"--start", "setup"}, name, "?", ":leave", "quit", "2")
			begun := regexp.MustCompile(`\nNew [^\n]+\.\n(?s:.*)\nStep 1 of \d: (?s:.*)\]: \?\n(?s:.*)< goes back one question\.`)
			if !begun.MatchString(said) {
				t.Errorf("it was not begun:\n%s", said)
			}
		})
	}
	a.untouched()
}
