package e2e_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// unnamed is the environment of somebody who named no account.
func (a *account) unnamed() []string {
	return []string{"CLOUDFLARE_BASE_URL=http://" + a.address + "/client/v4", "CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken}
}

// A credential that sees several accounts: the user chooses one on the screen.
func TestTheAccountIsChosenAtTheStart(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
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
	a := newAccount(t, simaccount.Options{})
	a.server.Close()
	term := sit(t, ptytest.Options{Env: a.unnamed()})
	term.WaitFor("why nothing is shown", func(s ptytest.Screen) bool {
		return says("The list of accounts could not be read", "It is asked again at", "CLOUDFLARE_ACCOUNT_ID")(s)
	})
	a.serve()
	term.WaitFor("the tunnels", listed)
	term.Press("q")
	term.Wait()
	term.AssertRestored(t)
}

// More accounts than lines: the one under the cursor is always seen.
func TestTheAccountUnderTheCursorIsSeen(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	for i := range 60 {
		a.AddAccount(fmt.Sprintf("%032x", i), fmt.Sprintf("Company %d.", i))
	}
	term := sit(t, ptytest.Options{Env: a.unnamed()})
	term.WaitFor("the first accounts", showsAll("Which account?", a.Account(), "Company 5."))
	for i := range 60 {
		term.Press("down")
		term.WaitText(fmt.Sprintf("Company %d.", i))
	}
	term.Press("enter")
	term.WaitText("not onboarded")
}

// What nobody but the user can put right is said at once, and the shell has its prompt back; however long the answer takes.
func TestAStartWithARefusedTokenEnds(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	for _, slow := range []bool{false, true} {
		release := func() {}
		if slow {
			release = a.hold()
		}
		term := sit(t, ptytest.Options{Env: append(a.unnamed(), "CLOUDFLARE_API_TOKEN="+realToken)})
		if slow {
			term.WaitText("Asking which accounts the credential can see")
			release()
		}
		if code := term.Wait(); code != 1 || !says("the list of accounts could not be read")(term.Screen()) {
			t.Errorf("slow: %t, exit %d\n%s", slow, code, term.Screen().Box())
		}
		term.AssertRestored(t)
	}
}

// A limit is kept: the page says until when it waits, and nothing is asked before.
func TestAStartUnderALimitWaitsAsLongAsItIsTold(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	a.Fault(simaccount.Fault{Kind: simaccount.FaultRateLimit, RetryAfter: 4 * time.Minute})
	term := sit(t, ptytest.Options{Env: a.unnamed()})
	s := term.WaitText("It is asked again at")
	if n := len(a.Requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
	var around []string // the second in which the answer came is not known exactly
	for ago := range 60 {
		around = append(around, time.Now().Add(4*time.Minute-time.Duration(ago)*time.Second).Format("15:04:05"))
	}
	if at := regexp.MustCompile(`again at (\d\d:\d\d:\d\d)`).FindStringSubmatch(reading(s)); at == nil || !slices.Contains(around, at[1]) {
		t.Errorf("asked again at %q, want one of %q\n%s", at, around, s.Box())
	}
}

// The same choice, line by line.
func TestLineByLineTheAccountIsChosen(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	a.AddAccount(strings.Repeat("ab", 16), "Another Company")
	k := hear(t, a.unnamed())
	k.hears("Which account?", "Another Company")
	k.answers("", "1")
	k.hears("14 tunnels")
}
