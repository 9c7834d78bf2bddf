package live_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/api"
	"flarewire/internal/simedge"
	"flarewire/views/live"
)

// A page whose data waits for the program's own budget says so, and for how many seconds from now.
func TestAPauseOfOurOwnIsSaidAsThat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		edge := simedge.New(simedge.Options{Now: time.Now})
		client, err := api.New(api.Options{Transport: edge.RoundTripper(), Budget: 1,
			Credentials: api.Credentials{Token: api.NewSecret(simedge.DefaultToken)}})
		if err != nil {
			t.Fatal(err)
		}
		account := client.In(edge.Account())
		if _, err := account.Routes.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err = account.Routes.List(t.Context())
		time.Sleep(4 * time.Minute)
		const want = "Paused: flarewire's own API rate budget is used up, next request in 70 s"
		if got := live.Sentence(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

// A pause that Cloudflare asked for is not called ours.
func TestAPauseOfCloudflaresIsSaidAsThat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		edge := simedge.New(simedge.Options{Now: time.Now})
		edge.Fault(simedge.Fault{Kind: simedge.FaultRateLimit, RetryAfter: 200 * time.Second})
		client, err := api.New(api.Options{Transport: edge.RoundTripper(),
			Credentials: api.Credentials{Token: api.NewSecret(simedge.DefaultToken)}})
		if err != nil {
			t.Fatal(err)
		}
		account := client.In(edge.Account())
		_, _ = account.Routes.List(t.Context())
		_, err = account.Routes.List(t.Context())
		if got := live.Sentence(err); !strings.HasPrefix(got, "Paused: too many requests for this user; wait until ") {
			t.Errorf("%q", got)
		}
	})
}
