package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/kind"
	"flarewire/tui"
)

// kindsPagePath is the page that this test makes and checks.
const kindsPagePath = "../docs/kinds.md"

// The page of the kinds is made from the table of kinds and the columns of the pages (make docs). The words of a kind are a promise to
// scripts, so the page is not made anew without one: a kind gets more words, and none is taken back.
func TestTheKindsPage(t *testing.T) {
	before, err := os.ReadFile(kindsPagePath)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range takenBack(string(before)) {
		t.Fatalf("docs/kinds.md promises the word %s, which no longer means that or is not printed: give it back in internal/kind/table.go", word)
	}
	text := kindsPage()
	if *update {
		if err := os.WriteFile(kindsPagePath, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	there, err := os.ReadFile(kindsPagePath)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(there), text); diff != "" {
		t.Errorf("docs/kinds.md is not what the program has; run make docs:\n%s", diff)
	}
}

// takenBack are the words of a page of kinds that mean another kind now or none, and those that `list` printed and does no more.
func takenBack(page string) []string {
	var out []string
	for line := range strings.Lines(page) {
		if cells := strings.Split(line, "|"); len(cells) > 2 && strings.HasPrefix(line, "| `") {
			of := strings.Split(line, "`")[1]
			for word := range strings.FieldsFuncSeq(cells[2], func(r rune) bool { return r == ',' || r == ' ' }) {
				if a, ok := kind.ByWord(word); !ok || string(a.Kind) != of {
					out = append(out, word+" of "+of)
				}
			}
		}
		if word, columns, ok := strings.Cut(strings.TrimPrefix(line, "- `"), "`: "); ok && columns != "" {
			if a, known := kind.ByWord(word); !known || !a.Listable() || a.Words[0] != word {
				out = append(out, word+" of list")
			}
		}
	}
	return out
}

func TestAWordThatIsTakenBackIsSeen(t *testing.T) {
	page := "| kind | words |\n| `routes`, routes | routes, route, ways | 1m0s |\n| `leases`, leases | routes | 1m0s |\n\n- `routes`: NAME\n" +
		"- `slots`: NAME\n- `route`: NAME\n\nNot in `list`:\n\n- slots: Cloudflare's\n"
	want := []string{"ways of routes", "routes of leases", "slots of list", "route of list"}
	if diff := cmp.Diff(want, takenBack(page)); diff != "" {
		t.Error(diff)
	}
}

// Every kind with words of its own is printed by list and get, or says why not.
func TestEveryKindIsListedOrSaysWhyNot(t *testing.T) {
	listed := resources()
	for _, a := range kind.All() {
		if len(a.Words) == 0 {
			continue
		}
		is := slices.ContainsFunc(listed, func(r resource) bool { return r.About.Kind == a.Kind })
		if is != a.Listable() {
			t.Errorf("%s: listed %v, but NoList is %q: it needs a Listing in its folder under views and in views.Listings", a.Kind, is, a.NoList)
		}
	}
}

func kindsPage() string {
	var b strings.Builder
	b.WriteString(`# The kinds of objects

Made from internal/kind and the pages by a test in cli/ (make docs). All words of a kind work in ` + "`list`" + ` and ` + "`get`" + `;
those of a kind with a page of its own (all but what is below a prefix) also after ":" and with --start.

| kind (API, journal, events) | words | read every | can be done | and not undone, or not done, because |
|---|---|---|---|---|
`)
	for _, a := range kind.All() {
		if a.Every == 0 {
			continue
		}
		var acts, not []string
		for _, act := range a.Acts {
			acts = append(acts, act.Verb)
			if act.NoUndo != "" {
				not = append(not, act.Verb+": "+act.NoUndo)
			}
		}
		if lost := append(slices.Clone(a.NotRestored), a.WriteOnly...); len(lost) > 0 {
			not = append(not, "delete: undone without "+strings.Join(lost, ", "))
		}
		for _, verb := range []string{kind.Create, kind.Update, kind.Delete} {
			if why := a.WhyNot(verb); why != "" {
				not = append(not, verb+": "+why)
			}
		}
		fmt.Fprintf(&b, "| `%s`, %s | %s | %s%s | %s | %s |\n", a.Kind, a.Many, strings.Join(a.Words, ", "), a.Every,
			map[bool]string{true: ", all the time"}[a.Always], strings.Join(acts, ", "), strings.Join(slices.Compact(not), "; "))
	}
	b.WriteString("\n## Columns of `list`\n\n")
	for _, r := range resources() {
		var titles []string
		for _, c := range r.Columns(tui.ASCIIGlyphs) {
			titles = append(titles, c.Title)
		}
		fmt.Fprintf(&b, "- `%s`: %s\n", r.name(), strings.Join(titles, " · "))
	}
	b.WriteString("\nNot in `list`:\n\n")
	for _, a := range kind.All() {
		if a.NoList != "" {
			fmt.Fprintf(&b, "- %s: %s\n", a.Many, a.NoList)
		}
	}
	return b.String()
}
