package simaccount

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// late is a request that the service carries out after it was answered.
type late struct {
	at   time.Time
	r    *http.Request
	body []byte
}

// postpone remembers a request; it is carried out when its time has come and somebody looks.
func (e *Server) postpone(r *http.Request, body []byte, wait time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	// The client may be gone by then, and its context with it.
	e.late = append(e.late, late{at: e.now().Add(wait), r: r.Clone(context.WithoutCancel(r.Context())), body: body})
}

// lock locks the Server and carries out what is due.
func (e *Server) lock() {
	e.mu.Lock()
	now := e.now()
	for i := 0; i < len(e.late); {
		due := e.late[i]
		if due.at.After(now) {
			i++
			continue
		}
		e.late = slices.Delete(e.late, i, i+1)
		e.serve(due.r, due.body, due.at)
	}
}
