package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	. "flarewire/internal/rules"
)

func TestNextNamesGoOnWithThePatternOfTheAccount(t *testing.T) {
	named := func(names ...string) (out []Named) {
		for _, n := range names {
			out = append(out, Named{Name: n, Type: GRE})
		}
		return out
	}
	for _, c := range []struct {
		name, typed string
		existing    []Named
		want        []string
	}{
		{"leading zeros stay", "", named("CF_WAN_TUN_01"), []string{"CF_WAN_TUN_02"}},
		{"the next free one", "", named("fra-dc1-gre", "fra-dc2-gre"), []string{"fra-dc3-gre"}},
		{"what is typed decides", "ams", named("fra-dc1-gre", "ams-br2-gre"), []string{"ams-br3-gre"}},
		{"nothing without a number", "", named("office"), nil},
		{"ten follows nine", "", named("t9"), []string{"t10"}},
		{"too long for GRE", "", named("abcdefghijklmn9"), nil},
		{"no names yet", "", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, NextNames(GRE, c.typed, c.existing)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNextNamesAreFewAndValid(t *testing.T) {
	var existing []Named
	for _, site := range strings.Fields("ams bru cdg dub fra gva ham") {
		existing = append(existing, Named{Name: site + "-1", Type: IPsec})
	}
	got := NextNames(IPsec, "", existing)
	if len(got) != 5 {
		t.Errorf("%d proposals: %v", len(got), got)
	}
	for _, name := range got {
		if f := TunnelName(IPsec, name); !f.IsZero() || NameTaken(IPsec, name, existing).Blocks() {
			t.Errorf("%s: %s", name, f.Text)
		}
	}
}
