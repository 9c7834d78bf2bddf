package tunnel

import (
	"maps"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/kit"
)

// arrival is when a step was reached.
type arrival struct {
	at     time.Time // zero: not yet
	before bool      // it was so already when the tunnel was first looked at; at is that look
}

func (a arrival) reached() bool { return !a.at.IsZero() }

// progress is when each step of a tunnel was reached, as far as it was seen or the API says it.
type progress struct {
	id      string
	name    string
	kind    api.TunnelKind
	began   time.Time // when following began
	looked  bool      // the tunnel was seen at least once
	listed  arrival
	keyed   arrival
	healthy arrival
	tcp     arrival
	up      arrival
	noBGP   bool // it is up when the probes are answered
	missing bool // it was there and is gone
}

// followed begins to follow a tunnel, unless it is followed already.
func (m *Module) followed(id, name string) {
	if m.progress[id] == nil {
		m.progress[id] = &progress{id: id, name: name, began: m.env.Now()}
	}
}

// tracker looks at the followed tunnels with every snapshot, also while their pages are closed. It implements
// tui.Service.
type tracker struct{ m *Module }

// Init implements tui.Service: what an earlier run left unfinished is said.
func (t tracker) Init() tea.Cmd {
	for _, pair := range t.m.env.Drafts.Pairs() {
		if pair.Done < pair.Total {
			return tui.Toast(tui.Pending, "The pair "+tui.Clean(pairName(pair))+" is not finished: resume it in :setup")
		}
	}
	return nil
}

// Update implements tui.Service.
func (t tracker) Update(msg tea.Msg) tea.Cmd {
	if looked, ok := msg.(kit.RecheckedMsg); ok {
		t.m.keyFound(looked)
	}
	if len(t.m.progress) > 0 && t.m.env.Feed.Announces(msg) {
		for _, p := range t.m.progress {
			p.look(t.m)
		}
	}
	return nil
}

// look takes the newest snapshot into the steps.
func (p *progress) look(m *Module) {
	t, ok := m.byID(p.id)
	if !ok {
		p.missing = p.listed.reached()
		return
	}
	p.name, p.kind, p.noBGP, p.missing = t.Name, t.Kind, t.BGP == nil, false
	now := m.env.Now()
	p.reach(&p.listed, true, t.CreatedOn.Time, now)
	var keyed time.Time
	if t.PSK != nil {
		keyed = t.PSK.LastGeneratedOn.Time
	}
	p.reach(&p.keyed, m.hasKey(t) && !m.keyNobodyHas(t), keyed, now)
	p.reach(&p.healthy, probedHealth(t) == store.Healthy, time.Time{}, now)
	p.reach(&p.tcp, t.State == store.Up || (t.BGPStatus != nil && t.BGPStatus.TCPEstablished), time.Time{}, now)
	var changed time.Time
	if t.State == store.Up {
		changed = t.Track.Changed
	}
	p.reach(&p.up, t.State == store.Up, changed, now)
	p.looked = true
}

// reach notes when a step was reached, and forgets it when the step is lost again. known is the time that the API or the
// history gives, zero for none: then it is now, or some time before the first look.
func (p *progress) reach(step *arrival, is bool, known, now time.Time) {
	switch {
	case !is:
		*step = arrival{}
	case step.reached():
	case !known.IsZero():
		*step = arrival{at: known}
	default:
		*step = arrival{at: now, before: !p.looked}
	}
}

// lacks is what is not there yet, in a few words: what its page waits for.
func (p *progress) lacks() string {
	switch {
	case !p.listed.reached():
		return "not listed yet"
	case p.noBGP:
		return "health checks not answered yet"
	}
	return "BGP not up yet"
}

// hasKey reports whether the tunnel has a pre-shared key, as far as the API or this program knows: a key that
// was sent along when the tunnel was made may have no date.
func (m *Module) hasKey(t store.Tunnel) bool {
	return m.keyed[t.ID] || t.PSK != nil && !t.PSK.LastGeneratedOn.IsZero()
}

// Followed implements kit.Follower: the tunnels whose way up was followed since the program began, those that
// are not up first.
func (m *Module) Followed() []kit.Followed {
	out := m.followedPairs()
	for _, id := range slices.Sorted(maps.Keys(m.progress)) {
		p := m.progress[id]
		f := kit.Followed{Name: p.name, State: "opened " + p.began.UTC().Format("15:04") + " UTC, " + p.lacks(),
			Open: func() tui.View { return NewBringUp(m, id, p.name) }}
		switch {
		case p.missing:
			f.State = "no longer on the account"
		case p.up.reached(), p.noBGP && p.healthy.reached():
			f.State, f.Up = "up", true
		}
		out = append(out, f)
	}
	sorting.Sort(out, func(a, b kit.Followed) int {
		if a.Up == b.Up {
			return strings.Compare(a.Name, b.Name)
		}
		if b.Up {
			return -1
		}
		return 1
	})
	return out
}
