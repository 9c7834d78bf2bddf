// Package events is the page of what happened: every difference between two looks at the account, newest first, also of
// earlier runs where there is a history.
package events

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/tunnel"
)

// Module is the page.
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module { return &Module{env} }

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"events", "history"}, Help: "what happened, newest first",
		Open: func() tui.View { return NewPage(m.env) }}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

// NewPage makes the page of what happened.
func NewPage(env *kit.Env) tui.View { return resource.NewList(describe(env), source(env)) }

func source(env *kit.Env) resource.Source[*happening] {
	return resource.Source[*happening]{
		Rows:      func() []*happening { return fold(env.Feed.Last().Events) },
		Status:    env.Feed.Freshness,
		Announces: env.Feed.Announces,
		Refresh:   env.Feed.Refresh,
		Needs:     func(string) []string { return store.Needs(store.TargetsOf(store.Overview()...)...) },
	}
}

func describe(env *kit.Env) resource.Description[*happening] {
	d := resource.Description[*happening]{
		Plural: "Events", SortBy: "at", Reverse: true, Newest: true, Gone: "This event is older than the oldest one kept here.",
		None: "flarewire has seen no event yet. Of the time when it was not running it can only tell whether the state or health of a tunnel " +
			"has changed.",
		ID: func(e *happening) string {
			return fmt.Sprint(e.key, e.At.UnixNano(), e.Kind, e.Resource, e.ObjectID, e.From, e.To, e.FromHealth, e.ToHealth, e.FromPort, e.ToPort)
		},
		Name:     func(e *happening) string { return tui.Clean(e.name()) },
		Columns:  columns(env),
		Sections: func(e *happening, now time.Time) []resource.Section { return sections(env, e, now) },
	}
	// The page of what it happened to says how things stand; what is gone has none, then it is the event's own.
	plain := d
	d.Open = func(e *happening) tui.View {
		if view := open(env, e); view != nil && len(e.all) == 0 {
			return view
		}
		return resource.NewDetail(plain, source(env), e)
	}
	return d
}

// open is the page of what it happened to. What belongs to a prefix has none of its own: then it is the prefix that has it,
// or, when it is gone, the longest prefix that its CIDR lies in. Nil when there is none.
func open(env *kit.Env, e *happening) tui.View {
	if e.Resource != store.BGPPrefixes && e.Resource != store.Bindings {
		return env.Open(e.Resource, e.ObjectID)
	}
	prefixes := env.Feed.Last().Prefixes.Rows
	for _, p := range prefixes {
		if slices.ContainsFunc(p.BGP.Rows, func(b api.BGPPrefix) bool { return b.ID == e.ObjectID }) ||
			slices.ContainsFunc(p.Bindings.Rows, func(b api.Binding) bool { return b.ID == e.ObjectID }) {
			return env.Open(store.Prefixes, p.ID)
		}
	}
	cidr, _, _ := strings.Cut(e.Name, " ")
	part, err := netip.ParsePrefix(cidr)
	if err != nil {
		return nil
	}
	owner, longest := "", -1
	for _, p := range prefixes {
		whole, err := netip.ParsePrefix(p.CIDR)
		if err == nil && whole.Bits() <= part.Bits() && whole.Contains(part.Addr()) && whole.Bits() > longest {
			owner, longest = p.ID, whole.Bits()
		}
	}
	if owner == "" {
		return nil
	}
	return env.Open(store.Prefixes, owner)
}

func columns(env *kit.Env) []table.Column[*happening] {
	return []table.Column[*happening]{
		{Key: "at", Title: "AT (UTC)", Width: 19, Text: func(e *happening, _ time.Time) string { return e.At.UTC().Format(time.DateTime) },
			Compare: func(a, b *happening) int { return a.At.Compare(b.At) }},
		{Key: "name", Title: "NAME", Width: 18, Grow: 14, Text: field.Cell((*happening).name),
			Role: func(*happening) tui.Role { return tui.Strong }, Words: func(e *happening) string { return env.PeerAS(e.Name) }},
		{Key: "event", Title: "EVENT", Width: 30, Grow: 30, Text: field.Cell(text),
			Role: func(e *happening) tui.Role { _, role := Text(e.Event); return role }},
		{Key: "kind", Title: "OF A", Width: 12, Priority: 1, Text: field.Cell(of)},
	}
}

func text(e *happening) string {
	text, _ := Text(e.Event)
	return text
}

// Text is what happened, for a line that begins with its time: what nobody watched happened at some time before.
func Text(e store.Event) (string, tui.Role) {
	text, role := tunnel.EventText(e)
	if e.Unwatched {
		text = "before: " + text
	}
	return text, role
}

// of is what it happened to.
func of(e *happening) string {
	if e.Resource == "" { // events of tunnels do not tell which kind it is
		return "tunnel"
	}
	return e.Resource.About().InColumn()
}

func sections(env *kit.Env, e *happening, now time.Time) []resource.Section {
	at, age := resource.Time(e.At, now)
	what, role := tunnel.EventText(e.Event)
	fields := []resource.Field{{Label: "Object", Value: e.name(), Note: of(e)}, {Label: "What", Value: what, Role: role},
		{Label: "At", Value: at, Note: age}}
	if e.Unwatched {
		fields[2].Label = "Before"
		fields = append(fields, resource.Field{Prose: true, Role: tui.Muted, Value: "Nobody watched then: it was found at the first look after."})
	}
	if len(e.all) > 0 {
		return []resource.Section{{Title: "Event", Fields: fields}, members(env, e)}
	}
	if view := open(env, e); view != nil {
		fields[0].Open = func() tui.View { return view }
	}
	return []resource.Section{{Title: "Event", Fields: fields}}
}
