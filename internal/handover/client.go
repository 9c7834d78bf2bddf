package handover

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"flarewire/internal/mute"
	"flarewire/internal/store"
)

// Place is where a recorder may be.
type Place struct {
	Path          string
	Name          string // what people call it
	SharedHistory bool   // it writes this user's own history
}

// Client takes over what a recorder of an account knows. One that is not there costs a failed connection.
type Client struct {
	account string
	places  []place
	now     atomic.Int32 // the place that answered last, from 1; 0: none
}

type place struct {
	Place
	http *http.Client
}

// Bounds of an answer: it comes from this machine.
const (
	answerTime = 2 * time.Second
	answerSize = 256 << 20
)

var _ store.Recorder = (*Client)(nil)

// NewClient makes a client; of several recorders the first that answers is asked.
func NewClient(account string, places ...Place) *Client {
	c := &Client{account: account}
	for _, p := range places {
		var dialer net.Dialer
		c.places = append(c.places, place{p, &http.Client{Timeout: answerTime, Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return dialer.DialContext(ctx, "unix", p.Path)
			},
			MaxIdleConns:    2,
			IdleConnTimeout: time.Minute,
		}}})
	}
	return c
}

// Name says which recorder is asked; "" is none.
func (c *Client) Name() string {
	if i := c.now.Load(); i > 0 {
		return c.places[i-1].Name
	}
	return ""
}

// Hand implements store.Recorder.
func (c *Client) Hand(ctx context.Context, d store.Target, after, since time.Time) (store.Handed, bool) {
	query := url.Values{"of": store.Needs(d), "after": {after.Format(time.RFC3339Nano)}, "since": {since.Format(time.RFC3339Nano)}}
	var h store.Handed
	where, body := c.ask(ctx, "/rows", query)
	if body == nil || json.Unmarshal(body, &h) != nil {
		return store.Handed{}, false
	}
	h.SharedHistory = where.SharedHistory
	return h, true
}

// History is the history of a recorder that does not write this user's own; nil for none.
func (c *Client) History(ctx context.Context) []byte {
	where, body := c.ask(ctx, "/history", url.Values{})
	if where.SharedHistory {
		return nil
	}
	return body
}

// Mutes are those of a recorder that does not have this user's own.
func (c *Client) Mutes(ctx context.Context) []mute.Mute {
	where, body := c.ask(ctx, "/mutes", url.Values{})
	var mutes []mute.Mute
	if where.SharedHistory || body == nil || json.Unmarshal(body, &mutes) != nil {
		return nil
	}
	return mutes
}

// ask asks the first recorder that is there; nil is no answer.
func (c *Client) ask(ctx context.Context, path string, query url.Values) (Place, []byte) {
	query.Set("account", c.account)
	for i, p := range c.places {
		status, body, err := p.get(ctx, prefix+path+"?"+query.Encode())
		if err != nil {
			continue
		}
		c.now.Store(int32(i) + 1)
		if status != http.StatusOK {
			return p.Place, nil
		}
		return p.Place, body
	}
	c.now.Store(0)
	return Place{}, nil
}

func (p place) get(ctx context.Context, address string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://recorder"+address, nil)
	if err != nil {
		return 0, nil, err
	}
	answer, err := p.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	var body bytes.Buffer
	if n, err := body.ReadFrom(io.LimitReader(answer.Body, answerSize)); err != nil || n == answerSize {
		return 0, nil, fmt.Errorf("the recorder's answer cannot be read: %w", err)
	}
	return answer.StatusCode, body.Bytes(), nil
}
