package diagnose

import (
	"cmp"
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/journal"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// Change is something that was done to an object from this machine.
type Change struct {
	At       time.Time
	Resource store.Kind
	ID, Name string
	What     string // "update of bgp, mtu"

	ends ends // its addresses
}

// ChangesFor is for how long back changes from this machine are of interest.
const ChangesFor = 7 * 24 * time.Hour

// Changes takes the changes of an account since a time from the journal's entries, which come newest first. What was refused changed
// nothing; of a journal that cannot be read nothing is known.
func Changes(entries iter.Seq2[journal.Entry, error], account string, since time.Time) []Change {
	var out []Change
	for e, err := range entries {
		if err != nil || e.Time.Before(since) {
			break
		}
		if e.Account != account || e.Outcome == journal.NotDone {
			continue
		}
		what := string(e.Verb)
		if fields := changedFields(e); len(fields) > 0 {
			what += " of " + strings.Join(fields, ", ")
		}
		out = append(out, Change{At: e.Time, Resource: store.Kind(e.Resource), ID: e.ObjectID, Name: e.Name, What: what,
			ends: endsOf(e)})
	}
	return out
}

// changedFields are the fields that an update sets to another value.
func changedFields(e journal.Entry) []string {
	if e.Verb != journal.Update {
		return nil
	}
	var before, after map[string]json.RawMessage
	if json.Unmarshal(e.Before, &before) != nil || json.Unmarshal(e.After, &after) != nil {
		return nil
	}
	fields := slices.Clone(e.Secrets)
	for name, value := range after {
		if old, was := before[name]; name != "modified_on" && (!was || !sameJSON(old, value)) && !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	return fields
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	one, _ := json.Marshal(x)
	other, _ := json.Marshal(y)
	return string(one) == string(other)
}

// edit is a change of the tunnel near its break.
type edit struct {
	at   time.Time
	what string // "modified", or what this machine did
	ours bool
	near bool   // it lies just before the break; else the break's time is not known
	by   string // who did it by the audit log, without a person; "" is not known
	// audit is what the audit log says, with who it was.
	audit string
}

// lastEdit is the change nearest before the tunnel broke. Without the time of the break it is one of just now.
func (c tunnelCase) lastEdit() (edit, bool) {
	broke := c.broke()
	var found []edit
	add := func(at time.Time, what string, ours bool) {
		e := edit{at: at, what: what, ours: ours, near: !broke.IsZero()}
		if !ours && c.coincides(at) {
			return
		}
		reference := broke
		if broke.IsZero() {
			reference = c.at
		}
		if !at.IsZero() && !at.After(reference.Add(changeAfter)) && reference.Sub(at) <= changeBefore {
			found = append(found, e)
		}
	}
	for _, change := range c.facts.Changes {
		if change.ID != "" && change.ID == c.ID {
			add(change.At, change.What, true)
		}
	}
	for _, e := range c.Track.Events {
		if e.Kind == store.Modified {
			add(e.At, "modified", false)
		}
	}
	if made := c.ModifiedOn.Sub(c.CreatedOn.Time) < settling; !made || c.sessionWorked().up {
		add(c.ModifiedOn.Time, "modified", false)
	}
	found = append(found, c.audited()...)
	if len(found) == 0 {
		return edit{}, false
	}
	// The nearest before the break; of two records of one change the one that says what was done.
	sorting.Sort(found, func(a, b edit) int {
		if apart := a.at.Sub(b.at).Abs(); apart < changeAfter && a.told() != b.told() {
			return b.told() - a.told()
		}
		return cmp.Compare(b.at.UnixNano(), a.at.UnixNano())
	})
	return found[0], true
}

// broke is when the tunnel or its session broke: by Cloudflare's log, which is exact, else as it was seen; zero when it was not.
func (c tunnelCase) broke() time.Time {
	if c.broken() {
		return c.exactly(c.brokeSeen())
	}
	return c.brokeSeen()
}

// brokeSeen is when the tunnel or its session was seen to break; zero when it was not seen.
func (c tunnelCase) brokeSeen() time.Time {
	switch {
	case c.broken():
		return c.sessionWorked().until
	case c.sick():
		return cmp.Or(c.probesWorked().until, c.Health.Since)
	}
	return time.Time{}
}

// said is the sentence about a change.
func (e edit) said(c tunnelCase) string {
	text := "The tunnel was modified at " + Clock(e.at, c.now)
	if e.by != "" {
		text = "Changed by " + e.by + " at " + Clock(e.at, c.now) + " (" + e.what + ")"
	}
	if e.ours {
		text = "The tunnel was changed from this machine at " + Clock(e.at, c.now) + " (" + e.what + ")"
	}
	broke := c.broke()
	switch apart := broke.Sub(e.at); {
	case !e.near:
		return text + ", " + ago(c.now.Sub(e.at)) + " ago; when it broke is not known."
	case apart >= time.Second:
		return text + ", " + ago(apart) + " before it broke."
	}
	return text + ", when it broke."
}

func (e edit) evidence() []Evidence {
	if e.ours {
		return []Evidence{{"journal", e.at.UTC().Format(time.RFC3339) + " " + e.what}}
	}
	if e.by != "" {
		return []Evidence{{"audit log", e.at.UTC().Format(time.RFC3339) + " " + e.audit}}
	}
	return []Evidence{{"modified_on", e.at.UTC().Format(time.RFC3339)}}
}

// changeable are the causes that a change of the tunnel brings about by itself: to them it is the reason.
var changeable = []Cause{ASNMismatch, ASNReserved, MD5Mismatch, NoPSK, NewPSK, Overlap, HealthCheckOff, MissingRoute}

// withChange puts the change nearest before the break into what was found: it is the first thing to look at. findings are in order.
func (c tunnelCase) withChange(findings []Finding) []Finding {
	if len(findings) == 0 || !matters(findings[0]) || !c.trouble() {
		return findings
	}
	e, changed := c.lastEdit()
	if !changed || findings[0].Cause == ComingUp {
		return findings
	}
	first := &findings[0]
	if first.routers { // the record says why: the change only stands beside it
		first.Text += " " + e.said(c)
		first.Evidence = append(first.Evidence, e.evidence()...)
		return findings
	}
	if first.recorded || slices.Contains(changeable, first.Cause) {
		first.Text = e.said(c) + " " + first.Text
		first.Evidence = append(first.Evidence, e.evidence()...)
		return findings
	}
	f := Finding{Cause: ChangedBefore, Likelihood: Possible, Impact: first.Impact, Source: srcOwn, Since: first.Since,
		Evidence: append(e.evidence(), first.Evidence...), Text: e.said(c) + " That change comes first. " + first.Text,
		Next: "Check the change and who made it: changes from this machine are in the activity journal, with undo. " + first.Next}
	if e.near {
		f.Likelihood = max(Likely, first.Likelihood)
	}
	if !e.near && first.Likelihood > Possible {
		return append(findings, f)
	}
	return append([]Finding{f}, findings...)
}

// newKey: a router goes on with the old pre-shared key until the next key exchange, and not after it.
func (c tunnelCase) newKey() []Finding {
	if c.Kind != api.IPsec || c.PSK == nil || c.PSK.LastGeneratedOn.IsZero() || !c.trouble() || c.State == store.Up {
		return nil
	}
	if c.healthChecked() && c.Health.State == store.Healthy {
		return nil // IKE is there, so the keys agree
	}
	key, broke := c.PSK.LastGeneratedOn.Time, c.broke()
	f := Finding{Cause: NewPSK, Likelihood: Likely, Impact: Outage, Source: srcIPsec,
		Evidence: []Evidence{{"psk_metadata.last_generated_on", key.UTC().Format(time.RFC3339)}},
		Next:     "Put the new key on the router. If nobody kept it, generate another one: the API never shows a key again."}
	text := "A new pre-shared key was generated at " + Clock(key, c.now)
	switch apart := broke.Sub(key); {
	case broke.IsZero() && c.at.Sub(key) > time.Hour, !broke.IsZero() && (apart < -changeAfter || apart > keyBefore):
		return nil
	case broke.IsZero():
		f.Likelihood = Possible
		f.Text = text + ": the router may still have the old one. When the tunnel went down is not known."
	case apart > time.Hour:
		f.Likelihood = Possible
		f.Text = text + ", " + ago(apart) + " before it broke: at the next key exchange a router with the old key is refused."
	default:
		f.Evidence = append(f.Evidence, Evidence{"broke", broke.UTC().Format(time.RFC3339)})
		f.Text = text + ", just before it broke: this points to a router that still has the old key."
	}
	if key.Sub(c.CreatedOn.Time) < young && !c.sessionWorked().up && !c.probesWorked().up {
		return nil // the first key of a new tunnel; there is no old one
	}
	return []Finding{f}
}
