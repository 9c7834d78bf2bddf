package live

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/store"
	"flarewire/tui"
)

// The bounds of notifications: what comes quickly is told together, and nobody is called again and again about the same
// thing. A session that flaps is told once; what changes slowly enough not to be called so is bounded by perSubject.
const (
	noticeGap  = 10 * time.Second
	perSubject = 4
	perTime    = 30 * time.Minute
)

// Notifier tells of changes of state, for whoever looks elsewhere. It implements tui.Service; nothing that was there when
// the program began, or that happened before, is told.
type Notifier struct {
	feed    *Feed
	now     func() time.Time
	tell    func(text string) tea.Cmd
	before  *store.Snapshot // the one that was looked at last
	told    map[string][]time.Time
	sent    time.Time
	waiting []string
	due     bool // a flush is scheduled
}

type noticeDueMsg struct{ to *Notifier }

// NewNotifier makes the service; tell writes one notification.
func NewNotifier(feed *Feed, now func() time.Time, tell func(text string) tea.Cmd) *Notifier {
	return &Notifier{feed: feed, now: now, tell: tell, told: map[string][]time.Time{}}
}

// Init implements tui.Service.
func (n *Notifier) Init() tea.Cmd {
	n.before = n.feed.Last()
	return nil
}

// Update implements tui.Service. It must stand behind the feed, which takes the news in first.
func (n *Notifier) Update(msg tea.Msg) tea.Cmd {
	if due, ok := msg.(noticeDueMsg); ok && due.to == n {
		n.due = false
		return n.flush()
	}
	if !n.feed.Announces(msg) {
		return nil
	}
	for _, e := range n.fresh() {
		if text := n.notable(e); text != "" {
			n.waiting = append(n.waiting, text)
		}
	}
	n.before = n.feed.Last()
	return n.flush()
}

// fresh are the events that were not there at the last look. They may stand anywhere: they are ordered by when they
// happened.
func (n *Notifier) fresh() []store.Event {
	events, known := n.feed.Last().Events, n.before.Events
	if len(events) == len(known) && (len(events) == 0 || &events[0] == &known[0]) {
		return nil // the same list: a snapshot without news keeps it
	}
	seen := make(map[store.Event]bool, len(known))
	for _, e := range known {
		seen[e] = true
	}
	return slices.DeleteFunc(slices.Clone(events), func(e store.Event) bool { return seen[e] })
}

// met reports whether this run saw before what the event is about: what nobody watched happened then after the start.
func (n *Notifier) met(e store.Event) bool {
	if e.Resource != "" {
		return true
	}
	return slices.ContainsFunc(n.before.Tunnels, func(t store.Tunnel) bool {
		return t.ID == e.ObjectID && (e.Kind != store.HealthChanged || t.Health.State != store.HealthUnknown)
	})
}

// flush tells what waits, when enough time has gone by since the last time.
func (n *Notifier) flush() tea.Cmd {
	if len(n.waiting) == 0 || n.due {
		return nil
	}
	if wait := n.sent.Add(noticeGap).Sub(n.now()); wait > 0 {
		n.due = true
		return tui.After(wait, noticeDueMsg{n})
	}
	text := n.waiting[0]
	if more := len(n.waiting); more > 1 {
		text = fmt.Sprintf("%d changes: %s", more, strings.Join(n.waiting, "; "))
	}
	n.waiting, n.sent = nil, n.now()
	return n.tell(text)
}

// notable is an event in words when somebody is to be called for it; "" otherwise.
func (n *Notifier) notable(e store.Event) string {
	text := words(e)
	if text == "" || e.Unwatched && !n.met(e) || (e.Kind != store.SessionFlaps && n.flaps(e)) {
		return ""
	}
	if e.Unwatched {
		text += ", when is not known"
	}
	key, now, most := string(e.Resource)+e.ObjectID, n.now(), perSubject
	if e.Kind == store.SessionFlaps {
		key, most = key+string(e.Kind), 1 // it is told whatever was told of the session before
	}
	recent := n.told[key]
	for len(recent) > 0 && now.Sub(recent[0]) >= perTime {
		recent = recent[1:]
	}
	if len(recent) >= most {
		n.told[key] = recent
		return ""
	}
	n.told[key] = append(recent, now)
	if len(n.told[key]) == perSubject {
		text += " (further changes of it are not reported for now)"
	}
	return brief(e.Name) + ": " + text
}

// longestName is how many cells of a name are told, so that what happened is still read behind it.
const longestName = 48

func brief(name string) string {
	name = tui.Clean(name)
	return strings.TrimRight(tui.Fit(name, min(longestName, max(1, tui.Width(name)))), " ")
}

// flaps reports whether the event is of a tunnel of which it was said already that it flaps.
func (n *Notifier) flaps(e store.Event) bool {
	if e.Resource != "" {
		return false
	}
	for _, t := range n.feed.Last().Tunnels {
		if t.ID == e.ObjectID {
			return t.Track.Flapping
		}
	}
	return false
}

// words are what a change means, in a few words of plain ASCII; "" for changes of which nobody is told: what somebody did
// himself, and the steps of a session that is not up on either side of them.
func words(e store.Event) string {
	switch e.Kind {
	case store.SessionChanged:
		if e.From == store.Up || e.To == store.Up {
			return fmt.Sprintf("session %s (was %s)", strings.ToLower(e.To.Word()), strings.ToLower(e.From.Word()))
		}
	case store.SessionFlaps:
		return "the session flaps"
	case store.HealthChanged:
		return fmt.Sprintf("health %s (was %s)", cmp.Or(string(e.ToHealth), "not known"), cmp.Or(string(e.FromHealth), "not known"))
	case store.PrefixAdvertised:
		return "is advertised"
	case store.PrefixWithdrawn:
		return "was withdrawn"
	case store.NoAnswer:
		return "does not answer since " + e.At.UTC().Format("15:04:05") + " UTC"
	case store.AnswersAgain:
		return "answers again"
	}
	return ""
}
