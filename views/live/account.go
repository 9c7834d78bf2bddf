package live

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/tui"
)

// AccountName finds the account's name for the header. It is a courtesy: without the right to read it
// the id stays on the screen. It implements tui.Service.
type AccountName struct {
	ctx    context.Context
	client *api.Client
	id     string
	name   string
	tries  int
}

type accountNameMsg struct {
	name string
	err  error
}

// NewAccountName looks the name up unless it is known already.
func NewAccountName(ctx context.Context, client *api.Client, id, known string) *AccountName {
	return &AccountName{ctx: ctx, client: client, id: id, name: known}
}

// Name is the name, or the id as long as the name is not known.
func (a *AccountName) Name() string {
	if a.name != "" {
		return a.name
	}
	return a.id
}

// Init implements tui.Service.
func (a *AccountName) Init() tea.Cmd {
	if a.name != "" {
		return nil
	}
	return a.lookUp()
}

func (a *AccountName) lookUp() tea.Cmd {
	return func() tea.Msg {
		accounts, err := a.client.Accounts(a.ctx)
		for _, account := range accounts {
			if account.ID == a.id {
				return accountNameMsg{name: account.Name}
			}
		}
		return accountNameMsg{err: err}
	}
}

// nameRetry is how long to wait after the first trouble; after each further one twice as long, up to nameRarely.
const (
	nameRetry  = time.Minute
	nameRarely = 30 * time.Minute
)

type nameDueMsg struct{}

// Update implements tui.Service.
func (a *AccountName) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case accountNameMsg:
		a.name = msg.name
		if msg.err != nil {
			wait := min(nameRetry<<min(a.tries, 5), nameRarely)
			a.tries++
			return tui.After(wait, nameDueMsg{})
		}
	case nameDueMsg:
		return a.lookUp()
	}
	return nil
}

var _ tui.Service = (*AccountName)(nil)
