package router

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean takes everything out of a text that a terminal would obey: escape sequences, control characters, characters that change the
// direction
// of writing. Lines stay lines; a tab is blanks; what a router has written over with backspaces or a carriage return is as it would
// be seen.
func Clean(text string) string {
	line := 0 // where the line begins in what was written
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == 0x1b:
			i = afterEscape(text, i)
			continue
		case c == '\n':
			out = append(out, '\n')
			line = len(out)
		case c == '\r':
			if i+1 < len(text) && text[i+1] != '\n' && text[i+1] != '\r' {
				out = out[:line] // a progress line or a pager's prompt that is written over
			}
		case c == '\b':
			if len(out) > line {
				_, size := utf8.DecodeLastRune(out[line:])
				out = out[:len(out)-size]
			}
		case c == '\t':
			out = append(out, ' ')
			for (len(out)-line)%8 != 0 {
				out = append(out, ' ')
			}
		case c < 0x20 || c == 0x7f:
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			out = appendPrintable(out, r, size)
			i += size
			continue
		}
		i++
	}
	return string(out)
}

func appendPrintable(out []byte, r rune, size int) []byte {
	switch {
	case r == utf8.RuneError && size == 1:
		return append(out, '?')
	case r >= 0x80 && r < 0xa0, unicode.In(r, unicode.Cf, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Co):
		return out
	}
	return utf8.AppendRune(out, r)
}

// afterEscape is the first byte after the escape sequence that begins at i (ECMA-48). One that does not end ends with its line.
func afterEscape(text string, i int) int {
	i++
	if i >= len(text) {
		return i
	}
	switch c := text[i]; {
	case c == '[': // CSI: parameters, intermediates, one final byte
		for i++; i < len(text) && text[i] >= 0x20 && text[i] < 0x40; i++ {
			continue
		}
		if i < len(text) && text[i] >= 0x40 && text[i] < 0x7f {
			i++
		}
		return i
	case strings.IndexByte("]PX^_", c) >= 0: // OSC, DCS, SOS, PM, APC: to BEL or ST
		for i++; i < len(text) && text[i] != '\n'; i++ {
			if text[i] == 7 {
				return i + 1
			}
			if text[i] == 0x1b {
				if i+1 < len(text) && text[i+1] == '\\' {
					return i + 2
				}
				return i
			}
		}
		return i
	case c >= 0x20 && c < 0x30: // an intermediate and a final byte
		for ; i < len(text) && text[i] >= 0x20 && text[i] < 0x30; i++ {
			continue
		}
		return min(i+1, len(text))
	case c >= 0x30 && c < 0x7f:
		return i + 1
	}
	return i
}
