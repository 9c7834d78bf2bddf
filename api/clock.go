package api

import (
	"net/http"
	"sync/atomic"
	"time"
)

// serverClock is how far the clock of the server is ahead of this machine's, from the Date of the last good answer. The zero value says
// that no answer had one.
type serverClock struct{ ahead atomic.Int64 }

// learn takes the Date of an answer that has just come. Date has whole seconds (RFC 9110, 6.6.1).
func (c *serverClock) learn(h http.Header, now time.Time) {
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		c.ahead.Store(int64(date.Sub(now)))
	}
}

// ClockAhead returns by how much Cloudflare's clock was ahead of this machine's when the last good answer came, negative when it was
// behind. It is exact to some seconds, and zero while it is not known.
func (c *Client) ClockAhead() time.Duration { return time.Duration(c.clock.ahead.Load()) }

// ClockAhead is that of the client: see Client.ClockAhead.
func (a *AccountClient) ClockAhead() time.Duration { return a.client.ClockAhead() }
