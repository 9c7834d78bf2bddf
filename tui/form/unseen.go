package form

import (
	"strings"
	"unicode"
)

// pasted is a text without blanks and characters that nobody sees around it: they come along when it is copied from a page, such as a
// zero-width space behind a name.
func pasted(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unseen(r) })
}

// unseen are the characters that take no room: zero-width spaces and joiners, marks of direction, byte order marks.
func unseen(r rune) bool { return unicode.Is(unicode.Cf, r) }

// seen is a finding that names a character which nobody sees, where the field refuses its text: what the rule says of the text is of no
// use to somebody who sees one that keeps the rule.
func seen(finding Finding, text string) Finding {
	if finding.Level == Error && strings.ContainsFunc(text, unseen) {
		finding.Text = "It contains an invisible character: clear the field and type it again"
	}
	return finding
}
