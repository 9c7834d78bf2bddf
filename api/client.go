package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"flarewire/internal/secret"
)

// DefaultBaseURL is the address of the real API.
const DefaultBaseURL = "https://api.cloudflare.com" + apiPath

// apiPath is where the API begins on Cloudflare's host.
const apiPath = "/client/v4"

// Defaults and bounds of Options.
const (
	DefaultTimeout   = 30 * time.Second
	DefaultBodyLimit = 64 << 20 // bytes; a list of 10,000 tunnels is about 10 MB
)

// Options are what New needs. Only Credentials has no usable zero value.
type Options struct {
	BaseURL     string // "" = DefaultBaseURL; plain http is refused off loopback
	Credentials Credentials
	ReadOnly    bool   // refuse every request that changes something, in the transport
	UserAgent   string // "" = "flarewire"
	// Transport sends the requests; nil = one with keep-alive, HTTP/2 and its own limits. The layers of this package are put around it.
	Transport http.RoundTripper
	// Timeout bounds a whole call with its waits, retries and bodies; 0 = DefaultTimeout. A deadline of the context takes its place.
	Timeout    time.Duration
	BodyLimit  int64                                      // largest answer in bytes after decompression; 0 = DefaultBodyLimit
	Budget     int                                        // requests in any 5 minutes without a Share; 0 = DefaultBudget
	Share      Share                                      // what other clients of the credential use, too; nil = one of its own
	Now        func() time.Time                           // nil = time.Now
	Sleep      func(context.Context, time.Duration) error // nil = a timer that ends early with the context
	Redactor   *secret.Redactor                           // learns every secret that is sent; nil = one of its own
	OnExchange func(Exchange)                             // called after every request; must be safe for concurrent use
}

// Client talks to the API with one set of credentials. It is safe for concurrent use.
type Client struct {
	base       *url.URL
	http       *http.Client
	creds      Credentials
	now        func() time.Time
	timeout    time.Duration
	tokenWorks atomic.Bool // some answer accepted the credentials
	share      Share
	waits      waits
	redactor   *secret.Redactor
	half       secret.Redactor // knows the e-mail address of a global API key, which is half of the credential
	readOnly   atomic.Bool     // refuse changes, see readOnly
	clock      serverClock

	limitsMu sync.Mutex
	limits   map[string]accountLimits // GraphQL limits by account id
}

// New checks the options and builds the client. It sends nothing.
func New(o Options) (*Client, error) {
	base, err := parseBase(cmp.Or(o.BaseURL, DefaultBaseURL))
	if err != nil {
		return nil, err
	}
	if err := o.Credentials.Validate(); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Share == nil {
		o.Share = NewShare(LimitsOf(cmp.Or(o.Budget, DefaultBudget)))
	}
	if o.Redactor == nil {
		o.Redactor = &secret.Redactor{}
	}
	o.Redactor.Add(o.Credentials.Token, o.Credentials.Key)
	if !isLoopback(base.Hostname()) {
		proxy, err := environmentProxy()
		if err != nil {
			return nil, err
		}
		if proxy != nil {
			password, _ := proxy.User.Password()
			o.Redactor.Add(secret.New(password))
		}
	}
	c := &Client{redactor: o.Redactor, base: base, creds: o.Credentials, now: o.Now, timeout: cmp.Or(o.Timeout, DefaultTimeout),
		share:  o.Share,
		limits: make(map[string]accountLimits)}
	c.half.Add(secret.New(o.Credentials.Email))
	c.http = &http.Client{Transport: newTransport(o, base, c), CheckRedirect: refuseRedirect}
	return c, nil
}

// hide replaces secrets in a text that came from elsewhere, for example a proxy that repeats the request: the given ones and every
// one that was ever sent, with the e-mail address of a global API key: that one only in such texts, because it is also a name that
// the audit log shows to those who ask.
func (c *Client) hide(text string, secrets []Secret) string {
	return c.half.Redact(c.redactor.Redact(secret.Hide(text, secrets...)))
}

// Budget is what was used of the requests that flarewire may send, by all programs that are known to share the credential.
func (c *Client) Budget() Budget { return c.share.Budget(c.now()) }

// Waiting returns what requests that a person waits for are held up by at the moment: of several waits the longest.
func (c *Client) Waiting() Wait { return c.waits.longest() }

// Host is the host that gets the credentials. Show it when it is not the one of DefaultBaseURL.
func (c *Client) Host() string { return c.base.Host }

// parseBase accepts https, and http to this machine only: the token is sent wherever this address says.
func parseBase(raw string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(raw, "/"))
	if err != nil {
		return nil, errors.New("the base URL cannot be read: give an address like " + DefaultBaseURL)
	}
	switch {
	case base.User != nil:
		return nil, errors.New("the base URL contains a user or password: credentials belong into the environment or a profile")
	case base.Host == "" || base.RawQuery != "" || base.Fragment != "":
		return nil, fmt.Errorf("the base URL %q is not complete: give an address like %s", clean(raw), DefaultBaseURL)
	case base.Scheme == "https", base.Scheme == "http" && isLoopback(base.Hostname()):
		return base, nil
	case base.Scheme == "http":
		return nil, fmt.Errorf("the base URL uses plain http to %s: the token would cross the network readable, so use https", clean(base.Host))
	}
	return nil, fmt.Errorf("the base URL has the scheme %q: use https", clean(base.Scheme))
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
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
