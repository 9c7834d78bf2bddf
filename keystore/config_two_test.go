package keystore_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"flarewire/keystore"
)

// Two instances that run at once keep each other's changes: one signs in, the other, which has read the file before,
// switches the default and signs out of a third profile.
func TestTwoInstancesKeepEachOthersProfiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flarewire", "config.toml")
	load := func() *keystore.Config {
		c, err := keystore.LoadConfig(path)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := load()
	if err := errors.Join(first.Put(keystore.Profile{Name: "lab"}), first.Put(keystore.Profile{Name: "old"}),
		first.Put(keystore.Profile{Name: "prod"}), first.Save()); err != nil {
		t.Fatal(err)
	}
	one, two := load(), load()
	if err := errors.Join(one.Put(keystore.Profile{Name: "new", AccountName: "Northwind"}), one.Save()); err != nil {
		t.Fatal(err)
	}
	two.Remove("old")
	if err := errors.Join(two.SetDefault("prod"), two.Save()); err != nil {
		t.Fatal(err)
	}
	now := load()
	if names := now.Names(); !slices.Equal(names, []string{"lab", "new", "prod"}) || now.Default() != "prod" {
		t.Errorf("profiles %v, default %s", names, now.Default())
	}
	if names := two.Names(); !slices.Contains(names, "new") {
		t.Errorf("the second instance does not see the first one's profile: %v", names)
	}
	// The one that chose nothing does not undo the other's choice.
	if err := errors.Join(one.Put(keystore.Profile{Name: "lab", ReadOnly: true}), one.Save()); err != nil {
		t.Fatal(err)
	}
	if now := load(); now.Default() != "prod" || slices.Contains(now.Names(), "old") {
		t.Errorf("default %s, profiles %v", now.Default(), now.Names())
	}
}
