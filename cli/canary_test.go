package cli

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/secret"
	"flarewire/internal/simaccount"
)

// inFiveEncodings are the forms in which a server may give a secret back.
func inFiveEncodings(value string) []string {
	escaped, _ := json.Marshal(value)
	return []string{value, strings.Trim(string(escaped), `"`), base64.StdEncoding.EncodeToString([]byte(value)),
		hex.EncodeToString([]byte(value)), url.QueryEscape(value)}
}

// parrot refuses every change but a generated key, and repeats the secrets of all that it was ever sent or has answered, from some time
// on also to whoever only reads.
type parrot struct {
	edge    http.Handler
	mu      sync.Mutex
	heard   []string
	noReads bool
}

func (p *parrot) hear(values ...secret.Value) {
	for _, v := range values {
		p.heard = append(p.heard, inFiveEncodings(v.Reveal())...)
	}
}

func (p *parrot) refuseReads() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noReads = true
}

func (p *parrot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hear(secret.New(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")))
	switch {
	case !p.noReads && (r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/graphql")):
		p.edge.ServeHTTP(w, r)
		return
	case strings.HasSuffix(r.URL.Path, "/psk_generate"):
		answer := httptest.NewRecorder()
		p.edge.ServeHTTP(answer, r)
		p.hear(secret.FieldsOf(answer.Body.Bytes())...)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
		return
	}
	body, _ := io.ReadAll(r.Body)
	p.hear(secret.FieldsOf(body)...)
	slices.Sort(p.heard)
	p.heard = slices.Compact(p.heard)
	message, _ := json.Marshal("I heard " + strings.Join(p.heard, " and "))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte(`{"success":false,"errors":[{"code":1022,"message":` + string(message) + `}]}`))
}

// searched adds the files of a folder to the texts that are searched, and what is in the archives among them.
func searched(t *testing.T, texts map[string]string, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		texts[path] = string(content)
		if err != nil || filepath.Ext(path) != ".zip" {
			return err
		}
		archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return err
		}
		for _, f := range archive.File {
			inside, err := fs.ReadFile(archive, f.Name)
			if err != nil {
				return err
			}
			texts[path+": "+f.Name] = string(inside)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// withNewShare puts aside what is known of the credential's use, so that no command waits for its share of the requests.
func withNewShare(t *testing.T, home string) {
	t.Helper()
	dir := filepath.Join(home, "flarewire", "share")
	for n := range 1000 {
		aside := fmt.Sprint(dir, "-", n)
		if _, err := os.Stat(aside); err == nil {
			continue
		}
		if err := os.Rename(dir, aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		return
	}
}

// applied makes changes and returns everything that is said of them. One of them has a new key in its answer, which is only where the
// page shows it; the others are refused.
func applied(t *testing.T, ctx context.Context, w *change.Writer, account *api.AccountClient, secrets map[string]string) string {
	t.Helper()
	var said strings.Builder
	tunnels, err := account.IPsecTunnels.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for name, prepare := range map[string]func() (change.Plan, error){
		"a generated key": func() (change.Plan, error) { return change.PrepareGeneratePSK(ctx, w, tunnels[0]) },
		"a tunnel": func() (change.Plan, error) {
			return w.PrepareCreate(ctx, change.IPsecTunnels.Resource, api.ObjectOf(api.IPsecTunnel{Name: "canary-tunnel",
				CloudflareEndpoint: "203.0.113.1", InterfaceAddress: "10.9.9.0/31", PSK: api.NewSecret(secrets["psk"]),
				BGP: &api.BGP{CustomerASN: 65001, MD5Key: secrets["md5_key"]}}))
		},
		"an interconnect": func() (change.Plan, error) {
			return w.PrepareCreate(ctx, change.Ports.Resource, api.ObjectOf(api.Interconnect{Type: "gcp_partner",
				Bandwidth: "2G", PairingKey: api.NewSecret(secrets["pairing_key"])}))
		},
	} {
		plan, err := prepare()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fmt.Fprintln(&said, plan.Title, plan.Warnings, plan.Consequences, plan.Differences)
		result := w.Apply(ctx, plan)
		fmt.Fprintln(&said, result.Text, result.Err, result.Recovery, string(result.Object))
		if generated := name == "a generated key"; generated == result.Secret.IsZero() || generated != (result.Err == nil) {
			t.Fatalf("%s: %s (%v)", name, result.Text, result.Err)
		}
	}
	return said.String()
}

// Changes whose refusals repeat every secret of them, and a key that Cloudflare has generated, in five encodings leave none in their
// results, on standard output or error, in the journal, in what commands print, whether the account can be read or not, or in any file.
func TestNoSecretOfAChangeIsInATextOrAFile(t *testing.T) {
	const token = "canary-token-of-40-characters-0123456789"
	secrets := map[string]string{"psk": `canary"psk\with<odd>&signs 0123456789`, "md5_key": "canary-md5-0123456789",
		"pairing_key": "canary-pairing/0123456789/europe-west3/1"}
	sim := simaccount.New(simaccount.Options{})
	sim.Grant(token, simaccount.MagicTransitWrite, simaccount.PrefixesRead, simaccount.AnalyticsRead, simaccount.AccountSettingRead)
	p := &parrot{edge: sim}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	home, log := t.TempDir(), filepath.Join(t.TempDir(), "debug.log")
	var out, said bytes.Buffer
	x := IO{In: strings.NewReader(""), Out: &out, Err: &said, Now: time.Now, Redactor: &secret.Redactor{},
		Environ: []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_STATE_HOME=" + home, "CLOUDFLARE_API_TOKEN=" + token,
			"CLOUDFLARE_ACCOUNT_ID=" + simaccount.DefaultAccount, "CLOUDFLARE_BASE_URL=" + server.URL + "/client/v4"}}
	f := &flags{refresh: time.Minute, theme: "none", debugLog: log}
	s, err := f.open(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	env, err := s.env(t.Context(), x, s.store(t.Context(), f))
	if err != nil {
		t.Fatal(err)
	}
	out.WriteString(applied(t, t.Context(), env.Writer, s.account, secrets))
	s.close()
	day := filepath.Join(home, "day.json")
	run := func(name string) {
		for _, args := range [][]string{{"journal", "-o", "json"}, {"journal"}, {"check"}, {"status"}, {"list", "gre"}, {"metrics"},
			{"diagnose"}, {"diagnose", "-o", "json"}, {"where", "10.64.0.1"}, {"snapshot", "save", day, "--force"},
			{"snapshot", "compare", day}, {"snapshot", "compare", day, "-o", "json"}, {"bundle", filepath.Join(home, name+".zip")},
			{"config", "ams-br2-ipsec", "--for", "vyos"}, {"get", "ipsec", "ams-br2-ipsec", "-o", "json"}} {
			withNewShare(t, home)
			Main(t.Context(), append(args, "--debug-log", log), x)
		}
	}
	run("readable")
	p.refuseReads()
	run("refused")
	texts := map[string]string{"standard output": out.String(), "standard error": said.String()}
	searched(t, texts, home)
	searched(t, texts, filepath.Dir(log))
	for _, name := range []string{day, log, filepath.Join(home, "readable.zip") + ": tunnels.json",
		filepath.Join(home, "refused.zip") + ": README.txt"} {
		if texts[name] == "" {
			t.Errorf("%s is not there to be searched", name)
		}
	}
	for _, value := range append(slices.Collect(maps.Values(secrets)), token) {
		if !slices.Contains(p.heard, value) {
			t.Errorf("the server was never sent %q, or does not repeat it", value)
		}
	}
	if !strings.Contains(texts["standard output"], "I heard [redacted]") ||
		!strings.Contains(texts["standard output"], "0 differences") || !strings.Contains(texts["standard error"], "I heard [redacted]") {
		t.Fatalf("%d secrets were repeated, %d texts searched: %s%s", len(p.heard), len(texts), &out, &said)
	}
	for where, text := range texts {
		for _, form := range p.heard {
			if strings.Contains(text, form) {
				t.Errorf("a secret is in %s: %q", where, form)
			}
		}
	}
}
