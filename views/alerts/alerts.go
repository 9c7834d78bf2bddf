// Package alerts is the page of who is told: the account's alert policies about tunnels, BGP and prefixes, and what nobody would be
// told of.
// It reads only, when it is opened and when somebody asks.
package alerts

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/field"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// tunnelHealth is the type of the policy that tells of the health of tunnels. It is the one whose name is documented (Go SDK); those of BGP
// and prefixes are recognized by words in their names (unconfirmed).
const tunnelHealth = "magic_tunnel_health_check_event"

var words = []string{"magic", "tunnel", "bgp", "byoip", "prefix", "interconnect"}

// every is how often the policies are read while their page is on the screen.
const every = 2 * time.Minute

// Module is the page.
type Module struct {
	env  *kit.Env
	list *live.Asked[api.AlertPolicy]
}

// New makes the module.
func New(env *kit.Env) kit.Module {
	return &Module{env, live.NewAsked(env.Ctx, env.Now, every, func(ctx context.Context) ([]api.AlertPolicy, error) {
		all, err := env.Account.AlertPolicies(ctx)
		rows := slices.DeleteFunc(all, func(p api.AlertPolicy) bool { return !concerns(p) })
		if err != nil && len(rows) == 0 {
			return nil, err // what could not be read may be the one that tells somebody
		}
		return rows, err
	})}
}

func concerns(p api.AlertPolicy) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(p.Type), w) })
}

// PaletteEntries implements kit.Module.
func (m *Module) PaletteEntries() []tui.PaletteEntry {
	return []tui.PaletteEntry{{Names: []string{"alerts", "notifications"}, Help: "whether anybody is notified when a tunnel or a prefix fails",
		Open: func() tui.View { return resource.NewList(describe(), m.list.Source()) }}}
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return []tui.Service{m.list} }

func on(p api.AlertPolicy) bool { return p.Enabled != nil && *p.Enabled }

func state(p api.AlertPolicy) string {
	switch {
	case p.Enabled == nil:
		return "not known"
	case *p.Enabled:
		return "on"
	}
	return "off"
}

func describe() resource.Description[api.AlertPolicy] {
	type P = api.AlertPolicy
	return resource.Description[P]{
		Plural: "Alerts", SortBy: "name", ID: func(p P) string { return cmp.Or(p.ID, p.Name) },
		Name:    func(p P) string { return tui.Clean(p.Name) },
		None:    "No alert policy is about tunnels, BGP or prefixes. " + missing,
		Summary: summary,
		Columns: []table.Column[P]{
			{Key: "name", Title: "POLICY", Width: 28, Grow: 20, Text: field.Cell(func(p P) string { return p.Name }),
				Role: func(P) tui.Role { return tui.Strong }},
			{Key: "state", Title: "STATE", Width: 9, Text: field.Cell(state)},
			{Key: "type", Title: "ALERT TYPE", Width: 32, Text: field.Cell(func(p P) string { return p.Type })},
		},
		Sections: func(p P, _ time.Time) []resource.Section {
			return []resource.Section{{Title: "Alert policy", Fields: []resource.Field{{Label: "Name", Value: tui.Clean(p.Name)},
				{Label: "State", Value: state(p)}, {Label: "Alert type", Value: tui.Clean(p.Type)}, {Label: "ID", Value: tui.Clean(p.ID)},
				{Value: "Recipients are not read (personal data). Policies are changed in the dashboard.", Prose: true, Role: tui.Muted}}}}
		},
	}
}

const missing = "Nobody is notified when the health of a tunnel changes: add a policy of type Magic Tunnel Health Check Alert under " +
	"Notifications in the dashboard."

// summary says whether anybody is told of the health of tunnels.
func summary(rows []api.AlertPolicy) tui.Line {
	if slices.ContainsFunc(rows, func(p api.AlertPolicy) bool { return p.Type == tunnelHealth && on(p) }) {
		return tui.Text(tui.Plain, tui.Count(len(rows), "policies")+": tunnel health changes are alerted")
	}
	return tui.Text(tui.Pending, missing)
}

// Named implements kit.Namer.
func (m *Module) Named() []tui.Object {
	return kit.NamedRows("alert policy", describe(), m.list.Source(), func(p api.AlertPolicy) []string { return []string{p.ID, p.Type} })
}
