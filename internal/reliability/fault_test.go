package reliability_test

import (
	"fmt"
	"net/http"
	"time"

	"flarewire/internal/simedge"
)

// trouble is one thing that can be wrong with the server.
type trouble struct {
	name string
	// fault is what simedge does; nil for the clock.
	fault *simedge.Fault
	skew  time.Duration
	// word is in the sentence about it; empty when nothing is wrong that a user must be told.
	word string
}

// status is an answer with an error status and an envelope, as Cloudflare gives it.
func status(code int, word string) trouble {
	return trouble{name: fmt.Sprint(code), word: word, fault: &simedge.Fault{Kind: simedge.FaultStatus, Status: code,
		Body: fmt.Sprintf(`{"success":false,"errors":[{"code":10000,"message":%q}],"messages":[],"result":null}`, http.StatusText(code))}}
}

// troubles are all of them: what issue 8 names, and what simedge can do.
func troubles() []trouble {
	return []trouble{
		status(400, "check the values"), status(401, "token"), status(403, "lacks"), status(404, "check the id"), status(409, "conflicts"),
		status(429, "too many requests"), status(500, "try again"), status(502, "try again"), status(503, "try again"),
		{name: "storm", word: "too many requests", fault: &simedge.Fault{Kind: simedge.FaultRateLimit, RetryAfter: 30 * time.Second}},
		{name: "late", word: "network", fault: &simedge.Fault{Kind: simedge.FaultDelay, Delay: 45 * time.Second}},
		{name: "slow", word: "network", fault: &simedge.Fault{Kind: simedge.FaultSlow, Delay: 40 * time.Second}},
		{name: "reset", word: "network", fault: &simedge.Fault{Kind: simedge.FaultReset}},
		{name: "cut", word: "network", fault: &simedge.Fault{Kind: simedge.FaultTruncated}},
		{name: "half", word: "CLOUDFLARE_BASE_URL", fault: &simedge.Fault{Kind: simedge.FaultStatus, Status: 200,
			Body: `{"success":true,"result":{"gre_tun`}},
		{name: "html", word: "CLOUDFLARE_BASE_URL", fault: &simedge.Fault{Kind: simedge.FaultHTML, Status: 200}},
		{name: "garbage", word: "CLOUDFLARE_BASE_URL", fault: &simedge.Fault{Kind: simedge.FaultGarbage}},
		{name: "empty", word: "CLOUDFLARE_BASE_URL", fault: &simedge.Fault{Kind: simedge.FaultEmpty}},
		{name: "types", word: "ask Cloudflare's support", fault: &simedge.Fault{Kind: simedge.FaultWrongTypes}},
		{name: "fields", fault: &simedge.Fault{Kind: simedge.FaultUnknownFields}},
		{name: "100MB", word: "CLOUDFLARE_BASE_URL", fault: &simedge.Fault{Kind: simedge.FaultHuge, Size: 100 << 20}},
		{name: "ahead", skew: 26 * time.Hour},
		{name: "behind", skew: -26 * time.Hour},
	}
}
