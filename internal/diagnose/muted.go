package diagnose

import (
	"cmp"
	"time"

	"flarewire/internal/mute"
)

// Muted says why a finding needs no attention, and until when.
type Muted struct {
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
}

// MuteOf is the mute of the first finding of a diagnosis from now on.
func MuteOf(d Diagnosis, reason string, now, until time.Time) mute.Mute {
	f := d.Findings[0]
	return mute.Mute{Resource: string(d.Subject.Resource), Object: cmp.Or(d.Subject.ID, d.Subject.Name), Name: d.Subject.Name,
		Cause: string(f.Cause), Severity: int(f.Impact), Reason: reason, At: now, Until: until}
}

// muted marks the findings that somebody has muted. What got worse since, and what began anew, is not meant by the mute.
func (a *Account) muted(d Diagnosis) Diagnosis {
	for _, m := range a.facts.Mutes {
		if m.Resource != string(d.Subject.Resource) || m.Object != cmp.Or(d.Subject.ID, d.Subject.Name) || !m.Until.After(a.facts.Now) {
			continue
		}
		for i := range d.Findings {
			f := &d.Findings[i]
			if string(f.Cause) == m.Cause && int(f.Impact) <= m.Severity && !f.Since.After(m.At) {
				f.Muted = &Muted{m.Reason, m.Until}
				f.Text = "Muted until " + m.Until.UTC().Format("2006-01-02 15:04 UTC") + " (" + m.Reason + "). " + f.Text
			}
		}
	}
	return d
}

// IsMuted reports whether what comes first is muted.
func (d Diagnosis) IsMuted() bool { return len(d.Findings) > 0 && d.Findings[0].Muted != nil }
