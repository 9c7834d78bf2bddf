package tui_test

import (
	"math"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
)

// series makes values of a text: a digit is a tenth, a blank is not known.
func series(text string) []*float64 {
	var out []*float64
	for _, r := range text {
		if r == ' ' {
			out = append(out, nil)
			continue
		}
		v := float64(r-'0') / 10
		out = append(out, &v)
	}
	return out
}

// Zero, little, everything and nothing known are four different things.
func TestSparkTellsZeroFromLittleAndFromNotKnown(t *testing.T) {
	if got, want := tui.Spark(series("0159 0"), 0.9), "▁▂▅█ ▁"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := tui.Spark(series("9"), 0.5), "█"; got != want {
		t.Errorf("above the top: %q, want %q", got, want)
	}
	if got, want := tui.Spark(series("0 0"), 0), "▁ ▁"; got != want {
		t.Errorf("a top of nothing: %q, want %q", got, want)
	}
	tiny, none := 1e-12, math.NaN()
	if got, want := tui.Spark([]*float64{&tiny, &none}, 1e12), "▂ "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A long series is joined from its newest end; what is not known stays so only where nothing is.
func TestSqueezeKeepsTheNewestAndTheGaps(t *testing.T) {
	for _, c := range []struct {
		in, want  string
		room, per int
	}{
		{"12345", "12345", 5, 1},
		{"12345", "124", 4, 2},
		{"91  7  ", "917 ", 4, 2},
		{"   12", " 1", 2, 3},
	} {
		got, per := tui.Squeeze(series(c.in), c.room, math.Min)
		if want := tui.Spark(series(c.want), 1); tui.Spark(got, 1) != want || per != c.per {
			t.Errorf("%q in %d cells: %q by %d, want %q by %d", c.in, c.room, tui.Spark(got, 1), per, want, c.per)
		}
	}
}

// sparkPage is a page that is nothing but a sparkline.
type sparkPage struct{ tui.View }

func (sparkPage) Title() string          { return "Spark" }
func (sparkPage) Init() tea.Cmd          { return nil }
func (sparkPage) Actions() []tui.Action  { return nil }
func (sparkPage) Update(tea.Msg) tea.Cmd { return nil }
func (sparkPage) Draw(tui.Canvas) []string {
	return []string{"<" + tui.Spark(series("012345678 "), 0.8) + ">"}
}

// Without UTF-8 the heights are eight different signs of ASCII, and a gap is still one.
func TestSparkInASCII(t *testing.T) {
	app := tui.NewApp(tui.Options{Name: "flarewire", Glyphs: tui.ASCIIGlyphs, Theme: tui.ThemeNone,
		Home: func() tui.View { return sparkPage{} }})
	app.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	line := strings.TrimSpace(strings.Split(app.Screen(), "\n")[1])
	if want := "<_.-=+*%## >"; line != want {
		t.Errorf("%q, want %q", line, want)
	}
}
