package cli_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"flarewire/internal/simaccount"
)

// A recorder watches an account whose objects hold an MD5 key, and whose server repeats token and key in five encodings in its errors.
// Neither is in its metrics, in what it says, in what a command is told of an event, in that command's environment, or in a file.
func TestNoSecretIsInMetricsRecordsAndEvents(t *testing.T) {
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("skipped: no /bin/sh here")
	}
	const token, md5Key = "canary-token-of-40-characters-9876543210", `canary"md5\with&signs-98765`
	sim := simaccount.New(simaccount.Options{Token: token})
	if err := sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre",
		func(o simaccount.Object) { o["bgp"].(simaccount.Object)["md5_key"] = md5Key }); err != nil {
		t.Fatal(err)
	}
	var forms []string
	for _, value := range []string{token, md5Key} {
		escaped, _ := json.Marshal(value)
		forms = append(forms, value, strings.Trim(string(escaped), `"`), base64.StdEncoding.EncodeToString([]byte(value)),
			hex.EncodeToString([]byte(value)), url.QueryEscape(value))
	}
	var repeated atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/routes") {
			sim.ServeHTTP(w, r)
			return
		}
		repeated.Add(1)
		message, _ := json.Marshal("I heard " + strings.Join(forms[:5], " and "))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"success":false,"errors":[{"code":1022,"message":` + string(message) + `}]}`))
	}))
	t.Cleanup(server.Close)
	home := t.TempDir()
	told := filepath.Join(home, "told")
	f := &firm{env: []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home, "PATH=" + os.Getenv("PATH"),
		"CLOUDFLARE_API_TOKEN=" + token, "CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount,
		"CLOUDFLARE_BASE_URL=" + server.URL + "/client/v4"}}
	r := f.record(t, "--debug-log", filepath.Join(home, "debug.log"), "--on-event", "cat >> "+told+"; env >> "+told)
	r.until("the tunnels are read and the routes are not", func() bool {
		_, text := r.get("/metrics")
		return strings.Contains(text, "fra-dc1-gre") && repeated.Load() > 0
	})
	if err := sim.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "Idle"); err != nil {
		t.Fatal(err)
	}
	r.until("the command is told", func() bool { text, _ := os.ReadFile(told); return strings.Contains(string(text), "PATH=") })
	_, metrics := r.get("/metrics")
	r.stop()
	texts := map[string]string{"the metrics": metrics, "what the recorder said": r.said.String()}
	err := filepath.WalkDir(home, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			var content []byte
			content, err = os.ReadFile(path)
			texts[path] = string(content)
		}
		return err
	})
	if err != nil || len(texts) < 5 || !strings.Contains(texts[told], "fra-dc1-gre") {
		t.Fatalf("%d texts were searched, %v; told was %s", len(texts), err, texts[told])
	}
	for where, text := range texts {
		for _, form := range forms {
			if strings.Contains(text, form) {
				t.Errorf("a secret is in %s", strings.TrimPrefix(where, home))
			}
		}
	}
}
