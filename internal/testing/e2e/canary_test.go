package e2e_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// encodings are the forms in which a secret may appear: as it is, in hexadecimal, in base64 wherever in a document it
// stands, and escaped for an address or for JSON.
func encodings(secret string) []string {
	escaped, _ := json.Marshal(secret)
	forms := []string{secret, hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))),
		url.QueryEscape(secret), strings.Trim(string(escaped), `"`)}
	for offset := range 3 {
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", offset) + secret))
		// The first and the last characters depend on what stands beside the secret.
		forms = append(forms, encoded[4:len(encoded)-4], strings.NewReplacer("+", "-", "/", "_").Replace(encoded[4:len(encoded)-4]))
	}
	return forms
}

// holds reports whether the text holds the secret in any form.
func holds(text, secret string) bool {
	for _, form := range encodings(secret) {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}

// nowhere looks for a secret in everything that the terminals were sent and in every file below the folders.
func nowhere(t *testing.T, secret string, terms []*ptytest.Terminal, folders ...string) {
	t.Helper()
	for _, term := range terms {
		if holds(string(term.Transcript()), secret) {
			t.Error("the secret was sent to the terminal")
		}
	}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, e os.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(path)
			if holds(string(content), secret) {
				t.Errorf("the secret is in %s", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestTheSearchForASecretFindsEveryForm(t *testing.T) {
	t.Parallel()
	const secret = "cfut_lookForMe0123456789abcdefghijklmnopqrstuvw"
	for _, text := range []string{secret, "x" + secret + "y", hex.EncodeToString([]byte("a" + secret)),
		base64.StdEncoding.EncodeToString([]byte("Bearer " + secret + "\n")),
		base64.RawURLEncoding.EncodeToString([]byte(`{"t":"` + secret + `"}`))} {
		if !holds(text, secret) {
			t.Errorf("not found in %s", text)
		}
	}
}

// TestTheCanaryRun is a whole life with a token that is unique to it: typed, kept, used, in errors, in the log, in an
// aborted run, given out by signing out. It is found in no file, on no screen, and in no process's arguments or
// environment.
func TestTheCanaryRun(t *testing.T) {
	t.Parallel()
	const canary = "cfut_canaryRun9876543210zyxwvutsrqponmlkjihgfedc"
	n := newNewcomer(t)
	n.Grant(canary, simaccount.MagicTransitRead, simaccount.PrefixesRead)
	temp, log := t.TempDir(), filepath.Join(t.TempDir(), "debug.log")
	stop := watchProcesses(t, canary)
	args := []string{"--debug-log", log, "--refresh", "5s"}

	first := n.start(t, args, "TMPDIR="+temp)
	signInWithToken(first, canary)
	first.Press("enter")
	first.WaitText("a file with a passphrase")
	first.Press("tab")
	first.Type("correct horse battery")
	first.Press("tab")
	first.Type("correct horse battery")
	first.Press("ctrl+s")
	toTheList(first)
	n.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 500,
		Body: `{"success":false,"errors":[{"code":1,"message":"` + canary + `"}]}`})
	first.Press("r")
	first.WaitText("Cloudflare answered 500")
	first.Signal(syscall.SIGABRT)
	if code := first.Wait(); code != 128+int(syscall.SIGABRT) {
		t.Errorf("aborted with exit code %d", code)
	}
	first.AssertRestored(t)
	n.ClearFaults()

	second := n.start(t, args, "TMPDIR="+temp)
	second.WaitText("Passphrase")
	second.Type("correct horse battery")
	second.Press("enter")
	toTheList(second)
	second.Press(":")
	second.Type("profiles")
	second.Press("enter")
	second.WaitText("KEPT IN")
	second.Press("q")
	second.Wait()
	second.AssertRestored(t)

	third := n.start(t, []string{"auth", "logout"}, "TMPDIR="+temp)
	if code := third.Wait(); code != 0 || !third.Screen().Contains("still valid at Cloudflare") {
		t.Errorf("signing out: exit %d\n%s", code, third.Screen().Box())
	}

	stop()
	nowhere(t, canary, []*ptytest.Terminal{first, second, third}, n.home, temp, filepath.Dir(log))
	if content, err := os.ReadFile(log); err != nil || !strings.Contains(string(content), "status=500") {
		t.Errorf("the log that was searched has nothing in it: %v", err)
	}
}

// watchProcesses reads the arguments and the environment of every process again and again until stop is called.
func watchProcesses(t *testing.T, secret string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int)
	go func() {
		rounds := 0
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			for _, file := range files {
				for _, name := range []string{file, filepath.Join(filepath.Dir(file), "environ")} {
					// A process that is closed to its user cannot be read, which is as good.
					if content, err := os.ReadFile(name); err == nil && holds(string(content), secret) {
						t.Errorf("the secret is in %s", name)
					}
				}
			}
			rounds++
			select {
			case <-tick.C:
			case <-ctx.Done():
				done <- rounds
				return
			}
		}
	}()
	return func() {
		cancel()
		if rounds := <-done; rounds < 10 {
			t.Errorf("the processes were looked at only %d times", rounds)
		}
	}
}
