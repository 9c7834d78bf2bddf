package e2e_test

import (
	"regexp"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// signs are what a voice cannot read: arrows, states as pictures, frames, bars.
const signs = "→←↑↓▲▼●◐✗○✓▌›━╍▁▂▃▄▅▆▇█│─╭╮╰╯├└≤≥"

// keyNamed is a sentence about a key, where a command is meant.
var keyNamed = regexp.MustCompile(`[.:;,] [A-Za-z.<>] (opens|advertises|withdraws|orders|shows|reads|clears|tries) |\b[Pp]ress ` +
	`([A-Za-z.<>!]|enter|esc|tab)\b`)

// unknownNumber is a question mark in the place of a number.
var unknownNumber = regexp.MustCompile(`(: |, )\?(,|\.|$)`)

// Whatever page is read out, and whatever it leads to: no sign that is for the eye, no key in place of a command, no question mark for
// a number.
func TestLineByLineNothingIsForTheEye(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	answers := []string{}
	for _, page := range []string{"overview", "events", "muted", "setup", "tunnels", "gre", "ipsec", "bgp", "bgp-filters", "interconnects",
		"cnis", "slots",
		"cni-settings",
		"routes", "prefixes", "leases", "services", "where", "locations", "traceroute", "endpoint-checks", "accounts", "activity", "changes",
		"alerts",
		"requests", "profiles"} {
		answers = append(answers, ":"+page, "page")
		if page != "setup" && page != "traceroute" {
			answers = append(answers, "1", "more", "help", "back")
		}
	}
	answers = append(answers, ":where 198.18.20.77", "more", "back", ":fra-dc1-gre", "more", "back", ":iad-dc1-gre", "its-routes",
		"its-prefix", ":overview", "timeline", "1", "more", ":overview", "4", "more", "more", ":tunnels", "1", "more", "make-twin",
		":leave", "quit")
	said := pipe(t, a.env(), nil, answers...)
	for _, line := range strings.Split(said, "\n") {
		if strings.ContainsAny(line, signs) {
			t.Errorf("a sign for the eye: %q", line)
		}
		if keyNamed.MatchString(line) {
			t.Errorf("a key in place of a command: %q", line)
		}
		if unknownNumber.MatchString(line) {
			t.Errorf("a question mark in place of a number: %q", line)
		}
	}
	for _, want := range []string{"Destination 198.18.20.77.", "BGP sessions", "Interconnects", "What this means"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q was not said", want)
		}
	}
}

// What this means comes first on the page of what is wrong, its evidence with it; the rest is read on demand.
func TestLineByLineTheMeaningComesFirst(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	said := pipe(t, a.env(), []string{"--start", "tunnels"}, "iad-dc1-gre", "more", "quit")
	_, page, found := strings.Cut(said, "Tunnels, row")
	meaning, session := strings.Index(page, "What this means"), strings.Index(page, "BGP session")
	if !found || meaning < 0 || session < meaning {
		t.Errorf("the meaning does not come before the session:\n%s", said)
	}
	rest := strings.Index(page, "more reads on: ")
	if _, after, _ := strings.Cut(page, "> more"); rest < session || strings.Contains(page[:rest], "\nIdentity") ||
		!strings.Contains(after, "\nIdentity") {
		t.Errorf("the rest is not read on demand:\n%s", said)
	}
	if because := strings.Index(page, "Evidence: health down"); because < meaning || because > session {
		t.Errorf("the evidence does not stand with the meaning:\n%s", said)
	}
}

// Where an address leads, an incident, and the guided pair, as they are heard.
func TestLineByLineWhereIncidentAndPair(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	said := pipe(t, a.env(), []string{"--start", "overview"}, "page", "iad-dc1-gre", "back", ":where 10.61.16.9", "back", ":setup",
		"Redundant pair", "?",
		":leave", "quit")
	at := 0
	for _, want := range []string{"iad-dc1-gre", "What this means", "Destination 10.61.16.9.", "no healthy path left", "nrt-br1-ipsec",
		"New pair of tunnels", "Step 1 of"} {
		i := strings.Index(said[at:], want)
		if i < 0 {
			t.Fatalf("%q was not said, or not in this order:\n%s", want, said)
		}
		at += i
	}
}
