package diagnose

import (
	"time"

	"flarewire/internal/store"
)

// asExpected lowers what is as it was on the saved good day: it stays in the list, after what has changed since. findings are about
// one tunnel or interconnect.
func (a *Account) asExpected(kind store.Kind, name string, state store.State, health store.Health, changed time.Time,
	findings []Finding) []Finding {
	good := a.facts.Good
	if good == nil || len(findings) == 0 || changed.After(good.TakenAt) {
		return findings
	}
	session, probes, err := good.Expected(kind, name)
	if err != nil {
		return findings
	}
	sameSession := session == string(state) || session == "" && kind == store.Links || state == store.Up
	sameHealth := probes == string(health) || health == store.Healthy || health == store.HealthUnknown
	wasBad := session == string(store.Down) || probes == string(store.HealthDown)
	if !wasBad || !sameSession || !sameHealth {
		return findings
	}
	for i := range findings {
		if f := &findings[i]; f.Impact > Risk {
			f.Impact = Risk
			f.Text = "As on the good day that was saved on " + good.TakenAt.UTC().Format("2006-01-02") + ": " + f.Text
			f.Evidence = append(f.Evidence, Evidence{"expected", "since the snapshot of " + good.TakenAt.UTC().Format(time.RFC3339)})
		}
	}
	return findings
}

// expectedAdvertised is whether the good day had a BGP prefix advertised; nil: it does not say.
func (f Facts) expectedAdvertised(cidr string) *bool {
	if f.Good == nil {
		return nil
	}
	return f.Good.Advertised(cidr)
}
