package form_test

import (
	"maps"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/form"
)

// guided is somebody in a guided setup of three steps, whose first proposal is not known at the beginning.
type guided struct {
	*desk
	free  string        // what the account proposes for the address
	reads bool          // what it rests on is still being read
	kept  []form.Values // drafts, the newest last
	asked []string      // what changed values had fetched
}

func setUp(t *testing.T, values form.Values) *guided {
	g := &guided{desk: &desk{t: t}}
	word := func(v string, _ form.Values) form.Finding {
		if v == "" || strings.Contains(v, "!") {
			return form.Finding{Level: form.Error, Text: "Letters only"}
		}
		return form.Finding{}
	}
	g.form = form.New(form.Options{Title: "New tunnel", Verb: "review", Guided: true, Values: values,
		Sections: []form.Section{
			{Title: "Ends", Intro: "Who and where.", Fields: []form.Field{
				{Key: "name", Label: "Name", Check: word, Changed: func(v form.Values) tea.Cmd { g.asked = append(g.asked, v["name"]); return nil }},
				{Key: "end", Label: "Endpoint", Propose: func(form.Values) string { return "192.0.2.1" }},
			}},
			{Title: "Inside", Fields: []form.Field{{Key: "address", Label: "Address", Propose: func(form.Values) string { return g.free },
				Check:   word,
				Explain: func(v form.Values) string { return "yours is next to " + v["address"] }}}},
			{Title: "Key", Fields: []form.Field{
				{Key: "how", Label: "Key", Control: form.Choice, Choices: []form.Option{{Value: "own", Label: "my own"}, {Value: "new",
					Label: "generated"}}},
				{Key: "psk", Label: "Secret", Control: form.Secret, When: func(v form.Values) bool { return v["how"] == "own" }},
			}},
		},
		Waiting:   func(form.Values) bool { return g.reads },
		Submit:    func(v form.Values) tea.Cmd { g.sent = v; return nil },
		SaveDraft: func(v form.Values) tea.Cmd { g.kept = append(g.kept, maps.Clone(v)); return nil },
	})
	return g
}

// The one who sets up sees one step at a time, goes on only from a step that is right, and finds everything
// again that was typed, also out of a field that is wrong.
func TestAGuidedFormGoesStepByStep(t *testing.T) {
	g := setUp(t, form.Values{"how": "new"})
	g.sees("Step 1 of 3")
	g.sees("Who and where.")
	if strings.Contains(g.screen(80, 21), "Address") {
		t.Error("the second step is on the screen with the first")
	}
	g.press("enter", "enter")
	g.sees("Step 1 of 3") // without a name there is no way on
	g.sees("Letters only")
	g.write("fra")
	g.press("enter", "enter")
	g.sees("Step 2 of 3")
	g.press("shift+tab")
	g.sees("Step 1 of 3")
	g.sees("fra")
	g.press("pgdown")
	g.write("x!")
	g.press("pgdown")
	g.sees("Step 2 of 3") // wrong: not on
	g.press("pgup")
	g.sees("Step 1 of 3") // but back
	g.press("pgdown")
	g.sees("x!")
}

func TestWhatIsTypedReplacesAProposal(t *testing.T) {
	g := setUp(t, form.Values{"how": "new"})
	g.write("fra")
	g.press("tab")
	g.sees("192.0.2.1")
	g.sees("suggested")
	g.write("198.51.100.7")
	if got := g.form.Values()["end"]; got != "198.51.100.7" {
		t.Errorf("the endpoint is %q", got)
	}
}

func TestAProposalMayComeLaterButNotUnderTheEyes(t *testing.T) {
	g := setUp(t, form.Values{"how": "new"})
	g.free = "10.0.0.0"
	g.form.Update("news from the account")
	g.write("fra")
	g.press("pgdown")
	g.sees("yours is next to 10.0.0.0")
	g.free = "10.0.0.2"
	g.form.Update("more news")
	g.sees("yours is next to 10.0.0.0")
}

func TestAProposalThatIsMissingComesWhenItIsKnown(t *testing.T) {
	g := setUp(t, form.Values{"how": "new"})
	g.write("fra")
	g.press("tab", "tab")
	g.sees("Step 2 of 3")
	g.free = "10.0.0.4"
	g.form.Update("news from the account")
	g.sees("10.0.0.4")
	g.press("ctrl+s")
	if g.sent["address"] != "10.0.0.4" {
		t.Errorf("sent %v", g.sent)
	}
}

// Whoever types ahead is faster than the account's answer: a step whose proposal is on its way is passed, and the review follows when it is
// there. A key in between has something else in mind. What nobody proposes blocks as ever.
func TestTypingAheadOfAProposal(t *testing.T) {
	typed := func(keys ...string) *guided {
		g := setUp(t, form.Values{"how": "new"})
		g.reads = true
		g.write("fra")
		g.press("pgdown")
		g.sees("Step 2 of 3")
		g.press(keys...)
		return g
	}
	g := typed("pgdown")
	g.sees("Step 3 of 3")
	if cmd := g.press("ctrl+s"); g.sent != nil || cmd == nil {
		t.Fatalf("sent %v before the address was known", g.sent)
	}
	g.free, g.reads = "10.0.0.6", false
	g.form.Update("news from the account")
	if g.sent["address"] != "10.0.0.6" {
		t.Errorf("sent %v", g.sent)
	}
	g = typed("ctrl+s", "pgup")
	g.free, g.reads = "10.0.0.6", false
	g.form.Update("news from the account")
	if g.sent != nil {
		t.Errorf("sent %v, though somebody went back", g.sent)
	}
	g = typed("ctrl+s")
	g.reads = false // and nothing to propose
	g.form.Update("news from the account")
	g.sees("Letters only")
	if g.sent != nil {
		t.Errorf("sent %v", g.sent)
	}
	g = setUp(t, form.Values{"how": "new"})
	g.reads = true
	g.press("pgdown")
	g.sees("Step 1 of 3") // nobody proposes a name
}

func TestAcceptingEveryProposalGoesStraightToTheReview(t *testing.T) {
	g := setUp(t, form.Values{"how": "new"})
	g.free = "10.0.0.0"
	g.form.Update("news")
	g.write("fra")
	g.press("ctrl+s")
	if g.sent["name"] != "fra" || g.sent["end"] != "192.0.2.1" || g.sent["address"] != "10.0.0.0" {
		t.Errorf("sent %v", g.sent)
	}
}

func TestTheReviewIsLedToTheStepThatIsWrong(t *testing.T) {
	g := setUp(t, form.Values{"how": "new"})
	g.write("fra")
	g.press("ctrl+s") // there was nothing to propose for the address
	g.sees("Step 2 of 3")
	if g.sent != nil {
		t.Errorf("sent %v", g.sent)
	}
}

func TestADraftIsKeptAtEveryStepAndNeverHasASecret(t *testing.T) {
	g := setUp(t, form.Values{"how": "own"})
	g.free = "10.0.0.0"
	g.write("fra")
	g.press("pgdown")
	g.write("10.9.9.0")
	g.press("pgdown", "tab")
	g.write("hunter2")
	g.press("pgup")
	if len(g.kept) != 3 {
		t.Fatalf("kept %d drafts", len(g.kept))
	}
	for _, d := range g.kept {
		if _, ok := d["psk"]; ok {
			t.Error("a draft has the secret")
		}
	}
	if last := g.kept[2]; last["name"] != "fra" || last["address"] != "10.9.9.0" {
		t.Errorf("kept %v", last)
	}
}

func TestAValueThatChangesHasWhatItNeedsFetched(t *testing.T) {
	g := setUp(t, form.Values{"how": "new"})
	g.write("ab")
	if strings.Join(g.asked, " ") != "a ab" {
		t.Errorf("asked for %v", g.asked)
	}
}

func TestTheFormInWordsHidesSecretsAndLeavesNothingOut(t *testing.T) {
	g := setUp(t, form.Values{"how": "own", "psk": "hunter2", "name": "fra"})
	words := map[string]form.Said{}
	for _, part := range g.form.InWords() {
		for _, said := range part.Said {
			words[said.Label] = said
		}
	}
	for label, want := range map[string]string{"Name": "fra", "Endpoint": "192.0.2.1", "Address": "none", "Key": "my own",
		"Secret": "set (not shown)"} {
		if words[label].Value != want {
			t.Errorf("%s is %q, want %q", label, words[label].Value, want)
		}
	}
}

func TestTheHeadOfAGuidedFormFitsEveryWidth(t *testing.T) {
	g := setUp(t, form.Values{"how": "new"})
	for w := 40; w < 140; w++ {
		c := tui.Canvas{Width: w, Height: 12, Theme: tui.NewTheme(tui.ThemeNone, tui.ASCIIGlyphs)}
		lines := g.form.Draw(c)
		if len(lines) > 12 {
			t.Errorf("width %d: %d lines", w, len(lines))
		}
		for _, l := range lines {
			if tui.Width(l) > w {
				t.Errorf("width %d: %q", w, l)
			}
		}
	}
}

// A draft brings back what was typed, also what was emptied on purpose, and leaves proposals to the day.
func TestADraftKeepsWhatWasEmptiedAndNoProposals(t *testing.T) {
	g := setUp(t, form.Values{"how": "new"})
	g.free = "10.0.0.0"
	g.write("fra")
	g.press("tab")
	for range len("192.0.2.1") {
		g.form.Update(tea.KeyPressMsg{Code: tea.KeyBackspace})
	}
	g.press("pgdown")
	draft := g.kept[len(g.kept)-1]
	if end, there := draft["end"]; !there || end != "" {
		t.Errorf("the endpoint that was emptied is kept as %q, %v", end, there)
	}
	if address, there := draft["address"]; there {
		t.Errorf("the proposal %q is in the draft", address)
	}
	again := form.New(form.Options{Title: "New tunnel", Guided: true, Draft: draft, Values: form.Values{},
		Sections: []form.Section{{Title: "Ends", Fields: []form.Field{
			{Key: "end", Label: "Endpoint", Propose: func(form.Values) string { return "192.0.2.1" }},
			{Key: "address", Label: "Address", Propose: func(form.Values) string { return "10.0.0.8" }}}}}})
	if v := again.Values(); v["end"] != "" || v["address"] != "10.0.0.8" || v["name"] != "fra" {
		t.Errorf("the draft gives %v", v)
	}
}

// A step begins where something is still missing, and says what a key does that does nothing.
func TestAStepBeginsAtWhatIsMissing(t *testing.T) {
	g := setUp(t, form.Values{"how": "new"})
	g.write("fra")
	g.press("pgdown")
	g.write("10.0.0.0")
	g.press("pgdown")
	g.sees("Step 3 of 3")
	if cmd := g.press("pgdown"); cmd == nil {
		t.Error("a key that cannot act says nothing")
	}
	if cmd := g.press("x"); cmd == nil {
		t.Error("typing on a choice says nothing")
	}
	if g.form.Values()["how"] != "new" {
		t.Error("typing on a choice chose something")
	}
}

// From the first step to the review: the steps that nobody looked at are filled in by what was typed last.
func TestTheReviewFromTheFirstStepHasEveryProposal(t *testing.T) {
	var sent form.Values
	after := func(key, more string) func(form.Values) string {
		return func(v form.Values) string {
			if v[key] == "" {
				return ""
			}
			return v[key] + more
		}
	}
	needed := func(v string, _ form.Values) form.Finding {
		if v == "" {
			return form.Finding{Level: form.Incomplete, Text: "Enter a name"}
		}
		return form.Finding{}
	}
	g := &guided{desk: &desk{t: t}}
	g.form = form.New(form.Options{Title: "New pair", Guided: true, Values: form.Values{},
		Submit: func(v form.Values) tea.Cmd { sent = v; return nil },
		Sections: []form.Section{{Title: "First", Fields: []form.Field{{Key: "name", Label: "Name", Check: needed}}},
			{Title: "Twin", Fields: []form.Field{{Key: "twin", Label: "Twin", Propose: after("name", "-2"), Check: needed}}},
			{Title: "Third", Fields: []form.Field{{Key: "third", Label: "Third", Propose: after("twin", "-3"), Check: needed}}}}})
	g.write("muc")
	g.press("ctrl+s")
	if sent["twin"] != "muc-2" || sent["third"] != "muc-2-3" {
		t.Errorf("sent %v", sent)
	}
}

func TestADefaultIsReplacedByTypingToo(t *testing.T) {
	f := form.New(form.Options{Title: "New", Guided: true, Values: form.Values{"mtu": "1476"},
		Sections: []form.Section{{Title: "GRE", Fields: []form.Field{
			{Key: "mtu", Label: "MTU"}}}}})
	for _, r := range "1400" {
		f.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	if got := f.Values()["mtu"]; got != "1400" {
		t.Errorf("the MTU is %s", got)
	}
}
