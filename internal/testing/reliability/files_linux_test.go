package reliability_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"flarewire/internal/secret"
	"flarewire/keystore"
)

// helper runs TestHelperDisk in a process of its own and gives what it said.
func helper(t *testing.T, what, home string, attr *syscall.SysProcAttr) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHelperDisk$", "-test.v")
	cmd.Env = append(os.Environ(), "RELIABILITY_DISK="+what, "RELIABILITY_HOME="+home, "HOME="+home, "TMPDIR="+home)
	cmd.SysProcAttr = attr
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skipf("this system lets no process have a file system of its own: %v", err)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for line := range bytes.Lines(out) {
		if i := bytes.Index(line, []byte("figure: ")); i >= 0 {
			t.Logf("%s", bytes.TrimSpace(line[i+8:]))
		}
	}
}

// TestFilesOnAFullDisk: on a tmpfs of 256 KiB, in a mount namespace of its own, every write fails with a sentence, what
// was there stays whole, nothing is sent without a journal, and all goes on when there is room again.
func TestFilesOnAFullDisk(t *testing.T) {
	helper(t, "full", t.TempDir(), &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}})
}

func onAFullDisk(t *testing.T, home string) {
	if err := syscall.Mount("tmpfs", home, "tmpfs", 0, "size=256k"); err != nil {
		t.Skipf("figure: skipped, this system mounts nothing here: %v", err)
	}
	d := newDesk(home)
	for range 5 {
		if _, err := d.write(); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.keep(); err != nil {
		t.Fatal(err)
	}
	filler, err := os.Create(filepath.Join(home, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 1024); err == nil; {
		_, err = filler.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	before, _, err := d.check()
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for range 20 {
		if _, err := d.write(); err != nil {
			failed++
			if text := err.Error(); !strings.Contains(text, home) && !strings.Contains(text, "no space") {
				t.Errorf("the sentence names neither the file nor the reason: %s", text)
			}
		}
	}
	if err := d.keep(); err == nil {
		t.Error("the age file was kept on a full disk")
	}
	changeIsRefused(t, home)
	after, damaged, err := d.check()
	if err != nil || failed == 0 || len(after) < len(before) {
		t.Errorf("%d of 20 rounds failed, %d entries before and %d after: %v", failed, len(before), len(after), err)
	}
	if _, err := d.age.Get(t.Context(), "prod", passphrase); err != nil {
		t.Errorf("the age file: %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(home, "*", "flarewire", ".flarewire-*"))
	if err := errors.Join(filler.Close(), os.Remove(filler.Name())); err != nil {
		t.Fatal(err)
	}
	if _, err := d.write(); err != nil {
		t.Errorf("with room again: %v", err)
	}
	t.Logf("figure: full disk (tmpfs, ENOSPC): %d of 20 rounds refused with a sentence, %d entries stayed, %d damaged lines, %d temporary "+
		"files left", failed, len(before), damaged, len(left))
}

// TestFilesWithoutPermission: as a user who may read our folders but not write, and in folders that may not even be
// read, every write fails with a sentence, and the program works on without its files.
func TestFilesWithoutPermission(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can run a program as somebody else")
	}
	home, err := os.MkdirTemp("", "flarewire-forbidden-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	d := newDesk(home)
	if _, err := d.write(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(home, 0o755), os.Chmod(filepath.Join(home, "state"), 0o700),
		os.Chmod(filepath.Join(home, "config"), 0o755)); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(home, "test") // the test's own lies where nobody else may look
	content, err := os.ReadFile(os.Args[0])
	if err == nil {
		err = os.WriteFile(binary, content, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	args := os.Args[0]
	os.Args[0] = binary
	defer func() { os.Args[0] = args }()
	helper(t, "forbidden", home, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}})
}

func withoutPermission(t *testing.T, home string) {
	d := newDesk(home)
	writes := map[string]func() error{
		"config":   func() error { return mustLoad(d).Save() },
		"journal":  func() error { _, err := d.journal.Begin(newEntry()); return err },
		"history":  func() error { return d.watcher.Poll(t.Context()).HistoryErr },
		"age file": func() error { return d.keep() },
	}
	for name, write := range writes {
		if err := write(); err == nil || !strings.Contains(err.Error(), home) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := keystore.LoadConfig(filepath.Join(home, "config", "flarewire", "config.toml")); err == nil ||
		!strings.Contains(err.Error(), "permission") {
		t.Errorf("a config that may not be read: %v", err)
	}
	if _, err := d.age.Get(t.Context(), "prod", keystore.Access{Passphrase: secret.New("x")}); err == nil {
		t.Error("an age file was read that may not be")
	}
	t.Logf("figure: without permission: %d of %d kinds of file refused with a sentence that names the file", len(writes), len(writes))
}

// TestHelperDisk is the program of TestFilesOnAFullDisk and TestFilesWithoutPermission: RELIABILITY_DISK says which.
func TestHelperDisk(t *testing.T) {
	home := os.Getenv("RELIABILITY_HOME")
	switch os.Getenv("RELIABILITY_DISK") {
	case "full":
		onAFullDisk(t, home)
	case "forbidden":
		withoutPermission(t, home)
	default:
		t.Skip("this is the program of TestFilesOnAFullDisk and TestFilesWithoutPermission")
	}
}
