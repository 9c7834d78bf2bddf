package console

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// plainKeys are the keys that xterm sends as one byte or a fixed sequence.
var plainKeys = map[string]string{
	"enter": "\r", "tab": "\t", "esc": "\x1b", "space": " ", "backspace": "\x7f",
	"shift+tab": "\x1b[Z", "ctrl+space": "\x00", "ctrl+backspace": "\x08",
	"ctrl+[": "\x1b", "ctrl+\\": "\x1c", "ctrl+]": "\x1d", "ctrl+^": "\x1e", "ctrl+_": "\x1f", "ctrl+@": "\x00",
}

// letterKeys end in a letter: CSI letter (or SS3 letter), with a modifier CSI 1;m letter.
var letterKeys = map[string]byte{
	"up": 'A', "down": 'B', "right": 'C', "left": 'D', "home": 'H', "end": 'F',
	"f1": 'P', "f2": 'Q', "f3": 'R', "f4": 'S',
}

// tildeKeys end in a tilde: CSI number ~, with a modifier CSI number;m ~.
var tildeKeys = map[string]int{
	"insert": 2, "delete": 3, "pgup": 5, "pgdown": 6,
	"f5": 15, "f6": 17, "f7": 18, "f8": 19, "f9": 20, "f10": 21, "f11": 23, "f12": 24,
}

// encodeKey gives the bytes that xterm sends for the key in its default, not kitty, encoding.
// applicationCursor is the mode DECCKM, which the program may have set.
func encodeKey(name string, applicationCursor bool) (string, error) {
	if seq, ok := plainKeys[name]; ok {
		return seq, nil
	}
	if utf8.RuneCountInString(name) == 1 {
		return name, nil
	}
	mods, key := splitModifiers(name)
	if letter, ok := letterKeys[key]; ok {
		return letterSequence(letter, mods, applicationCursor), nil
	}
	if number, ok := tildeKeys[key]; ok {
		if mods > 0 {
			return fmt.Sprintf("\x1b[%d;%d~", number, mods+1), nil
		}
		return fmt.Sprintf("\x1b[%d~", number), nil
	}
	if rest, ok := strings.CutPrefix(name, "alt+"); ok {
		seq, err := encodeKey(rest, applicationCursor)
		return "\x1b" + seq, err
	}
	if mods == modCtrl && len(key) == 1 && key[0] >= 'a' && key[0] <= 'z' {
		return string(rune(key[0] & 0x1f)), nil
	}
	return "", fmt.Errorf("no key %q: use a name like enter, shift+tab, ctrl+c, f1, pgdown, or a single character", name)
}

// The modifiers as xterm counts them (it sends their sum plus 1).
const (
	modShift = 1
	modAlt   = 2
	modCtrl  = 4
)

func splitModifiers(name string) (mods int, key string) {
	key = name
	for {
		prefix, rest, found := strings.Cut(key, "+")
		mod := map[string]int{"shift": modShift, "alt": modAlt, "ctrl": modCtrl}[prefix]
		if !found || mod == 0 || rest == "" {
			return mods, key
		}
		mods |= mod
		key = rest
	}
}

func letterSequence(letter byte, mods int, applicationCursor bool) string {
	functionKey := letter >= 'P' && letter <= 'S'
	switch {
	case mods > 0:
		return fmt.Sprintf("\x1b[1;%d%c", mods+1, letter)
	case functionKey || applicationCursor:
		return fmt.Sprintf("\x1bO%c", letter)
	default:
		return fmt.Sprintf("\x1b[%c", letter)
	}
}

// bracketPaste is what a terminal sends for a paste. The end marker inside the text is taken out, as
// terminals do: otherwise the rest would count as typed.
func bracketPaste(text string) string {
	clean := strings.ReplaceAll(text, ansi.BracketedPasteEnd, "")
	return ansi.BracketedPasteStart + clean + ansi.BracketedPasteEnd
}
