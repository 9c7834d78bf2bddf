//go:build unix

package statefile_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"flarewire/internal/statefile"
)

// What somebody has put in the place of a file of ours leads nowhere else, and holds nobody up.
func TestWhatIsNoFileIsNotOpened(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(dir, "elsewhere"), link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, link} {
		if _, err := statefile.OpenLocked(path, time.Second); err == nil {
			t.Errorf("%s was opened", path)
		}
		if _, err := statefile.Lock(path); err == nil {
			t.Errorf("%s was locked", path)
		}
	}
	for _, path := range []string{pipe, "/dev/zero", dir} {
		if _, err := statefile.Read(path, 10); err == nil {
			t.Errorf("%s was read", path)
		}
		if _, err := statefile.Open(path, os.O_WRONLY|os.O_APPEND, 0); err == nil {
			t.Errorf("%s was opened", path)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "elsewhere")); err == nil {
		t.Error("the link was followed")
	}
}
