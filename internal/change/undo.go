package change

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"flarewire/api"
	"flarewire/internal/journal"
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
	switch e.Resource {
	case GRETunnels.Name:
		return undo(ctx, w, GRETunnels, u)
	case IPsecTunnels.Name:
		return undo(ctx, w, IPsecTunnels, u)
	case Interconnects.Name:
		return undo(ctx, w, Interconnects, u)
	case Routes.Name:
		return undo(ctx, w, Routes, u)
	case CNIs.Name:
		return undo(ctx, w, CNIs, u)
	case Prefixes.Name:
		return undo(ctx, w, Prefixes, u)
	case EndpointChecks.Name:
		return undo(ctx, w, EndpointChecks, u)
	case cniSettings:
		return undoCNISettings(ctx, w, u)
	case "bgp_prefixes":
		return undoBGPPrefix(ctx, w, u)
	case "bindings":
		return undo(ctx, w, Bindings(u.Parent), u)
	case "delegations":
		return undo(ctx, w, Delegations(u.Parent), u)
	}
	return Plan{}, errors.New("this cannot be undone: flarewire has no undo for " + e.Resource)
}

// undo plans a create, an update or a deletion.
func undo[T any](ctx context.Context, w *Writer, r Resource[T], u journal.Undo) (Plan, error) {
	var wanted T
	if err := decode(u.Wanted, &wanted); err != nil {
		return Plan{}, err
	}
	if u.Verb == journal.Create {
		p, err := PrepareCreate(ctx, w, r, wanted)
		for _, path := range u.Missing {
			p.Warnings = append(p.Warnings, "The journal does not keep secrets: set "+path+" again afterwards")
		}
		return p, err
	}
	fresh, err := r.get(ctx, w.options.Account, u.ObjectID)
	if err != nil {
		return Plan{}, err
	}
	covers := settable(ctx, w, r, fresh)
	if u.Verb == journal.Delete {
		return PrepareDelete(ctx, w, r, withFields(fresh, flatten(u.Opened).only(covers)))
	}
	was, is := flatten(u.Opened).only(covers), flatten(u.Wanted).only(covers)
	now := settings(fresh, covers)
	then := rebase(now, was, now) // with the secrets that the journal does not have
	before, after := replaced(fresh, covers, then), replaced(fresh, covers, rebase(was, is, then))
	return PrepareUpdate(ctx, w, r, before, after)
}

// replaced is the object with exactly these settings.
func replaced[T any](fresh T, covers func(string) bool, values fields) T {
	all := flatten(encoded(fresh)).only(func(path string) bool { return !covers(path) })
	maps.Copy(all, values)
	if v, err := compose(all, fresh, fresh); err == nil {
		return v
	}
	return fresh
}

// withFields is the object with some settings changed: what was not part of a request stays as the server filled it in.
func withFields[T any](base T, values fields) T {
	all := flatten(encoded(base))
	for path, value := range values {
		if value != secret.Mask {
			all[path] = value
		}
	}
	return replaced(base, func(string) bool { return true }, all)
}

// undoBGPPrefix plans the named act that undoes a named act.
func undoBGPPrefix(ctx context.Context, w *Writer, u journal.Undo) (Plan, error) {
	r := BGPPrefixes(u.Parent)
	if !slices.Contains([]journal.Verb{journal.Advertise, journal.Withdraw, journal.SetPrepend, journal.SetAutoWithdraw}, u.Verb) {
		return undo(ctx, w, r, u)
	}
	fresh, err := r.get(ctx, w.options.Account, u.ObjectID)
	if err != nil {
		return Plan{}, err
	}
	var wanted api.BGPPrefix
	if err := decode(u.Wanted, &wanted); err != nil {
		return Plan{}, err
	}
	opened := withFields(fresh, flatten(u.Opened).only(func(path string) bool { return slices.Contains(r.Acts, path) }))
	switch u.Verb {
	case journal.SetPrepend:
		return PreparePrependCount(ctx, w, u.Parent, opened, wanted.ASNPrependCount)
	case journal.SetAutoWithdraw:
		return PrepareAutoWithdraw(ctx, w, u.Parent, opened, wanted.AutoAdvertiseWithdraw)
	}
	return PrepareAdvertisement(ctx, w, u.Parent, opened, u.Verb == journal.Advertise)
}

func decode[T any](object json.RawMessage, v *T) error {
	if len(object) == 0 {
		return nil
	}
	if err := json.Unmarshal(object, v); err != nil {
		return errors.New("the journal entry cannot be read as an object: change it by hand")
	}
	return nil
}
