package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"flarewire/internal/names"
	"flarewire/internal/simaccount"
)

// tab gives what the program offers for the last word of a command line, and what the shell is to do about files.
func tab(t *testing.T, x IO, line ...string) (offered []string, directive string) {
	t.Helper()
	var out bytes.Buffer
	x.Out = &out
	if code := Main(t.Context(), append([]string{"__completeNoDesc"}, line...), x); code != 0 {
		t.Fatalf("%q: exit %d", line, code)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	return lines[:len(lines)-1], lines[len(lines)-1]
}

// noFiles is the directive that keeps a shell from offering files, and anyFile the one that lets it.
const (
	noFiles = ":4"
	anyFile = ":0"
)

func TestTABOffersWhatIsThere(t *testing.T) {
	x, _, _ := withConfig(t, "version = 1\ndefault = \"prod\"\n[profiles.prod]\naccount = "+
		"\"023e105f4ecef8ad9ca31a8372d0c353\"\n[profiles.lab]\n")
	for line, want := range map[string]string{
		"--theme ": "auto dark light ansi none", "--notify ": "off bell terminal", "--start ov": "overview", "--start zz": "",
		"--profile ": "lab prod", "auth switch ": "lab prod", "auth switch prod ": "", "--account ": "023e105f4ecef8ad9ca31a8372d0c353",
		"auth login --store ": "keyring age none", "status -o ": "line jsonl table json", "status --profile l": "lab",
		"list bi": "bindings", "list routes ": "", "get ips": "ipsec", "config --for j": "junos",
		"--demo get gre iad": "iad-dc1-gre", "--demo get gre iad-dc1-gre ": "", "--demo config iad": "iad-dc1-gre",
		"--demo config iad-dc1-gre iad": "", "--demo check --tunnel iad": "iad-dc1-gre", "--demo bundle --tunnel iad": "iad-dc1-gre",
		"--demo diagnose iad": "iad-dc1-gre", "--demo where 198.18.3": "198.18.30.0/24", "--demo check --destination 10.61.8": "10.61.8.0/22",
		"--demo list bindings --prefix 198.18.3": "198.18.30.0/24", "--demo get prefixes 198.18.4": "198.18.40.0/24",
		"--demo get nothing x": "", "demo-server --account ": "", "settings ": "check edit path", "get gre iad": "",
	} {
		offered, directive := tab(t, x, strings.Split(line, " ")...)
		if got := strings.Join(offered, " "); got != want || directive != noFiles {
			t.Errorf("%q: %q %s, want %q %s", line, got, directive, want, noFiles)
		}
	}
}

// Files are offered where one is meant, and nowhere else: every argument and every flag of every command is asked.
func TestTABOffersFilesOnlyWhereOneIsMeant(t *testing.T) {
	x, _, _ := withConfig(t, "version = 1\n")
	meant := []string{"snapshot save ", "snapshot compare ", "bundle ", "settings check ", "--debug-log ", "check --baseline ",
		"config --output ",
		"metrics --output ", "record --socket ", "record --on-event "}
	for _, cmd := range all(Command()) {
		path := strings.Fields(cmd.CommandPath())[1:]
		lines := [][]string{append(slices.Clone(path), "")}
		visit := func(flag *pflag.Flag) {
			if flag.NoOptDefVal == "" && !flag.Hidden {
				lines = append(lines, append(slices.Clone(path), "--"+flag.Name, ""))
			}
		}
		cmd.LocalFlags().VisitAll(visit)
		if cmd.Name() == "help" || cmd.Hidden {
			continue
		}
		for _, line := range lines {
			text := strings.Join(line, " ")
			want := noFiles
			if slices.Contains(meant, text) {
				want = anyFile
				meant = slices.DeleteFunc(meant, func(m string) bool { return m == text })
			}
			if _, got := tab(t, x, line...); got != want {
				t.Errorf("%q: %s, want %s", text, got, want)
			}
		}
	}
	if len(meant) > 0 {
		t.Errorf("no command has %q", meant)
	}
	if d := cobra.ShellCompDirectiveNoFileComp; d != 4 {
		t.Errorf("the directive is %d now", d)
	}
}

// What a look at the account has shown is offered afterwards, of the account that the line means, without a request. The demo leaves
// nothing behind.
func TestTABKnowsTheLastKnownState(t *testing.T) {
	x, _, _ := withConfig(t, "version = 1\n[profiles.prod]\naccount = \""+simaccount.DefaultAccount+"\"\n")
	for _, line := range [][]string{{"--demo", "status"}, {"--demo", "list", "routes"}} {
		if code := Main(t.Context(), line, x); code != 0 {
			t.Fatalf("%q: exit %d", line, code)
		}
	}
	if offered, _ := tab(t, x, "get", "gre", ""); len(offered) > 0 {
		t.Errorf("the demo left %q", offered)
	}
	for _, line := range [][]string{{"status"}, {"list", "routes"}, {"list", "bindings"}, {"list", "endpoint-checks"}} {
		if code := Main(t.Context(), line, x); code != 0 {
			t.Fatalf("%q: exit %d", line, code)
		}
	}
	x.Environ = append(x.Environ, "CLOUDFLARE_BASE_URL=http://127.0.0.1:1/client/v4")
	for line, want := range map[string]string{"get gre iad": "iad-dc1-gre", "get ipsec ams-br2": "ams-br2-ipsec",
		"get routes 10.61.8": "10.61.8.0/22", "get endpoint-checks Fra": "Frankfurt edge router", "--account other get gre iad": "",
		"--profile prod get gre iad":                 "iad-dc1-gre",
		"--account " + simaccount.DefaultAccount[:4]: simaccount.DefaultAccount} {
		offered, _ := tab(t, x, strings.Split(line, " ")...)
		if got := strings.Join(offered, " "); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

// In an account of ten thousand tunnels TAB answers while the finger is still on the key.
func TestTABIsQuickInALargeAccount(t *testing.T) {
	x, _, _ := withConfig(t, "version = 1\n")
	many := make([]string, 10000)
	for i := range many {
		many[i] = "site-" + strings.Repeat("x", i%20) + string(rune('a'+i%26)) + time.Duration(i).String()
	}
	if err := names.Keep(names.Path(x.stateDir(), simaccount.DefaultAccount), names.Names{"gre": many}); err != nil {
		t.Fatal(err)
	}
	best := time.Hour
	for range 10 { // the machine may be busy: the best of some
		began := time.Now()
		if offered, _ := tab(t, x, "get", "gre", "site-"); len(offered) != maxOffered {
			t.Fatalf("%d are offered", len(offered))
		}
		best = min(best, time.Since(began))
	}
	if best > 500*time.Millisecond { // some 10 ms on a quiet machine; this one may be busy, and watched by the race detector
		t.Errorf("it took %s", best)
	}
}

// PowerShell can seldom be had where this is tested: of its script it is seen that it asks the program and closes its braces.
func TestThePowerShellScriptAsksTheProgram(t *testing.T) {
	x, _, _ := withConfig(t, "version = 1\n")
	var out bytes.Buffer
	x.Out = &out
	if code := Main(t.Context(), []string{"completion", "powershell"}, x); code != 0 {
		t.Fatalf("exit %d", code)
	}
	script := out.String()
	for _, want := range []string{"Register-ArgumentCompleter -CommandName 'flarewire'", "__complete", "$WordToComplete", "$CommandAst"} {
		if !strings.Contains(script, want) {
			t.Errorf("the script lacks %q", want)
		}
	}
	if open, shut := strings.Count(script, "{"), strings.Count(script, "}"); open != shut {
		t.Errorf("%d braces are opened and %d closed", open, shut)
	}
}
