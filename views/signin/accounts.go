package signin

import (
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views/kit"
)

// retry is how long the page waits before it asks for the accounts once more.
const retry = 5 * time.Second

// Listing is the question which accounts a credential can see, under way.
type Listing struct {
	done     chan struct{}
	accounts []api.Account
	err      error
}

// List asks in the background which accounts a credential can see.
func (d *Desk) List(credential keystore.Credential) *Listing {
	l := &Listing{done: make(chan struct{})}
	go func() {
		defer close(l.done)
		client, err := d.Client(credential)
		if err != nil {
			l.err = err
			return
		}
		l.accounts, l.err = client.Accounts(d.Ctx)
	}()
	return l
}

// Within waits for the answer, but no longer than limit, and tells whether it came.
func (l *Listing) Within(limit time.Duration) bool { return within(l.done, limit) }

// Result is the answer, once it came.
func (l *Listing) Result() ([]api.Account, error) { return l.accounts, l.err }

// accounts is the page on which an account is chosen when nobody named one. While Cloudflare cannot be reached it stays
// and asks again by itself: a program started in an outage opens when the outage ends.
type accounts struct {
	desk     *Desk
	resolved keystore.Resolved
	listing  *Listing
	answered bool // once at least
	asking   bool
	again    time.Time // when it is asked again; zero when it is not
	menu     menu
}

type (
	listedMsg struct{ listing *Listing }
	retryMsg  struct{ listing *Listing }
)

// NewAccounts is the page that waits for a listing and has the account chosen.
func NewAccounts(desk *Desk, resolved keystore.Resolved, listing *Listing) tui.View {
	return &accounts{desk: desk, resolved: resolved, listing: listing}
}

// Title implements tui.View.
func (a *accounts) Title() string { return "Account" }

// Init implements tui.View.
func (a *accounts) Init() tea.Cmd {
	listing := a.listing
	return func() tea.Msg {
		<-listing.done
		return listedMsg{listing}
	}
}

// Update implements tui.View.
func (a *accounts) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case listedMsg:
		if m.listing == a.listing {
			return a.listed()
		}
	case retryMsg:
		if m.listing == a.listing {
			return a.ask()
		}
	}
	return nil
}

// listed goes on with the answer.
func (a *accounts) listed() tea.Cmd {
	a.answered, a.asking, a.again = true, false, time.Time{}
	a.menu = menu{count: len(a.listing.accounts)}
	switch {
	case a.listing.err == nil && a.menu.count == 1:
		return a.choose()
	case a.listing.err != nil && api.Passes(a.listing.err):
		a.again = a.desk.Now().Add(retry)
		listing := a.listing
		return tea.Tick(retry, func(time.Time) tea.Msg { return retryMsg{listing} })
	}
	return nil
}

// ask asks once more. What stands on the page stays until the answer is there.
func (a *accounts) ask() tea.Cmd {
	a.listing, a.asking, a.again = a.desk.List(a.resolved.Credential), true, time.Time{}
	return a.Init()
}

func (a *accounts) choose() tea.Cmd {
	return a.desk.Done(Outcome{Resolved: a.resolved}.On(a.listing.accounts[a.menu.at]))
}

// On is the same credential on an account.
func (o Outcome) On(account api.Account) Outcome {
	o.Resolved.Credential.AccountID, o.AccountName = account.ID, account.Name
	return o
}

// Actions implements tui.View.
func (a *accounts) Actions() []tui.Action {
	if a.ready() && a.listing.err == nil && a.menu.count > 0 {
		return append([]tui.Action{{Name: "choose", Keys: []string{"enter"}, Short: "choose", Footer: true, Long: "Use the account under the cursor", Run: a.choose}},
			a.menu.actions()...)
	}
	again := tui.Action{Name: "again", Keys: []string{"r"}, Short: "try now", Footer: true, Long: "Ask Cloudflare once more", Run: a.ask}
	if !a.ready() {
		again.Why = "Cloudflare is being asked"
	}
	return []tui.Action{again}
}

// ready tells that the page has the answer to its last question.
func (a *accounts) ready() bool { return a.answered && !a.asking }

// failed is why there are no accounts to choose from; nil before the first answer.
func (a *accounts) failed() error {
	if !a.ready() {
		return nil
	}
	return a.listing.err
}

// Draw implements tui.View.
func (a *accounts) Draw(c tui.Canvas) []string {
	p := kit.NewPage(c)
	p.Blank()
	switch err := a.failed(); {
	case !a.answered:
		p.Text(tui.Muted, "Asking which accounts the credential can see…")
	case err != nil:
		p.Text(tui.Bad, "The list of accounts could not be read: "+kit.Sentence(err)+".")
		a.drawNext(p, c)
	case !a.ready():
		p.Text(tui.Pending, "Asking once more which accounts the credential can see…")
	case a.menu.count == 0:
		p.Text(tui.Pending, "The credential lists no account, which is usual for one of narrow scope.")
		p.Text(tui.Plain, unlisted)
	default:
		p.Heading("Which account?")
		for i, account := range a.listing.accounts {
			a.menu.line(p, c, i, account.ID+"  "+account.Name, tui.Plain)
		}
		p.Blank()
		p.Text(tui.Muted, unlisted)
	}
	return p.Lines()
}

// unlisted is how to do without the list.
const unlisted = "With --account and its id, or CLOUDFLARE_ACCOUNT_ID set to it, flarewire opens without asking for this list. The id stands in the dashboard's address."

func (a *accounts) drawNext(p *kit.Page, c tui.Canvas) {
	if !a.again.IsZero() {
		p.Text(tui.Plain, fmt.Sprintf("It is asked again every %d seconds, the next time at %s; r asks now.", int(retry.Seconds()), a.again.Local().Format("15:04:05")))
	}
	p.Blank()
	p.Text(tui.Muted, unlisted)
}
