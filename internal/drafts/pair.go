package drafts

import (
	"maps"
	"slices"
	"time"

	"flarewire/api"
)

// Pair is a pair of tunnels that is being made, or was: what its steps are made from again when the program ended in their middle. What
// became of each step is in the journal.
type Pair struct {
	ID     string            `json:"id"` // the batch of its entries in the journal
	At     time.Time         `json:"at"` // when it was begun
	Values map[string]string `json:"values"`
	First  string            `json:"first,omitempty"` // id of the tunnel that was there before; empty when both are new
	MD5    bool              `json:"md5,omitempty"`   // a key of BGP was typed, which is not kept
	// Routes are those of the tunnel that was there, as they are to be made into the second one, too: without id and next hop.
	Routes []api.Route `json:"routes,omitempty"`
	Done   int         `json:"done"` // steps, as far as it was seen
	Total  int         `json:"total"`
	// Ticked are the things that somebody says were done, and when: a key that was kept, a test.
	Ticked map[string]time.Time `json:"ticked,omitempty"`
}

// Pairs are the pairs that are remembered, oldest first.
func (m *File) Pairs() []Pair {
	out := slices.Clone(m.known().Pairs)
	for i := range out {
		out[i].Values, out[i].Ticked = maps.Clone(out[i].Values), maps.Clone(out[i].Ticked)
	}
	return out
}

// KeepPair remembers a pair in the place of what was known of it.
func (m *File) KeepPair(p Pair) error {
	p.At, p.Values, p.Ticked = p.At.UTC(), maps.Clone(p.Values), maps.Clone(p.Ticked)
	return m.changePair(p.ID, func(c *content, at int) {
		if at < 0 {
			c.Pairs = append(c.Pairs, p)
			return
		}
		c.Pairs[at] = p
	})
}

// ForgetPair throws away what is remembered of a pair; there need not be one.
func (m *File) ForgetPair(id string) error {
	return m.changePair(id, func(c *content, at int) {
		if at >= 0 {
			c.Pairs = slices.Delete(c.Pairs, at, at+1)
		}
	})
}

// changePair makes a change to the newest content; at is where the pair is in it, -1 for nowhere.
func (m *File) changePair(id string, f func(c *content, at int)) error {
	if m == nil {
		return nil
	}
	m.writing.Lock()
	defer m.writing.Unlock()
	return m.change(func(c *content) { f(c, slices.IndexFunc(c.Pairs, func(p Pair) bool { return p.ID == id })) })
}
