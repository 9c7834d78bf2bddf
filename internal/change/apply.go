package change

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/journal"
)

// ApplyOption changes how a plan is applied.
type ApplyOption func(*applying)

// Stage is how far the application of a plan is.
type Stage int

// The stages, in their order. Until Sending nothing has been changed.
const (
	Noting      Stage = iota // the entry of the journal is being written
	Checking                 // the object is read once more
	Sending                  // the request is under way
	ReadingBack              // it was answered, or never will be
)

// OnStage has f called at the beginning of each stage, several times for a plan of several steps.
func OnStage(f func(Stage)) ApplyOption { return func(a *applying) { a.at = f } }

// applying is one application of a plan.
type applying struct {
	at       func(Stage)
	w        *Writer
	finish   bool  // a step was done: the rest is sent although the journal cannot be written
	unstored error // why entries of that rest are not in the journal
}

// JournalError says that the journal cannot be written. Nothing was sent: it is only met before the first request of a plan.
type JournalError struct{ Err error }

// Error implements error.
func (e *JournalError) Error() string {
	return "nothing was sent, because the change could not be recorded in the journal first: " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *JournalError) Unwrap() error { return e.Err }

// Apply carries out the plan: a plan that was applied is spent, whatever became of it. Each request is sent once, but for the creation of
// a replacement, which is sent again for a minute after a refusal that may pass. The result is never more certain than what was read back.
func (w *Writer) Apply(ctx context.Context, p Plan, options ...ApplyOption) Result {
	if reason := p.Blocked(); reason != "" {
		return refused(p, errors.New(reason))
	}
	if !p.spent.CompareAndSwap(false, true) {
		return refused(p, errors.New("this was sent already: prepare it again"))
	}
	a := &applying{w: w, at: func(Stage) {}}
	for _, option := range options {
		option(a)
	}
	return a.steps(ctx, p)
}

// steps does one step after the other, as long as each has taken effect.
func (a *applying) steps(ctx context.Context, p Plan) Result {
	var result Result
	for i, s := range p.steps {
		a.finish = i > 0 // half a change must not stay half because the disk is full
		one := a.repeated(ctx, p, s)
		one.RequestIDs = append(result.RequestIDs, one.RequestIDs...)
		one.JournalErr = errors.Join(result.JournalErr, one.JournalErr)
		before := result.Outcome
		result = one
		result.JournalErr = errors.Join(result.JournalErr, a.unstored)
		a.unstored = nil
		if result.Outcome == journal.Done || result.accepted && i+1 < len(p.steps) {
			continue
		}
		if p.incomplete != nil {
			p.incomplete(i, before, &result)
		}
		break
	}
	return result
}

// repeated does a step, and again after a refusal that may pass, where the step allows it. Each time has its entry in the journal.
func (a *applying) repeated(ctx context.Context, p Plan, s step) Result {
	r := a.step(ctx, p, s)
	for _, wait := range s.repeats {
		if !r.refusedNow || ctx.Err() != nil || a.w.options.Sleep(ctx, wait) != nil {
			break
		}
		request, err := s.rebuild()
		if err != nil {
			break
		}
		former := r
		s.request = request
		r = a.step(ctx, p, s)
		r.RequestIDs = append(former.RequestIDs, r.RequestIDs...)
		r.JournalErr = errors.Join(former.JournalErr, r.JournalErr)
	}
	return r
}

// refusedNow reports whether the server has certainly not done it, for a reason that may pass: a name or an address that is still in
// use while a deletion takes effect, or no connection.
func refusedNow(err error) bool {
	var e *api.Error
	if !errors.As(err, &e) || e.Uncertain {
		return false
	}
	switch e.Kind {
	case api.Invalid, api.Conflict, api.RateLimited, api.NotFound:
		return e.Status >= 400 && e.Status < 500
	case api.NetworkTrouble:
		return e.Status == 0
	}
	return false
}

// errLostKey is the answer of psk_generate that never arrived.
var errLostKey = errors.New("the tunnel has a new key, but the answer that held it was lost: generate another one")

func refused(p Plan, err error) Result {
	return Result{Outcome: journal.NotDone, ID: p.ID, Err: err, Text: p.Title + ": not done: " + err.Error()}
}

// step does one request of the plan: check, dry run, journal, send, read back, journal.
func (a *applying) step(ctx context.Context, p Plan, s step) Result {
	a.at(Noting)
	entries, err := a.beginAll(p, s)
	if err != nil {
		return refused(p, &JournalError{err})
	}
	entry := entries[0]
	a.at(Checking)
	// behind the entry, which may have had to wait
	if err = errors.Join(ctx.Err(), a.undoneBefore(s.entry.Undoes, entry)); err == nil && s.recheck != nil {
		err = s.recheck(ctx)
	}
	if dry, ok := s.request.DryRun(); ok && s.dryRun && err == nil { // behind the entry: a server may overlook that it is only a check
		_, err = a.w.options.Sender.Send(ctx, dry)
	}
	if err != nil {
		r := refused(p, err)
		r.Objections = objections(err, flatten(s.request.Body()))
		r.JournalErr = a.endAll(entries, r)
		return r
	}
	a.at(Sending)
	mark := a.w.options.Requests.mark()
	answer, err := a.w.options.Sender.Send(ctx, s.request)
	a.at(ReadingBack)
	r := a.outcome(ctx, p, s, answer, err)
	r.Secret, r.Entry = answer.PSK.Key, entry
	if p.Verb == journal.GeneratePSK && r.Outcome == journal.Done && r.Secret.IsZero() {
		r.Err = errLostKey
		r.Text = p.Title + ": " + errLostKey.Error()
	}
	r.RequestIDs = a.w.options.Requests.since(mark, s.request.Operation().Name, s.request.Path())
	if id := requestID(err); id != "" && len(r.RequestIDs) == 0 {
		r.RequestIDs = []string{id}
	}
	r.JournalErr = a.endAll(entries, r)
	return r
}

// undoneBefore is an error when another undo of the same entry was begun before this one, here or by another instance, and was done
// or may have been.
func (a *applying) undoneBefore(undoes, own string) error {
	if undoes == "" || own == "" {
		return nil
	}
	if other, found, err := a.w.options.Journal.Undone(undoes, own); err != nil || !found {
		return err
	} else if other.Outcome == journal.Unknown {
		return errors.New("another undo of the same change was started, and its outcome is unknown: check that one first")
	}
	return errors.New("this was undone already")
}

// outcome reads back what the answer leaves open.
func (a *applying) outcome(ctx context.Context, p Plan, s step, answer api.Answer, err error) Result {
	if err != nil && !mayHaveHappened(err, s.entry.Verb) {
		r := refused(p, err)
		r.refusedNow, r.Objections = refusedNow(err), objections(err, flatten(s.request.Body()))
		return r
	}
	seen := s.settle(ctx, err == nil, answer)
	working := api.StillAtWork(err) && seen.outcome == journal.NotDone && !seen.final
	if working { // that there is no effect yet does not prove that there will be none
		seen.outcome, seen.text = journal.Unknown, ""
	}
	r := Result{accepted: err == nil, Outcome: seen.outcome, ID: seen.id, Object: seen.object, NotApplied: seen.notApplied,
		SideEffects: seen.sideEffects}
	switch {
	case r.Outcome == journal.Done || r.Outcome == journal.Partly || r.Outcome == journal.Deleting:
	case err != nil && r.Outcome == journal.NotDone:
		r.Err = api.Settled(err)
	case err != nil:
		r.Err = err
	default:
		r.Err = seen.err
	}
	for _, one := range seen.each {
		r.Each = append(r.Each, Result{Outcome: one.outcome, ID: one.id, Text: one.text, Err: errorOf(one)})
	}
	r.Text = sentence(p, r, seen)
	if r.Outcome == journal.Unknown {
		r.Recovery = unsettledNext(p.Verb, working)
	}
	return r
}

// mayHaveHappened reports whether the server may have done it, so that the object has to be read back. A deletion of what is not there
// is done.
func mayHaveHappened(err error, verb journal.Verb) bool {
	var e *api.Error
	if !errors.As(err, &e) {
		return true
	}
	return e.Uncertain || e.Kind == api.NotApplied || e.Kind == api.NotFound && verb == journal.Delete
}

// sentence says what is known.
func sentence(p Plan, r Result, seen settled) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", p.Title, r.Outcome)
	if seen.text != "" {
		b.WriteString(", " + seen.text)
	}
	b.WriteString(".")
	if len(r.NotApplied) > 0 {
		b.WriteString(" These did not take effect: " + strings.Join(paths(r.NotApplied), ", ") + ".")
	}
	if len(r.SideEffects) > 0 {
		b.WriteString(" These changed although that was not requested: " + strings.Join(paths(r.SideEffects), ", ") + ".")
	}
	if r.Err != nil {
		b.WriteString(" " + r.Err.Error())
	}
	return b.String()
}

// Patience is how long a change without an answer may still take effect: while it lasts, its absence proves nothing.
const Patience = 5 * time.Minute

// unsettledNext says what an unknown outcome means and what happens next. working: the object was read, and nothing has happened yet.
func unsettledNext(verb journal.Verb, working bool) string {
	if verb == journal.SetPSK {
		return "The tunnel has either the new key or the former one: put the new one on the router and set it again. " +
			"Setting the same key twice does no harm."
	}
	text := "The object could not be read back. "
	if working {
		text = "There is no effect yet, but Cloudflare may still be carrying it out. "
	}
	if verb == journal.GeneratePSK {
		text += "If it does, the tunnel has a new key that nobody knows, and fails at its next key exchange: generate another one and give it " +
			"to the router. "
	}
	return text + fmt.Sprintf("flarewire looks again for %.0f minutes, and at each start. Do not repeat it before that.", Patience.Minutes())
}

func requestID(err error) string {
	var e *api.Error
	if errors.As(err, &e) {
		return e.RequestID
	}
	return ""
}

// begin writes the entry. Without a journal there is none, and id is "". So it is when the journal cannot be written while half of
// the change is done.
func (a *applying) begin(e journal.Entry) (id string, err error) {
	if a.w.options.Journal == nil {
		return "", nil
	}
	id, err = a.w.options.Journal.Begin(e)
	if err != nil && a.finish {
		a.unstored = errors.Join(a.unstored, err)
		return "", nil
	}
	return id, err
}

// beginAll writes the entries of all objects that a step changes. When one cannot be written, those before it say that nothing was sent.
func (a *applying) beginAll(p Plan, s step) ([]string, error) {
	var ids []string
	for _, e := range append([]journal.Entry{s.entry}, s.also...) {
		id, err := a.begin(e)
		if err != nil {
			for _, begun := range ids {
				_ = a.end(begun, refused(p, err)) // the journal failed a moment ago, and said so
			}
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// endAll writes how the step ended for each of its objects.
func (a *applying) endAll(ids []string, r Result) error {
	var errs []error
	for i, id := range ids {
		one := r
		if len(r.Each) == len(ids) {
			one.Outcome, one.ID, one.Err = r.Each[i].Outcome, r.Each[i].ID, r.Each[i].Err
		}
		errs = append(errs, a.end(id, one))
	}
	return errors.Join(errs...)
}

// errorOf is why something was not done or is not known, for the journal.
func errorOf(s settled) error {
	if s.err == nil && s.outcome == journal.NotDone && s.text != "" {
		return errors.New(s.text)
	}
	return s.err
}

func (a *applying) end(id string, r Result) error {
	if id == "" {
		return nil
	}
	result := journal.Result{Outcome: r.Outcome, NotApplied: paths(r.NotApplied), RequestIDs: r.RequestIDs}
	if r.Err != nil {
		result.Error = r.Err.Error()
	}
	return a.w.options.Journal.End(id, r.ID, result)
}
