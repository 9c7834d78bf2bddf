package mute_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"flarewire/internal/mute"
)

var night = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)

// What is muted is so in the next run and in a program beside this one, until its end; a damaged file mutes nothing and is not
// overwritten.
func TestAMuteLastsUntilItsEnd(t *testing.T) {
	path := mute.Path(t.TempDir(), "acc/ount")
	m := mute.Mute{Resource: "gre_tunnels", Object: "x", Cause: "tunnel-down", Severity: 3, Reason: "router swap", At: night,
		Until: night.Add(mute.Default)}
	one, err := mute.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := mute.Open(path)
	other := m
	other.Object = "y"
	if one.Set(m, night) != nil || two.Set(other, night) != nil {
		t.Fatal("it is not muted")
	}
	again, err := mute.Open(path)
	if err != nil || len(again.Active(night)) != 2 || len(again.Active(night.Add(25*time.Hour))) != 0 {
		t.Errorf("%v %v", again.Active(night), err)
	}
	m.Until = night
	if err := again.Set(m, night); err != nil || len(again.Active(night)) != 1 {
		t.Errorf("it is not ended: %v %v", again.Active(night), err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged, err := mute.Open(path)
	if err == nil || len(damaged.Active(night)) != 0 || damaged.Set(m, night) == nil {
		t.Error("a damaged file is taken for an empty one")
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		t.Error(err)
	}
}
