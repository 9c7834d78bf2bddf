package tunnel

import (
	"time"

	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/store"
	"flarewire/views/kit"
)

// A pre-shared key that Cloudflare has set and nobody has seen: its answer was lost, or its page was left. The tunnel cannot come up
// with it, and neither the API nor the router can tell.

// neverShown remembers that the key of a tunnel is such a one.
func (m *Module) neverShown(id string) { m.unshown[id] = m.env.Now() }

// keyShown is what ends that: a new key was shown.
func (m *Module) keyShown(id string) func() {
	return func() {
		delete(m.unshown, id)
		m.keyed[id] = true
	}
}

// rotated takes the end of a key's generation.
func (m *Module) rotated(id string, r change.Result) {
	switch r.Outcome {
	case journal.Done:
		m.keyed[id] = true
		m.neverShown(id) // until it is
	case journal.Unknown:
		m.neverShown(id)
	}
}

// keyFound takes what looking again has shown of a generation whose answer was lost.
func (m *Module) keyFound(msg kit.RecheckedMsg) {
	if msg.Entry.Verb != journal.GeneratePSK {
		return
	}
	switch msg.Result.Outcome {
	case journal.Done, journal.Unknown:
		m.unshown[msg.Entry.ObjectID] = msg.Entry.Time
	case journal.NotDone:
		delete(m.unshown, msg.Entry.ObjectID) // the former key is still the one
	}
}

// recallKeys finds in the journal the keys of earlier that were never shown.
func (m *Module) recallKeys() {
	if m.env.Journal == nil {
		return
	}
	settled := map[string]bool{}
	for e, err := range m.env.Journal.Entries() { // newest first
		if err != nil {
			return // :activity says so
		}
		if settled[e.ObjectID] || e.Verb != journal.GeneratePSK && e.Verb != journal.SetPSK || e.Outcome == journal.NotDone {
			continue
		}
		settled[e.ObjectID] = true
		if e.Verb == journal.GeneratePSK && (e.Outcome == journal.Unknown || e.Error != "") {
			m.unshown[e.ObjectID] = e.Time
		}
	}
}

// lateKey is how long after its request a key may have been made that is still the one of the request.
const lateKey = change.Patience + 5*time.Minute

// keyNobodyHas reports whether the tunnel's key was set from here and never shown. A later key is somebody else's, who has it.
func (m *Module) keyNobodyHas(t store.Tunnel) bool {
	at, lost := m.unshown[t.ID]
	return lost && (t.PSK == nil || !t.PSK.LastGeneratedOn.After(at.Add(lateKey)))
}
