package preference

import (
	"os"
	"path/filepath"
	"testing"
)

// Two windows keep different things; both are there at the next start. What is damaged is none, and is mended by the next thing that is
// kept.
func TestPreferencesOfTwoWindowsAreKept(t *testing.T) {
	path := Path(t.TempDir(), "prod", "account")
	one, two := Open(path), Open(path)
	one.Keep("order Tunnels", "name")
	two.Keep("preview off", "yes")
	for _, f := range []*File{one, two} {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	again := Open(path)
	if again.Recall("order Tunnels") != "name" || again.Recall("preview off") != "yes" {
		t.Errorf("kept: %v", again.known)
	}
	again.Keep("preview off", "")
	if err := again.Close(); err != nil || Open(path).Recall("preview off") != "" {
		t.Errorf("what was taken away is there: %v", err)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := Open(path)
	damaged.Keep("order Tunnels", "state")
	if err := damaged.Close(); err != nil || Open(path).Recall("order Tunnels") != "state" {
		t.Errorf("after damage: %v", err)
	}
}

// The demo leaves nothing on the disk, and who changes nothing writes nothing.
func TestNothingIsWrittenThatNeedNotBe(t *testing.T) {
	demo := Open("")
	demo.Keep("preview off", "yes")
	if err := demo.Close(); err != nil || demo.Recall("preview off") != "yes" {
		t.Errorf("the demo: %v", err)
	}
	dir := t.TempDir()
	if err := Open(Path(dir, "p", "a")).Close(); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) > 0 {
		t.Errorf("written: %v", files)
	}
}

// What the user's file says goes before what was kept, and is not kept itself.
func TestTheFileGoesBeforeWhatWasKept(t *testing.T) {
	path := Path(t.TempDir(), "prod", "account")
	f := Open(path)
	f.Says(map[string]string{"order Tunnels": "name"})
	f.Keep("order Tunnels", "state reverse")
	if got := f.Recall("order Tunnels"); got != "name" {
		t.Errorf("recalled %q", got)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := Open(path).Recall("order Tunnels"); got != "state reverse" {
		t.Errorf("without the file: %q", got)
	}
}
