package bundle_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/bundle"
	"flarewire/internal/diagnose"
	"flarewire/internal/secret"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// Everything that must not leave.
const (
	md5Canary   = "canary-md5-key"
	pskCanary   = "canaryPSK0123456789"
	tokenCanary = "canary-token-of-the-old-kind-without-prefix"
	newToken    = "cfut_canary0123456789012345678901234567890123"
	newField    = "canary-ike-secret"
)

// night is the account after a bad night, read through the real client.
func night(t *testing.T) bundle.Contents {
	t.Helper()
	now := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	sim := simaccount.New(simaccount.Options{Now: clock, Token: tokenCanary})
	for _, trouble := range []simaccount.Trouble{simaccount.WrongMD5, simaccount.Withdrawn, simaccount.BindingLost} {
		if _, err := sim.Inject(trouble); err != nil {
			t.Fatal(err)
		}
	}
	if err := sim.Mutate(simaccount.GRETunnels, "fra-dc2-gre", func(o simaccount.Object) {
		o["bgp"].(simaccount.Object)["md5_key"] = md5Canary
		o["description"] = "the key is " + md5Canary
		o["x_ike_secret"] = simaccount.Object{"values": []any{newField, int64(12345678)}}
	}); err != nil {
		t.Fatal(err)
	}
	if err := sim.Mutate(simaccount.IPsecTunnels, "jnb-br1-ipsec", func(o simaccount.Object) { o["psk"] = pskCanary }); err != nil {
		t.Fatal(err)
	}
	client, err := api.New(api.Options{Transport: sim.RoundTripper(), Now: clock,
		Credentials: api.Credentials{Token: api.NewSecret(tokenCanary)}})
	if err != nil {
		t.Fatal(err)
	}
	account := client.In(sim.Account())
	w := store.New(account, clock, 0)
	w.Use(store.FromAccount(account))
	known := *w.ReadAll(t.Context(), nil, bundle.Kinds()...)
	s := &known
	s.Health.Err = errors.New("a proxy said: Authorization: Bearer " + tokenCanary + " " + newToken + " " +
		base64.StdEncoding.EncodeToString([]byte(tokenCanary)))
	s.Events = []store.Event{{At: now, Kind: store.SessionChanged, Name: "fra-dc2-gre", From: store.Up, To: store.Down}}
	facts := diagnose.From(s, now)
	insight := store.ReadInsight(t.Context(), account, "fra-dc2-gre", now)
	return bundle.Contents{At: now, Version: "flarewire 1.2.3", Account: account.ID, Snapshot: s, Findings: diagnose.New(facts).All(),
		Insights: []store.Insight{insight}, Traces: []api.Trace{{Target: "203.0.113.1"}}, Secrets: []secret.Value{secret.New(tokenCanary)}}
}

func unpack(t *testing.T, archive []byte) map[string]string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
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

func pack(t *testing.T, c bundle.Contents) map[string]string {
	t.Helper()
	var b bytes.Buffer
	if err := bundle.Write(&b, c); err != nil {
		t.Fatal(err)
	}
	return unpack(t, b.Bytes())
}

func TestNoSecretLeaves(t *testing.T) {
	for name, content := range pack(t, night(t)) {
		if i := strings.Index(strings.ToLower(content), "canary"); i >= 0 {
			t.Errorf("%s holds a secret: …%s…", name, content[max(0, i-60):min(len(content), i+60)])
		}
		if strings.Contains(content, "12345678]") || strings.Contains(content, base64.StdEncoding.EncodeToString([]byte(tokenCanary))) {
			t.Errorf("%s holds a secret in another form", name)
		}
	}
}

// Support finds what it asks for: objects, versions, times, what changed and what it points to.
func TestABundleHoldsWhatSupportAsksFor(t *testing.T) {
	files := pack(t, night(t))
	for name, want := range map[string][]string{
		"README.txt":      {"flarewire 1.2.3", "2026-11-20T03:00:00Z", "look through it"},
		"about.json":      {"GRE tunnels", "prefixes", "a proxy said", "[redacted]", runtime.GOOS},
		"tunnels.json":    {"fra-dc2-gre", "bgp_status", "psk_metadata", "last_generated_on", "\"md5_key\": \"[redacted]\"", "remote_identities"},
		"routes.json":     {"198.18.10.0/24", "nexthop"},
		"prefixes.json":   {"bgp_prefixes", "on_demand", "provisioning", "\"ownership_validation_token\": \"[redacted]\""},
		"health.json":     {"health_average", "ingress_bits_per_second"},
		"findings.json":   {"md5-mismatch", "prefix-withdrawn", "likely", "outage", "evidence"},
		"analytics.json":  {"fra03", "5m0s"},
		"traceroute.json": {"203.0.113.1"},
		"events.jsonl":    {`"kind":"session"`, `"to":"down"`},
	} {
		content, is := files[name]
		if !is {
			t.Errorf("%s is missing", name)
		}
		for _, w := range want {
			if !strings.Contains(content, w) {
				t.Errorf("%s does not hold %s:\n%.600s", name, w, content)
			}
		}
		if strings.HasSuffix(name, ".json") && !json.Valid([]byte(content)) {
			t.Errorf("%s is no JSON", name)
		}
	}
}

func TestWhatWasNotReadIsNotClaimedToBeEmpty(t *testing.T) {
	files := pack(t, bundle.Contents{At: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC), Snapshot: &store.Snapshot{}})
	for _, name := range []string{"tunnels.json", "health.json", "interconnects.json", "requests.jsonl", "routes.json", "prefixes.json",
		"analytics.json", "traceroute.json"} {
		if _, is := files[name]; is {
			t.Errorf("%s is there, but nothing was read", name)
		}
	}
	if !json.Valid([]byte(files["about.json"])) {
		t.Error(files["about.json"])
	}
}

func TestTheFileIsForTheUserOnly(t *testing.T) {
	c := night(t)
	path := filepath.Join(t.TempDir(), bundle.Name(c.At))
	if filepath.Base(path) != "flarewire-support-20261120T030000Z.zip" {
		t.Error(path)
	}
	if err := bundle.Save(path, c, false); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := bundle.Save(filepath.Join(t.TempDir(), "none", "x.zip"), c, false); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("%v", err)
	}
}
