package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// realToken looks like one of Cloudflare's.
const realToken = "cfut_e2eCanary0123456789abcdefghijklmnopqrstuvwx"

// newcomer is a machine without any keyring, reached over SSH; its home survives several starts.
type newcomer struct {
	*account
	home string
}

func newNewcomer(t *testing.T) *newcomer {
	t.Helper()
	n := &newcomer{account: newAccount(t, simaccount.Options{}), home: t.TempDir()}
	n.Grant(realToken, simaccount.MagicTransitRead, simaccount.MagicTransitWrite, simaccount.PrefixesRead, simaccount.AnalyticsRead,
		simaccount.AccountSettingRead)
	return n
}

func (n *newcomer) env(more ...string) []string {
	return append([]string{"CLOUDFLARE_BASE_URL=http://" + n.address + "/client/v4", "HOME=" + n.home,
		"XDG_CONFIG_HOME=" + filepath.Join(n.home, "config"), "XDG_STATE_HOME=" + filepath.Join(n.home, "state"),
		"SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22"}, more...)
}

func (n *newcomer) start(t *testing.T, args []string, more ...string) *ptytest.Terminal {
	t.Helper()
	return sit(t, ptytest.Options{Args: args, Env: n.env(more...)})
}

// signInWithToken goes from the welcome page to the question where to keep the token.
func signInWithToken(term *ptytest.Terminal, token string) {
	term.WaitText("Nobody is signed in")
	term.Press("enter")
	term.WaitText("Sign in with")
	term.Paste(token)
	term.WaitText("a user's token, 48 characters")
	term.Press("tab", "enter")
	term.WaitFor("the permissions", showsAll("Valid: a user token", "Tunnels and BGP", "allowed"))
	term.Press("enter")
	term.WaitText("this session only")
}

// toTheList goes to the list of tunnels from whatever page the program begins with.
func toTheList(term *ptytest.Terminal) ptytest.Screen {
	term.WaitFor("the account", func(s ptytest.Screen) bool { return s.Contains("14 tunnels") && footer(s) != "" })
	term.Press(":")
	term.Type("tunnels")
	term.Press("enter")
	return term.WaitFor("the list of tunnels", listed)
}

func TestANewUserOverSSHWithATokenInTheEnvironment(t *testing.T) {
	t.Parallel()
	n := newNewcomer(t)
	term := n.start(t, nil, "CLOUDFLARE_API_TOKEN="+realToken)
	s := toTheList(term)
	if !strings.Contains(title(s), "env CLOUDFLARE_API_TOKEN") {
		t.Errorf("the header does not name the source: %s", title(s))
	}
	term.Press("q")
	term.Wait()
	term.AssertRestored(t)
}

func TestANewUserOverSSHWithAnAgeFile(t *testing.T) {
	t.Parallel()
	n := newNewcomer(t)
	term := n.start(t, nil)
	signInWithToken(term, realToken)
	s := term.Screen()
	if !s.Contains("OS keyring (not here)") {
		t.Errorf("the keyring that is not there is offered:\n%s", s.Box())
	}
	term.Press("enter")
	term.WaitText("a file with a passphrase")
	term.Press("tab")
	term.Type("correct horse battery")
	term.Press("tab")
	term.Type("correct horse batter")
	term.WaitText("not the same yet")
	term.Type("y")
	term.Press("ctrl+s")
	s = toTheList(term)
	if !strings.Contains(title(s), "profile default - age file") {
		t.Errorf("the header does not name the source: %s", title(s))
	}
	term.Press("q")
	term.Wait()
	term.AssertRestored(t)

	// The next morning.
	term = n.start(t, nil)
	term.WaitText("Passphrase")
	term.Type("wrong")
	term.Press("enter")
	term.WaitText("the passphrase is wrong")
	term.Press("ctrl+u")
	term.Type("correct horse battery")
	term.Press("enter")
	toTheList(term)
	term.Press("q")
	term.Wait()
	nowhere(t, realToken, []*ptytest.Terminal{term}, n.home)
}

func TestANewUserOverSSHWithATokenCommand(t *testing.T) {
	t.Parallel()
	n := newNewcomer(t)
	manager := filepath.Join(t.TempDir(), "manager")
	if err := os.WriteFile(manager, []byte(realToken), 0o600); err != nil {
		t.Fatal(err)
	}
	login := n.start(t, []string{"auth", "login", "--", "cat", manager})
	if code := login.Wait(); code != 0 {
		t.Fatalf("exit %d\n%s", code, login.Screen().Box())
	}
	term := n.start(t, nil)
	s := toTheList(term)
	if !strings.Contains(title(s), "profile default - token") {
		t.Errorf("the header does not name the source: %s", title(s))
	}
	term.Press("q")
	term.Wait()
	nowhere(t, realToken, []*ptytest.Terminal{term}, n.home)
}

// Who keeps the token nowhere is told so on every page, and asked again the next time.
func TestMemoryOnlySaysNotSaved(t *testing.T) {
	t.Parallel()
	n := newNewcomer(t)
	term := n.start(t, nil)
	signInWithToken(term, realToken)
	term.Press("down", "enter")
	term.WaitText("memory only, not saved")
	term.Press("ctrl+s")
	s := toTheList(term)
	if !strings.Contains(title(s), "not saved") {
		t.Errorf("the header does not say that it is not saved: %s", title(s))
	}
	term.Press("q")
	term.Wait()
	nowhere(t, realToken, []*ptytest.Terminal{term}, n.home)
	term = n.start(t, nil)
	term.WaitText("Nobody is signed in")
	term.Press("d")
	s = toTheList(term)
	if !strings.Contains(title(s), "demo") {
		t.Errorf("no demo: %s", title(s))
	}
}

// What a token cannot do is said with the exact name of the group, and so does the page that needs it.
func TestAMissingPermissionIsNamed(t *testing.T) {
	t.Parallel()
	n := newNewcomer(t)
	n.Grant(realToken, simaccount.AnalyticsRead)
	term := n.start(t, nil, "CLOUDFLARE_API_TOKEN="+realToken)
	term.WaitFor("the header", func(s ptytest.Screen) bool { return strings.Contains(title(s), "CLOUDFLARE_API_TOKEN") })
	term.Press(":")
	term.Type("tunnels")
	term.Press("enter")
	term.WaitFor("the group that is missing", showsAll("lacks the permission", "Magic WAN Read"))
	term.Press("q")
	term.Wait()
}
