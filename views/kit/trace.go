package kit

import (
	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// Goal is what a traceroute from Cloudflare's data centers is to lead to.
type Goal struct {
	Address string // empty when it is not known
	Tunnel  string // the name of the tunnel that ends there; its locations are proposed first
	Help    string // what to enter where the address is not known; empty for the usual
}

// Tracer is the module that traces.
type Tracer interface {
	// Trace opens the form for a traceroute; nothing is sent before the user says so.
	Trace(Goal) tea.Cmd
}

// TraceAction is the action that traces the way to a goal; ok is false when no module can.
func (e *Env) TraceAction(to Goal) (a tui.Action, ok bool) {
	for _, t := range with[Tracer](e) {
		return tui.Action{Name: "trace", Keys: []string{"t"}, Short: "traceroute", Footer: true,
			Long: "Run a traceroute from Cloudflare's data centers to the router; needs Magic Transit Write, changes nothing",
			Run:  func() tea.Cmd { return t.Trace(to) }}, true
	}
	return tui.Action{}, false
}
