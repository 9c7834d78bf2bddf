package cli

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"flarewire/api"
	"flarewire/internal/simedge"
	"flarewire/internal/watch"
	"flarewire/tui"
)

// session is a client with the account that it works on.
type session struct {
	client   *api.Client
	account  *api.AccountClient
	name     string // the account's name; empty when not known
	source   string // where the credentials come from, never their value
	rehearse func(context.Context, *watch.Watcher)
	readOnly bool
	now      func() time.Time
	close    func()

	mu        sync.Mutex
	observers []func(api.Exchange)
}

// observe has every request reported to f from now on.
func (s *session) observe(f func(api.Exchange)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.observers = append(s.observers, f)
}

func (s *session) exchanged(e api.Exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.observers {
		f(e)
	}
}

const demoSource = "demo"

// open makes a client from flags and environment. It sends nothing unless the account has to be
// looked up.
func (f *flags) open(ctx context.Context, x IO) (*session, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	s := &session{now: x.Now, close: func() {}, rehearse: func(context.Context, *watch.Watcher) {}}
	s.readOnly = f.readOnly || truthy(x.env("FLAREWIRE_READ_ONLY"))
	opts := api.Options{ReadOnly: s.readOnly, UserAgent: "flarewire/" + version}
	account := f.account
	if f.demo {
		if err := s.demo(f, &opts); err != nil {
			return nil, err
		}
		account = simedge.DefaultAccount
	} else {
		creds, source, err := credentials(x)
		if err != nil {
			return nil, failure{exitUsage, err}
		}
		opts.Credentials, s.source = creds, source
		opts.BaseURL = x.env("CLOUDFLARE_BASE_URL")
		if account == "" {
			account = x.env("CLOUDFLARE_ACCOUNT_ID")
		}
	}
	if err := s.log(f); err != nil {
		return nil, err
	}
	opts.OnExchange = s.exchanged
	client, err := api.New(opts)
	if err != nil {
		return nil, failure{exitUsage, err}
	}
	s.client = client
	return s, s.choose(ctx, account)
}

// credentials reads the environment. Both kinds set: the token is used.
func credentials(x IO) (api.Credentials, string, error) {
	token, key, email := x.env("CLOUDFLARE_API_TOKEN"), x.env("CLOUDFLARE_API_KEY"), x.env("CLOUDFLARE_EMAIL")
	var c api.Credentials
	var source string
	switch {
	case token != "":
		c.Token, source = api.NewSecret(token), "env CLOUDFLARE_API_TOKEN"
	case key != "" && email != "":
		c.Key, c.Email, source = api.NewSecret(key), email, "env CLOUDFLARE_API_KEY"
	case key != "":
		return c, "", fmt.Errorf("CLOUDFLARE_API_KEY is set but CLOUDFLARE_EMAIL is not: set both, or CLOUDFLARE_API_TOKEN alone")
	case email != "":
		return c, "", fmt.Errorf("CLOUDFLARE_EMAIL is set but CLOUDFLARE_API_KEY is not: set both, or CLOUDFLARE_API_TOKEN alone")
	default:
		return c, "", fmt.Errorf("no credentials: set CLOUDFLARE_API_TOKEN, or try flarewire --demo")
	}
	if err := c.Validate(); err != nil {
		return c, "", fmt.Errorf("%s: %w", source, err)
	}
	return c, source, nil
}

// choose settles the account: the given one, or the only one that the credentials can see.
func (s *session) choose(ctx context.Context, id string) error {
	if id != "" {
		if strings.ContainsAny(id, "/?#% \t\r\n") {
			return usage("%q is no account id: it is 32 hexadecimal digits, shown in the dashboard's address", tui.Clean(id))
		}
		s.account = s.client.In(id)
		return nil
	}
	accounts, err := s.client.Accounts(ctx)
	if err != nil {
		return trouble(fmt.Errorf("the list of accounts could not be read: %w", err))
	}
	switch len(accounts) {
	case 1:
		s.account, s.name = s.client.In(accounts[0].ID), accounts[0].Name
		return nil
	case 0:
		return usage("these credentials list no account: set CLOUDFLARE_ACCOUNT_ID or --account")
	}
	names := make([]string, len(accounts))
	for i, a := range accounts {
		names[i] = a.ID + " " + tui.Clean(a.Name)
	}
	return usage("these credentials can see %d accounts: choose one with --account or CLOUDFLARE_ACCOUNT_ID: %s", len(accounts), strings.Join(names, ", "))
}

// log writes one line per request to the file of --debug-log.
func (s *session) log(f *flags) error {
	if f.debugLog == "" {
		return nil
	}
	file, err := os.OpenFile(f.debugLog, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return usage("--debug-log: %w", err)
	}
	s.close = func() { _ = file.Close() }
	s.observe(func(e api.Exchange) { fmt.Fprintln(file, logLine(e)) })
	return nil
}

// truthy reads a switch from the environment: anything but empty, 0, false and no is on.
func truthy(v string) bool {
	switch strings.ToLower(v) {
	case "", "0", "false", "no", "off":
		return false
	}
	return true
}

// logLine is one request for --debug-log: no header, no query, no body.
func logLine(e api.Exchange) string {
	line := fmt.Sprintf("%s %s %s attempt=%d status=%d time=%s bytes=%d", e.Start.UTC().Format(time.RFC3339Nano), e.Method, e.Path,
		e.Attempt, e.Status, e.Duration.Round(time.Millisecond), e.Bytes)
	if e.RequestID != "" {
		line += " request=" + e.RequestID
	}
	if e.Error != "" {
		line += " error=" + strconv.Quote(e.Error)
	}
	return line
}
