package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// Somebody signs in from a shell over SSH: the token and the passphrase are typed hidden, and the next command asks for
// the passphrase alone.
func TestSigningInFromAShell(t *testing.T) {
	t.Parallel()
	n := newNewcomer(t)
	login := n.start(t, []string{"auth", "login", "--profile", "prod"})
	login.WaitText("API token (not shown):")
	login.Type(realToken)
	login.Press("enter")
	login.WaitText("Keep it in (keyring or age):")
	login.Type("keyring")
	login.Press("enter")
	login.WaitText("That store is not here.")
	login.Type("age")
	login.Press("enter")
	for _, question := range []string{"Passphrase for the file:", "The same again:"} {
		login.WaitText(question)
		login.Type("correct horse battery")
		login.Press("enter")
	}
	if code := login.Wait(); code != 0 || !login.Screen().Contains("Signed in: profile prod - age.") {
		t.Errorf("exit %d\n%s", code, login.Screen().Box())
	}
	login.AssertRestored(t)

	status := n.start(t, []string{"status", "-o", "json"})
	status.WaitText("Passphrase of profile prod:")
	status.Type("correct horse battery")
	status.Press("enter")
	if code := status.Wait(); code != 0 || !strings.Contains(string(status.Transcript()), `"fetched_at"`) {
		t.Errorf("exit %d\n%s", code, status.Screen().Box())
	}
	status.AssertRestored(t)
	terms := []*ptytest.Terminal{login, status}
	nowhere(t, realToken, terms, n.home)
	nowhere(t, "correct horse battery", terms, n.home)
}

// Who changes their mind at the hidden question gets the terminal back as it was.
func TestInterruptingAHiddenQuestionRestoresTheTerminal(t *testing.T) {
	t.Parallel()
	login := newNewcomer(t).start(t, []string{"auth", "login"})
	login.WaitText("API token (not shown):")
	login.Press("ctrl+c")
	if code := login.Wait(); code != 130 {
		t.Errorf("exit %d", code)
	}
	login.AssertRestored(t)
}

// The real program leaves no core file, and refuses to run where the standard library would print its headers.
func TestTheProgramClosesItselfToOthers(t *testing.T) {
	t.Parallel()
	n := newNewcomer(t)
	term := n.start(t, nil, "CLOUDFLARE_API_TOKEN="+realToken)
	toTheList(term)
	limits, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", term.Pid()))
	if err != nil {
		t.Skip("there is no /proc here: " + err.Error())
	}
	for line := range strings.Lines(string(limits)) {
		if rest, ok := strings.CutPrefix(line, "Max core file size"); ok {
			if fields := strings.Fields(rest); fields[0] != "0" || fields[1] != "0" {
				t.Errorf("core files may have %v bytes", fields)
			}
		}
	}
	leaky := n.start(t, []string{"status"}, "CLOUDFLARE_API_TOKEN="+realToken, "GODEBUG=http2debug=2")
	if code := leaky.Wait(); code != 2 || !leaky.Screen().Contains("http2debug") {
		t.Errorf("with GODEBUG=http2debug=2: exit %d\n%s", code, leaky.Screen().Box())
	}
	nowhere(t, realToken, []*ptytest.Terminal{term, leaky}, n.home)
}

// The children of the program, here a token command, get none of the credentials of the environment.
func TestChildrenGetNoCredentials(t *testing.T) {
	t.Parallel()
	n := newNewcomer(t)
	const other = "cfut_envCanary0123456789abcdefghijklmnopqrstuvwx"
	manager, seen := filepath.Join(n.home, "manager"), filepath.Join(n.home, "seen")
	script := "#!/bin/sh\nenv > " + seen + "\nprintf %s " + realToken + "\n"
	if err := os.WriteFile(manager, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	env := []string{"CLOUDFLARE_API_TOKEN=" + other, "CLOUDFLARE_API_KEY=" + other, "CLOUDFLARE_EMAIL=a@example.com"}
	if code := n.start(t, []string{"auth", "login", "--", manager}, env...).Wait(); code != 0 {
		t.Fatalf("exit %d", code)
	}
	term := n.start(t, []string{"--profile", "default"}, env...)
	toTheList(term)
	if content, err := os.ReadFile(seen); err != nil || strings.Contains(string(content), "CLOUDFLARE_") ||
		!strings.Contains(string(content), "HOME=") {
		t.Errorf("the command's environment: %v\n%s", err, content)
	}
	for _, r := range n.Requests() {
		if r.Auth != simaccount.AuthToken {
			t.Errorf("%s was asked with %s", r.Path, r.Auth)
		}
	}
}
