package views_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/router"
	"flarewire/internal/secret"
	"flarewire/keystore"
	"flarewire/tui"
	"flarewire/views/fleet"
	"flarewire/views/kit"
	"flarewire/views/profile"
	"flarewire/views/signin"
)

// wholeWords reports whether a line of hints holds nothing but whole hints: an ellipsis says that something was cut.
func wholeWords(line string) bool { return !strings.Contains(line, tui.Ellipsis) }

// Every page and what its first row leads to, at many sizes: no line is wider than the screen, no hint and nothing in the header is cut in
// the middle of a word, how to go elsewhere and to get help is always there, nothing moves when something is said, and no half of a large
// screen is empty while there is more to show.
func TestEveryPageKeepsToItsLayout(t *testing.T) {
	d := sit(t, "overview", nil)
	d.See("Overview", "GRE 0s")
	for _, page := range d.places() {
		d.Press(":")
		d.types(page)
		d.Press("enter")
		d.Until("the data of "+page, func() bool { return !strings.Contains(strings.SplitN(d.Screen(), "\n", 2)[0], "loading") })
		d.Rest()
		d.keepsToItsLayout(":" + page)
		before := d.title()
		if d.Press("enter"); d.title() != before { // the page of its first row
			d.Rest()
			d.keepsToItsLayout("a row of :" + page)
			d.Press("esc")
		}
	}
	for _, walk := range [][]string{ // what is reached otherwise
		{"overview", "enter", "T"}, {"tunnels", "enter", "b"}, {"tunnels", "enter", "c"}, {"tunnels", "enter", "t"}, {"tunnels", "enter", "e"},
		{"tunnels", "enter", "N"}, {"where", "enter", "i"}, {"prefixes", "enter", "1", "enter"}, {"prefixes", "enter", "2", "enter"},
		{"prefixes", "enter", "3"}, {"routes", "enter", "n"}, {"ipsec", "enter", "n"}, {"tunnels", "enter", "?"}, {"tunnels", "enter", "!"},
		{"tunnels", "enter", "D"}, {"tunnels", "enter", "R"}, {"setup", "enter", "enter"}, {"cnis", "enter", "c"}, {"traceroute", "enter", "n"},
	} {
		d.Press("ctrl+g") // also where text is taken
		d.types(walk[0])
		d.Press(walk[1:]...)
		d.Rest()
		d.keepsToItsLayout(strings.Join(walk, " "))
	}
}

// Every field of every form at 80 columns: its help, its message and its value's note are whole. A fold ends in an ellipsis, as menus do.
func TestNoHelpUnderAFieldIsCut(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.See("fra-dc1-gre")
	d.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
	for _, walk := range [][]string{
		{"gre", "n"}, {"ipsec", "n"}, {"routes", "n"}, {"prefixes", "n"}, {"bgp-filters", "n"}, {"endpoint-checks", "n"},
		{"cnis", "n"}, {"slots", "n"}, {"cni-settings", "e"}, {"traceroute", "n"}, {"tunnels", "e"}, {"tunnels", "N"},
		{"tunnels", "R"}, {"tunnels", "t"}, {"tunnels", "m"}, {"tunnels", "B"}, {"routes", "e"}, {"prefixes", "e"}, {"bgp-filters", "e"},
		{"prefixes", "enter", "1", "n"}, {"prefixes", "enter", "2", "n"}, {"prefixes", "enter", "3", "n"},
		{"endpoint-checks", "e"}, {"setup", "enter"},
	} {
		d.Press("ctrl+g")
		d.types(walk[0])
		d.Press("enter")
		d.Rest()
		d.Press(walk[1:]...)
		d.Rest()
		seen := map[string]bool{}
		for !seen[d.Screen()] && d.capturing() {
			screen := d.Screen()
			seen[screen] = true
			lines := strings.Split(screen, "\n")
			for _, line := range lines[1:] { // the header is that of any page
				if text := strings.TrimSpace(line); strings.HasSuffix(text, tui.Ellipsis) && !strings.HasPrefix(strings.TrimLeft(text, "▌ "), "▸") {
					t.Errorf("%v: cut: %q", walk, line)
				}
			}
			d.Press("tab")
			d.Rest()
		}
		if len(seen) == 0 {
			t.Errorf("%v opens no form", walk)
		}
	}
}

// far are accounts of other profiles, as they were read.
type far []fleet.Account

func (f far) Accounts() []fleet.Account  { return f }
func (far) Due() []string                { return nil }
func (far) Next() time.Time              { return time.Time{} }
func (far) Read(context.Context, string) {}
func (far) Refresh()                     {}

// The pages of what is no account's own keep to the layout, too: profiles and fleet, with several of them; and both ends of a tunnel, which
// there are when the config file has commands for its router.
func TestThePagesBesideTheAccountKeepToTheirLayout(t *testing.T) {
	home := t.TempDir()
	if err := os.MkdirAll(filepath.Join(home, "flarewire"), 0o700); err != nil {
		t.Fatal(err)
	}
	config := bytes.NewBufferString("version = 1\n\n")
	var accounts far
	for i, name := range []string{"northwind-production-europe", "lab", "southwind"} {
		fmt.Fprintf(config, "[profiles.%s]\naccount = \"023e105f4ecef8ad9ca31a8372d0c35%d\"\nproduction = %v\ntoken_env = \"NOT_SET\"\n\n",
			name, i, i == 0)
		accounts = append(accounts, fleet.Account{Profile: name, Name: "Northwind Freight and Logistics " + name, Production: i == 0})
	}
	accounts[1].Err = "The token was refused: it has expired, or it was rolled; sign in again with a token that can read Magic Transit"
	if err := os.WriteFile(filepath.Join(home, "flarewire", "config.toml"), config.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	resolver, err := keystore.NewResolver(keystore.Environment{ConfigHome: home, StateHome: home, Home: home})
	if err != nil {
		t.Fatal(err)
	}
	d := sit(t, "overview", func(d *desk) {
		deps := &signin.Deps{Ctx: t.Context(), Resolver: resolver, Hide: func(...secret.Value) {}, Current: "lab", Now: d.time,
			Done: func(signin.Outcome) tea.Cmd { return nil }}
		d.more = []func(*kit.Env) kit.Module{profile.New(deps), fleet.New(deps, accounts, nil)}
	})
	d.See("Overview", "GRE 0s")
	d.env.Routers = &kit.Routers{Commands: []router.Command{{Name: "sessions", Run: []string{"false"}, Reads: router.FRR}},
		Agreed: func(string) bool { return true }, Agree: func(string) {}}
	for _, walk := range [][]string{{"profiles", "enter"}, {"profiles", "enter", "n"}, {"fleet", "enter"}, {"tunnels", "enter", "a"}} {
		d.Press("ctrl+g")
		d.types(walk[0])
		d.Press(walk[1:]...)
		d.Rest()
		switch walk[len(walk)-1] {
		case "a":
			d.See("Both ends of ")
		case "enter":
			d.See("lab", "southwind")
		}
		d.keepsToItsLayout(strings.Join(walk, " "))
	}
}

// capturing reports whether text is taken now: the frame's keys are others then.
func (d *desk) capturing() bool { return strings.Contains(d.Screen(), "ctrl+g go to") }

// title is where one is: the crumbs of the header.
func (d *desk) title() string {
	head, _, _ := strings.Cut(d.Screen(), "\n")
	crumbs, _, _ := strings.Cut(strings.TrimSpace(head), "  ")
	return crumbs
}

// keepsToItsLayout looks at the page at many sizes.
func (d *desk) keepsToItsLayout(page string) {
	d.t.Helper()
	d.Send(tea.WindowSizeMsg{Width: 320, Height: 80})
	whole, _, _ := strings.Cut(d.Screen(), "\n")
	for _, size := range [][2]int{{60, 15}, {80, 24}, {100, 30}, {119, 40}, {120, 29}, {120, 40}, {159, 45}, {200, 60}, {320, 80}} {
		where := fmt.Sprintf("%s at %dx%d", page, size[0], size[1])
		d.Send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		d.Rest()
		before := strings.Split(d.Screen(), "\n")
		if len(before) != size[1] {
			d.t.Fatalf("%s: %d lines", where, len(before))
		}
		right := 0 // lines with something in the right half
		for _, line := range before {
			if tui.Width(line) > size[0] {
				d.t.Errorf("%s: a line has %d cells: %q", where, tui.Width(line), line)
			}
			if cells := []rune(line); len(cells) > size[0]/2 && strings.TrimSpace(string(cells[size[0]/2:])) != "" {
				right++
			}
		}
		footer := before[len(before)-1]
		if !wholeWords(footer) || !strings.Contains(footer, " go to") || !strings.Contains(footer, " help") && !strings.Contains(page, "?") {
			d.t.Errorf("%s: the footer is %q", where, footer)
		}
		if size[0] >= 80 && !cutAtWords(before[0], whole) {
			d.t.Errorf("%s: the header is %q", where, before[0])
		}
		text := strings.Contains(before[0], "Router configuration") // is copied with the mouse, line by line
		if size[0] >= 200 && !text && strings.Contains(d.Screen(), " more lines") && right < size[1]/3 {
			d.t.Errorf("%s: there is more, and the right half is empty:\n%s", where, d.Screen())
		}
		if half := emptyHalf(before); size == [2]int{200, 60} && (half != "") != (nothingMore[page] != "") {
			d.t.Errorf("%s: the %s half is empty (known why: %q):\n%s", where, half, nothingMore[page], d.Screen())
		}
		c := tui.Canvas{Width: size[0], Height: tui.Arrange(size[0], size[1]).Body.H, Theme: tui.PlainTheme(tui.UnicodeGlyphs), Now: d.time()}
		if drawn := d.Page().Draw(c); len(drawn) > c.Height { // the frame would cut them, and nobody would know
			d.t.Errorf("%s: %d lines, and room for %d: what is below cannot be read", where, len(drawn), c.Height)
		}
		if !d.capturing() {
			d.saysAndMovesNothing(where, before)
		}
	}
	d.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
}

// usedRight and usedLower are how many lines of the right and of the lower half of 200x60 have something at the least.
const usedRight, usedLower = 8, 4

// emptyHalf names the half of a large screen that is empty: the right or the lower one; "" for neither.
func emptyHalf(lines []string) string {
	body := len(lines) - 2 // without the message and the footer
	switch {
	case inHalf(lines, 101, 1, body) < usedRight:
		return "right"
	case inHalf(lines, 0, len(lines)/2, body) < usedLower:
		return "lower"
	}
	return ""
}

// nothingMore are the pages of which a half of 200x60 is empty in the demo, and why there is nothing more to show there.
var nothingMore = map[string]string{
	":events": noRow, ":muted": noRow, ":traceroute": noRow, ":accounts": "one account", ":activity": noRow,
	":changes": noRow, ":alerts": noRow,
	"prefixes enter 3": noRow, "a row of :services": "a name and what is bound to it",
	":setup":          "a menu of what can be made: it is not about an object",
	"tunnels enter c": copiedWhole, "cnis enter c": copiedWhole,
	"where enter i":    "one question",
	"tunnels enter D":  "a review is read from its top to its end before it is sent",
	"profiles enter n": "nothing is known before somebody has signed in",
	"tunnels enter a":  "the router did not answer",
}

const (
	noRow       = "there is no row"
	copiedWhole = "a text that is copied with the mouse, line by line"
)

// cutAtWords reports whether what stands before an ellipsis is a word of the whole header.
func cutAtWords(header, whole string) bool {
	before, _, cut := strings.Cut(header, tui.Ellipsis)
	words := strings.Fields(before)
	return !cut || len(words) == 0 || slices.Contains(strings.Fields(whole), words[len(words)-1])
}

// places are the pages, by their first names.
func (d *desk) places() []string {
	var out []string
	for _, m := range d.env.Modules() {
		for _, p := range m.PaletteEntries() {
			out = append(out, p.Names[0])
		}
	}
	return out
}

// saysAndMovesNothing has something said, short and long: all rows stay where they are but for those that it stands on, which are whole
// lines.
func (d *desk) saysAndMovesNothing(where string, before []string) {
	d.t.Helper()
	for _, text := range []string{"Something was said", strings.Repeat("Much was said, and it does not end so soon. ", 9)} {
		d.Send(tui.Toast(tui.Muted, text)())
		after := strings.Split(d.Screen(), "\n")
		if len(after) != len(before) {
			d.t.Errorf("%s: %d lines when something is said, %d before", where, len(after), len(before))
			return
		}
		for y := range after[:len(after)-4] {
			if after[y] != before[y] {
				d.t.Errorf("%s: line %d moved when something was said: %q, before %q", where, y, after[y], before[y])
				return
			}
		}
		if footer := len(after) - 1; after[footer] != before[footer] {
			d.t.Errorf("%s: the footer changed when something was said: %q, before %q", where, after[footer], before[footer])
		}
		if said := after[len(after)-2]; strings.Contains(said, tui.Ellipsis) {
			head, _, _ := strings.Cut(said, tui.Ellipsis)
			words := strings.Fields(head)
			if last := words[len(words)-1]; !slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }), last) {
				d.t.Errorf("%s: cut in the middle of a word: %q", where, said)
			}
		}
		d.passes(2 * time.Second) // it has been read
		d.Press("ctrl+l")         // takes it away, and one stays where one is
		d.Rest()
		d.passes(-2 * time.Second)
	}
}

// From 120 columns the object under the cursor stands beside its list, by what is known: moving the cursor asks Cloudflare nothing.
func TestTheObjectStandsBesideItsList(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.Send(tea.WindowSizeMsg{Width: 120, Height: 40})
	d.See("iad-dc1-gre", "What this means", "BGP session")
	d.Settle()
	asked := len(d.Requests())
	d.goTo("waw-br1-ipsec")
	d.See("TCP is up, but no OPEN was accepted")
	if more := len(d.Requests()); more != asked {
		t.Errorf("moving the cursor asked %d times", more-asked)
	}
	d.Press("z")
	d.Until("the list alone", func() bool { return !strings.Contains(d.Screen(), "What this means") })
	d.Press("z")
	d.See("What this means")
}

// Only what is not as it should be, with one key; and an AS number in any notation as a filter.
func TestOnlyProblemsAndASNumbers(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.See("fra-dc1-gre", "iad-dc1-gre")
	d.Press(".")
	d.See("only problems", "iad-dc1-gre")
	d.lacks("fra-dc1-gre")
	d.Press(".")
	d.See("fra-dc1-gre")
	d.Press("/")
	d.types("as64611")
	d.Press("enter")
	d.See("/as64611", "iad-dc1-gre")
	d.lacks("fra-dc1-gre")
}

// From any page to any object by its name, and along tunnel, route and prefix and back.
func TestFromATunnelToItsRouteToItsPrefixAndBack(t *testing.T) {
	d := sit(t, "activity", nil)
	d.Press(":")
	d.Until("the tunnels are known", func() bool { return len(d.env.Feed.Last().Tunnels) > 0 && d.env.Feed.Last().Routes.Complete() })
	d.Press("esc", ":")
	d.types("iad-dc1")
	d.See("GRE tunnel", "Down, AS 64611")
	d.Press("enter")
	d.See("› iad-dc1-gre", "BGP session")
	d.Press(">")
	d.See("› iad-dc1-gre › Route 198.18.20.0/24", "Next hop")
	d.Press(">")
	d.See("› 198.18.20.0/24", "Advertisement", "Ownership")
	d.Press("<")
	d.See("routes of 198.18.20.0/24", "through iad-dc1-gre", "through lhr-hq-gre")
	d.Press("esc", "[", "[")
	d.See("› iad-dc1-gre  ")
	d.Press("[")
	d.See("Activity")
	d.Press("]")
	d.See("› iad-dc1-gre  ")
}

// Words are found in a page, too: the cursor goes to them, and enter goes on to the next.
func TestWordsAreFoundInAPage(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.narrow()
	d.goTo("iad-dc1-gre")
	d.Press("enter")
	d.See("BGP session")
	under := func(label string) {
		d.Until("the cursor on "+label, func() bool {
			for _, line := range strings.Split(d.Screen(), "\n") {
				if strings.Contains(line, "▌") && strings.Contains(line, label) {
					return true
				}
			}
			return false
		})
	}
	d.Press("/")
	d.types("customer")
	under("Customer  ")
	d.Press("enter")
	under("Customer endpoint")
	d.types("zzz")
	d.See("not on this page")
	d.Press("esc")
	under("Customer endpoint")
}

// A list is ordered as it was left, also when it is opened anew.
func TestTheOrderOfAListIsKept(t *testing.T) {
	d := sit(t, "tunnels", nil)
	d.See("BGP▲")
	d.Press("s", "S")
	d.See("HEALTH▼")
	d.Press(":")
	d.types("gre")
	d.Press("enter")
	d.See("GRE tunnels", "BGP▲")
	d.Press(":")
	d.types("tunnels")
	d.Press("enter")
	d.See("HEALTH▼")
}

// Every session of the account is on one page, the worst first, with a filter; enter opens its tunnel.
func TestAllSessionsOnOnePage(t *testing.T) {
	d := sit(t, "bgp", nil)
	d.See("12 sessions, 2 tunnels without BGP, 2 CNIs", "iad-dc1-gre", "AS 64611", "ams-cni-v2", "not reported",
		"blank: not monitored")
	if first, up := strings.Index(d.Screen(), "iad-dc1-gre"), strings.Index(d.Screen(), "fra-dc1-gre"); first > up {
		t.Errorf("the worst is not first:\n%s", d.Screen())
	}
	d.Press(".")
	d.See("only problems", "waw-br1-ipsec", "syd-br1-ipsec") // which is up by an old status
	d.lacks("fra-dc1-gre")
	d.Press(".", "/")
	d.types("as64632")
	d.Press("enter")
	d.See("1 of 16 panels", "waw-br1-ipsec")
	d.Press("enter")
	d.See("› waw-br1-ipsec", "BGP session")
}
