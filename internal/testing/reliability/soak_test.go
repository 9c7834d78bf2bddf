package reliability_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
)

// level is what a program that runs for days must not gather.
type level struct {
	goroutines, files int
	heap              uint64 // bytes that live after a collection
	stack             int    // messages that wait
	history           int64  // bytes of the history on the disk
}

func (s *seat) level(home string) level {
	synctest.Wait()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	l := level{goroutines: runtime.NumGoroutine(), files: openFiles(), heap: m.HeapAlloc, stack: len(s.msgs)}
	_ = filepath.WalkDir(home, func(_ string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			if info, err := e.Info(); err == nil {
				l.history += info.Size()
			}
		}
		return nil
	})
	return l
}

// openFiles counts file descriptors; 0 where there is no /proc.
func openFiles() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}

func (l level) String() string {
	return fmt.Sprintf("%11d %6d %9.1f %8d %10.1f", l.goroutines, l.files, float64(l.heap)/(1<<20), l.stack, float64(l.history)/1024)
}

// TestSoak is a working day of eight hours in front of the program: a fault of one to nine minutes every quarter of an
// hour, sessions that go up and down, tunnels that come and go, and somebody who presses keys, all by a clock that
// does not wait. Goroutines, memory, file descriptors and files stay level, and the requests stay within the
// program's share. In its short form it is an hour.
func TestSoak(t *testing.T) {
	hours := 1
	if long() {
		hours = 8
	}
	home := t.TempDir()
	began := time.Now()
	var levels []level
	var lines []string
	keysPressed, faults, most := 0, 0, 0
	synctest.Test(t, func(t *testing.T) {
		sent := &counter{}
		s := open(t, options{home: home, way: func(next http.RoundTripper) http.RoundTripper { sent.next = next; return sent }})
		r := rand.New(rand.NewPCG(8, 8))
		day := time.Now()
		for quarter := range hours * 4 {
			s.ForgetRequests() // the account's memory is not the program's
			k, f := s.quarter(r)
			keysPressed, faults = keysPressed+k, faults+f
			if quarter%4 == 3 {
				s.goTo("overview").pass(10 * time.Minute)
				l := s.level(home)
				levels = append(levels, l)
				lines = append(lines, fmt.Sprintf("%5s %s", time.Since(day).Round(time.Hour), l))
			}
		}
		most = sent.busiest()
		if err := s.whole(); err != nil {
			t.Error(err)
		}
		if !fresh(s.screen()) {
			t.Errorf("it is not well at the end:\n%s", strings.Join(s.screen(), "\n"))
		}
	})
	t.Logf("%d simulated hours in %s: %d faults, %d keys, at most %d requests in five minutes (the share is %d)\n after  goroutines  files  "+
		"heap MiB  waiting  files KiB\n%s",
		hours, time.Since(began).Round(time.Millisecond), faults, keysPressed, most, api.DefaultBudget, strings.Join(lines, "\n"))
	first, last := levels[0], levels[len(levels)-1]
	if last.goroutines > first.goroutines+10 || last.files > first.files+2 || last.stack > 100 || last.goroutines > 100 {
		t.Errorf("it gathers: %+v at first, %+v at last", first, last)
	}
	// The events of the last hours are kept, up to a bound.
	if last.heap > first.heap+(16<<20) || last.history > 8<<20 {
		t.Errorf("memory or files grow: %+v at first, %+v at last", first, last)
	}
	if most > api.DefaultBudget {
		t.Errorf("%d requests in five minutes", most)
	}
}

// quarter is a quarter of an hour.
func (s *seat) quarter(r *rand.Rand) (keysPressed, faults int) {
	all := troubles()
	tr := all[r.IntN(len(all))]
	s.begin(tr)
	for range 1 + r.IntN(9) {
		keysPressed += s.look(r)
		s.pass(time.Minute)
	}
	s.end()
	for i, fsm := range []string{"Active", "Established", "OpenSent"} {
		kind := []simaccount.Resource{simaccount.GRETunnels, simaccount.IPsecTunnels}[r.IntN(2)]
		if objects := s.Objects(kind); len(objects) > 0 {
			name, _ := objects[r.IntN(len(objects))]["name"].(string)
			_ = s.SetBGP(kind, name, fsm) // a tunnel without BGP has no session
		}
		s.pass(time.Duration(i) * time.Minute)
	}
	name := fmt.Sprintf("guest-%d", r.IntN(1000))
	id := s.Insert(simaccount.GRETunnels, simaccount.Object{"name": name, "cloudflare_gre_endpoint": "192.0.2.11",
		"customer_gre_endpoint": "198.51.100.200",
		"interface_address":     "10.99.0.0/31", "mtu": 1476, "ttl": 64})
	keysPressed += s.look(r)
	s.pass(2 * time.Minute)
	if err := s.Delete(simaccount.GRETunnels, id); err != nil {
		s.t.Error(err)
	}
	return keysPressed, 1
}

// look is a person who looks at some pages and goes back.
func (s *seat) look(r *rand.Rand) int {
	pages := s.pages()
	n := 0
	for range 3 {
		s.goTo(pages[r.IntN(len(pages))]).pass(3 * time.Second)
		for range 4 {
			s.send(key(keys[r.IntN(len(keys))]))
			s.pass(500 * time.Millisecond)
			n++
		}
		if err := s.whole(); err != nil {
			s.t.Error(err)
		}
		s.home()
	}
	return n
}

// counter notes when requests are sent, but for the analytics, which Cloudflare counts apart.
type counter struct {
	next http.RoundTripper

	mu   sync.Mutex
	at   []time.Time // of the last five minutes
	most int
}

// RoundTrip implements http.RoundTripper.
func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/graphql") {
		c.count(time.Now())
	}
	return c.next.RoundTrip(r)
}

func (c *counter) count(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = slices.DeleteFunc(append(c.at, now), func(t time.Time) bool { return now.Sub(t) >= 5*time.Minute })
	c.most = max(c.most, len(c.at))
}

// busiest is how many requests fell into any five minutes.
func (c *counter) busiest() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.most
}

// TestSoakOfConnections polls over real connections that break in every way: sockets and goroutines stay level.
func TestSoakOfConnections(t *testing.T) {
	polls := 300
	if long() {
		polls = 5000
	}
	sim := simaccount.New(simaccount.Options{})
	server := httptest.NewServer(sim)
	defer server.Close()
	client, err := api.New(api.Options{BaseURL: server.URL + "/client/v4",
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)},
		Budget:      1 << 30, Transport: api.NewHTTPTransport(), Sleep: func(context.Context, time.Duration) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	watcher := store.New(client.In(sim.Account()), time.Now, 0)
	kinds := []simaccount.FaultKind{simaccount.FaultReset, simaccount.FaultTruncated, simaccount.FaultGarbage, simaccount.FaultEmpty,
		simaccount.FaultHTML,
		simaccount.FaultWrongTypes}
	r := rand.New(rand.NewPCG(1, 1))
	began := time.Now()
	failed, mostFiles, mostGoroutines := 0, 0, 0
	var first [2]int
	for i := range polls {
		sim.ClearFaults()
		if i%3 != 2 {
			sim.Fault(simaccount.Fault{Kind: kinds[r.IntN(len(kinds))], Status: http.StatusOK, Times: 1 + r.IntN(4)})
		}
		ctx, cancel := context.WithCancel(t.Context())
		if i%17 == 0 {
			cancel() // somebody leaves the page
		}
		if watcher.Poll(ctx).Err() != nil {
			failed++
		}
		cancel()
		mostFiles, mostGoroutines = max(mostFiles, openFiles()), max(mostGoroutines, runtime.NumGoroutine())
		if i == polls/4 {
			first = [2]int{mostFiles, mostGoroutines}
		}
	}
	t.Logf("%d polls in %s, %d of them failed: at most %d files (%d in the first quarter) and %d goroutines (%d)", polls,
		time.Since(began).Round(time.Millisecond),
		failed, mostFiles, first[0], mostGoroutines, first[1])
	if mostFiles > first[0]+10 || mostGoroutines > first[1]+20 {
		t.Error("connections are left behind")
	}
	if failed == 0 || failed == polls {
		t.Errorf("%d of %d polls failed: this test sees nothing", failed, polls)
	}
}
