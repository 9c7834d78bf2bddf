package routerconfig_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"flarewire/internal/routerconfig"
)

func TestAConfigurationIsSavedForItsOwnerAlone(t *testing.T) {
	one := routerconfig.Config{Platform: routerconfig.IOSXE, Files: []routerconfig.File{{Name: "a.txt", Text: "one\n"}}}
	several := routerconfig.Config{Platform: routerconfig.Linux, Files: []routerconfig.File{{Name: "a.sh", Text: "sh\n"}, {Name: "a.frr.conf",
		Text: "frr\n"}}}
	dir := t.TempDir()
	for _, c := range []struct {
		path   string
		config routerconfig.Config
		wrote  map[string]string
	}{
		{filepath.Join(dir, "x.txt"), one, map[string]string{"x.txt": "one\n"}},
		{filepath.Join(dir, "router"), several, map[string]string{"router/a.sh": "sh\n", "router/a.frr.conf": "frr\n"}},
	} {
		names, err := routerconfig.Save(c.path, c.config, false)
		if err != nil || len(names) != len(c.wrote) {
			t.Fatalf("%v, %v", names, err)
		}
		for name, want := range c.wrote {
			path := filepath.Join(dir, name)
			text, err := os.ReadFile(path)
			if err != nil || string(text) != want {
				t.Errorf("%s has %q, %v", name, text, err)
			}
			if info, err := os.Stat(path); runtime.GOOS != "windows" && (err != nil || info.Mode().Perm() != 0o600) {
				t.Errorf("%s has mode %v", name, info.Mode())
			}
		}
		if _, err := routerconfig.Save(c.path, c.config, false); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s was overwritten without being asked: %v", c.path, err)
		}
	}
}

func TestWhatIsThereIsReplacedOnlyOnPurposeAndOnlyIfItIsAFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.txt")
	if err := os.WriteFile(path, []byte("old\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c := routerconfig.Config{Platform: routerconfig.IOSXE, Files: []routerconfig.File{{Name: "a.txt", Text: "new\n"}}}
	if _, err := routerconfig.Save(path, c, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("overwritten: %v", err)
	}
	if _, err := routerconfig.Save(path, c, true); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	info, err := os.Stat(path)
	if string(text) != "new\n" || err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%q with mode %v, %v", text, info.Mode(), err)
	}
	for _, path := range []string{"", dir, filepath.Join(dir, "no", "such", "folder", "x")} {
		if _, err := routerconfig.Save(path, c, true); err == nil {
			t.Errorf("%q was written", path)
		}
	}
	if rest, _ := filepath.Glob(filepath.Join(dir, ".*")); len(rest) > 0 {
		t.Errorf("left behind: %v", rest)
	}
}
