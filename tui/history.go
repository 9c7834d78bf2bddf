package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"
)

// maxVisits is how many places one can go back to.
const maxVisits = 50

// trail is where one was, and where one came back from: stacks of pages, the last one nearest. The pages themselves are kept, with their
// cursor, filter and order. They get no messages, but for those that know when they are not looked at (Sleeper).
type trail struct{ past, future [][]View }

// Sleeper is a page that gets messages also while it is not on the stack and can be gone back to. It is told when one leaves and when one
// comes back, so that it works for nobody in between and then takes what it shows anew.
type Sleeper interface {
	Sleep()
	Wake() tea.Cmd
}

// Keeper is a Dirty that loses nothing while its page can be gone back to, such as a form.
type Keeper interface{ Keeps() bool }

// visit goes to another place. What was ahead is forgotten, as in a browser.
func (a *App) visit(stack []View) {
	a.trail.past = remembered(a.trail.past, a.kept())
	a.trail.future = nil
	before := a.stack
	a.stack = stack
	a.sleep(before)
}

// sleep puts the pages of before to sleep that are not on the stack any more.
func (a *App) sleep(before []View) {
	for _, v := range before {
		if s, ok := v.(Sleeper); ok && !slices.Contains(a.stack, v) {
			s.Sleep()
		}
	}
}

// kept is the stack without what is lost when it is left: the page of a secret, of a change that is being sent.
func (a *App) kept() []View {
	for i, v := range a.stack {
		if k, ok := v.(Keeper); losing(v) != "" && (!ok || !k.Keeps()) {
			return slices.Clone(a.stack[:i])
		}
	}
	return slices.Clone(a.stack)
}

// remembered adds a place, unless one was there last. What has been typed into a form is never forgotten for want of room.
func remembered(places [][]View, stack []View) [][]View {
	if len(stack) == 0 {
		return places
	}
	if n := len(places); n > 0 && topOf(places[n-1]) == topOf(stack) {
		return places
	}
	places = append(places, stack)
	if len(places) > maxVisits {
		if i := slices.IndexFunc(places, func(s []View) bool { return losing(topOf(s)) == "" }); i >= 0 {
			places = slices.Delete(places, i, i+1)
		}
	}
	return places
}

func topOf(stack []View) View { return stack[len(stack)-1] }

// step goes to the last place of from, and puts this one at the end of to.
func (a *App) step(from, to *[][]View) tea.Cmd {
	n := len(*from) - 1
	stack := (*from)[n]
	*from = (*from)[:n]
	*to = remembered(*to, a.kept())
	before := a.stack
	a.stack = slices.Clone(stack)
	a.sleep(before)
	var cmds []tea.Cmd
	for _, v := range a.stack {
		if s, ok := v.(Sleeper); ok && !slices.Contains(before, v) {
			cmds = append(cmds, s.Wake())
		}
	}
	return tea.Batch(cmds...)
}

// left takes pages that have ended out of the trail: a form that was sent, a page that was closed.
func (t *trail) left(ended []View, now View) {
	gone := func(stack []View) bool {
		return slices.ContainsFunc(stack, func(v View) bool { return slices.Contains(ended, v) })
	}
	t.past, t.future = slices.DeleteFunc(t.past, gone), slices.DeleteFunc(t.future, gone)
	for n := len(t.past); n > 0 && topOf(t.past[n-1]) == now; n-- {
		t.past = t.past[:n-1]
	}
}

// replaced puts a page in the place of another wherever one can go.
func (t *trail) replaced(old, new View) {
	for _, stack := range slices.Concat(t.past, t.future) {
		for i, v := range stack {
			if v == old {
				stack[i] = new
			}
		}
	}
}

// pages are all that can be gone to and are not on the stack.
func (t *trail) pages(stack []View) []View {
	var out []View
	for _, place := range slices.Concat(t.past, t.future) {
		for _, v := range place {
			if !slices.Contains(stack, v) && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out
}

// recent are the places that one was at, the last one first, each once.
func (t *trail) recent(now View) []View {
	var out []View
	for _, stack := range slices.Backward(t.past) {
		v := topOf(stack)
		if seen := func(other View) bool { return samePage(v, other) }; !seen(now) && !slices.ContainsFunc(out, seen) {
			out = append(out, v)
		}
	}
	return out
}

// returnTo goes back to a page that one was at, with what stood below it.
func (a *App) returnTo(v View) tea.Cmd {
	for _, stack := range slices.Backward(a.trail.past) {
		if topOf(stack) == v {
			past := [][]View{stack}
			a.trail.future = nil
			return a.step(&past, &a.trail.past)
		}
	}
	return nil
}

// resume is what Resume asks for.
func (a *App) resume(msg resumeMsg) tea.Cmd {
	for _, stack := range slices.Backward(a.trail.past) {
		v := topOf(stack)
		if r, ok := v.(Resumer); ok && msg.of != "" && r.ResumesFor() == msg.of && losing(v) != "" && v != a.top() {
			return tea.Batch(a.returnTo(v), Toast(Muted, "Continued: "+Clean(v.Title())+" as you left it; esc, then Leave, discards it"))
		}
	}
	return msg.anew
}

func (a *App) back() tea.Cmd {
	if len(a.stack) == 1 && len(a.trail.past) == 0 {
		return Toast(Muted, "This is the first page; q quits")
	}
	view := a.top()
	return a.unlessLost("go back", func() string {
		if a.top() != view {
			return "" // somebody else has closed it, or opened another page over it
		}
		return losing(view)
	}, func() tea.Cmd {
		switch {
		case a.top() != view:
		case len(a.trail.past) > 0:
			return a.step(&a.trail.past, &a.trail.future)
		case len(a.stack) > 1:
			return a.pop(1)
		}
		return nil
	})
}

func (a *App) forward() tea.Cmd {
	return a.unlessLost("go on", func() string { return a.dropping() }, func() tea.Cmd {
		if len(a.trail.future) == 0 {
			return nil
		}
		return a.step(&a.trail.future, &a.trail.past)
	})
}

// walk goes through the history: the page that it leads to is passed by until it takes another key.
func (a *App) walk(step func() tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		cmd := step()
		a.passing = a.top()
		return cmd
	}
}

// onTheWay are the keys of the history on a page that takes text and that they led to: nobody types into what he is passing by. Once
// another key went to the page, they are text there.
func (a *App) onTheWay() []Action {
	if a.passing != a.top() {
		return nil
	}
	return slices.DeleteFunc(a.Actions(), func(action Action) bool {
		return action.Name != "history-back" && action.Name != "history-forward"
	})
}

// dropping is what going elsewhere would lose: what a page holds that cannot be come back to.
func (a *App) dropping() string {
	for _, v := range a.stack[len(a.kept()):] {
		if lost := losing(v); lost != "" {
			return lost
		}
	}
	return ""
}

// pop ends the pages on top, never the first.
func (a *App) pop(n int) tea.Cmd {
	n = min(n, len(a.stack)-1)
	ended := slices.Clone(a.stack[len(a.stack)-n:])
	a.stack = a.stack[:len(a.stack)-n]
	a.trail.left(ended, a.top())
	return nil
}
