package reliability_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// act is something done on a page that reads or checks at the server before anything is sent.
type act struct {
	page   string
	before string // keys, while all is well
	text   string // typed then
	during string // keys, while the server is in trouble
	ready  string // on the screen when it could be prepared
}

func (a act) name() string {
	return strings.Join(strings.Fields(a.page+" "+a.before+" "+a.during), " ")
}

// acts lead to every kind of page that is no list and no object: form, review, named act, letter, sign-in.
func acts() []act {
	return []act{
		{page: "gre", before: "e", text: "x", during: "ctrl+s", ready: "enter send"},
		{page: "gre", before: "R", text: "x", during: "ctrl+s", ready: "enter send"},
		{page: "gre", during: "D", ready: "enter send"},
		{page: "ipsec", before: "e", text: "x", during: "ctrl+s", ready: "enter send"},
		{page: "ipsec", during: "D", ready: "enter send"},
		{page: "ipsec", during: "K", ready: "enter send"},
		{page: "cf-interconnects", before: "e", text: "x", during: "ctrl+s", ready: "enter send"},
		{page: "cnis", during: "D", ready: "enter send"},
		{page: "interconnects", during: "D", ready: "enter send"},
		{page: "cni-settings", before: "e ctrl+u", text: "64512", during: "ctrl+s", ready: "enter send"},
		{page: "routes", before: "e tab tab", text: "1", during: "ctrl+s", ready: "enter send"},
		{page: "routes", during: "D", ready: "enter send"},
		{page: "prefixes", before: "e", text: "x", during: "ctrl+s", ready: "enter send"},
		{page: "prefixes", during: "A", ready: "enter send"},
		{page: "prefixes", during: "V", ready: "enter send"},
	}
}

// TestFaultMatrixOfTheActs is every kind of change under every fault, on the screen, up to the moment before something
// is sent: a sentence says what is wrong, nothing is sent, and the review is ready when the fault is over and r is
// pressed. What a fault does to the sending itself: TestFaultMatrixOfTheSending, and TestEveryWriteUnderEveryFault… in
// internal/change.
func TestFaultMatrixOfTheActs(t *testing.T) {
	m := newMatrix(troubles())
	for _, a := range acts() {
		m.row(t, a.name(), func(t *testing.T, tr trouble) string {
			if a.page == "cni-settings" && tr.name == "404" {
				tr.word = "changed by somebody else" // 404 is Cloudflare's word for "never set", which differs from what was opened
			}
			sit(t, tall, func(s *seat) { s.actUnder(a, tr) })
			return "ok"
		})
	}
	m.print(t, "acts")
}

func (s *seat) actUnder(a act, tr trouble) {
	s.t.Helper()
	s.pass(5 * time.Second)
	s.goTo(a.page).pass(5 * time.Second)
	s.press(strings.Fields(a.before)...).types(a.text).pass(2 * time.Second)
	s.begin(tr)
	s.press(strings.Fields(a.during)...)
	for range 20 {
		s.pass(5 * time.Second)
		if err := s.whole(); err != nil {
			s.t.Error(err)
		}
	}
	screen := s.screen()
	refused := tr.word != "" && !says(screen, a.ready)
	if refused && !says(screen, tr.word) {
		s.t.Errorf("it does not say %q:\n%s", tr.word, strings.Join(screen, "\n"))
	}
	if tr.word == "" && !says(screen, a.ready) {
		s.t.Errorf("nothing is wrong, but it does not say %q:\n%s", a.ready, strings.Join(screen, "\n"))
	}
	s.end()
	s.pass(2 * time.Minute)
	if refused {
		s.press("r").pass(5 * time.Second)
	}
	if !says(s.screen(), a.ready) {
		s.t.Errorf("it does not say %q when all is well again:\n%s", a.ready, strings.Join(s.screen(), "\n"))
	}
	for _, r := range s.Requests() {
		if r.Method != http.MethodGet && !r.Query.Has("validate_only") && !strings.HasSuffix(r.Path, "/graphql") {
			s.t.Errorf("%s %s was sent, and nobody has agreed", r.Method, r.Path)
		}
	}
}

// TestFaultMatrixOfTheSending: the fault meets the change itself, carried out or not. The screen tells what really
// happened, or that it is not known; it is sent once.
func TestFaultMatrixOfTheSending(t *testing.T) {
	m := newMatrix(troubles())
	for _, carriedOut := range []bool{false, true} {
		name := "rename, answer lost"
		if !carriedOut {
			name = "rename, not done"
		}
		m.row(t, name, func(t *testing.T, tr trouble) string {
			cell := "ok"
			sit(t, tall, func(s *seat) { cell = s.sendUnder(tr, carriedOut) })
			return cell
		})
	}
	m.print(t, "changes")
}

func (s *seat) sendUnder(tr trouble, carriedOut bool) string {
	s.t.Helper()
	s.pass(5 * time.Second)
	s.goTo("gre").pass(5 * time.Second).press("e").types("x").press("ctrl+s").pass(5 * time.Second)
	if tr.fault != nil {
		f := *tr.fault
		// A refusal is taken at its word: no server carries out what it answers with a 4xx.
		f.Method, f.CarriedOut = http.MethodPut, carriedOut && (f.Status == 0 || f.Status >= 500 || f.Status < 300) &&
			f.Kind != simaccount.FaultRateLimit
		s.Fault(f)
	}
	s.skew.Store(int64(tr.skew))
	sent := len(s.Requests())
	s.press("enter").pass(100 * time.Second)
	puts := 0
	for _, r := range s.Requests()[sent:] {
		if r.Method == http.MethodPut && !r.Query.Has("validate_only") {
			puts++
		}
	}
	if puts != 1 {
		s.t.Errorf("sent %d times", puts)
	}
	if err := s.whole(); err != nil {
		s.t.Error(err)
	}
	_, happened := s.Object(simaccount.GRETunnels, "iad-dc1-grex")
	screen := s.screen()
	notDone, unknown := says(screen, ": not done"), says(screen, ": unknown") || says(screen, "could not be found out")
	if (happened && notDone) || (!happened && !notDone && !unknown) {
		s.t.Errorf("it happened: %v, and the screen says\n%s", happened, strings.Join(screen, "\n"))
	}
	switch {
	case notDone:
		return "not"
	case unknown:
		return "unknown"
	}
	return "done"
}
