package tui

import (
	"image/color"
	"math"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// Text must be readable on the backgrounds that its theme is for: WCAG 2 asks 4.5:1. So it must with the nearest of 256
// colours, which is what most terminals over SSH get.
func TestContrast(t *testing.T) {
	grounds := map[ThemeName][]color.Color{
		ThemeDark:  {lipgloss.Color("#000000"), lipgloss.Color("#1e1e1e"), lipgloss.Color("#282a36"), lipgloss.Color("#002b36")},
		ThemeLight: {lipgloss.Color("#ffffff"), lipgloss.Color("#fdf6e3"), lipgloss.Color("#eeeeee")},
	}
	for name, backgrounds := range grounds {
		theme := NewTheme(name, UnicodeGlyphs)
		for role, pair := range theme.pairs() {
			for _, profile := range []colorprofile.Profile{colorprofile.TrueColor, colorprofile.ANSI256} {
				fg, bg := pair[0], pair[1]
				if _, none := fg.(lipgloss.NoColor); none {
					continue // the terminal's own foreground
				}
				on := backgrounds
				if _, none := bg.(lipgloss.NoColor); !none {
					on = []color.Color{profile.Convert(bg)}
				}
				for _, ground := range on {
					if c := contrast(profile.Convert(fg), ground); c < 4.5 {
						t.Errorf("%s theme, %s, role %d: contrast %.1f on %v", name, profile, role, c, ground)
					}
				}
			}
		}
	}
}

// The theme for 16 colours takes them from the terminal, whose user has chosen them for their own background: it must not
// put one of them on another, which nobody has chosen.
func TestSixteenColoursAreTheTerminalsOwn(t *testing.T) {
	for role, pair := range NewTheme(ThemeANSI, UnicodeGlyphs).pairs() {
		if _, none := pair[1].(lipgloss.NoColor); !none {
			t.Errorf("role %d has a background of its own", role)
		}
		if _, none := pair[0].(lipgloss.NoColor); none {
			continue
		}
		if _, basic := pair[0].(ansi.BasicColor); !basic {
			t.Errorf("role %d has the colour %v, which is none of the 16", role, pair[0])
		}
	}
}

func contrast(a, b color.Color) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	channel := func(v uint32) float64 {
		f := float64(v) / 0xffff
		if f <= 0.03928 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(r) + 0.7152*channel(g) + 0.0722*channel(b)
}

// Meaning never lies in colour alone, so without any escape sequence the glyphs must differ.
func TestGlyphsTellStatesApart(t *testing.T) {
	for _, g := range []Glyphs{UnicodeGlyphs, ASCIIGlyphs} {
		seen := map[string]bool{}
		for _, s := range []string{g.Up, g.Pending, g.Down, g.None, g.Unknown} {
			if seen[s] || Width(s) != 1 {
				t.Errorf("%q is used twice or is not one cell wide", s)
			}
			seen[s] = true
		}
	}
}

// pairs are foreground and background of every role.
func (t *Theme) pairs() map[Role][2]color.Color {
	out := map[Role][2]color.Color{}
	for role := Role(0); role < roleCount; role++ {
		out[role] = [2]color.Color{t.styles[role].GetForeground(), t.styles[role].GetBackground()}
	}
	return out
}
