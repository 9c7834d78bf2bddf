package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"flarewire/cli"
)

// Every page of a command has examples and its exit status, each in one place, and the flag parser reads every example.
func TestEveryPageHasExamplesAndItsExitStatus(t *testing.T) {
	dir := t.TempDir()
	if err := run(dir, keys, date); err != nil {
		t.Fatal(err)
	}
	every(cli.Command(), func(c *cobra.Command) {
		text := unpacked(t, filepath.Join(dir, "man", pageName(c)+".1.gz"))
		for _, title := range []string{"EXAMPLES", "EXIT STATUS", "SEE ALSO"} {
			if n := strings.Count(text, ".SH \""+title) + strings.Count(text, ".SH "+title); n != 1 {
				t.Errorf("%s has %s %d times", pageName(c), title, n)
			}
		}
		if strings.Contains(text, "Exit code") {
			t.Errorf("%s has its exit codes in two places", pageName(c))
		}
		for line := range strings.Lines(c.Example) {
			readExample(t, c, line)
		}
	})
}

// readExample has a fresh program read the arguments of an example, without doing anything.
func readExample(t *testing.T, of *cobra.Command, line string) {
	t.Helper()
	line, _, _ = strings.Cut(line, "  #")
	_, line, found := strings.Cut(line, "flarewire ")
	if !found {
		line = ""
	}
	for _, end := range []string{" | ", " > ", " < ", ")"} {
		line, _, _ = strings.Cut(line, end)
	}
	root := cli.Command()
	root.SetOut(io.Discard)
	root.SetErr(io.Discard)
	args := strings.Fields(line)
	cmd, rest, err := root.Find(args)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err != nil || cmd.CommandPath() != of.CommandPath() && !of.HasSubCommands() && of.Name() != "version" {
		t.Errorf("%s: %q is read as %s: %v", of.CommandPath(), line, cmd.CommandPath(), err)
	}
}

// No line of a help text runs into the next one when the manual fills it: a line ends in a sign, or its sentence goes on.
func TestNoSentenceRunsIntoTheNext(t *testing.T) {
	names := regexp.MustCompile(`^(Cloudflare|Prometheus|BGP|MD5|IPsec|GRE|CLOUDFLARE_|TUNNEL|JSON|API|MTU|AS ` +
		`|Nagios|REPLACE|ROUTER|FILE|COMMAND|NAME|` +
		`SIGTERM|SIGHUP|IKE|CNI|BYOIP|RFC|PowerShell|Magic|Account|IP |Read|EDITOR|VISUAL|DIR|WAN)`)
	starts := regexp.MustCompile(`^[A-Z]`)
	every(cli.Command(), func(c *cobra.Command) {
		if c.HasParent() && c.Parent().Name() == "completion" || c.Name() == "completion" {
			return // the library's own
		}
		lines := strings.Split(c.Long, "\n")
		for i := 1; i < len(lines); i++ {
			before := lines[i-1]
			if before == "" || columns.MatchString(before) || columns.MatchString(lines[i]) || strings.ContainsAny(before[len(before)-1:], ".,:;?") {
				continue
			}
			if starts.MatchString(lines[i]) && !names.MatchString(lines[i]) {
				t.Errorf("%s: %q runs into %q", c.CommandPath(), before, lines[i])
			}
		}
	})
}

// notRead are words in capitals in the files that read variables which are none of those, and what only the tests' build reads.
var notRead = []string{"ACCOUNT", "ASC", "DESC", "FEATURE", "NEEDS", "PRODUCTION", "PROFILE", "STATE", "STORE", "UTF8",
	"FLAREWIRE_TEST_PANIC",
	"TEA_DEBUG", "CLOUDFLARE_", "CLOUDFLARE_API_",
	// Beginnings of names that a router's command does not get, and what it gets instead.
	"FLAREWIRE_", "CF_API_", "SSH_ASKPASS_REQUIRE"}

// flarewire(1) has every variable that the source of the program names.
func TestTheManualHasEveryVariable(t *testing.T) {
	list, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.Dir}}{{end}}", "flarewire").Output()
	if err != nil {
		t.Skipf("go list: %v", err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	manual := ""
	for _, v := range environment {
		manual += v[0] + ", "
	}
	reads := regexp.MustCompile(`(?i)getenv|environ|\benv\(|variable`)
	literal := regexp.MustCompile(`"([A-Z][A-Z0-9_]{2,})=?"`)
	found := 0
	for dir := range strings.FieldsSeq(string(list)) {
		if rel, err := filepath.Rel(root, dir); err != nil || strings.HasPrefix(rel, "..") {
			continue
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(filepath.Clean(file))
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, "_test.go") || !reads.Match(text) {
				continue
			}
			for _, m := range literal.FindAllSubmatch(text, -1) {
				found++
				if name := string(m[1]); !slices.Contains(notRead, name) && !regexp.MustCompile(`\b`+name+`\b`).MatchString(manual) {
					t.Errorf("%s names %s, which flarewire(1) does not have", filepath.Base(file), name)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d names were found in the source", found)
	}
}
