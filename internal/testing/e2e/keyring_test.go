package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
	"flarewire/keystore/fakesecretservice"
)

// atDesk is the newcomer's machine as a desktop with a fake keyring, and three profiles: slow in the keyring, team and
// other by token commands.
func atDesk(t *testing.T, faults ...fakesecretservice.Fault) (*newcomer, *fakesecretservice.Server, []string) {
	t.Helper()
	n := newNewcomer(t)
	keyring := fakesecretservice.Start(t, faults...)
	config := "version = 1\ndefault = \"slow\"\n[profiles.slow]\nstore = \"keyring\"\naccount = \"" + n.Account() + "\"\n"
	for _, name := range []string{"team", "other"} {
		file := filepath.Join(n.home, name+"-manager")
		token := "cfut_" + name + "Token0123456789abcdefghijklmnopqrstuvwxyz01"
		n.Grant(token, simaccount.MagicTransitRead)
		if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
		config += "[profiles." + name + "]\ntoken_command = [\"cat\", \"" + file + "\"]\naccount = \"" + n.Account() + "\"\n"
	}
	if err := os.MkdirAll(filepath.Join(n.home, "config", "flarewire"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(n.home, "config", "flarewire", "config.toml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return n, keyring, []string{"DBUS_SESSION_BUS_ADDRESS=" + keyring.Address(), "SSH_CONNECTION"}
}

// A keyring that takes calls and says nothing: the program begins all the same, every key is answered, and the reason
// follows when the limit is over.
func TestTheScreenAnswersWhileTheKeyringHangs(t *testing.T) {
	t.Parallel()
	n, _, env := atDesk(t, fakesecretservice.SilentAfterLook)
	term := n.start(t, nil, env...)
	term.WaitText("Asking for the credential of profile slow")
	hanging := keysTake(term)
	term.WaitText("the keyring did not answer in time")
	// As quick as when nothing hangs; how quick that is, is the machine's affair.
	if rested := keysTake(term); hanging > 10*rested+100*time.Millisecond {
		t.Errorf("a key took %v while the keyring hung, and %v afterwards", hanging, rested)
	}
	term.Press("q")
	term.Wait()
	term.AssertRestored(t)
}

// keysTake is how long a key takes to show something: the middle one of ten.
func keysTake(term *ptytest.Terminal) time.Duration {
	var took []time.Duration
	for range 5 {
		for _, key := range []struct {
			name   string
			helped bool
		}{{"?", true}, {"backspace", false}} {
			began := time.Now()
			term.Press(key.name)
			term.WaitFor("what "+key.name+" does", func(s ptytest.Screen) bool { return strings.Contains(title(s), "Help") == key.helped })
			took = append(took, time.Since(began))
		}
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// The user gives a hanging profile up and takes another one, with the API down: the late answer of the first changes
// nothing.
func TestSwitchingDuringAKeyringTimeout(t *testing.T) {
	t.Parallel()
	n, keyring, env := atDesk(t, fakesecretservice.SilentAfterLook)
	keyring.Put("flarewire", "slow", `{"v":1,"type":"api_token","secret":"`+realToken+`"}`)
	term := n.start(t, []string{"--profile", "team", "--refresh", "5s"}, env...)
	s := toTheList(term)
	if !strings.Contains(title(s), "profile team - token command") {
		t.Errorf("the header names %s", title(s))
	}
	release := n.hold()
	for _, name := range []string{"slow", "other"} {
		term.Press(":")
		term.Type("profiles")
		term.Press("enter")
		term.WaitText("KEPT IN")
		term.Press("/")
		term.Type(name)
		term.Press("enter")
		term.WaitFor("the row of "+name, func(s ptytest.Screen) bool { return s.Contains("1 of 3") && s.Contains(name) })
		term.Press("u")
		if name == "slow" {
			term.WaitText("Asking for the credential of profile slow")
			keyring.Set() // it answers from now on, too late
			term.Press("backspace")
			term.WaitGone("Asking for")
		}
	}
	onOther := func(s ptytest.Screen) bool { return strings.Contains(title(s), "profile other") }
	term.WaitFor("the other profile with the API down", onOther)
	release()
	if s := toTheList(term); !onOther(s) {
		t.Errorf("the header names %s", title(s))
	}
	term.Press("r")
	term.WaitFor("its tunnels, still", func(s ptytest.Screen) bool { return listed(s) && onOther(s) })
	term.Press("q")
	term.Wait()
	term.AssertRestored(t)
}
