package kit

import (
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/tui"
	"flarewire/views/live"
)

// Unsettled looks again at the changes whose outcome is not known: at the start, for some minutes after each, and when somebody
// asks. It implements tui.Service.
type Unsettled struct {
	env     *Env
	looking bool
	again   bool // asked for while looking
}

// NewUnsettled makes the service.
func NewUnsettled(env *Env) *Unsettled { return &Unsettled{env: env} }

// RecheckedMsg says what was found out about a change whose outcome was not known.
type RecheckedMsg struct {
	Entry  journal.Entry // as it was before
	Result change.Result
	Asked  bool // somebody asked for this one
}

// RecheckMsg asks for one more look at every change whose outcome is not known.
type RecheckMsg struct{}

type lookedAllMsg struct {
	found   []RecheckedMsg
	atStart bool
	err     error
}

// lookEvery is the time between two looks while a change may still take effect.
const lookEvery = 15 * time.Second

// Init implements tui.Service.
func (u *Unsettled) Init() tea.Cmd { return u.look(true) }

// Update implements tui.Service.
func (u *Unsettled) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case live.ChangedMsg:
		return tui.After(lookEvery, RecheckMsg{})
	case RecheckMsg:
		return u.look(false)
	case lookedAllMsg:
		return u.looked(msg)
	case RecheckedMsg:
		return u.told(msg)
	}
	return nil
}

// told has the lists read again when an outcome is known now, and answers who asked.
func (u *Unsettled) told(msg RecheckedMsg) tea.Cmd {
	var cmds []tea.Cmd
	if msg.Result.Outcome != msg.Entry.Outcome {
		cmds = append(cmds, func() tea.Msg { return live.ChangedMsg{} })
	}
	if msg.Asked {
		cmds = append(cmds, tui.Toast(tui.Plain, msg.Result.Text))
	}
	return tea.Batch(cmds...)
}

func (u *Unsettled) look(atStart bool) tea.Cmd {
	if u.env.Journal == nil || u.env.Writer == nil {
		return nil
	}
	if u.looking {
		u.again = true
		return nil
	}
	u.looking = true
	return func() tea.Msg {
		open, err := u.env.Writer.Unsettled()
		out := lookedAllMsg{atStart: atStart, err: err}
		ctx := api.WithClass(u.env.Ctx, api.ClassPage)
		for _, e := range open {
			out.found = append(out.found, RecheckedMsg{Entry: e, Result: u.env.Writer.Recheck(ctx, e)})
		}
		return out
	}
}

// looked tells the pages what was found out, and looks again later while that can still change.
func (u *Unsettled) looked(msg lookedAllMsg) tea.Cmd {
	u.looking = false
	var cmds []tea.Cmd
	var open, known []journal.Entry
	soon := u.again
	u.again = false
	for _, one := range msg.found {
		cmds = append(cmds, func() tea.Msg { return one })
		if one.Result.Outcome != journal.Unknown && one.Result.Outcome != journal.Deleting {
			known = append(known, one.Entry)
			continue
		}
		open = append(open, one.Entry)
		soon = soon || u.env.Now().Sub(one.Entry.Time) < change.Patience+lookEvery
	}
	if soon {
		cmds = append(cmds, tui.After(lookEvery, RecheckMsg{}))
	}
	for _, text := range []string{openAtStart(open), knownAtStart(known)} {
		if msg.atStart && text != "" {
			cmds = append(cmds, tui.Toast(tui.Pending, text))
		}
	}
	return tea.Batch(cmds...)
}

// knownAtStart is the line about changes whose end was found out at this start; empty when there are none.
func knownAtStart(known []journal.Entry) string {
	switch len(known) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("The outcome of the change at %s is now known: see :activity", known[0].Time.Local().Format("15:04"))
	}
	return fmt.Sprintf("The outcome of %d changes is now known: see :activity", len(known))
}

// openAtStart is the line about changes of earlier whose end is not known; empty when there are none.
func openAtStart(open []journal.Entry) string {
	switch len(open) {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("1 change, at %s, has an unknown outcome: see :activity", open[0].Time.Local().Format("15:04"))
	}
	return fmt.Sprintf("%d changes since %s have an unknown outcome: see :activity", len(open), open[len(open)-1].Time.Local().Format("15:04"))
}

// Recheck is the command that looks once more at one change, by its entry in the journal.
func (e *Env) Recheck(id string) tea.Cmd {
	return func() tea.Msg {
		entry, err := e.entry(id)
		if err != nil {
			return RecheckedMsg{Entry: journal.Entry{ID: id, Result: journal.Result{Outcome: journal.Unknown}},
				Result: change.Result{Entry: id, Outcome: journal.Unknown, Err: err, Text: err.Error()}, Asked: true}
		}
		return RecheckedMsg{entry, e.Writer.Recheck(e.Ctx, entry), true}
	}
}

// entry finds an entry of the journal.
func (e *Env) entry(id string) (journal.Entry, error) {
	if e.Journal != nil {
		for entry, err := range e.Journal.Entries() {
			if err != nil || entry.ID == id {
				return entry, err
			}
		}
	}
	return journal.Entry{}, errors.New("the journal has no entry of this change any more")
}
