package live_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/views/live"
)

// A page whose data waits for the program's own budget says so, and for how many seconds from now.
func TestAPauseOfOurOwnIsSaidAsThat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simaccount.New(simaccount.Options{Now: time.Now})
		client, err := api.New(api.Options{Transport: sim.RoundTripper(), Budget: 1,
			Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
		if err != nil {
			t.Fatal(err)
		}
		account := client.In(sim.Account())
		if _, err := account.Routes.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err = account.Routes.List(t.Context())
		time.Sleep(4 * time.Minute)
		const want = "Paused: flarewire's own API rate budget is used up, next request in 70 s"
		if got := live.ErrorLine(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// A pause that Cloudflare asked for is not called ours.
func TestAPauseOfCloudflaresIsSaidAsThat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := simaccount.New(simaccount.Options{Now: time.Now})
		sim.Fault(simaccount.Fault{Kind: simaccount.FaultRateLimit, RetryAfter: 200 * time.Second})
		client, err := api.New(api.Options{Transport: sim.RoundTripper(),
			Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
		if err != nil {
			t.Fatal(err)
		}
		account := client.In(sim.Account())
		_, _ = account.Routes.List(t.Context())
		_, err = account.Routes.List(t.Context())
		if got := live.ErrorLine(err); !strings.HasPrefix(got, "Paused: too many requests for this user; wait until ") {
			t.Errorf("%q", got)
		}
	})
}

// Where there is room, what the server said stands before what we make of it; a page that is not the API's has said nothing.
func TestTheServersSentenceComesFirst(t *testing.T) {
	body := func(code, text string) string {
		return `{"success":false,"result":null,"messages":[],"errors":[{"code":` + code + `,"message":"` + text + `"}]}`
	}
	for name, c := range map[string]struct {
		fault simaccount.Fault
		first string
	}{
		"invalid": {simaccount.Fault{Kind: simaccount.FaultStatus, Status: 400, Body: body("1004", "no such region")},
			"400 (no such region, code 1004): "},
		"absent": {simaccount.Fault{Kind: simaccount.FaultStatus, Status: 404, Body: body("1003", "not for this account")},
			"404 (not for this account, code 1003): "},
		"forbidden": {simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403, Body: body("9109", "from location")},
			"403 (from location, code 9109): "},
		"long": {simaccount.Fault{Kind: simaccount.FaultStatus, Status: 400, Body: body("1", strings.Repeat("long ", 100))},
			"400 (" + strings.Repeat("long ", 40) + "…, code 1): "},
		"no words": {simaccount.Fault{Kind: simaccount.FaultHTML, Status: 403}, "403: "},
	} {
		sim := simaccount.New(simaccount.Options{})
		sim.Fault(c.fault)
		client, err := api.New(api.Options{Transport: sim.RoundTripper(),
			Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.In(sim.Account()).Routes.List(t.Context())
		if got := live.ErrorText(err); !strings.HasPrefix(got, "Cloudflare answered "+c.first) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
