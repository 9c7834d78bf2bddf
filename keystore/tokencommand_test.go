//go:build unix

package keystore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"flarewire/keystore"
)

// shell is a profile whose token command is a shell script, for the tests' convenience.
func shell(script string) keystore.Profile {
	return keystore.Profile{Name: "prod", TokenCommand: []string{"/bin/sh", "-c", script}}
}

func TestTokenCommandPrintsTheToken(t *testing.T) {
	for name, c := range map[string]struct {
		script  string
		token   string
		expires time.Time
	}{
		"bare":          {"printf token-1", "token-1", time.Time{}},
		"with line end": {"echo token-1", "token-1", time.Time{}},
		"JSON":          {`echo '{"token":"token-2"}'`, "token-2", time.Time{}},
		"JSON with end": {`echo '{"token":"token-2","expires_at":"2099-01-02T03:04:05Z"}'`, "token-2",
			time.Date(2099, 1, 2, 3, 4, 5, 0, time.UTC)},
		"leaves a child": {"sleep 60 & echo token-1; kill $! ", "token-1", time.Time{}},
	} {
		var commands keystore.Commands
		got, err := commands.Get(t.Context(), shell(c.script))
		if err != nil || got.Token.Reveal() != c.token || !got.ExpiresOn.Equal(c.expires) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestTokenCommandFailures(t *testing.T) {
	for name, c := range map[string]struct {
		profile keystore.Profile
		want    error
		text    string
	}{
		"fails":    {shell("echo no such item >&2; exit 3"), keystore.ErrCommandFailed, `exit status 3`},
		"says why": {shell("echo no such item >&2; exit 3"), keystore.ErrCommandFailed, `it said: "no such item"`},
		"shows the token": {shell("echo " + canaryText + "; echo got " + canaryText + " >&2; exit 1"), keystore.ErrCommandFailed,
			`"got [redacted]"`},
		"shows an old one": {shell("echo got c2547eb745079dac9320b638f5e225cf483cc >&2; exit 1"), keystore.ErrCommandFailed, `"got [redacted]"`},
		"terminal escapes": {shell(`printf '\033]52;c;aGk=\007bad' >&2; exit 1`), keystore.ErrCommandFailed, `"]52;c;aGk= bad"`},
		"long complaint":   {shell("yes word | head -c 4000 >&2; exit 1"), keystore.ErrCommandFailed, "…"},
		"prints nothing":   {shell("true"), keystore.ErrCommandOutput, "is empty"},
		"two lines":        {shell("echo one; echo two"), keystore.ErrCommandOutput, "line break"},
		"broken JSON":      {shell(`echo '{"token": '`), keystore.ErrCommandOutput, "JSON"},
		"JSON, no token":   {shell(`echo '{"other": 1}'`), keystore.ErrCommandOutput, "is empty"},
		"expired":          {shell(`echo '{"token":"x","expires_at":"2001-01-01T00:00:00Z"}'`), keystore.ErrExpired, "expired"},
		"1 MiB":            {shell("head -c 1048576 /dev/zero | tr '\\0' x"), keystore.ErrCommandOutput, "4 KiB"},
		"1 MiB of errors":  {shell("head -c 1048576 /dev/zero | tr '\\0' x >&2; exit 1"), keystore.ErrCommandFailed, "[redacted]"},
		"no such program": {keystore.Profile{Name: "prod", TokenCommand: []string{"/nowhere/op"}}, keystore.ErrCommandFailed,
			"could not be started"},
		"not in the path": {keystore.Profile{Name: "prod", TokenCommand: []string{"no-such-program-here"}}, keystore.ErrCommandFailed,
			"no such program"},
		"not executable": {keystore.Profile{Name: "prod", TokenCommand: []string{"/etc/passwd"}}, keystore.ErrCommandFailed, "may not be run"},
	} {
		var commands keystore.Commands
		_, err := commands.Get(t.Context(), c.profile)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, leak := range []string{canaryText, "c2547eb745079dac", "\x1b", "\a"} {
			if strings.Contains(err.Error(), leak) {
				t.Errorf("%s: the error contains %q", name, leak[:1])
			}
		}
		if len(err.Error()) > 700 {
			t.Errorf("%s: the error has %d bytes", name, len(err.Error()))
		}
	}
}

// expiring is a context whose deadline passes when it is told to: the command hangs by then, however busy the machine is.
type expiring struct {
	context.Context
	passed chan struct{}
}

func (e expiring) Done() <-chan struct{} { return e.passed }

func (e expiring) Err() error {
	select {
	case <-e.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// TestTokenCommandThatHangsIsStoppedWithItsChildren uses a deadline of the caller: the limit of ten seconds is one too.
func TestTokenCommandThatHangsIsStoppedWithItsChildren(t *testing.T) {
	pids := filepath.Join(t.TempDir(), "pids")
	ctx := expiring{t.Context(), make(chan struct{})}
	var begin time.Time
	go func() {
		for _, err := os.Stat(pids); err != nil; _, err = os.Stat(pids) {
			<-time.After(time.Millisecond)
		}
		begin = time.Now()
		close(ctx.passed)
	}()
	var commands keystore.Commands
	_, err := commands.Get(ctx, shell("sleep 300 & echo $$ $! >"+pids+".new; mv "+pids+".new "+pids+"; wait"))
	if !errors.Is(err, keystore.ErrCommandTimeout) || keystore.ExitCode(err) != 1 {
		t.Errorf("got %v", err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	content, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	for word := range strings.FieldsSeq(string(content)) {
		pid, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		if !gone(pid) {
			t.Errorf("process %d still runs", pid)
		}
	}
}

// gone reports whether a process has ended; one that nobody has waited for yet counts as ended.
func gone(pid int) bool {
	for range 60_000 {
		if syscall.Kill(pid, 0) != nil {
			return true
		}
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err == nil && strings.Contains(string(stat), ") Z ") {
			return true
		}
		<-time.After(time.Millisecond)
	}
	return false
}

func TestTokenCommandGetsNoneOfOurSecrets(t *testing.T) {
	for _, name := range []string{"CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CLOUDFLARE_EMAIL", "CLOUDFLARE_CUSTOM_HEADERS",
		"CLOUDFLARE_ANYTHING", "CF_API_TOKEN"} {
		t.Setenv(name, canaryText)
	}
	t.Setenv("KEPT", "kept")
	var commands keystore.Commands
	got, err := commands.Get(t.Context(), shell("env | grep -c -e CLOUDFLARE_ -e "+canaryText+" -e CF_API | tr -d '\\n'; echo $KEPT"))
	if err != nil || got.Token.Reveal() != "0kept" {
		t.Errorf("the environment was %q, error %v", got.Token.Reveal(), err)
	}
	if got, err = commands.Get(t.Context(), keystore.Profile{Name: "x", TokenCommand: []string{"/bin/sh", "-c",
		"cat; echo end"}}); err != nil || got.Token.Reveal() != "end" {
		t.Errorf("there was something to read, error %v", err)
	}
}

func TestTokenCommandIsRunOnceUntilItExpiresOrIsRefused(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	profile := shell(`echo run >>` + runs + `; echo '{"token":"token","expires_at":"2030-01-01T00:00:00Z"}'`)
	now := time.Date(2029, 12, 31, 0, 0, 0, 0, time.UTC)
	commands := keystore.NewCommandsForTest(func() time.Time { return now })
	get := func(p keystore.Profile, want int) {
		t.Helper()
		_, err := commands.Get(t.Context(), p)
		content, _ := os.ReadFile(runs)
		if got := strings.Count(string(content), "run"); got != want || err != nil && !errors.Is(err, keystore.ErrExpired) {
			t.Errorf("%d runs, want %d; error %v", got, want, err)
		}
	}
	get(profile, 1)
	get(profile, 1)
	commands.Forget("prod")
	get(profile, 2)
	changed := profile
	changed.TokenCommand = append([]string{"/usr/bin/env"}, profile.TokenCommand...)
	get(changed, 3)
	now = now.AddDate(0, 0, 2)
	get(changed, 4)
}

func TestInteractiveTokenCommandHasTheTerminal(t *testing.T) {
	h := newHost(t, `version = 1
[profiles.prod]
token_command = ["/bin/sh", "-c", "printf 'Password: ' >&2; read -r p; echo token-$p"]
interactive = true
[profiles.lab]
`)
	request := keystore.Request{Profile: "prod"}
	got, err := h.Resolve(t.Context(), request)
	if !errors.Is(err, keystore.ErrNeedsTerminal) || keystore.ExitCode(err) != 2 || got.Profile.Name != "prod" {
		t.Errorf("without the terminal: %v", err)
	}
	run, err := h.InteractiveCommand(t.Context(), "prod")
	if err != nil {
		t.Fatal(err)
	}
	var screen strings.Builder
	run.SetStdin(strings.NewReader("open\n"))
	run.SetStdout(&screen)
	run.SetStderr(&screen)
	if err := run.Run(); err != nil {
		t.Fatal(err)
	}
	if screen.String() != "Password: " {
		t.Errorf("the terminal showed %q", screen.String())
	}
	if got, err = h.Resolve(t.Context(), request); err != nil || got.Credential.Token.Reveal() != "token-open" {
		t.Errorf("after it has run: %v", err)
	}
	if _, err := h.InteractiveCommand(t.Context(), "lab"); !errors.Is(err, keystore.ErrNotFound) {
		t.Errorf("a profile without a command: %v", err)
	}
	if err := os.Chmod(h.Config.Path(), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := h.InteractiveCommand(t.Context(), "prod"); !errors.Is(err, keystore.ErrUnsafeFile) {
		t.Errorf("a config that others can write: %v", err)
	}
}
