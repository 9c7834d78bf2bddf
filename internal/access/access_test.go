package access_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/access"
	"flarewire/internal/rules"
	"flarewire/internal/simaccount"
)

func client(t *testing.T, sim *simaccount.Server, token string) *api.Client {
	t.Helper()
	c, err := api.New(api.Options{Credentials: api.Credentials{Token: api.NewSecret(token)}, Transport: sim.RoundTripper(), ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// state is the state of one feature in a table.
func state(findings []access.Permission, feature string) access.Permission {
	for _, f := range findings {
		if f.Feature == feature {
			return f
		}
	}
	return access.Permission{}
}

// A user's and an account's token are told apart, the latter also when nobody has named the account.
func TestBothKindsOfTokensAreVerified(t *testing.T) {
	sim := simaccount.New(simaccount.Options{})
	sim.Grant(firstToken, simaccount.MagicTransitRead)
	sim.GrantAccountToken("cfat_accountToken0123456789abcdefghijklmnopqrst", simaccount.MagicWANRead)
	for token, kind := range map[string]string{firstToken: api.UserToken,
		"cfat_accountToken0123456789abcdefghijklmnopqrst": api.AccountToken} {
		for _, account := range []string{"", sim.Account()} {
			id, err := access.Verify(t.Context(), client(t, sim, token), account)
			if err != nil || id.Kind != kind || id.TokenID == "" || len(id.Accounts) != 1 {
				t.Errorf("%s with account %q: %q, %d accounts, %v", kind, account, id.Kind, len(id.Accounts), err)
			}
		}
	}
}

// Every feature has its own row: what is missing has the exact name of the group, and nothing was changed to find out.
func TestEveryFeatureIsTried(t *testing.T) {
	sim := simaccount.New(simaccount.Options{})
	sim.Grant(firstToken, simaccount.MagicTransitRead)
	c := client(t, sim, firstToken)
	findings := access.Probe(t.Context(), c.In(sim.Account()), nil)
	for feature, want := range map[string]access.State{
		"Tunnels and BGP": access.Allowed, "Static routes": access.Allowed, "Interconnects": access.Allowed, "Prefixes (BYOIP)": access.Allowed,
		"Service bindings": access.Missing, "Health and traffic": access.Missing, "Account's name": access.Missing, "Changes": access.NotKnown,
		"Traceroute": access.NotKnown,
	} {
		if got := state(findings, feature); got.State != want || got.Needs == "" {
			t.Errorf("%s is %q (%s), want %q", feature, got.State, got.Detail, want)
		}
	}
	if got := state(findings, "Service bindings"); got.Needs != "IP Prefixes: Read" || !strings.Contains(got.Detail, "10000") {
		t.Errorf("%+v", got)
	}
	for _, r := range sim.Requests() {
		if r.Method != http.MethodGet && r.Path != "/graphql" {
			t.Errorf("%s %s was sent to find out", r.Method, r.Path)
		}
	}
	sim.SetOnboarded(false)
	if got := state(access.Probe(t.Context(), c.In(sim.Account()), nil), "Tunnels and BGP"); got.State != access.NotOnboarded ||
		!strings.Contains(got.Detail, "1012") {
		t.Errorf("not onboarded: %+v", got)
	}
}

// An API that is down is not a missing permission.
func TestTroubleIsNotAMissingPermission(t *testing.T) {
	sim := simaccount.New(simaccount.Options{})
	sim.Grant(firstToken, simaccount.MagicTransitRead)
	sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 400, Body: `{"success":false,"errors":[{"code":77,"message":"odd"}]}`})
	for _, f := range access.Probe(t.Context(), client(t, sim, firstToken).In(sim.Account()), nil) {
		if f.Feature != "Account's name" && f.State != access.NotKnown {
			t.Errorf("%s is %q", f.Feature, f.State)
		}
	}
}

func TestWhatIsTypedIsJudgedWithoutBeingShown(t *testing.T) {
	long := strings.Repeat("aB3_", 12)
	for text, want := range map[string]rules.Severity{
		"": rules.Partial, "cfut_abc": rules.Partial, "cfut_" + long: rules.Note, "cfat_" + long: rules.Note,
		"cfk_" + long: rules.Error, "two words": rules.Error, "ümlaut": rules.Error, strings.Repeat("a", 40): rules.Note,
		"demo-token": rules.Warning, "c2547eb745079dac9320b638f5e225cf483cc": rules.Error, "  cfut_" + long + "\n": rules.Note,
	} {
		if got := access.CheckToken(text); got.Severity != want || len(text) > 8 && strings.Contains(got.Text, text) {
			t.Errorf("token of %d characters: severity %d, %q, want %d", len(text), got.Severity, got.Text, want)
		}
	}
	for text, want := range map[string]rules.Severity{
		"": rules.Partial, "cfk_" + long: rules.Note, "cfk_a": rules.Partial, "cfut_" + long: rules.Error,
		"c2547eb745079dac9320b638f5e225cf483cc": rules.Note, "short": rules.Warning, "a b": rules.Error,
	} {
		if got := access.CheckKey(text); got.Severity != want {
			t.Errorf("key of %d characters: severity %d, %q, want %d", len(text), got.Severity, got.Text, want)
		}
	}
	for text, want := range map[string]rules.Severity{"": rules.Partial, "a@": rules.Partial, "a@b.example": rules.None,
		"a@b c": rules.Error, "a@b@c": rules.Error} {
		if got := access.CheckEmail(text); got.Severity != want {
			t.Errorf("%q: severity %d, want %d", text, got.Severity, want)
		}
	}
}

// The addresses are the documented ones; the names stand beside them, because the page may not fill them in.
func TestTheAddressOfTheTokenPage(t *testing.T) {
	const want = "https://dash.cloudflare.com/profile/api-tokens?permissionGroupKeys=%5B%7B%22key%22%3A%22magic_transit%22%2C%22type%22" +
		"%3A%22read%22%7D%2C" +
		"%7B%22key%22%3A%22magic_wan%22%2C%22type%22%3A%22read%22%7D%2C%7B%22key%22%3A%22ip_prefixes%22%2C%22type%22%3A%22read%22%7D%2C" +
		"%7B%22key%22%3A%22account_analytics%22%2C%22type%22%3A%22read%22%7D%2C%7B%22key%22%3A%22account_settings%22%2C%22type%22%3A%22rea" +
		"d%22%7D%5D" +
		"&accountId=*&zoneId=all&name=flarewire%20read-only"
	if got := access.TokenPage(false); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := access.TokenPage(true); strings.Count(got, "%22edit%22") != 3 || !strings.HasSuffix(got, "read-write") {
		t.Error(got)
	}
	if got := strings.Join(access.Groups(true), ", "); got != "Magic Transit Write, Magic WAN Write, IP Prefixes: Write, Account Analytics "+
		"Read, Account Settings Read" {
		t.Error(got)
	}
}

func TestAnEndIsAnnouncedInTime(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for left, says := range map[time.Duration]string{
		access.SoonExpiry + time.Hour: "", access.SoonExpiry: "ends in 14 days", access.LastExpiry: "ENDS IN 3 days",
		5 * time.Hour: "ENDS IN 5 hours", 0: "has expired",
	} {
		if got := access.ExpiryWarning(now.Add(left), now); (got == "") != (says == "") || !strings.Contains(got, says) {
			t.Errorf("%s left: %q, want %q", left, got, says)
		}
	}
	if got := access.ExpiryWarning(time.Time{}, now); got != "" {
		t.Errorf("a token without an end: %q", got)
	}
}
