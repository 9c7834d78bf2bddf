package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// From the first page to every guided setup, with keys alone.
func TestEveryGuidedSetupBeginsAtTheOverview(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := sit(t, ptytest.Options{Env: a.env(), Args: []string{"--start", "overview"}})
	term.WaitText("n new")
	term.Press("n")
	term.WaitFor("what can be made", showsAll("Redundant pair", "GRE tunnel", "IPsec tunnel", "CNI", "Static route", "Service binding"))
	for i, first := range []string{"of 5   Router", "of 5   Endpoints", "of 5   Endpoints", "of 2   Link", "of 2   Route", "of 2   Prefix"} {
		if i > 0 {
			term.Press("down")
		}
		term.Press("enter")
		term.WaitText("Step 1 " + first)
		term.Press("esc")
		term.WaitText("enter start")
	}
	a.untouched()
}

// Somebody is called away in the middle of a tunnel: the draft is there the next day, without the key, and
// goes on where it was left; when the tunnel is made the draft is gone.
func TestADraftWaitsForAnotherDay(t *testing.T) {
	t.Parallel()
	const key = "my-own-pre-shared-key-0815"
	a := newAccount(t, simaccount.Options{})
	home := t.TempDir()
	env := a.env("HOME="+home, "XDG_STATE_HOME="+filepath.Join(home, "state"))
	begin := func() *ptytest.Terminal {
		term := sit(t, ptytest.Options{Env: env, Args: []string{"--start", "ipsec"}})
		term.WaitText("ams-br2-ipsec")
		term.Press("n")
		return term
	}
	term := begin()
	term.WaitText("Step 1 of 5")
	fill(term, "muc-br9-ipsec", "", "203.0.113.202")
	term.Press("pgdown")
	term.WaitText("your side") // the free subnet is proposed once the tunnels are read
	term.Press("pgdown")
	term.WaitFor("the step of the session", showsAll("Step 3 of 5", "Your AS number"))
	term.Type("64777")
	term.Press("pgdown", "pgdown")
	term.WaitText("Pre-shared key")
	term.Type(key)
	term.WaitText("••••")
	term.Press("esc")
	choose(term, "Keep a draft")
	term.Press("enter")
	term.WaitText("Kept as a draft")
	term.Press("q")
	term.Wait()

	kept, err := filepath.Glob(filepath.Join(home, "state", "flarewire", "setup", "*.json"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept in %v, %v", kept, err)
	}
	raw, err := os.ReadFile(kept[0])
	if err != nil || strings.Contains(string(raw), key) || !strings.Contains(string(raw), "muc-br9-ipsec") {
		t.Errorf("the draft (%v) is %s", err, raw)
	}

	term = begin()
	term.WaitText("muc-br9-ipsec") // by its name in the question
	choose(term, "Continue")
	term.Press("enter")
	term.WaitFor("what was typed, and the tunnels from which the rest is proposed", showsAll("Step 1 of 5", "muc-br9-ipsec", "203.0.113.202",
		"of your tunnels use it"))
	term.Press("pgdown")
	term.WaitText("your side") // the free subnet
	review(term)
	send(term, "")
	term.WaitText("enter generate key")
	made := a.object(simaccount.IPsecTunnels, "muc-br9-ipsec")
	if bgp, _ := made["bgp"].(simaccount.Object); made["customer_endpoint"] != "203.0.113.202" || bgp == nil {
		t.Errorf("made %v", made)
	}
	term.Press("esc")
	term.WaitText("n new")
	term.Press("n")
	term.WaitText("Step 1 of 5") // no question: there is no draft any more
}

// A binding from the list of setups: the prefix is chosen there, and what is bound to it is read while one types.
func TestAServiceBindingIsSetUpFromNothing(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "setup", "Service binding")
	term.Press("G", "enter")
	term.WaitText("Step 1 of 2")
	term.Type("192.168.0.0/24")
	term.WaitText("none of your prefixes")
	term.Press("ctrl+u")
	term.Type("198.18.10.0/24")
	term.WaitText("bound: 198.18.10.0/24")
	term.Press("enter")
	term.WaitText("Step 2 of 2")
	term.Type("198.18.10.64/28")
	term.WaitText("198.18.10.64/28")
	review(term)
	term.WaitFor("the review", showsAll("198.18.10.64/28", "enter send"))
	send(term, "")
	done(term)
	posts := 0
	for _, r := range a.writes() {
		if r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/bindings") && strings.Contains(string(r.Body), "198.18.10.64/28") {
			posts++
		}
	}
	if posts != 1 {
		t.Errorf("the binding was made %d times", posts)
	}
}

// What Cloudflare's own check refuses is shown at its field, in the step that it belongs to.
func TestTheServersObjectionIsLedBackToItsField(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "gre", "fra-dc1-gre", "--refresh", "10m")
	term.Press("n")
	term.WaitText("Step 1 of 5")
	fill(term, "muc-br9-gre", "", "203.0.113.201")
	// Somebody takes the network after the form has looked.
	taken := a.proposedSubnet(term)
	a.do(a.Mutate(simaccount.GRETunnels, "fra-dc1-gre", func(o simaccount.Object) { o["interface_address"] = taken }))
	term.Press("pgdown")
	term.WaitFor("the step of the session", showsAll("Step 3 of 5", "Your AS number"))
	term.Press("up", "right")
	review(term)
	term.WaitFor("the refusal", showsAll("Cloudflare's check: refused"))
	term.Press("esc")
	term.WaitFor("the field", showsAll("Step 2 of 5", "Interface address", "Cloudflare: "))
	for _, g := range a.names() {
		if g == "muc-br9-gre" {
			t.Error("it was created all the same")
		}
	}
}

// proposedSubnet goes to the second step and reads what is proposed there.
func (a *account) proposedSubnet(term *ptytest.Terminal) string {
	a.t.Helper()
	term.Press("pgdown")
	s := term.WaitText("suggested: type to replace it")
	for _, word := range strings.Fields(s.Text()) {
		if strings.HasPrefix(word, "10.") && strings.HasSuffix(word, "/31") {
			return word
		}
	}
	a.t.Fatalf("no proposal on the screen:\n%s", s.Text())
	return ""
}

// The way up can be left and is found again, with the times of its steps.
func TestABringUpIsFoundAgain(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "ipsec", "ams-br2-ipsec", "--refresh", "5s")
	term.Press("n")
	term.WaitText("Step 1 of 5")
	fill(term, "muc-br9-ipsec", "", "203.0.113.202")
	term.Press("pgdown")
	term.WaitText("your side") // the free subnet is suggested once the tunnels are read
	term.Press("ctrl+s")
	term.WaitFor("the step of the session", showsAll("Step 3 of 5", "Your AS number"))
	term.Type("64777")
	review(term)
	send(term, "")
	term.WaitText("enter generate key")
	term.Press("b")
	term.WaitFor("the steps", showsAll("created", "key set", "health check", "TCP established", "BGP up", "IKE identity",
		"K generates a pre-shared key"))
	jump(term, "setup", "bring-up: opened")
	term.Press("G", "enter")
	term.WaitFor("the steps again", showsAll("Bring up muc-br9-ipsec", "created"))
	for range 12 {
		a.pass(5 * time.Second)
		term.Press("r")
	}
	term.WaitText("K generate key") // nothing comes up without a key, however long it takes
}

// The account does not answer while somebody types: every key is on the screen all the same, and what is not
// known yet is said to be on its way.
func TestTypingDoesNotWaitForTheAccount(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := atPage(t, a, "setup", "Service binding")
	term.Press("G", "enter")
	term.WaitText("Step 1 of 2")
	release := sync.OnceFunc(a.hold())
	defer release()
	term.Type("198.18.20.0/24")
	term.WaitText("bound: 198.18.20.0/24 Magic Transit") // known from before
	term.Press("enter")
	term.WaitText("Step 2 of 2")
	term.Type("198.18.20.32/27")
	term.WaitText("198.18.20.32/27")
	release()
	term.WaitText("Service             CDN") // proposed once it is known what the prefix is bound to
}

// Whoever quits in the middle of a setup can keep what was typed, too.
func TestQuittingCanKeepADraft(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	home := t.TempDir()
	env := a.env("HOME="+home, "XDG_STATE_HOME="+filepath.Join(home, "state"))
	term := sit(t, ptytest.Options{Env: env, Args: []string{"--start", "gre"}})
	term.WaitText("fra-dc1-gre")
	term.Press("n")
	term.WaitText("Step 1 of 5")
	term.Type("muc-br9-gre")
	term.Press("ctrl+c")
	choose(term, "Keep a draft and quit")
	term.Press("enter")
	term.Wait()
	term = sit(t, ptytest.Options{Env: env, Args: []string{"--start", "setup"}})
	term.WaitText("draft of muc-br9-gre")
}
