package cli_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"flarewire/internal/routerconfig"
	"flarewire/internal/rules"
	"flarewire/internal/simaccount"
)

// ownASN gives the account another AS number of Cloudflare's than the usual one.
func ownASN(t *testing.T, sim *simaccount.Server) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPut, "/client/v4/accounts/"+simaccount.DefaultAccount+"/cni/settings",
		strings.NewReader(`{"default_asn":64999}`))
	r.Header.Set("Authorization", "Bearer "+simaccount.DefaultToken)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	sim.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
}

// An account whose sessions have another AS number of Cloudflare's: every text for a router and every diagnosis has that one.
func TestCloudflaresASNumberIsTheAccountsInEveryCommand(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	if _, err := sim.Inject(simaccount.WrongMD5); err != nil {
		t.Fatal(err)
	}
	if err := sim.SetBGP(simaccount.GRETunnels, "fra-dc1-gre", "OpenSent"); err != nil {
		t.Fatal(err)
	}
	ownASN(t, sim)
	for kind, name := range map[rules.OnRamp]string{rules.GRE: "fra-dc1-gre", rules.IPsec: ipsecName(t, env)} {
		for _, p := range routerconfig.Platforms(kind) {
			s := newShell(t, env...)
			if code := s.run("config", name, "--for", string(p)); code != 0 || strings.Contains(s.out.String(), "13335") {
				t.Errorf("%s for %s: exit %d, or another number:\n%s%s", name, p, code, s.out.String(), s.err.String())
			}
			if p != routerconfig.Terraform && kind == rules.GRE && !strings.Contains(s.out.String(), "64999") {
				t.Errorf("%s for %s does not have the account's number:\n%s", name, p, s.out.String())
			}
		}
	}
	s := newShell(t, env...)
	if code := s.run("diagnose", "fra-dc1-gre"); code != 0 || !strings.Contains(s.out.String(), "64999") ||
		strings.Contains(s.out.String(), "13335") {
		t.Errorf("exit %d: %s%s", code, s.out.String(), s.err.String())
	}
}

// Settings that cannot be read are said where a text has an AS number of Cloudflare's all the same.
func TestAnUnreadASNumberOfCloudflaresIsSaid(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	sim.Script(func(r simaccount.Request) *simaccount.Fault {
		if strings.HasSuffix(r.Path, "/cni/settings") {
			return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: http.StatusForbidden,
				Body: `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[],"result":null}`}
		}
		return nil
	})
	for _, args := range [][]string{{"config", "fra-dc1-gre", "--for", "linux"}, {"diagnose", "fra-dc1-gre"}} {
		s := newShell(t, env...)
		if code := s.run(args...); code != 0 || !strings.Contains(s.err.String(), "CNI settings could not be read") {
			t.Errorf("%v: exit %d, %q", args, code, s.err.String())
		}
	}
}
