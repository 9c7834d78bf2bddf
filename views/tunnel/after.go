package tunnel

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/tui"
	"flarewire/views/review"
)

// What comes after a tunnel was created: its key, the router's side, and the way up.

// follow is the action that shows how a tunnel comes up.
func (m *Module) follow(id, name string) tui.Action {
	return tui.Action{Name: "bring-up", Keys: []string{"b"}, Short: "bring-up", Footer: true,
		Long: "Watch the tunnel come up",
		Run:  func() tea.Cmd { return tui.Push(NewBringUp(m, id, name)) }}
}

// made begins to follow a new tunnel, and remembers where its inner subnet was taken from.
func (m *Module) made(id, name, subnet string) tea.Cmd {
	m.followed(id, name)
	return m.env.RememberPool(subnet)
}

// pagesOfCreation are the review and the form: what comes after them takes their place.
const pagesOfCreation = 2

// bringUp is the same as the end of a creation.
func (m *Module) bringUp(id, name string) tui.Action {
	a := m.follow(id, name)
	a.Run = func() tea.Cmd { return tui.PopPush(pagesOfCreation, NewBringUp(m, id, name)) }
	return a
}

// afterGRE is what one does with a new GRE tunnel.
func (m *Module) afterGRE(t api.GRETunnel, r change.Result) []tui.Action {
	return []tui.Action{m.bringUp(r.ID, t.Name), m.routerConfigOf(api.GRE, r.ID, api.Secret{})}
}

// afterIPsec is what a new IPsec tunnel needs next: first its key.
func (m *Module) afterIPsec(wanted api.IPsecTunnel, r change.Result) []tui.Action {
	// A key of one's own is known as long as this page is open; a generated one on the page that shows it.
	out := []tui.Action{m.bringUp(r.ID, wanted.Name), m.routerConfigOf(api.IPsec, r.ID, wanted.PSK)}
	if _, lost := m.unshown[r.ID]; !lost && (!wanted.PSK.IsZero() || m.keyed[r.ID]) {
		return out // it has a key: a new one would break it
	}
	key := tui.Action{Name: "generate-key", Keys: []string{"K"}, Short: "generate key", Footer: true,
		Long: "Generate the pre-shared key now: without one the tunnel cannot come up",
		Run:  func() tea.Cmd { return m.rotate(r.ID, "") }}
	return append([]tui.Action{key}, out...)
}

// rotate reads the tunnel and opens the review of a new key; the name must be typed there, but not for a
// tunnel that was just made and has no key to break.
func (m *Module) rotate(id, confirm string) tea.Cmd {
	return tui.Push(review.NewOpening(m.env, "New key", func(ctx context.Context) (tui.View, error) {
		opened, err := change.IPsecTunnels.Read(ctx, m.env.Account, id)
		if err != nil {
			return nil, err
		}
		return review.NewReview(m.env, review.Intent{Title: "New pre-shared key for " + opened.Name, Confirm: confirm, Pages: 1,
			After: func(r change.Result) tea.Cmd {
				m.rotated(id, r)
				return nil
			},
			KeyShown: m.keyShown(id),
			WithKey: func(key api.Secret) []tui.Action {
				return []tui.Action{m.routerConfigOf(api.IPsec, id, key)}
			},
			Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
				plan, err := change.PrepareGeneratePSK(ctx, w, opened)
				if confirm == "" { // what was just made has no key that could be lost
					plan.Warnings, plan.Consequences = nil, []string{
						"Cloudflare shows the key only once, and flarewire keeps no copy: be ready to store it"}
				}
				return plan, err
			},
		}), nil
	}))
}
