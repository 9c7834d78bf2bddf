package signin

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views/kit"
)

// retry is how long the page waits before it asks for the accounts once more, unless Cloudflare wants it to wait longer.
const retry = 5 * time.Second

// ErrNoAccount means that there is no account to choose from: a credential of narrow scope lists none.
var ErrNoAccount = errors.New("these credentials list no account: set CLOUDFLARE_ACCOUNT_ID or --account")

// Listing is the question which accounts a credential can see, under way.
type Listing struct {
	*tui.Work
	ctx      context.Context
	client   *api.Client
	accounts []api.Account
	err      error
}

// List asks in the background which accounts the client's credential can see.
func List(ctx context.Context, client *api.Client) *Listing {
	l := &Listing{ctx: ctx, client: client}
	l.Work = tui.Begin(func() { l.accounts, l.err = client.Accounts(ctx) })
	return l
}

// Outcome is what an answer leads to without asking anybody: the only account, or an error that somebody has to put right.
// It is nil when the user is to choose, or when it may be different the next time.
func (l *Listing) Outcome(resolved keystore.Resolved) *Outcome {
	o := Outcome{Resolved: resolved}
	switch {
	case l.err != nil && api.Passes(l.err):
		return nil
	case l.err != nil:
		o.Err = l.err
	case len(l.accounts) == 0:
		o.Err = ErrNoAccount
	case len(l.accounts) == 1:
		o = o.On(l.accounts[0])
	default:
		return nil
	}
	return &o
}

// pause is for how long nothing is asked after this answer.
func (l *Listing) pause(now time.Time) time.Duration {
	var e *api.Error
	if !errors.As(l.err, &e) {
		return retry
	}
	return max(retry, e.RetryAfter, e.Until.Sub(now))
}

// On is the same credential on an account.
func (o Outcome) On(account api.Account) Outcome {
	o.Resolved.Credential.AccountID, o.AccountName = account.ID, account.Name
	return o
}

// accounts is the page on which an account is chosen when nobody named one. While Cloudflare cannot be reached it stays
// and asks again by itself: a program started in an outage opens when the outage ends.
type accounts struct {
	deps     *Deps
	resolved keystore.Resolved
	asking   *Listing // nil while none is under way
	answer   *Listing // the last answer; nil before the first
	again    time.Time
	menu     menu
	scroll   tui.Scroll
}

type (
	listedMsg struct{ listing *Listing }
	retryMsg  struct{ answer *Listing }
)

// NewAccounts is the page that waits for a listing and has the account chosen.
func NewAccounts(deps *Deps, resolved keystore.Resolved, listing *Listing) tui.View {
	return &accounts{deps: deps, resolved: resolved, asking: listing}
}

// Title implements tui.View.
func (a *accounts) Title() string { return "Account" }

// Init implements tui.View.
func (a *accounts) Init() tea.Cmd {
	return a.asking.Then(listedMsg{a.asking})
}

// Update implements tui.View.
func (a *accounts) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case listedMsg:
		if m.listing == a.asking {
			return a.listed()
		}
	case retryMsg:
		if m.answer == a.answer && a.asking == nil {
			return a.ask()
		}
	}
	return nil
}

// listed goes on with the answer.
func (a *accounts) listed() tea.Cmd {
	a.answer, a.asking = a.asking, nil
	if o := a.answer.Outcome(a.resolved); o != nil {
		return a.deps.Done(*o)
	}
	a.menu = menu{count: len(a.answer.accounts)}
	if a.answer.err == nil {
		return nil
	}
	answer, wait := a.answer, a.answer.pause(a.deps.Now())
	a.again = a.deps.Now().Add(wait)
	return tui.After(wait, retryMsg{answer})
}

// ask asks once more, with the same client: it knows what it was told about limits. What stands on the page stays until
// the answer is there.
func (a *accounts) ask() tea.Cmd {
	a.asking = List(a.answer.ctx, a.answer.client)
	return a.Init()
}

func (a *accounts) choose() tea.Cmd {
	return a.deps.Done(Outcome{Resolved: a.resolved}.On(a.answer.accounts[a.menu.at]))
}

// Actions implements tui.View.
func (a *accounts) Actions() []tui.Action {
	if a.menu.count > 0 {
		return append([]tui.Action{{Name: "choose", Keys: []string{"enter"}, Short: "choose", Footer: true,
			Long: "Use the account under the cursor", Run: a.choose}},
			a.menu.actions()...)
	}
	again := tui.Action{Name: "again", Keys: []string{"r"}, Short: "try now", Footer: true, Long: "Ask Cloudflare again", Run: a.ask}
	if a.asking != nil {
		again.Why = "Cloudflare is being asked"
	}
	return []tui.Action{again}
}

// Draw implements tui.View.
func (a *accounts) Draw(c tui.Canvas) []string {
	p := kit.NewPage(c)
	switch {
	case a.answer == nil:
		p.Blank()
		p.Text(tui.Muted, "Asking which accounts the credential can see…")
	case a.menu.count > 0:
		p.Text(tui.Muted, unlisted)
		p.Heading("Which account?")
		for i, account := range a.answer.accounts {
			a.menu.line(p, c, i, account.ID+"  "+account.Name, tui.Plain)
		}
	default:
		p.Blank()
		p.Text(tui.Bad, "The list of accounts could not be read: "+kit.ErrorText(a.answer.err)+".")
		p.Text(tui.Plain, a.next(c))
		p.Blank()
		p.Text(tui.Muted, unlisted)
	}
	return a.menu.window(p, c, &a.scroll)
}

// unlisted is how to do without the list.
const unlisted = "With --account and its id, or CLOUDFLARE_ACCOUNT_ID set to it, flarewire opens without asking for this list. The id " +
	"stands in the dashboard's address."

// next is when it is asked again. Read out line by line, a time that changes with every answer would be read with each.
func (a *accounts) next(c tui.Canvas) string {
	switch {
	case c.InLines:
		return "It is asked again by itself until there is an answer."
	case a.asking != nil:
		return "It is being asked again."
	}
	return "It is asked again at " + a.again.Local().Format("15:04:05") + "; " + tui.KeyOf("again", "r") + " asks now."
}
