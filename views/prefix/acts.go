package prefix

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
)

// acts are what only prefixes have: the ways down, and the acts that Cloudflare names.
func (m *Module) acts(r row) []tui.Action {
	open := func(view func(row) tui.View) func() tea.Cmd { return func() tea.Cmd { return tui.Push(view(r)) } }
	down := []tui.Action{
		{Name: "bgp-prefixes", Keys: []string{"1"}, Short: "BGP prefixes", Footer: true, Run: open(m.openBGP),
			Long: "Show its BGP prefixes: what is advertised, and how"},
		{Name: "bindings", Keys: []string{"2"}, Short: "bindings", Footer: true, Run: open(m.openBindings),
			Long: "Show which service receives its traffic"},
		{Name: "delegations", Keys: []string{"3"}, Short: "delegations", Run: open(m.openDelegations),
			Long: "Show delegations to other accounts"},
	}
	validate := tui.Action{Name: "validate", Keys: []string{"V"}, Short: "validate", Why: m.env.NoWrites, Footer: !r.approved(),
		Run:  func() tea.Cmd { return m.validate(r) },
		Long: "Re-validate IRR, RPKI and ownership"}
	one, why := r.only()
	first := append(m.announcing(r, one, why), validate)
	if !r.approved() { // what its page says to press stands before what cannot be done yet
		first = append([]tui.Action{validate}, first[:len(first)-1]...)
	}
	return slices.Concat(first, down, m.env.ChainActions(subject(r)), m.env.WhereAction(r.CIDR),
		[]tui.Action{m.env.MuteOf(store.Prefixes, r.ID)})
}

// only is the BGP prefix that an act on the whole prefix means, or why that is not clear.
func (r row) only() (one api.BGPPrefix, why string) {
	switch n := len(r.BGP.Rows); {
	case !r.BGP.Known():
		return one, "its BGP prefixes are not read yet"
	case n == 0:
		return one, "it has no BGP prefix yet: make one first, under its BGP prefixes"
	case n > 1:
		return one, fmt.Sprintf("it has %d BGP prefixes: choose the one you mean in their list", n)
	}
	return r.BGP.Rows[0], ""
}

// announcing are the acts that put a BGP prefix on the Internet and take it off. why is a reason against both.
func (m *Module) announcing(r row, b api.BGPPrefix, why string) []tui.Action {
	act := func(name, key, long string, on bool) tui.Action {
		a := tui.Action{Name: name, Keys: []string{key}, Short: name, Footer: true, Long: long, Why: firstOf(m.env.NoWrites, why),
			Run: func() tea.Cmd { return m.advertise(r, b, on) }}
		if a.Why == "" {
			a.Why = m.against(r, b, on)
		}
		return a
	}
	return []tui.Action{
		act("advertise", "A", "Announce it to the Internet; asks for its name", true),
		act("withdraw", "W", "Stop announcing it; asks for its name", false),
	}
}

// against is why a BGP prefix cannot be advertised or withdrawn, as far as the last reading tells.
func (m *Module) against(r row, b api.BGPPrefix, on bool) string {
	switch state := announced(b); {
	case on && state == advertised:
		return "it is advertised already"
	case !on && state == withdrawn:
		return "it is withdrawn already"
	}
	return sentence(change.GuardAdvertisement(r.Prefix.Prefix, b, r.Bindings.Rows, r.Bindings.Complete(), on, m.env.Now()).Block)
}

func (m *Module) advertise(r row, b api.BGPPrefix, on bool) tea.Cmd {
	title := "Withdraw " + b.CIDR
	if on {
		title = "Advertise " + b.CIDR
	}
	return m.bgpEditor(r).Act(b.ID, title, b.CIDR, func(ctx context.Context, w *change.Writer, opened api.BGPPrefix) (change.Plan, error) {
		plan, err := change.PrepareAdvertisement(ctx, w, r.ID, opened, on)
		if err != nil || !on {
			return plan, err
		}
		return plan.Add(change.Guards{Warnings: m.env.FreshBrokenRoutes(ctx, network(opened.CIDR))}), nil
	})
}

func (m *Module) validate(r row) tea.Cmd {
	return m.editor(r.ID).Act(r.ID, "Validate "+r.CIDR, "", change.PrepareValidation)
}

// prepend asks how often; the review follows.
func (m *Module) prepend(r row, b api.BGPPrefix) tea.Cmd {
	choices := []tui.Choice{{Label: tui.Cancel}}
	for n := range rules.MaxPrepend + 1 {
		choices = append(choices, tui.Choice{Label: strconv.Itoa(n), Key: strconv.Itoa(n), Run: func() tea.Cmd {
			title := fmt.Sprintf("Prepend %s %d times", b.CIDR, n)
			return m.bgpEditor(r).Act(b.ID, title, "", func(ctx context.Context, w *change.Writer, opened api.BGPPrefix) (change.Plan, error) {
				return change.PreparePrependCount(ctx, w, r.ID, opened, n)
			})
		}})
	}
	return tui.Open(&tui.Dialog{Title: "How often is the AS number prepended to " + b.CIDR + "?", Lines: []tui.Line{
		tui.Text(tui.Plain, fmt.Sprintf("Now: %d. Each one makes the path through Cloudflare longer, so", b.ASNPrependCount)),
		tui.Text(tui.Plain, "that networks prefer another announcement of the same prefix.")}, Choices: choices})
}

// autoWithdraw asks for the switch's new position; the review follows.
func (m *Module) autoWithdraw(r row, b api.BGPPrefix) tea.Cmd {
	choose := func(verb, label, key string, on bool) tui.Choice {
		return tui.Choice{Label: verb, Key: key, Run: func() tea.Cmd {
			return m.bgpEditor(r).Act(b.ID, "Automatic withdrawal of "+b.CIDR+": "+label, "",
				func(ctx context.Context, w *change.Writer, opened api.BGPPrefix) (change.Plan, error) {
					return change.PrepareAutoWithdraw(ctx, w, r.ID, opened, on)
				})
		}}
	}
	return tui.Open(&tui.Dialog{Title: "Automatic withdrawal of " + b.CIDR, Lines: []tui.Line{
		tui.Text(tui.Plain, "Now: "+switched(b.AutoAdvertiseWithdraw)+". When on, Cloudflare withdraws the prefix while no BGP"),
		tui.Text(tui.Plain, "route of yours matches it, and advertises it again when one does.")},
		Choices: []tui.Choice{{Label: tui.Cancel}, choose("Switch on", "on", "o", true), choose("Switch off", "off", "f", false)}})
}

func switched(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// sentence is a rule's text as a reason: reasons begin with a small letter.
func sentence(text string) string {
	if text == "" || strings.HasPrefix(text, "Cloudflare") { // a name
		return text
	}
	return strings.ToLower(text[:1]) + text[1:]
}

func firstOf(reasons ...string) string {
	for _, r := range reasons {
		if r != "" {
			return r
		}
	}
	return ""
}
