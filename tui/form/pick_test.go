package form_test

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui/form"
)

// address is a rule for what looks like an address.
func address(v string, _ form.Values) form.Finding {
	if strings.Count(v, ".") != 3 || strings.HasSuffix(v, ".") {
		return form.Finding{Level: form.Incomplete, Text: "Enter an address"}
	}
	return form.Finding{}
}

// hop is a form with a list whose values may also be typed, one whose values may not, and one to tick from.
func hop(many int) []form.Section {
	hops := []form.Option{{Value: "10.0.0.1", Label: "10.0.0.1  FRA_A"}, {Value: "10.0.0.3", Label: "10.0.0.3  FRA_B"},
		{Value: "10.0.0.11", Label: "10.0.0.11  AMS_A"}}
	for i := range many {
		hops = append(hops, form.Option{Value: fmt.Sprintf("10.1.0.%d", i), Label: fmt.Sprintf("10.1.0.%d  SITE_%d", i, i)})
	}
	return []form.Section{{Fields: []form.Field{
		{Key: "name", Label: "Name", Check: noBlanks},
		{Key: "hop", Label: "Next hop", Control: form.Pick, Free: true, Check: address,
			ChoicesNow: func(form.Values) []form.Option { return hops },
			Explain:    func(v form.Values) string { return "through " + v["hop"] }},
		{Key: "service", Label: "Service", Control: form.Pick, Choices: []form.Option{{Value: "s1", Label: "CDN"}, {Value: "s2",
			Label: "Spectrum"},
			{Value: "s3", Label: "Magic Transit"}}},
		{Key: "regions", Label: "Regions", Control: form.Many, Free: true, Choices: []form.Option{{Value: "AFR", Label: "AFR  Africa"},
			{Value: "EEUR", Label: "EEUR  Eastern Europe"}, {Value: "WEUR", Label: "WEUR  Western Europe"}}},
		{Key: "note", Label: "Note"},
	}}}
}

// A list is there as long as the cursor is on its field; typing filters it by what stands in it, and enter takes what is under the cursor.
func TestChoosingFromAListByItsName(t *testing.T) {
	d := sit(t, hop(0)...)
	d.write("fra").seesNot("FRA_B")
	d.press("enter")
	d.sees("10.0.0.3   FRA_B") // below each other, whatever the addresses' length
	d.sees("10.0.0.11  AMS_A")
	d.write("fra_b")
	d.seesNot("FRA_A")
	d.sees("through 10.0.0.3")
	d.press("enter")
	d.seesNot("FRA_B") // its list is closed
	d.sees("10.0.0.3")
	d.write("spec")
	d.press("enter")
	d.sees("Spectrum")
	d.press("ctrl+s")
	if d.sent["hop"] != "10.0.0.3" || d.sent["service"] != "s2" {
		t.Errorf("sent %v", d.sent)
	}
}

// What is typed in whole is that, though it begins another option; what is none of the options is taken where that is allowed.
func TestWhatIsTypedInWhole(t *testing.T) {
	for typed, want := range map[string]string{
		"10.0.0.1": "10.0.0.1", "10.0.0.11": "10.0.0.11", "192.0.2.7": "192.0.2.7", "10.0.0.1  FRA_A": "10.0.0.1", "ams": "10.0.0.11",
		"10.0.0.9": "10.0.0.9", "0.0.0.1": "0.0.0.1",
	} {
		d := sit(t, hop(0)...)
		d.write("x").press("enter")
		d.write(typed).press("enter")
		d.press("ctrl+s")
		if d.sent["hop"] != want {
			t.Errorf("%q gives %q, want %q", typed, d.sent["hop"], want)
		}
	}
	d := sit(t, hop(0)...)
	d.write("x").press("enter", "tab")
	d.write("zzz")
	d.sees("This is not one of the choices")
	d.sees("No match among 3")
	d.press("ctrl+s")
	if d.sent != nil {
		t.Errorf("what is no choice was sent: %v", d.sent)
	}
}

// Up and down choose without a filter, over the ends too; tab leaves the value as it is.
func TestGoingThroughAList(t *testing.T) {
	d := sit(t, hop(30)...)
	d.write("x").press("tab")
	d.sees("33 in all")
	for i, want := range []string{"10.0.0.1", "10.0.0.3", "10.0.0.11", "10.1.0.0"} {
		if d.press("ctrl+n"); d.form.Value("hop") != want {
			t.Errorf("after %d: %q, want %q", i+1, d.form.Value("hop"), want)
		}
	}
	d.press("up", "up", "up", "up")
	d.sees("SITE_29")
	if got := d.form.Value("hop"); got != "10.1.0.29" {
		t.Errorf("before the first is %q", got)
	}
	d.press("tab", "shift+tab")
	d.sees("SITE_29") // it opens where the value is
	d.press("tab", "tab")
	if got := d.form.Values(); got["hop"] != "10.1.0.29" || got["service"] != "" {
		t.Errorf("passing over fields changed them: %v", got)
	}
	d.press("shift+tab", "enter", "ctrl+s")
	if d.sent["service"] != "" {
		t.Errorf("enter chose %q, which nobody wanted", d.sent["service"])
	}
}

// Several are ticked from a list, by the cursor or by what is typed, and unticked the same way.
func TestTickingSeveral(t *testing.T) {
	d := sit(t, hop(0)...)
	d.write("x").press("tab", "ctrl+n", "tab", "tab")
	space := tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	backspace := tea.KeyPressMsg{Code: tea.KeyBackspace}
	value := func(want string) {
		t.Helper()
		if got := d.form.Value("regions"); got != want {
			t.Errorf("ticked %q, want %q\n%s", got, want, d.screen(80, 24))
		}
	}
	d.press("ctrl+n")
	d.form.Update(space)
	value("EEUR")
	d.sees("[✓] EEUR")
	d.press("ctrl+n")
	d.form.Update(space)
	value("EEUR WEUR")
	d.form.Update(space)
	value("EEUR")
	d.write("africa")
	value("EEUR AFR") // as it would be sent
	d.form.Update(space)
	value("EEUR AFR")
	d.sees("[✓] AFR")
	d.write("XX")
	value("EEUR AFR XX")
	d.form.Update(tea.KeyPressMsg{Code: ',', Text: ","})
	d.sees("[✓] XX")
	d.write("eeur")
	d.form.Update(space)
	value("AFR XX")
	d.form.Update(backspace)
	value("AFR")
	d.press("tab", "ctrl+s")
	if d.sent["regions"] != "AFR" {
		t.Errorf("sent %v", d.sent)
	}
	d.press("shift+tab")
	d.form.Update(tea.PasteMsg{Content: "ME, OC SAM"})
	value("AFR ME OC SAM")
}

// Somebody types ahead, faster than anything is drawn: every value lands in its own field.
func TestTypingAheadWithLists(t *testing.T) {
	for i := range 50 {
		d := sit(t, hop(i)...)
		typed := fmt.Sprintf("tun%d\r192.0.2.%d\rmagic\rweur,  af\rlast\r", i, i)
		for _, r := range typed {
			switch r {
			case '\r':
				d.press("enter")
			case ' ':
				d.form.Update(tea.KeyPressMsg{Code: tea.KeySpace, Text: " "})
			default:
				d.write(string(r))
			}
		}
		want := form.Values{"name": fmt.Sprintf("tun%d", i), "hop": fmt.Sprintf("192.0.2.%d", i), "service": "s3", "regions": "WEUR AFR",
			"note": "last"}
		for key, value := range want {
			if d.sent[key] != value {
				t.Fatalf("%d: %s is %q, want %q", i, key, d.sent[key], value)
			}
		}
	}
}

// The line of a field with choices shows the chosen one, however many and long the others are.
func TestTheChosenOneIsAlwaysSeen(t *testing.T) {
	options := []form.Option{}
	for _, label := range []string{"Magic Transit and more", "Content delivery", "Spectrum for TCP", "Spectrum for UDP", "Zero Trust"} {
		options = append(options, form.Option{Value: label, Label: label})
	}
	d := sit(t, form.Section{Fields: []form.Field{{Key: "kind", Label: "Kind", Control: form.Choice, Choices: options}}})
	for _, o := range options {
		d.press("right")
		d.sees("[" + o.Label + "]")
	}
}

// A text that means something in another notation is put into the field's own when the field is left, by whatever key.
func TestWhatIsMeantTakesThePlaceOfWhatWasTyped(t *testing.T) {
	for _, leave := range []string{"tab", "enter", "ctrl+s", "shift+tab"} {
		d := sit(t, form.Section{Fields: []form.Field{{Key: "first", Label: "First"},
			{Key: "net", Label: "Network", Normalize: func(s string) string { return strings.ReplaceAll(s, " 255.0.0.0", "/8") },
				Check: func(v string, _ form.Values) form.Finding {
					if strings.Contains(v, " ") {
						return form.Finding{Level: form.Incomplete, Text: "Written with its length"}
					}
					return form.Finding{}
				}},
			{Key: "last", Label: "Last"}}})
		d.press("tab")
		d.write("10.0.0.0 255.0.0.0").sees("Written with its length")
		d.press(leave)
		if got := d.form.Value("net"); got != "10.0.0.0/8" {
			t.Errorf("%s leaves %q", leave, got)
		}
		if leave == "ctrl+s" && d.sent["net"] != "10.0.0.0/8" {
			t.Errorf("sent %v", d.sent)
		}
	}
}
