package views_test

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/kind"
	"flarewire/internal/simaccount"
	"flarewire/tui"
	"flarewire/views/review"
)

const shop = "198.18.10.0/24" // advertised, over fra-dc1-gre and fra-dc2-gre

// onlyPath leaves the shop one path, over fra-dc1-gre.
func onlyPath(d *desk) {
	for _, o := range d.Objects(simaccount.Routes) {
		if o["prefix"] == shop && o["nexthop"] == "10.213.0.3" {
			if err := d.Delete(simaccount.Routes, o["id"].(string)); err != nil {
				d.t.Fatal(err)
			}
		}
	}
}

// Whoever deletes or withdraws sees what becomes of the destinations at 80x24, together with the request, and is asked for the name when
// the last path of an advertised network goes.
func TestAReviewSaysWhatBecomesOfThePaths(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*desk)
		page   string
		row    string
		key    string
		shows  []string
		asks   bool // for the name, because the last path goes
	}{
		"a route of two goes": {nil, "routes", shop, "D",
			[]string{"Effect on routing", shop, "2 healthy paths", "→ 1 healthy path, no redundancy", "The request", "DELETE"}, false},
		"the last route goes": {onlyPath, "routes", shop, "D", []string{"This removes the last path from " + shop, "Effect on routing",
			"1 healthy path, no redundancy", "cannot tell whether it is routed", "The request", "DELETE"}, true},
		"the tunnel of the last way goes": {onlyPath, "tunnels", "fra-dc1-gre", "D",
			[]string{"This removes the last path from " + shop, "no healthy path left"}, true},
		"the network is withdrawn": {nil, "prefixes", shop, "W",
			[]string{"Effect on routing", "advertised by Cloudflare", "→ not advertised", "The request"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, c.page, c.before)
			d.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
			d.goTo(c.row)
			d.Press(c.key)
			d.reads(c.shows...)
			if d.lacks("10.213.0.1 100 %"); !c.asks {
				return
			}
			d.sends()
			d.reads("This removes the last path from", "Cancel")
		})
	}
}

// How often a health check looks decides nothing about the paths, and nothing is said.
func TestTheRateOfAHealthCheckChangesNoPath(t *testing.T) {
	d := sit(t, "routes", onlyPath)
	review := review.NewReview(d.env, review.Intent{Title: "A change", Pages: 1,
		Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
			opened, err := change.GRETunnels.Read(ctx, d.env.Account, d.idOf(simaccount.GRETunnels, "fra-dc1-gre"))
			if err != nil {
				return change.Plan{}, err
			}
			wanted, check := opened, *opened.HealthCheck
			check.Rate = map[string]string{"low": "high", "mid": "high", "high": "low"}[check.Rate]
			wanted.HealthCheck = &check
			return change.PrepareUpdate(ctx, w, change.GRETunnels, opened, wanted)
		}})
	d.Do(tui.Push(review))
	d.reads("The request", "PUT")
	d.lacks("Effect on routing", "last way")
}

// Changes of priority, weight, scope and health check show the same, and line mode tells all of it where the screen folds.
func TestEditsSayWhatBecomesOfThePaths(t *testing.T) {
	route := func(edit func(*api.Route)) func(context.Context, *desk, *change.Writer) (change.Plan, error) {
		return func(ctx context.Context, d *desk, w *change.Writer) (change.Plan, error) {
			r := change.Kind[api.Route](kind.Routes)
			for _, o := range d.Objects(simaccount.Routes) {
				if o["prefix"] != shop || o["nexthop"] != "10.213.0.1" {
					continue
				}
				opened, err := r.Read(ctx, d.env.Account, o["id"].(string))
				if err != nil {
					return change.Plan{}, err
				}
				wanted := opened
				edit(&wanted)
				return change.PrepareUpdate(ctx, w, r, opened, wanted)
			}
			t.Fatal("no route")
			return change.Plan{}, nil
		}
	}
	tunnel := func(replace bool, edit func(*api.GRETunnel)) func(context.Context, *desk, *change.Writer) (change.Plan, error) {
		return func(ctx context.Context, d *desk, w *change.Writer) (change.Plan, error) {
			opened, err := change.GRETunnels.Read(ctx, d.env.Account, d.idOf(simaccount.GRETunnels, "fra-dc1-gre"))
			if err != nil {
				return change.Plan{}, err
			}
			wanted := opened
			edit(&wanted)
			if replace {
				return change.PrepareReplaceGRE(ctx, w, opened, wanted, nil)
			}
			return change.PrepareUpdate(ctx, w, change.GRETunnels, opened, wanted)
		}
	}
	for name, c := range map[string]struct {
		before        func(*desk)
		prepare       func(context.Context, *desk, *change.Writer) (change.Plan, error)
		screen, lines []string
		asks          bool
	}{
		"priority": {nil, route(func(r *api.Route) { r.Priority = 300 }), []string{"100 %", "The request"},
			[]string{"before fra-dc1-gre 50 %, fra-dc2-gre 50 %", "after fra-dc2-gre 100 %"}, false},
		"weight": {nil, route(func(r *api.Route) { r.Weight = 64 }), []string{"fra-dc1-gre 33 %", "The request"},
			[]string{"after fra-dc1-gre 33 %, fra-dc2-gre 67 %"}, false},
		"scope of the last one": {onlyPath, route(func(r *api.Route) { r.Scope = &api.RouteScope{ColoRegions: []string{"ENAM"}} }),
			[]string{"This removes the last path from " + shop, "cannot tell whether it is routed", "The request"},
			[]string{"after cannot tell whether it is routed"}, true},
		"health check": {nil, tunnel(false, func(g *api.GRETunnel) {
			off := false
			check := *g.HealthCheck
			check.Enabled = &off
			g.HealthCheck = &check
		}), []string{"cannot tell for 1: its health checks are …", "The request"}, []string{"its health checks are off"}, false},
		"health check type": {onlyPath, tunnel(false, func(g *api.GRETunnel) {
			check := *g.HealthCheck
			check.Type = map[string]string{"reply": "request", "request": "reply"}[check.Type]
			g.HealthCheck = &check
		}), []string{"cannot tell for 1: its health check is …", "The request"},
			[]string{"its health check is replaced and starts measuring again"}, false},
		"the tunnel of the last way is replaced": {onlyPath, tunnel(true, func(g *api.GRETunnel) { g.Description = "new" }),
			[]string{"Until the new tunnel works, no path is left to " + shop}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, "routes", c.before)
			d.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
			review := review.NewReview(d.env, review.Intent{Title: "A change", Pages: 1,
				Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) { return c.prepare(ctx, d, w) }})
			d.Do(tui.Push(review))
			d.reads(c.screen...)
			told := strings.Join(strings.Fields(strings.Join(review.Draw(tui.Canvas{Width: 200, Height: 400, InLines: true, Now: d.time(),
				Theme: tui.PlainTheme(tui.WordGlyphs)}), " ")), " ")
			for _, want := range c.lines {
				if !strings.Contains(told, want) {
					t.Errorf("line by line %q is not said: %s", want, told)
				}
			}
			if d.sends(); c.asks {
				d.reads("Type ", "to confirm:", "Cancel")
			}
		})
	}
}
