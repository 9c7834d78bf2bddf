package live

import tea "charm.land/bubbletea/v2"

// News is a message that says that something was read.
func News() tea.Msg { return readMsg{} }
