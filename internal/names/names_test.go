package names

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"flarewire/api"
	"flarewire/internal/store"
)

// What was read now goes in place of what was kept of its kinds, the rest stays, and the file is the user's alone. A damaged file is none.
func TestNamesAreKeptByKind(t *testing.T) {
	dir := t.TempDir()
	path := Path(dir, "account/1")
	if err := Keep(path, Names{"gre": {"b", "a", "", "a"}, "routes": {"10.0.0.0/8"}}); err != nil {
		t.Fatal(err)
	}
	if err := Keep(path, Names{"gre": {"c"}, "prefixes": nil}); err != nil {
		t.Fatal(err)
	}
	got := Load(path)
	if !slices.Equal(got["gre"], []string{"c"}) || !slices.Equal(got["routes"], []string{"10.0.0.0/8"}) || len(got["prefixes"]) != 0 {
		t.Errorf("%v", got)
	}
	if Newest(dir) != path || !slices.Equal(Accounts(dir), []string{"account/1"}) {
		t.Errorf("newest %s, accounts %q", Newest(dir), Accounts(dir))
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Keep(path, Names{"gre": {"c"}}); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Error("it was written although nothing is new")
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Load(path); len(got) != 0 {
		t.Errorf("a damaged file: %v", got)
	}
	if got := Load(filepath.Join(dir, "none.json")); len(got) != 0 || Newest(t.TempDir()) != "" {
		t.Errorf("no file: %v", got)
	}
}

// Only lists that are known completely say what there is: a list that was not read takes no name away.
func TestNamesOfASnapshotAreThoseThatAreKnown(t *testing.T) {
	read := store.Entry{Fetched: store.Entry{}.Fetched.AddDate(2026, 0, 0)}
	s := &store.Snapshot{GRE: read, Tunnels: []store.Tunnel{{Tunnel: api.Tunnel{Name: "fra", Kind: api.GRE}},
		{Tunnel: api.Tunnel{Name: "waw", Kind: api.IPsec}}}}
	got := FromSnapshot(s)
	if _, known := got["ipsec"]; known || !slices.Equal(got["gre"], []string{"fra"}) {
		t.Errorf("%v", got)
	}
}
