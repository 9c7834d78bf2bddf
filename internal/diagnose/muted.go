package diagnose

import (
	"cmp"
	"time"

	"flarewire/internal/mute"
	"flarewire/internal/store"
)

// Muted says why a finding needs no attention, and until when.
type Muted struct {
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`

	severity Impact // as bad as it was then
}

// incidents is the resource of mutes that are about several objects at once.
const incidents = "incident"

// Mute is the mute of an incident from now on.
func (i Incident) Mute(reason string, now, until time.Time) mute.Mute {
	m := mute.Mute{Resource: incidents, Object: i.ID, Name: i.Title, Cause: string(i.Cause), Severity: int(i.Severity), Reason: reason,
		At:    now,
		Until: until}
	if i.Several() {
		m.Members = len(i.Members)
	} else {
		s := i.Members[0]
		m.Resource, m.Object, m.Name = string(s.Kind), cmp.Or(s.ID, s.Name), s.Name
	}
	return m
}

// muted marks the findings that somebody has muted. What got worse since, and what began anew, is not meant by the mute.
func (a *Account) muted(d Diagnosis) Diagnosis {
	for _, m := range a.facts.Mutes {
		if m.Resource != string(d.Subject.Kind) || m.Object != cmp.Or(d.Subject.ID, d.Subject.Name) || !m.Until.After(a.facts.Now) {
			continue
		}
		for i := range d.Findings {
			f := &d.Findings[i]
			if string(f.Cause) == m.Cause && int(f.Impact) <= m.Severity && !f.Since.After(m.At) {
				f.Muted = &Muted{m.Reason, m.Until, Impact(m.Severity)}
				f.Text = "Muted until " + m.Until.UTC().Format("2006-01-02 15:04 UTC") + " (" + m.Reason + "). " + f.Text
			}
		}
	}
	return d
}

// IsMuted reports whether what comes first is muted.
func (d Diagnosis) IsMuted() bool { return len(d.Findings) > 0 && d.Findings[0].Muted != nil }

// mutedTogether is the mute of an incident of several objects: one that is not worse now, has no more members, and did not begin later.
func (a *Account) mutedTogether(i Incident) *Muted {
	for _, m := range a.facts.Mutes {
		if m.Resource == incidents && m.Object == i.ID && m.Until.After(a.facts.Now) && int(i.Severity) <= m.Severity &&
			len(i.Members) <= m.Members && !i.Since.After(m.At) {
			return &Muted{m.Reason, m.Until, Impact(m.Severity)}
		}
	}
	return nil
}

// MutesOf are the mutes that hold for an object now: of its own findings, and of an incident of several that it belongs to.
func (a *Account) MutesOf(kind store.Kind, id string) []mute.Mute {
	a.muteOnce.Do(func() {
		a.mutesOf = map[string][]mute.Mute{}
		if len(a.facts.Mutes) == 0 {
			return
		}
		for _, i := range a.Incidents() {
			if !i.IsMuted() {
				continue
			}
			for _, m := range a.facts.Mutes {
				if own := i.Mute("", m.At, m.Until); own.Resource == m.Resource && own.Object == m.Object && (i.Several() || own.Cause == m.Cause) {
					for _, s := range i.Members {
						key := string(s.Kind) + "/" + cmp.Or(s.ID, s.Name)
						a.mutesOf[key] = append(a.mutesOf[key], m)
					}
				}
			}
		}
	})
	return a.mutesOf[string(kind)+"/"+id]
}

// IsMuted reports whether somebody has muted it for a while.
func (i Incident) IsMuted() bool { return i.Muted != nil }
