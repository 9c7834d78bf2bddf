package simaccount

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// AuthKind says how a request identified itself.
type AuthKind string

// The kinds of credential.
const (
	AuthNone  AuthKind = "none"
	AuthToken AuthKind = "token" // Authorization: Bearer
	AuthKey   AuthKind = "key"   // X-Auth-Email and X-Auth-Key
)

// Request is what arrived, for tests that count and check. It holds no credential, but the body may hold a key.
type Request struct {
	Method string
	Path   string // below /client/v4
	Query  url.Values
	Auth   AuthKind
	Header http.Header // without credentials
	Body   []byte
	Time   time.Time
	Status int // of the answer; 0 when a fault prevented one
}

// keptRequests bounds the log, so that a demo can run for weeks.
const keptRequests = 20000

type requestLog struct{ list []Request }

func (l *requestLog) add(r Request) {
	if len(l.list) >= keptRequests {
		l.list = slices.Delete(l.list, 0, keptRequests/2)
	}
	l.list = append(l.list, r)
}

func authKind(h http.Header) AuthKind {
	switch {
	case h.Get("Authorization") != "":
		return AuthToken
	case h.Get("X-Auth-Key") != "" || h.Get("X-Auth-Email") != "":
		return AuthKey
	}
	return AuthNone
}

// arrived is a request as it is seen before it is answered.
func (s *Server) arrived(r *http.Request, body []byte) Request {
	h := r.Header.Clone()
	for _, secret := range []string{"Authorization", "X-Auth-Key", "X-Auth-Email"} {
		h.Del(secret)
	}
	return Request{Method: r.Method, Path: below(r.URL.Path), Query: r.URL.Query(), Auth: authKind(r.Header),
		Header: h, Body: bytes.Clone(body), Time: s.now()}
}

// record notes a request before it is answered.
func (s *Server) record(r *http.Request, body []byte, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	arrived := s.arrived(r, body)
	arrived.Status = status
	s.requests.add(arrived)
}

// Requests returns what arrived so far, oldest first (the last 10,000 at least).
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests.list)
}

// ForgetRequests empties the log.
func (s *Server) ForgetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests.list = nil
}
