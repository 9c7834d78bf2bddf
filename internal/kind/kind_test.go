package kind_test

import (
	"slices"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/journal"
	"flarewire/internal/kind"
)

// acts gives the verb of the journal for an operation of the API that changes something.
var acts = map[string][]journal.Verb{
	"create": {journal.Create}, "update": {journal.Update}, "delete": {journal.Delete},
	"psk_generate": {journal.GeneratePSK}, "psk": {journal.SetPSK}, "validate": {journal.ValidatePrefix},
	"patch": {journal.Advertise, journal.Withdraw, journal.SetPrepend, journal.SetAutoWithdraw},
}

// unused are operations that no page and no command sends.
var unused = []string{"bulk_update"}

func TestWhatTheAPICanDoWithAKindIsInTheTable(t *testing.T) {
	possible := map[string]bool{}
	for _, op := range api.Operations() {
		name, what, _ := strings.Cut(op.Name, ".")
		a := kind.Kind(name).About()
		if what == "list" && a.One == "" {
			t.Errorf("%s can be listed, and package kind does not know it", name)
		}
		if !op.Changes || slices.Contains(unused, what) {
			continue
		}
		verbs := acts[what]
		if len(verbs) == 0 {
			t.Errorf("%s changes something under no verb of the journal", op.Name)
		}
		for _, verb := range verbs {
			possible[name+" "+string(verb)] = true
			if _, ok := a.Act(string(verb)); !ok {
				t.Errorf("%s: %q is no act of the kind, so nobody knows whether it can be undone", op.Name, verb)
			}
		}
	}
	for _, a := range kind.All() {
		for _, act := range a.Acts {
			if !possible[string(a.Kind)+" "+act.Verb] {
				t.Errorf("%s: the API has no %q", a.Kind, act.Verb)
			}
		}
	}
}

// What a user tries on every page (n, e, D) works or has a reason, never both.
func TestWhatCannotBeDoneHasAReason(t *testing.T) {
	for _, a := range kind.All() {
		if a.One == "" {
			continue
		}
		for _, verb := range []string{kind.Create, kind.Update, kind.Delete} {
			if _, can := a.Act(verb); can == (a.WhyNot(verb) != "") {
				t.Errorf("%s %s: possible %v, reason %q", verb, a.Kind, can, a.WhyNot(verb))
			}
		}
	}
}

func TestEveryWordMeansOneKind(t *testing.T) {
	seen := map[string]kind.Kind{}
	for _, a := range kind.All() {
		for _, word := range append([]string{string(a.Kind)}, a.Words...) {
			word = strings.ReplaceAll(word, "_", "-")
			if other, taken := seen[word]; taken && other != a.Kind {
				t.Errorf("%q means %s and %s", word, other, a.Kind)
			}
			seen[word] = a.Kind
			if got, ok := kind.ByWord(strings.ToUpper(word)); !ok || got.Kind != a.Kind {
				t.Errorf("%q finds %q, want %q", word, got.Kind, a.Kind)
			}
		}
	}
	if _, ok := kind.ByWord("no-such-kind"); ok {
		t.Error("a word that nobody knows was found")
	}
}

func TestEveryKindIsWhole(t *testing.T) {
	for _, a := range kind.All() {
		missing := map[string]bool{
			"a name in the plural":  a.Many == "" && a.Every > 0,
			"a title":               a.Title == "" && a.One != "",
			"what its page shows":   a.Help == "" && len(a.Words) > 0,
			"a word":                a.Title != "" && a.Parent == "" && len(a.Words) == 0,
			"the list it is below":  a.Parent != "" && a.Parent.About().Title == "",
			"a name of its objects": len(a.Acts) > 0 && len(a.Label) == 0 && a.Kind != kind.CNISettings,
			"a period":              a.One != "" && a.Every == 0,
		}
		for what, is := range missing {
			if is {
				t.Errorf("%s has no %s", a.Kind, strings.TrimPrefix(what, "a "))
			}
		}
	}
	if got := kind.Kind("from_next_year").About(); got.Kind != "from_next_year" || got.InColumn() != "from_next_year" {
		t.Errorf("a kind that is not in the table (an old or a newer history): %+v", got)
	}
}
