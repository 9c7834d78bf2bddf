package cli_test

import (
	"archive/zip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// unzipped is every file of a support bundle.
func unzipped(t *testing.T, path string) map[string]string {
	t.Helper()
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	files := map[string]string{}
	for _, f := range r.File {
		file, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	return files
}

// Somebody opens a ticket: one command, one file, and a text that says what is in it and who has it.
func TestABundleForATicket(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	path := filepath.Join(t.TempDir(), "ticket.zip")
	if code := s.run("bundle", path, "--tunnel", "waw-br1-ipsec"); code != 0 || s.err.Len() > 0 {
		t.Fatalf("exit %d: %s", code, s.err.String())
	}
	for _, says := range []string{path, "14 tunnels", "6 prefixes", "4 interconnects", "Keys, tokens and passwords are not in it",
		"look through it", "sends it to nobody"} {
		if !strings.Contains(s.out.String(), says) {
			t.Errorf("the answer does not say %q:\n%s", says, s.out.String())
		}
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	files := unzipped(t, path)
	for name, want := range map[string]string{
		"analytics.json": "waw-br1-ipsec", "findings.json": "asn-mismatch", "interconnects.json": "below -20 dBm", "requests.jsonl": "-FRA",
		"tunnels.json": "fra-dc1-gre", "README.txt": "Everything that was asked for could be read",
	} {
		if !strings.Contains(files[name], want) {
			t.Errorf("%s does not hold %s:\n%.400s", name, want, files[name])
		}
	}
	if strings.Contains(files["analytics.json"], "iad-dc1-gre") {
		t.Error("a tunnel was named, and others are in it")
	}
	for _, r := range sim.Requests() {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/graphql") {
			t.Errorf("a bundle sent %s %s", r.Method, r.Path)
		}
	}

	before, _ := os.ReadFile(path)
	if code := s.run("bundle", path); code != 2 || !strings.Contains(s.err.String(), "--force") {
		t.Errorf("exit %d for a file that is there: %s", code, s.err.String())
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("it was overwritten")
	}
	if code := s.run("bundle", path, "--force"); code != 0 {
		t.Errorf("--force: %s", s.err.String())
	}
	if !strings.Contains(unzipped(t, path)["analytics.json"], "iad-dc1-gre") {
		t.Error("without a name the worst tunnels are not in it")
	}
}

// What may not be read, or does not answer, is named with the reason, on the screen and in the file; the rest is there.
func TestABundleNamesWhatIsNotKnown(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	for _, path := range []string{"*ipsec_tunnels*", "*graphql*", "*addressing/prefixes*", "*cni/interconnects*"} {
		sim.Fault(simaccount.Fault{Path: path, Kind: simaccount.FaultStatus, Status: http.StatusForbidden})
	}
	s := newShell(t, env...)
	path := filepath.Join(t.TempDir(), "ticket.zip")
	if code := s.run("bundle", path); code != 0 {
		t.Fatalf("exit %d: %s", code, s.err.String())
	}
	files := unzipped(t, path)
	for what, sources := range map[string][]string{"Not known: ": {"IPsec tunnels", "health", "traffic", "prefixes", "interconnects"}} {
		for _, source := range sources {
			names := regexp.MustCompile("(?m)^(- )?" + what + "([^.]*, )?" + source + "[,.].* Why: Cloudflare answered 403")
			if !names.MatchString(s.out.String()) || !names.MatchString(files["README.txt"]) ||
				!strings.Contains(files["about.json"], `"`+source+`"`) {
				t.Errorf("%s is not named:\n%s\n%s", source, s.out.String(), files["README.txt"])
			}
		}
	}
	if !strings.Contains(files["README.txt"], "403") || !strings.Contains(files["tunnels.json"], "fra-dc1-gre") ||
		files["prefixes.json"] != "" {
		t.Errorf("%s\n%v", files["README.txt"], files["prefixes.json"])
	}
}

// The network is down: the bundle says so, and so does the exit code.
func TestABundleOfNothing(t *testing.T) {
	dir := t.TempDir()
	unreachable := []string{"CLOUDFLARE_BASE_URL=http://127.0.0.1:1/client/v4", "CLOUDFLARE_API_TOKEN=x",
		"CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount}
	path := filepath.Join(dir, "nothing.zip")
	s := newShell(t, unreachable...)
	if code := s.run("bundle", path); code != 1 || !strings.Contains(s.err.String(), "nothing of the account could be read") {
		t.Errorf("exit %d: %s", code, s.err.String())
	}
	if files := unzipped(t, path); files["tunnels.json"] != "" || !strings.Contains(files["requests.jsonl"], "refused") {
		t.Errorf("%v", files)
	}
	_, env := serve(t, simaccount.Options{})
	for _, c := range []struct {
		env  []string
		args string
		code int
		says string
	}{
		{env, "bundle a b", 2, "one file"},
		{env, "bundle " + dir, 1, "folder"},
		{env, "bundle " + filepath.Join(dir, "none", "x.zip"), 1, "no such file"},
		{env, "bundle " + filepath.Join(dir, "x.zip") + " --tunnel fra-dc9", 2, "fra-dc"},
		{nil, "bundle " + filepath.Join(dir, "x.zip"), 2, "CLOUDFLARE_API_TOKEN"},
	} {
		s := newShell(t, c.env...)
		if code := s.run(strings.Fields(c.args)...); code != c.code || !strings.Contains(s.err.String(), c.says) || s.out.Len() > 0 {
			t.Errorf("%s: exit %d, want %d and %q: %s%s", c.args, code, c.code, c.says, s.out.String(), s.err.String())
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
