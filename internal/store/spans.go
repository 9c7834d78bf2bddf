package store

import "time"

// Span is a time from one moment to another.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// watch notes a successful reading of the tunnels: it extends the last span, or begins a new one where nobody has looked for too long.
func (s *Store) watch(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.spans); n > 0 && now.Sub(s.spans[n-1].To) <= blindAfter(s.refresh) {
		s.spans[n-1].To = now
		return
	}
	s.spans = append(s.spans, Span{now, now})
	if len(s.spans) > maxSpans {
		s.spans = s.spans[1:]
	}
}

// WatchedSpans are the times in which the tunnels were watched, in this run and, where there is a history, in earlier ones, the
// oldest first. What happened between them is not known.
func (s *Store) WatchedSpans() []Span {
	s.mu.Lock()
	all := append(append([]Span(nil), s.earlierSpans...), s.spans...)
	s.mu.Unlock()
	return merge(all)
}
