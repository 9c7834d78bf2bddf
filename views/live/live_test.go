package live_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/live"
)

// analytics counts what is asked and answers with nothing, or an error.
type analytics struct {
	asked []string // names of tunnels, six times each
	err   error
}

func (a *analytics) TunnelHealth(_ context.Context, _, _ time.Time, o api.HealthOptions) (api.HealthReport, error) {
	if o.PerColo {
		return api.HealthReport{}, a.err
	}
	a.asked = append(a.asked, o.Tunnels...)
	return api.HealthReport{}, a.err
}

func (a *analytics) TunnelTraffic(context.Context, time.Time, time.Time, api.TrafficOptions) (api.TrafficReport, error) {
	return api.TrafficReport{}, a.err
}

// room is a feed with the clock of its bubble.
type room struct {
	*simaccount.Server
	t       *testing.T
	account *api.AccountClient
	store   *store.Store
	feed    *live.Feed
}

func enter(t *testing.T) room {
	t.Helper()
	sim := simaccount.New(simaccount.Options{})
	client, err := api.New(api.Options{Transport: sim.RoundTripper(),
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	account := client.In(sim.Account())
	s := store.New(account, time.Now, 0)
	return room{sim, t, account, s, live.New(t.Context(), s)}
}

// look is what an open page does; it reports whether anything was asked.
func (r room) look(name string) bool {
	cmd := r.feed.RequestInsight(name)
	if cmd == nil {
		return false
	}
	r.feed.Update(cmd())
	return true
}

// An open page asks once per step of the series; many that are opened one after the other do not use up the requests.
func TestOnlyAFewTunnelsAreLookedInto(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, a := enter(t), &analytics{}
		r.feed.SetAnalytics(a)
		for range 20 {
			r.look("fra")
			time.Sleep(15 * time.Second)
		}
		if len(a.asked) != 1 {
			t.Errorf("one page asked %d times in five minutes", len(a.asked))
		}
		for i := range 20 {
			r.look(fmt.Sprint("gre-", i))
		}
		if len(a.asked) != 7 {
			t.Errorf("%d tunnels were asked for", len(a.asked))
		}
		if late := r.feed.InsightOf("gre-19"); time.Until(late.Until) != 5*time.Minute {
			t.Errorf("the last one is told to wait until %s", late.Until)
		}
		time.Sleep(5 * time.Minute)
		if !r.look("gre-19") || !r.feed.InsightOf("gre-19").Until.IsZero() {
			t.Error("when its time has come it is asked")
		}
		if n := len(r.feed.Insights()); n != 8 {
			t.Errorf("%d insights are new enough", n)
		}
		time.Sleep(20 * time.Minute)
		if n := len(r.feed.Insights()); n != 0 {
			t.Errorf("%d old insights still count", n)
		}
	})
}

// What fails keeps what was known; asking by hand asks again at once, without it the page waits for the next step.
func TestAFailedLookKeepsTheLastOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, a := enter(t), &analytics{}
		r.feed.SetAnalytics(a)
		r.look("fra")
		first := r.feed.InsightOf("fra").At
		a.err = errors.New("no answer")
		time.Sleep(6 * time.Minute)
		r.look("fra")
		if look := r.feed.InsightOf("fra"); look.Err == nil || !look.At.Equal(first) {
			t.Errorf("%v, from %s", look.Err, look.At)
		}
		a.err = nil
		if r.look("fra") {
			t.Error("it asked again at once by itself")
		}
		r.feed.Refresh()
		if !r.look("fra") || r.feed.InsightOf("fra").Err != nil {
			t.Error("after r it does not ask")
		}
	})
}

// teller collects notifications.
type teller struct {
	room
	n    *live.Notifier
	told []string
}

func notified(t *testing.T) *teller { return notifiedIn(enter(t)) }

func notifiedIn(r room) *teller {
	p := &teller{room: r}
	p.n = live.NewNotifier(p.feed, time.Now, func(text string) tea.Cmd {
		p.told = append(p.told, text)
		return nil
	})
	p.n.Init()
	p.poll()
	return p
}

// poll is one round, and what is due by then.
func (p *teller) poll() {
	p.store.Poll(p.t.Context())
	p.run(p.n.Update(live.News()))
}

func (p *teller) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	msg := cmd()
	if timer, ok := msg.(tui.Timer); ok {
		time.Sleep(timer.Wait) // on the bubble's clock
		msg = timer.Msg
	}
	p.run(p.n.Update(msg))
}

func (p *teller) set(name, step string) {
	p.t.Helper()
	if err := p.SetBGP(simaccount.GRETunnels, name, step); err != nil {
		p.t.Fatal(err)
	}
}

// about are the texts about a tunnel.
func (p *teller) about(name string) []string {
	var out []string
	for _, told := range p.told {
		_, list, several := strings.Cut(told, " changes: ")
		if !several {
			list = told
		}
		for text := range strings.SplitSeq(list, "; ") {
			if strings.HasPrefix(text, name) {
				out = append(out, text)
			}
		}
	}
	return out
}

// Nobody is told of what was there at the start; then of what goes down and comes up, and not of the steps in between.
func TestNotifications(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := notified(t)
		if len(p.told) != 0 {
			t.Fatalf("told at the start: %q", p.told)
		}
		for _, step := range []string{"Idle", "Connect", "OpenSent", "Established"} {
			time.Sleep(20 * time.Second)
			p.set("fra-dc1-gre", step)
			p.poll()
		}
		want := []string{"fra-dc1-gre: session down (was up)", "fra-dc1-gre: session up (was establishing)"}
		if got := p.about("fra-dc1-gre"); !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}

// However long a name is, and whatever it is made of, what happened stands behind it.
func TestANotificationSaysWhatHappenedWhateverTheName(t *testing.T) {
	for _, name := range []string{strings.Repeat("long", 100), "e" + strings.Repeat("\u0301", 300), strings.Repeat("👩\u200d", 300)} {
		synctest.Test(t, func(t *testing.T) {
			r := enter(t)
			if err := r.Rename(simaccount.GRETunnels, "fra-dc1-gre", name); err != nil {
				t.Fatal(err)
			}
			p := notifiedIn(r)
			p.set(name, "Idle")
			p.poll()
			notice := tui.Notice(tui.NotifyTerminal, []string{"TERM=xterm"}, strings.Join(p.told, ""))
			if !strings.HasSuffix(notice, ": session down (was up)\a") || utf8.RuneCountInString(notice) > 100 {
				t.Errorf("%.20q: %q", name, notice)
			}
		})
	}
}

// What happens at about the same time is told together, a moment later.
func TestNotificationsAreToldTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := notified(t)
		p.set("fra-dc1-gre", "Idle")
		p.poll()
		p.set("fra-dc2-gre", "Idle")
		p.set("ams-dc1-gre", "Idle")
		before := time.Now()
		p.poll()
		want := []string{"fra-dc1-gre: session down (was up)",
			"2 changes: fra-dc2-gre: session down (was up); ams-dc1-gre: session down (was up)"}
		if !slices.Equal(p.told, want) || time.Since(before) != 10*time.Second {
			t.Errorf("after %s told %q, want %q", time.Since(before), p.told, want)
		}
	})
}

// A session that flaps all night is not told all night: once that it flaps, and one that is too slow to be called so a few
// times in half an hour.
func TestAFlappingSessionIsNotToldAgainAndAgain(t *testing.T) {
	for what, c := range map[string]struct {
		every time.Duration
		most  int
		says  string
	}{
		"quick": {time.Minute, 6, "the session flaps"},
		"slow":  {6 * time.Minute, 4, "further changes of it are not reported for now"},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := notified(t)
				time.Sleep(time.Minute)
				p.poll()
				p.told = nil
				for end := time.Now().Add(29 * time.Minute); time.Now().Before(end); {
					for _, step := range []string{"Idle", "Established"} {
						time.Sleep(c.every / 2)
						p.set("fra-dc1-gre", step)
						p.poll()
					}
				}
				about := p.about("fra-dc1-gre")
				if len(about) > c.most || !strings.Contains(strings.Join(about, "\n"), c.says) {
					t.Errorf("told %d times: %q", len(about), about)
				}
			})
		})
	}
}

// A session goes down while Cloudflare does not answer: it is told when it is found, without a time.
func TestWhatHappensInAnOutageIsToldWithoutATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := notified(t)
		p.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 503})
		for range 4 {
			time.Sleep(30 * time.Second)
			p.poll()
		}
		p.set("fra-dc1-gre", "Idle")
		p.ClearFaults()
		time.Sleep(30 * time.Second)
		p.poll()
		if got, want := p.about("fra-dc1-gre"), []string{"fra-dc1-gre: session down (was up), when is not known"}; !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
	})
}

// What was bad already when flarewire began to watch has its moment from the analytics, with one question for all of them.
func TestSinceWhenWhatIsBadHasBeenSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, a := enter(t), &series{fell: time.Now().Add(-40 * time.Minute).Truncate(store.InsightStep)}
		r.feed.SetAnalytics(a)
		r.store.Use(store.FromAccount(r.account))
		r.store.Fresh(t.Context(), 0, store.TargetsOf(store.GRETunnels, store.TunnelHealth)...)
		for range 3 {
			r.do(r.feed.Update(live.News()))
		}
		if len(a.asked) != 1 {
			t.Fatalf("%d questions: %v", len(a.asked), a.asked)
		}
		for _, x := range r.feed.Last().Tunnels {
			bad := slices.Contains(a.asked[0], x.Name)
			if h := x.ProbedHealth(); bad != (h == store.HealthDown || h == store.Degraded) {
				t.Errorf("%s: health %q, asked for: %v", x.Name, h, bad)
			}
			if want := a.fell; bad && !x.Health.UnhealthySince.At.Equal(want) {
				t.Errorf("%s fell at %s, want %s", x.Name, x.Health.UnhealthySince.At, want)
			}
		}
	})
}

// series answers with series that fell at one moment.
type series struct {
	analytics
	fell  time.Time
	asked [][]string
}

func (a *series) TunnelHealth(_ context.Context, from, to time.Time, o api.HealthOptions) (api.HealthReport, error) {
	a.asked = append(a.asked, o.Tunnels)
	var out api.HealthReport
	for at := from; at.Before(to); at = at.Add(store.InsightStep) {
		for _, name := range o.Tunnels {
			well := 1.0
			if !at.Before(a.fell) {
				well = 0
			}
			out.Samples = append(out.Samples, api.HealthSample{TunnelName: name, Time: api.Time{Time: at}, State: &well})
		}
	}
	return out, nil
}

// do runs a command and what it brings, but waits for nothing.
func (r room) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	done := make(chan tea.Msg, 1)
	go func() { done <- cmd() }()
	select {
	case msg := <-done:
		if batch, ok := msg.(tea.BatchMsg); ok {
			for _, cmd := range batch {
				r.do(cmd)
			}
			return
		}
		r.feed.Update(msg)
	case <-time.After(time.Second):
	}
}
