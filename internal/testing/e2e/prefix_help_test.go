package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// prefixDesk is somebody at the pages of the prefixes of an account.
type prefixDesk struct {
	*account
	*ptytest.Terminal
}

// atPrefixes opens the program and goes to the prefixes with the palette.
func atPrefixes(t *testing.T, args ...string) prefixDesk {
	t.Helper()
	a := newAccount(t, simaccount.Options{})
	d := prefixDesk{a, watching(t, a, args...)}
	d.Type(":prefixes")
	d.WaitText(":prefixes")
	d.Press("enter")
	d.WaitFor("the prefixes with what is advertised of them", func(s ptytest.Screen) bool {
		return strings.Contains(title(s), "Prefixes") && s.Contains("● Yes") && !s.Contains("(old)")
	})
	a.ForgetRequests()
	return d
}

// firstRow is the line of the screen with a list's first row.
const firstRow = 3

// choose puts the cursor on the row of a network.
func (d prefixDesk) choose(cidr string) {
	d.t.Helper()
	d.Press("g")
	s := d.WaitFor("the cursor on the first row, and "+cidr, func(s ptytest.Screen) bool {
		return strings.HasPrefix(s.Line(firstRow), "▌") && s.Contains(" "+cidr+" ")
	})
	for y := firstRow; !strings.HasPrefix(strings.TrimLeft(s.Line(y), "▌ "), cidr+" "); y++ {
		d.Press("j")
	}
	d.WaitFor("the cursor on "+cidr, func(s ptytest.Screen) bool { return at(s, cidr) })
}

func at(s ptytest.Screen, name string) bool { return s.Contains("▌ " + name + " ") }

// open goes to the page of the row of a network; shown is what the page must say.
func (d prefixDesk) open(cidr string, shown ...string) {
	d.t.Helper()
	d.choose(cidr)
	d.Press("enter")
	d.WaitFor("the page of "+cidr, func(s ptytest.Screen) bool { return on(cidr)(s) && showsAll(shown...)(s) })
}

// list goes with a key to a list below the prefix.
func (d prefixDesk) list(key, name string, shown ...string) {
	d.t.Helper()
	d.Press(key)
	d.WaitFor("the list of "+name, func(s ptytest.Screen) bool { return strings.Contains(title(s), name) && showsAll(shown...)(s) })
}

// send goes on from the review, which must show these texts; what must be typed first is name, "" for nothing.
func (d prefixDesk) send(name string, shown ...string) {
	d.t.Helper()
	d.WaitFor("the review", func(s ptytest.Screen) bool {
		return strings.Contains(title(s), "Review") && showsAll(append(shown, "enter send")...)(s)
	})
	d.Press("pgdown") // what becomes of the ways may fill the first screen
	d.WaitText("The request")
	if n := len(d.written()); n > 0 {
		d.t.Fatalf("%d requests were sent before the review was answered", n)
	}
	d.WaitText("enter send")
	d.Press("enter")
	if name != "" {
		named(d.Terminal, name)
	}
	d.WaitText(": done")
	d.Press("enter")
	d.WaitGone(": done")
}

// answer answers a dialog with the letter of an answer; shown is on the page behind it.
func (d prefixDesk) answer(key, shown string) {
	d.t.Helper()
	d.WaitFor("a dialog that takes keys", awake)
	d.Press(key)
	d.WaitText(shown)
}

// written are the requests that could have changed something.
func (d prefixDesk) written() []simaccount.Request {
	var out []simaccount.Request
	for _, r := range d.Requests() {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/graphql") {
			out = append(out, r)
		}
	}
	return out
}

// once checks that one such request was sent, and its body.
func (d prefixDesk) once(method, pathEnd, body string) {
	d.t.Helper()
	w := d.written()
	if len(w) != 1 {
		d.t.Fatalf("%d requests that write were sent, want one", len(w))
	}
	if w[0].Method != method || !strings.HasSuffix(w[0].Path, pathEnd) || string(w[0].Body) != body {
		d.t.Errorf("sent %s %s %s, want %s …%s %s", w[0].Method, w[0].Path, w[0].Body, method, pathEnd, body)
	}
	d.ForgetRequests()
}

// find gives an object below a prefix as the account has it, by its network.
func (d prefixDesk) find(kind simaccount.Resource, cidr string) simaccount.Object {
	for _, o := range d.Objects(kind) {
		if o["cidr"] == cidr {
			return o
		}
	}
	return nil
}
