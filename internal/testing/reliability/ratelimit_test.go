package reliability_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// One good answer says that no requests are left for an hour, which Cloudflare never means: its window has five minutes. The program
// pauses for that long, says so, and goes on.
func TestAnHourOnAGoodAnswerIsTakenForCloudflaresWindow(t *testing.T) {
	sit(t, options{start: "tunnels"}, func(s *seat) {
		s.pass(10 * time.Second)
		rest := func() (n int) { // GraphQL is counted apart, also by Cloudflare
			for _, r := range s.Requests() {
				if r.Path != "/graphql" {
					n++
				}
			}
			return n
		}
		said := false
		s.Script(func(r simaccount.Request) *simaccount.Fault {
			if said || r.Path == "/graphql" {
				return nil
			}
			said = true
			return &simaccount.Fault{Kind: simaccount.FaultDelay, Header: http.Header{"Ratelimit": {`"default";r=0;t=3600`}}}
		})
		s.pass(time.Minute)
		if !said {
			t.Fatal("nothing was asked")
		}
		asked := rest()
		if s.pass(3 * time.Minute); rest() > asked || !strings.Contains(strings.Join(s.screen(), "\n"), "Paused: ") {
			t.Errorf("%d requests in the pause:\n%s", rest()-asked, strings.Join(s.screen(), "\n"))
		}
		if s.pass(2 * time.Minute); rest() == asked {
			t.Errorf("nothing is asked after the window:\n%s", strings.Join(s.screen(), "\n"))
		}
	})
}
