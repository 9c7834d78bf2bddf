package signin

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/access"
	"flarewire/tui"
)

// ExpiryNotifier tells what is to be told about the credential in use: notices at the start, and its end when it is near. It
// implements tui.Service.
type ExpiryNotifier struct {
	ctx     context.Context
	client  *api.Client
	account string
	notices []string
	expires time.Time
	now     func() time.Time
}

// NewExpiryNotifier makes the service. When the end of the credential is not known, Cloudflare is asked for it once, after a
// while: it is not worth a request at the start.
func NewExpiryNotifier(ctx context.Context, client *api.Client, account string, notices []string, expires time.Time,
	now func() time.Time) *ExpiryNotifier {
	return &ExpiryNotifier{ctx: ctx, client: client, account: account, notices: notices, expires: expires, now: now}
}

// The times of the attendant.
const (
	askExpiryAfter = time.Minute
	warnEvery      = 6 * time.Hour
)

type (
	askExpiryMsg  struct{}
	warnExpiryMsg struct{}
	expiryMsg     struct{ at time.Time }
)

// Init implements tui.Service.
func (a *ExpiryNotifier) Init() tea.Cmd {
	notices := a.notices
	if warning := access.ExpiryWarning(a.expires, a.now()); warning != "" {
		notices = append([]string{warning}, notices...)
	}
	cmds := []tea.Cmd{tui.After(warnEvery, warnExpiryMsg{})}
	for _, text := range notices {
		cmds = append(cmds, tui.Toast(tui.Pending, text))
	}
	if a.expires.IsZero() && a.client != nil {
		cmds = append(cmds, tui.After(askExpiryAfter, askExpiryMsg{}))
	}
	return tea.Batch(cmds...)
}

// Update implements tui.Service.
func (a *ExpiryNotifier) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case askExpiryMsg:
		return func() tea.Msg {
			status, err := a.client.VerifyToken(a.ctx, a.account)
			if err != nil {
				return nil
			}
			return expiryMsg{status.ExpiresOn.Time}
		}
	case expiryMsg:
		a.expires = m.at
		return a.warn()
	case warnExpiryMsg:
		return tea.Batch(a.warn(), tui.After(warnEvery, warnExpiryMsg{}))
	}
	return nil
}

func (a *ExpiryNotifier) warn() tea.Cmd {
	if warning := access.ExpiryWarning(a.expires, a.now()); warning != "" {
		return tui.Toast(tui.Pending, warning)
	}
	return nil
}

var _ tui.Service = (*ExpiryNotifier)(nil)
