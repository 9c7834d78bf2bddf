package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// account is a simulated account on loopback.
type account struct {
	*simaccount.Server
	t       *testing.T
	address string
	server  *httptest.Server

	mu   sync.Mutex
	now  time.Time
	gate chan struct{} // while not nil, requests wait until it is closed
	held string        // the method of the requests that wait; "" for all
}

// newAccount serves an account whose clock stands at the moment of its making.
func newAccount(t *testing.T, o simaccount.Options) *account {
	t.Helper()
	a := &account{t: t, now: time.Now()}
	o.Now = a.clock
	a.Server = simaccount.New(o)
	a.serve()
	t.Cleanup(func() { a.server.Close() })
	return a
}

func (a *account) clock() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

// pass lets time go by for the account.
func (a *account) pass(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now = a.now.Add(d)
}

// serve listens on the address of before, so that a server that was down comes back where it was.
func (a *account) serve() {
	a.t.Helper()
	listener, err := a.listen()
	if err != nil {
		a.t.Fatal(err)
	}
	a.address = listener.Addr().String()
	a.server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(a.answer)}}
	a.server.Start()
}

// again takes an address that was listened on. A program that another story is starting has a copy of the socket that was closed for a
// moment, until it is executed: it is tried until that has gone.
func again(address string) (net.Listener, error) {
	for end := time.Now().Add(ptytest.Patience); ; <-time.After(10 * time.Millisecond) {
		if l, err := net.Listen("tcp", address); err == nil || time.Now().After(end) {
			return l, err
		}
	}
}

// listen takes the address of before, at first one that no connection of anybody's is given by chance: it must still be free
// when the server comes back.
func (a *account) listen() (net.Listener, error) {
	if a.address != "" {
		return again(a.address)
	}
	const first, count = 20000, 10000 // below what Linux, macOS and Windows hand out
	var err error
	for range 50 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprint("127.0.0.1:", first+rand.IntN(count))); err == nil {
			return l, nil
		}
	}
	return nil, err
}

func (a *account) answer(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	gate, held := a.gate, a.held
	a.mu.Unlock()
	if gate != nil && (held == "" || held == r.Method) {
		select {
		case <-gate:
		case <-r.Context().Done():
			return
		}
	}
	a.ServeHTTP(w, r)
}

// hold makes every request wait until release is called.
func (a *account) hold() (release func()) { return a.holdOnly("") }

// holdOnly makes the requests of a method wait until release is called.
func (a *account) holdOnly(method string) (release func()) {
	gate := make(chan struct{})
	a.mu.Lock()
	a.gate, a.held = gate, method
	a.mu.Unlock()
	return func() {
		a.mu.Lock()
		a.gate = nil
		a.mu.Unlock()
		close(gate)
	}
}

// names are those of all tunnels.
func (a *account) names() []string {
	var names []string
	for _, kind := range []simaccount.Resource{simaccount.GRETunnels, simaccount.IPsecTunnels} {
		for _, o := range a.Objects(kind) {
			names = append(names, o["name"].(string))
		}
	}
	return names
}

// do fails the test when a change of the account did not work.
func (a *account) do(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// env is the environment to use the account with the token that it knows.
func (a *account) env(more ...string) []string {
	return append([]string{"CLOUDFLARE_BASE_URL=http://" + a.address + "/client/v4",
		"CLOUDFLARE_API_TOKEN=" + simaccount.DefaultToken, "CLOUDFLARE_ACCOUNT_ID=" + a.Account()}, more...)
}

// patience is the limit of one wait, which only ends what hangs: no story depends on how fast the machine is.
const patience = ptytest.Patience

// sit starts the program as o says; without a path it is the one of this tree.
func sit(t *testing.T, o ptytest.Options) *ptytest.Terminal {
	t.Helper()
	if o.Path == "" {
		o.Path = ptytest.Build(t)
	}
	if !slices.Contains(o.Args, "--start") {
		o.Args = append([]string{"--start", "tunnels"}, o.Args...) // most stories are about the list
	}
	return ptytest.Start(t, o)
}

// watching opens the program on the account and waits for the list.
func watching(t *testing.T, a *account, args ...string) *ptytest.Terminal {
	t.Helper()
	term := sit(t, ptytest.Options{Args: append([]string{"--refresh", "5s"}, args...), Env: a.env()})
	whole := min(len(a.names()), 19) // as many rows as 80x24 has room for
	term.WaitFor("the whole list of tunnels", func(s ptytest.Screen) bool { return listed(s) && len(tunnels(s)) == whole })
	return term
}

// row matches a line of a list of tunnels: the cursor, the mark, the name, the kind and the state.
var row = regexp.MustCompile(`^([▌> ])[ ✓*](\S.*?) +(GRE|IPsec) +[●◐✗○?+~xo] (Up|Establishing|Down|No BGP|Unknown|Flapping)` +
	`(, stale \w+)?( |$)`)

// tunnels are the names in the list, from the top.
func tunnels(s ptytest.Screen) []string {
	var names []string
	_, height := s.Size()
	for y := range height {
		if m := row.FindStringSubmatch(s.Line(y)); m != nil {
			names = append(names, m[2])
		}
	}
	return names
}

// state is what the list says of a tunnel's session; empty when it is not in view.
func state(s ptytest.Screen, name string) string {
	_, height := s.Size()
	for y := range height {
		if m := row.FindStringSubmatch(s.Line(y)); m != nil && m[2] == name {
			return m[4]
		}
	}
	return ""
}

// underCursor is the name of the tunnel that a key would act on.
func underCursor(s ptytest.Screen) string {
	_, height := s.Size()
	for y := range height {
		if m := row.FindStringSubmatch(s.Line(y)); m != nil && m[1] != " " {
			return m[2]
		}
	}
	return ""
}

// title is the header: where one is. footer is the last line.
func title(s ptytest.Screen) string { return s.Line(0) }

func footer(s ptytest.Screen) string {
	_, height := s.Size()
	return s.Line(height - 1)
}

// listed: the list is there, whole from header to footer.
func listed(s ptytest.Screen) bool {
	place, _, _ := strings.Cut(strings.TrimSpace(title(s)), "  ")
	return len(tunnels(s)) > 0 && strings.HasSuffix(place, "unnels") && footer(s) != ""
}

// on: the page about the named thing is there.
func on(name string) func(ptytest.Screen) bool {
	return func(s ptytest.Screen) bool {
		return (strings.Contains(title(s), "› "+name) || strings.Contains(title(s), "› Route "+name)) && footer(s) != ""
	}
}

// showsAll: every text is on the screen.
func showsAll(texts ...string) func(ptytest.Screen) bool {
	return func(s ptytest.Screen) bool {
		for _, text := range texts {
			if !s.Contains(text) {
				return false
			}
		}
		return true
	}
}

// goTo moves the cursor down to the named tunnel.
func goTo(term *ptytest.Terminal, name string) {
	term.Press("g")
	names := tunnels(term.WaitFor("the cursor on the first row", func(s ptytest.Screen) bool {
		all := tunnels(s)
		return len(all) > 0 && underCursor(s) == all[0]
	}))
	for _, at := range names {
		if at == name {
			break
		}
		term.Press("j")
	}
	term.WaitFor("the cursor on "+name, func(s ptytest.Screen) bool { return underCursor(s) == name })
}

// reads waits until the text is on the screen, wherever its lines break.
func reads(term *ptytest.Terminal, text string) {
	term.WaitFor(text, func(s ptytest.Screen) bool {
		return strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(s.Text(), "│", "")), " "), text)
	})
}
