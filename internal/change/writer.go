package change

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"flarewire/api"
	"flarewire/internal/journal"
)

// Options are what a Writer needs.
type Options struct {
	Account  *api.AccountClient
	Sender   *api.Sender      // of the client that Account belongs to
	Profile  string           // for the journal
	Journal  *journal.Journal // nil: changes leave no trace
	ReadOnly string           // the reason why nothing may be changed; "" = changes are allowed
	Requests *SentRequests    // for Cloudflare's request ids of successful requests; may be nil
	Now      func() time.Time // nil = time.Now
	// Sleep waits between two reads after a write; nil = a timer that ends early with the context.
	Sleep func(context.Context, time.Duration) error
}

// Writer carries changes out in one account. It is safe for concurrent use.
type Writer struct{ options Options }

// New builds a Writer. It sends nothing.
func New(o Options) (*Writer, error) {
	if o.Account == nil || o.Sender == nil {
		return nil, errors.New("a writer needs the client of an account and its sender")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return &Writer{options: o}, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// keptExchanges bounds SentRequests: a plan sends a handful of requests.
const keptExchanges = 64

// SentRequests remembers the ids of the last requests that may have changed something. Hook Observe into api.Options.OnExchange.
type SentRequests struct {
	mu   sync.Mutex
	seen int // requests observed so far
	last []api.Exchange
}

// Observe takes one exchange. It is safe for concurrent use.
func (l *SentRequests) Observe(x api.Exchange) {
	if x.Method == http.MethodGet || x.RequestID == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen++
	if len(l.last) == keptExchanges {
		l.last = l.last[1:]
	}
	l.last = append(l.last, x)
}

// mark is the place from which on since looks.
func (l *SentRequests) mark() int {
	if l == nil {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seen
}

// since gives the ids of the requests of one kind behind the mark.
func (l *SentRequests) since(mark int, operation, path string) []string {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []string
	for _, x := range l.last[max(0, len(l.last)-(l.seen-mark)):] {
		if x.Operation == operation && strings.HasSuffix(x.Path, path) {
			ids = append(ids, x.RequestID)
		}
	}
	return ids
}
