package api_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/api"
)

const window = 5 * time.Minute

var classes = []api.Class{api.ClassPerson, api.ClassTunnels, api.ClassPage, api.ClassBackground}

// busiest is the largest number of the times that lie in one window.
func busiest(at []time.Time) (most int) {
	from := 0
	for i := range at {
		for at[i].Sub(at[from]) >= window {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// inMemoryAt is a client whose requests leave their times.
func inMemoryAt(t *testing.T, at *[]time.Time, change ...func(*api.Options)) *api.AccountClient {
	return inMemory(t, func(r *http.Request) (*http.Response, error) {
		*at = append(*at, time.Now())
		if strings.HasSuffix(r.URL.Path, "/graphql") {
			return reply(200, `{"data":{"viewer":{"accounts":[]}},"errors":null}`), nil
		}
		return reply(200, result(`{"routes":[]}`)), nil
	}, change...).In(account)
}

func read(ctx context.Context, a *api.AccountClient) error {
	_, err := a.Routes.List(ctx)
	return err
}

// refusedByItself is until when the program's own limit holds up.
func refusedByItself(t *testing.T, err error) time.Time {
	t.Helper()
	var e *api.Error
	if !errors.As(err, &e) || e.Kind != api.RateLimited || !e.OwnLimit || !e.Until.After(time.Now()) {
		t.Fatalf("not the program's own limit: %v", err)
	}
	return e.Until
}

// TestTheBudgetIsKept: never more than a quarter of Cloudflare's limit in any 5 minutes, and who comes back when told gets on.
func TestTheBudgetIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		client, began := inMemoryAt(t, &at), time.Now()
		for range 900 {
			if err := read(t.Context(), client); err != nil {
				time.Sleep(time.Until(refusedByItself(t, err)))
				if err := read(t.Context(), client); err != nil {
					t.Fatalf("it came back when it was told, and: %v", err)
				}
			}
		}
		if most := busiest(at); most > api.DefaultBudget {
			t.Errorf("%d requests in five minutes", most)
		}
		if took := time.Since(began); took > 3*window {
			t.Errorf("three shares took %s", took)
		}
		before := time.Now()
		_ = remove(t.Context(), client.Routes, "r1")
		if !time.Now().Equal(before) || at[len(at)-1] != before {
			t.Error("a change waited for the program's own budget")
		}
	})
}

// TestAPersonDoesNotWaitForTheBackground: each class stops at its part, without queueing, and whatever is above it goes out at once.
func TestAPersonDoesNotWaitForTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		client, began, before := inMemoryAt(t, &at), time.Now(), 0
		for _, class := range slices.Backward(classes) {
			ctx := api.WithClass(t.Context(), class)
			for read(ctx, client) == nil {
				if len(at) > 2*api.DefaultBudget {
					t.Fatal("it never ends")
				}
			}
			if class != api.ClassPerson {
				refusedByItself(t, read(ctx, client))
			}
			if len(at)-before < 30 {
				t.Errorf("with everything below it used up, class %d had %d requests left", class, len(at)-before)
			}
			before = len(at)
		}
		if len(at) != api.DefaultBudget || !time.Now().Equal(began) {
			t.Errorf("%d requests in %s", len(at), time.Since(began))
		}
	})
}

// TestAPersonWaitsAShortWhile, and everybody can see for what.
func TestAPersonWaitsAShortWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		client := inMemory(t, func(*http.Request) (*http.Response, error) {
			at = append(at, time.Now())
			return reply(200, result(`{"routes":[]}`)), nil
		})
		a := client.In(account)
		for range api.DefaultBudget {
			if err := read(t.Context(), a); err != nil {
				t.Fatal(err)
			}
		}
		until := refusedByItself(t, read(t.Context(), a)) // minutes are no short while
		if got := client.Waiting(); got != (api.Wait{}) {
			t.Errorf("nobody waits, but: %+v", got)
		}
		time.Sleep(time.Until(until) - 8*time.Second)
		for _, class := range classes[1:] {
			refusedByItself(t, read(api.WithClass(t.Context(), class), a))
		}
		done := make(chan error)
		go func() { done <- read(t.Context(), a) }()
		synctest.Wait()
		if got := client.Waiting(); !got.Until.Equal(until) || got.Server {
			t.Errorf("waiting: %+v, want until %s", got, until)
		}
		if err := <-done; err != nil || !at[len(at)-1].Equal(until) {
			t.Errorf("sent at %s: %v", at[len(at)-1], err)
		}
		if got := client.Waiting(); got != (api.Wait{}) {
			t.Errorf("nobody waits any more, but: %+v", got)
		}
	})
}

// TestTheWaitIsSaidInSeconds, as of the time at which it is read.
func TestTheWaitIsSaidInSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		client := inMemoryAt(t, &at, func(o *api.Options) { o.Budget = 1 })
		_ = read(t.Context(), client)
		err := read(t.Context(), client)
		until := refusedByItself(t, err)
		time.Sleep(time.Until(until) - 40*time.Second)
		const want = "flarewire's own API rate budget is used up, next request in 40 s"
		if got := api.Advice(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if !strings.HasSuffix(err.Error(), want) || !strings.Contains(err.Error(), "not sent") {
			t.Errorf("the error: %v", err)
		}
		time.Sleep(time.Minute)
		if got := api.Advice(err); !strings.HasSuffix(got, "used up, resuming") {
			t.Errorf("afterwards: %q", got)
		}
	})
}

// TestGraphQLIsCountedApart with its own share.
func TestGraphQLIsCountedApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		client := inMemoryAt(t, &at)
		share := api.NewShare(api.LimitsOf(api.DefaultBudget))
		for range api.DefaultGraphQLBudget {
			if v := share.Take(api.Ask{Now: time.Now(), Counter: api.CountGraphQL}); !v.Granted() {
				t.Fatal("refused within the share")
			}
		}
		if share.Take(api.Ask{Now: time.Now(), Counter: api.CountGraphQL}).Granted() {
			t.Error("more than the share of GraphQL")
		}
		if !share.Take(api.Ask{Now: time.Now()}).Granted() {
			t.Error("REST has to wait for GraphQL")
		}
		for { // the client counts its questions there
			if _, err := client.TunnelHealth(t.Context(), time.Now().Add(-time.Minute), time.Now(),
				api.HealthOptions{}); api.KindOf(err) == api.RateLimited {
				break
			}
			if len(at) > api.DefaultGraphQLBudget {
				t.Fatalf("%d questions", len(at))
			}
		}
		if err := read(t.Context(), client); err != nil {
			t.Error(err)
		}
	})
}

// TestClientsOfOneCredentialShare: what one uses and what one is told by the server holds for the other.
func TestClientsOfOneCredentialShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		share := api.NewShare(api.LimitsOf(2))
		one := inMemory(t, func(*http.Request) (*http.Response, error) {
			return reply(200, result(`{"routes":[]}`), "Ratelimit", `"default";r=0;t=3600`), nil
		}, func(o *api.Options) { o.Share = share })
		var at []time.Time
		other := inMemoryAt(t, &at, func(o *api.Options) { o.Share = share })
		if err := read(t.Context(), one.In(account)); err != nil {
			t.Fatal(err)
		}
		var e *api.Error
		if err := read(t.Context(), other); !errors.As(err, &e) || e.OwnLimit || !e.Until.Equal(time.Now().Add(window)) {
			t.Errorf("an hour is not cut to Cloudflare's window: %v", err)
		}
		if b := one.Budget().REST; b.Used != 1 || b.Share != 2 || !b.Blocked.Equal(time.Now().Add(window)) {
			t.Errorf("budget: %+v", b)
		}
		time.Sleep(window)
		if err := errors.Join(read(t.Context(), other), read(t.Context(), other)); err != nil {
			t.Errorf("after the block: %v", err)
		}
		refusedByItself(t, read(t.Context(), other))
	})
}

// TestALowerClassIsToldOfABlockAtOnce instead of queueing in the client.
func TestALowerClassIsToldOfABlockAtOnce(t *testing.T) {
	for name, answer := range map[string]func() *http.Response{
		"429":                     func() *http.Response { return reply(429, "") },
		"429 with Retry-After":    func() *http.Response { return reply(429, "", "Retry-After", "7") },
		"503 with Retry-After":    func() *http.Response { return reply(503, "", "Retry-After", "7") },
		"200 that was the last":   func() *http.Response { return reply(200, result(`{"routes":[]}`), "Ratelimit", `"d";r=0;t=7`) },
		"200, and the next waits": func() *http.Response { return reply(200, result(`{"routes":[]}`)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				client := inMemory(t, func(*http.Request) (*http.Response, error) { n++; return answer(), nil }).In(account)
				ctx, began := api.WithClass(t.Context(), api.ClassPage), time.Now()
				_, _ = read(ctx, client), read(ctx, client)
				if time.Since(began) != 0 {
					t.Errorf("%d requests, it waited %s", n, time.Since(began))
				}
			})
		})
	}
}

// TestNoWindowSeesMoreThanTheShare, whatever is asked when: random classes, changes left out, and jumps of the clock to the past.
func TestNoWindowSeesMoreThanTheShare(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		const budget = 50
		share, now := api.NewShare(api.LimitsOf(budget)), time.Unix(1_700_000_000+r.Int64N(1000), r.Int64N(1e9))
		set, granted := time.Duration(0), []time.Time{} // set is by how much the clock is wrong
		for range 5000 {
			now = now.Add(time.Duration(r.ExpFloat64() * float64(time.Second) * []float64{0.01, 1, 20}[r.IntN(3)]))
			if r.IntN(1000) == 0 {
				set -= time.Duration(r.Int64N(int64(2 * time.Hour)))
			}
			ask := api.Ask{Now: now.Add(set), Class: classes[r.IntN(len(classes))]}
			switch v := share.Take(ask); {
			case v.Granted():
				granted = append(granted, now)
			case !v.Until.After(ask.Now) || v.Until.Sub(ask.Now) > window+10*time.Second || v.Server:
				t.Fatalf("seed %d: at %s it is told %+v", seed, ask.Now, v)
			}
		}
		if most := busiest(granted); most > budget || most < budget*9/10 {
			t.Errorf("seed %d: %d of %d requests in the busiest window", seed, most, budget)
		}
	}
}

// TestAClockSetForwardForgetsNothing: what was sent a moment ago still counts.
func TestAClockSetForwardForgetsNothing(t *testing.T) {
	var l api.Ledger
	now, limits := time.Unix(1_700_000_000, 0), api.LimitsOf(10)
	l.Charge(now, api.CountREST, 10)
	l.Block(now, api.CountGraphQL, now.Add(time.Minute))
	later := now.Add(time.Hour)
	l.Shift(time.Hour)
	if b := l.Budget(later, limits); b.REST.Used != 10 || !b.GraphQL.Blocked.Equal(later.Add(time.Minute)) {
		t.Errorf("%+v", b)
	}
	l.Shift(time.Hour) // another program of the same ledger has seen it, too
	if v := l.Take(api.Ask{Now: later}, limits); v.Granted() || v.Until.Sub(later) > window+10*time.Second {
		t.Errorf("%+v", v)
	}
	// A reading of the clock carries how much time has really passed.
	start := time.Now()
	if d := api.ClockStep(start, start.Add(time.Hour)); d != 0 {
		t.Errorf("an hour that passed is no step: %s", d)
	}
	if d := api.ClockStep(start.Round(0), start.Round(0).Add(time.Hour)); d != 0 {
		t.Errorf("without a reading of the time that passed nothing is known: %s", d)
	}
}

// TestABlockIsNeverLongerThanCloudflares, also when the clock is set back afterwards.
func TestABlockIsNeverLongerThanCloudflares(t *testing.T) {
	share, now := api.NewShare(api.LimitsOf(10)), time.Unix(1_700_000_000, 0)
	share.Block(now, api.CountREST, now.Add(time.Hour))
	for _, at := range []time.Time{now, now.Add(-24 * time.Hour)} {
		v := share.Take(api.Ask{Now: at, Must: true})
		if !v.Server || v.Until.Sub(at) > window {
			t.Errorf("%+v", v)
		}
	}
}
