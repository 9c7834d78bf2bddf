// Package live brings what the store knows to the pages: it has read what is due, in the background, and tells every page when
// something new is known.
package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/bundle"
	"flarewire/internal/diagnose"
	"flarewire/internal/mute"
	"flarewire/internal/router"
	"flarewire/internal/snapshot"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// Feed is the service that has the account read. It decides nothing about what is due: the store does.
type Feed struct {
	ctx            context.Context
	store          *store.Store
	seen           atomic.Pointer[store.Snapshot] // what the pages were told of last: the age that they show is of that
	seq            tui.Sequence
	insights       insights
	unhealthySince unhealthySinceQuery
	stood          map[string]standing // the tunnels of the last look: what of them stood

	mu      sync.Mutex
	own     recalled
	good    *snapshot.Baseline
	mutes   *mute.List
	routers map[string]router.Reading // what routers said, by the id of the tunnel
	account *diagnose.Account         // the reading of the snapshot with the version below; nil until somebody asks
	version uint64
}

type (
	// readMsg says that something was read; every page sees it.
	readMsg struct{ of []store.Target }
	// dueMsg says that the time for the next reads has come.
	dueMsg struct{ seq int }
)

// News returns the message that says that something was read, for a program that reads by itself.
func News() tea.Msg { return readMsg{} }

// ChangedMsg tells all pages and services that something on the account was changed from here: every list is read again, and
// what lies below the objects that were touched.
type ChangedMsg struct{ Touched []store.Target }

// New makes a feed from what the store knows. What the first page, the events and the notifications rest on is read as long
// as the program runs.
func New(ctx context.Context, s *store.Store) *Feed {
	s.ReadAlways(store.Overview()...)
	f := &Feed{ctx: ctx, store: s}
	f.seen.Store(s.Last())
	return f
}

// Init implements tui.Service.
func (f *Feed) Init() tea.Cmd { return f.step() }

// step has everything read that is due now, each by itself, and waits for what is due next.
func (f *Feed) step() tea.Cmd {
	var cmds []tea.Cmd
	for _, job := range f.store.Due() {
		cmds = append(cmds, func() tea.Msg {
			f.store.Do(f.ctx, job)
			f.recallChanges(false)
			return readMsg{job.Targets}
		})
	}
	seq := f.seq.Next() // whatever wait was under way is over
	if at := f.store.NextDue(); !at.IsZero() {
		wait := max(at.Sub(f.store.Now()), minWait)
		cmds = append(cmds, tui.After(wait, dueMsg{seq}))
	}
	return tea.Batch(cmds...)
}

// minWait keeps what is due again and again from turning into a loop.
const minWait = 100 * time.Millisecond

// manyTunnels is from how many tunnels on a poll leaves so much behind that it is collected at once.
const manyTunnels = 2000

// tidy collects what a poll of many tunnels has left behind. While it comes in, the old answer and the new one are both there: a heap that
// was measured then may grow by as much again before it is collected, and the next poll would come on top of that.
func (f *Feed) tidy(read []store.Target) tea.Cmd {
	tunnels := func(d store.Target) bool { return d.Kind == store.GRETunnels }
	if len(f.store.Last().Tunnels) < manyTunnels || !slices.ContainsFunc(read, tunnels) {
		return nil
	}
	return func() tea.Msg { runtime.GC(); return nil }
}

// Last is everything known now. It may be asked by pages and commands.
func (f *Feed) Last() *store.Snapshot { return f.store.Last() }

// WatchedSpans are the times in which somebody watched the tunnels, also in earlier runs.
func (f *Feed) WatchedSpans() []store.Span { return f.store.WatchedSpans() }

// Update implements tui.Service.
func (f *Feed) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case readMsg:
		f.seen.Store(f.store.Last())
		f.askLogAboutFailures()
		return tea.Batch(f.step(), f.askUnhealthySince(), f.tidy(msg.of))
	case unhealthySinceMsg:
		f.store.NoteUnhealthySince(msg.by)
	case recordMsg:
		return f.step()
	case dueMsg:
		if f.seq.Latest(msg.seq) {
			return f.step()
		}
	case tui.ShownMsg:
		if n, ok := msg.View.(Needer); ok {
			f.store.SetNeeds(store.ParseNeeds(n.Needs()...)...)
		} else {
			f.store.SetNeeds()
		}
		return f.step()
	case ChangedMsg:
		f.store.Changed(msg.Touched...)
		return tea.Batch(f.step(), func() tea.Msg { f.recallChanges(true); return nil })
	case insightMsg:
		f.insights.take(msg.Insight)
		f.noteUnhealthySince(msg.Insight)
		f.forgetDiagnosis()
	case RouterMsg:
		f.takeRouter(msg.Reading)
	}
	return nil
}

// Needer is a page that rests on more than the first page does. It names kinds, and with a slash and an id what lies below one
// object: see store.Target.
type Needer interface{ Needs() []string }

// Refresh reads what is on the screen now, and the tunnels with their health. What is being read already is read once more:
// that answer may be from before whoever asks has done something.
func (f *Feed) Refresh() tea.Cmd {
	f.insights.askAgain()
	if !f.store.Refresh() {
		return tui.Toast(tui.Muted, "Refresh already in progress")
	}
	return f.step()
}

// Need has these read for the page that is on top, besides what the page named when it was opened.
func (f *Feed) Need(targets ...store.Target) tea.Cmd {
	f.store.AddNeeds(targets...)
	return f.step()
}

// Changed has everything read again that may be different after a change: what the page shows, all lists, and these besides.
func (f *Feed) Changed(needs ...store.Target) tea.Cmd {
	f.store.Changed(needs...)
	return f.step()
}

// Fresh is for commands: a snapshot in which these are at most age old, or which says why they could not be read.
func (f *Feed) Fresh(ctx context.Context, age time.Duration, needs ...store.Target) *store.Snapshot {
	return f.store.Fresh(ctx, age, needs...)
}

// Bundle reads everything that a support bundle is made of; see bundle.Gather.
func (f *Feed) Bundle(ctx context.Context, account *api.AccountClient, known map[string]store.Insight, progress func(store.Progress),
	tunnels ...string) bundle.Contents {
	read := func(s *store.Snapshot) *diagnose.Account {
		f.mu.Lock()
		defer f.mu.Unlock()
		return diagnose.New(f.facts(s))
	}
	return bundle.Gather(ctx, account, f.store, read, known, progress, tunnels...)
}

// Rows is the source of a page that shows rows of the store. needs are what it rests on, the first of them what its rows are.
func Rows[T any](f *Feed, rows func(*store.Snapshot) []T, needs ...store.Target) resource.Source[T] {
	return resource.Source[T]{
		Rows:      func() []T { return rows(f.Last()) },
		Status:    func() tui.Status { return f.statusOf(needs) },
		Announces: f.Announces,
		Refresh:   f.Refresh,
		Needs:     func(string) []string { return store.Needs(needs...) },
		Ended:     f.ended,
	}
}

// statusOf is the freshness of the rows, the first of the needs, with a word of what else the page shows and could not be read.
func (f *Feed) statusOf(needs []store.Target) tui.Status {
	s := f.Status(needs[0])
	last := f.seen.Load()
	for _, d := range needs[1:] {
		if e := last.About(d); s.Err == "" && s.Note == "" && e.Err != nil && e.Failures > 0 {
			s.Note = sentenceOf(e.Why()) + ": " + ErrorLine(e.Err)
		}
	}
	return s
}

// Tunnels is the source of the pages that list tunnels; no kinds are all.
func (f *Feed) Tunnels(kinds ...api.TunnelKind) resource.Source[store.Tunnel] {
	s := Rows(f, func(s *store.Snapshot) []store.Tunnel {
		if len(kinds) == 0 {
			return s.Tunnels // shared with the snapshot: thousands of rows
		}
		return slices.DeleteFunc(slices.Clone(s.Tunnels), func(t store.Tunnel) bool { return !slices.Contains(kinds, t.Kind) })
	}, store.Target{Kind: store.GRETunnels})
	s.Status = func() tui.Status { return f.tunnelStatus(kinds) }
	return s
}

func (f *Feed) tunnelStatus(kinds []api.TunnelKind) tui.Status {
	lists := []store.Kind{}
	for _, k := range kinds {
		lists = append(lists, store.Tunnels(k))
	}
	last := f.seen.Load()
	s := tui.Status{Updated: last.Fetched(lists...), Loading: f.store.Busy(store.Target{Kind: store.GRETunnels}), Every: last.Next}
	if err := last.Err(lists...); err != nil {
		failed(&s, "", err)
	}
	s.Note = note(last.Unsettled(orTunnels(lists)...))
	s.Incomplete = s.Note != ""
	s.Note = cmp.Or(s.Note, sentenceOf(last.ClockTrouble()))
	return s
}

func orTunnels(lists []store.Kind) []store.Kind {
	if len(lists) == 0 {
		return []store.Kind{store.GRETunnels, store.IPsecTunnels}
	}
	return lists
}

// Awaits reports whether one of these was neither read so far nor tried in vain.
func (f *Feed) Awaits(needs ...store.Target) bool {
	last := f.seen.Load()
	return slices.ContainsFunc(needs, func(d store.Target) bool {
		e := last.About(d)
		return !e.Known() && e.Err == nil
	})
}

// note is what is not known of data that was read: that some of it could not be decoded.
func note(entries []store.Entry) string {
	for _, e := range entries {
		if e.Partial() && e.Err == nil {
			return sentenceOf(e.Why())
		}
	}
	return ""
}

// sentenceOf makes a sentence of the end of one.
func sentenceOf(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// Status is the freshness of what these say, the oldest of them.
func (f *Feed) Status(needs ...store.Target) tui.Status {
	last := f.seen.Load()
	s := tui.Status{Loading: f.store.Busy(needs...)}
	for i, d := range needs {
		e := last.About(d)
		if s.Note == "" {
			s.Note = note([]store.Entry{e})
			s.Incomplete = s.Note != ""
		}
		if i == 0 || e.Fetched.Before(s.Updated) {
			s.Updated = e.Fetched
		}
		s.Every = max(s.Every, e.Every)
		if first := last.Before(d.Kind); first != "" && e.Err == nil { // it waits for a list that could not be read
			e.Err = last.Entry(first).Err
		}
		if s.Err == "" && e.Err != nil {
			failed(&s, "", e.Err)
		}
	}
	return s
}

// Freshness is the age of the tunnels, and the trouble of any kind that is read all the time and gets no answer.
func (f *Feed) Freshness() tui.Status {
	s, last := f.tunnelStatus(nil), f.seen.Load()
	for _, k := range store.Overview() {
		if e := last.Entry(k); s.Err == "" && api.Unanswered(e.Err) {
			failed(&s, k.Plural()+": ", e.Err)
		}
	}
	return s
}

// Announces reports whether a message announces something new.
func (f *Feed) Announces(msg tea.Msg) bool {
	switch msg.(type) {
	case readMsg, insightMsg, unhealthySinceMsg, RouterMsg:
		return true
	}
	return false
}

// Diagnosis reads what the data means. It is made once for each state of the data.
func (f *Feed) Diagnosis() *diagnose.Account {
	f.mu.Lock()
	defer f.mu.Unlock()
	last := f.Last()
	if f.account == nil || f.version != last.Version {
		facts := f.facts(last)
		facts.Insights = f.Insights()
		f.account, f.version = diagnose.New(facts), last.Version
	}
	return f.account
}

// facts are what everything on the screen is read from, but for the insights into single tunnels. It is called with mu held.
func (f *Feed) facts(s *store.Snapshot) diagnose.Facts {
	facts := diagnose.From(s, f.store.Now())
	facts.Changes, facts.Good = f.own.changes, f.good
	facts.Mutes, facts.Routers = f.mutes.Active(facts.Now), f.routers
	return facts
}

func (f *Feed) forgetDiagnosis() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.account = nil
}

// Outage is what to say about an action that waits since a time while nobody answers; "" while Cloudflare answers.
func (f *Feed) Outage(since time.Time) string {
	last := f.Last()
	if err := last.Err(); last.SilentSince.After(since) && api.KindOf(err) == api.NetworkTrouble {
		return ErrorLine(err)
	}
	return ""
}

// failed says in a status why an attempt failed, behind a lead.
func failed(s *tui.Status, lead string, err error) {
	s.Err = lead + ErrorLine(err)
	if told := ErrorText(err); lead+told != s.Err {
		s.Said = lead + told
	}
}

// ErrorText says what an error means where there is room for more than a line: what the server said comes first, then what we make of it.
func ErrorText(err error) string {
	if said, advice := ErrorParts(err); advice != "" {
		return said + ": " + advice
	}
	return ErrorLine(err)
}

// ErrorParts is what ErrorText says in two, for what the server has answered with a sentence: that sentence, and our advice.
func ErrorParts(err error) (said, advice string) {
	var e *api.Error
	if advice = api.Advice(err); advice == "" || !errors.As(err, &e) || e.Status == 0 || e.Said() == "" {
		return "", ""
	}
	return fmt.Sprintf("Cloudflare answered %d (%s)", e.Status, e.Said()), advice
}

// ErrorLine says what an error means for the person at the screen, in a line: what to do about it.
func ErrorLine(err error) string {
	advice := api.Advice(err)
	var e *api.Error
	switch {
	case advice == "":
		return err.Error()
	case errors.As(err, &e) && e.Status != 0:
		return fmt.Sprintf("Cloudflare answered %d: %s", e.Status, advice)
	case e != nil && e.Kind == api.RateLimited: // it was not asked at all
		return "Paused: " + advice
	}
	return "No answer from Cloudflare: " + advice
}
