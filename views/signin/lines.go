package signin

import (
	"strconv"
	"strings"
	"time"

	"flarewire/tui"
)

// Waiting implements tui.Waiter.
func (o *Opening) Waiting() bool { return o.err == nil }

// Waiting implements tui.Waiter.
func (k *keeping) Waiting() bool { return k.err == nil }

// Waiting implements tui.Waiter.
func (s *places) Waiting() bool { return !s.asked }

// Waiting implements tui.Waiter.
func (k *check) Waiting() bool { return k.err == nil && (k.stage == verifying || k.stage == probing) }

// rows are the lines of a menu as rows; the id of a row is its place.
func (m *menu) rows(text func(i int) string) []tui.Row {
	out := make([]tui.Row, m.count)
	for i := range out {
		out[i] = tui.Row{ID: strconv.Itoa(i), Name: text(i), Words: []tui.Word{{Value: text(i)}}}
	}
	return out
}

// current is the id of the line under the cursor.
func (m *menu) current() string { return strconv.Itoa(m.at) }

// choose goes to the line with the id; false when there is none.
func (m *menu) choose(id string) bool {
	i, err := strconv.Atoi(id)
	if err != nil || i < 0 || i >= m.count {
		return false
	}
	m.at = i
	return true
}

// Tell implements tui.Speaker.
func (h *choice) Tell(time.Time) tui.Telling {
	return tui.Telling{Above: []string{"Which profile?"}, Rows: h.menu.rows(func(i int) string { return h.names[i] }),
		Current: h.menu.current()}
}

// Choose implements tui.RowSelector.
func (h *choice) Choose(id string) bool { return h.menu.choose(id) }

// Tell implements tui.Speaker.
func (s *places) Tell(time.Time) tui.Telling {
	if !s.asked {
		return tui.Telling{Above: []string{"Looking which stores there are."}}
	}
	out := tui.Telling{Above: []string{"Where is the credential to be kept? Nothing is ever kept in clear text."}, Current: s.menu.current()}
	for i, row := range s.menu.rows(func(i int) string { return s.stores[i].Title }) {
		store := s.stores[i]
		if !store.Available {
			row.Words = append(row.Words, tui.Word{Value: "not here"})
		}
		row.Words = append(row.Words, tui.Word{Value: store.Reason})
		if store.Recipe != "" {
			row.Words = append(row.Words, tui.Word{Name: "to unlock it, in a shell of this machine", Value: store.Recipe})
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// Choose implements tui.RowSelector.
func (s *places) Choose(id string) bool { return s.menu.choose(id) }

// Tell implements tui.Speaker: while an account is to be chosen the accounts are rows, else it is as drawn.
func (k *check) Tell(now time.Time) tui.Telling {
	if k.err != nil || k.stage != choosing {
		return tui.Telling{Above: k.Draw(tui.Boundless(now))}
	}
	out := tui.Telling{Above: []string{"Valid: a " + k.identity.Kind + ".", "Which account?"}, Current: k.menu.current()}
	out.Rows = k.menu.rows(func(i int) string {
		a := k.identity.Accounts[i]
		return strings.TrimSpace(a.ID + " " + a.Name)
	})
	if k.menu.count == 0 {
		out.Above[1] = "The credential lists no account, which is usual for one of narrow scope. Go back and type the account's id there. " +
			"It stands in the dashboard's address."
		out.Current = ""
	}
	return out
}

// Choose implements tui.RowSelector.
func (k *check) Choose(id string) bool { return k.menu.choose(id) }

// Waiting implements tui.Waiter.
func (a *accounts) Waiting() bool { return a.answer == nil }

// Tell implements tui.Speaker: the accounts are rows, else it is as drawn.
func (a *accounts) Tell(now time.Time) tui.Telling {
	if a.menu.count == 0 {
		return tui.Telling{Above: a.Draw(tui.Boundless(now))}
	}
	return tui.Telling{Above: []string{"Which account?"}, Current: a.menu.current(), Rows: a.menu.rows(func(i int) string {
		account := a.answer.accounts[i]
		return strings.TrimSpace(account.ID + " " + account.Name)
	})}
}

// Choose implements tui.RowSelector.
func (a *accounts) Choose(id string) bool { return a.menu.choose(id) }
