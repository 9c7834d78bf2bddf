package deploy_test

import (
	"context"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"flarewire/cli"
	"flarewire/internal/handover"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// What the machine's unit runs, with the credential that systemd would hand it: the token and an MD5 key of the account come out nowhere,
// neither in what it says and serves, nor over the socket, to the event command, or in a file.
func TestNoSecretComesOutOfTheUnit(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skipped: there are no units on Windows")
	}
	unit, err := os.ReadFile("systemd/flarewire-record.system.service")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^ExecStart=\S+ (.*)$`).FindSubmatch(unit)
	env := regexp.MustCompile(`(?m)^Environment=(.*)$`).FindSubmatch(unit)
	if line == nil || env == nil {
		t.Fatalf("the unit has no command, or no environment:\n%s", unit)
	}
	const token, md5 = "canary-token-of-40-characters-9876543210", "canary-md5-key"
	sim := simaccount.New(simaccount.Options{Token: token})
	if err := sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre", func(o simaccount.Object) {
		o["bgp"].(simaccount.Object)["md5_key"] = md5
	}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	root, err := os.MkdirTemp("", "fw") // short: the path of a socket is bounded
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(root) }()
	credentials, run, told := filepath.Join(root, "credentials"), filepath.Join(root, "run"), filepath.Join(root, "told")
	for _, dir := range []string{credentials, run} {
		if err := os.Mkdir(dir, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(credentials, "flarewire-token"), []byte(token+"\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	args := strings.Fields(strings.ReplaceAll(string(line[1]), "/run/flarewire", run))
	args = append(args, "--listen", "127.0.0.1:0", "--refresh", "5s", "--on-event", "{ cat; env; } >> "+told)
	environ := append(strings.Fields(strings.ReplaceAll(string(env[1]), "=/", "="+root+"/")), "PATH="+os.Getenv("PATH"),
		"CREDENTIALS_DIRECTORY="+credentials, "CLOUDFLARE_ACCOUNT_ID="+simaccount.DefaultAccount, "CLOUDFLARE_BASE_URL="+server.URL+"/client/v4")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, done := &said{}, make(chan int, 1)
	go func() {
		done <- cli.Main(ctx, args, cli.IO{In: strings.NewReader(""), Out: out, Err: out, Now: time.Now, Environ: environ})
	}()
	at := regexp.MustCompile(`metrics at (http://\S+)/metrics`)
	until(t, "the recorder serves", func() bool { return out.find(at) != "" })
	metrics := func() string { return textOf(t, out.find(at)+"/metrics") }
	until(t, "it is read", func() bool { return strings.Contains(metrics(), `tunnel="fra-dc1-gre"`) })
	if err := sim.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"); err != nil {
		t.Fatal(err)
	}
	until(t, "the command is told", func() bool { text, _ := os.ReadFile(told); return strings.Contains(string(text), "PATH=") })
	texts := map[string]string{"the unit": string(unit), "the metrics": metrics(), "the state": textOf(t, out.find(at)+"/healthz"),
		"the socket": overSocket(t, handover.Shared(run, simaccount.DefaultAccount))}
	cancel()
	<-done
	texts["what it says"] = out.b.String()
	_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && filepath.Dir(path) != credentials {
			text, _ := os.ReadFile(path)
			texts[path] = string(text)
		}
		return nil
	})
	if len(texts) < 8 || !strings.Contains(texts[told], "fra-dc1-gre") {
		t.Errorf("only %d texts were looked at; told was %s", len(texts), texts[told])
	}
	for where, text := range texts {
		if text == "" && !filepath.IsAbs(where) || strings.Contains(text, token) || strings.Contains(text, md5) ||
			strings.Contains(text, credentials) {
			t.Errorf("a secret, or the way to it, is in %s:\n%.2000s", where, text)
		}
	}
}

func textOf(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var b strings.Builder
	if err := answer.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// overSocket is what a member of the unit's group is handed.
func overSocket(t *testing.T, path string) string {
	t.Helper()
	c := handover.NewClient(simaccount.DefaultAccount, handover.Place{Path: path})
	text := string(c.History(t.Context()))
	for _, d := range store.TargetsOf(store.GRETunnels, store.Routes, store.Prefixes) {
		h, ok := c.Hand(t.Context(), d, time.Time{}, time.Time{})
		if !ok {
			t.Errorf("%v is not handed over", d)
		}
		for _, row := range append(h.Rows, h.IPsec...) {
			text += string(row)
		}
	}
	return text
}
