package e2e_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// The probes of a tunnel do not get through: from the list to the hop at which the way ends, with the locations that carried
// its traffic suggested, and with the permission named before anything is sent. A read-only session may do it.
func TestATracerouteFromTheTunnelToTheSilentHop(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	term := watching(t, a, "--read-only")
	goTo(term, "iad-dc1-gre")
	term.Press("t")
	term.WaitFor("the form with the router's address", showsAll("New traceroute", "Needs Magic Transit Write", "--read-only allows it",
		"198.51.100.18", "fra ams lhr iad sin", "ctrl+s run"))
	term.Press("ctrl+s")
	s := term.WaitFor("how far it gets from each location", showsAll("0 of 5 reached it", "ams04", "fra03", "silent after hop 3", "AS13335",
		"core1.carrie"))
	if strings.Contains(footer(s), " x cancel") { // in parentheses where there is room
		t.Errorf("what is over cannot be cancelled: %q", footer(s))
	}
	term.Press("enter")
	term.WaitFor("the hops of the first location", func(s ptytest.Screen) bool {
		return on("fra03")(s) && showsAll("TTL", "100 %", "*",
			"15")(s)
	})
	for _, filter := range []string{"asn:13335", "address:198.51.100.248"} {
		term.Press("/")
		term.Type(filter)
		term.Press("enter")
		term.WaitFor("the hop alone", func(s ptytest.Screen) bool { return !s.Contains("100 %") && strings.Contains(cursorLine(s), ".") })
		term.Press("esc")
		term.WaitText("100 %")
	}
	term.Press("g", "j", "j", "j")
	term.WaitFor("the cursor on the silent hop", func(s ptytest.Screen) bool { return strings.Contains(cursorLine(s), "4  100 %") })
	term.Press("enter")
	term.WaitFor("what is known of it", showsAll("Hop 4 from fra03 to 198.51.100.18", "Nothing answered at this step"))
	term.Press("esc")
	term.WaitGone("Nothing answered")
	term.Press("Y")
	term.WaitText("bytes of JSON")
	if !bytes.Contains(term.Transcript(), []byte("\x1b]52;")) {
		t.Error("Y reached no clipboard")
	}
	term.Press("q")
	if code := term.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// A traceroute takes its time: other pages work meanwhile, it is found again under its name, and it can be cancelled.
func TestATracerouteIsLeftFoundAgainAndCancelled(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	a.Fault(simaccount.Fault{Kind: simaccount.FaultDelay, Delay: time.Hour, Path: "*/diagnostics/traceroute", Times: 1})
	term := watching(t, a)
	term.Type(":traceroute\r")
	term.WaitText("No traceroute was run in this session")
	term.Press("n")
	term.WaitFor("the form", showsAll("New traceroute", "slow, up to 2 minutes"))
	term.Type("203.0.113.10")
	term.Press("tab")
	term.Type("fra ams")
	term.WaitFor("what was typed", showsAll("203.0.113.10", "fra ams"))
	term.Press("ctrl+s")
	term.WaitFor("that it runs and for how long", showsAll("Running for", "2 minutes are the limit", "fra, ams", "x cancel"))
	term.Type(":routes\r")
	term.WaitFor("another page, alive", showsAll("198.18.10.0/24", "PREFIX"))
	term.Type(":traceroute\r")
	term.WaitFor("the run among the traceroutes", showsAll("203.0.113.10", "running"))
	term.Press("enter")
	term.WaitFor("the run", showsAll("Running for"))
	term.Press("x")
	term.WaitFor("its end", showsAll("Cancelled after", "a to run it again"))
	term.Press("a")
	s := term.WaitFor("the same once more, which is answered", showsAll("2 of 2 reached it", "reached at hop 4", "Frankfurt"))
	if strings.Index(s.Text(), "fra03") > strings.Index(s.Text(), "ams04") {
		t.Errorf("the locations are not in the order of the question:\n%s", s.Box())
	}
}

// Somebody opens a tunnel's page: a day of health and traffic and where it flows, and a gap where nothing is known. Without
// UTF-8 the same stands there in ASCII.
func TestTheSparklinesOfATunnel(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	for _, c := range []struct{ env, top, low string }{{"LANG=C.UTF-8", "████", "▂▂"}, {"LANG=C", "####", ".."}} {
		term := sit(t, ptytest.Options{Env: a.env(c.env), Cols: 80, Rows: 70})
		term.WaitFor("the list", listed)
		goTo(term, "fra-dc1-gre")
		term.Press("enter")
		s := term.WaitFor("health and traffic with scale and span, and the locations",
			showsAll("Last 24 hours", "Health   ", "scale 0 to", "of each 30 min",
				"from you, latest", "to you, latest", "Cloudflare's data centers, last hour", "fra03",
				"oldest on the left; gaps: no data"))
		if !s.Contains(c.top) || !s.Contains(c.low) {
			t.Errorf("%s: no line with %q and %q:\n%s", c.env, c.top, c.low, s.Box())
		}
	}
}

// Without the permission the page says which one is missing, and shows no number.
func TestTheSparklinesWithoutPermission(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	a.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403, Path: "/graphql",
		Body: `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`})
	term := sit(t, ptytest.Options{Env: a.env(), Cols: 80, Rows: 60})
	term.WaitFor("the list", listed)
	goTo(term, "fra-dc1-gre")
	term.Press("enter")
	s := term.WaitFor("why it is not known", showsAll("Last 24 hours", "Health and traffic are not known", "Account Analytics Read"))
	if s.Contains("bit/s") {
		t.Errorf("a rate from nowhere:\n%s", s.Box())
	}
	a.ClearFaults()
	term.Press("r")
	term.WaitFor("the traffic after the permission was given", showsAll("from you, latest"))
}

// A session went down yesterday evening, the program was left and is started anew: how often it went down is still known.
func TestHowOftenASessionWentDownIsKnownAfterARestart(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	env := a.env("XDG_STATE_HOME=" + t.TempDir())
	open := func() *ptytest.Terminal {
		// the timeline stands below what this means
		term := sit(t, ptytest.Options{Env: env, Args: []string{"--refresh", "5s"}, Cols: 80, Rows: 80})
		term.WaitFor("the list", listed)
		goTo(term, "fra-dc1-gre")
		term.Press("enter")
		return term
	}
	evening := open()
	evening.WaitFor("a session that is up", showsAll("● Up", "Flaps               0"))
	for _, step := range []struct{ bgp, word string }{{"Idle", "✗ Down"}, {"Established", "● Up"}} {
		a.do(a.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", step.bgp))
		evening.Press("r")
		evening.WaitFor("the session "+step.word, showsAll("State               "+step.word))
	}
	evening.WaitFor("that it went down", showsAll("Flaps               1", "changed just now"))
	evening.Press("q")
	evening.Wait()
	open().WaitFor("that it went down, in an earlier run", showsAll("Flaps               1", "0 in this run", "Down → Up"))
}

// rings counts the bells: BEL that does not end an escape sequence.
func rings(out []byte) int {
	n := 0
	for i, b := range out {
		if b != '\a' {
			continue
		}
		if start := bytes.LastIndex(out[:i], []byte("\x1b]")); start < 0 || bytes.ContainsAny(out[start+2:i], "\a\x1b") {
			n++
		}
	}
	return n
}

// profileThatRings is a config folder with the profile "night", which rings.
func profileThatRings(t *testing.T, a *account) string {
	t.Helper()
	config := t.TempDir()
	text := "version = 1\n[profiles.night]\nnotify = \"bell\"\naccount = \"" + a.Account() + "\"\ntoken_command = [\"printf\", \"" +
		simaccount.DefaultToken + "\"]\n"
	a.do(os.Mkdir(filepath.Join(config, "flarewire"), 0o700))
	a.do(os.WriteFile(filepath.Join(config, "flarewire", "config.toml"), []byte(text), 0o600))
	return config
}

// Whoever looks elsewhere is told that a session went down, in the way that was asked for and in no other; nobody is told
// without having asked.
func TestAChangeOfStateIsToldAsAskedFor(t *testing.T) {
	t.Parallel()
	notice := []byte("\x1b]9;flarewire: mad-br1-ipsec: session down (was up)\a")
	for mode, want := range map[string]struct {
		rings, notices int
	}{"": {0, 0}, "off": {0, 0}, "bell": {1, 0}, "terminal": {0, 1}, "as the profile says": {1, 0}} {
		t.Run("notify "+mode, func(t *testing.T) {
			t.Parallel()
			a := newAccount(t, simaccount.Options{})
			args, env := []string{"--start", "routes", "--refresh", "5s"}, a.env()
			switch mode {
			case "":
			case "as the profile says":
				args, env = append(args, "--profile", "night"), append(env, "XDG_CONFIG_HOME="+profileThatRings(t, a))
			default:
				args = append(args, "--notify", mode)
			}
			term := sit(t, ptytest.Options{Env: env, Args: args})
			term.WaitFor("a page without tunnels", showsAll("198.18.10.0/24", "● healthy", "◐ degraded", "? help"))
			if n := rings(term.Transcript()); n != 0 {
				t.Errorf("it rang %d times at the start", n)
			}
			a.pass(21 * time.Second)
			told := func() bool { return bytes.Contains(term.Transcript(), notice) || rings(term.Transcript()) > 0 }
			term.Press("r")
			if want.rings+want.notices > 0 {
				term.WaitFor("to be told", func(ptytest.Screen) bool { return told() })
			}
			term.Type(":tunnels\r")
			term.WaitFor("the session that went down", func(s ptytest.Screen) bool { return state(s, "mad-br1-ipsec") == "Down" })
			out := term.Transcript()
			if n := rings(out); n != want.rings {
				t.Errorf("%d bells, want %d", n, want.rings)
			}
			if n := bytes.Count(out, notice); n != want.notices {
				t.Errorf("%d notices, want %d", n, want.notices)
			}
			term.Press("q")
			term.Wait()
			term.AssertRestored(t)
		})
	}
}
