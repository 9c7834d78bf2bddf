package review

import (
	tea "charm.land/bubbletea/v2"

	"flarewire/views/live"
)

// Outcomes takes the end of every change that is sent from a review, also when the review was left meanwhile: the journal's page shows it,
// the lists are read again, and a key that was made and not shown is known as one. It implements tui.Service.
type Outcomes struct{}

// Init implements tui.Service.
func (Outcomes) Init() tea.Cmd { return nil }

// Update implements tui.Service.
func (Outcomes) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case appliedMsg:
		return msg.review.ended(msg.result)
	case severalAppliedMsg:
		taken := len(msg.batch.results)
		return func() tea.Msg { return severalEndedMsg{msg.batch, taken} }
	case severalEndedMsg:
		if msg.batch.stage == finished || len(msg.batch.results) == msg.taken { // the last one, or the page is not there to take more
			return func() tea.Msg { return live.ChangedMsg{} }
		}
	}
	return nil
}

// severalEndedMsg comes behind the end of one of several changes, of which the page had taken some by then.
type severalEndedMsg struct {
	batch *Batch
	taken int
}
