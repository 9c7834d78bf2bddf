package diagnose

import (
	"fmt"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
)

// withRecord lets Cloudflare's log speak about an incident of several tunnels: a change of most of them by one hand first, then the one
// reason that it has for most of them.
func (a *Account) withRecord(i Incident) Incident {
	most := func(n int) bool { return n*2 > i.Tunnels() }
	reasons := map[Cause]int{}
	for _, d := range i.Diagnoses {
		if f := d.Findings[0]; f.recorded && f.Likelihood == Certain {
			reasons[f.Cause]++
		}
	}
	for _, d := range i.Diagnoses {
		if f := d.Findings[0]; f.recorded && most(reasons[f.Cause]) {
			i.Text = join(fmt.Sprintf("Cloudflare's log gives %s for %d of %d: %s:", f.Cause.Title(), reasons[f.Cause], i.Tunnels(),
				d.Subject.Name), f.Text, i.Text)
			i.recorded = true
			i.Next, i.Likelihood, i.Evidence = join(f.Next, i.Next), Certain, append(i.Evidence, f.Evidence...)
			break
		}
	}
	if text, e := a.changedTogether(i); text != "" {
		i.Text, i.Evidence = join(text, i.Text), append(i.Evidence, e)
	}
	return i
}

// changedTogether is the change of most members by one hand in the hour before, by the audit log.
func (a *Account) changedTogether(i Incident) (string, Evidence) {
	if i.Since.IsZero() {
		return "", Evidence{}
	}
	by := map[string]int{}
	var last string
	var entry api.AuditEntry
	for _, m := range i.Members {
		at, ok := a.byID[m.ID]
		if !ok {
			continue
		}
		for _, e := range a.tunnelCase(at).changesAudited() {
			if before := i.Since.Sub(e.At); !harmless(e) && before >= -changeAfter && before <= auditBefore {
				who := e.Actor.By()
				if by[who]++; by[who] > by[last] || last == "" {
					last, entry = who, e
				}
				break
			}
		}
	}
	if by[last]*2 <= i.Tunnels() {
		return "", Evidence{}
	}
	return fmt.Sprintf("%d of %d were changed by %s, the last at %s (%s).", by[last], i.Tunnels(), last, Clock(entry.At, a.facts.Now),
			strings.TrimPrefix(AuditWords(entry), "changed: ")),
		Evidence{"audit log", entry.At.UTC().Format(time.RFC3339) + " " + strings.ReplaceAll(entry.Resource, "_", " ") + " " + AuditBy(entry)}
}

// RecordObjects are the members of an incident that Cloudflare's log has something of.
func (a *Account) RecordObjects(i Incident) []store.RecordObject {
	var out []store.RecordObject
	for _, m := range i.Members {
		if o, ok := a.RecordObject(m.ID); ok {
			out = append(out, o)
		}
	}
	return out
}

// RecordObject is a tunnel that has fallen as an object of the record; false for everything else.
func (a *Account) RecordObject(id string) (store.RecordObject, bool) {
	at, known := a.byID[id]
	if !known || !a.facts.Tunnels[at].Fallen() {
		return store.RecordObject{}, false
	}
	return store.RecordOf(a.facts.Tunnels[at], a.Broke(id)), true
}

// Says is the text of an incident for people, with how sure it is where Cloudflare's own log says it.
func (i Incident) Says() string {
	if i.recorded && i.Likelihood == Certain {
		return "Certain: " + i.Text
	}
	return i.Text
}

// Says is the text of a finding for people, with how sure it is where Cloudflare's own log says it.
func (f Finding) Says() string {
	if f.recorded && f.Likelihood == Certain {
		return "Certain: " + f.Text
	}
	return f.Text
}
