//go:build !windows

package cli_test

import (
	"context"
	"os"
	"strings"
	"syscall"
	"testing"

	"flarewire/cli"
	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// actVariable makes this test binary be flarewire: the tests start it in a terminal.
const actVariable = "CLI_TEST_IS_FLAREWIRE"

func TestMain(m *testing.M) {
	if os.Getenv(actVariable) == "" {
		os.Exit(m.Run())
	}
	os.Exit(cli.Main(context.Background(), os.Args[1:], cli.OS()))
}

func onTerminal(t *testing.T, env []string, cols, rows int, args ...string) *ptytest.Terminal {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return ptytest.Start(t, ptytest.Options{Path: self, Args: args, Env: append([]string{actVariable + "=1"}, env...), Cols: cols, Rows: rows})
}

func TestTablesFitTheTerminal(t *testing.T) {
	for _, args := range []string{"--demo list ipsec", "--demo list routes", "--demo list interconnects", "--demo list bgp-prefixes",
		"--demo status"} {
		term := onTerminal(t, nil, 80, 24, strings.Fields(args)...)
		if code := term.Wait(); code != 0 {
			t.Fatalf("%s: exit %d\n%s", args, code, term.Screen().Box())
		}
		_, rows, _ := strings.Cut(strings.TrimRight(term.Screen().Text(), "\n"), "\n  ") // what is above the table may take lines
		for _, line := range strings.Split(rows, "\n")[1:] {
			if line != "" && !strings.HasPrefix(line, "  ") {
				t.Errorf("%s: a line was wrapped:\n%s", args, term.Screen().Box())
				break
			}
		}
	}
}

// The table stands where it was, what was on the terminal before stays, and ctrl+c leaves it in order.
func TestWatchingDrawsInPlace(t *testing.T) {
	t.Parallel()
	sim, env := serve(t, simaccount.Options{})
	term := onTerminal(t, env, 80, 12, "status", "--watch", "--refresh", "5s")
	first := term.WaitText("as of ")
	_, y, _ := first.Find("as of ")
	stamp := first.Line(y)
	if !first.Contains("more") {
		t.Errorf("14 tunnels on 12 lines must be cut:\n%s", first.Box())
	}
	sim.Fault(simaccount.Fault{Path: "*gre_tunnels*", Kind: simaccount.FaultStatus, Status: 403})
	second := term.WaitText("403")
	if second.Line(y) != stamp {
		t.Errorf("the table moved, or old data got a new time: %q was %q", second.Line(y), stamp)
	}
	if n := strings.Count(second.Text(), "NAME"); n != 1 {
		t.Errorf("%d tables on the screen:\n%s", n, second.Box())
	}
	term.Signal(syscall.SIGINT)
	if code := term.Wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
	term.AssertRestored(t)
}

// JSON allows characters that move a terminal's cursor or turn its text around.
func TestJSONOnATerminalIsHarmless(t *testing.T) {
	s := oneList(t, `{"success":true,"errors":[],"messages":[],"result":{"routes":[{"id":"1","description":"a`+"\u009b2J\u202eb"+`"}]}}`)
	term := onTerminal(t, s.env, 80, 24, "list", "routes", "-o", "json")
	if code := term.Wait(); code != 0 || !term.Screen().Contains(`a\u009b2J\u202eb`) {
		t.Errorf("exit %d\n%s", code, term.Screen().Box())
	}
}
