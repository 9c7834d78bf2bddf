package e2e_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/testing/ptytest"
)

// Somebody tries the demo: a tunnel is deleted, seen in the journal, brought back and exported. Besides the export, which was asked for,
// nothing is on the disk.
func TestTheDemoRemembersWhatWasChangedAndWritesNothing(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	export := filepath.Join(home, "export.json")
	term := sit(t, ptytest.Options{Args: []string{"--demo"}, Cols: 110, Rows: 40, Env: []string{"HOME=" + home,
		"XDG_CONFIG_HOME=" + home + "/.config", "XDG_STATE_HOME=" + home + "/.local/state", "XDG_CACHE_HOME=" + home + "/.cache"}})
	term.WaitFor("the list", listed)
	goTo(term, "iad-dc1-gre")
	term.Press("D")
	send(term, "iad-dc1-gre")
	term.WaitText(": done")
	term.Press("enter")
	jump := func(page string) {
		term.Press(":")
		term.Type(page)
		term.Press("enter")
	}
	jump("activity")
	term.WaitFor("the deletion in the journal", showsAll("delete", "iad-dc1-gre", "done"))
	term.Press("u")
	term.WaitText("Undo: delete iad-dc1-gre")
	send(term, "")
	term.WaitText(": done")
	term.Press("enter")
	term.WaitFor("the deletion that was undone", showsAll("create", "undone"))
	term.Press("x")
	term.WaitText("Export the journal")
	term.Press("ctrl+u")
	term.Type(export)
	term.Press("ctrl+s")
	term.WaitText("2 entries")
	jump("tunnels")
	term.WaitFor("the tunnel again", func(s ptytest.Screen) bool { return listed(s) && s.Contains("iad-dc1-gre") })
	term.Press("q")
	if code := term.Wait(); code != 0 {
		t.Errorf("exit %d", code)
	}
	text, err := os.ReadFile(export)
	var entries []map[string]any
	if err != nil || json.Unmarshal(text, &entries) != nil || len(entries) != 2 || entries[1]["undone_by"] != entries[0]["id"] ||
		entries[0]["undoes"] != entries[1]["id"] {
		t.Errorf("the export is %s, %v", text, err)
	}
	err = filepath.WalkDir(home, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path != export {
			t.Errorf("the demo has written %s", strings.TrimPrefix(path, home))
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
