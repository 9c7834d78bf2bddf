//go:build unix

package router_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"flarewire/internal/router"
)

// script runs a shell script as the router's answer.
func script(t *testing.T, limit, text string) router.Run {
	t.Helper()
	c := router.Command{Name: "x", Reads: router.Text, Run: []string{"sh", "-c", text}, Limit: limit}
	return router.Runner{Environ: os.Environ()}.Do(t.Context(), c, fra())
}

func TestHostileOutputIsHarmless(t *testing.T) {
	for name, test := range map[string]struct {
		limit, script string
		text, trouble string // what must be in them; "-" in trouble: none
	}{
		"escape sequences": {"20s", `printf '\033[2J\033]0;title\007\033P1$r\033\\a\033[31mb\b\tc\r\n\233d\177\000e\n'`, "c\n", "-"},
		"exit 255": {"20s", "echo half; echo 'Connection refused' >&2; exit 255", "half",
			"as ssh does when it cannot connect or sign in; it said: Connection refused"},
		"exit 3": {"20s", "exit 3", "", "exit status 3"},
		"a hang": {"200ms", "echo begin; sleep 300", "begin", "did not end within 200ms"},
		"a prompt for a password": {"20s", "if (: </dev/tty) 2>/dev/null; then echo 'there is a terminal'; else echo 'no terminal'; fi; " +
			"read x && echo \"read $x\" || echo 'nothing to read'", "no terminal\nnothing to read\n", "-"},
		"100 MB":            {"60s", "head -c 104857600 /dev/zero | tr '\\0' x", "", "more than 1 MiB"},
		"100 MB of lines":   {"60s", "yes 0123456789", "0123456789\n", "more than 1 MiB"},
		"errors of 100 MB":  {"60s", "echo answer; head -c 104857600 /dev/zero | tr '\\0' x >&2", "", ""},
		"ended by a signal": {"20s", "kill -TERM $$", "", "signal: terminated"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := script(t, test.limit, test.script)
			if !strings.Contains(run.Text, test.text) || len(run.Text) > 1<<20 {
				t.Errorf("%d bytes of text: %.200q", len(run.Text), run.Text)
			}
			switch {
			case test.trouble == "-" && run.Trouble != "", !strings.Contains(run.Trouble, strings.TrimPrefix(test.trouble, "-")):
				t.Errorf("trouble %q, want %q", run.Trouble, test.trouble)
			case len(run.Trouble) > 600, strings.ContainsAny(run.Text, "\x1b\x07\x00\x7f\r\t\b\u009b"):
				t.Errorf("%.200q\n%.200q", run.Trouble, run.Text)
			}
		})
	}
}

// alive reports whether a process is there, and not only its remains.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(stat), ") Z ")
}

// What a command has started ends with it, whether it ends by itself, takes too long or is left.
func TestNothingIsLeftRunning(t *testing.T) {
	for name, test := range map[string]struct {
		limit, end string
		leave      bool
	}{"ends": {"20s", "", false}, "takes too long": {"300ms", "; sleep 300", false}, "is left": {"20s", "; sleep 300", true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			note := filepath.Join(t.TempDir(), "pid")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.leave {
				go func() {
					for ctx.Err() == nil {
						if text, err := os.ReadFile(note); err == nil && len(text) > 0 {
							cancel()
						}
					}
				}()
			}
			c := router.Command{Name: "x", Run: []string{"sh", "-c", "sleep 300 </dev/null >/dev/null 2>&1 & echo $! >" + note + test.end},
				Limit: test.limit}
			run := router.Runner{Environ: os.Environ()}.Do(ctx, c, fra())
			text, err := os.ReadFile(note)
			pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
			if err != nil || pid == 0 {
				t.Fatalf("the script did not begin: %v, %+v", err, run)
			}
			until := time.Now().Add(20 * time.Second)
			for alive(pid) {
				if time.Now().After(until) {
					t.Fatalf("what the command started is still there (%s)", run.Trouble)
				}
			}
		})
	}
}

// A command gets the user's environment without anything of Cloudflare's and of the program's own.
func TestTheEnvironmentHasNoSecrets(t *testing.T) {
	environ := []string{"HOME=/home/op", "SSH_AUTH_SOCK=/run/agent", "PATH=" + os.Getenv("PATH"), "CLOUDFLARE_API_TOKEN=canary-1",
		"cloudflare_api_key=canary-2",
		"CLOUDFLARE_BASE_URL=canary-3", "FLAREWIRE_PROFILE=canary-4", "CREDENTIALS_DIRECTORY=canary-5", "CF_API_TOKEN=canary-6",
		"CF_EMAIL=canary-7",
		"SSH_ASKPASS_REQUIRE=force"}
	run := router.Runner{Environ: environ}.Do(t.Context(), router.Command{Name: "x", Run: []string{"env"}}, fra())
	if run.Trouble != "" || strings.Contains(run.Text, "canary") || !strings.Contains(run.Text, "SSH_ASKPASS_REQUIRE=never") ||
		!strings.Contains(run.Text, "HOME=/home/op") || !strings.Contains(run.Text, "SSH_AUTH_SOCK=") {
		t.Errorf("%s\n%s", run.Trouble, run.Text)
	}
}

func TestAProgramThatIsNotThere(t *testing.T) {
	run := router.Runner{}.Do(t.Context(), router.Command{Name: "x", Run: []string{"/nowhere/ssh"}}, fra())
	if run.Trouble == "" || run.Text != "" {
		t.Errorf("%+v", run)
	}
}

// The keys and passwords of a configuration are read where they are compared, and never shown.
func TestKeysAreNotShown(t *testing.T) {
	config := filepath.Join(t.TempDir(), "running-config")
	text := "router bgp 65010\n neighbor 10.100.0.8 remote-as 13335\n neighbor 10.100.0.8 password canary-key\n network 192.0.2.0/24\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := router.Command{Name: "frr", Reads: router.FRR, Run: []string{"cat", config}}
	reading := router.Runner{Environ: os.Environ()}.Ask(t.Context(), []router.Command{c}, fra())
	if text := fmt.Sprintf("%s %+v", reading.Runs[0].Text, *reading.Facts.Session); strings.Contains(text, "canary") ||
		!strings.Contains(text, "[hidden]") {
		t.Errorf("%s", text)
	}
	if differs, known := reading.Facts.Session.KeyDiffers("canary-key"); differs || !known {
		t.Errorf("differs %v, known %v", differs, known)
	}
	if differs, known := reading.Facts.Session.KeyDiffers("another"); !differs || !known {
		t.Errorf("differs %v, known %v", differs, known)
	}
}
