package live

import (
	"maps"

	"flarewire/internal/router"
)

// RouterMsg says that a router has answered about its side of a tunnel.
type RouterMsg struct{ Reading router.Reading }

// takeRouter keeps what a router said, in the place of what it said before.
func (f *Feed) takeRouter(r router.Reading) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.routers = maps.Clone(f.routers) // the facts of a diagnosis are not written to
	if f.routers == nil {
		f.routers = map[string]router.Reading{}
	}
	f.routers[r.Target.ID] = r
	f.account = nil
}
