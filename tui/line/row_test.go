package line_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

func both(id string) item { return item{id: id, name: id, acts: []string{"cancel", "renew"}} }

// A part of an action's name is enough where one action alone has it; it is asked whether that one is meant.
func TestAPartOfAnActionsNameAsks(t *testing.T) {
	did := ""
	act := func(name string) tui.Action {
		return tui.Action{Name: name, Run: func() tea.Cmd { did += name + " "; return nil }}
	}
	page := &book{title: "Tunnel", actions: []tui.Action{act("router-config"), act("set-key"), act("rotate-key")}}
	says(t, reading(t, page, "config", "yes", ":config", "yes", "config", "no", "conf", "key", "quit"), "Do you mean router-config? yes or no",
		"Nothing here is called conf.", "Nothing here is called key.")
	if did != "router-config router-config " {
		t.Errorf("done: %s", did)
	}
}

// Words are found in a page by the lines that have them.
func TestFindSaysTheLines(t *testing.T) {
	page := &told{book{title: "Tunnel", lines: []string{"State: up", "Handshake: 4m ago", "Last handshake by: peer"},
		actions: []tui.Action{{Name: "find", Keys: []string{"/"}}}}}
	said := reading(t, page, "find HANDSHAKE", "/peer", "find nonsense", "quit")
	says(t, said, "nonsense is not on this page.")
	for line, want := range map[string]int{"Handshake: 4m ago": 2, "Last handshake by: peer": 3} { // with the page, and when it is looked for
		if n := strings.Count(said, line); n != want {
			t.Errorf("%q was said %d times:\n%s", line, n, said)
		}
	}
}

// told is a book that says its lines.
type told struct{ book }

func (b *told) Tell(time.Time) tui.Telling { return tui.Telling{Above: b.lines} }

// An act on something that is not there is done to nothing else instead.
func TestAnActNeedsTheRowThatWasNamed(t *testing.T) {
	for answer, says := range map[string]string{
		"cancel nosuchthing": "There is no row nosuchthing here.",
		"cancel 3":           "There is no row 3.",
		"cancel be":          "Two rows begin so: 2, 3.",
		"renew gamma":        "There is no row gamma here.",
	} {
		t.Run(answer, func(t *testing.T) {
			s := newShelf(t, both("alpha"), both("beta"))
			if strings.HasSuffix(answer, " be") {
				s.rows = append(s.rows, both("berta"))
			}
			said := reading(t, s.list(), answer, "quit")
			s.only(t, said)
			if !strings.Contains(said, says) {
				t.Errorf("%q was not said:\n%s", says, said)
			}
		})
	}
	sent := 0
	review := &book{title: "Review", actions: []tui.Action{{Name: "send", Run: func() tea.Cmd { sent++; return nil }}}}
	says(t, reading(t, review, "send 2", "quit"), "There is no row 2 here.")
	if sent != 0 {
		t.Error("it was sent")
	}
	reading(t, review, "send", "quit")
	if sent != 1 {
		t.Errorf("sent %d times", sent)
	}
}

// What one row can do is not done to it because another row was named.
func TestAnActIsThatOfTheNamedRow(t *testing.T) {
	s := newShelf(t, both("alpha"), item{id: "beta", name: "beta", acts: []string{"renew"}})
	said := reading(t, s.list(), "cancel beta", "renew beta", "alpha", "quit")
	says(t, said, "Row beta has no cancel.", "row 2 beta>")
	s.only(t, said, "renew beta")
}

func TestAFilterTakesItsTextAsItIs(t *testing.T) {
	s := newShelf(t, both("alpha"), both("beta"))
	says(t, reading(t, s.list(), "filter alpha", "filter 2", "quit"), "Filter: alpha. 1 of 2 rows pass.", "No row matches 2.")
}

// While somebody types, a row may go. Neither its neighbour nor the row that comes to its number takes its place.
func TestARowThatIsGoneIsNotMistakenForAnother(t *testing.T) {
	for answer, says := range map[string]string{
		"cancel 2": "That row is gone: beta.",
		"cancel":   "That row is gone: beta.", // the question names it
		"2":        "That row is gone: beta.",
		"beta":     "That row is gone: beta.",
		"only 2":   "That row is gone: beta.", // an action that the first row does not have
	} {
		t.Run(answer, func(t *testing.T) {
			s := newShelf(t, both("alpha"), item{id: "beta", name: "beta", acts: []string{"cancel", "renew", "only"}}, both("gamma"))
			d := piped(t, s.list())
			d.types("row 1 alpha>", "renew beta\n")
			d.until(t, "row 2 beta>")
			s.poll(d, 1, both("alpha"), both("gamma"))
			d.types("Poll 1 is there.", answer+"\n")
			d.types(says, "quit\n")
			s.only(t, d.leaves(), "renew beta")
		})
	}
}

// An act alone means the row that the question names, also when the cursor has gone to another one by itself.
func TestAnActAloneMeansTheRowOfTheQuestion(t *testing.T) {
	s := newShelf(t, both("beta"), both("gamma"))
	s.newest = true
	d := piped(t, s.list())
	d.until(t, "row 1 beta>")
	s.poll(d, 1, both("alpha"), both("beta"), both("gamma"))
	d.types("", "cancel\n")
	d.types("> cancel", "quit\n")
	s.only(t, d.leaves(), "cancel beta")
}

func TestTwoRowsOfOneNameAreToldApart(t *testing.T) {
	s := newShelf(t, item{id: "r1", name: "198.18.10.0/24", acts: []string{"cancel"}},
		item{id: "r2", name: "198.18.10.0/24", acts: []string{"cancel"}}, both("r3"))
	said := reading(t, s.list(), "cancel 198.18.10.0/24", "198.18.10.0/24", "cancel 2", "cancel r1", "quit")
	says(t, said, "Two rows are called so: 1, 2.", "Two rows are called so: 1, 2.")
	s.only(t, said, "cancel r2", "cancel r1")
}

// Where rows have numbers a number is never a key.
func TestANumberIsARowAndNoKey(t *testing.T) {
	s := newShelf(t, both("alpha"), both("beta"))
	s.digits = true
	said := reading(t, s.list(), "help cancel", "2", "back", "1 beta", "7", "renew beta", "quit")
	says(t, said, "  cancel: ", "\nbeta.", "There is no row 7.")
	saysNot(t, said, "(1)")
	s.only(t, said, "renew beta")

	pressed := 0
	home := &book{title: "Home", actions: []tui.Action{{Name: "one", Keys: []string{"1"}, Run: func() tea.Cmd { pressed++; return nil }}}}
	if said := reading(t, home, "1", "quit"); pressed != 1 {
		t.Errorf("a page without rows has keys with numbers:\n%s", said)
	}
}

// A page says more when what depends on its object has come. Its lines keep the numbers that they were read out with.
func TestTheNumbersOfAPageStay(t *testing.T) {
	thing := func(parts ...string) item { return item{id: "x", name: "thing", parts: parts} }
	s := newShelf(t, thing("wheel", "door"))
	d := piped(t, s.page(0))
	d.until(t, "1  part: wheel\n  2  part: door\n")
	s.poll(d, 1, thing("axle", "wheel", "door"))
	d.types("Poll 1 is there.", "2\n")
	d.types("The part door.", "back\n")
	d.types("\n3  part: axle", "3\n") // news, with a number of its own; that the others have moved is none
	d.types("The part axle.", "back\n")
	d.until(t, "The part axle> back\n\nthing. Fetched just now. page reads it out again.\nthing> ") // before that the poll would be read out
	s.poll(d, 2, thing("axle", "wheel"))
	d.types("Poll 2 is there.", "2\n")
	d.types(" is gone", "page\n") // "part is gone", or "Row 2 is gone" when the poll was read out before the answer
	d.types("1  part: axle\n  2  part: wheel\n", "quit\n")
	if said := d.leaves(); strings.Count(said, "The part door.") != 1 {
		t.Errorf("a line that is gone was opened:\n%s", said)
	}
}
