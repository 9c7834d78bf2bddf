package record

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"flarewire/internal/statefile"
	"flarewire/internal/store"
)

// News is what the command reads on its standard input: one event of one account (docs/schema/event.json).
type News struct {
	ID      string      `json:"id"` // the same when the event is told again
	Profile string      `json:"profile"`
	Account Account     `json:"account"`
	Text    string      `json:"text"` // what happened in a few words
	Event   store.Event `json:"event"`
}

// Account says whose event it is.
type Account struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// The bounds of telling: one call of the command, how often an event is tried, and how many ids of told events are kept, which is
// more than the store keeps events.
const (
	CallTime  = 30 * time.Second
	mostTries = 3
	maxTold   = 700
)

// EventCommand tells the events of an account to a command, one after the other, each at least once: what was told is kept in a file, and
// what was not told when the process ended is told by the next one. It never holds up who watches.
type EventCommand struct {
	Command string // run by the shell
	Environ []string
	Profile string
	Account Account
	Path    string // of the file; "" keeps nothing
	// Run runs the command with this input; nil is the real one.
	Run func(ctx context.Context, command string, environ []string, input []byte) error
	// Failed is told of an event that was given up, and of a file that cannot be written.
	Failed func(error)
	Wait   time.Duration    // between tries; 0: a second
	Limit  time.Duration    // of one call; 0: CallTime
	Now    func() time.Time // the clock

	mu     sync.Mutex
	told   map[string]bool
	order  []toldEvent // oldest first
	until  time.Time   // when the last time all was told
	kept   time.Time   // what the file says of it
	failed uint64
}

// toldFile is the file's form.
type toldFile struct {
	Told   []string    `json:"told,omitempty"` // only the ids, as an earlier version kept them
	Events []toldEvent `json:"events"`         // oldest first
	Until  time.Time   `json:"until,omitzero"` // when the last time all was told
}

// toldEvent is an event that was told. Event is nil where only the id is known.
type toldEvent struct {
	ID    string       `json:"id"`
	Event *store.Event `json:"event,omitempty"`
}

// Begin reads what was told. Where there is no file, everything that happened so far counts as told: nobody wants last week's events
// on the day that he names a command.
func (t *EventCommand) Begin(events []store.Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.told = map[string]bool{}
	if t.Path != "" {
		text, err := statefile.Read(t.Path, 4<<20)
		var kept toldFile
		if err == nil {
			err = json.Unmarshal(text, &kept)
		}
		if err == nil {
			for _, id := range kept.Told {
				t.note(toldEvent{ID: id})
			}
			for _, e := range kept.Events {
				t.note(e)
			}
			t.until, t.kept = kept.Until, kept.Until
			t.recognise(events)
			return nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Failed(fmt.Errorf("what was told cannot be read, so it starts over: %w", err))
		}
	}
	for _, e := range events {
		t.note(t.telling(e))
	}
	return t.save()
}

func (t *EventCommand) telling(e store.Event) toldEvent { return toldEvent{id(t.Account.ID, e), &e} }

// noticedLate is how much later than it happened an event may be noticed and still be told after a restart.
const noticedLate = 10 * time.Minute

// recognise notes the events of the history that were told as another program or an earlier run has noticed them: the history keeps
// one of them. What is older than the moment at which all was told was noticed by another program alone, a screen that looks more often:
// nobody wants it an hour later, because the recorder was started anew.
func (t *EventCommand) recognise(events []store.Event) {
	var told []store.Event
	for _, o := range t.order {
		if o.Event != nil {
			told = append(told, *o.Event)
		}
	}
	fresh := map[string]bool{}
	for _, e := range store.Fresh(told, events) {
		fresh[id(t.Account.ID, e)] = true
	}
	t.forgetFirst(events)
	for _, e := range events {
		if one := t.telling(e); !fresh[one.ID] || e.At.Before(t.until.Add(-noticedLate)) {
			t.note(one)
		}
	}
}

// forgetFirst has what is gone from the history forgotten first, or what is still there would be told again.
func (t *EventCommand) forgetFirst(events []store.Event) {
	there := map[string]bool{}
	for _, e := range events {
		there[id(t.Account.ID, e)] = true
	}
	var gone, known []toldEvent
	for _, o := range t.order {
		if there[o.ID] {
			known = append(known, o)
		} else {
			gone = append(gone, o)
		}
	}
	t.order = append(gone, known...)
}

func (t *EventCommand) note(e toldEvent) {
	if t.told[e.ID] {
		return
	}
	t.told[e.ID], t.order = true, append(t.order, e)
	if beyond := len(t.order) - maxTold; beyond > 0 {
		for _, old := range t.order[:beyond] {
			delete(t.told, old.ID)
		}
		t.order = slices.Clone(t.order[beyond:])
	}
}

func (t *EventCommand) save() error {
	if t.Path == "" {
		return nil
	}
	text, err := json.Marshal(toldFile{Events: t.order, Until: t.until})
	if err != nil {
		return err
	}
	t.kept = t.until
	return statefile.Replace(t.Path, text)
}

// Undelivered is how many events were given up since the start.
func (t *EventCommand) Undelivered() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

// next is the oldest event that was not told.
func (t *EventCommand) next(events []store.Event) (store.Event, string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range events {
		if id := id(t.Account.ID, e); !t.told[id] {
			return e, id, true
		}
	}
	return store.Event{}, "", false
}

// Go tells until ctx ends what last has; news says when to look again. What waits is the store's own list of events, which is bounded.
func (t *EventCommand) Go(ctx context.Context, last func() []store.Event, news <-chan struct{}) {
	for ctx.Err() == nil {
		if e, id, more := t.next(last()); more {
			t.tell(ctx, e, id)
			continue
		}
		t.allTold()
		select {
		case <-ctx.Done():
		case <-news:
		}
	}
}

// keepUntil is how often the file is brought up to date when nothing happens.
const keepUntil = 5 * time.Minute

// allTold notes that nothing waits now.
func (t *EventCommand) allTold() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.until = t.Now(); t.until.Sub(t.kept) >= keepUntil {
		t.keep()
	}
}

// tell runs the command for one event until it takes it, or gives up. An end of the program while the command runs tells it again
// after the next start.
func (t *EventCommand) tell(ctx context.Context, e store.Event, id string) {
	input, err := json.Marshal(News{id, t.Profile, t.Account, Words(e), e})
	run := t.Run
	if run == nil {
		run = runShell
	}
	for try := 0; err == nil && try < mostTries; try++ {
		call, cancel := context.WithTimeout(ctx, cmp.Or(t.Limit, CallTime))
		failed := run(call, t.Command, t.Environ, append(input, '\n'))
		if failed != nil && call.Err() != nil && ctx.Err() == nil {
			failed = fmt.Errorf("it did not end within %s and was killed", cmp.Or(t.Limit, CallTime))
		}
		cancel()
		if ctx.Err() != nil {
			return
		}
		if failed == nil {
			t.done(e)
			return
		}
		if try == mostTries-1 {
			err = failed
			break
		}
		pause(ctx, cmp.Or(t.Wait, time.Second)<<try)
	}
	if ctx.Err() != nil {
		return
	}
	t.mu.Lock()
	t.failed++
	t.mu.Unlock()
	t.Failed(fmt.Errorf("the event command was tried %d times and %q was given up: %w", mostTries, Words(e), err))
	t.done(e)
}

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (t *EventCommand) done(e store.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.note(t.telling(e))
	t.keep()
}

func (t *EventCommand) keep() {
	if err := t.save(); err != nil {
		t.Failed(fmt.Errorf("what was told cannot be kept, so it may be told again: %w", err))
	}
}

// id names an event of an account; the same event has the same id in every run.
func id(account string, e store.Event) string {
	text, _ := json.Marshal(e)
	sum := sha256.Sum256(append([]byte(account+"\x00"), text...))
	return hex.EncodeToString(sum[:])[:24]
}

// Words is an event in a few words.
func Words(e store.Event) string {
	name := cmp.Or(e.Name, e.TunnelID, string(e.Resource))
	switch e.Kind {
	case store.SessionChanged:
		return fmt.Sprintf("%s: BGP session %s, was %s", name, strings.ToLower(e.To.Word()), strings.ToLower(e.From.Word()))
	case store.HealthChanged:
		return fmt.Sprintf("%s: health %s, was %s", name, e.ToHealth, e.FromHealth)
	case store.PortChanged:
		return fmt.Sprintf("%s: %s, was %s", name, e.ToPort.Word(), e.FromPort.Word())
	case store.NoAnswer:
		return "Cloudflare's API does not answer"
	case store.AnswersAgain:
		return "Cloudflare's API answers again"
	}
	return name + ": " + string(e.Kind)
}

// withoutSecrets are the variables that the command gets: none in which credentials are handed to this program.
func withoutSecrets(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return strings.HasPrefix(name, "CLOUDFLARE_API_") || name == "CLOUDFLARE_EMAIL" || name == "CREDENTIALS_DIRECTORY"
	})
}

// runShell runs the command by the shell, with all that it starts. What it prints goes nowhere but into the error.
func runShell(ctx context.Context, command string, environ []string, input []byte) error {
	cmd := shell(ctx, command)
	cmd.Env, cmd.Stdin = withoutSecrets(environ), bytes.NewReader(input)
	said := &tail{}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = nil, said, time.Second
	err := cmd.Run()
	if text := strings.Join(strings.Fields(said.String()), " "); err != nil && text != "" {
		return fmt.Errorf("%w (%s)", err, text)
	}
	return err
}

// tail keeps the first bytes of what was written.
type tail struct{ bytes.Buffer }

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	if room := 300 - t.Len(); room > 0 {
		t.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
