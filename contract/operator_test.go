package contract_test

import (
	"context"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/contract"
	"flarewire/internal/simaccount"
)

// operator uses a simulated account through the real client; every exchange is recorded.
type operator struct {
	*api.AccountClient
	t        *testing.T
	sim      *simaccount.Server
	recorder *contract.Recorder
	url      string
	sender   *api.Sender
	now      time.Time
}

func newOperator(t *testing.T) *operator {
	t.Helper()
	o := &operator{t: t, now: time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)}
	o.sim = simaccount.New(simaccount.Options{Now: func() time.Time { return o.now }})
	o.recorder = &contract.Recorder{Next: o.sim}
	server := httptest.NewServer(o.recorder)
	t.Cleanup(server.Close)
	o.url = server.URL + "/client/v4"
	return o.with(o.as(api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}), o.sim.Account())
}

// with is the operator with another client, on an account.
func (o *operator) with(s *api.Sender, account string) *operator {
	other := *o
	other.sender, other.AccountClient = s, s.Client().In(account)
	return &other
}

// as returns a client with its sender, with other credentials. On its clock, waiting takes no time; the limit is far enough for all its
// waits.
func (o *operator) as(c api.Credentials) *api.Sender {
	o.t.Helper()
	var slept atomic.Int64
	sender, err := api.NewSender(api.Options{BaseURL: o.url, Credentials: c, Budget: 100_000, Timeout: time.Hour,
		Now:   func() time.Time { return time.Now().Add(time.Duration(slept.Load())) },
		Sleep: func(_ context.Context, d time.Duration) error { slept.Add(int64(d)); return nil }})
	if err != nil {
		o.t.Fatal(err)
	}
	return sender
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
func (o *operator) wants(kind api.ErrorKind, err error) {
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

// dry has a request sent as its dry run.
const dry = true

// sends sends a request as it was built, or its dry run.
func (o *operator) sends(r api.Request, err error, dryRun []bool) (api.Answer, error) {
	if err != nil {
		return api.Answer{}, err
	}
	if len(dryRun) > 0 {
		var ok bool
		if r, ok = r.DryRun(); !ok {
			o.t.Fatalf("%s has no dry run", r)
		}
	}
	return o.sender.Send(o.ctx(), r)
}

// object decodes the only object of an answer; a dry run need not have one.
func object[T any](a api.Answer, err error) (v T, _ error) {
	if err == nil && len(a.Objects) > 0 {
		err = a.Into(&v)
	}
	return v, err
}

func create[T any](o *operator, c api.Collection[T], v T, dryRun ...bool) (T, error) {
	r, err := c.BuildCreate(v)
	return object[T](o.sends(r, err, dryRun))
}

func update[T any](o *operator, c api.Collection[T], id string, v T, dryRun ...bool) (T, error) {
	r, err := c.BuildUpdate(id, v)
	return object[T](o.sends(r, err, dryRun))
}

func remove[T any](o *operator, c api.Collection[T], id string, dryRun ...bool) error {
	r, err := c.BuildDelete(id)
	_, err = o.sends(r, err, dryRun)
	return err
}

func bulkUpdate[T any](o *operator, c api.Collection[T], list []T, dryRun ...bool) (int, error) {
	r, err := c.BuildBulkUpdate(list)
	answer, err := o.sends(r, err, dryRun)
	return len(answer.Objects), err
}

func (o *operator) generatePSK(id string, dryRun ...bool) (api.PSK, error) {
	r, err := o.BuildGeneratePSK(id)
	answer, err := o.sends(r, err, dryRun)
	return answer.PSK, err
}

func (o *operator) setPSKs(keys map[string]api.Secret, dryRun ...bool) (api.PSKResult, error) {
	r, err := o.BuildSetPSKs(keys)
	answer, err := o.sends(r, err, dryRun)
	return answer.PSKs, err
}

func (o *operator) changeBGPPrefix(prefixID, id string, change api.BGPPrefixChange) (api.BGPPrefix, error) {
	r, err := o.BuildBGPPrefixChange(prefixID, id, change)
	return object[api.BGPPrefix](o.sends(r, err, nil))
}

func (o *operator) validate(prefixID string) (api.Prefix, error) {
	r, err := o.BuildValidatePrefix(prefixID)
	return object[api.Prefix](o.sends(r, err, nil))
}

func (o *operator) setCNISettings(s api.CNISettings) (api.CNISettings, error) {
	r, err := o.BuildCNISettings(s)
	return object[api.CNISettings](o.sends(r, err, nil))
}
