package prefix

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/tui/form"
	"flarewire/views/field"
)

// fixed is why all but the description stands still: the API changes nothing else of a prefix.
const fixed = "Cloudflare changes nothing of a prefix but its description"

// form makes the form for a new prefix, or for the description of p.
func (m *Module) form(title string, p api.Prefix, submit func(api.Prefix) tea.Cmd) form.Options {
	description := form.Field{Key: "description", Label: "Description", Help: "Free text, up to 1000 characters",
		Check: field.Check(rules.PrefixDescription)}
	sections := []form.Section{{Fields: append([]form.Field{description}, m.mainFields(p.ID)...)}}
	if p.ID == "" {
		sections = []form.Section{{Fields: append(m.mainFields(""), description)}, {Title: "Letter of agency", Fields: letterFields()}}
	}
	return form.Options{Title: title, Verb: "review", Sections: sections, Values: values(p),
		Submit: func(v form.Values) tea.Cmd { return submit(apply(p, v)) }}
}

func (m *Module) mainFields(id string) []form.Field {
	why := ""
	if id != "" {
		why = fixed
	}
	return []form.Field{
		{Key: "cidr", Label: "Prefix", Help: "Your own public network, /24 or larger (IPv6: /48): 203.0.113.0/24", ReadOnlyWhy: why,
			Check: func(v string, _ form.Values) form.Finding {
				return field.WorstOf(field.WorstOf(field.Finding(rules.OnboardPrefix(v)), m.onboarded(v)),
					field.Finding(rules.SelfServeOnboarding(rules.MagicTransit)))
			}},
		{Key: "asn", Label: "ASN", Help: "The origin of the announcement: 13335, or your own AS number", ReadOnlyWhy: why,
			Suggest: func(form.Values) []string { return []string{"13335"} }, Check: field.Check(rules.PrefixASN)},
	}
}

// onboarded refuses what overlaps with a prefix that is there already.
func (m *Module) onboarded(text string) form.Finding {
	wanted := network(strings.TrimSpace(text))
	for _, p := range m.env.Feed.Last().Prefixes.Rows {
		if other := network(p.CIDR); wanted.IsValid() && other.IsValid() && wanted.Overlaps(other) {
			return form.Finding{Level: form.Error, Text: "It overlaps with " + p.CIDR + ", which is on the account already"}
		}
	}
	return form.Finding{}
}

func letterFields() []form.Field {
	return []form.Field{
		{Key: "delegate_loa_creation", Label: "Made by Cloudflare", Control: form.Choice, Choices: form.YesNo,
			Help: "Recommended: Cloudflare writes the letter. Otherwise it needs your own"},
		{Key: "loa_document_id", Label: "Your letter's id", Help: "The id of the uploaded PDF; it can follow later",
			When: func(v form.Values) bool { return v["delegate_loa_creation"] != "yes" }},
	}
}

func values(p api.Prefix) form.Values {
	v := form.Values{"cidr": p.CIDR, "asn": "", "description": p.Description, "loa_document_id": p.LOADocumentID,
		"delegate_loa_creation": yesNo(p.DelegateLOACreation != nil && *p.DelegateLOACreation)}
	if p.ASN != nil {
		v["asn"] = asn(p.ASN)
	}
	return v
}

// apply puts what was typed into a prefix. It is called with values that passed their checks. Of a prefix that exists only the
// description is taken.
func apply(p api.Prefix, v form.Values) api.Prefix {
	p.Description = v["description"]
	if p.ID != "" {
		return p
	}
	p.CIDR = strings.TrimSpace(v["cidr"])
	if n, err := rules.ParseASN(strings.TrimSpace(v["asn"])); err == nil {
		p.ASN = &n
	}
	delegate := v["delegate_loa_creation"] == "yes"
	p.DelegateLOACreation, p.LOADocumentID = &delegate, ""
	if !delegate {
		p.LOADocumentID = strings.TrimSpace(v["loa_document_id"])
	}
	return p
}
