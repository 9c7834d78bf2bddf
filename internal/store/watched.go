package store

import "time"

// Span is a time from one moment to another.
type Span struct{ From, To time.Time }

// watch notes a good look at the tunnels: it goes on with the time of watching, or begins a new one where nobody has looked for too long.
func (s *Store) watch(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.spans); n > 0 && now.Sub(s.spans[n-1].To) <= blindAfter(s.refresh) {
		s.spans[n-1].To = now
		return
	}
	s.spans = append(s.spans, stretch{now, now})
	if len(s.spans) > maxSpans {
		s.spans = s.spans[1:]
	}
}

// Watched are the times in which somebody watched the tunnels, in this run and, where there is a history, in earlier ones, the oldest
// first. What is between them is not known.
func (s *Store) Watched() []Span {
	s.mu.Lock()
	all := append(append([]stretch(nil), s.earlierSpans...), s.spans...)
	s.mu.Unlock()
	var out []Span
	for _, w := range merge(all) {
		out = append(out, Span(w))
	}
	return out
}
