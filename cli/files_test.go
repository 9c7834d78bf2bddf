package cli_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"flarewire/cli"
	"flarewire/internal/simaccount"
)

// A dash means standard output in other programs; nobody wants a file of that name by mistake.
func TestADashIsNoFileName(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range []string{"bundle -", "snapshot save -", "snapshot save --force -", "config ams-dc1-gre --for vyos --output -"} {
		s := newShell(t)
		if code := s.run(append([]string{"--demo"}, strings.Fields(args)...)...); code != 2 || !strings.Contains(s.err.String(), "./-") {
			t.Errorf("%s: exit %d: %s", args, code, s.err.String())
		}
		if _, err := os.Lstat("-"); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%s made a file named -", args)
		}
	}
}

// What is there already stays, also when it is a link that leads nowhere.
func TestALinkToNowhereIsNotReplacedUnasked(t *testing.T) {
	for _, args := range []string{"snapshot save", "bundle", "config ams-dc1-gre --for vyos --output"} {
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink("nowhere", link); err != nil {
			t.Skip("no links here:", err)
		}
		s := newShell(t)
		if code := s.run(append(append([]string{"--demo"}, strings.Fields(args)...), link)...); code != 2 {
			t.Errorf("%s: exit %d: %s", args, code, s.err.String())
		}
		if to, err := os.Readlink(link); err != nil || to != "nowhere" {
			t.Errorf("%s: the link leads to %q: %v", args, to, err)
		}
	}
}

// An editor on Windows puts a mark before the text; it is the same file.
func TestAByteOrderMarkIsNoDamage(t *testing.T) {
	dir := t.TempDir()
	good, status := filepath.Join(dir, "good.json"), filepath.Join(dir, "status.json")
	s := newShell(t)
	if code := s.run("--demo", "snapshot", "save", good); code != 0 {
		t.Fatal(s.err.String())
	}
	s.run("--demo", "status", "-o", "json")
	if err := os.WriteFile(status, []byte(s.out.String()[strings.Index(s.out.String(), "{"):]), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{good, status} {
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, append([]byte("\xef\xbb\xbf"), text...), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"--demo", "snapshot", "compare", good}, {"--demo", "check", "--baseline", status}} {
		s := newShell(t)
		if s.run(args...); strings.Contains(s.err.String()+s.out.String(), "damaged") || strings.Contains(s.out.String(), "UNKNOWN") {
			t.Errorf("%v: %s%s", args, s.out.String(), s.err.String())
		}
	}
}

// The debug log is a file of the user's own: it goes where it is said and nowhere else, and nobody else reads it.
func TestTheDebugLogIsPrivateAndFollowsNoLink(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes, and links are for administrators")
	}
	dir := t.TempDir()
	open, link := filepath.Join(dir, "open"), filepath.Join(dir, "link")
	if err := os.WriteFile(open, nil, 0o600); err != nil || os.Chmod(open, 0o666) != nil || os.Symlink(open, link) != nil {
		t.Fatal("the files cannot be made")
	}
	s := newShell(t)
	if code := s.run("--demo", "status", "--debug-log", link); code != 2 || !strings.Contains(s.err.String(), "is a link") {
		t.Errorf("a link: exit %d: %s", code, s.err.String())
	}
	if text, err := os.ReadFile(open); err != nil || len(text) > 0 {
		t.Errorf("what the link leads to has %q: %v", text, err)
	}
	s = newShell(t)
	if code := s.run("--demo", "status", "--debug-log", open); code != 0 {
		t.Fatal(s.err.String())
	}
	if info, err := os.Stat(open); err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("the log is %v: %v", info, err)
	}
}

// Dashboards and spreadsheets write hexadecimal digits in either case.
func TestAnAccountIDInCapitalsIsTheSame(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	capitals := strings.ToUpper(simaccount.DefaultAccount)
	s := newShell(t, append(env[:2:2], "CLOUDFLARE_ACCOUNT_ID="+capitals)...)
	if code := s.run("status", "-o", "json"); code != 0 || !strings.Contains(s.out.String(), `"id": "`+simaccount.DefaultAccount+`"`) {
		t.Errorf("in the environment: exit %d: %s %.200s", code, s.err.String(), s.out.String())
	}
	s = newShell(t, env[:2]...)
	if code := s.run("status", "--account", capitals); code != 0 {
		t.Errorf("--account: exit %d: %s", code, s.err.String())
	}
	config := t.TempDir()
	if err := os.MkdirAll(filepath.Join(config, "flarewire"), 0o700); err != nil {
		t.Fatal(err)
	}
	text := "version = 1\ndefault = \"p\"\n[profiles.p]\naccount = \"" + capitals + "\"\ntoken_command = [\"echo\", \"" +
		simaccount.DefaultToken + "\"]\n"
	if err := os.WriteFile(filepath.Join(config, "flarewire", "config.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s = newShell(t, env[0], "XDG_CONFIG_HOME="+config)
	if code := s.run("status"); code != 0 {
		t.Errorf("config.toml: exit %d: %s", code, s.err.String())
	}
}

// A disk that is full is no wrong usage, whoever prints.
func TestWhatCannotBePrintedIsSaidOnce(t *testing.T) {
	for _, args := range []string{"version", "--version", "--help", "help", "status --help", "completion bash", "completion fish",
		"--demo status", "--demo list gre", "--demo where 10.64.3.7", "--demo get gre ams-dc1-gre"} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip("there is no /dev/full here")
		}
		s := newShell(t)
		if code := cli.Main(t.Context(), strings.Fields(args),
			cli.IO{In: s.in(), Out: full, Err: &s.err, Environ: s.env, Now: time.Now}); code != 1 || strings.Count(s.err.String(), "\n") != 1 ||
			!strings.Contains(s.err.String(), "no space left") || strings.Contains(s.err.String(), "lists commands") {
			t.Errorf("%s: exit %d: %s", args, code, s.err.String())
		}
		_ = full.Close()
	}
}
