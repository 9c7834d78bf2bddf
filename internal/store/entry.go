package store

import (
	"errors"
	"slices"
	"strings"
	"time"

	"flarewire/api"
)

// Knowledge says how much of a list is known. A list that was not read is never taken for an empty one.
type Knowledge int

// The four states of knowledge, in the order of how much is known.
const (
	Never      Knowledge = iota // no answer has come yet
	Incomplete                  // some objects could not be decoded, or not all could be read
	None                        // read, and there are none
	Read                        // read
)

// Entry says what is known of one kind: when it was read, why the last attempt failed, and what in it could not be decoded.
type Entry struct {
	Kind      Kind
	Fetched   time.Time // when the last good answer was asked for; zero: never read
	Err       error     // the last attempt failed with this; nil after a good one
	Failures  int       // failed attempts in a row
	Every     time.Duration
	Due       time.Time // when it is read next; zero: at once
	Undecoded []string  // what could not be decoded in the last good answer: "name: field, field"
	Unusable  []string  // elements of that answer that could not be used at all, and why

	answered time.Time // when the last good answer had come
	expired  time.Time // what was asked before is not wanted any more
}

// Known reports whether the kind was read at least once, completely or in part.
func (e Entry) Known() bool { return !e.Fetched.IsZero() }

// Complete reports whether everything in the list was known when it was last read, which may be a while ago.
func (e Entry) Complete() bool { return e.Known() && len(e.Undecoded)+len(e.Unusable) == 0 }

// Settled reports whether absence from the list means anything now: it is complete, and the last attempt to read it did not
// fail.
func (e Entry) Settled() bool { return e.Complete() && e.Err == nil }

// Partial reports whether the kind was read but not everything in it is known.
func (e Entry) Partial() bool { return e.Known() && !e.Complete() }

// Why is the reason why a conclusion from absence cannot be drawn, as the end of a sentence: "the IPsec tunnels could not be
// read". It is empty when the entry is settled.
func (e Entry) Why() string {
	title := "the " + e.Kind.Plural()
	switch {
	case e.Settled():
		return ""
	case e.Err != nil:
		return title + " could not be read"
	case !e.Known() && e.Kind.About().One == "" && !e.Kind.Detail():
		return title + " was not read yet"
	case !e.Known():
		return title + " were not read yet"
	}
	odd := slices.Concat(e.Unusable, e.Undecoded)
	return title + " could not be read completely (" + strings.Join(odd[:min(len(odd), 2)], "; ") + ")"
}

// take puts the outcome of an attempt into the entry and sets when the next one is due: at once where it was wanted anew while it
// was being read.
func (e *Entry) take(err error, took span, again bool) {
	e.outcome(err, took)
	switch {
	case again:
		e.Due = time.Time{}
	case err != nil:
		e.Due = took.to.Add(e.retry(err, took.to))
	default:
		e.Due = e.Fetched.Add(e.Every)
	}
}

// outcome puts the outcome of an attempt into the entry.
func (e *Entry) outcome(err error, took span) {
	switch {
	case err == nil:
		e.Fetched, e.answered, e.Err, e.Failures = took.from, took.to, nil, 0
	case givenUp(err) && e.Known(): // nobody can say that it could not be read
	case ownBudget(err): // nobody was asked
		e.Err = err
	default:
		e.Err, e.Failures = err, e.Failures+1
	}
}

// What is read seldom, because it hardly changes, is not tried seldom when nobody could answer: the wait begins with
// firstKindBackoff at the most. maxKindBackoff bounds it after repeated failures.
const (
	firstKindBackoff = time.Minute
	maxKindBackoff   = 10 * time.Minute
)

// retry returns how long to wait after an attempt that failed: longer each time, and never less than the API asked for.
func (e *Entry) retry(err error, now time.Time) time.Duration {
	switch {
	case givenUp(err):
		return quickRefresh
	case ownBudget(err):
		return max(askedToWait(err, now), time.Second)
	}
	wait := min(min(e.Every, firstKindBackoff)<<min(max(e.Failures-1, 0), 4), maxKindBackoff)
	return max(wait, askedToWait(err, now))
}

// askedToWait is how long nobody may ask, by the API or by the program's own share of requests.
func askedToWait(err error, now time.Time) time.Duration {
	var told *api.Error
	if !errors.As(err, &told) {
		return 0
	}
	if !told.Until.IsZero() { // RetryAfter is the same, rounded: who comes later by that never has a turn
		return max(told.Until.Sub(now), 0)
	}
	return max(told.RetryAfter, 0)
}

// givenUp reports whether whoever asked did not wait for the answer.
func givenUp(err error) bool { return api.KindOf(err) == api.Canceled }

// ownBudget reports whether a request was not sent because the program's own share of requests is used up.
func ownBudget(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.OwnLimit
}

// List is the rows of one kind with what is known of them. A function that concludes something from what is not in a list
// takes the List, not its rows.
type List[T any] struct {
	Entry
	Rows []T // the last good ones; of a kind that was never read there are none
}

// Knowledge says how much of the list is known.
func (l List[T]) Knowledge() Knowledge {
	switch {
	case !l.Known():
		return Never
	case l.Partial():
		return Incomplete
	case len(l.Rows) == 0:
		return None
	}
	return Read
}

// ListOf makes a list that was read completely at a time, for facts that come from elsewhere than a store.
func ListOf[T any](kind Kind, rows []T, at time.Time) List[T] {
	return List[T]{Entry{Kind: kind, Fetched: at, answered: at}, rows}
}

// Reading is a measure by the name of a tunnel or of the tunnel interface of an interconnect: the analytics know no ids. A name
// that is missing was not measured.
type Reading[T any] struct {
	Entry
	By map[string]T
}

// entry returns the entry of a kind in a snapshot that is being made; nil for the kinds that have one per object.
func (s *Snapshot) entry(k Kind) *Entry {
	if l, ok := lists[k]; ok {
		return l.entry(s)
	}
	return nil
}

// Entry says what is known of a kind. For a kind below objects it sums up all of them: it is read when all are, as old as the
// oldest, and its Undecoded counts those that were not read.
func (s *Snapshot) Entry(k Kind) Entry {
	if e := s.entry(k); e != nil {
		return *e
	}
	if !k.Detail() {
		return Entry{Kind: k}
	}
	return s.summed(k)
}

// tunnelKinds are the lists that hold tunnels.
var tunnelKinds = []Kind{GRETunnels, IPsecTunnels}

// Fetched returns when the oldest of these lists was read, of the lists of tunnels when none is named. A list that was never
// read does not count; zero when none was.
func (s *Snapshot) Fetched(kinds ...Kind) time.Time {
	var oldest time.Time
	for _, k := range orTunnels(kinds) {
		if at := s.Entry(k).Fetched; oldest.IsZero() || !at.IsZero() && at.Before(oldest) {
			oldest = at
		}
	}
	return oldest
}

// Err joins why these lists, those of the tunnels when none is named, could not be read the last time. A reason that is the
// same for all is given once.
func (s *Snapshot) Err(kinds ...Kind) error {
	var errs []error
	for _, k := range orTunnels(kinds) {
		err := s.Entry(k).Err
		if err == nil || slices.ContainsFunc(errs, func(e error) bool { return api.Advice(e) != "" && api.Advice(e) == api.Advice(err) }) {
			continue
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Missing joins why rows of these lists, those of the tunnels when none is named, may be missing: a list could not be read, or
// elements of it could not be used. A row with a field that could not be decoded is not missing.
func (s *Snapshot) Missing(kinds ...Kind) error {
	errs := []error{s.Err(kinds...)}
	for _, k := range orTunnels(kinds) {
		if e := s.Entry(k); e.Err == nil && (!e.Known() || len(e.Unusable) > 0) && (!k.Detail() || s.Entry(k.Listed()).Settled()) {
			errs = append(errs, errors.New(e.Why()))
		}
	}
	return errors.Join(errs...)
}

// RowsMissing reports whether rows of these lists, those of the tunnels when none is named, are not among the ones that are known: a list
// was never read, or elements of it could not be used. Their number is then not the whole one.
func (s *Snapshot) RowsMissing(kinds ...Kind) bool {
	return slices.ContainsFunc(orTunnels(kinds), func(k Kind) bool { e := s.Entry(k); return !e.Known() || len(e.Unusable) > 0 })
}

func orTunnels(kinds []Kind) []Kind {
	if len(kinds) == 0 {
		return tunnelKinds
	}
	return kinds
}

// Unsettled are the entries of those of the kinds that are not settled. What lies below the objects of a list that is not known
// is left out: there is nothing to say about it.
func (s *Snapshot) Unsettled(kinds ...Kind) []Entry {
	var out []Entry
	for _, k := range kinds {
		if e := s.Entry(k); !e.Settled() && (!k.Detail() || s.Entry(k.Listed()).Settled()) {
			out = append(out, e)
		}
	}
	return out
}

// CannotTell is why nothing can be concluded from what is not in these lists: "cannot tell: the IPsec tunnels could not be
// read". It is empty when all of them are settled.
func (s *Snapshot) CannotTell(kinds ...Kind) string {
	var why []string
	for _, k := range kinds {
		if text := s.Entry(k).Why(); text != "" {
			why = append(why, text)
		}
	}
	if len(why) == 0 {
		return ""
	}
	return "cannot tell: " + strings.Join(why, "; ")
}

// TunnelsSettled reports whether both lists of tunnels are settled.
func (s *Snapshot) TunnelsSettled() bool { return s.GRE.Settled() && s.IPsec.Settled() }

// CloudflareASN is Cloudflare's AS number on this account's sessions: the account's own setting where that was read and is set, else
// Cloudflare's usual one.
func (s *Snapshot) CloudflareASN() uint32 {
	if len(s.CNISettings.Rows) > 0 && s.CNISettings.Rows[0].DefaultASN != nil {
		return *s.CNISettings.Rows[0].DefaultASN
	}
	return usualASN
}

// usualASN is what every account begins with; see rules.CloudflareASN.
const usualASN = 13335
