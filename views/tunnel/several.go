package tunnel

import (
	"context"
	"fmt"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/review"
)

// keep is the choice that leaves a setting of several tunnels as it is with each of them.
const keep = "keep"

// many are the actions on marked tunnels besides their deletion.
func (m *Module) many(rows []store.Tunnel) []tui.Action {
	tunnels := make([]api.Tunnel, len(rows))
	for i, t := range rows {
		tunnels[i] = t.Tunnel
	}
	return append(m.ownKeysOf(rows), m.routerConfig(tunnels...), tui.Action{Name: "health-checks", Keys: []string{"H"},
		Short: "health checks", Footer: true,
		Why:  m.env.NoWrites,
		Long: "Change the health checks of the marked tunnels, each reviewed", Run: func() tea.Cmd { return m.healthForm(rows) }})
}

// healthForm asks what to change; what is kept stays as each tunnel has it.
func (m *Module) healthForm(rows []store.Tunnel) tea.Cmd {
	title := fmt.Sprintf("Health checks of %d tunnels", len(rows))
	field := func(key, label, help string, values ...string) form.Field {
		options := []form.Option{{Value: keep, Label: "as it is"}}
		for _, v := range values {
			options = append(options, form.Option{Value: v, Label: v})
		}
		return form.Field{Key: key, Label: label, Help: help, Control: form.Choice, Choices: options}
	}
	return tui.Push(form.New(form.Options{Title: title, Verb: "review",
		Values: form.Values{"enabled": keep, "type": keep, "direction": keep, "rate": keep},
		Sections: []form.Section{{Fields: []form.Field{
			field("enabled", "Enabled", "Without it Cloudflare sends traffic blindly and cannot alert", "yes", "no"),
			field("type", "Type", "request is safer behind a stateful firewall", "reply", "request"),
			field("direction", "Direction", "Cloudflare WAN: bidirectional; Magic Transit with direct return: unidirectional", "unidirectional",
				"bidirectional"),
			field("rate", "Rate", "How often to probe", "low", "mid", "high"),
		}}},
		Submit: func(v form.Values) tea.Cmd { return tui.Push(m.healthReview(title, rows, v)) }}))
}

// healthReview plans the change of each tunnel, with a difference of its own.
func (m *Module) healthReview(title string, rows []store.Tunnel, v form.Values) tui.View {
	confirm := "change " + strconv.Itoa(len(rows))
	return review.NewBatch(m.env, title, confirm, func(ctx context.Context, w *change.Writer) ([]change.Plan, error) {
		var plans []change.Plan
		for _, t := range rows {
			plan, err := m.healthPlan(ctx, w, t, v)
			if err != nil {
				return nil, err
			}
			plans = append(plans, plan)
		}
		return plans, nil
	}).BehindForm()
}

func (m *Module) healthPlan(ctx context.Context, w *change.Writer, t store.Tunnel, v form.Values) (change.Plan, error) {
	if t.Kind == api.IPsec {
		opened, err := change.IPsecTunnels.Read(ctx, m.env.Account, t.ID)
		if err != nil {
			return change.Plan{}, err
		}
		wanted := opened
		wanted.HealthCheck = changedHealth(opened.HealthCheck, v)
		return change.PrepareUpdate(ctx, w, change.IPsecTunnels, opened, wanted)
	}
	opened, err := change.GRETunnels.Read(ctx, m.env.Account, t.ID)
	if err != nil {
		return change.Plan{}, err
	}
	wanted := opened
	wanted.HealthCheck = changedHealth(opened.HealthCheck, v)
	return change.PrepareUpdate(ctx, w, change.GRETunnels, opened, wanted)
}

// changedHealth is a health check with the chosen changes; the one before is left as it is.
func changedHealth(before *api.HealthCheck, v form.Values) *api.HealthCheck {
	var h api.HealthCheck
	if before != nil {
		h = *before
	}
	if v["enabled"] != keep {
		on := v["enabled"] == "yes"
		h.Enabled = &on
	}
	for key, field := range map[string]*string{"type": &h.Type, "direction": &h.Direction, "rate": &h.Rate} {
		if v[key] != keep {
			*field = v[key]
		}
	}
	return &h
}
