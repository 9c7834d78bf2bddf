package change

import (
	"context"
	"encoding/json"
	"errors"

	"flarewire/api"
	"flarewire/internal/journal"
)

// cniSettings is the name of the CNI settings in the journal.
const cniSettings = "cni_settings"

// ReadCNISettings reads the account's CNI settings; an account that has none set may answer with 404, which is no trouble.
func ReadCNISettings(ctx context.Context, a *api.AccountClient) (api.CNISettings, error) {
	s, err := a.CNISettings(ctx)
	if api.KindOf(err) == api.NotFound {
		return api.CNISettings{}, nil
	}
	return s, err
}

// PrepareCNISettings plans a change of the account's CNI settings. They are one object without id, so no collection.
func PrepareCNISettings(ctx context.Context, w *Writer, opened, wanted api.CNISettings) (Plan, error) {
	if wanted.DefaultASN == nil {
		return Plan{}, errors.New("the API cannot unset the default AS number: give one")
	}
	fresh, err := ReadCNISettings(ctx, w.options.Account)
	if err != nil {
		return Plan{}, err
	}
	req, err := w.rehearse(ctx, func(ctx context.Context, a *api.AccountClient) error {
		_, err := a.SetCNISettings(ctx, wanted)
		return err
	})
	if err != nil {
		return Plan{}, err
	}
	p := w.newPlan("CNI", cniSettings, journal.Update, "", "settings")
	p.Opened, p.Fresh, p.Wanted = raw(opened), raw(fresh), encoded(wanted)
	target := flatten(encoded(wanted))
	p.Conflicts = conflicts(flatten(encoded(opened)), flatten(encoded(fresh)), target)
	p.Differences = compare(flatten(encoded(fresh)), target)
	if len(p.Differences) == 0 {
		p.block("there is nothing to change")
	}
	p.Requests = []RequestPreview{req.preview()}
	w.ask(ctx, &p, req, nil) // the API cannot: this says so
	p.steps = []step{{
		entry: w.entry(p, "", encoded(fresh), encoded(wanted), req), request: req,
		check: func(ctx context.Context) error {
			changed, err := w.cniSettingsDiffer(ctx, encoded(fresh))
			if err == nil && len(changed) > 0 {
				err = &StaleError{Title: "CNI settings", Changed: changed}
			}
			return err
		},
		send: func(ctx context.Context) (api.Secret, error) {
			_, err := w.options.Account.SetCNISettings(ctx, wanted)
			return api.Secret{}, err
		},
		settle: func(ctx context.Context, _ bool) settled { return w.settleCNISettings(ctx, p.Wanted) },
	}}
	return p, nil
}

// cniSettingsDiffer compares with what is there now.
func (w *Writer) cniSettingsDiffer(ctx context.Context, with json.RawMessage) ([]Difference, error) {
	now, err := ReadCNISettings(ctx, w.options.Account)
	return compare(flatten(encoded(now)), flatten(with)), err
}

// settleCNISettings reads until the settings are as wanted.
func (w *Writer) settleCNISettings(ctx context.Context, wanted json.RawMessage) settled {
	var out settled
	w.poll(ctx, editWaits, func(ctx context.Context) bool {
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
