package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flarewire/internal/handover"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// The token and an MD5 key come out nowhere while nobody looks: not in the metrics and the state, not in what is said, not at the event
// command (its input, its environment and how it was called), not over the socket, and in no file.
func TestNoSecretComesOutOfARecorder(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("skipped: no /bin/sh here")
	}
	f := newFirm(t, "north")
	token, md5 := "token-of-north", "canary-md5-key"
	if err := f.edges["north"].Mutate(simaccount.IPsecTunnels, "ams-br2-ipsec", func(o simaccount.Object) {
		o["bgp"] = map[string]any{"customer_asn": 64512, "md5_key": md5}
	}); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "told")
	r := f.record(t, "--profile", "north", "--on-event", "{ cat; env; tr '\\0' ' ' </proc/self/cmdline; } >> "+out)
	r.until("it is read", func() bool { return r.metric("tunnel_up", `"fra-dc1-gre"`) == "1" })
	if err := f.edges["north"].SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"); err != nil {
		t.Fatal(err)
	}
	r.until("the command is told", func() bool { text, _ := os.ReadFile(out); return strings.Contains(string(text), "fra-dc1-gre") })
	_, metricsText := r.get("/metrics")
	_, state := r.get("/healthz")
	texts := map[string]string{"metrics": metricsText, "state": state, "over the socket": overSockets(t, f)}
	r.stop()
	texts["what is said"] = r.said.String()
	for _, dir := range []string{f.state(), filepath.Dir(out)} {
		_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				text, _ := os.ReadFile(path)
				texts[path] = string(text)
			}
			return nil
		})
	}
	if len(texts) < 6 {
		t.Errorf("only %d texts were looked at", len(texts))
	}
	for where, text := range texts {
		if text == "" && !filepath.IsAbs(where) || strings.Contains(text, token) || strings.Contains(text, md5) {
			t.Errorf("%s:\n%.2000s", where, text)
		}
	}
}

// overSockets is everything that the recorders of a machine hand over.
func overSockets(t *testing.T, f *firm) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(f.state(), "flarewire", "recorder", "*.sock"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("%v, %v", paths, err)
	}
	c := handover.NewClient(strings.Repeat("0", 31)+"1", handover.Place{Path: paths[0], Name: "recorder"})
	text := string(c.History(t.Context()))
	for _, d := range store.TargetsOf(store.GRETunnels, store.Routes, store.Prefixes) {
		h, ok := c.Hand(t.Context(), d, store.Entry{}.Fetched, store.Entry{}.Fetched)
		if !ok {
			t.Errorf("%v is not handed over", d)
		}
		for _, row := range append(h.Rows, h.IPsec...) {
			text += string(row)
		}
	}
	return text
}
