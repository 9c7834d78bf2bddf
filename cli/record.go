package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"flarewire/api"
	"flarewire/internal/access"
	"flarewire/internal/metrics"
	"flarewire/internal/record"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
)

// defaultListen is where the recorder serves its metrics.
const defaultListen = "127.0.0.1:9469"

// reopenAfter is how long a recorder waits before it tries an account again that it could not open: a keyring may be locked, or the
// network not there yet.
const reopenAfter = time.Minute

func newRecord(x IO, f *flags) *cobra.Command {
	var o recordOptions
	cmd := &cobra.Command{
		Use:   "record",
		Short: "Monitor without a terminal: keep history, serve metrics, run a command on events",
		Long: `Watch accounts without a terminal until SIGTERM or ctrl+c. It keeps the history that the full-screen interface
reads, so that since when, how often and what happened are known as soon as somebody opens it.

It serves Prometheus' metrics at http://127.0.0.1:9469/metrics and its own state at /healthz, to this
machine only; --listen "" serves nothing.

--on-event COMMAND runs the command by the shell for every event, one after the other, with one JSON
object on its standard input: docs/schema/event.json. An event is told at least once and has an id. A
command that does not end within 30 s is killed, one that fails is tried three times; neither delays
the watching. Events that happened before the command was first named are not reported.

A full screen of the same user takes what the recorder has read and asks Cloudflare only for the rest;
its header names the recorder. --socket DIR is for a recorder of the machine: it hands rows, history and
what is muted to the members of that directory's group, without secrets.

--ask-routers asks the routers of the tunnels, too, with the router_commands of the config file
(docs/routers.md): one after another, each tunnel's at most every 5 minutes, those in trouble first. What
they say makes causes certain in the metrics, and is kept in memory only. The switch agrees to exactly the
argument lists of the config file; what they are is said at the beginning.

Its requests are part of what all flarewire programs may use with a credential: many accounts of one
credential are read less often, and the ages say so. One recorder watches an account; a second one says
who does. SIGHUP reads the config file anew and reopens all accounts; a file that cannot be used leaves
everything as it was, and is named.

Exit code: 0 ended by a signal, 1 the address is in use, or another recorder watches the one account
that was asked for, 2 wrong usage, or no credentials for it. Of several accounts, one that cannot be
opened is tried again every minute.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("on-event") && strings.TrimSpace(o.onEvent) == "" {
				return usage("--on-event is empty: name a command")
			}
			return runRecord(cmd.Context(), x, f, o)
		},
	}
	cmd.Flags().StringVar(&o.listen, "listen", defaultListen, "serve metrics here, on a loopback address; empty serves nothing")
	cmd.Flags().StringVar(&o.onEvent, "on-event", "", "run this command by the shell for every event, with JSON on its standard input")
	cmd.Flags().StringVar(&o.socket, "socket", "", "hand over what is read to the group of this directory, for a recorder of the machine")
	cmd.Flags().BoolVar(&o.askRouters, "ask-routers", false, "ask the routers of the tunnels, too, with your own commands")
	f.takesAccounts(cmd)
	return cmd
}

// recordOptions are the flags of record.
type recordOptions struct {
	listen, onEvent, socket string
	askRouters              bool
}

// recorder is one `record`.
type recorder struct {
	x IO
	f *flags
	recordOptions
	turn    chan struct{} // of those that ask routers
	opening sync.Mutex    // one account is opened at a time: what is asked must not be asked by two

	mu       sync.Mutex
	watching map[string]*watched // by profile
}

// watched is one account of a recorder.
type watched struct {
	profile string
	err     error // why it is not watched
	s       *session
	store   *store.Store
	teller  *record.EventCommand
	asker   *record.RouterPoller // nil: its routers are not asked
	share   api.Share            // of its credential; nil: not known
	sent    map[string]uint64    // requests by outcome
}

func runRecord(ctx context.Context, x IO, f *flags, o recordOptions) error {
	if err := f.check(x); err != nil {
		return err
	}
	if f.demo {
		return usage("--demo ends with the program: there is nothing to record; try it against flarewire demo-server")
	}
	names, err := f.several(x)
	if err != nil {
		return err
	}
	debug.SetGCPercent(gcPercent)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	r := &recorder{x: x.forSeveral(), f: f, recordOptions: o, turn: make(chan struct{}, asksAtOnce), watching: map[string]*watched{}}
	if o.listen != "" {
		server, err := r.serve(ctx, o.listen)
		if err != nil {
			return err
		}
		defer server()
	}
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGHUP)
	defer signal.Stop(again)
	for {
		fresh, err := r.round(ctx, names, again)
		if ended(ctx) {
			return nil // the signal is how it ends
		}
		if err != nil || fresh == nil {
			return err
		}
		r.f, names = fresh.f, fresh.names
		r.say("", errors.New("SIGHUP: configuration reloaded, all accounts are reopened"))
	}
}

// configuration is what a signal has the recorder go on with.
type configuration struct {
	f     *flags
	names []string // the profiles; nil: the one that the flags name
}

// reload reads the configuration anew, for what the command line asks for.
func (r *recorder) reload() (*configuration, error) {
	f := *r.f
	f.vault = nil
	if f.given != nil && !f.given("refresh") {
		f.refresh = store.DefaultRefresh // unless the file says otherwise now
	}
	if _, err := f.resolver(r.x); err != nil {
		return nil, err
	}
	if err := f.check(r.x); err != nil {
		return nil, err
	}
	names, err := f.several(r.x)
	return &configuration{&f, names}, err
}

// round watches the accounts until ctx ends or a signal asks for a new beginning, which is with the fresh configuration. One that cannot be
// used changes nothing. An error is one that nothing can be done about.
func (r *recorder) round(ctx context.Context, names []string, again <-chan os.Signal) (fresh *configuration, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	single := names == nil
	if single {
		names = []string{r.f.profile}
	}
	if _, err := r.f.resolver(r.x); err != nil {
		return nil, denied(err)
	}
	r.mu.Lock()
	r.watching = map[string]*watched{}
	for _, name := range names {
		r.watching[name] = &watched{profile: name, err: errors.New("not opened yet"), sent: map[string]uint64{}}
	}
	r.mu.Unlock()
	r.shares(ctx)
	var all sync.WaitGroup
	taken := make(chan error, len(names))
	for _, name := range names {
		all.Go(func() {
			if err := r.keep(ctx, name, single); err != nil {
				taken <- err
			}
		})
	}
	ended := make(chan struct{})
	go func() { all.Wait(); close(ended) }()
	for {
		select {
		case <-again:
			fresh, err := r.reload()
			if err != nil {
				r.say("", fmt.Errorf("SIGHUP: everything stays as it was: %w", err))
				continue
			}
			cancel(nil)
			<-ended
			return fresh, nil
		case <-ended:
			select {
			case err := <-taken:
				return nil, err
			default:
				return nil, nil
			}
		}
	}
}

// keep watches one account until ctx ends, and opens it again and again when it cannot be opened. A single one is given up when
// another recorder watches it, or without credentials.
func (r *recorder) keep(ctx context.Context, profile string, single bool) error {
	said := ""
	for err := r.try(ctx, profile); err != nil; err = r.try(ctx, profile) {
		r.set(profile, func(w *watched) { w.err, w.s, w.store = err, nil, nil })
		if text := err.Error(); text != said {
			said = text
			r.say(profile, err)
		}
		if single && (errors.Is(err, record.ErrRunning) || code(err) == exitUsage) {
			return exit(code(err))
		}
		pause(ctx, reopenAfter)
	}
	return nil
}

// try is one, unless the recorder ends: what fails because of that is no news.
func (r *recorder) try(ctx context.Context, profile string) error {
	if ended(ctx) {
		return nil
	}
	if err := r.one(ctx, profile); !ended(ctx) {
		return err
	}
	return nil
}

func ended(ctx context.Context) bool { return ctx.Err() != nil }

// one opens an account and watches it until ctx ends.
func (r *recorder) one(ctx context.Context, profile string) error {
	s, f, err := r.open(ctx, profile)
	if err != nil {
		return err
	}
	defer s.close()
	path := s.history(r.x)
	release, err := record.Claim(path, s.now())
	if err != nil {
		return trouble(err)
	}
	defer release()
	if n := r.sharing(profile); n > 1 {
		f.refresh = max(f.refresh, stretched(n))
	}
	if s.name == "" {
		s.lookUpName(ctx)
	}
	watcher := s.store(ctx, f)
	history := store.OpenHistory(path, s.now(), 0)
	watcher.UseHistory(history)
	defer func() { _ = watcher.Close() }()
	defer r.handOver(ctx, s, watcher, history)()
	news, read := make(chan struct{}, 1), make(chan struct{}, 1)
	told := func() {
		for _, c := range []chan struct{}{news, read} {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}
	teller, telling := r.tell(ctx, s, watcher, path, news)
	defer telling()
	asker, asking := r.ask(ctx, f, s, watcher, read)
	defer asking()
	r.set(profile, func(w *watched) { w.err, w.s, w.store, w.teller, w.asker = nil, s, watcher, teller, asker })
	s.observe(func(e api.Exchange) { r.set(profile, func(w *watched) { w.sent[outcome(e)]++ }) })
	fmt.Fprintf(r.x.Err, "flarewire: %s\n", tui.Clean(fmt.Sprintf("watching account %s %s as %s, every %s", s.account.ID, s.name, s.source,
		f.refresh)))
	record.Watch(ctx, watcher, told)
	return nil
}

// open makes the session of one profile.
func (r *recorder) open(ctx context.Context, profile string) (*session, *flags, error) {
	r.opening.Lock()
	defer r.opening.Unlock()
	one := r.of(profile)
	s, err := one.openWithin(ctx, r.x, defaultStatusTimeout)
	return s, one, err
}

// of are the flags for one profile.
func (r *recorder) of(profile string) *flags {
	one := *r.f
	one.profile, one.named, one.all = profile, nil, false
	return &one
}

// perAccount is how often the tunnels of an account are read when many accounts have one credential: two requests each, so that all of
// them use two thirds of its share.
const perAccount = 3 * time.Second

func stretched(accounts int) time.Duration { return time.Duration(accounts) * perAccount }

// sharing is how many of the accounts have this one's credential, itself among them.
func (r *recorder) sharing(profile string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, w := range r.watching {
		if w.share != nil && w.share == r.watching[profile].share {
			n++
		}
	}
	return max(n, 1)
}

// shares finds out which accounts have one credential, before any of them is read. One whose credential cannot be had now counts alone.
func (r *recorder) shares(ctx context.Context) {
	base, _ := r.x.baseURL()
	for profile, w := range r.watching {
		one := r.of(profile)
		if resolved, err := one.resolve(ctx, r.x); err == nil {
			w.share = one.share(access.Credentials(resolved.Credential), base)
		}
	}
}

// tell begins to tell events to the command; end waits until the last one was told or given up.
func (r *recorder) tell(ctx context.Context, s *session, w *store.Store, path string, news <-chan struct{}) (t *record.EventCommand,
	end func()) {
	if r.onEvent == "" {
		return nil, func() {}
	}
	t = &record.EventCommand{Command: r.onEvent, Now: r.x.Now, Environ: r.x.Environ, Profile: s.profile,
		Account: record.Account{ID: s.account.ID, Name: s.name},
		Path:    strings.TrimSuffix(path, filepath.Ext(path)) + ".told", OnError: func(err error) { r.say(s.profile, err) }}
	last := func() []store.Event {
		return slices.DeleteFunc(slices.Clone(w.InHistory().Events), func(e store.Event) bool { return e.Kind == store.FirstSeen })
	}
	if err := t.Load(last()); err != nil {
		r.say(s.profile, err)
	}
	var telling sync.WaitGroup
	telling.Go(func() { t.Loop(ctx, last, news) })
	return t, telling.Wait
}

// set changes what is known of one account.
func (r *recorder) set(profile string, change func(*watched)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w := r.watching[profile]; w != nil {
		change(w)
	}
}

// say writes a line for the journal of the service.
func (r *recorder) say(profile string, err error) {
	text := strings.Join(strings.Fields(err.Error()), " ")
	if profile != "" {
		text = profile + ": " + text
	}
	fmt.Fprintln(r.x.Err, "flarewire: "+tui.Clean(r.x.Redactor.Redact(text)))
}

// outcome is how a request ended, for its counter.
func outcome(e api.Exchange) string {
	if e.Status < 100 || e.Status > 599 {
		return "error"
	}
	return fmt.Sprintf("%dxx", e.Status/100)
}

// accounts are what is known now of all accounts, for the metrics.
func (r *recorder) accounts() []metrics.Account {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []metrics.Account
	for _, w := range r.sorted() {
		a := metrics.Account{Profile: w.profile, Now: r.x.Now()}
		if w.s != nil {
			a = w.s.measured(w.store.Last())
		}
		a.Recorder = true
		for _, o := range []string{"2xx", "3xx", "4xx", "5xx", "error"} {
			a.Requests = append(a.Requests, metrics.Requests{Outcome: o, Number: w.sent[o]})
		}
		if w.teller != nil {
			a.Undelivered = w.teller.Undelivered()
		}
		if w.asker != nil && w.s != nil {
			a.Routers = w.asker.Readings()
		}
		out = append(out, a)
	}
	return out
}

func (r *recorder) sorted() []*watched {
	var all []*watched
	for _, w := range r.watching {
		all = append(all, w)
	}
	sorting.Sort(all, func(a, b *watched) int { return strings.Compare(a.profile, b.profile) })
	return all
}

// loopback refuses an address that other machines could reach: there is no password on what is served.
func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return usage("--listen %s: use an address like %s", address, defaultListen)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usage("--listen %s: use a loopback address such as 127.0.0.1; what is served has no password", address)
	}
	return nil
}
