package review

import (
	"time"

	"flarewire/tui"
)

// Waiting implements tui.Waiter.
func (o *Opening) Waiting() bool { return o.err == nil }

// Waiting implements tui.Waiter. A plan that could not be sent yet, because it has only just come, is waited for.
func (r *Review) Waiting() bool {
	return r.stage == preparing || r.stage == sending || r.stage == ready && !r.settled
}

// Waiting implements tui.Waiter.
func (s *Batch) Waiting() bool {
	return s.stage == preparing || s.stage == sending || s.stage == ready && !s.settled
}

// Tell implements tui.Speaker: the key stands alone on its line, every sign of it.
func (r *Reveal) Tell(time.Time) tui.Telling {
	key := "Pre-shared key: hidden. The command reveal (" + tui.KeyOf("reveal", "v") + ") shows it."
	if r.visible {
		key = "Pre-shared key: " + r.secret.Reveal()
	}
	out := tui.Telling{Above: []string{
		"This key is shown only here and only now. Cloudflare does not show it again, and flarewire stores it nowhere.", key,
		"The tunnel uses this key from now on: until your router has it too, the tunnel is down."}}
	for _, a := range r.offers {
		out.Above = append(out.Above, a.Name+" ("+a.KeyLabel()+"): "+a.Long)
	}
	return out
}
