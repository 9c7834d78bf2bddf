package traceroute_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/internal/testing/uitest"
	"flarewire/tui"
	"flarewire/views/kit"
	"flarewire/views/live"
	"flarewire/views/traceroute"
	"flarewire/views/tunnel"
)

// line is the way to the account. What it is told to say stands in for the answer to a traceroute.
type line struct {
	next http.RoundTripper

	mu    sync.Mutex
	says  func(*http.Request) (*http.Response, error)
	asked []string // the bodies of the traceroutes
}

// RoundTrip implements http.RoundTripper.
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/diagnostics/traceroute") {
		return l.next.RoundTrip(r)
	}
	body, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	says := l.says
	l.asked = append(l.asked, string(body))
	l.mu.Unlock()
	if says != nil {
		return says(r)
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	return l.next.RoundTrip(r)
}

func (l *line) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.asked) == 0 {
		return ""
	}
	return l.asked[len(l.asked)-1]
}

// answers says one thing to every traceroute.
func (l *line) answers(status int, body string) {
	l.set(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})
}

func (l *line) set(says func(*http.Request) (*http.Response, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.says = says
}

// sit opens the traceroutes, or with tunnels the list of tunnels.
func sit(t *testing.T, page int, before func(*simaccount.Server)) (*uitest.Person, *line) {
	t.Helper()
	p := uitest.New(t)
	began := p.Now // requests that wait must not read a clock that the test moves
	server := func() time.Time { return began }
	sim := simaccount.New(simaccount.Options{Now: server})
	if before != nil {
		before(sim)
	}
	l := &line{next: sim.RoundTripper()}
	client, err := api.New(api.Options{Transport: l, Now: server, Sleep: func(context.Context, time.Duration) error { return nil },
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	account := client.In(sim.Account())
	feed := live.New(t.Context(), store.New(account, p.Clock, 0))
	env := &kit.Env{Ctx: t.Context(), Client: client, Account: account, Feed: feed, Glyphs: tui.UnicodeGlyphs, Now: p.Clock}
	services := []tui.Service{env, feed}
	for _, make := range []func(*kit.Env) kit.Module{tunnel.New, traceroute.New} {
		m := make(env)
		env.Add(m)
		services = append(services, m.Services()...)
	}
	p.Open(80, 40, env.Modules()[page].PaletteEntries()[0].Open, services...)
	return p, l
}

const (
	tunnels     = 0
	traceroutes = 1
)

// typed enters a text.
func typed(p *uitest.Person, text string) {
	for _, r := range text {
		p.Press(string(r))
	}
}

// run begins a traceroute to an address with the form as it is.
func run(p *uitest.Person, to, from string) {
	p.See("n new")
	p.Press("n")
	p.See("Needs Magic Transit Write")
	typed(p, to)
	p.Press("tab")
	typed(p, from)
	p.Press("ctrl+s")
}

const refused = `{"success":false,"errors":[{"code":%CODE%,"message":"%TEXT%"}],"messages":[],"result":null}`

func refusal(code, text string) string {
	return strings.NewReplacer("%CODE%", code, "%TEXT%", text).Replace(refused)
}

// Each kind of trouble has its own sentence, which says what to do.
func TestWhatGoesWrongWithATraceroute(t *testing.T) {
	for what, c := range map[string]struct {
		says func(*line)
		want []string
	}{
		"403": {func(l *line) { l.answers(403, refusal("10000", "Authentication error")) },
			[]string{"403", "Magic Transit Write", "Magic WAN Write is not sufficient"}},
		"429": {func(l *line) { l.answers(429, refusal("10429", "slow down")) }, []string{"429", "too many requests", "try again"}},
		"400": {func(l *line) { l.answers(400, refusal("1022", "targets: host not allowed")) }, []string{"targets: host not allowed"}},
		"time out": {func(l *line) {
			l.set(func(*http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded })
		}, []string{"No answer within 2 minutes", "name fewer locations"}},
		"404":        {func(l *line) { l.answers(404, refusal("7003", "no route")) }, []string{"no traceroute on this account"}},
		"no account": {func(l *line) { l.answers(404, refusal("1012", "not onboarded")) }, []string{"not onboarded to Magic Transit"}},
		"nothing": {func(l *line) { l.answers(200, `{"success":true,"errors":[],"messages":[],"result":[]}`) },
			[]string{"Cloudflare answered without a location"}},
		"one location": {func(l *line) {
			l.answers(200, `{"success":true,"errors":[],"messages":[],"result":[{"target":"203.0.113.1","colos":[
				{"colo":{"city":"","name":"xyz"},"error":"Could not gather traceroute data: Code 1","hops":null,"target_summary":{},
				"traceroute_time_ms":0}]}]}`)
		}, []string{"? not traced", "Could not gather traceroute data: Code 1", "does not document the code"}},
		"hostile names": {func(l *line) {
			l.answers(200, `{"success":true,"errors":[],"messages":[],"result":[{"target":"203.0.113.1","colos":[{"colo":{"city":"\u001b[2JX",
			"name":"fra01"},"error":"",
				"hops":[{"packets_ttl":1,"packets_sent":3,"packets_lost":1,"nodes":[{"ip":"198.51.100.7","name":"\u001b]0;pwned\u0007","asn":"AS1",
				"labels":["\u202e"],"packet_count":2,
				"min_latency_ms":1,"mean_latency_ms":2,"max_latency_ms":3}]}],"target_summary":{},"traceroute_time_ms":5}]}]}`)
		}, []string{`\x1b[2JX`, `\x1b]0;pwn`, "33 %", "silent after hop 1"}},
	} {
		t.Run(what, func(t *testing.T) {
			p, l := sit(t, traceroutes, nil)
			c.says(l)
			run(p, "203.0.113.1", "fra")
			p.Until("the end of the run", func() bool {
				return !strings.Contains(p.Screen(), "Running for") && !strings.Contains(p.Screen(), "Needs Magic")
			})
			p.See("Traceroute to 203.0.113.1")
			p.Press("j") // the toast goes, and with it what it repeats
			words := strings.Join(strings.Fields(p.Screen()), " ")
			for _, want := range c.want {
				if !strings.Contains(words, want) {
					t.Errorf("no %q on the screen\n%s", want, p.Screen())
				}
			}
		})
	}
}

// The form begins with Cloudflare's defaults, refuses what Cloudflare would, and sends what was typed.
func TestTheOptionsOfATraceroute(t *testing.T) {
	p, l := sit(t, traceroutes, nil)
	p.See("n new")
	p.Press("n")
	p.See("All data centers outside China: slow, up to 2 minutes")
	p.Press("ctrl+s")
	p.See("Enter where the traceroute is to lead")
	typed(p, "router.example 203.0.113.1")
	p.Press("tab")
	typed(p, "FRA, ams")
	p.Press("tab", "enter", "tab", "right", "tab") // open the options; tcp
	p.See("[tcp]", "Largest TTL", "15")
	typed(p, "5")
	p.See("From 1 to 64 hops")
	p.Press("ctrl+s")
	p.See("Largest TTL: From 1 to 64 hops")
	if l.last() != "" {
		t.Fatalf("it was sent all the same: %s", l.last())
	}
	p.Send(backspace)
	p.Press("ctrl+s")
	p.See("4 of 4 reached it", "router.example")
	const want = `{"targets":["router.example","203.0.113.1"],"colos":["fra","ams"],"options":{"max_ttl":15,"packet_type":"tcp",` +
		`"packets_per_ttl":3,"wait_time":1}}`
	if got := l.last(); got != want {
		t.Errorf("sent\n%s, want\n%s", got, want)
	}
	p.Press("o")
	p.See("router.example 203.0.113.1", "fra ams")
}

// From a tunnel that has no customer endpoint, Cloudflare knows no address to trace to: the form says so and asks for it.
func TestATunnelWithoutCustomerEndpoint(t *testing.T) {
	p, _ := sit(t, tunnels, func(e *simaccount.Server) {
		if err := e.Mutate(simaccount.IPsecTunnels, "ams-br2-ipsec", func(o simaccount.Object) { delete(o, "customer_endpoint") }); err != nil {
			t.Fatal(err)
		}
	})
	p.See("ams-br2-ipsec")
	p.Press("/")
	typed(p, "ams-br2")
	p.Press("enter", "t")
	p.See("The tunnel has no customer endpoint: type your router's public address", "Most traffic in the last hour")
	typed(p, "198.51.100.130")
	p.Press("ctrl+s")
	p.See("3 of 3 reached it", "Amsterdam")
}

// The locations that carry the tunnel's traffic are proposed, and those that report poor health.
func TestTheTunnelsLocationsAreProposed(t *testing.T) {
	p, l := sit(t, tunnels, func(e *simaccount.Server) {
		if _, err := e.Inject(simaccount.BadInSomeColos); err != nil {
			t.Fatal(err)
		}
	})
	p.See("fra-dc1-gre")
	p.Press("/")
	typed(p, "fra-dc1-gre")
	p.Press("enter", "enter")
	p.See("2 of 8 data centers report poor health", "scale 0 to")
	p.Press("t")
	p.See("203.0.113.10", "fra ams lhr sin nrt", "Most traffic in the last hour: fra03 ams04 lhr01 iad02 sin01 sjc05")
	p.Press("ctrl+s")
	p.See("5 of 5 reached it")
	if !strings.Contains(l.last(), `"targets":["203.0.113.10"],"colos":["fra","ams","lhr","sin","nrt"]`) {
		t.Errorf("sent %s", l.last())
	}
}

// Leaving the page does not end a run; cancelling does, down to the request. Three may be under way, and each is kept.
func TestRunsGoOnAndEndWhenTheyAreCancelled(t *testing.T) {
	p, l := sit(t, traceroutes, nil)
	ended := make(chan error, 10)
	l.set(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		ended <- context.Cause(r.Context())
		return nil, r.Context().Err()
	})
	for _, to := range []string{"203.0.113.1", "203.0.113.2", "203.0.113.3"} {
		run(p, to, "fra")
		p.See("Running for a moment", to)
		p.Press("esc")
		p.See("New traceroute")
		p.Press("esc")
	}
	p.Now = p.Now.Add(70 * time.Second)
	p.See("running", "1m", "203.0.113.1", "203.0.113.2", "203.0.113.3")
	run(p, "203.0.113.4", "fra")
	p.See("3 traceroutes are under way")
	p.Press("esc")
	p.See("n new")
	p.Press("enter")
	p.See("Running for 1m", "203.0.113.3")
	p.Press("x")
	p.See("Cancelled after 70.0 s")
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the request ended with %v", err)
	}
	l.set(nil)
	p.Press("a")
	p.See("1 of 1 reached it")
	p.Press("esc", "esc")
	p.See("cancelled", "● 1 of 1 reached it", "◐ running")
}

var backspace = tea.KeyPressMsg{Code: tea.KeyBackspace}
