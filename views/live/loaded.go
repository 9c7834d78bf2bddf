package live

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/resource"
)

// Loaded is rows that are on this machine, such as the journal: they are read when a page is opened, when something was
// changed and when somebody asks, and never by the clock. It is a service of the frame.
type Loaded[T any] struct {
	ctx     context.Context
	load    func(context.Context) ([]T, error)
	now     func() time.Time
	loading bool
	again   bool // asked for anew while it was being read

	mu      sync.RWMutex // rows are read by commands too
	rows    []T
	updated time.Time
	err     error
}

type loadedMsg[T any] struct {
	of   *Loaded[T]
	rows []T
	at   time.Time
	err  error
}

// NewLoaded makes rows that load reads. Nothing is read before a page needs them.
func NewLoaded[T any](ctx context.Context, now func() time.Time, load func(context.Context) ([]T, error)) *Loaded[T] {
	return &Loaded[T]{ctx: ctx, load: load, now: now}
}

// Init implements tui.Service.
func (l *Loaded[T]) Init() tea.Cmd { return nil }

// Refresh reads the rows now; while that is under way, once more after it.
func (l *Loaded[T]) Refresh() tea.Cmd {
	if l.loading {
		l.again = true
		return nil
	}
	l.loading = true
	return func() tea.Msg {
		at := l.now()
		rows, err := l.load(l.ctx)
		return loadedMsg[T]{l, rows, at, err}
	}
}

// Update implements tui.Service.
func (l *Loaded[T]) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case ChangedMsg:
		if !l.updated.IsZero() {
			return l.Refresh()
		}
	case loadedMsg[T]:
		if msg.of == l {
			return l.take(msg)
		}
	}
	return nil
}

func (l *Loaded[T]) take(msg loadedMsg[T]) tea.Cmd {
	l.mu.Lock()
	l.loading, l.err = false, msg.err
	if msg.err == nil {
		l.rows, l.updated = msg.rows, msg.at
	}
	l.mu.Unlock()
	if l.again {
		l.again = false
		return l.Refresh()
	}
	return nil
}

// Rows are the last good ones.
func (l *Loaded[T]) Rows() []T {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.rows
}

// Source is the rows for pages; a page that is opened has them read.
func (l *Loaded[T]) Source() resource.Source[T] {
	return resource.Source[T]{
		Rows: l.Rows,
		Status: func() tui.Status {
			s := tui.Status{Updated: l.updated, Loading: l.loading}
			if l.err != nil {
				s.Err = l.err.Error()
			}
			return s
		},
		Brings:  func(msg tea.Msg) bool { m, ok := msg.(loadedMsg[T]); return ok && m.of == l },
		Refresh: l.Refresh,
		Open:    l.Refresh,
	}
}
