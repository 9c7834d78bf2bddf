package contract_test

import (
	"context"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/contract"
	"flarewire/internal/simedge"
)

// operator uses a simulated account through the real client; every exchange is recorded.
type operator struct {
	*api.AccountClient
	t        *testing.T
	edge     *simedge.Edge
	recorder *contract.Recorder
	url      string
	client   *api.Client
	now      time.Time
}

func newOperator(t *testing.T) *operator {
	t.Helper()
	o := &operator{t: t, now: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)}
	o.edge = simedge.New(simedge.Options{Now: func() time.Time { return o.now }})
	o.recorder = &contract.Recorder{Next: o.edge}
	server := httptest.NewServer(o.recorder)
	t.Cleanup(server.Close)
	o.url = server.URL + "/client/v4"
	o.client = o.as(api.Credentials{Token: api.NewSecret(simedge.DefaultToken)})
	o.AccountClient = o.client.In(o.edge.Account())
	return o
}

// as returns a client with other credentials. On its clock, waiting takes no time; the limit is far enough for all its waits.
func (o *operator) as(c api.Credentials) *api.Client {
	o.t.Helper()
	var slept atomic.Int64
	client, err := api.New(api.Options{BaseURL: o.url, Credentials: c, Budget: 100_000, Timeout: time.Hour,
		Now:   func() time.Time { return time.Now().Add(time.Duration(slept.Load())) },
		Sleep: func(_ context.Context, d time.Duration) error { slept.Add(int64(d)); return nil }})
	if err != nil {
		o.t.Fatal(err)
	}
	return client
}

func (o *operator) ctx() context.Context { return o.t.Context() }

// must stops the test when a call that should succeed does not: what follows needs its result.
func must[T any](o *operator) func(T, error) T {
	return func(v T, err error) T {
		o.t.Helper()
		o.ok(err)
		return v
	}
}

func (o *operator) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// wants checks the kind of a failure.
func (o *operator) wants(kind api.Kind, err error) {
	o.t.Helper()
	if got := api.KindOf(err); err == nil || got != kind {
		o.t.Errorf("want %q, got %q: %v", kind, got, err)
	}
}

// reads uses list and get of a collection and returns the list.
func reads[T any](o *operator, c api.Collection[T], id func(T) string) []T {
	o.t.Helper()
	list := must[[]T](o)(c.List(o.ctx()))
	if len(list) == 0 {
		o.t.Fatalf("the list of %T is empty: its fields cannot be checked", list)
	}
	if id != nil {
		for _, v := range list {
			must[T](o)(c.Get(o.ctx(), id(v)))
		}
	}
	return list
}

func ptr[T any](v T) *T { return &v }

func dry() api.WriteOption { return api.ValidateOnly() }
