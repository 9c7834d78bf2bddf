package overview

import tea "charm.land/bubbletea/v2"

// Sleep implements tui.Sleeper.
func (p *page) Sleep() {}

// Wake implements tui.Sleeper.
func (p *page) Wake() tea.Cmd { return p.diagnose() }
