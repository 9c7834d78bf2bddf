package change

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"flarewire/api"
	"flarewire/internal/journal"
)

// applying is one application of a plan.
type applying struct{ w *Writer }

// JournalError says that the journal cannot be written. Nothing was sent.
type JournalError struct{ Err error }

// Error implements error.
func (e *JournalError) Error() string {
	return "nothing was sent, because this change could not be written down first: " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *JournalError) Unwrap() error { return e.Err }

// Apply sends the plan, once: a plan that was applied is spent, whatever became of it. The result is never more certain than
// what was read back.
func (w *Writer) Apply(ctx context.Context, p Plan) Result {
	if reason := p.Blocked(); reason != "" {
		return refused(p, errors.New(reason))
	}
	if !p.spent.CompareAndSwap(false, true) {
		return refused(p, errors.New("this was sent already: prepare it again"))
	}
	a := &applying{w: w}
	var result Result
	for i, s := range p.steps {
		one := a.step(ctx, p, s)
		one.RequestIDs = append(result.RequestIDs, one.RequestIDs...)
		one.JournalErr = errors.Join(result.JournalErr, one.JournalErr)
		result = one
		if result.Outcome != journal.Done {
			if p.recovery != nil {
				result.Recovery = p.recovery(i, result)
			}
			if i > 0 && result.Outcome == journal.NotDone {
				result.Outcome = journal.Partly // an earlier step was done
			}
			break
		}
	}
	return result
}

// errLostKey is the answer of psk_generate that never arrived.
var errLostKey = errors.New("the tunnel has a new key, but the answer that held it was lost: generate another one")

func refused(p Plan, err error) Result {
	return Result{Outcome: journal.NotDone, ID: p.ID, Err: err, Text: p.Title + ": not done. " + err.Error()}
}

// step does one request of the plan: check, dry run, journal, send, read back, journal.
func (a *applying) step(ctx context.Context, p Plan, s step) Result {
	if s.check != nil {
		if err := s.check(ctx); err != nil {
			return refused(p, err)
		}
	}
	if dry, ok := s.request.DryRun(); ok && s.dryRun {
		if _, err := a.w.options.Sender.Send(ctx, dry); err != nil {
			return refused(p, err)
		}
	}
	entry, err := a.begin(s.entry)
	if err != nil {
		return refused(p, &JournalError{err})
	}
	if ctx.Err() != nil {
		r := refused(p, ctx.Err())
		r.JournalErr = a.end(entry, r)
		return r
	}
	mark := a.w.options.Requests.mark()
	answer, err := a.w.options.Sender.Send(ctx, s.request)
	r := a.outcome(ctx, p, s, answer, err)
	r.Secret = answer.PSK.Key
	if p.Verb == journal.GeneratePSK && r.Outcome == journal.Done && r.Secret.IsZero() {
		r.Err = errLostKey
		r.Text = p.Title + ": " + errLostKey.Error()
	}
	r.RequestIDs = a.w.options.Requests.since(mark, s.request.Operation().Name, s.request.Path())
	if id := requestID(err); id != "" && len(r.RequestIDs) == 0 {
		r.RequestIDs = []string{id}
	}
	r.JournalErr = a.end(entry, r)
	return r
}

// outcome reads back what the answer leaves open.
func (a *applying) outcome(ctx context.Context, p Plan, s step, answer api.Answer, err error) Result {
	if err != nil && !mayHaveHappened(err, p.Verb) {
		return refused(p, err)
	}
	seen := s.settle(ctx, err == nil, answer)
	r := Result{Outcome: seen.outcome, ID: seen.id, Object: seen.object, NotApplied: seen.notApplied, SideEffects: seen.sideEffects}
	switch {
	case r.Outcome == journal.Done || r.Outcome == journal.Partly || r.Outcome == journal.Deleting:
	case err != nil:
		r.Err = err
	default:
		r.Err = seen.err
	}
	r.Text = sentence(p, r, seen)
	return r
}

// mayHaveHappened: the server may have done it, so the object has to be read back. A deletion of what is not there is done.
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
		b.WriteString(" These changed without being asked for: " + strings.Join(paths(r.SideEffects), ", ") + ".")
	}
	if r.Outcome == journal.Unknown {
		b.WriteString(" The object could not be read back, so look at it before you try again.")
	}
	if r.Err != nil {
		b.WriteString(" " + r.Err.Error())
	}
	return b.String()
}

func requestID(err error) string {
	var e *api.Error
	if errors.As(err, &e) {
		return e.RequestID
	}
	return ""
}

// begin writes the entry. Without a journal there is none.
func (a *applying) begin(e journal.Entry) (id string, err error) {
	if a.w.options.Journal == nil {
		return "", nil
	}
	return a.w.options.Journal.Begin(e)
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
