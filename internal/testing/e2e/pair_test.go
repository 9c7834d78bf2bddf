package e2e_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// hands are a terminal whose keys are written down, for the log of the test.
type hands struct {
	*ptytest.Terminal
	keys *[]string
}

func (h hands) press(keys ...string) { *h.keys = append(*h.keys, keys...); h.Press(keys...) }
func (h hands) types(text string)    { *h.keys = append(*h.keys, "“"+text+"”"); h.Type(text) }

// From the overview to two sessions that are up, with keys only: the user types a name, the router's address and its AS number. The
// program is killed while the second tunnel is being made, goes on from :setup, and the whole is taken back as one from :activity.
func TestAPairIsMadeKilledGoneOnWithAndTakenBack(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	home := t.TempDir()
	env := a.env("HOME="+home, "XDG_STATE_HOME="+filepath.Join(home, "state"))
	var keys []string
	begin := func() hands {
		return hands{sit(t, ptytest.Options{Cols: 80, Rows: 24, Env: env, Args: []string{"--start", "overview", "--refresh", "5s"}}), &keys}
	}
	before := len(a.Objects(simaccount.GRETunnels))
	term := begin()
	term.WaitText("n new")
	term.press("n")
	term.WaitText("Redundant pair")
	term.press("enter")
	term.WaitText("Step 1 of 5")
	term.types("muc-1")
	term.press("enter")
	term.types("203.0.113.222")
	term.WaitText("203.0.113.222")
	term.press("pgdown")
	term.WaitFor("the proposed twin", showsAll("Step 2 of 5", "muc-2", "192.0.2.12",
		"your side 10.213.0.31"))
	term.press("pgdown")
	term.WaitFor("the step of the session", showsAll("Step 3 of 5", "Your AS number"))
	term.types("64999")
	term.WaitText("64999")
	term.press("ctrl+s")
	term.WaitFor("the whole plan", showsAll("2 requests in order, 0 sent", "Create GRE tunnel muc-1", "Create GRE tunnel muc-2",
		"POST /accounts/", "enter send all"))
	a.untouchedButChecks()

	// The answer of the second creation arrives, but what is read back does not: there the program is killed.
	var release func()
	var once sync.Once
	reached := make(chan struct{})
	a.Script(func(r simaccount.Request) *simaccount.Fault {
		if r.Method == http.MethodPost && !r.IsDryRun() && strings.Contains(string(r.Body), "muc-2") {
			once.Do(func() { release = a.hold(); close(reached) })
		}
		return nil
	})
	term.press("enter")
	select {
	case <-reached:
	case <-time.After(patience):
		t.Fatal("the second tunnel was never made")
	}
	term.WaitText("being sent")
	keys = append(keys, "(SIGKILL)")
	term.Signal(syscall.SIGKILL)
	term.Wait()
	a.Script(nil)
	release()
	if made := len(a.Objects(simaccount.GRETunnels)) - before; made != 2 {
		t.Fatalf("%d tunnels were made before the kill", made)
	}

	term = begin()
	term.WaitFor("that something is left, or how it ended", func(s ptytest.Screen) bool { // two lines at one moment: the last one stays
		return s.Contains("The pair muc-1 and muc-2 is not finished") || s.Contains("is now known")
	})
	term.WaitText("n new")
	term.press("n")
	term.WaitText("pair: 1 of 2 requests done")
	term.press("G", "enter")
	term.WaitFor("what was found out", showsAll("2 requests in order, 2 sent", "enter bring-up"))
	if made := len(a.Objects(simaccount.GRETunnels)) - before; made != 2 {
		t.Fatalf("going on made something twice: %d tunnels", made)
	}
	term.press("enter")
	term.WaitFor("the proof", showsAll("muc-1", "muc-2", "BGP up", "waiting until"))
	up := func(s ptytest.Screen) bool {
		n := 0
		for y := range 24 {
			if line := s.Line(y); strings.Contains(line, "● BGP up") {
				n++
			}
		}
		return n == 2
	}
	for range 12 { // the sessions of the simulated account take 36 s
		a.pass(5 * time.Second)
		term.Press("r")
		term.WaitGone("Already asking")
	}
	term.press("r")
	term.WaitFor("both sessions up", up)

	term.press(":")
	term.types("activity")
	term.press("enter")
	term.WaitFor("the journal", showsAll("muc-2", "muc-1", "undo 2"))
	term.press("u")
	term.WaitFor("the way back", showsAll("Undo 2 changes", "Delete GRE tunnel muc-2", "enter send all"))
	term.press("enter")
	keys = append(keys, "“undo 2”", "enter")
	named(term.Terminal, "undo 2")
	a.passUntil(term.Terminal, "2 of 2 sent") // Cloudflare's deletions take effect late, and so do those of the simulated account
	a.pass(time.Minute)
	if left := len(a.Objects(simaccount.GRETunnels)) - before; left != 0 {
		t.Errorf("%d tunnels are left", left)
	}
	t.Log("keys: " + strings.Join(keys, " "))
}

// A pair without BGP has its routes in the same plan; with one anycast address the router's second address is asked for, with the reason.
func TestAPairWithRoutesAndASingleAnycastAddress(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := hands{atPage(t, a, "setup", "Redundant pair"), new([]string)}
	term.press("g", "enter")
	term.WaitText("Step 1 of 5")
	term.types("muc-1")
	term.press("enter")
	term.types("203.0.113.222")
	term.press("pgdown")
	term.WaitFor("the suggested subnets", showsAll("Step 2 of 5", "your side 10.213.0.31"))
	term.press("pgup")
	term.WaitText("Step 1 of 5")
	term.press("pgdown") // what is asked first no longer depends on when they came
	term.WaitText("Step 2 of 5")
	term.press("tab")
	term.types("192.0.2.11")
	term.WaitFor("the question for another address", showsAll("Your other endpoint", "your router needs a second address"))
	term.press("tab")
	term.types("203.0.113.222")
	term.WaitText("The first tunnel has this address")
	term.press("ctrl+u")
	term.types("203.0.113.223")
	term.press("pgdown")
	term.WaitFor("the step of the session", showsAll("Step 3 of 5", "Your AS number"))
	term.press("shift+tab", "right", "tab")
	term.WaitText("Your networks")
	term.types("10.77.0.0/16")
	term.press("ctrl+s")
	term.WaitFor("the plan with its routes", showsAll("4 requests", "Create static route 10.77.0.0/16 via"))
	term.WaitText("enter send all")
	term.press("enter")
	term.WaitText("4 requests in order, 4 sent")
	hops := map[string]bool{}
	for _, r := range a.Objects(simaccount.Routes) {
		if r["prefix"] == "10.77.0.0/16" {
			hops[r["nexthop"].(string)] = true
		}
	}
	if len(hops) != 2 {
		t.Errorf("routed through %v", hops)
	}
	if twin := a.object(simaccount.GRETunnels, "muc-2"); twin["customer_gre_endpoint"] != "203.0.113.223" ||
		twin["cloudflare_gre_endpoint"] != "192.0.2.11" {
		t.Errorf("the twin is %v", twin)
	}
}

// The twin of an IPsec tunnel: what its router has is proposed, and it gets a key of its own, shown once. A pair that is refused in the
// middle goes on when the reason has gone.
func TestTheTwinOfATunnelGetsAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := hands{atPage(t, a, "ipsec", "ams-br2-ipsec"), new([]string)}
	goTo(term.Terminal, "ams-br2-ipsec")
	term.press("N")
	term.WaitFor("the twin", showsAll("Second tunnel for ams-br2-ipsec", "ams-br3-ipsec", "your side 10.213.0.29"))
	term.press("ctrl+s")
	term.WaitFor("the plan", showsAll("2 requests", "Create IPsec tunnel ams-br3-ipsec", "Generate the pre-shared key of ams-br3-ipsec",
		"enter send all"))
	a.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Method: http.MethodPost, Path: "*ipsec_tunnels", Times: 1, Status: 400,
		Body: `{"success":false,"errors":[{"code":1001,"message":"not now"}],"messages":[],"result":null}`})
	term.press("enter")
	term.WaitFor("the refusal", showsAll("not done", "not now"))
	term.press("r")
	term.WaitText(" enter go on")
	term.press("enter")
	term.WaitText("enter generate key")
	term.press("enter")
	send(term.Terminal, "")
	term.WaitText("v show ")
	term.press("v")
	term.WaitText("v hide")
	term.press("K")
	term.WaitText("enter close")
	term.press("enter")
	term.WaitFor("the end", showsAll("2 requests in order, 2 sent", "enter bring-up"))
	old, twin := a.object(simaccount.IPsecTunnels, "ams-br2-ipsec"), a.object(simaccount.IPsecTunnels, "ams-br3-ipsec")
	if twin["customer_endpoint"] != old["customer_endpoint"] || twin["cloudflare_endpoint"] == old["cloudflare_endpoint"] {
		t.Errorf("the twin of %v is %v", old, twin)
	}
}
