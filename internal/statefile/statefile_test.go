package statefile_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/internal/statefile"
)

func TestAFileIsReplacedWholeAndForTheUserOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "deeper")
	if err := statefile.PrivateDir(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "file")
	for _, content := range []string{"first", "second, longer", "3"} {
		if err := statefile.Replace(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("%q, %v; want %q", got, err, content)
		}
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".flarewire-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestADirectoryThatIsOpenToOthersIsClosed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	dir := filepath.Join(t.TempDir(), "open")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := statefile.PrivateDir(dir); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestWhoCannotWriteLeavesTheOldFile(t *testing.T) {
	if err := statefile.Replace(filepath.Join(t.TempDir(), "no such folder", "file"), nil); err == nil {
		t.Error("a folder that is not there took a file")
	}
}

func TestWhatAKilledInstanceHasLeftIsSweptAway(t *testing.T) {
	dir := t.TempDir()
	old, young := filepath.Join(dir, ".flarewire-1"), filepath.Join(dir, ".flarewire-2")
	for _, path := range []string{old, young} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * time.Hour)
	if err := errors.Join(os.Chtimes(old, long, long), statefile.Replace(filepath.Join(dir, "file"), nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("what is two hours old is still there")
	}
	if _, err := os.Stat(young); err != nil {
		t.Error("what another instance is writing was taken away")
	}
}

func TestOnlyOneHoldsTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var count, inside atomic.Int32 // the race detector does not know locks of files
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			unlock, err := statefile.Lock(path)
			if err != nil {
				t.Error(err)
				return
			}
			defer unlock()
			if inside.Add(1) != 1 {
				t.Error("two hold the lock")
			}
			count.Add(1)
			inside.Add(-1)
		})
	}
	wait.Wait()
	if n := count.Load(); n != 8 {
		t.Errorf("%d got the lock", n)
	}
}

// A lock that is held is waited for, but not for long, and a file that is no file is not opened.
func TestOpeningALockedFileDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "file")
		first, err := statefile.OpenLocked(path, 0)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := statefile.OpenLocked(path, 50*time.Millisecond); !errors.Is(err, statefile.ErrLocked) {
			t.Errorf("it is locked, but: %v", err)
		}
		if took := time.Since(began); took < 50*time.Millisecond || took > 60*time.Millisecond {
			t.Errorf("waited %s", took)
		}
		time.AfterFunc(10*time.Millisecond, func() { _ = first.Close() })
		second, err := statefile.OpenLocked(path, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		_ = second.Close()
		if _, err := statefile.OpenLocked(t.TempDir(), time.Second); err == nil {
			t.Error("a folder was opened")
		}
	})
}
