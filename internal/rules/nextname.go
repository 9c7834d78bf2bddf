package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"flarewire/internal/sorting"
)

// NextNames proposes names for a new link in the pattern of those in use: each numbered name that begins with
// what is typed, counted up to the first free number ("CF_WAN_TUN_01" gives "CF_WAN_TUN_02"). Names that Cloudflare
// would refuse for the kind are left out. The shortest pattern comes first, then by name; at most five.
func NextNames(kind OnRamp, typed string, existing []Named) []string {
	taken := map[string]bool{}
	for _, e := range existing {
		taken[e.Name] = true
	}
	var out []string
	for name := range taken {
		if next, ok := countUp(name, taken); ok && strings.HasPrefix(next, typed) && !TunnelName(kind, next).Blocks() {
			out = append(out, next)
		}
	}
	sorting.Sort(out, func(a, b string) int {
		if d := len(a) - len(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	out = slices.Compact(out)
	return out[:min(len(out), 5)]
}

// countUp counts the last number of a name up until the name is free; leading zeros stay.
func countUp(name string, taken map[string]bool) (next string, ok bool) {
	end := strings.LastIndexAny(name, "0123456789") + 1
	if end == 0 {
		return "", false
	}
	start := end
	for start > 0 && name[start-1] >= '0' && name[start-1] <= '9' {
		start--
	}
	digits := name[start:end]
	n, err := strconv.Atoi(digits)
	if err != nil || len(digits) > 6 {
		return "", false
	}
	for range 1000 {
		n++
		if next = name[:start] + fmt.Sprintf("%0*d", len(digits), n) + name[end:]; !taken[next] {
			return next, true
		}
	}
	return "", false
}

// TwinName proposes a name for the second of two tunnels of one router: fra-a gives fra-b, GRE_1 gives GRE_2, fra gives fra-2. The last
// number of the name is counted up until the name is free; empty when none that Cloudflare takes was found.
func TwinName(kind OnRamp, name string, existing []Named) string {
	taken := map[string]bool{name: true}
	for _, e := range existing {
		taken[e.Name] = true
	}
	fits := func(next string) bool { return !taken[next] && !TunnelName(kind, next).Blocks() }
	if last := len(name) - 1; last > 0 && strings.ContainsRune("-_.0123456789", rune(name[last-1])) {
		for _, pair := range []string{"ab", "AB"} {
			if next := name[:last] + pair[1:]; name[last] == pair[0] && fits(next) {
				return next
			}
		}
	}
	if next, ok := countUp(name, taken); ok && fits(next) {
		return next
	}
	for n := 2; n < 10; n++ {
		if next := fmt.Sprintf("%s-%d", name, n); fits(next) {
			return next
		}
	}
	return ""
}
