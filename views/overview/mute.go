package overview

import "flarewire/tui"

// muteAction mutes the finding under the cursor for a while, or ends that.
func (p *page) muteAction(row trouble, ok bool) tui.Action {
	if !ok {
		a := p.env.MuteAction(nil)
		a.Why = "nothing is wrong that flarewire can see"
		return a
	}
	return p.env.MuteAction(&row.Incident)
}
