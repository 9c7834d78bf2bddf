package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// shelf is an account in which each kind is a list of this many objects, or an error.
type shelf struct {
	rows  map[store.Kind][]int // the next answers, the last of them again and again
	err   map[store.Kind]error
	asked map[store.Kind]int
}

// next is the next answer of a kind: the numbers of its objects.
func (s *shelf) next(k store.Kind) (int, error) {
	s.asked[k]++
	n := 4
	if list := s.rows[k]; len(list) > 0 {
		n = list[0]
		if len(list) > 1 {
			s.rows[k] = list[1:]
		}
	}
	return n, s.err[k]
}

// objects makes the objects of an answer.
func objects[T any](s *shelf, k store.Kind, one func(id string) T) ([]T, error) {
	n, err := s.next(k)
	if err != nil {
		return nil, err
	}
	list := make([]T, n)
	for i := range list {
		list[i] = one(fmt.Sprint(i))
	}
	return list, nil
}

func (s *shelf) Tunnels(context.Context) (l api.TunnelLists) {
	l.GRE, l.GREErr = objects(s, store.GRETunnels, func(id string) api.GRETunnel { return gre("g"+id, api.BGPUp) })
	l.IPsec, l.IPsecErr = objects(s, store.IPsecTunnels, func(id string) api.IPsecTunnel { return ipsec("i" + id) })
	return l
}

// below is a list below the prefix 0; the other prefixes have none.
func below[T any](s *shelf, k store.Kind, one func(id string) T) func(context.Context, string) ([]T, error) {
	return func(_ context.Context, of string) ([]T, error) {
		if of != "0" {
			return []T{}, nil
		}
		return objects(s, k, one)
	}
}

func (s *shelf) fetchers() store.Fetchers {
	f := store.Fetchers{
		BGPPrefixes: below(s, store.BGPPrefixes, func(id string) api.BGPPrefix { return api.BGPPrefix{ID: id} }),
		Bindings:    below(s, store.Bindings, func(id string) api.Binding { return api.Binding{ID: id} }),
		Delegations: below(s, store.Delegations, func(id string) api.Delegation { return api.Delegation{ID: id} }),
	}
	snapshot := reflect.ValueOf(*store.New(s, time.Now, 0).Last())
	for field, fetch := range reflect.ValueOf(&f).Elem().Fields() {
		if list := snapshot.FieldByName(field.Name); fetch.Kind() == reflect.Func && fetch.IsNil() && list.IsValid() && isList(fetch.Type()) {
			fetch.Set(s.answers(store.Kind(list.FieldByName("Entry").FieldByName("Kind").String()), fetch.Type()))
		}
	}
	return f
}

// isList reports whether a fetcher reads a list of the account.
func isList(fetch reflect.Type) bool {
	return fetch.NumIn() == 1 && fetch.Out(0).Kind() == reflect.Slice
}

// answers is a fetcher of this type: its objects are known by their numbers.
func (s *shelf) answers(k store.Kind, fetch reflect.Type) reflect.Value {
	return reflect.MakeFunc(fetch, func([]reflect.Value) []reflect.Value {
		n, err := s.next(k)
		rows, failed := reflect.MakeSlice(fetch.Out(0), n, n), reflect.Zero(fetch.Out(1))
		if err != nil {
			rows, failed = reflect.Zero(fetch.Out(0)), reflect.ValueOf(err)
		}
		for i := range rows.Len() {
			for _, key := range []string{"ID", "Name"} {
				if field := rows.Index(i).FieldByName(key); field.IsValid() && field.Kind() == reflect.String {
					field.SetString(fmt.Sprint(i))
				}
			}
		}
		return []reflect.Value{rows, failed.Convert(fetch.Out(1))}
	})
}

// kindsOfLists are the kinds of which a list can lose its rows: of objects, in any number.
var kindsOfLists = kind.Filter(func(a kind.About) bool {
	return a.One != "" && a.Kind != kind.CNISettings
})

// rows is how many objects of a kind a snapshot has.
func rows(s *store.Snapshot, k store.Kind) int {
	first := store.Prefix{}
	if len(s.Prefixes.Rows) > 0 {
		first = s.Prefixes.Rows[0]
	}
	tunnels := func(kind api.TunnelKind) (n int) {
		for _, t := range s.Tunnels {
			if t.Kind == kind {
				n++
			}
		}
		return n
	}
	if n, ok := map[store.Kind]int{store.GRETunnels: tunnels(api.GRE), store.IPsecTunnels: tunnels(api.IPsec),
		store.BGPPrefixes: len(first.BGP.Rows), store.Bindings: len(first.Bindings.Rows), store.Delegations: len(first.Delegations.Rows)}[k]; ok {
		return n
	}
	for _, list := range reflect.ValueOf(*s).Fields() {
		if list.Kind() == reflect.Struct && list.FieldByName("Rows").IsValid() &&
			list.FieldByName("Entry").FieldByName("Kind").String() == string(k) {
			return list.FieldByName("Rows").Len()
		}
	}
	panic("the snapshot has no list of " + string(k))
}

// library is a store of a shelf with a clock that only the test moves.
type library struct {
	*shelf
	*store.Store
	t   *testing.T
	now time.Time
}

func newLibrary(t *testing.T) *library {
	l := &library{t: t, now: time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC),
		shelf: &shelf{rows: map[store.Kind][]int{}, err: map[store.Kind]error{}, asked: map[store.Kind]int{}}}
	l.Store = store.New(l.shelf, func() time.Time { return l.now }, 0)
	l.Use(l.fetchers())
	return l
}

// look reads a kind, and before it the list of its objects.
func (l *library) look(k store.Kind) *store.Snapshot {
	l.now = l.now.Add(time.Minute)
	return l.Read(l.t.Context(), store.Target{Kind: k})
}

// Whatever goes wrong at the first read: the kind is not known, which is another thing than that there are none.
func TestWhatWasNeverReadIsNotNone(t *testing.T) {
	for _, k := range kindsOfLists {
		l := newLibrary(t)
		if e := l.Last().Entry(k); e.Known() || e.Complete() || e.Settled() || e.Partial() || !strings.HasSuffix(e.Why(), " were not read yet") {
			t.Errorf("%s before the first read: %+v, %q", k, e, e.Why())
		}
		for _, err := range []error{errDown, errForbidden, errNoList, errCut} {
			l := newLibrary(t)
			l.err[k] = err
			s := l.look(k)
			e := s.Entry(k)
			why := "the " + k.Plural() + " could not be read"
			if e.Settled() || e.Complete() && e.Err == nil || e.Why() != why || s.CannotTell(k) != "cannot tell: "+why || !errors.Is(s.Err(k), err) {
				t.Errorf("%s after %v: %+v, %q", k, err, e, s.CannotTell(k))
			}
			delete(l.err, k)
			if s = l.look(k); !s.Entry(k).Settled() || s.CannotTell(k) != "" || rows(s, k) != 4 || len(s.Events) != 0 {
				t.Errorf("%s after it was read: %+v, %v", k, s.Entry(k), s.Events)
			}
		}
	}
}

// Whatever goes wrong later: the last rows stay, nothing is said to be gone, and nobody concludes anything from absence.
func TestAFailureKeepsTheRowsAndTellsNoEvents(t *testing.T) {
	for _, k := range kindsOfLists {
		for _, err := range []error{errDown, errForbidden, errNoList, errCut} {
			l := newLibrary(t)
			read := l.look(k).Entry(k).Fetched
			l.err[k] = err
			s := l.look(k)
			e := s.Entry(k)
			if rows(s, k) != 4 || len(s.Events) != 0 || !e.Complete() || e.Settled() || !e.Fetched.Equal(read) || s.CannotTell(k) == "" {
				t.Errorf("%s after %v: %d rows, %v, %+v", k, err, rows(s, k), s.Events, e)
			}
			delete(l.err, k)
			if s = l.look(k); len(s.Events) != 0 {
				t.Errorf("%s is back: %v", k, s.Events)
			}
		}
	}
}

// An answer that has lost most of the rows is asked for once more before anybody is told. What is confirmed is told.
func TestALossIsConfirmedBeforeAnybodyIsTold(t *testing.T) {
	for _, k := range kindsOfLists {
		for name, c := range map[string]struct {
			answers []int
			rows    int
			asked   int
			gone    int
		}{
			"empty once":       {[]int{4, 0, 4}, 4, 3, 0},
			"empty twice":      {[]int{4, 0, 0}, 0, 3, 4},
			"most lost once":   {[]int{4, 1, 4}, 4, 3, 0},
			"most lost twice":  {[]int{4, 1, 1}, 1, 3, 3},
			"one of four lost": {[]int{4, 3}, 3, 2, 1},
		} {
			l := newLibrary(t)
			l.rows[k] = slices.Clone(c.answers)
			l.look(k)
			s := l.look(k)
			if rows(s, k) != c.rows || l.asked[k] != c.asked || !s.Entry(k).Settled() {
				t.Errorf("%s, %s: %d rows, asked %d times, %+v", k, name, rows(s, k), l.asked[k], s.Entry(k))
			}
			gone := 0
			for _, e := range s.Events {
				if e.Kind != store.Gone {
					t.Errorf("%s, %s: %+v", k, name, e)
				}
				gone++
			}
			if want := c.gone; slices.Contains(store.Overview(), k) && gone != want || !slices.Contains(store.Overview(), k) && gone != 0 {
				t.Errorf("%s, %s: %d are said to be gone, want %d", k, name, gone, want)
			}
		}
		l := newLibrary(t)
		l.rows[k] = []int{4, 0}
		l.look(k)
		l.err[k] = errDown
		if s := l.look(k); rows(s, k) != 4 || len(s.Events) != 0 {
			t.Errorf("%s: %d rows, %v", k, rows(s, k), s.Events)
		}
	}
}

// An account without any of a kind says so, again and again, and that is known.
func TestNoneIsKnown(t *testing.T) {
	for _, k := range kindsOfLists {
		l := newLibrary(t)
		l.rows[k] = []int{0}
		l.look(k)
		s := l.look(k)
		if e := s.Entry(k); !e.Settled() || e.Partial() || rows(s, k) != 0 || len(s.Events) != 0 || l.asked[k] != 2 {
			t.Errorf("%s: %+v, %v, asked %d times", k, e, s.Events, l.asked[k])
		}
	}
	l := newLibrary(t)
	if got := l.Last().Routes.Knowledge(); got != store.Never {
		t.Errorf("before: %d", got)
	}
	if got := l.look(store.Routes).Routes.Knowledge(); got != store.Read {
		t.Errorf("four: %d", got)
	}
	l.rows[store.Routes] = []int{0}
	if got := l.look(store.Routes).Routes.Knowledge(); got != store.None {
		t.Errorf("none: %d", got)
	}
	part := store.ListOf(store.Routes, []api.Route{{}}, l.now)
	part.Undecoded = []string{"10.0.0.0/8: priority"}
	if part.Knowledge() != store.Incomplete || !part.Partial() || part.Complete() || part.Settled() ||
		part.Why() != "the routes could not be read completely (10.0.0.0/8: priority)" {
		t.Errorf("%+v, %q", part, part.Why())
	}
}

// Some prefixes were read and some not: the kind is known in part, and says how far.
func TestDetailsAreKnownInPart(t *testing.T) {
	l := newLibrary(t)
	l.look(store.Prefixes)
	s := l.Read(t.Context(), store.Target{Kind: store.Bindings, Object: "0"})
	e := s.Entry(store.Bindings)
	if !e.Partial() || e.Settled() || e.Why() != "the service bindings could not be read completely (3 of 4 not read yet)" {
		t.Errorf("%+v, %q", e, e.Why())
	}
	of := func(id string) store.Entry { return s.About(store.Target{Kind: store.Bindings, Object: id}) }
	if !of("0").Settled() || of("1").Known() || of("none").Known() {
		t.Error("what is said of one prefix is that of another")
	}
	if e := s.Entry(store.API); e.Known() || e.Kind != store.API {
		t.Errorf("the API is no list: %+v", e)
	}
	if l.Last().Entry(store.TunnelHealth).Why() != "the health was not read yet" {
		t.Error(l.Last().Entry(store.TunnelHealth).Why())
	}
}

// The same through the real client: lists that are refused or no lists.
func TestAnswersThatAreNoLists(t *testing.T) {
	paths := map[store.Kind]string{store.GRETunnels: "*magic/gre_tunnels", store.IPsecTunnels: "*magic/ipsec_tunnels",
		store.Routes: "*magic/routes", store.Prefixes: "*addressing/prefixes", store.Ports: "*cni/interconnects",
		store.Links: "*magic/cf_interconnects"}
	for k, path := range paths {
		for what, fault := range map[string]simaccount.Fault{
			"refused": {Kind: simaccount.FaultStatus, Status: 403},
			"garbage": {Kind: simaccount.FaultGarbage},
			"null":    {Kind: simaccount.FaultStatus, Status: 200, Body: `{"success":true,"errors":[],"messages":[],"result":null}`},
			"{}":      {Kind: simaccount.FaultStatus, Status: 200, Body: `{"success":true,"errors":[],"messages":[],"result":{}}`},
			"a text":  {Kind: simaccount.FaultStatus, Status: 200, Body: `{"success":true,"errors":[],"messages":[],"result":"none"}`},
			"a page":  {Kind: simaccount.FaultHTML, Status: 200},
		} {
			d := newPortDesk(t)
			d.now = d.now.Add(time.Minute)
			d.w.Read(d.Context(), store.Target{Kind: k})
			before := d.w.Last().Entry(k)
			fault.Path = path
			d.sim.Fault(fault)
			d.now = d.now.Add(time.Minute)
			s := d.w.Read(d.Context(), store.Target{Kind: k})
			if e := s.Entry(k); !before.Settled() || e.Settled() || !e.Fetched.Equal(before.Fetched) ||
				slices.ContainsFunc(s.Events, func(e store.Event) bool { return e.Kind == store.Gone || e.Kind == store.Appeared }) {
				t.Errorf("%s, %s: %+v, %v", k, what, e, s.Events)
			}
		}
	}
}

// One route has no usable id and one an odd field: what can be read is shown, what was known stays, and nothing is said to be gone.
func TestAListThatIsUsableInPart(t *testing.T) {
	d := newPortDesk(t)
	answer := func(routes ...string) *store.Snapshot {
		d.sim.ClearFaults()
		d.sim.Fault(simaccount.Fault{Path: "*magic/routes", Kind: simaccount.FaultStatus, Status: 200,
			Body: `{"success":true,"errors":[],"messages":[],"result":{"routes":[` + strings.Join(routes, ",") + `]}}`})
		d.now = d.now.Add(time.Minute)
		return d.w.Read(d.Context(), store.Target{Kind: store.Routes})
	}
	one, two, three := `{"id":"1","prefix":"10.1.0.0/16"}`, `{"id":"2","prefix":"10.2.0.0/16"}`, `{"id":"3","prefix":"10.3.0.0/16"}`
	answer(one, two)
	s := answer(one, `{"id":7.5,"prefix":"10.2.0.0/16"}`, three)
	if s.Routes.Knowledge() != store.Incomplete || s.Routes.Settled() || s.Routes.Err != nil || len(s.Routes.Rows) != 3 {
		t.Errorf("%+v", s.Routes)
	}
	if why := s.CannotTell(store.Routes); !strings.Contains(why, "10.2.0.0/16") {
		t.Error(why)
	}
	for _, e := range s.Events {
		if e.Kind == store.Gone {
			t.Errorf("%+v", e)
		}
	}
	if s = answer(one, `{"id":"2","prefix":"10.2.0.0/16","priority":"soon"}`, three); s.Routes.Knowledge() != store.Incomplete ||
		len(s.Routes.Rows) != 3 {
		t.Errorf("%+v", s.Routes)
	}
	if s = answer(one, two, three); !s.Routes.Settled() || len(s.Routes.Rows) != 3 || len(s.Events) != 1 || s.Events[0].ObjectID != "3" {
		t.Errorf("%+v, %+v", s.Routes.Entry, s.Events)
	}
}
