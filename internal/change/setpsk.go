package change

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"flarewire/api"
	"flarewire/internal/journal"
)

// PrepareSetPSKs plans own pre-shared keys, by tunnel id, for one tunnel or for several in one request. Each tunnel has its entry in
// the journal, without the key, and its own outcome: the API can take some keys and refuse others. The server is not asked before, for
// the reason of PrepareGeneratePSK.
func PrepareSetPSKs(ctx context.Context, w *Writer, tunnels []api.IPsecTunnel, keys map[string]api.Secret) (Plan, error) {
	if len(tunnels) == 0 {
		return Plan{}, errors.New("there is no key to set")
	}
	s := &settingKeys{w: w}
	for _, opened := range tunnels {
		fresh, err := IPsecTunnels.Resource.Read(ctx, w.options.Account, opened.ID)
		if err != nil {
			return Plan{}, err
		}
		s.fresh = append(s.fresh, fresh)
	}
	req, err := w.options.Account.BuildSetPSKs(keys)
	if err != nil {
		return Plan{}, err
	}
	p := w.newPlan("IPsec tunnel", IPsecTunnels.Name, journal.SetPSK, s.id(0), s.name(0))
	var labels []string
	for i := range s.fresh {
		labels = append(labels, s.name(i))
		p.Differences = append(p.Differences, difference(s.name(i)+".psk", nil, ""))
	}
	if len(labels) > 1 {
		p.Title, p.ID, p.Name = fmt.Sprintf("Set the pre-shared keys of %d IPsec tunnels", len(labels)), "", strings.Join(labels, ", ")
	} else {
		p.Differences[0] = difference("psk", nil, "")
	}
	p.Requests, p.DryRun.Why = []api.Request{req}, "there is nothing to check before a key is set"
	p.Warnings = append(p.Warnings, pskWarning)
	if shared(keys) {
		p.Warnings = append(p.Warnings, "Several tunnels get the same key: whoever learns it from one router can impersonate the others")
	}
	p.Consequences = append(p.Consequences, "Cloudflare never shows a key again, and flarewire keeps no copy: keep your own until the "+
		"router has it",
		"Whether the API reports that a key of your own took effect is not documented (unconfirmed)")
	entries := s.entries(p)
	p.steps = []step{{entry: entries[0], also: entries[1:], request: req, recheck: s.recheck, settle: s.settle}}
	return p, nil
}

// shared reports whether two tunnels get the same key.
func shared(keys map[string]api.Secret) bool {
	seen := map[string]bool{}
	for _, key := range keys {
		if seen[key.Reveal()] {
			return true
		}
		seen[key.Reveal()] = true
	}
	return false
}

// settingKeys is the state of one request that sets keys.
type settingKeys struct {
	w     *Writer
	fresh []api.Object
}

func (s *settingKeys) id(i int) string { return IPsecTunnels.id(s.fresh[i]) }

func (s *settingKeys) name(i int) string { return IPsecTunnels.label(flatten(s.fresh[i].Values())) }

// entries are what the journal gets, one for each tunnel.
func (s *settingKeys) entries(p Plan) []journal.Entry {
	batch := ""
	if len(s.fresh) > 1 {
		batch = newBatch()
	}
	var out []journal.Entry
	for i := range s.fresh {
		before := fields{}
		if made := flatten(raw(s.fresh[i]))[keyMade]; made != nil {
			before[keyMade] = made // by this an answer that was lost can be told later
		}
		object, _ := before.object() // came out of JSON
		p.ID, p.Name, p.Differences = s.id(i), s.name(i), nil
		e := s.w.entry(p, "", object, nil, p.Requests[0])
		e.Batch, e.Secrets = batch, []string{"psk"}
		out = append(out, e)
	}
	return out
}

func (s *settingKeys) recheck(ctx context.Context) error {
	for i, fresh := range s.fresh {
		if err := s.w.unchanged(IPsecTunnels.Resource, s.id(i), fresh)(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settle says of each tunnel what became of its key.
func (s *settingKeys) settle(ctx context.Context, accepted bool, answer api.Answer) settled {
	out := settled{each: make([]settled, len(s.fresh))}
	var told []string
	for i := range s.fresh {
		id := s.id(i)
		reason, refused := answer.PSKs.Unapplied[id]
		_, applied := answer.PSKs.Applied[id]
		one := settled{id: id, outcome: journal.NotDone, text: "Cloudflare refused the key: " + reason, final: true}
		if !refused {
			one = s.settleOne(ctx, i, accepted && applied)
		}
		out.each[i] = one
		text := s.name(i) + ": " + string(one.outcome)
		if one.text != "" {
			text += ", " + one.text
		}
		told = append(told, text)
	}
	out.id, out.outcome, out.err = out.each[0].id, together(out.each), firstError(out.each)
	if out.text = out.each[0].text; len(told) > 1 {
		out.id, out.text = "", strings.Join(told, "; ")
	}
	return out
}

// settleOne reads a tunnel until its key is seen to be another one. That this is to be seen with an own key is unconfirmed, so a key that
// Cloudflare accepted is believed, and without an answer only what is seen.
func (s *settingKeys) settleOne(ctx context.Context, i int, accepted bool) settled {
	out := settled{id: s.id(i)}
	changed := false
	s.w.poll(ctx, writeWaits, func(ctx context.Context) bool {
		got, err := IPsecTunnels.Resource.Read(ctx, s.w.options.Account, out.id)
		if out.err = err; err != nil {
			return api.KindOf(err) == api.NotFound
		}
		out.object = raw(got)
		changed = keyChanged(s.fresh[i], got)
		return changed
	})
	switch {
	case changed:
		out.outcome, out.err = journal.Done, nil
	case accepted:
		out.outcome, out.text, out.err = journal.Done, "Cloudflare accepted it; its effect cannot be read back", nil
	default:
		out.outcome = journal.Unknown
	}
	return out
}

// together is the outcome of several that were asked for at once.
func together(each []settled) journal.Outcome {
	of := func(o journal.Outcome) bool {
		return slices.ContainsFunc(each, func(s settled) bool { return s.outcome == o })
	}
	switch {
	case of(journal.Unknown):
		return journal.Unknown
	case !of(journal.NotDone):
		return journal.Done
	case of(journal.Done):
		return journal.Partly
	}
	return journal.NotDone
}

func firstError(each []settled) error {
	for _, s := range each {
		if s.err != nil {
			return s.err
		}
	}
	return nil
}
