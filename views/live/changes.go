package live

import (
	"cmp"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/internal/mute"
	"flarewire/internal/snapshot"
	"flarewire/internal/sorting"
	"flarewire/tui"
)

// recallEvery is how often the journal is read again: another program of the user may have changed something.
const recallEvery = 2 * time.Minute

// recalled is what the user's own journal says about lately.
type recalled struct {
	read    func(since time.Time) []diagnose.Change // nil: there is no journal
	at      time.Time
	changes []diagnose.Change
}

// SetBaseline has what is as it was on the saved good day stand after what has changed. It comes before Init.
func (f *Feed) SetBaseline(good *snapshot.Baseline) { f.good = good }

// SetMutes gives the findings that somebody has muted; it comes before Init.
func (f *Feed) SetMutes(l *mute.List) { f.mutes = l }

// Muted is what is muted now, what ends next first.
func (f *Feed) Muted() []mute.Mute {
	list := f.mutes.Active(f.store.Now())
	sorting.Sort(list, func(a, b mute.Mute) int { return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Name, b.Name)) })
	return list
}

// Mute mutes a finding, or ends that, and has every page read the data anew.
func (f *Feed) Mute(m mute.Mute) tea.Cmd {
	return func() tea.Msg {
		if f.mutes == nil {
			return tui.Toast(tui.Bad, "Nothing can be muted here")()
		}
		if err := f.mutes.Set(m, f.store.Now()); err != nil {
			return tui.Toast(tui.Bad, err.Error())()
		}
		f.forgetDiagnosis()
		return News()
	}
}

// SetChangeSource has the reading of the data take what was changed from this machine into account. It comes before Init.
func (f *Feed) SetChangeSource(read func(since time.Time) []diagnose.Change) { f.own.read = read }

// recallChanges reads the journal when that was long ago, or at once. It runs in commands.
func (f *Feed) recallChanges(atOnce bool) {
	now := f.store.Now()
	f.mu.Lock()
	read := f.own.read
	due := read != nil && (atOnce || now.Sub(f.own.at) >= recallEvery)
	if due {
		f.own.at = now
	}
	f.mu.Unlock()
	if !due {
		return
	}
	changes := read(now.Add(-diagnose.ChangesFor))
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(changes) != len(f.own.changes) {
		f.account = nil
	}
	f.own.changes = changes
}
