package reliability_test

import (
	"fmt"
	"net/http"
	"time"

	"flarewire/internal/simaccount"
)

// trouble is one thing that can be wrong with the server.
type trouble struct {
	name string
	// fault is what simaccount does; nil for the clock.
	fault *simaccount.Fault
	skew  time.Duration
	// word is in the sentence about it; empty when nothing is wrong that a user must be told.
	word string
}

// status is an answer with an error status and an envelope, as Cloudflare gives it.
func status(code int, word string) trouble {
	return trouble{name: fmt.Sprint(code), word: word, fault: &simaccount.Fault{Kind: simaccount.FaultStatus, Status: code,
		Body: fmt.Sprintf(`{"success":false,"errors":[{"code":10000,"message":%q}],"messages":[],"result":null}`, http.StatusText(code))}}
}

// troubles are all of them: what issue 8 names, and what simaccount can do.
func troubles() []trouble {
	return []trouble{
		status(400, "check the values"), status(401, "token"), status(403, "lacks"), status(404, "check the id"), status(409, "conflicts"),
		status(429, "too many requests"), status(500, "try again"), status(502, "try again"), status(503, "try again"),
		{name: "storm", word: "too many requests", fault: &simaccount.Fault{Kind: simaccount.FaultRateLimit, RetryAfter: 30 * time.Second}},
		{name: "late", word: "network", fault: &simaccount.Fault{Kind: simaccount.FaultDelay, Delay: 45 * time.Second}},
		{name: "slow", word: "network", fault: &simaccount.Fault{Kind: simaccount.FaultSlow, Delay: 40 * time.Second}},
		{name: "reset", word: "network", fault: &simaccount.Fault{Kind: simaccount.FaultReset}},
		{name: "cut", word: "network", fault: &simaccount.Fault{Kind: simaccount.FaultTruncated}},
		{name: "half", word: "CLOUDFLARE_BASE_URL", fault: &simaccount.Fault{Kind: simaccount.FaultStatus, Status: 200,
			Body: `{"success":true,"result":{"gre_tun`}},
		{name: "html", word: "CLOUDFLARE_BASE_URL", fault: &simaccount.Fault{Kind: simaccount.FaultHTML, Status: 200}},
		{name: "garbage", word: "CLOUDFLARE_BASE_URL", fault: &simaccount.Fault{Kind: simaccount.FaultGarbage}},
		{name: "empty", word: "CLOUDFLARE_BASE_URL", fault: &simaccount.Fault{Kind: simaccount.FaultEmpty}},
		{name: "types", word: "ask Cloudflare's support", fault: &simaccount.Fault{Kind: simaccount.FaultWrongTypes}},
		{name: "fields", fault: &simaccount.Fault{Kind: simaccount.FaultUnknownFields}},
		{name: "100MB", word: "CLOUDFLARE_BASE_URL", fault: &simaccount.Fault{Kind: simaccount.FaultHuge, Size: 100 << 20}},
		{name: "ahead", skew: 26 * time.Hour},
		{name: "behind", skew: -26 * time.Hour},
	}
}
