package form_test

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flarewire/tui"
	"flarewire/tui/form"
)

// desk is somebody filling in a form.
type desk struct {
	t    *testing.T
	form *form.Form
	sent form.Values // what went on to the review; nil when nothing did
}

func sit(t *testing.T, sections ...form.Section) *desk {
	d := &desk{t: t}
	d.form = form.New(form.Options{Title: "New tunnel", Verb: "review", Sections: sections,
		Values: form.Values{"bgp": "no", "rate": "mid"},
		Submit: func(v form.Values) tea.Cmd { d.sent = v; return nil }})
	return d
}

func (d *desk) press(keys ...string) tea.Cmd {
	var cmd tea.Cmd
	for _, k := range keys {
		cmd = d.form.Update(key(k))
	}
	return cmd
}

func (d *desk) write(text string) *desk {
	for _, r := range text {
		d.form.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return d
}

func key(k string) tea.KeyPressMsg {
	switch k {
	case "tab":
		return tea.KeyPressMsg{Code: tea.KeyTab}
	case "shift+tab":
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	case "enter":
		return tea.KeyPressMsg{Code: tea.KeyEnter}
	case "right":
		return tea.KeyPressMsg{Code: tea.KeyRight}
	case "left":
		return tea.KeyPressMsg{Code: tea.KeyLeft}
	case "pgdown":
		return tea.KeyPressMsg{Code: tea.KeyPgDown}
	case "pgup":
		return tea.KeyPressMsg{Code: tea.KeyPgUp}
	case "up":
		return tea.KeyPressMsg{Code: tea.KeyUp}
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	case "ctrl+s":
		return tea.KeyPressMsg{Code: 's', Mod: tea.ModCtrl}
	case "ctrl+n":
		return tea.KeyPressMsg{Code: 'n', Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(k)[0], Text: k}
}

func (d *desk) screen(w, h int) string {
	c := tui.Canvas{Width: w, Height: h, Theme: tui.NewTheme(tui.ThemeNone, tui.UnicodeGlyphs)}
	return ansi.Strip(strings.Join(d.form.Draw(c), "\n"))
}

func (d *desk) sees(text string) {
	d.t.Helper()
	if !strings.Contains(d.screen(80, 21), text) {
		d.t.Errorf("%q is not on the screen:\n%s", text, d.screen(80, 21))
	}
}

func (d *desk) seesNot(text string) {
	d.t.Helper()
	if strings.Contains(d.screen(80, 21), text) {
		d.t.Errorf("%q is on the screen:\n%s", text, d.screen(80, 21))
	}
}

// noBlanks is the rule of the tests: short names without blanks.
func noBlanks(v string, _ form.Values) form.Finding {
	switch {
	case v == "":
		return form.Finding{Level: form.Incomplete, Text: "Enter a name"}
	case strings.Contains(v, " "):
		return form.Finding{Level: form.Error, Text: "No blanks in a name"}
	case len(v) > 8:
		return form.Finding{Level: form.Warning, Text: "A long name"}
	}
	return form.Finding{}
}

func tunnel() []form.Section {
	on := func(v form.Values) bool { return v["bgp"] == "yes" }
	return []form.Section{
		{Fields: []form.Field{
			{Key: "name", Label: "Name", Help: "What people call it", Check: noBlanks},
			{Key: "peer", Label: "Peer", Suggest: func(form.Values) []string { return []string{"10.0.0.1", "10.0.0.3"} },
				Explain: func(v form.Values) string {
					if v["peer"] == "" {
						return ""
					}
					return "you are " + v["peer"]
				}},
		}},
		{Title: "BGP", Fields: []form.Field{
			{Key: "bgp", Label: "BGP session", Control: form.Choice, Choices: form.YesNo},
			{Key: "asn", Label: "AS number", When: on, Check: noBlanks},
		}},
		{Title: "Health check", Folded: true, Fields: []form.Field{{Key: "rate", Label: "Rate",
			Check: func(v string, _ form.Values) form.Finding {
				if v != "mid" {
					return form.Finding{Level: form.Error, Text: "Only mid"}
				}
				return form.Finding{}
			}}}},
	}
}

func TestErrorsStandAtTheFieldWhileItIsTyped(t *testing.T) {
	d := sit(t, tunnel()...)
	d.sees("What people call it")
	d.seesNot("Enter a name") // nothing was typed yet: no alarm
	d.write("a b")
	d.sees("✗ No blanks in a name")
	d.form.Update(tea.KeyPressMsg{Code: tea.KeyBackspace})
	d.form.Update(tea.KeyPressMsg{Code: tea.KeyBackspace})
	d.seesNot("No blanks")
	d.write("bcdefghij")
	d.sees("! A long name")
}

func TestNothingJumpsWhenAMessageComes(t *testing.T) {
	d := sit(t, tunnel()...)
	line := func() int {
		for i, l := range strings.Split(d.screen(80, 21), "\n") {
			if strings.Contains(l, "BGP session") {
				return i
			}
		}
		return -1
	}
	before := line()
	d.write("a b")
	if after := line(); after != before {
		t.Errorf("the field below moved from line %d to %d", before, after)
	}
}

func TestAnInvalidFieldCanBeLeftInBothDirections(t *testing.T) {
	d := sit(t, tunnel()...)
	d.write("a b")
	d.press("tab")
	d.write("10.0.0.9")
	d.press("shift+tab")
	d.write("!")
	if got := d.form.Values(); got["name"] != "a b!" || got["peer"] != "10.0.0.9" {
		t.Errorf("values %v: going back and forth must keep what was typed", got)
	}
}

func TestReviewWaitsForTheFirstErrorToBeMended(t *testing.T) {
	d := sit(t, tunnel()...)
	d.write("a b")
	d.press("tab", "tab", "ctrl+s")
	if d.sent != nil {
		t.Fatal("a form with an error was sent")
	}
	d.write("c") // the cursor went to the field with the error
	if got := d.form.Values()["name"]; got != "a bc" {
		t.Errorf("name is %q: the cursor is not at the error", got)
	}
	for range 4 {
		d.form.Update(tea.KeyPressMsg{Code: tea.KeyBackspace})
	}
	d.write("fra")
	if d.press("ctrl+s"); d.sent["name"] != "fra" {
		t.Errorf("sent %v", d.sent)
	}
}

func TestFieldsComeAndGoWithWhatTheyDependOn(t *testing.T) {
	d := sit(t, tunnel()...)
	d.seesNot("AS number")
	d.write("fra")
	d.press("tab", "tab", "right")
	d.sees("AS number")
	if d.press("ctrl+s"); d.sent != nil {
		t.Error("a shown field that is required and empty was let through")
	}
	d.press("up", "left")
	d.seesNot("AS number")
	if d.press("ctrl+s"); d.sent == nil {
		t.Error("a field that is not shown stops the form")
	}
}

func TestFoldedPartOpensByItselfWhenItHasAnError(t *testing.T) {
	d := sit(t, tunnel()...)
	d.seesNot("Rate")
	d.write("fra")
	d.form.Update(form.RefusedMsg{Fields: form.Values{"rate": "Cloudflare: rate is not allowed"}})
	d.sees("✗ Cloudflare: rate is not allowed")
	d.write("x")
	d.sees("✗ Only mid")
	d.seesNot("Cloudflare: rate") // what the server said was about another value
}

func TestProposalsAreFilledInOneAfterTheOther(t *testing.T) {
	d := sit(t, tunnel()...)
	d.press("tab", "ctrl+n")
	d.sees("● you are 10.0.0.1")
	d.press("ctrl+n")
	d.sees("● you are 10.0.0.3")
}

func TestLeavingAsksOnlyWhenSomethingWasTyped(t *testing.T) {
	d := sit(t, tunnel()...)
	if d.form.Unsaved() != "" {
		t.Error("an untouched form claims that something is lost")
	}
	d.write("x")
	if d.form.Unsaved() == "" {
		t.Error("a filled-in form can be left without a question")
	}
	d.form.Update(form.DoneMsg{})
	if d.form.Unsaved() != "" {
		t.Error("after its values were sent nothing is lost")
	}
}

func TestSecretsAreNeverDrawn(t *testing.T) {
	d := sit(t, form.Section{Fields: []form.Field{{Key: "psk", Label: "Key", Control: form.Secret}, {Key: "name", Label: "Name"}}})
	d.write("hunter2hunter2")
	d.seesNot("hunter2")
	d.press("tab")
	d.seesNot("hunter2")
	if d.form.Values()["psk"] != "hunter2hunter2" {
		t.Error("the secret was not kept")
	}
}

func TestPasteOfAMegabyteIsCutAndLineBreaksDoNotComeIn(t *testing.T) {
	d := sit(t, form.Section{Fields: []form.Field{{Key: "name", Label: "Name"}}})
	d.form.Update(tea.PasteMsg{Content: "first\nsecond"})
	if v := d.form.Values()["name"]; v != "" {
		t.Errorf("one of several lines was guessed: %q", v)
	}
	d.form.Update(tea.PasteMsg{Content: strings.Repeat("abcd\x1b[31m", 1<<17) + "\n"})
	v := d.form.Values()["name"]
	if len(v) == 0 || len(v) > 4000 || strings.ContainsAny(v, "\n\x1b") {
		t.Errorf("%d bytes came in, with control characters: %t", len(v), strings.ContainsAny(v, "\n\x1b"))
	}
}

func TestFixedFieldsSayWhyAndKeepTheirValue(t *testing.T) {
	d := &desk{t: t}
	d.form = form.New(form.Options{Title: "x", Values: form.Values{"asn": "65010"}, Submit: func(form.Values) tea.Cmd { return nil },
		Sections: []form.Section{{Fields: []form.Field{{Key: "asn", Label: "AS", ReadOnlyWhy: "BGP cannot be changed here"}}}}})
	d.sees("65010")
	d.sees("BGP cannot be changed here")
	d.write("9")
	if got := d.form.Values()["asn"]; got != "65010" {
		t.Errorf("a fixed field was changed to %q", got)
	}
}

func TestLongFormScrollsWithTheCursorAt80x24(t *testing.T) {
	var fields []form.Field
	for i := range 30 {
		fields = append(fields, form.Field{Key: fmt.Sprint(i), Label: fmt.Sprintf("Field-%02d", i)})
	}
	d := sit(t, form.Section{Fields: fields})
	for i := range 30 {
		d.sees(fmt.Sprintf("Field-%02d", i))
		d.press("tab")
	}
	for i := 29; i >= 0; i-- {
		d.sees(fmt.Sprintf("Field-%02d", i))
		d.press("shift+tab")
	}
}

func TestNothingIsDrawnOutsideTheCanvas(t *testing.T) {
	d := sit(t, tunnel()...)
	d.write(strings.Repeat("日本 wide ", 30))
	for w := 58; w < 200; w += 9 {
		for h := 5; h < 40; h += 6 {
			lines := strings.Split(d.screen(w, h), "\n")
			if len(lines) > h {
				t.Fatalf("%dx%d: %d lines", w, h, len(lines))
			}
			for _, l := range lines {
				if tui.Width(l) > w {
					t.Fatalf("%dx%d: %d cells: %q", w, h, tui.Width(l), l)
				}
			}
		}
	}
}

// A choice that holds nothing yet begins at its end or its beginning, and leaves none of them out.
func TestAnEmptyChoiceBeginsAtItsFirstOption(t *testing.T) {
	for key, want := range map[string]string{"right": "a", "left": "c"} {
		d := sit(t, form.Section{Fields: []form.Field{{Key: "service", Label: "Service", Control: form.Choice,
			Choices: []form.Option{{Value: "a", Label: "a"}, {Value: "b", Label: "b"}, {Value: "c", Label: "c"}}}}})
		d.press(key)
		if got := d.form.Values()["service"]; got != want {
			t.Errorf("%s gives %q, want %q", key, got, want)
		}
	}
}

// An MD5 key that cannot be changed here is still not for everybody's eyes.
func TestAFixedSecretIsNeverDrawn(t *testing.T) {
	f := form.New(form.Options{Title: "Edit", Values: form.Values{"md5": "top-secret"}, Sections: []form.Section{{Fields: []form.Field{
		{Key: "name", Label: "Name"}, {Key: "md5", Label: "MD5 key", Control: form.Secret, ReadOnlyWhy: "not here"}}}}})
	for _, keys := range []string{"", "tab"} {
		if keys != "" {
			f.Update(key(keys))
		}
		c := tui.Canvas{Width: 80, Height: 21, Theme: tui.NewTheme(tui.ThemeNone, tui.UnicodeGlyphs)}
		screen := ansi.Strip(strings.Join(f.Draw(c), "\n"))
		if strings.Contains(screen, "top-secret") || !strings.Contains(screen, "••••") {
			t.Errorf("the screen is\n%s", screen)
		}
	}
}

// A character that nobody sees comes along when a name is copied from a page: around the text it does not come in, and inside it is named.
func TestWhatNobodySeesIsLeftOutOrNamed(t *testing.T) {
	word := func(v string, _ form.Values) form.Finding {
		if strings.Trim(v, "abcdefghijklmnopqrstuvwxyz-0123456789") != "" {
			return form.Finding{Level: form.Error, Text: "Use only letters, digits and -"}
		}
		return form.Finding{}
	}
	for pasted, want := range map[string]string{"fra-1\u200b": "fra-1", "\ufefffra-1\u2060 ": "fra-1", "\u200e fra-1\u00a0": "fra-1"} {
		d := sit(t, form.Section{Fields: []form.Field{{Key: "name", Label: "Name", Check: word}}})
		d.form.Update(tea.PasteMsg{Content: pasted})
		if got := d.form.Values()["name"]; got != want {
			t.Errorf("%+q is taken as %+q", pasted, got)
		}
	}
	for typed, want := range map[string]string{"fra\u200b1": "invisible character", "fra\u00ad1": "invisible character",
		"fra_1": "Use only letters"} {
		field := form.Field{Key: "name", Label: "Name", Check: word}
		d := sit(t, form.Section{Fields: []form.Field{field}})
		d.form.Update(tea.PasteMsg{Content: typed})
		if got := d.form.Finding(field); got.Level != form.Error || !strings.Contains(got.Text, want) {
			t.Errorf("%+q: %+v", typed, got)
		}
	}
}
