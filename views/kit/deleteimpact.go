package kit

import (
	"flarewire/internal/change"
	"flarewire/internal/store"
)

// DeleteImpact is how a tunnel or an interconnect stands, before it is deleted. What is not known is empty.
type DeleteImpact struct {
	Session store.State  // of BGP
	Since   string       // since when: "seen since 00:24 UTC"
	Health  store.Health // by the probes
	Carries string       // its bit rate; empty also when nothing goes through it
}

// Guards are what the deletion has to say of it: that it works is a warning, that it does not is good to know.
func (s DeleteImpact) Guards() change.Guards {
	g := change.Guards{Live: s.live()}
	told := &g.Warnings
	if g.Live == "" {
		told = &g.Consequences
	}
	switch since := s.Since != ""; {
	case s.Session == store.Up && since:
		*told = append(*told, "Its session is up ("+s.Since+").")
	case s.Session == store.Down && since:
		*told = append(*told, "Its session is down ("+s.Since+").")
	case s.Session == store.Down:
		*told = append(*told, "Its session is down.")
	}
	if s.Health != store.HealthUnknown && (s.Health != store.Healthy || g.Live != passesChecks) {
		*told = append(*told, "Health checks report it "+string(s.Health)+".")
	}
	if s.Carries != "" {
		*told = append(*told, "It carries "+s.Carries+".")
	}
	return g
}

// passesChecks says that the health checks alone find it working.
const passesChecks = "It passes health checks."

// live says by what it is seen to work, the surest sign alone.
func (s DeleteImpact) live() string {
	switch {
	case s.Session == store.Up:
		return "Its session is up."
	case s.Carries != "":
		return "It carries traffic."
	case s.Health == store.Healthy, s.Health == store.Degraded:
		return passesChecks
	}
	return ""
}

// ProbedHealth is what the probes found of a tunnel or an interconnect, by name, as long as that is new enough to rest on. It is
// for commands.
func (e *Env) ProbedHealth(name string) store.Health {
	s := e.Feed.Last()
	if e.Now().Sub(s.Health.Fetched) > store.HealthWindow {
		return store.HealthUnknown
	}
	return s.Health.By[name].State
}
