package store

import (
	"slices"
	"strings"
	"time"

	"flarewire/api"
)

// State is what can be said about a tunnel's BGP session in one word.
type State string

// The states. Unknown is a session that is configured but of which the API says nothing, or
// something this program has never heard of; it is never taken for down.
const (
	Up           State = "up"
	Establishing State = "establishing"
	Down         State = "down"
	NoBGP        State = "no_bgp"
	Unknown      State = "unknown"
)

// StateOf reads the state of a tunnel's session from what the API answered.
func StateOf(t api.Tunnel) State {
	if t.BGPStatus == nil {
		if t.BGP == nil && !undecodedBGP(t) {
			return NoBGP
		}
		return Unknown
	}
	switch t.BGPStatus.State {
	case api.BGPUp:
		return Up
	case api.BGPEstablishing:
		return Establishing
	case api.BGPDown:
		return Down
	}
	return Unknown
}

// undecodedBGP reports whether the API said something about BGP that could not be decoded: that is not "no BGP".
func undecodedBGP(t api.Tunnel) bool {
	return slices.ContainsFunc(Undecoded(&t), func(field string) bool { return strings.HasPrefix(field, "bgp") })
}

// Undecoded names the fields of an object of the API that could not be decoded, by their dotted paths. It takes a pointer.
func Undecoded(object any) []string {
	if o, ok := object.(interface{ Undecoded() []string }); ok {
		return o.Undecoded()
	}
	return nil
}

// Rank orders states for an operator, worst first: 0 is worst.
func (s State) Rank() int {
	switch s {
	case Down:
		return 0
	case Establishing:
		return 1
	case Unknown:
		return 2
	case NoBGP:
		return 3
	}
	return 4
}

// Word is the state as a person reads it.
func (s State) Word() string {
	switch s {
	case NoBGP:
		return "No BGP"
	case "":
		return "Unknown"
	}
	return strings.ToUpper(string(s[:1])) + string(s[1:])
}

// EventKind says what happened.
type EventKind string

// The kinds of events. Appeared, Gone and Modified are those of any object; Event.Resource says of which.
const (
	SessionChanged   EventKind = "session"  // From and To differ
	SessionFlaps     EventKind = "flapping" // it left Up often, see flapCount
	Appeared         EventKind = "appeared"
	Gone             EventKind = "gone"
	Modified         EventKind = "modified"   // somebody changed the object
	HealthChanged    EventKind = "health"     // FromHealth and ToHealth differ
	PrefixAdvertised EventKind = "advertised" // Name is the CIDR of the BGP prefix
	PrefixWithdrawn  EventKind = "withdrawn"
	PortChanged      EventKind = "port"       // FromPort and ToPort differ
	NoAnswer         EventKind = "no answer"  // of API: At is when the first question got none
	AnswersAgain     EventKind = "answers"    // of API: Since is when the first question got none
	FirstSeen        EventKind = "first seen" // only in the history: what the first look found
)

// Event is one difference between two polls.
type Event struct {
	At         time.Time `json:"at"` // when it happened as far as known: see tracker.when
	Kind       EventKind `json:"kind"`
	Resource   Kind      `json:"resource,omitempty"` // "": a tunnel
	ObjectID   string    `json:"id,omitempty"`
	Name       string    `json:"name,omitempty"`
	From       State     `json:"from,omitempty"`
	To         State     `json:"to,omitempty"`
	FromHealth Health    `json:"from_health,omitempty"`
	ToHealth   Health    `json:"to_health,omitempty"`
	FromPort   PortState `json:"from_port,omitempty"`
	ToPort     PortState `json:"to_port,omitempty"`
	Since      time.Time `json:"since,omitzero"` // of AnswersAgain
	// Unwatched: it happened while this program did not run or got no answer, at some time before At.
	Unwatched bool `json:"unwatched,omitempty"`
	// Said: At is the time that the server gave, and not that of the look that noticed it.
	Said bool `json:"said,omitempty"`
}

// Tunnel is a tunnel as the account has it, with what was seen of it while this program watched.
type Tunnel struct {
	api.Tunnel
	State  State
	Health MeasuredHealth // zero while it is not known
	Track  Track
	// ClockAhead is by how much the clock that the API's times are of was ahead of the one here: see Reported.
	ClockAhead time.Duration
}

// Track is the history of one tunnel: while this program watched and, with a History, also of earlier
// runs. It is a copy; changing it changes nothing.
type Track struct {
	KnownSince time.Time // since when this program knows the tunnel
	Looked     time.Time // the last answer that had it: what is said of it is of then
	Changed    time.Time // last change of state that was seen; zero when none was
	Downs      int       // how often this run saw the session leave Up
	Flapping   bool      // it left Up at least flapCount times within flapWindow
	Events     []Event   // oldest first, bounded
	// WeekDowns is how often the session was seen to leave Up in the last seven days, or since KnownSince
	// where that is later.
	WeekDowns int
	// Unwatched is for how long since Changed (or KnownSince, when there was no change) nobody looked: a
	// change and its return in that time are not known.
	Unwatched time.Duration
}

// tracked is a track with what the next look is compared with. The rows of the snapshots do not have that: there are many of them.
type tracked struct {
	Track
	leftUp       []time.Time // of the last week
	modified     time.Time
	lastState    State
	healthBefore Health
}

// ProbedHealth is the health that the probes found. With the checks off the analytics call every tunnel down, which says nothing about it.
func (t *Tunnel) ProbedHealth() Health {
	if hc := t.HealthCheck; hc != nil && hc.Enabled != nil && !*hc.Enabled {
		return HealthUnknown
	}
	return t.Health.State
}

// Totals are the sums over tunnels that every command and page gives. Each tunnel is counted once by the state of its session, so that
// the states add up to all of them. The health is a measure beside that: a tunnel of any state may be down or degraded by it.
type Totals struct {
	All        int
	By         map[State]int
	HealthDown int
	Degraded   int
}

// Count sums up tunnels.
func Count(tunnels []Tunnel) Totals {
	c := Totals{All: len(tunnels), By: map[State]int{}}
	for i := range tunnels {
		c.By[tunnels[i].State]++
		switch tunnels[i].ProbedHealth() {
		case HealthDown:
			c.HealthDown++
		case Degraded:
			c.Degraded++
		}
	}
	return c
}
