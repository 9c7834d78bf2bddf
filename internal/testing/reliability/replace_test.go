package reliability_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// The tunnel of these stories, and the key that goes with it.
const (
	replaced = "fra-dc1-gre"
	oldKey   = "an-md5-key-of-before"
)

// replacing leads a person to the review of a replacement of a tunnel that has an MD5 key.
func replacing(t *testing.T, story func(*seat)) {
	t.Helper()
	o := options{width: 100, height: 60, before: func(e *simaccount.Server) {
		if err := e.Mutate(simaccount.GRETunnels, replaced,
			func(o simaccount.Object) { o["bgp"].(simaccount.Object)["md5_key"] = oldKey }); err != nil {
			t.Fatal(err)
		}
	}}
	sit(t, o, func(s *seat) {
		s.pass(5 * time.Second).goTo("gre").pass(5 * time.Second)
		s.press("/").types(replaced).press("enter").press("R").pass(5 * time.Second)
		s.press("tab", "tab", "tab").types(" anew").press("ctrl+s").pass(10 * time.Second)
		s.see("enter send", "v MD5 key", "keep it before you send this")
		story(s)
	})
}

// see fails unless all texts are on the screen, whatever breaks their lines.
func (s *seat) see(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		if !says(s.screen(), text) {
			s.t.Fatalf("it does not say %q:\n%s", text, strings.Join(s.screen(), "\n"))
		}
	}
}

// agree sends what the review shows, with the name where one is asked for, and watches every screen of the next minutes: while the
// old tunnel is gone, none of them says that nothing was done.
func (s *seat) agree(span time.Duration) {
	s.t.Helper()
	s.press("enter")
	if says(s.screen(), "Type "+replaced) {
		s.types(replaced).press("enter")
	}
	for ; span > 0; span -= time.Second {
		s.pass(time.Second)
		if old, renewed := s.tunnels(); old+renewed == 0 && says(s.screen(), "not done") && !says(s.screen(), "Create GRE tunnel") {
			s.t.Fatalf("the tunnel is gone, and it says not done:\n%s", strings.Join(s.screen(), "\n"))
		}
	}
}

// tunnels counts the tunnel as it was and as it became.
func (s *seat) tunnels() (old, renewed int) {
	for _, o := range s.Objects(simaccount.GRETunnels) {
		if o["name"] != replaced {
			continue
		}
		if text, _ := o["description"].(string); strings.HasSuffix(text, " anew") {
			renewed++
		} else {
			old++
		}
	}
	return old, renewed
}

// refusals are the ways in which the second half of a replacement fails, or the first is left in doubt.
func refusals() map[string]func(simaccount.Request) *simaccount.Fault {
	creation := func(f simaccount.Fault) func(simaccount.Request) *simaccount.Fault {
		return func(r simaccount.Request) *simaccount.Fault {
			if r.Method == http.MethodPost && r.Changes() {
				return &f
			}
			return nil
		}
	}
	deletion := func(f simaccount.Fault) func(simaccount.Request) *simaccount.Fault {
		deleted := false
		return func(r simaccount.Request) *simaccount.Fault {
			deleted = deleted || r.Method == http.MethodDelete
			if deleted && r.Method != http.MethodPost {
				return &f
			}
			return nil
		}
	}
	status := func(code int) simaccount.Fault {
		return simaccount.Fault{Kind: simaccount.FaultStatus, Status: code,
			Body: `{"success":false,"errors":[{"code":10000,"message":"the name is in use"}]}`}
	}
	carriedOut := status(500)
	carriedOut.CarriedOut = true
	return map[string]func(simaccount.Request) *simaccount.Fault{
		"400": creation(status(400)), "403": creation(status(403)), "409": creation(status(409)), "500": creation(status(500)),
		"503": creation(status(503)), "524": creation(status(524)), "lost": creation(simaccount.Fault{Kind: simaccount.FaultReset}),
		"null": creation(simaccount.Fault{Kind: simaccount.FaultNull}), "rate limit": creation(simaccount.Fault{Kind: simaccount.FaultRateLimit}),
		"HTML 403":             creation(simaccount.Fault{Kind: simaccount.FaultHTML, Status: 403}),
		"deletion in doubt":    deletion(carriedOut),
		"deletion's end lost":  deletion(simaccount.Fault{Kind: simaccount.FaultReset, CarriedOut: true}),
		"late, not carried on": creation(simaccount.Fault{Kind: simaccount.FaultDelay, Delay: 45 * time.Second}),
	}
}

// Whatever makes a replacement stop half-way, its page has both ways out, and each leads where it says.
func TestAReplacementThatStopsHalfWayOffersBothWaysOut(t *testing.T) {
	for name := range refusals() {
		for _, way := range []string{"c", "u"} {
			t.Run(name+"/"+way, func(t *testing.T) {
				replacing(t, func(s *seat) {
					s.Script(refusals()[name])
					s.agree(2 * time.Minute)
					s.Script(nil)
					s.pass(6 * time.Minute)
					if old, renewed := s.tunnels(); old == 0 && renewed == 1 {
						return // it was carried out late, and there is nothing to choose
					}
					s.pass(time.Minute) // what was in doubt has been looked at
					s.see("c create now", "u undo", "the old tunnel is deleted")
					s.press(way).pass(10*time.Second).see("enter send", "[redacted]")
					s.agree(time.Minute)
					want := map[string][2]int{"c": {0, 1}, "u": {1, 0}}[way]
					if old, renewed := s.tunnels(); [2]int{old, renewed} != want {
						t.Fatalf("%d old and %d new:\n%s", old, renewed, strings.Join(s.screen(), "\n"))
					}
					s.press("enter").see("Since then: ")
					if says(s.screen(), "create now  ") {
						t.Error("it offers to create it twice")
					}
				})
			})
		}
	}
}

// A way out may fail too: both stay. While nobody knows what became of one, the other waits, for the two would be one too many.
func TestAWayOutThatFailsLeavesBoth(t *testing.T) {
	replacing(t, func(s *seat) {
		refused := refusals()
		s.Script(refused["400"])
		s.agree(2 * time.Minute)
		s.press("c").pass(5 * time.Second)
		s.agree(time.Minute)
		s.press("enter").see("c create now", "u undo")
		s.Script(refused["524"])
		s.press("c").pass(5 * time.Second)
		s.agree(10 * time.Second)
		s.press("esc").see("the old tunnel is deleted")
		s.press("u").see("not known yet")
		s.Script(nil)
		s.pass(7 * time.Minute).press("u").pass(5 * time.Second).see("Undo: " + replaced)
	})
}

// Who leaves the page has the undo in the journal, with the old tunnel as it was but for its key.
func TestAReplacementThatStoppedIsUndoneFromTheJournal(t *testing.T) {
	replacing(t, func(s *seat) {
		s.Script(refusals()["400"])
		s.agree(2 * time.Minute)
		s.Script(nil)
		s.press("enter").goTo("activity").pass(5*time.Second).press("/").types("delete").press("enter", "u").pass(5 * time.Second)
		s.see("enter send", "set bgp.md5_key again afterwards")
		s.agree(time.Minute)
		if old, renewed := s.tunnels(); old != 1 || renewed != 0 {
			t.Fatalf("%d old and %d new:\n%s", old, renewed, strings.Join(s.screen(), "\n"))
		}
	})
}

// The key that goes with the old tunnel can be seen and copied before anything is sent, and only when it is asked for.
func TestTheMD5KeyOfATunnelThatGoesCanBeKept(t *testing.T) {
	replacing(t, func(s *seat) {
		if says(s.screen(), oldKey) {
			t.Fatal("the review shows the key")
		}
		s.press("v").see("Store it with your secrets")
		if says(s.screen(), oldKey) {
			t.Fatal("the page shows the key before it is asked for")
		}
		s.press("v").see(oldKey)
		s.press("y")
		if !slices.ContainsFunc(s.copied, func(text string) bool { return strings.Contains(text, oldKey) }) {
			t.Errorf("copied was %q", s.copied)
		}
		s.press("K").see("enter send", "v MD5 key")
	})
}
