package change

import (
	"context"
	"time"

	"flarewire/api"
	"flarewire/internal/journal"
)

// keyMade is the field that shows that a pre-shared key was replaced.
const keyMade = "psk_metadata.last_generated_on"

func hasKeyProof(verb journal.Verb) bool {
	return verb == journal.GeneratePSK || verb == journal.SetPSK
}

// CanRecheck reports whether the outcome of an entry is open and can be found out by reading. A validation leaves no trace that
// can be read.
func CanRecheck(e journal.Entry) bool {
	return (e.Outcome == journal.Unknown || e.Outcome == journal.Deleting) && e.Verb != journal.ValidatePrefix
}

// Recheck finds out by reading what has become of a change whose outcome is not known, and writes it down when it is clear. That
// nothing took effect is believed when Patience has passed since the change was sent.
func (w *Writer) Recheck(ctx context.Context, e journal.Entry) Result {
	p := Plan{Title: titles[e.Verb] + " " + e.Resource + " " + e.Name, Verb: e.Verb}
	if r, ok := named(e.Resource, e.Parent); ok {
		p.Title = titles[e.Verb] + " " + r.Title + " " + e.Name
	}
	seen := w.found(ctx, e)
	waiting := seen.outcome == journal.NotDone && !seen.final && w.options.Now().Sub(e.Time) < Patience
	if waiting {
		seen.outcome, seen.text = journal.Unknown, ""
	}
	r := Result{Entry: e.ID, Outcome: seen.outcome, ID: seen.id, Object: seen.object, NotApplied: seen.notApplied, RequestIDs: e.RequestIDs}
	if r.Outcome == journal.Unknown || r.Outcome == journal.Deleting {
		r.Err, r.Recovery = seen.err, unsettledNext(e.Verb, waiting)
		if r.Outcome == journal.Unknown && !waiting && seen.err == nil {
			r.Recovery = ""
		}
	}
	if e.Verb == journal.GeneratePSK && r.Outcome == journal.Done {
		r.Err = errLostKey
	}
	r.Text = sentence(p, r, seen)
	if r.Outcome != e.Outcome && r.Outcome != journal.Unknown {
		r.JournalErr = (&applying{w: w}).end(e.ID, r)
	}
	return r
}

// deletionPatience is how long a deletion that Cloudflare has accepted may take. What can still be read after that was not deleted.
const deletionPatience = time.Hour

// found reads the object of an entry once. "Not done" is what it says when there is no effect to be seen.
func (w *Writer) found(ctx context.Context, e journal.Entry) settled {
	if e.Resource == cniSettings {
		now, err := ReadCNISettings(ctx, w.options.Account)
		return compared(e, flatten(e.Before), flatten(e.After), flatten(api.ObjectOf(now).Values()), err)
	}
	r, ok := named(e.Resource, e.Parent)
	if !ok {
		return settled{outcome: journal.Unknown, text: "flarewire cannot read " + e.Resource}
	}
	if e.Verb == journal.Create && e.ObjectID == "" {
		return w.foundNew(ctx, r, e)
	}
	got, err := r.Read(ctx, w.options.Account, e.ObjectID)
	switch {
	case api.KindOf(err) == api.NotFound && e.Verb == journal.Create: // the answer may have been about another object
		return w.foundNew(ctx, r, e)
	case api.KindOf(err) == api.NotFound:
		return absent(e)
	case err != nil:
		return settled{outcome: journal.Unknown, id: e.ObjectID, err: err}
	case e.Verb == journal.Delete && e.Outcome == journal.Deleting && w.options.Now().Sub(e.Time) < deletionPatience:
		return settled{outcome: journal.Deleting, id: e.ObjectID, text: "it can still be read", object: raw(got)}
	case e.Verb == journal.Delete:
		return settled{outcome: journal.NotDone, id: e.ObjectID, text: "it is still there", object: raw(got)}
	case hasKeyProof(e.Verb):
		return foundKey(e, got)
	case e.Verb == journal.Create:
		return w.foundAs(r, e, got)
	}
	out := compared(e, w.known(r, e.Before), w.known(r, e.After), settings(got, r.covers(w.options.Account)), nil)
	out.object = raw(got)
	return out
}

// absent is what it means that the object is not there.
func absent(e journal.Entry) settled {
	switch e.Verb {
	case journal.Delete:
		return settled{outcome: journal.Done, id: e.ObjectID}
	case journal.Create:
		return settled{outcome: journal.NotDone, text: "there is no such object"}
	}
	return settled{outcome: journal.NotDone, id: e.ObjectID, text: "it does not exist any more", final: true}
}

// clockDoubt is how far the clocks of this machine and of Cloudflare may differ.
const clockDoubt = 2 * time.Minute

// foundKey looks at when the key was made.
func foundKey(e journal.Entry, got api.Object) settled {
	out := settled{id: e.ObjectID, object: raw(got)}
	now, _ := flatten(raw(got))[keyMade].(string)
	before, known := flatten(e.Before)[keyMade].(string)
	made, err := time.Parse(time.RFC3339Nano, now)
	switch {
	case now != "" && known && now != before, now != "" && !known && err == nil && made.After(e.Time.Add(-clockDoubt)):
		out.outcome = journal.Done
	case e.Verb == journal.SetPSK: // that the time moves with an own key is unconfirmed
		out.outcome, out.text = journal.Unknown, "the API does not report which key the tunnel has: set it once more, which does no harm"
	default:
		out.outcome, out.text = journal.NotDone, "the key is still the previous one"
	}
	return out
}

// foundNew looks for the object that a creation has made: one that is as it was wanted and not older than the request.
func (w *Writer) foundNew(ctx context.Context, r Resource, e journal.Entry) settled {
	list, err := r.In(w.options.Account).List(ctx)
	if err != nil {
		return settled{outcome: journal.Unknown, err: err}
	}
	var fitting []settled
	for _, got := range list {
		made, err := time.Parse(time.RFC3339Nano, text(flatten(raw(got))["created_on"]))
		if err == nil && made.Before(e.Time.Add(-clockDoubt)) {
			continue
		}
		if one := w.foundAs(r, e, got); one.outcome == journal.Done {
			fitting = append(fitting, one)
		}
	}
	switch len(fitting) {
	case 0:
		return absent(e)
	case 1:
		return fitting[0]
	}
	return settled{outcome: journal.Unknown, text: "several objects match the one that was to be created"}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// foundAs compares an object with what was to be created.
func (w *Writer) foundAs(r Resource, e journal.Entry, got api.Object) settled {
	c := &creation{w: w, r: r, body: w.known(r, e.After)}
	out := settled{outcome: journal.Done, id: r.id(got), object: raw(got), notApplied: c.missing(got)}
	if len(out.notApplied) > 0 {
		out.outcome = journal.Partly
	}
	return out
}

// compared finds each field of a change as it was before, as it was wanted, or as somebody else has set it since.
func compared(e journal.Entry, before, after, is fields, err error) settled {
	out := settled{id: e.ObjectID, err: err}
	if err != nil {
		out.outcome = journal.Unknown
		return out
	}
	applied, waiting, other := 0, 0, 0
	for _, d := range compare(before, after) {
		switch path := d.Path; {
		case same(path, is[path], after[path]):
			applied++
		case same(path, is[path], before[path]):
			waiting++
			out.notApplied = append(out.notApplied, difference(path, is[path], after[path]))
		default:
			other++
		}
	}
	switch {
	case applied+waiting+other == 0:
		out.outcome, out.text = journal.Unknown, "only a secret was changed, and the journal does not have it to compare"
	case other > 0:
		out.outcome, out.text = journal.Unknown, "somebody has changed it again since"
	case waiting == 0:
		out.outcome = journal.Done
	case applied == 0:
		out.outcome, out.notApplied = journal.NotDone, nil
	default:
		out.outcome = journal.Partly
	}
	return out
}

// Unsettled are the entries of this account whose outcome is open, newest first.
func (w *Writer) Unsettled() ([]journal.Entry, error) {
	if w.options.Journal == nil {
		return nil, nil
	}
	var out []journal.Entry
	for e, err := range w.options.Journal.Entries() {
		if err != nil {
			return out, err
		}
		if e.Account == w.options.Account.ID && CanRecheck(e) {
			out = append(out, e)
		}
	}
	return out, nil
}
