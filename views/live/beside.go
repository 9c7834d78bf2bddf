package live

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/bundle"
	"flarewire/internal/diagnose"
	"flarewire/internal/watch"
	"flarewire/tui"
)

// What is polled beside the tunnels (health, routes, prefixes …): every source by itself, so that one
// that does not answer holds up nothing else.

type (
	besideDueMsg struct{ name watch.SourceName }
	besideMsg    struct{ name watch.SourceName }
	// besideOnceMsg says that a source was read out of its turn.
	besideOnceMsg struct{ name watch.SourceName }
)

// Want has sources polled from now on.
func (f *Feed) Want(names ...watch.SourceName) tea.Cmd {
	f.watcher.Want(names...)
	var cmds []tea.Cmd
	for _, name := range names {
		if !f.beside[name] {
			f.beside[name] = true
			cmds = append(cmds, f.read(name))
		}
	}
	return tea.Batch(cmds...)
}

func (f *Feed) read(name watch.SourceName) tea.Cmd {
	return func() tea.Msg {
		f.watcher.PollSource(f.ctx, name)
		return besideMsg{name}
	}
}

// RefreshAll is Refresh of the tunnels and of everything that is polled beside them, but for what is being read out of its
// turn already.
func (f *Feed) RefreshAll() tea.Cmd {
	cmds := []tea.Cmd{f.Refresh()}
	for name := range f.beside {
		if f.reading[name] == 0 {
			cmds = append(cmds, f.once(name))
		}
	}
	return tea.Batch(cmds...)
}

// wake asks the sources that got no answer out of their turn, when the tunnels answer again: after an outage each would
// wait for the end of its own growing pause. was is the error of the poll before. Sources that were answered with a no
// keep their turn.
func (f *Feed) wake(was error) tea.Cmd {
	if was == nil || f.last.Err() != nil {
		return nil
	}
	var cmds []tea.Cmd
	for name := range f.beside {
		if source := f.last.Feed(name); source.Failures > 0 && api.Unanswered(source.Err) {
			cmds = append(cmds, f.once(name))
		}
	}
	return tea.Batch(cmds...)
}

// once reads a source out of its turn.
func (f *Feed) once(name watch.SourceName) tea.Cmd {
	f.reading[name]++
	return func() tea.Msg {
		f.watcher.PollSource(f.ctx, name)
		return besideOnceMsg{name}
	}
}

// Ports reads the network interconnects now, with their states; it is for commands. The source and whoever
// else wants it go on from there.
func (f *Feed) Ports(ctx context.Context) ([]watch.Port, error) {
	s := f.watcher.PollSource(ctx, watch.LinkSource)
	if source := s.Feed(watch.LinkSource); source.Failures > 0 {
		return nil, source.Err
	}
	return s.Ports, s.PortErr
}

// Bundle reads everything anew that a support bundle is made of; it is for commands.
func (f *Feed) Bundle(ctx context.Context, account *api.AccountClient, tunnels ...string) bundle.Contents {
	return bundle.Gather(ctx, account, f.watcher, tunnels...)
}

// besides takes what a source has brought and waits for its next turn.
func (f *Feed) besides(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case besideOnceMsg:
		f.reading[msg.name]--
		f.take()
	case besideMsg:
		f.take()
		wait := f.last.Feed(msg.name).Due.Sub(f.watcher.Now())
		return tui.After(max(wait, time.Second), besideDueMsg(msg))
	case besideDueMsg:
		if f.watcher.Last().Feed(msg.name).Due.Sub(f.watcher.Now()) > time.Second { // it was read out of its turn
			return func() tea.Msg { return besideMsg(msg) }
		}
		return f.read(msg.name)
	case insightMsg:
		f.looks.take(msg.Insight)
		f.account = nil
	case ChangedMsg:
		var cmds []tea.Cmd
		for _, name := range []watch.SourceName{watch.RouteSource, watch.PrefixSource, watch.LinkSource} {
			if f.beside[name] {
				cmds = append(cmds, f.once(name))
			}
		}
		return tea.Batch(cmds...)
	}
	return nil
}

// take makes the newest snapshot the one that pages see.
func (f *Feed) take() {
	f.last = f.watcher.Last()
	f.account = nil
}

// Diagnosis is the reading of the newest snapshot; it is made once per snapshot.
func (f *Feed) Diagnosis() *diagnose.Account {
	if f.account == nil {
		facts := diagnose.From(f.last, f.watcher.Now())
		facts.Insights = f.Insights()
		f.account = diagnose.Read(facts)
	}
	return f.account
}

// Brings tells whether a message announces a new snapshot.
func (f *Feed) Brings(msg tea.Msg) bool {
	switch msg.(type) {
	case polledMsg, besideMsg, besideOnceMsg, insightMsg:
		return true
	}
	return false
}

// Freshness is that of the tunnels: what the first look of every page rests on.
func (f *Feed) Freshness() tui.Status {
	s := f.status(nil)
	for _, source := range f.last.Feeds {
		if s.Err == "" && source.Wanted && api.Unanswered(source.Err) {
			s.Err = string(source.Name) + ": " + Sentence(source.Err)
		}
	}
	return s
}
