package keystore_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"flarewire/keystore"
)

// gnome is a session bus with the real gnome-keyring on it, in a home of its own.
type gnome struct {
	home    string
	address string
	daemon  *exec.Cmd
}

// startGnome starts a bus; REQUIRE_SECRET_SERVICE=1 makes missing programs a failure.
func startGnome(t *testing.T) *gnome {
	t.Helper()
	for _, program := range []string{"dbus-daemon", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("REQUIRE_SECRET_SERVICE") == "1" {
				t.Fatalf("%s is required and missing: apt-get install gnome-keyring dbus-daemon", program)
			}
			t.Skipf("%s is not installed", program)
		}
	}
	home, err := os.MkdirTemp("", "gnome")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	g := &gnome{home: home}
	if err := os.Mkdir(filepath.Join(home, "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	bus := g.command(t, "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1",
		"--address=unix:path="+filepath.Join(home, "bus"))
	out, err := bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	g.run(t, bus)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon gave no address: %v", err)
	}
	g.address = strings.TrimSpace(line)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", g.address)
	t.Setenv("DISPLAY", "")
	return g
}

// command has the private home; the keyring stops with the test program even when that is killed.
func (g *gnome) command(t *testing.T, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "HOME="+g.home, "XDG_RUNTIME_DIR="+filepath.Join(g.home, "run"),
		"XDG_DATA_HOME="+filepath.Join(g.home, "data"), "DBUS_SESSION_BUS_ADDRESS="+g.address, "DISPLAY=")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	return cmd
}

func (g *gnome) run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(cmd) })
}

// stop ends a process group that this test started.
func stop(cmd *exec.Cmd) {
	if cmd.ProcessState == nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	}
}

// unlock starts the keyring with this password, in the place of the running one; password "" leaves it locked.
func (g *gnome) unlock(t *testing.T, password string) {
	t.Helper()
	if g.daemon != nil {
		stop(g.daemon)
	}
	args := []string{"--foreground", "--components=secrets"}
	if password != "" {
		args = append(args, "--unlock")
	}
	g.daemon = g.command(t, "gnome-keyring-daemon", args...)
	g.daemon.Stdin = strings.NewReader(password)
	g.run(t, g.daemon)
	g.wait(t)
}

// wait asks until the keyring has its name, which it takes after it has started. It asks the bus for nothing else: that
// would make it start a second keyring.
func (g *gnome) wait(t *testing.T) {
	t.Helper()
	conn, err := dbus.Connect(g.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		var owned bool
		err := conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&owned)
		if err == nil && owned {
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	t.Fatal("gnome-keyring did not come up in 20 s")
}

func TestRealKeyringRoundTrip(t *testing.T) {
	g := startGnome(t)
	g.unlock(t, "ci")
	keyring := keystore.NewKeyring(keystore.Environment{})
	prod, lab := mustToken(t, canaryText), mustToken(t, "another-token")
	prod.AccountID = accountID
	if row := keyring.Check(t.Context()); !row.Available {
		t.Fatalf("it is not offered: %+v", row)
	}
	for name, credential := range map[string]keystore.Credential{"prod": lab, "lab": lab} {
		if err := keyring.Set(t.Context(), name, credential, keystore.Access{}); err != nil {
			t.Fatal(err)
		}
	}
	// Rotation is a second Set.
	if err := keyring.Set(t.Context(), "prod", prod, keystore.Access{}); err != nil {
		t.Fatal(err)
	}
	g.unlock(t, "ci")
	for name, want := range map[string]keystore.Credential{"prod": prod, "lab": lab} {
		got, err := keyring.Get(t.Context(), name, keystore.Access{})
		if err != nil || !got.Equal(want) {
			t.Errorf("%s after a restart of the keyring: %v", name, err)
		}
	}
	if err := keyring.Delete(t.Context(), "prod", keystore.Access{}); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Get(t.Context(), "prod", keystore.Access{}); !errors.Is(err, keystore.ErrNotFound) {
		t.Errorf("after Delete: %v", err)
	}
	if _, err := keyring.Get(t.Context(), "lab", keystore.Access{}); err != nil {
		t.Errorf("the other profile: %v", err)
	}
	wantNoCanary(t, g.home)
}

func TestRealKeyringThatIsLocked(t *testing.T) {
	g := startGnome(t)
	g.unlock(t, "ci")
	keyring := keystore.NewKeyring(keystore.Environment{})
	if err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), keystore.Access{}); err != nil {
		t.Fatal(err)
	}
	g.unlock(t, "")
	if _, err := keyring.Get(t.Context(), "prod", keystore.Access{}); !errors.Is(err, keystore.ErrKeyringLocked) {
		t.Errorf("got %v", err)
	}
	if row := keyring.Check(t.Context()); row.Recipe != keystore.UnlockRecipe {
		t.Errorf("the row is %+v", row)
	}
	// The command that is shown, with the password typed.
	recipe := strings.Replace(keystore.UnlockRecipe, "read -rsp 'Keyring password: ' P", "P=ci", 1)
	shell := g.command(t, "bash", "-c", recipe)
	if out, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("the recipe failed: %v %s", err, out)
	}
	g.wait(t)
	if got, err := keyring.Get(t.Context(), "prod", keystore.Access{}); err != nil || got.Token.Reveal() != canaryText {
		t.Errorf("after the recipe: %v", err)
	}
}

func TestRealBusWithoutAKeyring(t *testing.T) {
	g := startGnome(t)
	g.unlock(t, "")
	keyring := keystore.NewKeyring(keystore.Environment{})
	err := keyring.Set(t.Context(), "prod", mustToken(t, canaryText), keystore.Access{AllowPrompt: true})
	if !errors.Is(err, keystore.ErrKeyringMissing) {
		t.Errorf("a keyring that was never set up: %v", err)
	}
}
