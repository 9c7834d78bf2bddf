package bundle_test

import (
	"errors"
	"strings"
	"testing"

	"flarewire/api"
)

// The analytics are asked too often while a bundle is made: the reason stands there once, on one line, and what is in the
// file from before is not called unknown.
func TestEachReasonIsSaidOnceWithAllThatItIsTrueOf(t *testing.T) {
	c := night(t)
	spent := &api.Error{Kind: api.RateLimited, Method: "POST", Path: "/graphql", Detail: "the program's own share of requests is used up",
		RequestID: "one"}
	again := *spent
	again.RequestID = "two"
	c.Snapshot.Health.Err, c.Snapshot.Health.Failures = spent, 1
	c.Snapshot.Traffic.Err, c.Snapshot.Traffic.Failures = errors.Join(spent, &again), 1
	c.Insights[0].HealthErr, c.Insights[0].EgressErr = spent, &again
	gaps := c.Gaps()
	if len(gaps) != 2 {
		t.Fatalf("%d gaps: %v", len(gaps), gaps)
	}
	for i, want := range []string{"Not read anew: health, traffic. Why: the program's own share",
		"Not known: the analytics of fra-dc2-gre. Why: the program's own share"} {
		if got := gaps[i].String(); !strings.HasPrefix(got, want) || strings.Contains(got, "\n") || strings.Count(got, "used up") != 1 {
			t.Errorf("%q, want %q", got, want)
		}
	}
	files := pack(t, c)
	if readme := files["README.txt"]; strings.Count(readme, "used up") != 2 || !strings.Contains(readme, "- "+gaps[0].String()+"\n") ||
		files["health.json"] == "" {
		t.Errorf("the file says it otherwise:\n%s", readme)
	}
	if strings.Contains(files["about.json"], `\n`) {
		t.Errorf("an error is on several lines:\n%s", files["about.json"])
	}
}
