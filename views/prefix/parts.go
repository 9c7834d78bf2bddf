package prefix

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// How much is fetched below the prefixes, and how often. The API has no list over all prefixes, so that the cost of this
// column would grow with the account without a bound (design §8).
const (
	// partsFresh is how old the parts of an open prefix may be when its page asks for them again. It asks with every round of
	// the list of prefixes, which is partsEvery long.
	partsFresh = 30 * time.Second
	partsEvery = time.Minute
	// surveyEvery, surveyPrefixes and surveyAtOnce bound the fetching of BGP prefixes for the list.
	surveyEvery    = 2 * time.Minute
	surveyPrefixes = 50
	surveyAtOnce   = 4
)

// part is one list below a prefix as it was last read.
type part[T any] struct {
	rows   []T       // the last good ones
	at     time.Time // when they were asked for; zero when never
	err    error     // the last attempt failed
	failed time.Time // when that one was made
}

// known tells whether the list was read at least once: nothing read is not "none".
func (p part[T]) known() bool { return !p.at.IsZero() }

// take puts a newer reading in the place of the last good one. A late answer to an older question changes nothing.
func (p *part[T]) take(read part[T]) {
	switch {
	case read.at.Before(p.at):
	case read.err != nil:
		p.err, p.failed = read.err, read.at
	case read.at.Before(p.failed):
		p.rows, p.at = read.rows, read.at
	default:
		*p = read
	}
}

// read asks for a list once.
func read[T any](ctx context.Context, now func() time.Time, list func(context.Context) ([]T, error)) part[T] {
	at := now()
	rows, err := list(ctx)
	return part[T]{rows: rows, at: at, err: err}
}

// parts is what is known below one prefix.
type parts struct {
	bgp         part[api.BGPPrefix]
	bindings    part[api.Binding]
	delegations part[api.Delegation]
}

// sighting is the provisioning state in which a binding was seen, and since when. The API names no time.
type sighting struct {
	state string
	since time.Time
}

// store keeps the parts of all prefixes. Only the pages use it, never a command; so it needs no lock. It implements
// tui.Service.
type store struct {
	env      *kit.Env
	round    func(tea.Msg) bool // a round of the list of prefixes, with which the pages ask again
	byPrefix map[string]*parts
	seen     map[string]sighting // by binding id
	asked    map[string]time.Time
	busy     map[string]bool // being fetched
	again    map[string]bool // wanted anew while it was being fetched: that answer may be from before a change
	surveyed time.Time
	surveys  bool // a survey is under way
}

type (
	partsMsg struct {
		store *store
		id    string
		parts parts
	}
	surveyMsg struct {
		store *store
		read  map[string]part[api.BGPPrefix]
	}
)

func newStore(env *kit.Env, round func(tea.Msg) bool) *store {
	return &store{env: env, round: round, byPrefix: map[string]*parts{}, seen: map[string]sighting{}, asked: map[string]time.Time{},
		busy: map[string]bool{}, again: map[string]bool{}}
}

// of gives the parts of a prefix, empty ones at first.
func (s *store) of(id string) *parts {
	p := s.byPrefix[id]
	if p == nil {
		p = &parts{}
		s.byPrefix[id] = p
	}
	return p
}

// look fetches the parts of an open prefix when they have grown old.
func (s *store) look(id string) tea.Cmd {
	if s.busy[id] || s.env.Now().Sub(s.asked[id]) < partsFresh {
		return nil
	}
	return s.fetch(id)
}

// fetch reads everything below a prefix now; while that is under way, once more after it.
func (s *store) fetch(id string) tea.Cmd {
	if s.busy[id] {
		s.again[id] = true
		return nil
	}
	s.busy[id], s.asked[id] = true, s.env.Now()
	ctx, now, account := s.env.Ctx, s.env.Now, s.env.Account
	return func() tea.Msg {
		m := partsMsg{store: s, id: id}
		var all sync.WaitGroup
		all.Go(func() { m.parts.bgp = read(ctx, now, account.BGPPrefixes(id).List) })
		all.Go(func() { m.parts.bindings = read(ctx, now, account.Bindings(id).List) })
		all.Go(func() { m.parts.delegations = read(ctx, now, account.Delegations(id).List) })
		all.Wait()
		return m
	}
}

// survey reads the BGP prefixes of the given prefixes for the list, the longest unread first.
func (s *store) survey(ids []string) tea.Cmd {
	if s.surveys || len(ids) == 0 || s.env.Now().Sub(s.surveyed) < surveyEvery {
		return nil
	}
	ids = slices.SortedStableFunc(slices.Values(ids), func(a, b string) int { return s.of(a).bgp.at.Compare(s.of(b).bgp.at) })
	ids = ids[:min(len(ids), surveyPrefixes)]
	s.surveys, s.surveyed = true, s.env.Now()
	ctx, now, account := s.env.Ctx, s.env.Now, s.env.Account
	return func() tea.Msg {
		return surveyMsg{s, readAll(ids, func(id string) part[api.BGPPrefix] { return read(ctx, now, account.BGPPrefixes(id).List) })}
	}
}

// readAll asks for several lists, surveyAtOnce at a time.
func readAll[T any](ids []string, ask func(id string) part[T]) map[string]part[T] {
	todo, out := make(chan string), map[string]part[T]{}
	var lock sync.Mutex
	var all sync.WaitGroup
	for range surveyAtOnce {
		all.Go(func() {
			for id := range todo {
				one := ask(id)
				lock.Lock()
				out[id] = one
				lock.Unlock()
			}
		})
	}
	for _, id := range ids {
		todo <- id
	}
	close(todo)
	all.Wait()
	return out
}

// expire has everything that a page shows fetched anew with its next look.
func (s *store) expire() {
	s.surveyed = time.Time{}
	clear(s.asked)
}

// Init implements tui.Service.
func (s *store) Init() tea.Cmd { return nil }

// Update implements tui.Service.
func (s *store) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case partsMsg:
		if msg.store == s {
			return s.take(msg)
		}
	case surveyMsg:
		if msg.store == s {
			s.surveys = false
			for id, bgp := range msg.read {
				s.of(id).bgp.take(bgp)
			}
		}
	}
	return nil
}

func (s *store) take(msg partsMsg) tea.Cmd {
	p := s.of(msg.id)
	p.bgp.take(msg.parts.bgp)
	p.bindings.take(msg.parts.bindings)
	p.delegations.take(msg.parts.delegations)
	for _, b := range p.bindings.rows {
		if state := provisioning(b); s.seen[b.ID].state != state {
			s.seen[b.ID] = sighting{state, p.bindings.at}
		}
	}
	s.busy[msg.id] = false
	if s.again[msg.id] {
		s.again[msg.id] = false
		return s.fetch(msg.id)
	}
	return nil
}

// brings tells whether a message changed what is known below a prefix; "" asks for any prefix.
func (s *store) brings(msg tea.Msg, id string) bool {
	switch msg := msg.(type) {
	case partsMsg:
		return msg.store == s && (id == "" || msg.id == id)
	case surveyMsg:
		_, in := msg.read[id]
		return msg.store == s && (id == "" || in)
	}
	return false
}

// source is one list below a prefix for its pages.
func source[T any](s *store, id string, get func(*parts) part[T]) resource.Source[T] {
	return resource.Source[T]{
		Rows: func() []T { return get(s.of(id)).rows },
		Status: func() tui.Status {
			p := get(s.of(id))
			status := tui.Status{Updated: p.at, Loading: s.busy[id], Every: partsEvery}
			if p.err != nil {
				status.Err = kit.Sentence(p.err)
			}
			return status
		},
		Brings:  func(msg tea.Msg) bool { return s.round(msg) || s.brings(msg, id) },
		Refresh: func() tea.Cmd { return s.fetch(id) },
		Looked:  func(string) tea.Cmd { return s.look(id) },
	}
}

// provisioning is how far a binding is, as the API says; "-" when it does not.
func provisioning(b api.Binding) string {
	if b.Provisioning == nil {
		return "-"
	}
	return cmp.Or(b.Provisioning.State, "-")
}
