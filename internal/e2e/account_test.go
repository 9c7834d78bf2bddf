package e2e_test

import (
	"strings"
	"testing"

	"flarewire/internal/ptytest"
	"flarewire/internal/simedge"
)

// unnamed is the environment of somebody who named no account.
func (a *account) unnamed() []string {
	return []string{"CLOUDFLARE_BASE_URL=http://" + a.address + "/client/v4", "CLOUDFLARE_API_TOKEN=" + simedge.DefaultToken}
}

// A credential that sees several accounts: the user chooses one on the screen.
func TestTheAccountIsChosenAtTheStart(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simedge.Options{})
	a.AddAccount(strings.Repeat("ab", 16), "Another\x1b[2J Company")
	term := sit(t, ptytest.Options{Env: a.unnamed()})
	term.WaitFor("both accounts", showsAll("Which account?", a.Account(), `Another\x1b[2J Company`, "--account"))
	term.Press("down", "up", "enter")
	term.WaitFor("the tunnels of the first", listed)
	term.Press("q")
	if code := term.Wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
	term.AssertRestored(t)
}

// Somebody starts the program in the middle of an outage: it stays, says why it waits, and opens when the outage ends.
func TestAStartInAnOutageWaitsForItsEnd(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simedge.Options{})
	a.server.Close()
	term := sit(t, ptytest.Options{Env: a.unnamed()})
	term.WaitFor("why nothing is shown", func(s ptytest.Screen) bool {
		return says("The list of accounts could not be read", "asked again every 5 seconds", "CLOUDFLARE_ACCOUNT_ID")(s)
	})
	a.serve()
	term.WaitFor("the tunnels", listed)
	term.Press("q")
	term.Wait()
	term.AssertRestored(t)
}

// What nobody but the user can put right is said at once, and the shell has its prompt back.
func TestAStartWithARefusedTokenEndsAtOnce(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simedge.Options{})
	term := sit(t, ptytest.Options{Env: append(a.unnamed(), "CLOUDFLARE_API_TOKEN="+realToken)})
	if code := term.Wait(); code != 1 || !says("the list of accounts could not be read")(term.Screen()) {
		t.Errorf("exit %d\n%s", code, term.Screen().Box())
	}
}

// The same choice, line by line.
func TestLineByLineTheAccountIsChosen(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simedge.Options{})
	a.AddAccount(strings.Repeat("ab", 16), "Another Company")
	k := hear(t, a.unnamed())
	k.hears("Which account?", "Another Company")
	k.answers("", "1")
	k.hears("14 tunnels")
}
