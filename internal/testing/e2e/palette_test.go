package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
	"flarewire/internal/testing/ptytest"
)

// depth is how colours are written: none, one of 16, one of 256, or 24 bits.
type depth int

const (
	noColours depth = iota
	sixteen
	indexed
	trueColour
)

func (d depth) String() string { return []string{"no colours", "16", "256", "24 bits"}[d] }

var basic = regexp.MustCompile(`(^|;)(3[0-7]|4[0-7]|9[0-7]|10[0-7])(;|$)`)

// depths are the forms of colours that were sent, the simplest first.
func depths(transcript []byte) []depth {
	var out []depth
	for _, m := range sgr.FindAllSubmatch(transcript, -1) {
		parameters := strings.ReplaceAll(string(m[1]), ":", ";")
		d := noColours
		switch {
		case strings.Contains(parameters, "8;2;"):
			d = trueColour
		case strings.Contains(parameters, "8;5;"):
			d = indexed
		case basic.MatchString(parameters):
			d = sixteen
		}
		if d != noColours && !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	slices.Sort(out)
	return out
}

// No terminal gets colours that it does not have, whatever theme was asked for, and each gets the best it has: what it has is
// in TERM and COLORTERM. Inside tmux and screen that is at most 256, because what is outside may change.
func TestEveryTerminalGetsItsOwnColours(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		term, colorterm string
		most            depth
	}{
		{"xterm-256color", "truecolor", trueColour}, {"xterm-256color", "", indexed}, {"xterm", "", sixteen}, {"xterm-kitty", "", trueColour},
		{"tmux-256color", "", indexed}, {"screen-256color", "", indexed}, {"screen", "truecolor", indexed},
		{"rxvt", "", sixteen}, {"linux", "", sixteen}, {"linux", "truecolor", sixteen}, {"vt100", "", noColours},
		{"vt220", "truecolor", noColours},
	} {
		themes := []string{"auto", "dark"}
		if c.most == trueColour {
			themes = []string{"auto", "dark", "light", "ansi", "none"} // what is right here is right where there is less
		}
		for _, theme := range themes {
			t.Run(fmt.Sprintf("%s,%s,%s", c.term, c.colorterm, theme), func(t *testing.T) {
				t.Parallel()
				most := c.most
				switch theme {
				case "ansi":
					most = min(most, sixteen)
				case "none":
					most = noColours
				}
				term := sit(t, ptytest.Options{Args: []string{"--demo", "--theme", theme}, Env: []string{"TERM=" + c.term, "COLORTERM=" + c.colorterm}})
				term.WaitFor("the list", listed)
				if theme == "auto" && most > sixteen {
					term.WaitFor("the theme of the background", func(s ptytest.Screen) bool { return s.Cell(1, 0).Bg != nil && listed(s) })
				}
				tour(t, term)
				sent := depths(term.Transcript())
				if len(sent) > 0 && slices.Max(sent) > most {
					t.Errorf("was sent %v, has %v", sent, most)
				}
				if most > noColours && !slices.Contains(sent, most) {
					t.Errorf("was sent %v and has %v", sent, most)
				}
			})
		}
	}
}

// Without colours the row under the cursor and the header stand out all the same: by reversed cells, and the
// cursor by its sign, too.
func TestWithoutColoursTheCursorIsSeen(t *testing.T) {
	t.Parallel()
	for _, env := range []string{"NO_COLOR=1", "TERM=vt100"} {
		for _, theme := range []string{"auto", "dark", "light"} {
			term := sit(t, ptytest.Options{Args: []string{"--demo", "--theme", theme}, Env: []string{env}})
			s := term.WaitFor("the list", func(s ptytest.Screen) bool { return listed(s) && underCursor(s) != "" })
			if !s.Cell(1, 0).Reverse {
				t.Errorf("%s, %s: the header is not reversed: %+v", env, theme, s.Cell(1, 0))
			}
			_, y, _ := s.Find(underCursor(s))
			if !s.Cell(3, y).Reverse {
				t.Errorf("%s, %s: the row under the cursor is not reversed:\n%s", env, theme, s.Box())
			}
		}
	}
}

// A production profile is seen at a glance: a filled block with the word in the header, on every page, at the smallest size.
func TestProductionIsSeenAtAGlance(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simaccount.Options{})
	home := t.TempDir()
	config := filepath.Join(home, "flarewire", "config.toml")
	text := "version = 1\n[profiles.prod]\ntoken_command = [\"printf\", \"%s\", \"" + simaccount.DefaultToken +
		"\"]\nproduction = true\naccount = \"" + a.Account() + "\"\n"
	if err := os.MkdirAll(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, theme := range []string{"dark", "light", "ansi", "none"} {
		term := sit(t, ptytest.Options{Args: []string{"--profile", "prod", "--theme", theme}, Cols: 60, Rows: 15,
			Env: []string{"CLOUDFLARE_BASE_URL=http://" + a.address + "/client/v4", "XDG_CONFIG_HOME=" + home, "COLORTERM=truecolor"}})
		for _, page := range pages {
			term.Type(page.there)
			s := settled(term, page.shown)
			x := strings.Index(s.Line(0), "PRODUCTION")
			if x < 0 {
				t.Errorf("%s, %s: %q", theme, page.name, s.Line(0))
				continue
			}
			x = len([]rune(s.Line(0)[:x]))
			if c := s.Cell(x, 0); !c.Bold || theme != "none" && !c.Reverse && (c.Bg == nil || c.Bg == s.Cell(1, 0).Bg) {
				t.Errorf("%s, %s: PRODUCTION is drawn like the rest: %+v", theme, page.name, c)
			}
			term.Type(page.back)
			term.WaitFor("the list again", func(s ptytest.Screen) bool { return listed(s) && !s.Contains(":ro") })
		}
	}
}
