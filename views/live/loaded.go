package live

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// Loaded is rows that are on this machine, such as the journal: they are read when a page is opened, when something was
// changed and when somebody asks, and never by the clock; see Asked for what Cloudflare is asked for. It is a service of the frame.
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
	if msg.err == nil || msg.rows != nil { // rows beside an error are what is known without what failed
		l.rows = msg.rows
	}
	if msg.err == nil {
		l.updated = msg.at
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
				failed(&s, "", l.err)
			}
			return s
		},
		Announces: func(msg tea.Msg) bool { m, ok := msg.(loadedMsg[T]); return ok && m.of == l },
		Refresh:   l.Refresh,
		Open:      l.Refresh,
	}
}

// askAgain is after how long an answer that failed is asked for again while a page waits for it.
const askAgain = 30 * time.Second

// Asked is Loaded for what Cloudflare is asked for and no list of the store has: read when a page with it is opened, when somebody asks,
// and while such a page is on the screen as often as it says. A change from here does not have it read: nobody may be looking.
type Asked[T any] struct {
	*Loaded[T]
	every time.Duration
	asked time.Time // last
}

// NewAsked makes rows that load asks for.
func NewAsked[T any](ctx context.Context, now func() time.Time, every time.Duration, load func(context.Context) ([]T, error)) *Asked[T] {
	return &Asked[T]{Loaded: NewLoaded(ctx, now, load), every: every}
}

// Update implements tui.Service.
func (a *Asked[T]) Update(msg tea.Msg) tea.Cmd {
	if _, changed := msg.(ChangedMsg); changed {
		return nil
	}
	return a.Loaded.Update(msg)
}

// Refresh asks now.
func (a *Asked[T]) Refresh() tea.Cmd {
	a.asked = a.now()
	return a.Loaded.Refresh()
}

// due asks when the last answer has grown old, or soon after it failed.
func (a *Asked[T]) due() tea.Cmd {
	wait := a.every
	if a.err != nil && api.KindOf(a.err) != api.PermissionMissing {
		wait = min(wait, askAgain)
	}
	if a.loading || a.now().Sub(a.asked) < wait {
		return nil
	}
	return a.Refresh()
}

// Source is the rows for pages.
func (a *Asked[T]) Source() resource.Source[T] {
	s := a.Loaded.Source()
	status, announces := s.Status, s.Announces
	s.Status = func() tui.Status {
		out := status()
		out.Every = a.every
		return out
	}
	// Every reading of the store is a moment at which a page that is open can see whether it is time.
	s.Announces = func(msg tea.Msg) bool {
		_, read := msg.(readMsg)
		return read || announces(msg)
	}
	s.Refresh, s.Open = a.Refresh, a.Refresh
	s.Looked = func(string) tea.Cmd { return a.due() }
	return s
}
