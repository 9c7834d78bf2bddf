package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/secret"
	"flarewire/internal/testing/ptytest"
	"flarewire/tui"
)

const crashCanary = "c2547eb745079dac9320b638f5e225cf483cc" // a key of the older form: no pattern finds it

// TestTheChildThatCrashes is the program that the next test starts: a copy of the test program on a terminal.
func TestTheChildThatCrashes(t *testing.T) {
	if os.Getenv("CLI_TEST_CHILD") == "" {
		t.Skip("it crashes on purpose; TestACrashOnTheScreenShowsNoSecret starts it")
	}
	os.Exit(crashOnScreen())
}

// crashing is a page that fails with a secret in its mouth.
type crashing struct{}

func (crashing) Title() string            { return "about to crash" }
func (crashing) Init() tea.Cmd            { return nil }
func (crashing) Draw(tui.Canvas) []string { return []string{"about to crash"} }
func (crashing) Actions() []tui.Action    { return nil }
func (crashing) Update(msg tea.Msg) tea.Cmd {
	if _, key := msg.(tea.KeyPressMsg); key {
		panic("panic with " + crashCanary)
	}
	return nil
}

func crashOnScreen() int {
	x := OS()
	x.Redactor = &secret.Redactor{}
	x.Redactor.Add(secret.New(crashCanary))
	flush := netUnderStderr(&x)
	defer flush()
	app := tui.NewApp(tui.Options{Name: "flarewire", Theme: tui.ThemeNone, Home: func() tui.View { return crashing{} }})
	if err := (&flags{}).run(context.Background(), x, app); err == nil {
		return exitOK
	}
	return exitFailed
}

// A fault in a page restores the terminal, and what it prints about itself holds no secret.
func TestACrashOnTheScreenShowsNoSecret(t *testing.T) {
	term := ptytest.Start(t, ptytest.Options{Path: os.Args[0], Args: []string{"-test.run=^TestTheChildThatCrashes$"},
		Env: []string{"CLI_TEST_CHILD=1"}})
	term.WaitText("about to crash")
	term.Press("x")
	if code := term.Wait(); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	text := string(term.Transcript())
	if strings.Contains(text, crashCanary) {
		t.Error("the secret is on the terminal")
	}
	if !strings.Contains(text, "panic with "+secret.Mask) {
		t.Errorf("the fault is not reported:\n%s", text)
	}
	term.AssertRestored(t)
}

// A fault in a command is one sentence and its stack, without the secret.
func TestACrashOfACommandShowsNoSecret(t *testing.T) {
	var out bytes.Buffer
	x := IO{In: strings.NewReader(""), Out: io.Discard, Environ: []string{"HOME=" + t.TempDir()}, Redactor: &secret.Redactor{},
		Now: func() time.Time { panic(errors.New("clock broken by " + crashCanary)) }}
	x.Redactor.Add(secret.New(crashCanary))
	writer := x.Redactor.Writer(&out)
	x.Err = writer
	if code := guarded(t.Context(), []string{"--demo", "status"}, x); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, crashCanary) || !strings.Contains(text, "clock broken by "+secret.Mask) ||
		!strings.Contains(text, "goroutine") {
		t.Errorf("the fault is not reported as it should be:\n%s", text)
	}
}
