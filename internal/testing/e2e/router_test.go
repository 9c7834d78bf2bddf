package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// operator is somebody on a jump host: a config file with commands for the routers, and a stand-in for ssh that hands its arguments to
// a shell, as
// the real one does on the other side.
type operator struct {
	*account
	t    *testing.T
	home string // the folder of the stand-in, and of what the router says
}

// newOperator has an account with the tunnel fra-dc1, whose router is asked, as the recorded outputs have it.
func newOperator(t *testing.T, kind simaccount.Resource, name, commands string) *operator {
	t.Helper()
	o := &operator{account: newAccount(t, simaccount.Options{}), t: t, home: t.TempDir()}
	o.do(o.Mutate(kind, name, func(x simaccount.Object) {
		x["name"], x["interface_address"], x["health_check"] = "fra-dc1", "10.100.0.8/31",
			map[string]any{"enabled": true, "type": "request", "rate": "mid"}
		setEnd(x, "customer", "203.0.113.7")
		setEnd(x, "cloudflare", "198.51.100.10")
		if kind == simaccount.GRETunnels {
			x["bgp"] = map[string]any{"customer_asn": 65010, "md5_key": "simple-key", "extra_prefixes": []any{}}
		}
	}))
	o.put("ssh", "#!/bin/sh\ncd "+o.home+" || exit 1\nenv > environment\n[ -t 0 ] && echo terminal > asked\n(: < /dev/tty) 2>/dev/null && "+
		"echo tty > asked\n"+
		"shift\nexec sh -c \"$*\"\n")
	o.put("config/flarewire/config.toml", "version = 1\n[profiles.jump]\naccount = \""+o.Account()+"\"\n"+
		strings.ReplaceAll(commands, "SSH", filepath.Join(o.home, "ssh")))
	return o
}

func (o *operator) put(name, text string) {
	o.t.Helper()
	path := filepath.Join(o.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		o.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		o.t.Fatal(err)
	}
	if filepath.Base(name) == "config.toml" {
		if err := os.Chmod(path, 0o600); err != nil {
			o.t.Fatal(err)
		}
	}
}

// routerSays is what the router prints from now on: an output that was recorded from a real one.
func (o *operator) routerSays(how, name string) {
	o.t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "router", "testdata", how, name+".txt"))
	if err != nil {
		o.t.Fatal(err)
	}
	o.put("fra-dc1.txt", string(text))
}

func (o *operator) env() []string {
	return o.account.env("XDG_CONFIG_HOME="+filepath.Join(o.home, "config"), "XDG_STATE_HOME="+filepath.Join(o.home, "state"),
		"FLAREWIRE_READ_ONLY=1", "FLAREWIRE_RECORDER=off")
}

func (o *operator) sits() *ptytest.Terminal { return o.sitsAt(24) }

func (o *operator) sitsAt(rows int) *ptytest.Terminal {
	term := sit(o.t, ptytest.Options{Args: []string{"--refresh", "5s"}, Env: o.env(), Cols: 80, Rows: rows})
	term.WaitFor("the list of tunnels", func(s ptytest.Screen) bool { return listed(s) && len(tunnels(s)) > 3 })
	return term
}

const (
	readsFRR = `[[profiles.jump.router_commands]]
name = "frr"
tunnels = ["fra-dc1"]
reads = "frr"
run = ["SSH", "router1", "cat {name}.txt # show bgp neighbors {peer} json, show ip route {cloudflare_endpoint} json"]
`
	readsSwan = `[[profiles.jump.router_commands]]
name = "strongswan"
endpoints = ["203.0.113.0/24"]
reads = "strongswan"
run = ["SSH", "router1", "cat {name}.txt"]
`
	pingText = `[[profiles.jump.router_commands]]
name = "ping-cloudflare"
key = "P"
run = ["SSH", "router1", "echo pinged {peer}; echo 100% packet loss"]
`
)

// Somebody has the list of tunnels before them: a and y ask the router, and at 80x24 the fault is the first thing on the page, as
// certain, with
// what each end says. The second time a is enough.
func TestAFaultOfTheRouterIsNamedInThreeKeys(t *testing.T) {
	t.Parallel()
	o := newOperator(t, simaccount.GRETunnels, "fra-dc1-gre", readsFRR)
	o.do(o.SetBGP(simaccount.GRETunnels, "fra-dc1", "Active"))
	term := o.sits()
	goTo(term, "fra-dc1")
	faults := []struct{ name, fsm, title, says string }{
		{"wrong-AS", "Active", "ASN mismatch (", "The router uses AS 64999"},
		{"wrong-AS-of-Cloudflare", "Active", "ASN mismatch (", "expects AS 13336"},
		{"shutdown", "Active", "Neighbor shut down on the router (", "is shut down on the router"},
		{"maximum-prefix", "Active", "Maximum prefixes (", "its maximum of 1"},
		{"no-MD5-key", "Active", "MD5 mismatch (", "absent on the router and set at Cloudflare"},
		{"another-MD5-key", "Active", "MD5 mismatch (", "is another one than Cloudflare's"},
		{"no-neighbor", "Active", "No BGP neighbor on the router (", "has no BGP neighbor 10.100.0.8"},
		{"interface-down", "Active", "Tunnel interface down (", "is switched off on the router"},
		{"route-to-the-endpoint-through-the-tunnel", "Active", "Endpoint routed into its tunnel (", "into the tunnel itself"},
		{"no-route-to-the-endpoint", "Active", "No route to Cloudflare's endpoint (", "tunnel packets cannot leave it"},
		{"import-policy", "Established", "Router's policy rejects all (", "import policy NONE takes none"},
		{"no-import-policy", "Established", "Router's policy rejects all (", "RFC 8212"},
		{"no-network-statement", "Established", "Nothing announced (", "no network statement"},
	}
	fsm := "Active"
	for i, fault := range faults {
		if fault.fsm != fsm {
			fsm = fault.fsm
			o.do(o.SetBGP(simaccount.GRETunnels, "fra-dc1", fsm))
			term.Press("r")
			term.WaitFor("the session that is up", func(s ptytest.Screen) bool { return state(s, "fra-dc1") == "Up" })
		}
		o.routerSays("frr", fault.name)
		term.Press("a")
		if i == 0 {
			s := term.WaitFor("what will be run", showsAll("Ask the router of fra-dc1?", "router1", "cat fra-dc1.txt", "10.100.0.8", "Run it"))
			if _, err := os.Stat(filepath.Join(o.home, "environment")); err == nil {
				t.Fatalf("it was run before anybody said so\n%s", s.Box())
			}
			term.Press("y")
		}
		s := term.WaitFor(fault.name+" first, with both ends", func(s ptytest.Screen) bool {
			return says(fault.title, ", certain)", fault.says, "Evidence: router: ", "Cloudflare: ")(s) && on("Both ends of fra-dc1")(s)
		})
		if _, y, found := s.Find(fault.title); !found || y > 4 {
			t.Errorf("%s is not the first thing on the page:\n%s", fault.name, s.Box())
		}
		term.Press("esc")
		term.WaitFor("the list again", listed)
	}
	term.Press("q")
	term.Wait()
	o.noSecretWasHandedOver()
}

// noSecretWasHandedOver looks at what the stand-in for ssh got.
func (o *operator) noSecretWasHandedOver() {
	o.t.Helper()
	env, err := os.ReadFile(filepath.Join(o.home, "environment"))
	if err != nil {
		o.t.Fatal(err)
	}
	for _, word := range []string{"CLOUDFLARE_", "FLAREWIRE_", "CREDENTIALS_DIRECTORY", simaccount.DefaultToken} {
		if bytes.Contains(env, []byte(word)) {
			o.t.Errorf("the command's environment has %s", word)
		}
	}
	if asked, err := os.ReadFile(filepath.Join(o.home, "asked")); err == nil {
		o.t.Errorf("the command had a terminal to ask a password on: %s", asked)
	}
}

// The same for IPsec, on the tunnel's way into the page from its own page.
func TestAFaultOfIKEIsNamedInThreeKeys(t *testing.T) {
	t.Parallel()
	o := newOperator(t, simaccount.IPsecTunnels, "waw-br1-ipsec", readsSwan)
	o.do(o.SetBGP(simaccount.IPsecTunnels, "fra-dc1", "Active"))
	o.do(o.SetHealth(simaccount.IPsecTunnels, "fra-dc1", 0))
	term := o.sits()
	goTo(term, "fra-dc1")
	for i, fault := range []struct{ name, title, says string }{
		{"wrong-PSK", ", certain)", "IKE authentication fail"},
		{"wrong-proposal", "No common IKE proposal (outage, certain", "nothing in common"}} {
		o.routerSays("strongswan", fault.name)
		term.Press("a")
		if i == 0 {
			term.WaitText("Run it")
			term.Press("y")
		}
		term.WaitFor(fault.name, says(fault.title, fault.says, "Evidence: router: ", "Cloudflare: "))
		term.Press("esc")
		term.WaitFor("the list again", listed)
	}
}

// Tunnels can be called anything; what they are called never becomes a command, neither here nor on the other side of ssh.
func TestTheNameOfATunnelIsNoCommand(t *testing.T) {
	t.Parallel()
	o := newOperator(t, simaccount.GRETunnels, "fra-dc1-gre", strings.Replace(readsFRR, `tunnels = ["fra-dc1"]`, `endpoints = ["203.0.113.7"]`,
		1))
	o.put("fra-dc1.txt", "{}")
	before := "fra-dc1"
	for _, name := range []string{"-oProxyCommand=touch pwned", "$(touch pwned)", "`touch pwned`", "; touch pwned", "a && touch pwned",
		"a\ntouch pwned",
		"a' ; touch pwned ; '", "a | touch pwned"} {
		o.do(o.Rename(simaccount.GRETunnels, before, name))
		before = name
		object, _ := o.Object(simaccount.GRETunnels, name)
		cmd := exec.Command(ptytest.Build(t), "diagnose", object["id"].(string), "--ask-router")
		cmd.Env = append(append(os.Environ(), o.env()...), "XDG_STATE_HOME="+t.TempDir()) // each with requests of its own
		out, _ := cmd.CombinedOutput()
		if _, err := os.Stat(filepath.Join(o.home, "pwned")); err == nil {
			t.Fatalf("the name %q ran a command", name)
		}
		if !strings.Contains(string(out), "was not run") || !strings.Contains(string(out), "{name}") || strings.Contains(string(out), "runs ") {
			t.Errorf("%q:\n%s", name, out)
		}
	}
	if _, err := os.Stat(filepath.Join(o.home, "environment")); err == nil {
		t.Error("something was run")
	}
}

// A router that answers with terminal commands, without end or not at all, costs its own answer and nothing else.
func TestAHostileRouterIsHarmlessOnTheScreen(t *testing.T) {
	t.Parallel()
	o := newOperator(t, simaccount.GRETunnels, "fra-dc1-gre", strings.Replace(readsFRR, "cat {name}.txt", "sh {name}.txt",
		1)+"timeout = \"2s\"\n")
	term := o.sits()
	goTo(term, "fra-dc1")
	for i, hostile := range []struct{ script, says string }{
		{`printf '\033]0;pwned\007\033[2J\033[31mGARBAGE\033[0m\n'`, "nothing in its output was understood"},
		{"yes 0123456789abcdef", "more than 1 MiB"},
		{"sleep 600", "did not end within 2s"},
		{"echo 'Permission denied (publickey).' >&2; exit 255", "exit code 255"},
		{"read password </dev/tty || echo no password >&2; exit 1", "exit status 1"}} {
		o.put("fra-dc1.txt", hostile.script)
		term.Press("a")
		if i == 0 {
			term.WaitText("Run it")
			term.Press("y")
		}
		term.WaitFor(hostile.says, says("that could be read", hostile.says))
		term.Press("esc")
		term.WaitFor("the list again", listed)
	}
	if out := term.Transcript(); bytes.Contains(out, []byte("]0;pwned")) || bytes.Contains(out, []byte("\x1b[31mGARBAGE")) {
		t.Error("the router's escape sequences reached the terminal")
	}
	term.Press("q")
	term.Wait()
	term.AssertRestored(t)
}

// An own command is an action like any other: with its key, in the help and in the palette.
func TestAnOwnCommandIsAnAction(t *testing.T) {
	t.Parallel()
	o := newOperator(t, simaccount.GRETunnels, "fra-dc1-gre", pingText)
	term := o.sitsAt(90)
	goTo(term, "fra-dc1")
	term.Press("?")
	term.WaitFor("the command in the help", says("P ping-cloudflare Your own command"))
	term.Press("esc")
	term.WaitFor("the list", listed)
	term.Press("P")
	term.WaitFor("what will be run", showsAll("10.100.0.8;", "Run it")) // the rest wraps by the folder's name
	term.Press("y")
	term.WaitFor("its output, the lines that matter marked", showsAll("> pinged 10.100.0.8", "! 100% packet loss"))
	term.Press("esc")
	term.WaitFor("the list", listed)
	term.Type(":ping-cl")
	term.Press("enter")
	term.WaitFor("the output again, without a question", showsAll("> pinged 10.100.0.8"))
}

// Without commands in the config file there is no key, no page, and no request more.
func TestWithoutCommandsForRoutersNothingChanges(t *testing.T) {
	t.Parallel()
	paths := func(commands string, ask bool) map[string]bool {
		o := newOperator(t, simaccount.GRETunnels, "fra-dc1-gre", commands)
		o.put("fra-dc1.txt", "{}")
		term := o.sits()
		goTo(term, "fra-dc1")
		term.Type(":ask-router")
		if s := term.WaitText(":ask-router"); s.Contains(" 0 found ") == ask {
			t.Errorf("with commands %t, the palette is\n%s", ask, s.Box())
		}
		term.Press("esc")
		term.WaitGone(":ask-router")
		term.Press("a")
		if ask {
			term.WaitText("Run it")
			term.Press("y")
			term.WaitFor("the page", on("Both ends of fra-dc1"))
			term.Press("esc")
		} else {
			term.WaitText("a does nothing here")
		}
		term.WaitFor("the list", listed)
		term.Press("q")
		term.Wait()
		out := map[string]bool{}
		for _, r := range o.Requests() {
			out[fmt.Sprint(r.Method, " ", r.Path)] = true
		}
		return out
	}
	o := newOperator(t, simaccount.GRETunnels, "fra-dc1-gre", "")
	o.do(o.SetBGP(simaccount.GRETunnels, "fra-dc1", "Active"))
	first := sit(t, ptytest.Options{Args: []string{"--start", "overview"}, Env: o.env(), Cols: 80, Rows: 24})
	first.WaitFor("what is wrong", showsAll("AFFECTED", "PROBLEM"))
	first.Type("/fra-dc1")
	first.Press("enter")
	first.WaitFor("its row", func(s ptytest.Screen) bool { return s.Contains("▌ fra-dc1") })
	first.Press("a")
	if s := first.WaitText("a does nothing here"); s.Contains("ask router") {
		t.Errorf("there is a key:\n%s", s.Box())
	}
	first.Type(":ask-router")
	first.WaitFor("nothing found", showsAll(":ask-router", " 0 found "))
	without, with := paths("", false), paths(readsFRR, true)
	for path := range without {
		if !with[path] {
			t.Errorf("asked of Cloudflare only without commands: %s", path)
		}
	}
}

// From a shell: what is run is said on standard error, the cause stands first, and both ends beside each other.
func TestDiagnoseAsksTheRouter(t *testing.T) {
	t.Parallel()
	o := newOperator(t, simaccount.GRETunnels, "fra-dc1-gre", readsFRR)
	o.do(o.SetBGP(simaccount.GRETunnels, "fra-dc1", "Active"))
	o.routerSays("frr", "shutdown")
	run := func(args ...string) (string, string, int) {
		var out, errs bytes.Buffer
		cmd := exec.Command(ptytest.Build(t), args...)
		cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), o.env()...), &out, &errs
		_ = cmd.Run()
		return out.String(), errs.String(), cmd.ProcessState.ExitCode()
	}
	out, errs, code := run("diagnose", "fra-dc1", "--ask-router")
	if code != 0 || !strings.Contains(errs, "runs ") || !strings.Contains(errs, "router1") ||
		!strings.Contains(out, "Neighbor shut down on the router (outage, certain") || !strings.Contains(out, "Both ends of fra-dc1") {
		t.Errorf("exit %d\n%s\n%s", code, out, errs)
	}
	out, _, code = run("diagnose", "fra-dc1", "--ask-router", "-o", "json")
	if code != 0 || !strings.Contains(out, `"cause": "neighbor-shutdown"`) || !strings.Contains(out, `"router: neighbor 10.100.0.8"`) {
		t.Errorf("exit %d\n%s", code, out)
	}
	o.noSecretWasHandedOver()
	if out, _, _ := run("diagnose", "fra-dc1"); strings.Contains(out, "neighbor-shutdown") || strings.Contains(out, "Both ends") {
		t.Errorf("the router was asked without being told to:\n%s", out)
	}
	for _, args := range [][]string{{"diagnose", "--ask-router"}, {"diagnose", "fra-dc1", "--ask-router", "--watch"}} {
		if _, errs, code := run(args...); code != 2 || !strings.Contains(errs, "--ask-router") {
			t.Errorf("%v: exit %d, %s", args, code, errs)
		}
	}
}

// A config file that others can write does not run anything.
func TestACommandFromAFileThatOthersCanWriteIsNotRun(t *testing.T) {
	t.Parallel()
	o := newOperator(t, simaccount.GRETunnels, "fra-dc1-gre", readsFRR)
	o.put("fra-dc1.txt", "{}")
	if err := os.Chmod(filepath.Join(o.home, "config/flarewire/config.toml"), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(ptytest.Build(t), "diagnose", "fra-dc1", "--ask-router")
	cmd.Env = append(os.Environ(), o.env()...)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "others can write to") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := os.Stat(filepath.Join(o.home, "environment")); err == nil {
		t.Error("it was run")
	}
}

// Line by line: what both ends prove is said first, then the two sides and the runs, and commands by their names; own
// commands are there as well.
func TestLineByLineBothEnds(t *testing.T) {
	t.Parallel()
	o := newOperator(t, simaccount.GRETunnels, "fra-dc1-gre", readsFRR+pingText)
	o.do(o.SetBGP(simaccount.GRETunnels, "fra-dc1", "Active"))
	o.routerSays("frr", "shutdown")
	said := pipe(t, o.env(), []string{"--start", "tunnels"}, "ask-router fra-dc1", "y", "more", "more", "back",
		"ping-cloudflare fra-dc1", "y", "quit")
	at := 0
	for _, want := range []string{"Ask the router of fra-dc1?", "cat fra-dc1.txt", "Both ends of fra-dc1.", "What this means",
		"Neighbor shut down on the router (outage, certain)", "Evidence: router: neighbor 10.100.0.8 administratively shut down",
		"Session: Cloudflare down", "router Idle, shut down", "MD5 key: Cloudflare set; router the same",
		"Hold, keepalive: Cloudflare does not tell; router 90 s", "frr: read in",
		"ask-again asks again, output shows",
		"That was all.", "echo pinged 10.100.0.8", "> pinged 10.100.0.8", "! 100% packet loss"} {
		i := strings.Index(said[at:], want)
		if i < 0 {
			t.Fatalf("%q was not said, or not in this order:\n%s", want, said)
		}
		at += i
	}
	for line := range strings.Lines(said) {
		if strings.Contains(line, "     ") {
			t.Errorf("room in place of words: %q", line)
		}
	}
}

// The list of what is wrong is the first screen: a there asks the router of the tunnel, and y the first time; in an incident of several the
// tunnel is chosen first. At 80x24 that is three keys at most.
func TestTheRouterIsAskedFromTheFirstScreen(t *testing.T) {
	t.Parallel()
	o := newOperator(t, simaccount.GRETunnels, "fra-dc1-gre", readsFRR)
	o.do(o.SetBGP(simaccount.GRETunnels, "fra-dc1", "Active"))
	o.routerSays("frr", "shutdown")
	term := sit(o.t, ptytest.Options{Args: []string{"--start", "overview", "--refresh", "5s"}, Env: o.env(), Cols: 80, Rows: 24})
	term.WaitFor("what is wrong", showsAll("AFFECTED", "PROBLEM"))
	term.Type("/fra-dc1")
	term.Press("enter")
	term.WaitFor("its row", func(s ptytest.Screen) bool { return s.Contains("▌ fra-dc1") && s.Contains("a ask router") })
	term.Press("a")
	term.WaitFor("what will be run", showsAll("Ask the router of fra-dc1?", "Run it"))
	term.Press("y")
	term.WaitFor("the cause, first and certain", says("Neighbor shut down on the router (outage, certain", "Evidence: router: "))
	term.Press("esc")
	term.WaitFor("the first screen, which knows it now", func(s ptytest.Screen) bool {
		return s.Contains("PROBLEM") &&
			s.Contains("Neighbor shut down")
	})
}
