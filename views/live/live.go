// Package live feeds the pages: it polls in the background and tells every page when there is
// something new. Pages never fetch by themselves.
package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/watch"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// Feed polls an account's tunnels. It implements tui.Service.
type Feed struct {
	ctx     context.Context
	watcher *watch.Watcher
	seq     tui.Sequence
	polling bool
	again   bool // a poll was asked for while one was under way
	last    watch.Snapshot
	silent  time.Time                 // when the tunnels were last asked for in vain, because nobody answered
	beside  map[watch.SourceName]bool // sources that are being polled
	reading map[watch.SourceName]int  // how often a source is being read out of its turn
	account *diagnose.Account         // the reading of last; nil until somebody asks
	looks   looks
}

type (
	// polledMsg brings a snapshot; every page sees it.
	polledMsg struct {
		next time.Duration // until the next poll
	}
	// dueMsg says that the time for the poll with this number has come.
	dueMsg struct{ seq int }
)

// ChangedMsg says that something on the account was changed from here: everything that pages show is
// fetched anew.
type ChangedMsg struct{}

// New makes a feed; polls end when ctx does.
func New(ctx context.Context, w *watch.Watcher) *Feed {
	return &Feed{ctx: ctx, watcher: w, last: w.Last(), beside: map[watch.SourceName]bool{}, reading: map[watch.SourceName]int{}}
}

// Init implements tui.Service.
func (f *Feed) Init() tea.Cmd { return f.poll() }

func (f *Feed) poll() tea.Cmd {
	f.polling = true
	f.seq.Next() // whatever wait was under way is over
	return func() tea.Msg { return polledMsg{f.watcher.Poll(f.ctx).Next} }
}

// Last is the newest snapshot.
func (f *Feed) Last() watch.Snapshot { return f.last }

// Newest is the newest snapshot for commands, which run beside the pages; it may be newer than what those show.
func (f *Feed) Newest() watch.Snapshot { return f.watcher.Last() }

// Refresh polls now, unless a poll is under way.
func (f *Feed) Refresh() tea.Cmd {
	f.looks.askAgain()
	if f.polling {
		return tui.Toast(tui.Muted, "Already asking Cloudflare")
	}
	return f.poll()
}

// Again polls after a change was made: now, or once more when a poll is under way that may have begun
// before the change.
func (f *Feed) Again() tea.Cmd {
	if f.polling {
		f.again = true
		return nil
	}
	return f.poll()
}

// Update implements tui.Service.
func (f *Feed) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case polledMsg:
		f.polling = false
		was := f.last.Err()
		f.take()
		if api.KindOf(f.last.Err()) == api.NetworkTrouble {
			f.silent = f.watcher.Now()
		}
		wake := f.wake(was)
		if f.again {
			f.again = false
			return tea.Batch(wake, f.poll())
		}
		seq := f.seq.Next()
		return tea.Batch(wake, tui.After(msg.next, dueMsg{seq}))
	case dueMsg:
		if f.seq.Latest(msg.seq) && !f.polling {
			return f.poll()
		}
	default:
		return f.besides(msg)
	}
	return nil
}

// Tunnels is the source of pages that show tunnels of the given kinds; none means all.
func (f *Feed) Tunnels(kinds ...api.TunnelKind) resource.Source[watch.Tunnel] {
	return resource.Source[watch.Tunnel]{
		Rows: func() []watch.Tunnel {
			if len(kinds) == 0 {
				return f.last.Tunnels
			}
			return slices.DeleteFunc(slices.Clone(f.last.Tunnels), func(t watch.Tunnel) bool { return !slices.Contains(kinds, t.Kind) })
		},
		Status:  func() tui.Status { return f.status(kinds) },
		Brings:  f.Brings,
		Refresh: f.Refresh,
	}
}

// Outage is why nobody answers, when that was found out after a time; "" when somebody does. A server that answers with an
// error may do so for the tunnels alone, a network that is silent is so for everything.
func (f *Feed) Outage(since time.Time) string {
	if err := f.last.Err(); f.silent.After(since) && api.KindOf(err) == api.NetworkTrouble {
		return Sentence(err)
	}
	return ""
}

func (f *Feed) status(kinds []api.TunnelKind) tui.Status {
	s := tui.Status{Updated: f.last.Fetched(kinds...), Loading: f.polling, Every: f.last.Next}
	if err := f.last.Err(kinds...); err != nil {
		s.Err = Sentence(err)
	}
	return s
}

// Sentence is an error for the one line that a page has for it: what to do comes before details.
func Sentence(err error) string {
	advice := api.Advice(err)
	var e *api.Error
	switch {
	case advice == "":
		return err.Error()
	case errors.As(err, &e) && e.Status != 0:
		return fmt.Sprintf("Cloudflare answered %d: %s", e.Status, advice)
	case e != nil && e.Kind == api.RateLimited: // it was not asked at all
		return "Not asked: " + advice
	}
	return "No answer from Cloudflare: " + advice
}
