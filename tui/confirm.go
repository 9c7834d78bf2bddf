package tui

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Confirms reports whether what was typed names what the dialog hits: its Confirm, compared as it is seen, or its ConfirmID. What
// cannot be seen cannot be typed: blanks at the ends, the kind of a blank, characters without a width, and whether an accent is a
// character of its own make no difference. Capitals do.
func (d *Dialog) Confirms(typed string) bool {
	if d.Confirm == "" {
		return true
	}
	if typed == "" {
		return false
	}
	if seen := asSeen(d.Confirm); seen != "" && asSeen(typed) == seen {
		return true
	}
	return typed == d.Confirm || d.ConfirmID != "" && strings.TrimSpace(typed) == d.ConfirmID
}

// asSeen is a text without what a screen does not show.
func asSeen(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(norm.NFC.String(text)), " ")
}
