package reliability_test

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

// local pages show what is on this machine; no fault of a server shows on them.
var local = []string{"activity", "requests", "profiles", "setup", "traceroute"}

// asking pages are forms: nothing on them is fetched, and keys are text.
var asking = []string{"setup", "traceroute"}

// ages in every form that a page has.
var ages = regexp.MustCompile(`>?\b\d+(d\d+h|h\d+m|m\d+s|d|h|m|s| min)\b|\bjust now\b|\bnow\b|\?`)

// body is what a page shows between the header and the lines that the message may take, without ages and the gaps
// that follow from them. The end of the overview tells how each source fares: that is not the body.
func body(lines []string) []string {
	var out []string
	for _, line := range lines[1 : len(lines)-4] {
		if strings.Contains(line, "RECENT EVENTS") {
			break
		}
		if words := strings.Fields(ages.ReplaceAllString(line, "#")); len(words) > 0 {
			out = append(out, strings.Join(words, " "))
		}
	}
	return out
}

// kept: every line of the good page is still there, in its order. A page may put a sentence beside what it could not
// fetch anew.
func kept(good, bad []string) bool {
	for _, line := range bad {
		if len(good) > 0 && line == good[0] {
			good = good[1:]
		}
	}
	return len(good) == 0
}

// unlessTold is a good page without what gives way when an outage is told as an event: that nothing has happened.
func unlessTold(good, bad []string) []string {
	if !says(bad, "did not answer from") {
		return good
	}
	if says(good, "flarewire has seen no event yet") {
		return nil
	}
	return slices.DeleteFunc(good, func(line string) bool { return strings.HasPrefix(line, "none since") })
}

func header(lines []string) string { return lines[0] }

// says reports whether the words are on the screen, whatever the line breaks.
func says(lines []string, text string) bool {
	return strings.Contains(strings.Join(strings.Fields(strings.Join(lines, " ")), " "), text)
}

func fresh(lines []string) bool { return strings.Contains(header(lines), "●") }

// tells: the page must say that something is wrong.
func tells(page string, tr trouble) bool {
	return tr.word != "" && !slices.Contains(local, page)
}

// concludes: what the page shows is concluded anew when a list could not be read again: what becomes of a destination, what names a
// filter. For the settings of interconnects, a row of their page, 404 is Cloudflare's word for "never set", and it says that.
func concludes(page string, tr trouble) bool {
	return page == "where" || page == "bgp-filters" || tr.name == "404" && (page == "interconnects" || page == "cni-settings")
}

// panels are the lines of a page without what :bgp concludes below its panels about the session under the cursor, anew with each fault.
func panels(page string, lines []string) []string {
	if at := slices.IndexFunc(lines, func(line string) bool { return strings.Contains(line, "(UTC)") }); page == "bgp" && at >= 0 {
		return lines[:at]
	}
	return lines
}

// begin makes the server go wrong.
func (s *seat) begin(tr trouble) {
	s.skew.Store(int64(tr.skew))
	if tr.fault != nil {
		s.Fault(*tr.fault)
	}
}

// end makes all well again.
func (s *seat) end() {
	s.skew.Store(0)
	s.ClearFaults()
}

// place is a page of the registry, or what a key on it opens.
type place struct {
	page string
	keys []string // pressed there
	name string   // for the table; empty: page and keys
}

func (p place) String() string {
	return cmp.Or(p.name, strings.Join(append([]string{p.page}, p.keys...), " "))
}

func (p place) local() bool { return slices.Contains(local, p.page) }

// tall is a screen on which every page is seen whole, so that what a sentence pushes down is not taken for lost.
var tall = options{width: 100, height: 80, before: func(e *simaccount.Server) { // something to see on the pages of Cloudflare's log
	e.AddPolicy("Tunnels", "magic_tunnel_health_check_event", true)
	e.Audit(time.Hour, simaccount.Actor{}, "update", simaccount.Routes, "10.61.8.0/22", simaccount.Object{"description": "x"})
}}

// placesWithData are every page of the registry and, of each with rows, the page of the first row; prefixes have
// lists of their own below.
func placesWithData(t *testing.T) []place {
	var out []place
	sit(t, options{}, func(s *seat) {
		for _, page := range s.pages() {
			out = append(out, place{page: page})
			s.home()
			s.goTo(page).pass(5 * time.Second)
			before := header(s.screen())
			if s.press("enter").pass(5 * time.Second); header(s.screen()) != before && !slices.Contains(local, page) {
				out = append(out, place{page: page, keys: []string{"enter"}})
			}
		}
	})
	return append(out, place{page: "prefixes", keys: []string{"1"}}, place{page: "prefixes", keys: []string{"2"}},
		place{"prefixes", []string{"/", "3", "0", ".", "enter", "3"}, "prefixes 3"}) // the one with a delegation
}

// TestFaultMatrixOfThePages is every page that shows data under every fault, twice: the fault begins while somebody
// watches, and the fault is there before the program starts. It prints a table; a cell says what held:
//
//	ok   nothing crashed or hung, the last good rows stayed, a sentence said what is wrong, the page came back by itself
//	loc  a page of this machine: nothing crashed, it stayed usable
func TestFaultMatrixOfThePages(t *testing.T) {
	m := newMatrix(troubles())
	for _, p := range placesWithData(t) {
		m.row(t, p.String(), func(t *testing.T, tr trouble) string {
			sit(t, tall, func(s *seat) { s.troubledWhileWatching(p, tr) })
			if len(p.keys) == 0 { // without data there is no row to open
				sit(t, tall, func(s *seat) { s.troubledFromTheStart(p.page, tr) })
			}
			if p.local() {
				return "loc"
			}
			return "ok"
		})
	}
	m.print(t, "pages")
}

// long asks for the long forms of these tests: `make fault-matrix`, `make soak` and their like set it. The short forms
// of the matrices try each row under every eighth fault and each fault on every eighth row.
func long() bool { return os.Getenv("FLAREWIRE_LONG") != "" }

// matrix is a table of what held under which trouble.
type matrix struct {
	kinds   []trouble
	rows    []string
	cells   map[string]string
	started time.Time
}

func newMatrix(kinds []trouble) *matrix {
	return &matrix{kinds: kinds, cells: map[string]string{}, started: time.Now()}
}

// row tries one thing under every trouble.
func (m *matrix) row(t *testing.T, name string, try func(*testing.T, trouble) string) {
	m.rows = append(m.rows, name)
	for column, tr := range m.kinds {
		if !long() && (len(m.rows)+column)%8 != 0 {
			m.cells[name+"/"+tr.name] = "·"
			continue
		}
		t.Run(name+"/"+tr.name, func(t *testing.T) {
			m.cells[name+"/"+tr.name] = "FAIL"
			if cell := try(t, tr); !t.Failed() {
				m.cells[name+"/"+tr.name] = cell
			}
		})
	}
}

// print writes the table.
func (m *matrix) print(t *testing.T, what string) {
	table := fmt.Sprintf("%-29s", what)
	for _, tr := range m.kinds {
		table += fmt.Sprintf("%8s", tr.name)
	}
	tried, failed := 0, 0
	for _, row := range m.rows {
		table += fmt.Sprintf("\n%-29s", row)
		for _, tr := range m.kinds {
			cell := m.cells[row+"/"+tr.name]
			table += fmt.Sprintf("%8s", cell)
			if cell != "·" {
				tried++
			}
			if cell == "FAIL" {
				failed++
			}
		}
	}
	t.Logf("%d %s x %d faults, %d tried, %d failed, in %s\n%s", len(m.rows), what, len(m.kinds), tried, failed,
		time.Since(m.started).Round(time.Millisecond), table)
}

func (s *seat) troubledWhileWatching(p place, tr trouble) {
	s.t.Helper()
	s.pass(5 * time.Second)
	s.goTo(p.page).pass(5 * time.Second)
	s.press(p.keys...).pass(5 * time.Second)
	good := s.screen()
	if slices.Contains(asking, p.page) {
		s.asks(p, tr)
		return
	}
	if !fresh(good) {
		s.t.Fatalf("not fresh on a good day:\n%s", strings.Join(good, "\n"))
	}
	s.begin(tr)
	s.press("r").pass(100 * time.Second)
	bad := s.screen()
	neverSet := p.String() == "cni-settings enter" && tr.name == "404" // Cloudflare's word for that, and the page says it
	if tells(p.page, tr) && !neverSet {
		if !says(bad, tr.word) || fresh(bad) {
			s.t.Errorf("it does not say %q, or calls it fresh:\n%s", tr.word, strings.Join(bad, "\n"))
		}
		if !concludes(p.page, tr) && !kept(unlessTold(panels(p.page, body(good)), bad), body(bad)) {
			s.t.Errorf("the good rows did not stay:\n%s\n%s", strings.Join(good, "\n"), strings.Join(bad, "\n"))
		}
	} else if !fresh(bad) {
		s.t.Errorf("nothing is wrong, but it is not fresh:\n%s", strings.Join(bad, "\n"))
	}
	s.usable(p)
	s.end()
	s.pass(3 * time.Minute)
	if after := s.screen(); !fresh(after) {
		s.t.Errorf("it did not come back by itself:\n%s", strings.Join(after, "\n"))
	}
}

// asks: a form stays usable whatever the server does, and one gets out of it.
func (s *seat) asks(p place, tr trouble) {
	s.t.Helper()
	s.begin(tr)
	for _, keys := range []string{"", "down enter", "tab tab", "x", "ctrl+s", "ctrl+n"} {
		s.press(strings.Fields(keys)...).pass(20 * time.Second)
		if err := s.whole(); err != nil {
			s.t.Errorf("%s %s: %v", p, keys, err)
		}
	}
	s.home()
	if !strings.HasPrefix(header(s.screen()), " Overview  ") {
		s.t.Errorf("the way home is barred:\n%s", strings.Join(s.screen(), "\n"))
	}
	s.end()
	if s.pass(3 * time.Minute); !fresh(s.screen()) {
		s.t.Errorf("the overview did not come back by itself:\n%s", strings.Join(s.screen(), "\n"))
	}
}

func (s *seat) troubledFromTheStart(page string, tr trouble) {
	s.t.Helper()
	if slices.Contains(asking, page) {
		s.goTo(page)
		s.asks(place{page: page}, tr)
		return
	}
	s.begin(tr)
	s.pass(5 * time.Second)
	s.goTo(page).pass(100 * time.Second)
	bad := s.screen()
	if tells(page, tr) {
		if !says(bad, tr.word) || !strings.Contains(header(bad), "no data") {
			s.t.Errorf("it does not say %q and that there is no data:\n%s", tr.word, strings.Join(bad, "\n"))
		}
		if says(bad, "There are no") || says(bad, "There is no") {
			s.t.Errorf("what could not be fetched is called none:\n%s", strings.Join(bad, "\n"))
		}
	}
	s.usable(place{page: page})
	s.end()
	s.pass(3 * time.Minute)
	after := s.screen()
	if !fresh(after) || (!slices.Contains(local, page) && says(after, "Nothing could be fetched")) {
		s.t.Errorf("it did not fill by itself:\n%s", strings.Join(after, "\n"))
	}
}

// usable: the keys that everybody needs work, and every screen on the way is whole. It ends where it began.
func (s *seat) usable(p place) {
	s.t.Helper()
	look := func(where string) {
		s.t.Helper()
		if err := s.whole(); err != nil {
			s.t.Errorf("%s: %v", where, err)
		}
	}
	look("here")
	s.press("enter", "down", "?")
	look("help")
	if !strings.Contains(header(s.screen()), "Help") {
		s.t.Errorf("no help:\n%s", strings.Join(s.screen(), "\n"))
	}
	s.press("esc")
	look("what the row opens")
	s.goTo(p.page).press("/").types("x").press("esc")
	look("filter")
	if s.goTo("overview"); !strings.Contains(header(s.screen()), "Overview") {
		s.t.Errorf("the way home is barred:\n%s", strings.Join(s.screen(), "\n"))
	}
	s.goTo(p.page).press(p.keys...)
	look("again here")
}
