package simaccount

import (
	"fmt"
)

// Insert adds an object behind the clients' back, without any check, and returns its id.
// A tunnel is established at once.
func (s *Server) Insert(kind Resource, o Object) string {
	return s.InsertBelow(kind, "", o)
}

// InsertBelow is Insert for what belongs to a prefix (BGP prefixes, bindings, delegations), named by its id.
func (s *Server) InsertBelow(kind Resource, prefixID string, o Object) string {
	s.lockAndRunDue()
	defer s.mu.Unlock()
	r := s.insert(kind, deepCopy(o).(Object), s.now())
	r.parent, r.life, r.lifeFrom = prefixID, steady("Established", "", 1), r.created
	return r.id
}

// Mutate changes an object behind the clients' back. It is found by id, name or CIDR; the error says when there is none.
func (s *Server) Mutate(kind Resource, idOrName string, change func(Object)) error {
	return s.mutate(kind, idOrName, func(r *record) {
		o := deepCopy(r.obj).(Object)
		change(o)
		r.obj = o
	})
}

// Rename gives an object another name behind the clients' back.
func (s *Server) Rename(kind Resource, idOrName, name string) error {
	return s.mutate(kind, idOrName, func(r *record) { r.obj["name"] = name })
}

// Delete removes an object at once, without the API's delay.
func (s *Server) Delete(kind Resource, idOrName string) error {
	return s.mutate(kind, idOrName, func(r *record) { s.objects[kind].remove(r) })
}

// SetBGP puts a tunnel's session into a state of RFC 4271 ("Idle" … "Established") from now on.
// An empty state makes bgp_status absent.
func (s *Server) SetBGP(kind Resource, idOrName, fsm string) error {
	return s.mutate(kind, idOrName, func(r *record) {
		m, _ := r.now(s.now())
		r.life, r.lifeFrom = steady(fsm, "", m.health), s.now()
	})
}

// SetBGPSummary is SetBGP with a summary of its own, to show values that do not fit together or that no document knows.
func (s *Server) SetBGPSummary(kind Resource, idOrName, fsm, summary string) error {
	return s.mutate(kind, idOrName, func(r *record) {
		m, _ := r.now(s.now())
		r.life, r.lifeFrom = steady(fsm, summary, m.health), s.now()
	})
}

// SetHealth sets what the probes of a tunnel find from now on: 0 down, 0.5 degraded, 1 healthy. The session stays as it is.
func (s *Server) SetHealth(kind Resource, idOrName string, health float64) error {
	return s.mutate(kind, idOrName, func(r *record) {
		m, since := r.now(s.now())
		r.life, r.lifeFrom = steady(m.fsm, m.state, health), since
	})
}

// Restart makes a tunnel come up anew, step by step, as after its creation.
func (s *Server) Restart(kind Resource, idOrName string) error {
	return s.mutate(kind, idOrName, func(r *record) { r.startOver(s.now()) })
}

func (s *Server) mutate(kind Resource, idOrName string, change func(*record)) error {
	s.lockAndRunDue()
	defer s.mu.Unlock()
	c := s.objects[kind]
	if c == nil {
		return fmt.Errorf("simaccount has no resource %q; use one of the Resource constants", kind)
	}
	r := c.find(idOrName)
	if r == nil {
		return fmt.Errorf("the simulated account has no %s object %q", kind, idOrName)
	}
	change(r)
	r.changed()
	return nil
}

// Objects returns copies of all objects of a kind, as they are stored: no status, no keys,
// health_check.target as the saved text. Deleted ones that can still be read are left out.
func (s *Server) Objects(kind Resource) []Object {
	s.lockAndRunDue()
	defer s.mu.Unlock()
	return s.live(kind)
}

func (s *Server) live(kind Resource) []Object {
	out := []Object{}
	for _, r := range s.objects[kind].list {
		if r.gone.IsZero() {
			out = append(out, deepCopy(r.obj).(Object))
		}
	}
	return out
}

// Object returns a copy of one object, found by id, name or CIDR.
func (s *Server) Object(kind Resource, idOrName string) (Object, bool) {
	s.lockAndRunDue()
	defer s.mu.Unlock()
	r := s.objects[kind].find(idOrName)
	if r == nil || !r.gone.IsZero() {
		return nil, false
	}
	return deepCopy(r.obj).(Object), true
}

// Snapshot returns copies of everything, for a comparison before and after.
func (s *Server) Snapshot() map[Resource][]Object {
	s.lockAndRunDue()
	defer s.mu.Unlock()
	all := map[Resource][]Object{}
	for kind := range s.objects {
		all[kind] = s.live(kind)
	}
	return all
}

// PSK returns the key that the simulated edge uses for an IPsec tunnel, "" for none. The API never shows it.
func (s *Server) PSK(idOrName string) string {
	s.lockAndRunDue()
	defer s.mu.Unlock()
	return s.pskOf(idOrName)
}
