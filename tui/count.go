package tui

import (
	"strconv"
	"strings"
)

// Count is a number with what it counts: "1 tunnel", "14 tunnels".
func Count(n int, plural string) string { return strconv.Itoa(n) + " " + Noun(n, plural) }

// Noun is what a number counts, given for several: "prefixes" is "prefix" after one.
func Noun(n int, plural string) string {
	if n != 1 {
		return plural
	}
	for _, end := range []struct{ many, one string }{{"ies", "y"}, {"xes", "x"}, {"sses", "ss"}, {"s", ""}} {
		if stem, found := strings.CutSuffix(plural, end.many); found {
			return stem + end.one
		}
	}
	return plural
}
