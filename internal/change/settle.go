package change

import (
	"context"
	"fmt"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/journal"
)

// Waits between the readings after a write. Deletions are known to take effect late (up to ten polls in Cloudflare's own
// community tools); for other writes nothing is documented, so the patience is shorter.
var (
	writeWaits  = []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
	deleteWaits = []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second}
)

// settleLimit bounds each part of reading back, also when the user has given up: what was sent must be found out and written down.
const settleLimit = time.Minute

// poll reads until look says that it has seen enough, or the waits are used up. There is always one reading; once the user
// has given up, no other begins.
func (w *Writer) poll(ctx context.Context, waits []time.Duration, look func(context.Context) bool) {
	limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	for i := 0; !look(limited) && i < len(waits); i++ {
		if ctx.Err() != nil || w.options.Sleep(ctx, waits[i]) != nil {
			return
		}
	}
}

// volatile are fields that change by themselves, or that follow from others. They are no side effects of a change.
func volatile(path string) bool {
	for _, prefix := range []string{"bgp_status", "psk_metadata", "provisioning", "remote_identities"} {
		if top(path) == prefix {
			return true
		}
	}
	for _, suffix := range []string{"modified_on", "modified_at", "_validation_state", "health_check.target.effective"} {
		if strings.HasSuffix(path, suffix) {
			return true
		}
	}
	return false
}

// unchanged makes the check right before sending: what the plan shows must still be there.
func (w *Writer) unchanged(r Resource, id string, fresh api.Object) func(context.Context) error {
	covers := r.covers(w.options.Account)
	return func(ctx context.Context) error {
		now, err := r.Read(ctx, w.options.Account, id)
		if err != nil {
			return err
		}
		if changed := compare(settings(fresh, covers), settings(now, covers)); len(changed) > 0 {
			return &StaleError{Title: r.Title, Changed: changed}
		}
		return nil
	}
}

// StaleError says that the object was changed between the plan and its application. Nothing was sent.
type StaleError struct {
	Title   string
	Changed []Difference // as the plan showed it, and as it is now
}

// Error implements error.
func (e *StaleError) Error() string {
	return fmt.Sprintf("the %s was changed by somebody else during your review (%s); nothing was sent: review it again",
		e.Title, strings.Join(paths(e.Changed), ", "))
}

func paths(list []Difference) []string {
	var out []string
	for _, d := range list {
		out = append(out, d.Path)
	}
	return out
}

// editStep is the state of an update or an act between its check and its reading back.
type editStep struct {
	w            *Writer
	spec         editSpec
	edit         mergedEdit
	differences  []Difference
	notInRequest []Difference // see Plan.Unsent
	untouched    map[string]any
}

func (s *editStep) id() string { return s.spec.r.id(s.spec.opened) }

func (s *editStep) recheck(ctx context.Context) error {
	if err := s.w.unchanged(s.spec.r, s.id(), s.edit.fresh)(ctx); err != nil || s.spec.r.ReadUntouched == nil {
		return err
	}
	// It is only compared afterwards: if it cannot be read, the change goes on.
	s.untouched, _ = s.spec.r.ReadUntouched(ctx, s.w.options.Account, s.id())
	return nil
}

// settle reads until everything that can have been changed is there.
func (s *editStep) settle(ctx context.Context, accepted bool, _ api.Answer) settled {
	id := s.id()
	out := settled{id: id}
	var got api.Object
	s.w.poll(ctx, writeWaits, func(ctx context.Context) bool {
		if got, out.err = s.spec.r.Read(ctx, s.w.options.Account, id); out.err != nil {
			return api.KindOf(out.err) == api.NotFound
		}
		out.notApplied = s.missing(got)
		return len(out.notApplied) <= len(s.notInRequest) && s.proven(got)
	})
	if out.err != nil {
		out.outcome = journal.Unknown
		if api.KindOf(out.err) == api.NotFound {
			out.outcome, out.text, out.final = journal.NotDone, "it does not exist any more", true
		}
		return out
	}
	out.object = raw(got)
	out.sideEffects = s.sideEffects(ctx, got)
	s.judge(&out, got, accepted)
	return out
}

// missing are the differences that have not taken effect. Write-only secrets cannot be looked at.
func (s *editStep) missing(got api.Object) []Difference {
	current, all := settings(got, s.edit.covers), flatten(raw(got))
	var list []Difference
	for _, d := range s.differences {
		if current[d.Path] == nil { // unknown inside of an object that an undo brings back
			current[d.Path] = all[d.Path]
		}
		if s.writeOnly(d) || same(d.Path, current[d.Path], s.edit.merged[d.Path]) {
			continue
		}
		list = append(list, difference(d.Path, current[d.Path], s.edit.merged[d.Path]))
	}
	return list
}

// writeOnly: a secret that is in the request but never in an answer.
func (s *editStep) writeOnly(d Difference) bool {
	_, readable := s.edit.merged[d.Path]
	return d.Secret && !readable && s.edit.now[d.Path] == nil
}

func (s *editStep) proven(got api.Object) bool {
	return s.spec.showsDone == nil || s.spec.showsDone(s.edit.fresh, got)
}

// judge decides what the reading means.
func (s *editStep) judge(out *settled, got api.Object, accepted bool) {
	visible, hidden := 0, 0
	for _, d := range s.differences {
		if s.writeOnly(d) {
			hidden++
		} else {
			visible++
		}
	}
	applied := visible - len(out.notApplied)
	switch {
	case applied == 0 && visible > 0 && !accepted:
		out.outcome = journal.NotDone
	case applied == 0 && visible > 0 && hidden == 0:
		out.outcome, out.text = journal.NotDone, "Cloudflare accepted it, but nothing of it took effect"
	case applied < visible:
		out.outcome = journal.Partly
	case visible > 0 || s.spec.showsDone != nil && s.proven(got):
		out.outcome = journal.Done // a key goes with the same request as the fields that are there
	case s.spec.doneAlwaysShows && !accepted:
		out.outcome = journal.NotDone
	case accepted:
		out.outcome, out.text = journal.Done, "Cloudflare accepted it; its effect cannot be read back"
	default:
		out.outcome = journal.Unknown
	}
}

// sideEffects are fields that changed without being asked for, in the object and beside it.
func (s *editStep) sideEffects(ctx context.Context, got api.Object) []Difference {
	asked := map[string]bool{}
	for _, d := range s.differences {
		asked[d.Path] = true
	}
	var list []Difference
	for _, d := range compare(flatten(raw(s.edit.fresh)), flatten(raw(got))) {
		if !asked[d.Path] && !volatile(d.Path) {
			list = append(list, d)
		}
	}
	if s.untouched != nil {
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
		defer cancel()
		if now, err := s.spec.r.ReadUntouched(limited, s.w.options.Account, s.id()); err == nil {
			list = append(list, compare(s.untouched, now)...)
		}
	}
	return list
}

// settleDelete reads until the object is not found.
func (w *Writer) settleDelete(ctx context.Context, r Resource, id string, accepted bool) settled {
	out := settled{id: id}
	w.poll(ctx, deleteWaits, func(ctx context.Context) bool {
		_, out.err = r.Read(ctx, w.options.Account, id)
		return api.KindOf(out.err) == api.NotFound
	})
	switch {
	case api.KindOf(out.err) == api.NotFound:
		out.outcome, out.err = journal.Done, nil
	case out.err != nil:
		out.outcome = journal.Unknown
	case accepted:
		out.outcome, out.text = journal.Deleting, "Cloudflare accepted the deletion, but the object can still be read"
	default:
		out.outcome, out.text = journal.NotDone, "it is still there"
	}
	return out
}

// creation is the state of a create between its check and its reading back.
type creation struct {
	w     *Writer
	r     Resource
	body  fields          // what is sent and can be read back
	name  string          // what the new object is called; "" when that is not known before
	known map[string]bool // ids before: only what is new afterwards can be ours
}

func (c *creation) remember(ctx context.Context) error {
	list, err := c.r.In(c.w.options.Account).List(ctx)
	if err != nil {
		return err
	}
	c.known = map[string]bool{}
	for _, v := range list {
		c.known[c.r.id(v)] = true
	}
	return nil
}

// settle reads the new object: by its id when the answer gave it, else by looking for an object that was not there before.
func (c *creation) settle(ctx context.Context, accepted bool, answer api.Answer) settled {
	var out settled
	c.w.poll(ctx, writeWaits, func(ctx context.Context) bool {
		var got api.Object
		var found bool
		if got, found, out.err = c.find(ctx, answer.ID()); !found {
			return false
		}
		out.id, out.object = c.r.id(got), raw(got)
		out.notApplied = c.missing(got)
		return len(out.notApplied) == 0
	})
	switch {
	case out.object != nil && len(out.notApplied) == 0:
		out.outcome, out.err = journal.Done, nil
	case out.object != nil:
		out.outcome, out.err = journal.Partly, nil
	case out.err == nil && !accepted:
		out.outcome, out.text = journal.NotDone, "there is no such new object"
	default:
		out.outcome, out.id, out.text = journal.Unknown, answer.ID(), "Cloudflare accepted it, but it cannot be read yet"
		if !accepted {
			out.text = ""
		}
	}
	return out
}

func (c *creation) find(ctx context.Context, id string) (got api.Object, found bool, err error) {
	if id != "" {
		got, err = c.r.Read(ctx, c.w.options.Account, id)
		if api.KindOf(err) != api.NotFound {
			return got, err == nil, err
		}
		// Not visible yet, or the answer was about another object: then it is in the list.
	}
	list, err := c.r.In(c.w.options.Account).List(ctx)
	if err != nil {
		return got, false, err
	}
	for _, v := range list {
		if c.known[c.r.id(v)] || c.name != "" && c.r.label(flatten(v.Values())) != c.name {
			continue
		}
		if missing := c.missing(v); !found || len(missing) == 0 {
			got, found = v, true
		}
	}
	return got, found, nil
}

// missing are the fields of the request that have another value in the object.
func (c *creation) missing(got api.Object) []Difference {
	current := flatten(got.Values())
	var list []Difference
	for _, path := range union(c.body, nil) {
		value := current[path]
		if other, renamed := c.r.ReadAs[path]; renamed {
			if value = current[other]; value == nil {
				continue // it is optional there, so its absence says nothing
			}
		}
		if !same(path, value, c.body[path]) {
			list = append(list, difference(path, value, c.body[path]))
		}
	}
	return list
}
