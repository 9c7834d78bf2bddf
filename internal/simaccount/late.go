package simaccount

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// delayedRequest is a request that the service carries out after it was answered.
type delayedRequest struct {
	at   time.Time
	r    *http.Request
	body []byte
}

// postpone remembers a request; it is carried out when its time has come and somebody looks.
func (s *Server) postpone(r *http.Request, body []byte, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// The client may be gone by then, and its context with it.
	s.delayed = append(s.delayed, delayedRequest{at: s.now().Add(wait), r: r.Clone(context.WithoutCancel(r.Context())), body: body})
}

// lockAndRunDue locks the Server and carries out what is due.
func (s *Server) lockAndRunDue() {
	s.mu.Lock()
	now := s.now()
	for i := 0; i < len(s.delayed); {
		due := s.delayed[i]
		if due.at.After(now) {
			i++
			continue
		}
		s.delayed = slices.Delete(s.delayed, i, i+1)
		s.serve(due.r, due.body, due.at)
	}
}
