package shot

import (
	"os"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/gofont/gomonobolditalic"
	"golang.org/x/image/font/gofont/gomonoitalic"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// wideFonts are where systems keep DejaVu Sans Mono. It has characters that Go Mono lacks.
var wideFonts = []string{
	"/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
	"/usr/share/fonts/dejavu-sans-mono-fonts/DejaVuSansMono.ttf",
	"/usr/share/fonts/TTF/DejaVuSansMono.ttf",
}

// typeface is a font with the face for drawing it. Neither is safe for concurrent use.
type typeface struct {
	font *sfnt.Font
	face font.Face
}

func newTypeface(ttf []byte) (typeface, error) {
	f, err := opentype.Parse(ttf)
	if err != nil {
		return typeface{}, err
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: fontSize * pngScale, DPI: 72, Hinting: font.HintingNone})
	return typeface{font: f, face: face}, err
}

func (t typeface) has(r rune) bool {
	var buf sfnt.Buffer
	index, err := t.font.GlyphIndex(&buf, r)
	return err == nil && index != 0
}

// fontSet is Go Mono in its four styles, and DejaVu Sans Mono where the machine has it.
type fontSet struct {
	mu     sync.Mutex
	styles map[look]typeface // by bold and italic alone
	wide   *typeface
}

var loadFonts = sync.OnceValues(func() (*fontSet, error) {
	set := &fontSet{styles: map[look]typeface{}}
	for style, ttf := range map[look][]byte{
		{}: gomono.TTF, {bold: true}: gomonobold.TTF, {italic: true}: gomonoitalic.TTF,
		{bold: true, italic: true}: gomonobolditalic.TTF,
	} {
		t, err := newTypeface(ttf)
		if err != nil {
			return nil, err
		}
		set.styles[style] = t
	}
	for _, path := range wideFonts {
		ttf, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if t, err := newTypeface(ttf); err == nil {
			set.wide = &t
			break
		}
	}
	return set, nil
})

// face gives a face that has the character; ok is false when there is none.
func (s *fontSet) face(r rune, l look) (face font.Face, ok bool) {
	own := s.styles[look{bold: l.bold, italic: l.italic}]
	switch {
	case own.has(r):
		return own.face, true
	case s.wide != nil && s.wide.has(r):
		return s.wide.face, true
	}
	return nil, false
}
