package e2e_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// troubles is what a server can do to the program, and a word that the sentence about it must have.
func (a *account) troubles() []trouble {
	fault := func(f simaccount.Fault) func() { return func() { a.Fault(f) } }
	status := func(code int) func() {
		return fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: code,
			Body: `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"result":null,"messages":[]}`})
	}
	return []trouble{
		{"down", func() { a.server.Close() }, "network"},
		{"resets connections", fault(simaccount.Fault{Kind: simaccount.FaultReset}), "network"},
		{"answers 401", status(401), "token"},
		{"answers 403", status(403), "token"},
		{"answers 429", fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 429,
			Body: `{"success":false,"errors":[{"code":10429,"message":"slow down"}]}`}), "too many requests"},
		{"answers 500", status(500), "try again"},
		{"answers HTML", fault(simaccount.Fault{Kind: simaccount.FaultHTML, Status: 200}), "CLOUDFLARE_BASE_URL"},
		{"answers half a JSON", fault(simaccount.Fault{Kind: simaccount.FaultTruncated}), "network"},
		{"answers garbage", fault(simaccount.Fault{Kind: simaccount.FaultGarbage}), "CLOUDFLARE_BASE_URL"},
		{"answers nothing", fault(simaccount.Fault{Kind: simaccount.FaultEmpty}), "CLOUDFLARE_BASE_URL"},
		{"answers other types", fault(simaccount.Fault{Kind: simaccount.FaultWrongTypes}), "try again"},
	}
}

type trouble struct {
	what  string
	begin func()
	word  string // of the sentence in the UI
}

// recover ends all trouble.
func (a *account) recover() {
	a.ClearFaults()
	a.server.Close() // also when it is down already
	a.serve()
}

// fresh: the list with nothing stale about it.
func fresh(s ptytest.Screen) bool {
	return listed(s) && !strings.Contains(title(s), "stale") && !strings.Contains(title(s), "no data")
}

// The server gets into trouble while somebody watches: the last good rows stay and are called stale, one
// sentence says what is wrong, keys work, and all is well again when the server is.
func TestTroubleWhileWatchingKeepsTheLastGoodRows(t *testing.T) {
	t.Parallel()
	kinds := len((&account{}).troubles())
	for i := range kinds {
		a := newAccount(t, simaccount.Options{})
		trouble := a.troubles()[i]
		t.Run(trouble.what, func(t *testing.T) {
			t.Parallel()
			term := watching(t, a)
			all := a.names()
			trouble.begin()
			term.Press("r")
			s := term.WaitFor("stale rows and the word "+trouble.word, func(s ptytest.Screen) bool {
				return strings.Contains(title(s), "stale") && s.Contains(trouble.word) && listed(s) && len(tunnels(s)) == len(all)
			})
			for y := range 23 {
				if line := s.Line(y); y > 17 && strings.HasSuffix(line, "…") {
					t.Errorf("the sentence is cut before it says what to do: %q", line)
				}
			}
			goTo(term, "iad-dc1-gre")
			term.Press("enter")
			term.WaitFor("the page of a tunnel, stale too", func(s ptytest.Screen) bool {
				return on("iad-dc1-gre")(s) && strings.Contains(title(s), "stale") && s.Contains(trouble.word)
			})
			term.Press("esc")
			term.WaitFor("the list again", listed)
			a.recover()
			term.Press("r")
			term.WaitFor("fresh rows", func(s ptytest.Screen) bool { return fresh(s) && !s.Contains(trouble.word) })
			term.Press("q")
			if code := term.Wait(); code != 0 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// A server that takes its time stops nobody: every key works meanwhile, and the answer is taken when it comes.
func TestTheScreenAnswersWhileTheServerDoesNot(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a)
	release := a.hold()
	a.do(a.Rename(simaccount.GRETunnels, "fra-dc1-gre", "late-gre"))
	term.Press("r")
	goTo(term, "waw-br1-ipsec")
	term.Press("/")
	term.Type("waw")
	term.Press("enter")
	term.WaitFor("the filtered row", func(s ptytest.Screen) bool { return slices.Equal(tunnels(s), []string{"waw-br1-ipsec"}) })
	term.Press("enter")
	term.WaitFor("the page of a tunnel", on("waw-br1-ipsec"))
	term.Press("?")
	term.WaitFor("the help", on("waw-br1-ipsec › Help"))
	release()
	term.Type(":tunnels\r")
	term.WaitFor("the late answer", func(s ptytest.Screen) bool { return state(s, "late-gre") != "" })
}

// One of the two lists fails: its rows stay, the other's are new, and the whole is not called fresh.
func TestOneOfTwoListsFails(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a)
	a.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403, Path: "*ipsec_tunnels*",
		Body: `{"success":false,"errors":[{"code":10000,"message":"no"}]}`})
	a.do(a.Rename(simaccount.GRETunnels, "fra-dc1-gre", "news-gre"))
	term.Press("r")
	term.WaitFor("the news beside the old rows", func(s ptytest.Screen) bool {
		return state(s, "news-gre") != "" && state(s, "waw-br1-ipsec") == "Down" && strings.Contains(title(s), "stale") &&
			len(tunnels(s)) == len(a.names())
	})
	term.Type(":gre\r")
	term.WaitFor("the GRE tunnels alone, fresh", fresh)
	a.ClearFaults()
}

// The program starts into trouble: the screen opens all the same, says what is wrong, and fills when
// the trouble is over.
func TestTroubleFromTheBeginning(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"down", "answers 401", "answers HTML"} {
		a := newAccount(t, simaccount.Options{})
		kinds := a.troubles()
		trouble := kinds[slices.IndexFunc(kinds, func(k trouble) bool { return k.what == what })]
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			trouble.begin()
			term := sit(t, ptytest.Options{Env: a.env()})
			s := term.WaitFor("the full screen and the word "+trouble.word, func(s ptytest.Screen) bool {
				return s.AltScreen() && s.Contains(trouble.word) && strings.Contains(footer(s), "? help")
			})
			if s.Contains("0 tunnels") || s.Contains("There are no") {
				t.Errorf("nothing fetched is shown as nothing there:\n%s", s.Box())
			}
			term.Press("?")
			term.WaitFor("the help", on("Help"))
			term.Press("esc")
			term.WaitText(trouble.word)
			a.recover()
			term.Press("r")
			term.WaitFor("the list", fresh)
		})
	}
}

// After trouble the program finds back by itself, without a key.
func TestItRecoversByItself(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a)
	a.Fault(simaccount.Fault{Kind: simaccount.FaultReset})
	term.WaitFor("stale rows", func(s ptytest.Screen) bool { return strings.Contains(title(s), "stale") })
	a.ClearFaults()
	a.pass(time.Minute)
	term.WaitFor("fresh rows", func(s ptytest.Screen) bool { return fresh(s) && state(s, "lhr-hq-gre") == "Up" })
}
