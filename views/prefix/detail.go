package prefix

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// shownParts is how many parts a section of the prefix page lists; the rest is behind its list page.
const shownParts = 8

func (m *Module) sections(r row, now time.Time) []resource.Section {
	sections := append(m.env.MutedSection(store.Prefixes, r.ID), m.state(r, now),
		resource.Section{Title: "What this means", First: true, Fields: explain(r, m.env.BrokenRoutes(network(r.CIDR)), now)},
		m.bindingSection(r, now), checks(r), m.delegationSection(r))
	if r.attracts() {
		sections = slices.Insert(sections, len(sections)-3, m.arrivalSection(r, now))
	}
	sections = append(sections, m.env.Related(subject(r))...)
	return append(sections, identity(r, now))
}

// state is the advertisement: of the whole, then of every BGP prefix.
func (m *Module) state(r row, now time.Time) resource.Section {
	a, old := r.advertisement()
	note := "according to its BGP prefixes, fetched " + resource.Ago(r.BGP.Fetched, now)
	switch {
	case old:
		note = "from the prefix's deprecated field"
	case !r.BGP.Known():
		note = "the BGP prefixes are not read yet"
	case len(r.BGP.Rows) == 0:
		note = "it has no BGP prefix"
	}
	whole := resource.Field{Label: "Advertised", Value: a.glyph(r.approved(), m.env.Glyphs) + " " + a.word(), Role: a.role(r.approved()),
		Note: note}
	fields := append([]resource.Field{whole}, listing(r.BGP, "BGP prefixes", func() tui.View { return m.openBGP(r) },
		func(b api.BGPPrefix) resource.Field {
			one := announced(b)
			return resource.Field{Label: b.CIDR, Value: one.glyph(r.approved(), m.env.Glyphs) + " " + word(one), Role: one.role(r.approved()),
				Note: strings.Join(notes(b, now), "; "), Open: m.openOneBGP(r, b)}
		})...)
	return resource.Section{Title: "Advertisement", Fields: fields}
}

// word is the advertisement of one BGP prefix.
func word(a advertisement) string {
	switch a {
	case advertised:
		return "Advertised"
	case withdrawn:
		return "Withdrawn"
	}
	return "Unknown"
}

// notes are what is worth knowing about a BGP prefix besides its state.
func notes(b api.BGPPrefix, now time.Time) []string {
	var out []string
	if at := turned(b); !at.IsZero() {
		out = append(out, "changed "+resource.Ago(at, now))
	}
	switch {
	case controlled(b):
		out = append(out, "controlled by your BGP announcements")
	case b.OnDemand != nil && b.OnDemand.OnDemandLocked:
		out = append(out, "locked")
	case b.OnDemand != nil && !b.OnDemand.OnDemandEnabled:
		out = append(out, "on demand is off")
	}
	if b.ASNPrependCount > 0 {
		out = append(out, fmt.Sprintf("prepended %d times", b.ASNPrependCount))
	}
	if b.AutoAdvertiseWithdraw {
		out = append(out, "automatic withdrawal")
	}
	return out
}

// controlled reports whether the customer's own BGP announcements decide instead of the API.
func controlled(b api.BGPPrefix) bool { return b.BGPSignalOpts != nil && b.BGPSignalOpts.Enabled }

// listing is a list below the prefix on its page: the first rows, and the way to the list page.
func listing[T any](p store.List[T], title string, open func() tui.View, field func(T) resource.Field) []resource.Field {
	all := resource.Field{Label: "All " + title, Value: fmt.Sprint(len(p.Rows)), Open: open}
	if !p.Known() {
		all.Value = "not read yet"
	}
	var out []resource.Field
	for _, v := range p.Rows[:min(len(p.Rows), shownParts)] {
		out = append(out, field(v))
	}
	if p.Err != nil {
		text := "The " + title + " could not be read"
		if p.Known() {
			text += " again: these are of " + p.Fetched.UTC().Format("15:04:05") + " UTC"
		}
		out = append(out, resource.Field{Value: text + ". " + kit.ErrorText(p.Err), Role: tui.Bad, Prose: true})
	}
	return append(out, all)
}

func (m *Module) bindingSection(r row, now time.Time) resource.Section {
	return resource.Section{Title: "Service bindings", Fields: listing(r.Bindings, "bindings", func() tui.View { return m.openBindings(r) },
		func(b api.Binding) resource.Field {
			return resource.Field{Label: b.CIDR, Value: serviceName(b), Note: provisioningNote(r, b, now), Open: m.openOneBinding(r, b)}
		})}
}

func serviceName(b api.Binding) string { return cmp.Or(b.ServiceName, b.ServiceID, "-") }

// provisioningNote is the state and, of one that is to pass, how long it was seen: the API names no time.
func provisioningNote(r row, b api.Binding, now time.Time) string {
	state := provisioning(b)
	note := state
	if state == "provisioning" {
		if since := r.BindingSince(b.ID); !since.IsZero() && now.Sub(since) >= time.Minute {
			note += " for at least " + tui.AgeSince(since, now)
		}
		note += fmt.Sprintf("; takes %.0f to %.0f hours", rules.MinBindingPropagation.Hours(), rules.MaxBindingPropagation.Hours())
	}
	return note
}

func (m *Module) delegationSection(r row) resource.Section {
	return resource.Section{Title: "Delegations", Fields: listing(r.Delegations, "delegations",
		func() tui.View { return m.openDelegations(r) },
		func(d api.Delegation) resource.Field {
			return resource.Field{Label: d.CIDR, Value: d.DelegatedAccountID, Note: "the account that may use it", Open: m.openOneDelegation(r, d)}
		})}
}

// checks are Cloudflare's checks of the prefix and what they need.
func checks(r row) resource.Section {
	s := resource.Section{Title: "Validation", Fields: []resource.Field{{Label: "Approval", Value: strings.ToLower(approval(r.Approved)),
		Role: approvalRole(r)}}}
	for _, v := range r.validations() {
		s.Fields = append(s.Fields, resource.Field{Label: upperFirst(v.name), Value: v.state, Role: v.role()})
	}
	if r.OwnershipValidationToken != "" {
		s.Fields = append(s.Fields, resource.Field{Label: "Ownership token", Value: r.OwnershipValidationToken,
			Note: "not secret; add it as cf-validation: TOKEN to the descr or remarks of the IRR route object, or as a TXT record " +
				"named cf-validation in the reverse zone"})
	}
	s.Fields = append(s.Fields, resource.Field{Label: "Letter of agency", Value: loa(r)})
	return s
}

// loa says which letter of agency stands behind the prefix.
func loa(r row) string {
	switch {
	case r.LOADocumentID != "":
		return "document " + r.LOADocumentID
	case r.DelegateLOACreation != nil && *r.DelegateLOACreation:
		return "generated by Cloudflare"
	}
	return "-"
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func identity(r row, now time.Time) resource.Section {
	created, createdAge := resource.Time(r.CreatedAt.Time, now)
	modified, modifiedAge := resource.Time(r.ModifiedAt.Time, now)
	return resource.Section{Title: "Identity", Fields: []resource.Field{
		{Label: "Prefix", Value: r.CIDR},
		{Label: "ASN", Value: asn(r.ASN), Note: "the origin of the announcement"},
		{Label: "Description", Value: cmp.Or(r.Description, "-")},
		{Label: "ID", Value: r.ID},
		{Label: "Created", Value: created, Note: createdAge},
		{Label: "Modified", Value: modified, Note: modifiedAge},
	}}
}
