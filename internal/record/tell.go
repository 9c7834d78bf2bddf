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

// Payload is what the command reads on its standard input: one event of one account (docs/schema/event.json).
type Payload struct {
	ID      string      `json:"id"` // the same when the event is delivered again
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

// The bounds of telling: one call of the command, how often an event is tried, and how many ids of delivered events are kept, which is
// more than the store keeps events.
const (
	CallTime     = 30 * time.Second
	mostTries    = 3
	maxDelivered = 700
)

// EventCommand delivers the events of an account to a command, one after the other, each at least once: the delivered ones are kept in a
// file, and what was not delivered when the process ended is delivered by the next one, unless that file cannot be read. It never holds up
// who watches.
type EventCommand struct {
	Command string // run by the shell
	Environ []string
	Profile string
	Account Account
	Path    string // of the file; "" keeps nothing
	// Run runs the command with this input; nil is the real one.
	Run func(ctx context.Context, command string, environ []string, input []byte) error
	// OnError is told of an event that was given up, and of a file that cannot be read or written. It must not be nil.
	OnError func(error)
	Wait    time.Duration    // before the second try, doubled before each further one; 0: a second
	Limit   time.Duration    // of one call; 0: CallTime
	Now     func() time.Time // the clock

	mu          sync.Mutex
	delivered   map[string]bool
	order       []deliveredEvent // oldest first
	until       time.Time        // when the last time nothing waited
	kept        time.Time        // what the file says of it
	undelivered uint64
}

// deliveredFile is the file's form.
type deliveredFile struct {
	Told   []string         `json:"told,omitempty"` // only the ids, as an earlier version kept them
	Events []deliveredEvent `json:"events"`         // oldest first
	Until  time.Time        `json:"until,omitzero"` // when the last time nothing waited
}

// deliveredEvent is an event that was delivered. Event is nil where only the id is known.
type deliveredEvent struct {
	ID    string       `json:"id"`
	Event *store.Event `json:"event,omitempty"`
}

// Load reads which events were delivered. Where there is no file, or it cannot be read, which OnError is told, the events so far count as
// delivered: nobody wants last week's on the day that he names a command. The error is that the file cannot be written.
func (t *EventCommand) Load(events []store.Event) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.delivered = map[string]bool{}
	if t.Path != "" {
		text, err := statefile.Read(t.Path, 4<<20)
		var kept deliveredFile
		if err == nil {
			err = json.Unmarshal(text, &kept)
		}
		if err == nil {
			for _, id := range kept.Told {
				t.note(deliveredEvent{ID: id})
			}
			for _, e := range kept.Events {
				t.note(e)
			}
			t.until, t.kept = kept.Until, kept.Until
			t.recognise(events)
			return nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.OnError(fmt.Errorf("the list of delivered events cannot be read, so the events so far count as delivered: %w", err))
		}
	}
	for _, e := range events {
		t.note(t.asDelivered(e))
	}
	return t.save()
}

func (t *EventCommand) asDelivered(e store.Event) deliveredEvent {
	return deliveredEvent{id(t.Account.ID, e), &e}
}

// noticedLate is how much later than it happened an event may be noticed and still be delivered after a restart.
const noticedLate = 10 * time.Minute

// recognise notes the events of the history that were delivered as a screen or an earlier run has noticed them: the history keeps one of
// them. What is older than the moment at which nothing waited was noticed by a screen alone, which looks more often:
// nobody wants it an hour later, because the recorder was started anew.
func (t *EventCommand) recognise(events []store.Event) {
	var seen []store.Event
	for _, o := range t.order {
		if o.Event != nil {
			seen = append(seen, *o.Event)
		}
	}
	fresh := map[string]bool{}
	for _, e := range store.Fresh(seen, events) {
		fresh[id(t.Account.ID, e)] = true
	}
	t.forgetFirst(events)
	for _, e := range events {
		if one := t.asDelivered(e); !fresh[one.ID] || e.At.Before(t.until.Add(-noticedLate)) {
			t.note(one)
		}
	}
}

// forgetFirst has what is gone from the history forgotten first, or what is still there would be delivered again.
func (t *EventCommand) forgetFirst(events []store.Event) {
	there := map[string]bool{}
	for _, e := range events {
		there[id(t.Account.ID, e)] = true
	}
	var gone, known []deliveredEvent
	for _, o := range t.order {
		if there[o.ID] {
			known = append(known, o)
		} else {
			gone = append(gone, o)
		}
	}
	t.order = append(gone, known...)
}

func (t *EventCommand) note(e deliveredEvent) {
	if t.delivered[e.ID] {
		return
	}
	t.delivered[e.ID], t.order = true, append(t.order, e)
	if beyond := len(t.order) - maxDelivered; beyond > 0 {
		for _, old := range t.order[:beyond] {
			delete(t.delivered, old.ID)
		}
		t.order = slices.Clone(t.order[beyond:])
	}
}

func (t *EventCommand) save() error {
	if t.Path == "" {
		return nil
	}
	text, err := json.Marshal(deliveredFile{Events: t.order, Until: t.until})
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
	return t.undelivered
}

// next is the oldest event that was not delivered.
func (t *EventCommand) next(events []store.Event) (store.Event, string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range events {
		if id := id(t.Account.ID, e); !t.delivered[id] {
			return e, id, true
		}
	}
	return store.Event{}, "", false
}

// Loop delivers until ctx ends what last has; wake says when to look again. What waits is the store's own list of events, which is bounded.
func (t *EventCommand) Loop(ctx context.Context, last func() []store.Event, wake <-chan struct{}) {
	for ctx.Err() == nil {
		if e, id, more := t.next(last()); more {
			t.deliver(ctx, e, id)
			continue
		}
		t.nothingWaits()
		select {
		case <-ctx.Done():
		case <-wake:
		}
	}
}

// keepUntil is how often the file is brought up to date when nothing happens.
const keepUntil = 5 * time.Minute

// nothingWaits notes that nothing waits now.
func (t *EventCommand) nothingWaits() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.until = t.Now(); t.until.Sub(t.kept) >= keepUntil {
		t.keep()
	}
}

// deliver runs the command for one event until it takes it, or gives up. An end of the program while the command runs tells it again
// after the next start.
func (t *EventCommand) deliver(ctx context.Context, e store.Event, id string) {
	input, err := json.Marshal(Payload{id, t.Profile, t.Account, Words(e), e})
	run := t.Run
	if run == nil {
		run = runShell
	}
	for try := 0; err == nil && try < mostTries; try++ {
		call, cancel := context.WithTimeout(ctx, cmp.Or(t.Limit, CallTime))
		runErr := run(call, t.Command, t.Environ, append(input, '\n'))
		if runErr != nil && call.Err() != nil && ctx.Err() == nil {
			runErr = fmt.Errorf("it did not end within %s and was killed", cmp.Or(t.Limit, CallTime))
		}
		cancel()
		if ctx.Err() != nil {
			return
		}
		if runErr == nil {
			t.done(e)
			return
		}
		if try == mostTries-1 {
			err = runErr
			break
		}
		pause(ctx, cmp.Or(t.Wait, time.Second)<<try)
	}
	if ctx.Err() != nil {
		return
	}
	t.mu.Lock()
	t.undelivered++
	t.mu.Unlock()
	t.OnError(fmt.Errorf("the event command was tried %d times and %q was given up: %w", mostTries, Words(e), err))
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
	t.note(t.asDelivered(e))
	t.keep()
}

func (t *EventCommand) keep() {
	if err := t.save(); err != nil {
		t.OnError(fmt.Errorf("the list of delivered events cannot be written, so they may be delivered again: %w", err))
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
	name := cmp.Or(e.Name, e.ObjectID, string(e.Resource))
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
	said := &head{}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = nil, said, time.Second
	err := cmd.Run()
	if text := strings.Join(strings.Fields(said.String()), " "); err != nil && text != "" {
		return fmt.Errorf("%w (%s)", err, text)
	}
	return err
}

// head keeps the first 300 bytes of what was written: of the command's standard error.
type head struct{ bytes.Buffer }

// Write implements io.Writer.
func (t *head) Write(p []byte) (int, error) {
	if room := 300 - t.Len(); room > 0 {
		t.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
