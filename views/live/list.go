package live

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/resource"
)

// listEvery is how often lists other than the tunnels are fetched once a page has needed them. They
// change when somebody changes them, not by themselves.
const listEvery = time.Minute

// List keeps the rows of one kind of resource. Nothing is fetched before a page needs it. It
// implements tui.Service.
type List[T any] struct {
	ctx     context.Context
	fetch   func(context.Context) ([]T, error)
	now     func() time.Time
	every   time.Duration
	seq     tui.Sequence
	wanted  bool
	polling bool
	again   bool          // a refresh was asked for while one was under way
	first   chan struct{} // closed when the first fetch is over, well or not

	mu      sync.RWMutex // rows are also read by commands
	rows    []T
	updated time.Time
	err     error
	failed  time.Time // when what err is about was asked
}

type (
	listMsg[T any] struct {
		list *List[T]
		rows []T
		at   time.Time
		err  error
	}
	listDueMsg[T any] struct {
		list *List[T]
		seq  int
	}
	wantMsg[T any] struct{ list *List[T] }
)

// NewList makes a list; fetch runs in the background and must end when its context does.
func NewList[T any](ctx context.Context, now func() time.Time, fetch func(context.Context) ([]T, error)) *List[T] {
	return &List[T]{ctx: ctx, fetch: fetch, now: now, every: listEvery, first: make(chan struct{})}
}

// Every makes the list be fetched in other intervals: what hardly changes need not be asked every minute.
func (l *List[T]) Every(d time.Duration) *List[T] {
	l.every = d
	return l
}

// Init implements tui.Service.
func (l *List[T]) Init() tea.Cmd { return nil }

// Want makes sure that the rows are fetched from now on; pages return it from their Init.
func (l *List[T]) Want() tea.Cmd { return func() tea.Msg { return wantMsg[T]{l} } }

// Refresh fetches now; while a fetch is under way, once more after it.
func (l *List[T]) Refresh() tea.Cmd {
	if l.polling {
		l.again = true
		return nil
	}
	return l.poll()
}

func (l *List[T]) poll() tea.Cmd {
	l.polling, l.wanted = true, true
	l.seq.Next()
	return func() tea.Msg {
		at := l.now()
		rows, err := l.fetch(l.ctx)
		return listMsg[T]{l, rows, at, err}
	}
}

// Update implements tui.Service.
func (l *List[T]) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case ChangedMsg:
		// Whatever was changed, no page may go on showing it as it was.
		if l.wanted {
			return l.Refresh()
		}
	case wantMsg[T]:
		if msg.list == l && !l.wanted {
			return l.poll()
		}
	case listMsg[T]:
		if msg.list == l {
			return l.take(msg)
		}
	case listDueMsg[T]:
		if msg.list == l && l.seq.Latest(msg.seq) && !l.polling {
			return l.poll()
		}
	}
	return nil
}

func (l *List[T]) take(msg listMsg[T]) tea.Cmd {
	l.mu.Lock()
	l.polling, l.err, l.failed = false, msg.err, msg.at
	if msg.err == nil && !msg.at.Before(l.updated) { // newer ones may have been offered meanwhile
		l.rows, l.updated = msg.rows, msg.at
	}
	select {
	case <-l.first:
	default:
		close(l.first)
	}
	l.mu.Unlock()
	if l.again {
		l.again = false
		return l.poll()
	}
	wait := l.every
	if msg.err != nil {
		wait = min(wait, listEvery) // what hardly changes is asked seldom, but not when nobody could answer
	}
	seq := l.seq.Next()
	return tui.After(wait, listDueMsg[T]{l, seq})
}

// Offer takes rows that were read elsewhere, when they are newer than its own: in an outage they are better than none.
func (l *List[T]) Offer(rows []T, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !at.After(l.updated) {
		return
	}
	l.rows, l.updated = rows, at
	if at.After(l.failed) {
		l.err = nil
	}
}

// Rows are the last good ones; they may be read from any goroutine and must not be changed.
func (l *List[T]) Rows() []T {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.rows
}

// Known tells whether the rows have been fetched at least once: nothing fetched is not "none".
func (l *List[T]) Known() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return !l.updated.IsZero()
}

// Await waits until the first fetch is over or ctx ends. It is for commands: a page that waited would
// wait for itself.
func (l *List[T]) Await(ctx context.Context) {
	select {
	case <-l.first:
	case <-ctx.Done():
	}
}

// Err is why the last fetch failed; nil after a good one.
func (l *List[T]) Err() error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.err
}

// Source is the list for pages.
func (l *List[T]) Source() resource.Source[T] {
	return resource.Source[T]{
		Rows: l.Rows,
		Status: func() tui.Status {
			s := tui.Status{Updated: l.updated, Loading: l.polling, Every: l.every}
			if l.err != nil {
				s.Err = Sentence(l.err)
			}
			return s
		},
		Brings:  func(msg tea.Msg) bool { m, ok := msg.(listMsg[T]); return ok && m.list == l },
		Refresh: l.Refresh,
		Want:    l.Want,
	}
}
