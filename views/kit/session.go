package kit

import (
	"strconv"
	"strings"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/views/field"
)

// The BGP session of a tunnel or an interconnect, as parts of forms and of detail pages.

// Session is what BGPSection needs to know of a session.
type Session struct {
	Fixed      string                           // why it cannot be changed here; empty when it can
	Others     func(form.Values) []rules.ASNUse // the AS numbers of the account's other links
	Unfiltered bool                             // the API takes no filter profiles for it
	Kept       bool                             // filter profiles are shown where the session has some, and not offered
}

// SessionNeeds names what BGPSection and FilterFields rest on: forms and pages with a session need it while they are on top.
func SessionNeeds() []string {
	return store.Needs(store.TargetsOf(kind.FilterProfiles, store.CNISettings)...)
}

// BGPSection is the part of a form for the session.
func (e *Env) BGPSection(s Session) form.Section {
	on := func(v form.Values) bool { return v["bgp"] == "yes" }
	fixed := s.Fixed
	fields := []form.Field{
		{Key: "bgp", Label: "BGP session", Control: form.Choice, Choices: form.YesNo, ReadOnlyWhy: fixed,
			Help: "Your router opens it; Cloudflare is passive", Explain: func(v form.Values) string {
				if !on(v) {
					return ""
				}
				return "Your router opens it; Cloudflare's AS is " + strconv.FormatUint(uint64(e.Feed.Last().CloudflareASN()), 10)
			}},
		{Key: "customer_asn", Label: "Your AS number", When: on, ReadOnlyWhy: fixed,
			Help: "Your own, or private: 64512-65534, 4200000000-4294967294",
			Check: func(v string, all form.Values) form.Finding {
				return checkASN(v, e.Feed.Last().CloudflareASN(), s.Others(all))
			}},
		{Key: "md5_key", Label: "MD5 key", Control: form.Secret, When: on, ReadOnlyWhy: fixed,
			Help:  "Optional; the same as on your router; 1 to 80 characters",
			Check: optionally(rules.MD5Key)},
		{Key: "extra_prefixes", Label: "Extra prefixes", When: on, ReadOnlyWhy: fixed,
			Help:    "Also advertised to your router: 0.0.0.0/0; separated by spaces",
			Suggest: func(form.Values) []string { return []string{"0.0.0.0/0", "100.96.0.0/12", "100.64.0.0/12"} },
			Check:   field.CheckList(rules.ExtraPrefix)},
	}
	if !s.Unfiltered {
		fields = append(fields, e.filterField(importFilter, "Filter in", s, "On what you announce to Cloudflare; profiles: :bgp-filters"),
			e.filterField(exportFilter, "Filter out", s, "On what Cloudflare announces to you; profiles: :bgp-filters"))
	}
	return form.Section{Title: "BGP", Fields: fields}
}

// The form's keys of the filter profiles, which are the API's.
const (
	importFilter = "import_filter_id"
	exportFilter = "export_filter_id"
)

// filterField chooses a filter profile of the account. Without any there is nothing to ask.
func (e *Env) filterField(key, label string, s Session, help string) form.Field {
	return form.Field{Key: key, Label: label, Control: form.Pick, Free: true, ReadOnlyWhy: s.Fixed, Help: help,
		When: func(v form.Values) bool {
			return v["bgp"] == "yes" && (v[key] != "" || !s.Kept && len(e.Feed.Last().FilterProfiles.Rows) > 0)
		},
		ChoicesNow: func(form.Values) []form.Option {
			out := []form.Option{{Value: "", Label: "none"}}
			for _, p := range e.Feed.Last().FilterProfiles.Rows {
				out = append(out, form.Option{Value: p.ID, Label: p.Name + "  " + p.MatchAction + " " + strings.Join(p.Targets, " ")})
			}
			return out
		},
		Check: func(v string, _ form.Values) form.Finding { return e.checkFilter(v) }}
}

// checkFilter says whether the account has the profile, as far as that is known.
func (e *Env) checkFilter(id string) form.Finding {
	if id == "" {
		return form.Finding{}
	}
	if _, ok := e.filterProfile(id); ok {
		return form.Finding{}
	}
	if why := e.Feed.Last().FilterProfiles.Why(); why != "" {
		return field.CannotTell(why)
	}
	return form.Finding{Level: form.Error, Text: "The account has no BGP filter profile with this id: choose one of the list"}
}

func (e *Env) filterProfile(id string) (api.FilterProfile, bool) {
	for _, p := range e.Feed.Last().FilterProfiles.Rows {
		if p.ID == id {
			return p, true
		}
	}
	return api.FilterProfile{}, false
}

func checkASN(v string, cloudflare uint32, others []rules.ASNUse) form.Finding {
	finding := field.Finding(rules.CustomerASN(v, cloudflare))
	asn, err := rules.ParseASN(strings.TrimSpace(v))
	if finding.Blocks() || err != nil {
		return finding
	}
	return field.WorstOf(finding, field.Finding(rules.SameASN(asn, others)))
}

// optionally applies a rule to what is there; nothing is fine.
func optionally(rule func(string) rules.Finding) func(string, form.Values) form.Finding {
	return func(v string, _ form.Values) form.Finding {
		if v == "" {
			return form.Finding{}
		}
		return field.Finding(rule(v))
	}
}

// PutBGP fills in the values of BGPSection; nil is no session.
func PutBGP(v form.Values, b *api.BGP) {
	v["bgp"] = "no"
	if b != nil {
		v["bgp"], v["customer_asn"], v["md5_key"] = "yes", strconv.FormatUint(uint64(b.CustomerASN), 10), b.MD5Key
		v["extra_prefixes"] = strings.Join(b.ExtraPrefixes, " ")
		v[importFilter], v[exportFilter] = b.ImportFilterID, b.ExportFilterID
	}
}

// BGPOf puts what was typed into a session's configuration; nil without BGP.
func BGPOf(v form.Values, before *api.BGP) *api.BGP {
	if v["bgp"] != "yes" {
		return nil
	}
	var b api.BGP
	if before != nil {
		b = *before
	}
	b.CustomerASN, _ = rules.ParseASN(strings.TrimSpace(v["customer_asn"]))
	b.MD5Key = v["md5_key"]
	b.ExtraPrefixes = field.Words(v["extra_prefixes"])
	b.ImportFilterID, b.ExportFilterID = strings.TrimSpace(v[importFilter]), strings.TrimSpace(v[exportFilter])
	return &b
}

// MD5 says only whether there is a key. Cloudflare does not treat it as a secret, but on somebody's
// screen it may still be one.
func MD5(b *api.BGP) string {
	if b.MD5Key == "" {
		return "none"
	}
	return "set"
}

// FilterSide is one direction of a session with the filter profile that is named for it.
type FilterSide struct{ Label, ID, Note string }

// FilterSides are the directions of a session that have a filter profile.
func FilterSides(b *api.BGP) []FilterSide {
	if b == nil {
		return nil
	}
	var out []FilterSide
	if b.ImportFilterID != "" {
		out = append(out, FilterSide{"Filter in", b.ImportFilterID, "on what you announce to Cloudflare"})
	}
	if b.ExportFilterID != "" {
		out = append(out, FilterSide{"Filter out", b.ExportFilterID, "on what Cloudflare announces to you"})
	}
	return out
}

// FilterFields are the filter profiles of a session on a detail page, by name where the profiles were read.
func (e *Env) FilterFields(b *api.BGP) []resource.Field {
	var out []resource.Field
	for _, side := range FilterSides(b) {
		f := resource.Field{Label: side.Label, Value: side.ID, Note: side.Note + "; not read yet, or not in :bgp-filters"}
		list := e.Feed.Last().FilterProfiles
		if p, ok := e.filterProfile(side.ID); ok {
			f.Value, f.Note = field.Or(p.Name, p.ID), side.Note+": "+p.MatchAction+" "+strings.Join(p.Targets, " ")
			f.Open = func() tui.View { return e.Open(kind.FilterProfiles, side.ID) }
		} else if list.Settled() {
			f.Role, f.Note = tui.Pending, "the account has no such BGP filter profile"
		} else if list.Err != nil {
			f.Note = side.Note + "; " + list.Why()
		}
		out = append(out, f)
	}
	return out
}
