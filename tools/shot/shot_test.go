package shot_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"

	"flarewire/internal/testing/ptytest/grid"
	"flarewire/tools/shot"
)

const sample = "\x1b[?25l" +
	"┌─ GRE tunnels ──┬───╮\n" +
	"│ \x1b[32m●\x1b[m fra01-gre    │\x1b[1mup \x1b[m│\n" +
	"│ \x1b[31m▼\x1b[m ams02 <&>    │\x1b[7mdow\x1b[m│\n" +
	"╞═╤══╧═══╪════╩╗\n" +
	"│\x1b[2mfaint\x1b[m \x1b[3mitalic\x1b[m \x1b[4munder\x1b[m \x1b[9mstrike\x1b[m│\n" +
	"╰┄┄━━╋┅┉╌╱╲╳╯ ✓✗✘✔○◐◆◇■□△▽▶◀▴▾▸◂…\n" +
	"▁▂▃▄▅▆▇█▏▎▍▌▋▊▉▐▀▔▕░▒▓▖▗▘▙▚▛▜▝▞▟⣿⠋⡇ 日本 e\u0301\n" +
	"\x1b[38;5;208m208\x1b[38;2;1;200;255mrgb\x1b[44m blue\x1b[38;5;9;49m bright\x1b[m"

func TestAnSVGIsWellFormedAndItsTextCanBeRead(t *testing.T) {
	svg := shot.SVG(grid.FromANSI(50, 9, sample), shot.Options{Palette: shot.Dark, Frame: true, Title: "flarewire <demo>"})

	var text strings.Builder
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not XML: %v", err)
		}
		if chars, ok := token.(xml.CharData); ok {
			text.Write(chars)
		}
	}
	for _, want := range []string{"GRE tunnels", "ams02 <&>", "flarewire <demo>", "●", "日", "208", "✓✗"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q cannot be found as text in the picture", want)
		}
	}
}

func TestColoursFollowThePalette(t *testing.T) {
	s := grid.FromANSI(20, 1, "\x1b[?25l\x1b[31mred\x1b[7mrev\x1b[m\x1b[38;5;1mx\x1b[38;2;1;2;3my")
	for name, p := range map[string]shot.Palette{"dark": shot.Dark, "light": shot.Light} {
		svg := string(shot.SVG(s, shot.Options{Palette: p}))
		red := hex(p.ANSI[1])
		for _, want := range []string{
			`fill="` + red + `">red<`, `height="18" fill="` + red + `"/>`, `fill="` + hex(p.Background) + `">rev<`,
			`fill="` + red + `">x<`, `fill="#010203">y<`,
		} {
			if !strings.Contains(svg, want) {
				t.Errorf("%s: %s is missing in\n%s", name, want, svg)
			}
		}
	}
}

func hex(c color.RGBA) string {
	const digits = "0123456789abcdef"
	out := "#"
	for _, v := range []uint8{c.R, c.G, c.B} {
		out += string(digits[v>>4]) + string(digits[v&15])
	}
	return out
}

func TestTheSamePictureHasTheSameBytes(t *testing.T) {
	o := shot.Options{Palette: shot.Light, Frame: true}
	s := grid.FromANSI(50, 9, sample)
	if !bytes.Equal(shot.SVG(s, o), shot.SVG(s, o)) {
		t.Error("two SVGs of one screen differ")
	}
	first, second := drawPNG(t, s, o), drawPNG(t, s, o)
	if !bytes.Equal(first, second) {
		t.Error("two PNGs of one screen differ")
	}
}

func TestLinesMeetOverCellBorders(t *testing.T) {
	img := decode(t, drawPNG(t, grid.FromANSI(4, 3, "\x1b[?25l┌──┐\n│██│\n└──┘"), shot.Options{Palette: shot.Dark}))
	fg := shot.Dark.Foreground
	top := (9 + 9) * 2 // padding, and the line's place in the cell, in pixels
	for x := (9 + 5) * 2; x < (9+3*9+4)*2; x++ {
		if img.At(x, top) != fg {
			t.Fatalf("the upper line has a gap at pixel %d: %v", x, img.At(x, top))
		}
	}
	left := (9 + 4) * 2
	for y := (9 + 10) * 2; y < (9+2*18+9)*2; y++ {
		if img.At(left, y) != fg {
			t.Fatalf("the left line has a gap at pixel %d: %v", y, img.At(left, y))
		}
	}
	if at := img.At((9+9)*2, (9+18)*2); at != fg {
		t.Errorf("a full block's corner is %v", at)
	}
}

// Every character that is drawn by us puts ink in its own cell and none in the next one's.
func TestDrawnCharactersStayInTheirCell(t *testing.T) {
	var all []rune
	for r := rune(0x2500); r <= 0x259f; r++ {
		all = append(all, r)
	}
	for r := rune(0x2801); r <= 0x28ff; r++ {
		all = append(all, r)
	}
	all = append(all, []rune("●○◐■□◆◇✓✔✗✘…▲▼△▽▶◀►◄▴▾▸◂")...)
	// One below the other with an empty row between, in the second of three columns.
	column := "\x1b[?25l\n"
	for _, r := range all {
		column += " " + string(r) + "\n\n"
	}
	img := decode(t, drawPNG(t, grid.FromANSI(3, 2*len(all)+2, column), shot.Options{Palette: shot.Dark}))
	for i, r := range all {
		ink, outside := inkAround(img, (9+18*(2*i+1))*2)
		if ink == 0 || outside > 0 {
			t.Errorf("%c (U+%04X): %d pixels drawn, %d outside its cell", r, r, ink, outside)
		}
	}
}

// inkAround counts the pixels in the second cell of the row that begins at top, and those around the cell.
func inkAround(img image.Image, top int) (inside, outside int) {
	cell := image.Rect(18*2, top, 27*2, top+18*2)
	near := cell.Inset(-2) // the corner of a diagonal may reach over
	for y := top - 18; y < top+18*3; y++ {
		for x := range img.Bounds().Dx() {
			switch at := image.Pt(x, y); {
			case img.At(x, y) == shot.Dark.Background:
			case at.In(cell):
				inside++
			case !at.In(near):
				outside++
			}
		}
	}
	return inside, outside
}

func drawPNG(t *testing.T, s grid.Screen, o shot.Options) []byte {
	t.Helper()
	out, err := shot.PNG(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func decode(t *testing.T, file []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestAFilmShowsEachFrameForItsTimeAndTheLastWithoutMotion(t *testing.T) {
	frame := func(text string, stay time.Duration) shot.Frame {
		return shot.Frame{Screen: grid.FromANSI(20, 2, text), Stay: stay}
	}
	o := shot.Options{Palette: shot.Dark}
	film, err := shot.Film([]shot.Frame{frame("first", 3*time.Second), frame("second", time.Second)}, o)
	if err != nil {
		t.Fatal(err)
	}
	var any struct {
		XMLName xml.Name
	}
	if err := xml.Unmarshal(film, &any); err != nil {
		t.Fatalf("not XML: %v", err)
	}
	for _, want := range []string{">first<", ">second<", "animation:4s step-end infinite",
		"@keyframes a1{0%{visibility:hidden}75%{visibility:visible}",
		"prefers-reduced-motion:reduce){.f{animation:none}.f1{visibility:visible}"} {
		if !strings.Contains(string(film), want) {
			t.Errorf("%q is missing in\n%s", want, film)
		}
	}
	if _, err := shot.Film([]shot.Frame{frame("a", 1), {Screen: grid.FromANSI(30, 2, "b"), Stay: 1}}, o); err == nil {
		t.Error("frames of two sizes make a film")
	}
	if _, err := shot.Film(nil, o); err == nil {
		t.Error("nothing makes a film")
	}
}
