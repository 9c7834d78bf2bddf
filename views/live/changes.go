package live

import (
	"time"

	"flarewire/internal/diagnose"
)

// recallEvery is how often the journal is read again: another program of the user may have changed something.
const recallEvery = 2 * time.Minute

// recalled is what the user's own journal says about lately.
type recalled struct {
	read    func(since time.Time) []diagnose.Change // nil: there is no journal
	at      time.Time
	changes []diagnose.Change
}

// Recall has the reading of the data take what was changed from this machine into account. It comes before Init.
func (f *Feed) Recall(read func(since time.Time) []diagnose.Change) { f.own.read = read }

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
