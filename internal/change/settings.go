package change

import (
	"context"
	"encoding/json"
	"errors"

	"flarewire/api"
	"flarewire/internal/journal"
	"flarewire/internal/kind"
)

// cniSettings is the name of the CNI settings in the journal.
const cniSettings = string(kind.CNISettings)

// ReadCNISettings reads the account's CNI settings; an account that has none set may answer with 404, which is no trouble.
func ReadCNISettings(ctx context.Context, a *api.AccountClient) (api.CNISettings, error) {
	s, err := a.CNISettings(ctx)
	if api.KindOf(err) == api.NotFound {
		return api.CNISettings{}, nil
	}
	var answer map[string]json.RawMessage
	if err == nil && json.Unmarshal(s.JSON(), &answer) == nil && answer["default_asn"] == nil {
		err = &api.Error{Kind: api.BadAnswer, Detail: "the answer does not say what the default AS number is"}
	}
	return s, err
}

// PrepareCNISettings plans a change of the account's CNI settings. They are one object without id, so no collection.
func PrepareCNISettings(ctx context.Context, w *Writer, opened, wanted api.CNISettings) (Plan, error) {
	if wanted.DefaultASN == nil {
		return Plan{}, errors.New("the API cannot unset the default AS number: enter one")
	}
	fresh, err := ReadCNISettings(ctx, w.options.Account)
	if err != nil {
		return Plan{}, err
	}
	req, err := w.options.Account.BuildCNISettings(wanted)
	if err != nil {
		return Plan{}, err
	}
	p := w.newPlan("CNI", cniSettings, journal.Update, "", "settings")
	was, is, wish := api.ObjectOf(opened), api.ObjectOf(fresh), api.ObjectOf(wanted)
	p.Opened, p.Fresh, p.Wanted = raw(was), raw(is), wish.Values()
	p.Conflicts = conflicts(flatten(was.Values()), flatten(is.Values()), flatten(wish.Values()))
	p.Differences = compare(flatten(is.Values()), flatten(wish.Values()))
	if len(p.Differences) == 0 {
		p.block(Unchanged)
	}
	p.Requests = []api.Request{req}
	w.askDryRun(ctx, &p, req) // the API cannot: this says so
	p.steps = []step{{
		entry: w.entry(p, "", is.Values(), wish.Values(), req), request: req,
		recheck: func(ctx context.Context) error {
			changed, err := w.cniSettingsDiffer(ctx, is.Values())
			if err == nil && len(changed) > 0 {
				err = &StaleError{Title: "CNI settings", Changed: changed}
			}
			return err
		},
		settle: func(ctx context.Context, _ bool, _ api.Answer) settled { return w.settleCNISettings(ctx, p.Wanted) },
	}}
	return p, nil
}

// cniSettingsDiffer compares with what is there now.
func (w *Writer) cniSettingsDiffer(ctx context.Context, with json.RawMessage) ([]Difference, error) {
	now, err := ReadCNISettings(ctx, w.options.Account)
	return compare(flatten(api.ObjectOf(now).Values()), flatten(with)), err
}

// settleCNISettings reads until the settings are as wanted.
func (w *Writer) settleCNISettings(ctx context.Context, wanted json.RawMessage) settled {
	var out settled
	w.poll(ctx, writeWaits, func(ctx context.Context) bool {
		out.notApplied, out.err = w.cniSettingsDiffer(ctx, wanted)
		return out.err == nil && len(out.notApplied) == 0
	})
	switch {
	case out.err != nil:
		out.outcome = journal.Unknown
	case len(out.notApplied) > 0:
		out.outcome = journal.NotDone
	default:
		out.outcome = journal.Done
	}
	return out
}

// undoCNISettings plans the way back to the settings of before.
func undoCNISettings(ctx context.Context, w *Writer, u journal.Undo) (Plan, error) {
	var opened, wanted api.CNISettings
	if err := errors.Join(decode(u.Opened, &opened), decode(u.Wanted, &wanted)); err != nil {
		return Plan{}, err
	}
	return PrepareCNISettings(ctx, w, opened, wanted)
}
