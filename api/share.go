package api

import (
	"sync"
	"time"
)

// Cloudflare counts requests in windows of five minutes, per user or account token, over all accounts and over everything that
// uses it, the dashboard too: 1,200 in a window. GraphQL is counted apart: 300 queries by default. Who exceeds it is blocked for
// a window (https://developers.cloudflare.com/fundamentals/api/reference/limits/, 2026-04-20).
const limitWindow = 5 * time.Minute

// What one credential may use in any five minutes when nobody says otherwise: a quarter of what Cloudflare allows, so that the
// dashboard, Terraform and scripts of the same user are not blocked because of flarewire.
const (
	DefaultBudget        = 300 // requests
	DefaultGraphQLBudget = DefaultBudget / graphQLPart
)

// graphQLPart is how many requests Cloudflare allows for each GraphQL query.
const graphQLPart = 4

// Limits are how many requests may be sent in any five minutes.
type Limits struct {
	REST    int
	GraphQL int
}

// LimitsOf returns the limits for a budget of REST requests, with GraphQL in the proportion that Cloudflare has.
func LimitsOf(budget int) Limits { return Limits{REST: budget, GraphQL: max(budget/graphQLPart, 1)} }

// Counter is one of Cloudflare's counters.
type Counter uint8

// The counters.
const (
	CountREST Counter = iota
	CountGraphQL
)

func (l Limits) of(c Counter) int {
	if c == CountGraphQL {
		return l.GraphQL
	}
	return l.REST
}

// Ask is a request that wants to be sent.
type Ask struct {
	Now     time.Time
	Counter Counter
	Class   Class
	Must    bool // a change: it is counted, but only the server can hold it up
}

// Verdict is the answer to an Ask. The zero value: the request may be sent and is counted.
type Verdict struct {
	Until  time.Time // not zero: not before
	Server bool      // it is Cloudflare that said so, and not the share that is used up
}

// Granted reports whether the request may be sent.
func (v Verdict) Granted() bool { return v.Until.IsZero() }

// Share counts the requests of one credential. Clients of the same credential should have the same share, in all programs of the
// user if possible. An implementation is safe for concurrent use, does not fail, and does not hold anybody up for longer than a
// moment.
type Share interface {
	// Take counts a request, or says from when there is room for it.
	Take(Ask) Verdict
	// Block takes over that the server accepts nothing on a counter before a time.
	Block(now time.Time, counter Counter, until time.Time)
	// Budget is what is used.
	Budget(now time.Time) Budget
}

// Budget is what the programs that share a credential have used of it.
type Budget struct {
	REST, GraphQL Allowance
	// Unshared is why only this process is counted; nil when other programs of the user are counted, too, or when nothing is
	// to be shared.
	Unshared error
}

// Allowance is the part of a Budget on one counter.
type Allowance struct {
	Used    int       // requests in the last five minutes
	Share   int       // how many there may be
	Reserve int       // how many of these are kept for what a person waits for
	Blocked time.Time // the server accepts nothing before; zero when it does
}

// memoryShare is a Share of one process.
type memoryShare struct {
	limits Limits
	mu     sync.Mutex
	ledger Ledger
	last   time.Time
}

// NewShare returns a share that is kept in memory.
func NewShare(limits Limits) Share { return &memoryShare{limits: limits} }

// at locks the ledger, which the caller unlocks, and brings it to the present.
func (m *memoryShare) at(now time.Time) {
	m.mu.Lock()
	m.ledger.Shift(ClockStep(m.last, now))
	m.last = now
}

// Take implements Share.
func (m *memoryShare) Take(a Ask) Verdict {
	m.at(a.Now)
	defer m.mu.Unlock()
	return m.ledger.Take(a, m.limits)
}

// Block implements Share.
func (m *memoryShare) Block(now time.Time, counter Counter, until time.Time) {
	m.at(now)
	defer m.mu.Unlock()
	m.ledger.Block(now, counter, until)
}

// Budget implements Share.
func (m *memoryShare) Budget(now time.Time) Budget {
	m.at(now)
	defer m.mu.Unlock()
	return m.ledger.Budget(now, m.limits)
}
