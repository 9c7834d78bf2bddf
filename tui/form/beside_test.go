package form_test

import (
	"strings"
	"testing"

	"flarewire/tui/form"
	"flarewire/tui/resource"
)

// Beside a form stands, on a wide screen, the rule of the field under the cursor and what the form says so far: what cannot be sent yet is
// "-", never a zero.
func TestBesideAFormStandsWhatItSaysSoFar(t *testing.T) {
	number := func(v string, _ form.Values) form.Finding {
		if v == "" {
			return form.Finding{Level: form.Incomplete, Text: "Enter a number"}
		}
		return form.Finding{}
	}
	d := sit(t, form.Section{Title: "Ends", Fields: []form.Field{
		{Key: "name", Label: "Name", Help: "What you call it"},
		{Key: "asn", Label: "AS number", Help: "Your own, or a private one", Check: number,
			Suggest: func(form.Values) []string { return []string{"64512", "64513"} }},
		{Key: "key", Label: "Key", Control: form.Secret},
		{Key: "bgp", Label: "BGP", Control: form.Choice, Choices: form.YesNo},
	}})
	right := func() string {
		var out []string
		for _, line := range strings.Split(d.screen(160, 40), "\n") {
			_, after, _ := strings.Cut(line, "│")
			out = append(out, strings.Join(strings.Fields(after), " "))
		}
		return strings.Join(out, "\n")
	}
	d.write("ams1")
	if text := right(); !strings.Contains(text, "What you call it") || !strings.Contains(text, "Name ams1") ||
		!strings.Contains(text, "AS number -") || !strings.Contains(text, "BGP no") {
		t.Errorf("beside the form:\n%s", text)
	}
	d.press("tab")
	if text := right(); !strings.Contains(text, "Your own, or a private one") || !strings.Contains(text, "Suggested 64512\n64513") {
		t.Errorf("beside the form:\n%s", text)
	}
	d.write("64999")
	d.press("tab")
	d.write("hunter2")
	if text := right(); !strings.Contains(text, "AS number 64999") || strings.Contains(text, "hunter2") ||
		!strings.Contains(text, "set (not shown)") {
		t.Errorf("beside the form:\n%s", text)
	}
	for _, width := range []int{80, 119} {
		if strings.Contains(d.screen(width, 40), "│") {
			t.Errorf("something stands beside the form at %d columns", width)
		}
	}
}

// A page says itself what stands beside its form; a form of few fields has nothing that is not seen anyhow.
func TestAPageSaysWhatStandsBesideItsForm(t *testing.T) {
	f := form.New(form.Options{Title: "New", Sections: []form.Section{{Fields: []form.Field{
		{Key: "name", Label: "Name", Help: "What you call it"}}}},
		Beside: func(f *form.Form) []resource.Section {
			return []resource.Section{{Title: "Request", Fields: []resource.Field{{Label: "name", Value: f.Value("name")}}}}
		}})
	d := &desk{t: t, form: f}
	d.write("ams1")
	if text := d.screen(120, 40); !strings.Contains(text, "Request") || strings.Count(text, "ams1") != 2 {
		t.Errorf("beside the form:\n%s", text)
	}
	short := sit(t, form.Section{Title: "Place", Fields: []form.Field{{Key: "name", Label: "Name", Help: "What you call it"}}})
	if text := short.screen(120, 40); strings.Count(text, "Place") != 1 {
		t.Errorf("beside the form:\n%s", text)
	}
}
