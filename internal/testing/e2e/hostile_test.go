package e2e_test

import (
	"bytes"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// hostile are texts that somebody who may name a tunnel could try on whoever watches it.
var hostile = map[string]string{
	"a-clipboard": "\x1b]52;c;cHduZWQ=\x07",
	"b-title":     "\x1b]0;pwned\x1b\\",
	"c-clear":     "\x1b[2J\x1b[1;1H\x1b[?1049l",
	"d-c1":        "\u009b31m\u009d52;c;cHduZWQ=\u009c",
	"e-lines":     "one\r\ntwo\tthree\vfour",
	"f-bidi":      "\u202egnp.exe\u202c\u2066",
	"g-long":      strings.Repeat("long", 300),
	"h-wide":      "東京トンネル👩‍👩‍👧‍👦 e\u0301\u0302\u0303",
	"i-answer":    "\x1b[6n\x1b[c\x1bP+q544e\x1b\\\x05",
	"j-invisible": "\u200b\u200d\ufeff\U000e0041\x00\x7f",
	"k-link":      "\x1b]8;;https://pwned.example\x1b\\click\x1b]8;;\x1b\\",
}

// Names and descriptions with control sequences, reversed, endless or wide text are shown harmless: they
// move no cursor, set no title, reach no clipboard, and break no column.
func TestHostileNamesAreHarmless(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{Tunnels: 2})
	for name, text := range hostile {
		a.appear(name+text, int(name[0]-'a')+1)
		a.do(a.Mutate(simaccount.GRETunnels, name+text, func(o simaccount.Object) { o["description"] = text }))
	}
	term := sit(t, ptytest.Options{Env: a.env(), Cols: 200, Rows: 60})
	all := func(s ptytest.Screen) bool { return len(tunnels(s)) == 13 }
	checkRows(t, term.WaitFor("the rows of 13 tunnels", func(s ptytest.Screen) bool { return s.Contains("13 tunnels") && all(s) }))
	for name := range hostile {
		term.Press("/")
		term.Type(name)
		term.Press("enter")
		term.WaitFor("the row of "+name, func(s ptytest.Screen) bool { return len(tunnels(s)) == 1 && strings.HasPrefix(underCursor(s), name) })
		term.Press("enter")
		term.WaitFor("the page of "+name, func(s ptytest.Screen) bool {
			return on(name)(s) && showsAll("BGP session", "10.99.0.")(s) && strings.Contains(footer(s), "q ")
		})
		term.Press("backspace")
		term.WaitFor("the list again", listed)
		term.Press("esc")
		term.WaitFor("all rows", all)
	}
	if got := term.Screen().Title(); strings.Contains(got, "pwned") {
		t.Errorf("the window's title is %q", got)
	}
	before := term.Transcript()
	for _, bad := range []string{"\x1b]52", "\x1b]8;", "\x1b[6n", "\u009b", "\u202e", "pwned\x1b", "\x05"} {
		if bytes.Contains(before, []byte(bad)) {
			t.Errorf("the terminal got %q", bad)
		}
	}
	term.Press("q")
	term.Wait()
	term.AssertRestored(t)
}

// Copying is the one way to the clipboard, and a person's own act.
func TestOnlyCopyingReachesTheClipboard(t *testing.T) {
	t.Parallel()
	term := watching(t, newAccount(t, simaccount.Options{}))
	goTo(term, "fra-dc1-gre")
	osc52 := []byte("\x1b]52;")
	if bytes.Contains(term.Transcript(), osc52) {
		t.Error("the clipboard was written without being asked")
	}
	term.Press("y")
	term.WaitFor("the clipboard", func(s ptytest.Screen) bool {
		return s.Contains("clipboard") && bytes.Contains(term.Transcript(), osc52)
	})
	if n := bytes.Count(term.Transcript(), osc52); n != 1 {
		t.Errorf("y wrote the clipboard %d times", n)
	}
}
