package tunnel

import (
	"context"
	"fmt"
	"strconv"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/review"
)

// A pre-shared key of one's own on a tunnel that exists, or on several of them in one request.

// ownKeysOf is the action on marked tunnels; none where no IPsec tunnel is among them.
func (m *Module) ownKeysOf(rows []store.Tunnel) []tui.Action {
	var ipsec []store.Tunnel
	for _, t := range rows {
		if t.Kind == api.IPsec {
			ipsec = append(ipsec, t)
		}
	}
	if len(ipsec) == 0 {
		return nil
	}
	return []tui.Action{m.ownKeys(ipsec)}
}

func (m *Module) ownKeys(rows []store.Tunnel) tui.Action {
	return tui.Action{Name: "set-key", Keys: []string{"A"}, Short: "own key", Why: m.env.NoWrites,
		Long: "Set a pre-shared key of your own; the tunnel fails at its next key exchange until your router has it",
		Run:  func() tea.Cmd { return tui.Push(form.New(m.ownKeysForm(rows))) }}
}

// The form's keys: that of a tunnel's key, by its place, and of the same key typed again.
const againKey = "again"

func keyOf(i int) string { return "psk_" + strconv.Itoa(i) }

// ownKeysForm asks for the keys. One is typed twice, because nobody sees what was typed; several come from where they are kept.
func (m *Module) ownKeysForm(rows []store.Tunnel) form.Options {
	title := "Own key for " + rows[0].Name
	if len(rows) > 1 {
		title = fmt.Sprintf("Own keys for %d tunnels", len(rows))
	}
	s := form.Section{Title: "Pre-shared key", Intro: "A key of your own. Cloudflare never shows it again, and flarewire keeps no copy."}
	for i, t := range rows {
		f := form.Field{Key: keyOf(i), Label: t.Name, Control: form.Secret, Help: "Its new key; leave empty to keep the current one",
			Check: checkOwnKey(len(rows))}
		if len(rows) == 1 {
			f.Label, f.Help = "New key", "Not seen while you type; the same on your router"
		}
		s.Fields = append(s.Fields, f)
	}
	if len(rows) == 1 {
		s.Fields = append(s.Fields, form.Field{Key: againKey, Label: "Again", Control: form.Secret, Help: "Repeat the key",
			Check: checkAgain})
	}
	return form.Options{Title: title, Verb: "review", Values: form.Values{}, Sections: []form.Section{s},
		Submit: func(v form.Values) tea.Cmd { return m.reviewOwnKeys(title, rows, v) }}
}

// checkOwnKey is the rule of a key. Of several tunnels not each needs a new one, but one of them does.
func checkOwnKey(of int) func(string, form.Values) form.Finding {
	return func(v string, all form.Values) form.Finding {
		if v != "" {
			return field.Finding(rules.PSK(v))
		}
		for i := range of {
			if all[keyOf(i)] != "" {
				return form.Finding{}
			}
		}
		return form.Finding{Level: form.Incomplete, Text: "Enter the key"}
	}
}

func checkAgain(v string, all form.Values) form.Finding {
	switch {
	case v == all[keyOf(0)]:
		return form.Finding{}
	case len(v) < len(all[keyOf(0)]):
		return form.Finding{Level: form.Incomplete, Text: "Type the same key again"}
	}
	return form.Finding{Level: form.Error, Text: "The two keys differ: type both again"}
}

// reviewOwnKeys reads the tunnels that get a key and opens the review of the one request. The name, or the number, must be typed
// there, but not for tunnels without a key that could be lost.
func (m *Module) reviewOwnKeys(title string, rows []store.Tunnel, v form.Values) tea.Cmd {
	keys, names, keyed := map[string]api.Secret{}, []string{}, false
	for i, t := range rows {
		if v[keyOf(i)] != "" {
			keys[t.ID] = api.NewSecret(v[keyOf(i)])
			names = append(names, t.Name)
			keyed = keyed || t.PSK == nil || !t.PSK.LastGeneratedOn.IsZero()
		}
	}
	confirm := names[0]
	switch {
	case !keyed:
		confirm = ""
	case len(names) > 1:
		confirm = "set " + strconv.Itoa(len(names))
	}
	return tui.Push(review.NewReview(m.env, review.Intent{Title: title, Confirm: confirm, Pages: 2, After: m.ownKeysSet(keys),
		Prepare: func(ctx context.Context, w *change.Writer) (change.Plan, error) {
			var tunnels []api.IPsecTunnel
			for _, t := range rows {
				if _, wanted := keys[t.ID]; !wanted {
					continue
				}
				opened, err := change.IPsecTunnels.Read(ctx, m.env.Account, t.ID)
				if err != nil {
					return change.Plan{}, err
				}
				tunnels = append(tunnels, opened)
			}
			return change.PrepareSetPSKs(ctx, w, tunnels, keys)
		}}))
}

// ownKeysSet takes the end of the request: whose key was set has one that its owner knows.
func (m *Module) ownKeysSet(keys map[string]api.Secret) func(change.Result) tea.Cmd {
	return func(r change.Result) tea.Cmd {
		for _, one := range r.Each {
			if _, ours := keys[one.ID]; ours && one.Outcome == journal.Done {
				m.keyShown(one.ID)()
			}
		}
		return nil
	}
}
