package e2e_test

import (
	"bytes"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"flarewire/internal/testing/ptytest"
)

// tour shows every kind of page once and leaves.
func tour(t *testing.T, term *ptytest.Terminal) {
	t.Helper()
	for _, page := range pages {
		term.Type(page.there)
		term.WaitFor(page.name, func(s ptytest.Screen) bool { return page.shown(s) || asciiShown(s, page.name) })
		term.Type(page.back)
		term.WaitFor("the list again", func(s ptytest.Screen) bool { return listed(s) && !s.Contains(":ro") })
	}
	term.Press("q")
	if code := term.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	term.AssertRestored(t)
}

// asciiShown is for terminals without the sign between the parts of the title.
func asciiShown(s ptytest.Screen, page string) bool {
	return page == "detail" && strings.Contains(title(s), "> iad-dc1-gre") || page == "help" && strings.Contains(title(s), "> Help")
}

var sgr = regexp.MustCompile("\x1b\\[([0-9;:]*)m")

// colours are the parameters of SGR sequences that choose one; 39 and 49 go back to the terminal's own.
func colours(transcript []byte) []string {
	var out []string
	for _, m := range sgr.FindAllSubmatch(transcript, -1) {
		for _, p := range strings.FieldsFunc(string(m[1]), func(r rune) bool { return r == ';' || r == ':' }) {
			n, err := strconv.Atoi(p)
			if err == nil && (n >= 30 && n <= 38 || n >= 40 && n <= 48 || n >= 90 && n <= 107) {
				out = append(out, string(m[1]))
			}
		}
	}
	return out
}

// Any value of NO_COLOR, and --theme none, mean no colour; glyphs and words still tell the states.
func TestNoColour(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]ptytest.Options{
		"NO_COLOR=yes": {Args: []string{"--demo"}, Env: []string{"NO_COLOR=yes"}},
		"NO_COLOR=0":   {Args: []string{"--demo"}, Env: []string{"NO_COLOR=0"}},
		"theme none":   {Args: []string{"--demo", "--theme", "none"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			term := sit(t, o)
			term.WaitFor("every state", showsAll("✗ Down", "◐ Establishing", "● Up", "○ No BGP"))
			tour(t, term)
			if found := colours(term.Transcript()); len(found) > 0 {
				t.Errorf("%d colours were sent, among them %q", len(found), found[0])
			}
		})
	}
	term := sit(t, ptytest.Options{Args: []string{"--demo"}})
	tour(t, term)
	if len(colours(term.Transcript())) == 0 {
		t.Error("without NO_COLOR there are no colours either: this test sees nothing")
	}
}

// light reports whether the bar of the header is lighter than the middle; known is false while the theme of
// the beginning is shown, which uses the terminal's own colours.
func light(s ptytest.Screen) (light, known bool) {
	bg := s.Cell(1, 0).Bg
	if bg == nil {
		return false, false
	}
	r, g, b, _ := bg.RGBA()
	return r+g+b > 3*0x8000, true
}

// The colours follow the background that the terminal tells; without an answer, the terminal's own are used.
func TestTheThemeFollowsTheTerminalsBackground(t *testing.T) {
	t.Parallel()
	for _, want := range []bool{true, false} {
		term := sit(t, ptytest.Options{Args: []string{"--demo"}, LightBackground: want, Env: []string{"COLORTERM=truecolor"}})
		term.WaitFor("the theme for the background", func(s ptytest.Screen) bool {
			got, known := light(s)
			return known && got == want && listed(s)
		})
	}
	mute := sit(t, ptytest.Options{Args: []string{"--demo"}, Answers: ptytest.AnswersNothing})
	if _, known := light(mute.WaitFor("the list of tunnels", listed)); known {
		t.Error("a background was assumed that nobody told")
	}
}

// A terminal that cannot be trusted with anything but ASCII gets nothing else, on no page.
func TestPlainTerminalsGetPlainASCII(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"TERM=linux", "TERM=vt100", "LANG=C", "LC_ALL=POSIX"} {
		t.Run(env, func(t *testing.T) {
			t.Parallel()
			term := sit(t, ptytest.Options{Args: []string{"--demo"}, Env: []string{env}})
			term.WaitFor("every state", showsAll("x Down", "~ Establishing", "+ Up", "o No BGP"))
			tour(t, term)
			for _, line := range bytes.Split(term.Transcript(), []byte("\n")) {
				if at := bytes.IndexFunc(line, func(r rune) bool { return r >= 0x80 }); at >= 0 {
					t.Fatalf("not ASCII: %q", line[max(0, at-40):min(len(line), at+20)])
				}
			}
		})
	}
}

// Where no full screen is possible, the program says so, names what works instead, and ends with 2.
func TestWithoutAFullScreenItNamesTheWayOut(t *testing.T) {
	t.Parallel()
	term := sit(t, ptytest.Options{Args: []string{"--demo"}, Env: []string{"TERM=dumb"}})
	if code := term.Wait(); code != 2 {
		t.Errorf("TERM=dumb: exit code %d", code)
	}
	if !strings.Contains(strings.Join(strings.Fields(term.Screen().Text()), " "), "flarewire status") {
		t.Errorf("TERM=dumb: no hint to flarewire status:\n%s", term.Screen().Box())
	}
	if bytes.Contains(term.Transcript(), []byte("\x1b")) {
		t.Errorf("TERM=dumb got an escape sequence: %q", term.Transcript())
	}

	cmd := exec.CommandContext(t.Context(), ptytest.Build(t), "--demo")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // the exit code is read below
	if code := cmd.ProcessState.ExitCode(); code != 2 || stdout.Len() > 0 || !strings.Contains(stderr.String(), "flarewire status") {
		t.Errorf("into a pipe: exit code %d, stdout %q, stderr %q", code, &stdout, &stderr)
	}
}

// In a shell, the status is as wide as the terminal, and no count is cut.
func TestStatusInANarrowShellShowsEveryCount(t *testing.T) {
	t.Parallel()
	for _, cols := range []int{60, 80, 200} {
		term := sit(t, ptytest.Options{Args: []string{"--demo", "status"}, Cols: cols, Rows: 30})
		if code := term.Wait(); code != 0 {
			t.Errorf("%d columns: exit code %d", cols, code)
		}
		s := term.Screen()
		if !showsAll("Northwind Freight", "14 tunnels", "✗ 2 down", "◐ 2 establishing", "● 8 up", "○ 2 no BGP")(s) {
			t.Errorf("%d columns: a count is missing:\n%s", cols, s.Box())
		}
		if got := len(tunnels(s)); got != 14 {
			t.Errorf("%d columns: %d rows:\n%s", cols, got, s.Box())
		}
	}
}
