package change

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"flarewire/api"
	"flarewire/internal/journal"
	"flarewire/internal/kind"
	"flarewire/internal/secret"
)

// PrepareUndo plans the change that undoes a journal entry. It takes the way of every other change: what was changed since
// shows as a conflict. The error says why there is no undo.
func PrepareUndo(ctx context.Context, w *Writer, e journal.Entry) (Plan, error) {
	if e.Account != w.options.Account.ID {
		return Plan{}, fmt.Errorf("this was a change in the account %s: switch to it to undo it", e.Account)
	}
	u, why := journal.Inverse(e)
	if why != "" {
		return Plan{}, errors.New("this cannot be undone: " + why)
	}
	p, err := w.inverse(ctx, e, u)
	for i := range p.steps {
		p.steps[i].entry.Undoes = e.ID
	}
	return p, err
}

// PrepareUndos plans the undo of several entries, in their order. What cannot be undone is a plan that says why and cannot be sent.
func PrepareUndos(ctx context.Context, w *Writer, entries []journal.Entry) []Plan {
	var plans []Plan
	for _, e := range entries {
		p, err := PrepareUndo(ctx, w, e)
		if err != nil {
			p = Plan{Title: fmt.Sprintf("Undo %s %s", e.Verb, e.Name), Name: e.Name}
			p.block(err.Error())
		}
		plans = append(plans, p)
	}
	return plans
}

// inverse plans an undo.
func (w *Writer) inverse(ctx context.Context, e journal.Entry, u journal.Undo) (Plan, error) {
	switch {
	case e.Resource == string(kind.CNISettings):
		return undoCNISettings(ctx, w, u)
	case e.Resource == string(kind.BGPPrefixes) && slices.Contains(bgpActs, u.Verb):
		return undoBGPAct(ctx, w, u)
	}
	r, ok := named(e.Resource, u.Parent)
	if !ok {
		return Plan{}, errors.New("this cannot be undone: flarewire has no undo for " + e.Resource)
	}
	return w.undo(ctx, r, u)
}

// named is the resource that the journal calls by the name.
func named(name, parent string) (Resource, bool) {
	k := kind.Kind(name)
	if len(k.About().Acts) == 0 || k == kind.CNISettings {
		return Resource{}, false
	}
	return resource(k, parent), true
}

// undo plans a create, an update or a deletion.
func (w *Writer) undo(ctx context.Context, r Resource, u journal.Undo) (Plan, error) {
	if _, err := r.In(w.options.Account).Decode(u.Wanted); err != nil {
		return Plan{}, errUnreadable
	}
	if u.Verb == journal.Create {
		// Whoever looks at an undo has not decided yet: nothing that could create something is sent before that.
		p, err := w.PrepareCreateLater(r, api.Object{}.With(u.Wanted, api.Object{})) // with what is unknown inside
		if err != nil {
			return p, err
		}
		for _, path := range u.Missing {
			p.Warnings = append(p.Warnings, "The journal does not keep secrets: set "+path+" again afterwards")
		}
		if lost := w.lost(r, api.Object{}.With(u.Wanted, api.Object{}), p.Requests[0]); len(lost) > 0 {
			p.Warnings = append(p.Warnings, "This does not bring back: "+strings.Join(lost, "; "))
		}
		return p, err
	}
	fresh, err := r.Read(ctx, w.options.Account, u.ObjectID)
	if err != nil {
		return Plan{}, err
	}
	covers := r.covers(w.options.Account)
	if u.Verb == journal.Delete {
		return w.PrepareDelete(ctx, r, withFields(fresh, flatten(u.Opened).only(covers)))
	}
	was, is := flatten(u.Opened).only(covers), flatten(u.Wanted).only(covers)
	now := settings(fresh, covers)
	then := rebase(now, was, now) // with the secrets that the journal does not have
	before, after := replaced(fresh, covers, then), replaced(fresh, covers, rebase(was, is, then))
	return w.prepareEdit(ctx, update(r, before, after))
}

// notBack says before a deletion what its undo will not bring back, or that there is none; "" when it brings all of it back.
func (w *Writer) notBack(r Resource, was api.Object) string {
	about := kind.Kind(r.Name).About()
	if act, _ := about.Act(kind.Delete); act.NoUndo != "" {
		return "This cannot be undone: " + act.NoUndo
	}
	again, err := r.In(w.options.Account).BuildCreate(recreated(was))
	if err != nil {
		return "" // an undo will say why
	}
	lost := w.lost(r, was, again)
	for path := range flatten(raw(was)) {
		if journal.IsSecret(path) {
			lost = append(lost, path)
		}
	}
	lost = append(lost, about.WriteOnly...)
	if len(lost) == 0 {
		return ""
	}
	return "An undo does not bring back: " + strings.Join(lost, "; ")
}

// lost is what goes with an object and does not come back with the request that creates it again: what is below it or beside it, and
// settings that a creation does not take.
func (w *Writer) lost(r Resource, was api.Object, again api.Request) []string {
	lost := slices.Clone(kind.Kind(r.Name).About().NotRestored)
	sent := flatten(again.Body())
	set := settings(was, r.covers(w.options.Account))
	for _, path := range union(set, nil) {
		if _, kept := sent[path]; !kept && path != cmp.Or(r.Key, "id") && !journal.IsSecret(path) &&
			canonical(path, set[path]) != canonical(path, nil) {
			lost = append(lost, fmt.Sprintf("%s (%s)", path, shown(path, set[path])))
		}
	}
	return lost
}

// replaced is the object with exactly these settings.
func replaced(fresh api.Object, covers func(string) bool, values fields) api.Object {
	all := flatten(fresh.Values()).only(func(path string) bool { return !covers(path) })
	maps.Copy(all, values)
	return compose(all, fresh, fresh)
}

// withFields is the object with some settings changed: what was not part of a request stays as the server filled it in.
func withFields(base api.Object, values fields) api.Object {
	all := flatten(base.Values())
	for path, value := range values {
		if value != secret.Mask {
			all[path] = value
		}
	}
	return compose(all, base, base)
}

// bgpActs are the named acts of a BGP prefix.
var bgpActs = []journal.Verb{journal.Advertise, journal.Withdraw, journal.SetPrepend, journal.SetAutoWithdraw}

// undoBGPAct plans the named act that undoes a named act.
func undoBGPAct(ctx context.Context, w *Writer, u journal.Undo) (Plan, error) {
	r := BGPPrefixes(u.Parent).Resource
	fresh, err := r.Read(ctx, w.options.Account, u.ObjectID)
	if err != nil {
		return Plan{}, err
	}
	var wanted api.BGPPrefix
	if err := decode(u.Wanted, &wanted); err != nil {
		return Plan{}, err
	}
	opened := withFields(fresh, flatten(u.Opened).only(func(path string) bool { return slices.Contains(r.ActPaths, path) }))
	switch u.Verb {
	case journal.SetPrepend:
		return w.prepend(ctx, u.Parent, opened, wanted.ASNPrependCount)
	case journal.SetAutoWithdraw:
		return w.autoWithdraw(ctx, u.Parent, opened, wanted.AutoAdvertiseWithdraw)
	}
	return w.advertise(ctx, u.Parent, opened, u.Verb == journal.Advertise)
}

var errUnreadable = errors.New("the journal entry cannot be read as an object: change it by hand")

func decode(object json.RawMessage, v any) error {
	if len(object) > 0 && json.Unmarshal(object, v) != nil {
		return errUnreadable
	}
	return nil
}
