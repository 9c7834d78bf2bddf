package handover_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"flarewire/internal/handover"
	"flarewire/internal/mute"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// Ids that nobody has.
const (
	recordersGroup = 61001
	otherUser      = 61002
	otherGroup     = 61003
)

// TestMain is also the screen of another user, which says what it was handed.
func TestMain(m *testing.M) {
	path := os.Getenv("HANDOVER_TEST_SOCKET")
	if path == "" {
		os.Exit(m.Run())
	}
	c := handover.NewClient(simaccount.DefaultAccount, handover.Place{Path: path, Name: "recorder of this machine"})
	ctx := context.Background()
	h, ok := c.Hand(ctx, store.Target{Kind: store.GRETunnels}, time.Time{}, time.Time{})
	history, mutes := c.History(ctx), c.Mutes(ctx)
	fmt.Printf("%t %d tunnels, %d bytes of history, %d mutes, from %q\n", ok, len(h.Rows)+len(h.IPsec), len(history), len(mutes), c.Name())
	os.Exit(0)
}

// A recorder of the machine hands everything to the members of its group, without secrets, and nothing to anybody else; nobody can
// write.
func TestAScreenOfAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("skipped: only root can try it with two users")
	}
	d := newDesk(t)
	machine := open(t)
	dir := filepath.Join(machine, "run")
	for _, step := range []error{os.Mkdir(dir, 0o750), os.Chown(dir, -1, recordersGroup)} {
		if step != nil {
			t.Fatal(step)
		}
	}
	recorder := d.reader()
	h := d.history()
	recorder.UseHistory(h)
	muted := mute.Path(d.state, simaccount.DefaultAccount)
	l, err := mute.Open(muted)
	if err == nil {
		err = l.Set(mute.Mute{Resource: "gre", Object: "a", Cause: "session-down", Until: d.clock.now().Add(time.Hour)}, d.clock.now())
	}
	if err != nil {
		t.Fatal(err)
	}
	path := handover.Shared(dir, simaccount.DefaultAccount)
	listener, err := handover.Listen(t.Context(), path, true)
	if err != nil {
		t.Fatal(err)
	}
	defer handover.Serve(listener, handover.Account{ID: simaccount.DefaultAccount, Store: recorder.Store, History: h, Mutes: muted})()
	d.passes(time.Minute, recorder)
	if said := as(t, machine, path, recordersGroup); !strings.HasPrefix(said, "true 14 tunnels") || strings.Contains(said, " 0 bytes") ||
		!strings.Contains(said, "1 mutes") || !strings.Contains(said, "recorder of this machine") {
		t.Errorf("a member of the group was told %q", said)
	}
	if said := as(t, machine, path, otherGroup); !strings.HasPrefix(said, "false 0 tunnels, 0 bytes of history, 0 mutes, from \"\"") {
		t.Errorf("anybody else was told %q", said)
	}
	d.readOnly(path)
}

// readOnly fails unless the socket refuses everything but reading.
func (d *desk) readOnly(path string) {
	d.t.Helper()
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		c, err := net.Dial("unix", path)
		if err != nil {
			d.t.Fatal(err)
		}
		_, _ = fmt.Fprintf(c, "%s /1/mutes?account=%s HTTP/1.0\r\n\r\n", method, simaccount.DefaultAccount)
		answer := make([]byte, 12)
		if _, err := c.Read(answer); err != nil || !strings.HasSuffix(string(answer), "405") {
			d.t.Errorf("%s: %q, %v", method, answer, err)
		}
		_ = c.Close()
	}
}

// open is a directory that everybody can enter.
func open(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "fw")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// as runs this program as another user with a group.
func as(t *testing.T, machine, socket string, group uint32) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(machine, "screen")
	if err := os.WriteFile(program, content, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Dir, cmd.Env = "/", []string{"HANDOVER_TEST_SOCKET=" + socket}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: otherUser, Gid: group}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}
