package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/secret"
	"flarewire/internal/simedge"
)

// inFiveEncodings are the forms in which a server may give a secret back.
func inFiveEncodings(value string) []string {
	escaped, _ := json.Marshal(value)
	return []string{value, strings.Trim(string(escaped), `"`), base64.StdEncoding.EncodeToString([]byte(value)),
		hex.EncodeToString([]byte(value)), url.QueryEscape(value)}
}

// parrot refuses every change and repeats the secrets of all it was ever sent, also to whoever only reads afterwards.
type parrot struct {
	edge  http.Handler
	mu    sync.Mutex
	heard []string
}

func (p *parrot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Method == http.MethodGet && len(p.heard) == 0 {
		p.edge.ServeHTTP(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	for _, v := range append(secret.FieldsOf(body), secret.New(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))) {
		p.heard = append(p.heard, inFiveEncodings(v.Reveal())...)
	}
	message, _ := json.Marshal("I heard " + strings.Join(p.heard, " and "))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte(`{"success":false,"errors":[{"code":1022,"message":` + string(message) + `}]}`))
}

// A change whose refusal repeats every secret of it in five encodings leaves none in the result, on standard output or error, in
// the journal, in what `journal -o json` and `check` print, or in any file.
func TestNoSecretOfAChangeIsInATextOrAFile(t *testing.T) {
	const psk, md5Key, token = `canary"psk\with<odd>&signs 0123456789`, "canary-md5-0123456789", "canary-token-of-40-characters-0123456789"
	edge := simedge.New(simedge.Options{})
	edge.Grant(token, simedge.MagicTransitWrite)
	p := &parrot{edge: edge}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	home, log := t.TempDir(), filepath.Join(t.TempDir(), "debug.log")
	var out, said bytes.Buffer
	x := IO{In: strings.NewReader(""), Out: &out, Err: &said, Now: time.Now, Redactor: &secret.Redactor{},
		Environ: []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home, "CLOUDFLARE_API_TOKEN=" + token,
			"CLOUDFLARE_ACCOUNT_ID=" + simedge.DefaultAccount, "CLOUDFLARE_BASE_URL=" + server.URL + "/client/v4"}}
	f := &flags{refresh: time.Minute, theme: "none", debugLog: log}
	s, err := f.open(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	env, err := s.env(t.Context(), x, s.store(t.Context(), f))
	if err != nil {
		t.Fatal(err)
	}
	tunnel := api.IPsecTunnel{Name: "canary-tunnel", CloudflareEndpoint: "203.0.113.1", InterfaceAddress: "10.9.9.0/31",
		PSK: api.NewSecret(psk), BGP: &api.BGP{CustomerASN: 65001, MD5Key: md5Key}}
	plan, err := env.Writer.PrepareCreate(t.Context(), change.IPsecTunnels.Resource, api.ObjectOf(tunnel))
	if err != nil {
		t.Fatal(err)
	}
	result := env.Writer.Apply(t.Context(), plan)
	out.WriteString(result.Text)
	if result.Err == nil {
		t.Fatal("the change was not refused")
	}
	out.WriteString(result.Err.Error())
	s.close()
	for _, args := range [][]string{{"journal", "-o", "json"}, {"journal"}, {"check"}, {"status"}, {"list", "gre"},
		{"metrics"}, {"diagnose"}, {"diagnose", "-o", "json"}, {"where", "10.64.0.1"}, {"snapshot", "save", filepath.Join(home, "day.json")}} {
		Main(t.Context(), args, x)
	}
	texts := map[string]string{"standard output": out.String(), "standard error": said.String()}
	for _, dir := range []string{home, filepath.Dir(log)} {
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				var content []byte
				content, err = os.ReadFile(path)
				texts[path] = string(content)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(p.heard) < 15 || len(texts) < 4 || !strings.Contains(texts["standard output"], "I heard [redacted]") {
		t.Fatalf("%d secrets were repeated, %d texts searched: %s", len(p.heard), len(texts), texts["standard output"])
	}
	for where, text := range texts {
		for _, form := range p.heard {
			if strings.Contains(text, form) {
				t.Errorf("a secret is in %s", where)
			}
		}
	}
}
