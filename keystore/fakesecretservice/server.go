// Package fakesecretservice is a session bus with a keyring behind it, inside the test's process: it plays every fault
// that a real one was seen to have. For tests only.
package fakesecretservice

import (
	"bufio"
	"maps"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// Fault is something that goes wrong. Several may be set at once.
type Fault int

// The faults, each seen with a real bus or keyring.
const (
	// NoProvider: the bus knows no program for the Secret Service.
	NoProvider Fault = iota
	// ProviderCrashes: the program ends while it is being started.
	ProviderCrashes
	// ProviderNeverComes: the program is started and never takes its name.
	ProviderNeverComes
	// NoCollection: a keyring without a default collection.
	NoCollection
	// Locked: the collection is locked; unlocking raises a prompt.
	Locked
	// PromptUnanswered: nobody answers a prompt.
	PromptUnanswered
	// PromptDismissed: the user closes a prompt.
	PromptDismissed
	// PromptOnStore: storing raises a prompt.
	PromptOnStore
	// PromptOnDelete: deleting raises a prompt.
	PromptOnDelete
	// BusLostInPrompt: the connection ends while a prompt is open.
	BusLostInPrompt
	// StrangeSignalInPrompt: another signal arrives while a prompt is open.
	StrangeSignalInPrompt
	// SilentSocket: the socket takes connections and says nothing.
	SilentSocket
	// SilentAfterLook: the keyring answers questions about its state and nothing else.
	SilentAfterLook
	// ForgetsStores: storing is reported as done and is not.
	ForgetsStores
	// GarbageAnswers: answers have the wrong types.
	GarbageAnswers
)

// Server is one fake bus with one fake keyring.
type Server struct {
	tb       testing.TB
	listener net.Listener
	closed   chan struct{}
	group    sync.WaitGroup

	mu      sync.Mutex
	faults  map[Fault]bool
	delay   time.Duration
	peers   map[*peer]struct{}
	items   map[dbus.ObjectPath]stored
	next    int
	prompts map[dbus.ObjectPath]func()
	raised  int
	unlock  bool
}

// stored is one item of the keyring.
type stored struct {
	attributes map[string]string
	value      []byte
}

// Start listens on a Unix socket in the test's temporary directory; the end of the test closes it.
func Start(tb testing.TB, faults ...Fault) *Server {
	tb.Helper()
	// t.TempDir's path may be longer than a socket's address may be (108 bytes).
	dir, err := os.MkdirTemp("", "fss")
	if err != nil {
		tb.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(tb.Context(), "unix", filepath.Join(dir, "bus"))
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{
		tb: tb, listener: listener, closed: make(chan struct{}), faults: map[Fault]bool{},
		peers: map[*peer]struct{}{}, items: map[dbus.ObjectPath]stored{}, prompts: map[dbus.ObjectPath]func(){},
	}
	s.Set(faults...)
	s.group.Go(s.accept)
	tb.Cleanup(func() {
		s.Stop()
		_ = os.RemoveAll(dir)
	})
	return s
}

// Address is the value for DBUS_SESSION_BUS_ADDRESS.
func (s *Server) Address() string { return "unix:path=" + s.listener.Addr().String() }

// Set replaces the faults from now on.
func (s *Server) Set(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.faults)
	for _, fault := range faults {
		s.faults[fault] = true
	}
	s.unlock = !s.faults[Locked]
}

// SetDelay makes every answer this late.
func (s *Server) SetDelay(delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = delay
}

// Prompts returns how many prompts were shown to the user.
func (s *Server) Prompts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raised
}

// Connections returns how many clients are connected.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.peers)
}

// Stored returns the secrets in the keyring, by the item's username attribute.
func (s *Server) Stored() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	values := map[string]string{}
	for _, item := range s.items {
		values[item.attributes["username"]] = string(item.value)
	}
	return values
}

// Put places an item in the keyring as go-keyring would.
func (s *Server) Put(service, user, value string) {
	s.store(map[string]string{"service": service, "username": user}, []byte(value))
}

// Stop ends the bus and every connection to it.
func (s *Server) Stop() {
	s.mu.Lock()
	select {
	case <-s.closed:
		s.mu.Unlock()
		return
	default:
		close(s.closed)
	}
	_ = s.listener.Close()
	for p := range maps.Clone(s.peers) {
		_ = p.conn.Close()
	}
	s.mu.Unlock()
	s.group.Wait()
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		p := &peer{server: s, conn: conn, in: bufio.NewReader(conn)}
		s.mu.Lock()
		s.peers[p] = struct{}{}
		select {
		case <-s.closed:
			_ = conn.Close()
		default:
		}
		s.mu.Unlock()
		s.group.Go(p.serve)
	}
}

func (s *Server) leave(p *peer) {
	_ = p.conn.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.peers, p)
}

func (s *Server) fault(fault Fault) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults[fault]
}
