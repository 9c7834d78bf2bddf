package e2e_test

import (
	"archive/zip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// The secrets that an account on simaccount can hold, and the one that opens it.
const (
	bundleToken = "canary-bundle-token-of-the-kind-without-prefix"
	bundleMD5   = "canary-md5-of-a-bgp-session"
	bundlePSK   = "canary-psk-of-a-tunnel-0123456789"
	bundleOther = "canary-in-a-field-of-tomorrow"
)

// secretive is an account with secrets in every place where the API has them, and in one that it may have one day.
func secretive(t *testing.T) *account {
	t.Helper()
	a := newAccount(t, simaccount.Options{Token: bundleToken})
	a.do(a.Mutate(simaccount.GRETunnels, "fra-dc2-gre", func(o simaccount.Object) {
		o["bgp"].(simaccount.Object)["md5_key"] = bundleMD5
		o["description"] = "somebody wrote the key here: " + bundleMD5
		o["tls_password"] = bundleOther
	}))
	a.do(a.Mutate(simaccount.IPsecTunnels, "jnb-br1-ipsec", func(o simaccount.Object) { o["psk"] = bundlePSK }))
	a.do(a.Mutate(simaccount.CNIs, a.Objects(simaccount.CNIs)[0]["id"].(string), func(o simaccount.Object) {
		o["bgp"].(simaccount.Object)["md5_key"] = bundleMD5
	}))
	return a
}

func (a *account) canaryEnv(home string) []string {
	return []string{"CLOUDFLARE_BASE_URL=http://" + a.address + "/client/v4", "CLOUDFLARE_API_TOKEN=" + bundleToken,
		"CLOUDFLARE_ACCOUNT_ID=" + a.Account(), "HOME=" + home}
}

// clean looks for every secret in every file of a bundle and in what was printed, and gives the files.
func clean(t *testing.T, path, printed string) map[string]string {
	t.Helper()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file can be read by others: %v", err)
	}
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	files := map[string]string{"what was printed": printed}
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
	for name, content := range files {
		for _, secret := range []string{bundleToken, bundleMD5, bundlePSK, bundleOther} {
			if holds(content, secret) {
				t.Errorf("%s holds %s…", name, secret[:16])
			}
		}
	}
	return files
}

// A ticket is opened from a shell, with secrets everywhere in the account: none is in the file, and what it is for is.
func TestABundleFromTheShellHoldsNoSecret(t *testing.T) {
	t.Parallel()
	a := secretive(t)
	path := filepath.Join(t.TempDir(), "ticket.zip")
	cmd := exec.CommandContext(t.Context(), ptytest.Build(t), "bundle", path)
	cmd.Env = a.canaryEnv(t.TempDir())
	printed, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, printed)
	}
	files := clean(t, path, string(printed))
	if !strings.Contains(files["tunnels.json"], `"md5_key": "[redacted]"`) || !strings.Contains(files["tunnels.json"], "fra-dc2-gre") ||
		!strings.Contains(files["interconnects.json"], `"md5_key": "[redacted]"`) || !strings.Contains(files["findings.json"], "iad-dc1-gre") {
		t.Errorf("what was searched is not what a ticket needs: %.2000s", files["tunnels.json"])
	}
}

// writes asks for a bundle from the page that is open.
func writes(term *ptytest.Terminal, path string) {
	term.Press("B")
	term.WaitFor("the form with a proposal", showsAll("Support bundle", "flarewire-support-", "sent to nobody"))
	toFile(term, path)
}

// toFile writes into a file instead of the one that stands in the form.
func toFile(term *ptytest.Terminal, path string) {
	term.Press("ctrl+u")
	term.Type(path)
	term.WaitText(path[len(path)-6:])
	term.Press("ctrl+s")
}

// The same from the overview.
func TestABundleFromTheScreen(t *testing.T) {
	t.Parallel()
	a := secretive(t)
	term := sit(t, ptytest.Options{Args: []string{"--start", "overview"}, Env: a.canaryEnv(t.TempDir())})
	term.WaitFor("the overview", func(s ptytest.Screen) bool { return s.Contains("iad-dc1-gre") && s.Contains("4 ports") })
	path := filepath.Join(t.TempDir(), "o.zip")
	writes(term, path)
	term.WaitFor("where it is and what it holds", showsAll("Written: ", "14 tunnels", "not in it", "look through it",
		"that only you can read"))
	clean(t, path, string(term.Transcript()))
	term.Press("esc")
	term.WaitText("RECENT EVENTS")
}

// From a tunnel's page it is about that tunnel; a file that is there is replaced only when somebody says so. It is a story of its own:
// two bundles within five minutes may have to wait for the rate budget, on a slow machine for minutes.
func TestABundleOfATunnelFromTheScreen(t *testing.T) {
	t.Parallel()
	a := secretive(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "o.zip")
	const before = "somebody else's file"
	if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	term := sit(t, ptytest.Options{Args: []string{"--start", "tunnels"}, Env: a.canaryEnv(t.TempDir())})
	term.WaitFor("the list", listed)
	goTo(term, "waw-br1-ipsec")
	term.Press("enter")
	term.WaitFor("the tunnel's page", on("waw-br1-ipsec"))
	writes(term, path)
	term.WaitText("Replace the file?")
	choose(term, "Replace")
	choose(term, "Cancel")
	term.Press("enter")
	term.WaitGone("Replace the file?")
	if after, _ := os.ReadFile(path); string(after) != before {
		t.Error("the safe answer replaced it")
	}
	path = filepath.Join(dir, "t.zip")
	toFile(term, path)
	term.WaitText("Written: ")
	files := clean(t, path, string(term.Transcript()))
	if got := files["analytics.json"]; !strings.Contains(got, "waw-br1-ipsec") || strings.Contains(got, "iad-dc1-gre") {
		t.Errorf("not a day of the tunnel whose page was open: %.300s", got)
	}
}
