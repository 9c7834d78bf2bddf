package kit

import (
	"cmp"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/drafts"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
)

// Setup is a guided setup that can be begun: of one kind of object.
type Setup struct {
	Kind  string // what its draft is kept under
	Label string // what is made: "GRE tunnel"
	What  string // what it is for, one sentence
	Begin func() tea.Cmd
}

// SetupOwner is a module whose objects can be made in a guided setup.
type SetupOwner interface{ Setups() []Setup }

// Followed is an object whose way up is being followed.
type Followed struct {
	Name  string
	State string // in words
	Up    bool   // it has arrived
	Open  func() tui.View
}

// Progress is a module that follows objects until they are up.
type Progress interface{ Followed() []Followed }

// Followed are all objects that are followed.
func (e *Env) Followed() []Followed {
	var out []Followed
	for _, f := range with[Progress](e) {
		out = append(out, f.Followed()...)
	}
	return out
}

// Setups are the guided setups of all modules, in the order of the registry.
func (e *Env) Setups() []Setup {
	var out []Setup
	for _, s := range with[SetupOwner](e) {
		out = append(out, s.Setups()...)
	}
	return out
}

// Begin opens a guided setup; when there is a draft of it, it asks whether to go on with that. what is what is
// made, with its article; the draft is nil when it begins with nothing.
func (e *Env) Begin(kind, what string, open func(draft form.Values) tea.Cmd) tea.Cmd {
	draft, ok := e.Drafts.Draft(kind)
	if kind == "" || !ok {
		return open(nil)
	}
	with := func(v form.Values) func() tea.Cmd { return func() tea.Cmd { return open(v) } }
	return tui.Open(&tui.Dialog{Title: "Resume the draft?", Harmless: true, Lines: []tui.Line{
		tui.Text(tui.Plain, "A draft of "+what+" ("+tui.Clean(DraftName(draft))+") was saved "+resource.Ago(draft.At, e.Now())+
			". Keys are not saved.")},
		Choices: []tui.Choice{{Label: tui.Cancel}, {Label: "Continue", Run: with(draft.Values)}, {Label: "Discard and start over",
			Run: func() tea.Cmd { return tea.Batch(e.ForgetDraft(kind), open(nil)) }}}})
}

// DraftName is what a draft is to be called: the name, or the network, that it has so far.
func DraftName(d drafts.Draft) string {
	return cmp.Or(d.Values["name"], d.Values["conduit_name"], d.Values["cidr"], d.Values["prefix"], "no name yet")
}

// Awaited has a form need what its checks and proposals rest on besides its own needs, the addresses in use among it, and wait for all
// of it: no answer depends on how fast Cloudflare was.
func (e *Env) Awaited(o form.Options) form.Options {
	o.Needs = append(o.Needs, e.SubnetNeeds()...)
	needs, more := store.ParseNeeds(o.Needs...), o.Waiting
	o.Waiting = func(v form.Values) bool { return e.Feed.Awaits(needs...) || more != nil && more(v) }
	return o
}

// Guided makes a form the guided setup of a new object, with drafts under kind; without a kind it stays as it is.
func (e *Env) Guided(o form.Options, kind string, draft form.Values) form.Options {
	if kind == "" {
		return o
	}
	o.Guided = true
	o.Draft = draft
	o.SaveDraft = func(v form.Values) tea.Cmd {
		turn, d := e.Drafts.Turn(), drafts.Draft{At: e.Now(), Values: v}
		return e.remember(func() error { return e.Drafts.Keep(turn, kind, d) })
	}
	o.DiscardDraft = func() tea.Cmd { return e.ForgetDraft(kind) }
	return o
}

// ForgetDraft throws a draft away; there need not be one.
func (e *Env) ForgetDraft(kind string) tea.Cmd {
	if kind == "" {
		return nil
	}
	turn := e.Drafts.Turn()
	return e.remember(func() error { return e.Drafts.Forget(turn, kind) })
}

// RememberPool remembers where the next inner subnet is to be proposed: near the one that was used last.
func (e *Env) RememberPool(used string) tea.Cmd {
	pool, ok := poolAround(used)
	if !ok {
		return nil
	}
	return e.remember(func() error { return e.Drafts.RememberPool(pool) })
}

// rememberedMsg says that the drafts have changed, for the page that lists them.
type rememberedMsg struct{}

// remember runs what writes a file in the background, and says when that failed.
func (e *Env) remember(write func() error) tea.Cmd {
	return func() tea.Msg {
		if err := write(); err != nil {
			return tui.Toast(tui.Pending, "A draft could not be saved: "+err.Error())()
		}
		return rememberedMsg{}
	}
}
