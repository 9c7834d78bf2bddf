package tui

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Ellipsis marks text that was cut to fit.
const Ellipsis = "…"

// Clean makes text that came from a server or a user harmless to show: control characters, escape
// sequences, bidirectional marks and other invisible characters appear as Go escapes (\x1b, \u202e)
// and can move no cursor, set no title and reach no clipboard. Printable text is returned as it is.
func Clean(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return cleanSlow(s)
		}
	}
	return s
}

// maxMarks is how many combining marks a character may carry. Written languages need up to four; hundreds of them paint over the lines
// above and below.
const maxMarks = 4

// maxJoined is how many characters may make up one on the screen, whatever joins them: marks, vowels, skin tones. The longest letters of
// written languages have fewer.
const maxJoined = 16

// bounded cuts what is joined into one character on the screen without end, of which the width tells nothing.
func bounded(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		one, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		s = s[len(one):]
		if joined := []rune(one); len(joined) > maxJoined {
			one = string(joined[:maxJoined]) + Ellipsis
		}
		b.WriteString(one)
	}
	return b.String()
}

func cleanSlow(s string) string {
	clean := cleaned(s)
	if utf8.RuneCountInString(clean) <= maxJoined {
		return clean
	}
	return bounded(clean)
}

func cleaned(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	marks := 0
	for i, r := range s {
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			marks = 0
		} else if marks++; marks > maxMarks {
			if marks == maxMarks+1 {
				b.WriteString(Ellipsis)
			}
			continue
		}
		switch {
		case r == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				b.WriteString(`\x` + strconv.FormatUint(uint64(s[i]), 16))
				continue
			}
			b.WriteRune(r)
		case r == ' ' || unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// Width is the number of terminal cells that s takes; escape sequences take none.
func Width(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// Fit cuts or pads s to exactly width cells. Cut text ends in an ellipsis, behind a whole word where there is one (clip).
func Fit(s string, width int) string {
	if width <= 0 {
		return ""
	}
	w := Width(s)
	if w > width {
		s = clip(s, width)
		w = ansi.StringWidth(s)
	}
	return s + Spaces(width-w)
}

// clip ends text with an ellipsis in at most width cells, also when the text itself would fit: it is called where more follows that does
// not. It is cut behind a word, but where that would take most of the room: half a word reads like another one.
func clip(text string, width int) string {
	if width <= 0 {
		return ""
	}
	head := ansi.Truncate(text, width-1, "")
	rest, plain := strings.CutPrefix(text, head)
	if !plain || strings.Contains(text, "\x1b") {
		return head + Ellipsis // what is painted already has no words to look for
	}
	if rest != "" && rest[0] != ' ' {
		if i := strings.LastIndexByte(head, ' '); i > 0 && Width(head[:i]) >= width/3 {
			head = head[:i]
		}
	}
	if bare := strings.TrimRight(head, " ,;:"+UnicodeGlyphs.Crumb+UnicodeGlyphs.Dot); bare != "" {
		head = bare
	}
	return head + Ellipsis
}

// Shift is the part of s from the cell from on, at most width cells. What is cut off at the right is marked by an ellipsis, at the
// left by one as well.
func Shift(s string, from, width int) string {
	if from > 0 {
		if Width(s) <= from {
			return ""
		}
		s = Ellipsis + ansi.TruncateLeft(s, from+1, "")
	}
	if Width(s) <= width {
		return s
	}
	return ansi.Truncate(s, width, Ellipsis)
}

// FitRight is Fit with the text at the right edge, for numbers and ages.
func FitRight(s string, width int) string {
	if w := Width(s); w < width {
		return Spaces(width-w) + s
	}
	return Fit(s, width)
}

const blanks = "                                                                                                                         " +
	"       "

// Spaces returns n blanks; none for n below one.
func Spaces(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(blanks) {
		return blanks[:n]
	}
	return strings.Repeat(" ", n)
}

// unbroken stands for a hyphen while text is wrapped: the library breaks at hyphens, and a name that is broken can be neither copied nor
// searched for. It is a character for private use, one cell wide, which no text has.
const unbroken = "\uE02D"

// Wrap breaks text at words into lines of at most width cells. A word is not broken at its hyphens. One that is wider than a line is broken
// behind a sign in it, as in an address or a list, and only without any within its letters.
func Wrap(text string, width int) []string {
	if width < 1 {
		return nil
	}
	wrapped := ansi.Wrap(strings.ReplaceAll(breakable(text, width), "-", unbroken), width, " ")
	lines := strings.Split(strings.ReplaceAll(wrapped, unbroken, "-"), "\n")
	for _, line := range lines {
		if Width(line) > width { // wide characters at the edge
			return strings.Split(ansi.Hardwrap(strings.Join(lines, "\n"), width, true), "\n")
		}
	}
	return lines
}

// signs are what a word that is wider than a line is broken behind.
const signs = ".,:;/@_=&?-"

// breakable puts line breaks into the words that are wider than a line.
func breakable(text string, width int) string {
	if Width(text) <= width || WidestWord(text) <= width {
		return text
	}
	words := strings.Split(text, " ")
	for i, word := range words {
		var pieces []string
		for Width(word) > width {
			head := ansi.Truncate(word, width, "")
			at := strings.LastIndexAny(head, signs) + 1
			if at == 0 || !strings.HasPrefix(word, head) {
				break // a run of letters: the library breaks it where the line ends
			}
			pieces, word = append(pieces, word[:at]), word[at:]
		}
		words[i] = strings.Join(append(pieces, word), "\n")
	}
	return strings.Join(words, " ")
}

// Spoken joins parts that stand apart by room on the screen: with commas, but for what follows its label.
func Spoken(parts []string) string {
	var b strings.Builder
	for i, part := range parts {
		switch {
		case i == 0:
		case strings.HasSuffix(parts[i-1], ":"):
			b.WriteString(" ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(part)
	}
	return b.String()
}

// WidestWord is the width of the widest word of a text.
func WidestWord(text string) int {
	widest := 0
	for word := range strings.SplitSeq(text, " ") {
		widest = max(widest, Width(word))
	}
	return widest
}

// upperFirst begins a text with a capital, lowerFirst without one.
func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func lowerFirst(s string) string {
	if len(s) < 2 || s[1] >= 'A' && s[1] <= 'Z' { // an abbreviation: GRE
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
