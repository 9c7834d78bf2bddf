// Package diagnose reads a tunnel's data the way an experienced operator would: pure rules from what
// the API says to what it means and what to look at next. It never claims more than the data shows.
package diagnose

import "strings"

// FSMState is a state of the BGP finite state machine (RFC 4271, section 8.2.2).
type FSMState struct {
	Name    string
	Number  int // 1 is Idle, 6 is Established
	Meaning string
}

// FSMStates are all states in the order in which a session passes them. Active stands where RFC 4271 has
// it, but a session that is answered at once goes from Connect to OpenSent without it.
var FSMStates = []FSMState{
	{"Idle", 1, "not trying: refused, shut down, or resting after an error"},
	{"Connect", 2, "waiting for the TCP connection to open"},
	{"Active", 3, "no TCP connection; waiting for your router to connect"},
	{"OpenSent", 4, "TCP is up, OPEN sent, waiting for the peer's OPEN"},
	{"OpenConfirm", 5, "OPEN was accepted, the first KEEPALIVE is awaited"},
	{"Established", 6, "up: routes are exchanged"},
}

// ParseFSMState finds the state that the API's bgp_state names. That field is undocumented: it is read
// without regard to case and punctuation, and what is not understood is reported as not known.
func ParseFSMState(text string) (FSMState, bool) {
	want := plain(text)
	for _, s := range FSMStates {
		if plain(s.Name) == want {
			return s, true
		}
	}
	return FSMState{}, false
}

func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(s))
}
