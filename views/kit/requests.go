package kit

import (
	"slices"
	"sync"

	"flarewire/api"
)

// keptRequests bounds the log.
const keptRequests = 500

// RequestLog keeps the newest exchanges. It is safe for concurrent use.
type RequestLog struct {
	mu   sync.Mutex
	n    int
	list []Request
}

// Request is one exchange with its number.
type Request struct {
	Number int
	api.Exchange
}

// Observe takes an exchange; it is what api.Options.OnExchange is for.
func (l *RequestLog) Observe(e api.Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	l.list = append(l.list, Request{l.n, e})
	if len(l.list) > keptRequests {
		l.list = slices.Clone(l.list[len(l.list)-keptRequests:])
	}
}

// Entries are the kept exchanges, the newest first; none without a log.
func (l *RequestLog) Entries() []Request {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	out := slices.Clone(l.list)
	slices.Reverse(out)
	return out
}
