package prefix

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/kind"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/edit"
	"flarewire/views/field"
	"flarewire/views/kit"
)

func (m *Module) bgpSource(r row) resource.Source[api.BGPPrefix] {
	return below(m, store.BGPPrefixes, r.ID, func(p store.Prefix) []api.BGPPrefix { return p.BGP.Rows })
}

func (m *Module) openBGP(r row) tui.View { return resource.NewList(m.describeBGP(r), m.bgpSource(r)) }

func (m *Module) openOneBGP(r row, b api.BGPPrefix) func() tui.View {
	return func() tui.View { return resource.NewDetail(m.describeBGP(r), m.bgpSource(r), b) }
}

func (m *Module) describeBGP(r row) resource.Description[api.BGPPrefix] {
	type B = api.BGPPrefix
	return resource.Description[B]{
		Plural: kind.BGPPrefixes.About().Title, Scope: "of " + r.CIDR,
		ID:      func(b B) string { return b.ID },
		Name:    func(b B) string { return b.CIDR },
		JSON:    func(b B) []byte { return b.JSON() },
		Columns: bgpColumns(r, m.env.Glyphs), SortBy: "advertised",
		Summary:  func(rows []B) tui.Line { return counted(len(rows), "BGP prefixes", r) },
		NoEdit:   kind.BGPPrefixes.About().WhyNot(kind.Update),
		Sections: func(b B, now time.Time) []resource.Section { return m.bgpSections(r, b, now) },
		NoWrites: m.env.NoWrites,
		Create:   m.bgpEditor(r).Create,
		Delete:   func(b B) tea.Cmd { return m.bgpEditor(r).Delete(b.ID, b.CIDR) },
		NoDelete: func(b B) string { return sentence(rules.BGPPrefixDelete(announced(b) == advertised).Text) },
		Actions: func(b B) []tui.Action {
			return append(append(m.announcing(m.now(r), b, ""), m.env.WhereAction(b.CIDR)...),
				tui.Action{Name: "prepend", Keys: []string{"P"}, Short: "prepend", Why: m.env.NoWrites, Run: func() tea.Cmd { return m.prepend(r, b) },
					Long: "Set AS-path prepends, 0 to 3"},
				tui.Action{Name: "auto-withdraw", Keys: []string{"U"}, Short: "auto withdraw", Why: m.env.NoWrites,
					Run:  func() tea.Cmd { return m.autoWithdraw(r, b) },
					Long: "Withdraw automatically when no BGP route of yours matches"})
		},
	}
}

func bgpColumns(r row, g tui.Glyphs) []table.Column[api.BGPPrefix] {
	type B = api.BGPPrefix
	text := func(get func(B) string) func(B, time.Time) string {
		return func(b B, _ time.Time) string { return tui.Clean(get(b)) }
	}
	return []table.Column[B]{
		{Key: "cidr", Title: "PREFIX", Width: 18, Grow: 10, Text: text(func(b B) string { return b.CIDR }),
			Role: func(B) tui.Role { return tui.Strong }, Compare: func(a, b B) int { return byNetwork(a.CIDR, b.CIDR) }},
		{Key: "advertised", Title: "ADVERTISED", Width: 12, Role: func(b B) tui.Role { return announced(b).role(r.approved()) },
			Text: func(b B, _ time.Time) string {
				return announced(b).glyph(r.approved(), g) + " " + word(announced(b))
			},
			Compare: func(a, b B) int { return cmp.Or(cmp.Compare(announced(a), announced(b)), byNetwork(a.CIDR, b.CIDR)) }},
		{Key: "since", Title: "SINCE", Width: 5, Right: true, Live: true, Text: func(b B, now time.Time) string {
			return tui.AgeSince(turned(b),
				now)
		},
			Compare: func(a, b B) int { return turned(b).Compare(turned(a)) }},
		{Key: "by", Title: "DECIDED BY", Width: 14, Grow: 6, Text: text(decider)},
		{Key: "prepend", Title: "PREPEND", Width: 7, Right: true, Text: text(func(b B) string { return strconv.Itoa(b.ASNPrependCount) })},
		{Key: "auto", Title: "AUTO", Width: 4, Text: text(func(b B) string { return switched(b.AutoAdvertiseWithdraw) })},
		{Key: "asn", Title: "ASN", Width: 10, Right: true, Priority: 1, Text: text(func(b B) string { return asn(b.ASN) })},
	}
}

// counted is the line above a list below a prefix: the breadcrumb does not always name the prefix.
func counted(n int, what string, r row) tui.Line {
	return tui.Line{{Text: fmt.Sprintf("%s of %s: %d", what, tui.Clean(r.CIDR), n), Role: tui.Strong}}
}

// decider is who can advertise and withdraw a BGP prefix.
func decider(b api.BGPPrefix) string {
	switch d := b.OnDemand; {
	case controlled(b):
		return "your BGP"
	case d == nil:
		return "-"
	case d.OnDemandLocked:
		return "nobody: locked"
	case d.OnDemandEnabled:
		return "you, on demand"
	}
	return "Cloudflare"
}

func (m *Module) bgpSections(r row, b api.BGPPrefix, now time.Time) []resource.Section {
	s := resource.Section{Title: "BGP prefix"}
	add := func(label, value, note string) {
		s.Fields = append(s.Fields, resource.Field{Label: label, Value: value, Note: note})
	}
	a := announced(b)
	s.Fields = []resource.Field{{Label: "Network", Value: b.CIDR}, {Label: "Advertised", Value: a.glyph(r.approved(),
		m.env.Glyphs) + " " + word(a), Role: a.role(r.approved()),
		Note: spreading(b, now)}}
	changed, age := resource.Time(turned(b), now)
	add("Since", changed, age+cooldown(b, now))
	if d := b.OnDemand; d != nil {
		add("On demand", yesNo(d.OnDemandEnabled), "yes: you can advertise and withdraw it here, unless it is locked")
		add("Locked", yesNo(d.OnDemandLocked), "whether Cloudflare has locked it; your account team can unlock it")
	}
	add("Controlled by BGP", yesNo(controlled(b)), "whether your BGP announcements decide, not the API")
	add("Prepended", strconv.Itoa(b.ASNPrependCount), "extra times that the AS number is in the path, 0 to 3")
	add("Auto withdrawal", switched(b.AutoAdvertiseWithdraw), "on: withdrawn while no BGP route of yours matches it")
	add("ASN", asn(b.ASN), "")
	sections := []resource.Section{s, m.before(r, b, a != advertised), {Title: "Part of", Fields: []resource.Field{parent(m, r)}}}
	sections = append(sections, m.env.Related(kit.Subject{Kind: kind.BGPPrefixes, ID: b.ID, Name: b.CIDR, CIDR: network(b.CIDR)})...)
	created, createdAge := resource.Time(b.CreatedAt.Time, now)
	modified, modifiedAge := resource.Time(b.ModifiedAt.Time, now)
	return append(sections, resource.Section{Title: "Identity", Fields: []resource.Field{{Label: "ID", Value: b.ID},
		{Label: "Created", Value: created, Note: createdAge}, {Label: "Modified", Value: modified, Note: modifiedAge}}})
}

// cooldown says how much of our own pause between two changes is left.
func cooldown(b api.BGPPrefix, now time.Time) string {
	left := rules.AdvertiseCooldown - now.Sub(turned(b))
	if turned(b).IsZero() || left <= 0 {
		return ""
	}
	return "; let it settle for " + tui.Age(left) + " more (flarewire's own advice)"
}

// before is what to know before the next change of the announcement: what stands against it, how long it takes, the safe order.
func (m *Module) before(r row, b api.BGPPrefix, on bool) resource.Section {
	s := resource.Section{Title: "Before you withdraw it"}
	if on {
		s.Title = "Before you advertise it"
	}
	r = m.now(r)
	g := change.GuardAdvertisement(r.Prefix.Prefix, b, r.Bindings.Rows, r.Bindings.Complete(), on, m.env.Now())
	if g.Block != "" {
		s.Fields = append(s.Fields, resource.Field{Value: g.Block + ".", Role: tui.Bad, Prose: true})
	}
	if on {
		for _, text := range m.env.BrokenRoutes(network(b.CIDR)) {
			s.Fields = append(s.Fields, resource.Field{Value: text, Role: tui.Bad, Prose: true})
		}
	}
	for _, w := range g.Warnings {
		s.Fields = append(s.Fields, resource.Field{Value: w + ".", Role: tui.Pending, Prose: true})
	}
	for _, c := range g.Consequences {
		s.Fields = append(s.Fields, resource.Field{Value: c + ".", Prose: true})
	}
	return s
}

// parent leads from a part to its prefix.
func parent(m *Module, r row) resource.Field {
	return resource.Field{Label: "Prefix", Value: r.CIDR, Note: r.Description, Open: m.openOne(r)}
}

func (m *Module) bgpEditor(r row) edit.Editor[api.BGPPrefix] {
	return edit.Editor[api.BGPPrefix]{Env: m.env, Resource: change.BGPPrefixes(r.ID), Form: m.bgpForm(r), Guard: edit.OnEnds(guardBGP),
		Touches: touched(r.ID)}
}

// guardBGP: a new one begins withdrawn, and only a withdrawn one can go.
func guardBGP(_ context.Context, verb journal.Verb, b api.BGPPrefix) (change.Guards, error) {
	if verb == journal.Create {
		return change.Guards{Consequences: []string{"It begins withdrawn: advertising it is an act of its own"}}, nil
	}
	return change.Guards{Block: strings.Join(change.BGPPrefixConsequences(b), "; ")}, nil
}

func (m *Module) bgpForm(r row) func(string, api.BGPPrefix, func(api.BGPPrefix) tea.Cmd) form.Options {
	return func(title string, b api.BGPPrefix, submit func(api.BGPPrefix) tea.Cmd) form.Options {
		return form.Options{Title: title, Verb: "review", Values: form.Values{"cidr": b.CIDR},
			Sections: []form.Section{{Title: "Out of " + r.CIDR, Fields: []form.Field{
				{Key: "cidr", Label: "Network", Help: "The prefix or a part of it, advertised on its own; it begins withdrawn",
					Check: func(v string, _ form.Values) form.Finding {
						return field.WorstOf(field.Finding(rules.BGPPrefix(v, network(r.CIDR))), m.takenBGP(v, m.now(r)))
					}},
			}}},
			Submit: func(v form.Values) tea.Cmd { return submit(api.BGPPrefix{CIDR: strings.TrimSpace(v["cidr"])}) }}
	}
}

// takenBGP refuses a network that is a BGP prefix already, and says when that cannot be told.
func (m *Module) takenBGP(v string, r row) form.Finding {
	found := taken(v, r.BGP.Rows, func(b api.BGPPrefix) string { return b.CIDR })
	return field.WorstOf(found, field.CannotTell(r.BGP.Why()))
}

// taken refuses a network that one of the others is.
func taken[T any](text string, others []T, cidr func(T) string) form.Finding {
	wanted := network(strings.TrimSpace(text))
	for _, o := range others {
		if wanted.IsValid() && network(cidr(o)) == wanted {
			return form.Finding{Level: form.Error, Text: cidr(o) + " is there already; choose another network"}
		}
	}
	return form.Finding{}
}
