package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"flarewire/api"
	"flarewire/internal/access"
	"flarewire/internal/handover"
	"flarewire/internal/journal"
	"flarewire/internal/names"
	"flarewire/internal/preference"
	"flarewire/internal/simaccount"
	"flarewire/internal/statefile"
	"flarewire/internal/store"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views/signin"
)

// session is a client with the account that it works on.
type session struct {
	client   *api.Client
	sender   *api.Sender // for the account's writer, and for nothing else
	account  *api.AccountClient
	name     string // the account's name; empty when not known
	source   string // where the credentials come from, never their value
	rehearse func(context.Context, *store.Store)
	readOnly bool
	why      string // why it is read-only, when the profile says so
	profile  string // the profile's name; empty when there is none
	resolved keystore.Resolved
	// production: the profile is marked so, and so is the screen.
	production bool
	expires    time.Time // the credential's end; zero when it is not known or there is none
	notices    []string  // what is to be said about the credential
	// guard is what the profiles say about an account; nil for the demo. tell says notices at once, where no screen will.
	guard func(account string) keystore.Guard
	tell  func(notices []string)
	now   func() time.Time
	close func()
	// recorder is who watches the account beside this screen; nil: nobody is looked for.
	recorder *handover.Client
	below    string           // the page that back leads to from the first one; "" for none
	habits   *preference.File // of the screen
	past     *journal.Journal // of the demo

	mu        sync.Mutex
	observers []func(api.Exchange)
	watcher   *store.Store // the last one that was made
	called    names.Names  // what was listed without it
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

// open makes a client from flags, environment and profiles. It sends nothing unless the account has to be looked up.
func (f *flags) open(ctx context.Context, x IO) (*session, error) { return f.openWithin(ctx, x, 0) }

// openWithin is open with a limit for what is sent; 0 is none. What a person is asked for, a passphrase for one, has its own
// time.
func (f *flags) openWithin(ctx context.Context, x IO, limit time.Duration) (*session, error) {
	s, account, err := f.prepare(ctx, x)
	if err != nil {
		return nil, err
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	return s.settled(ctx, account)
}

// prepare is open without the account: the one that was named comes back beside the session.
func (f *flags) prepare(ctx context.Context, x IO) (*session, string, error) {
	if err := f.check(x); err != nil {
		return nil, "", err
	}
	if f.demo {
		return f.begin(x, nil)
	}
	resolved, err := f.resolve(ctx, x)
	if err != nil {
		return nil, "", denied(err)
	}
	x.tell(append(resolved.Notices, access.ExpiryWarning(resolved.Credential.ExpiresOn, x.Now())))
	s, account, err := f.begin(x, &resolved)
	if err == nil {
		s.tell = x.tell
	}
	return s, account, err
}

// connect makes the session of a credential; nil is the demo.
func (f *flags) connect(ctx context.Context, x IO, resolved *keystore.Resolved) (*session, error) {
	s, account, err := f.begin(x, resolved)
	if err != nil {
		return nil, err
	}
	return s.settled(ctx, account)
}

// settled is the session on its account; one that finds none is closed.
func (s *session) settled(ctx context.Context, account string) (*session, error) {
	if err := s.choose(ctx, account); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// begin makes the session of a credential, without an account: the one that was named comes back beside it, empty for none.
// It sends nothing.
func (f *flags) begin(x IO, resolved *keystore.Resolved) (*session, string, error) {
	s := &session{now: x.Now, close: func() {}, rehearse: func(context.Context, *store.Store) {}}
	s.readOnly = f.readOnly || truthy(x.env("FLAREWIRE_READ_ONLY"))
	opts := api.Options{UserAgent: "flarewire/" + version}
	account := f.account
	if resolved == nil {
		if err := s.demo(f, &opts); err != nil {
			return nil, "", err
		}
		account = simaccount.DefaultAccount
	} else {
		account = cmp.Or(account, resolved.Credential.AccountID)
		s.take(*resolved, account)
		s.guard = func(id string) keystore.Guard { return f.vault.Config.Guard(id, resolved.Profile) }
		var err error
		if opts.BaseURL, err = x.baseURL(); err != nil {
			return nil, "", err
		}
		opts.Credentials = access.Credentials(resolved.Credential)
		opts.Transport, opts.Now = f.renewal(x, resolved.Profile), x.Now
		opts.Share = f.share(opts.Credentials, opts.BaseURL)
	}
	opts.ReadOnly, opts.Redactor = s.readOnly, x.Redactor
	if err := s.log(f, x); err != nil {
		return nil, "", err
	}
	ended := s.close
	s.close = func() { s.keepNames(x); ended() }
	opts.OnExchange = s.exchanged
	sender, err := api.NewSender(opts)
	if err != nil {
		s.close()
		return nil, "", failure{exitUsage, err}
	}
	s.client, s.sender = sender.Client(), sender
	return s, account, nil
}

// take honours what the profile says about itself.
func (s *session) take(resolved keystore.Resolved, account string) {
	p := resolved.Profile
	s.resolved = resolved
	s.source, s.profile, s.production = resolved.Source.String(), p.Name, p.Production
	s.expires = resolved.Credential.ExpiresOn
	if p.ReadOnly {
		s.readOnly, s.why = true, "the profile "+p.Name+" is read-only"
	}
	if p.Account == account {
		s.name = p.AccountName
	}
}

// on is the same credential on another account, for the next session.
func (s *session) on(a api.Account) *signin.Outcome {
	other := signin.Outcome{Resolved: s.resolved}.On(a)
	other.Resolved.Notices = nil
	return &other
}

// choose settles the account, the given one or the only one that the credentials can see, and how careful to be with it.
func (s *session) choose(ctx context.Context, id string) error {
	if err := s.find(ctx, id); err != nil {
		return err
	}
	if s.guard == nil {
		return nil
	}
	g := s.guard(s.account.ID)
	s.production = s.production || g.Production
	if g.ReadOnly {
		s.readOnly, s.why = true, cmp.Or(s.why, g.Why)
		s.sender.MakeReadOnly()
	}
	if g.Notice != "" {
		s.notices = append(s.notices, g.Notice)
		if s.tell != nil {
			s.tell([]string{g.Notice})
		}
	}
	return nil
}

// find settles the account.
func (s *session) find(ctx context.Context, id string) error {
	if id != "" {
		if strings.ContainsAny(id, "/?#% \t\r\n") {
			return usage("%q is no account id: it is 32 hexadecimal digits, shown in the dashboard's address", tui.Clean(id))
		}
		s.account = s.client.In(strings.ToLower(id))
		return nil
	}
	accounts, err := s.client.Accounts(ctx)
	if err != nil {
		return unlisted(err)
	}
	switch len(accounts) {
	case 1:
		s.account, s.name = s.client.In(accounts[0].ID), accounts[0].Name
		return nil
	case 0:
		return unlisted(signin.ErrNoAccount)
	}
	names := make([]string, len(accounts))
	for i, a := range accounts {
		names[i] = a.ID + " " + tui.Clean(a.Name)
	}
	return usage("these credentials can see %d accounts: choose one with --account or CLOUDFLARE_ACCOUNT_ID: %s", len(accounts),
		strings.Join(names, ", "))
}

// unlisted is why no account was found; nil for nil.
func unlisted(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, signin.ErrNoAccount):
		return failure{exitUsage, err}
	}
	return trouble(fmt.Errorf("the list of accounts could not be read: %w", err))
}

// log writes one line per request to the file of --debug-log.
func (s *session) log(f *flags, x IO) error {
	if f.debugLog == "" {
		return nil
	}
	file, err := statefile.Open(f.debugLog, os.O_CREATE|os.O_APPEND|os.O_WRONLY|statefile.NoFollow, 0o600)
	if info, failed := os.Lstat(f.debugLog); err != nil && failed == nil && info.Mode()&fs.ModeSymlink != 0 {
		return usage("--debug-log: %s is a link, which is not followed: name the file itself", tui.Clean(f.debugLog))
	}
	if err == nil {
		err = statefile.OwnerOnly(file)
	}
	if err != nil {
		return usage("--debug-log: %w", err)
	}
	s.close = func() { _ = file.Close() }
	s.observe(func(e api.Exchange) { fmt.Fprintln(file, x.Redactor.Redact(logLine(e))) })
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
