package keystore_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"flarewire/keystore"
)

// TestMain lets a copy of the test program be the process that hardens itself.
func TestMain(m *testing.M) {
	if os.Getenv("KEYSTORE_TEST_CHILD") == "" {
		os.Exit(m.Run())
	}
	err := keystore.Harden()
	dumpable, prctlErr := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	var core unix.Rlimit
	limitErr := unix.Getrlimit(unix.RLIMIT_CORE, &core)
	fmt.Println(dumpable, core.Max, err, prctlErr, limitErr)
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
}

// hardened starts the child, with these additions to its environment, and returns what it says of itself.
func hardened(t *testing.T, environ ...string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), publicCopy(t))
	cmd.Env = append(os.Environ(), append(environ, "KEYSTORE_TEST_CHILD=1", "CLOUDFLARE_API_TOKEN="+canaryText)...)
	if os.Getuid() == 0 {
		// Root reads everything: the reader and the child must be ordinary users.
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, strings.TrimSpace(line)
}

// publicCopy returns a copy of the test program that every user may start: go test's own directory is private.
func publicCopy(t *testing.T) string {
	t.Helper()
	program, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "keystore")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "child")
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(path, program, 0o755)); err != nil {
		t.Fatal(err)
	}
	return path
}

// readAsSameUser tries to read a file of the child's /proc directory as another process of the child's user.
func readAsSameUser(t *testing.T, cmd *exec.Cmd, file string) (string, error) {
	t.Helper()
	reader := exec.CommandContext(t.Context(), "head", "-c", "65536", fmt.Sprintf("/proc/%d/%s", cmd.Process.Pid, file))
	reader.SysProcAttr = cmd.SysProcAttr
	out, err := reader.CombinedOutput()
	return string(out), err
}

func TestHardenedProcessIsClosedToItsUser(t *testing.T) {
	cmd, says := hardened(t)
	if says != "0 0 <nil> <nil> <nil>" {
		t.Fatalf("dumpable, core limit and errors are %s", says)
	}
	for _, file := range []string{"environ", "maps", "mem"} {
		out, err := readAsSameUser(t, cmd, file)
		if err == nil || !strings.Contains(out, "ermission denied") || strings.Contains(out, canaryText) {
			t.Errorf("/proc/PID/%s can be read: error %v", file, err)
		}
	}
}

func TestHardeningCanBeSwitchedOff(t *testing.T) {
	cmd, says := hardened(t, keystore.DebugVariable+"=1")
	if strings.HasPrefix(says, "0 ") {
		t.Errorf("dumpable, core limit and errors are %s", says)
	}
	if out, err := readAsSameUser(t, cmd, "environ"); err != nil || !strings.Contains(out, canaryText) {
		t.Errorf("the check above proves nothing: %v", err)
	}
}
