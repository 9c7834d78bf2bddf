package routerconfig

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// syntax is how a platform writes a text that somebody chose: a key or an identity. A text that it cannot write
// safely is an error; nothing is dropped or changed on the way.
type syntax struct {
	open, close string
	// forbidden are characters that the platform cannot have inside, or not certainly.
	forbidden string
	// reserved are beginnings that give the text another meaning: those of keys that are already encrypted.
	reserved []string
	// longest is how many characters the platform takes; 0 is no bound that matters here.
	longest int
	// documented is how many characters the platform's own reference takes, where some releases take more; 0 is no such bound.
	documented int
	// words are whole texts that are keywords in the place of a key.
	words []string
	// escape writes a text that has none of the forbidden characters; nil leaves it as it is.
	escape func(string) string
	// encode writes texts that open, close and escape are not meant for; nil when there is no such way.
	encode func(string) (string, bool)
	// terraform is the language of the account's side: it takes every text that is UTF-8.
	terraform bool
}

// word is the syntax of one word without quotation marks, where some words are keywords.
func word(keywords ...string) syntax { return syntax{forbidden: ` "?`, words: keywords} }

// quoted is the syntax of quotation marks around a text without escapes.
func quoted(forbidden string, reserved ...string) syntax {
	return syntax{open: `"`, close: `"`, forbidden: forbidden, reserved: reserved}
}

// swanctlSyntax writes what is not plain in base64: strongSwan reads a key that begins with 0s as base64 and one
// that begins with 0x as hexadecimal, also inside quotation marks.
var swanctlSyntax = syntax{open: `"`, close: `"`, encode: func(text string) (string, bool) {
	plain := !strings.HasPrefix(text, "0s") && !strings.HasPrefix(text, "0x") && !strings.ContainsAny(text, `"\$#{}=`)
	return `"0s` + base64.StdEncoding.EncodeToString([]byte(text)) + `"`, !plain
}}

// hexKey writes a key in hexadecimal with 0x before it, where the platform reads one that begins so as the bytes themselves, and
// the key holds what it could not hold otherwise or begins with a sign of another encoding.
func hexKey(mark, odd string, beginnings ...string) func(string) (string, bool) {
	return func(text string) (string, bool) {
		needed := strings.ContainsAny(text, odd) ||
			slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(text, b) })
		return fmt.Sprintf("%s0x%x%s", mark, text, mark), needed
	}
}

// routerOSSyntax escapes what is special inside quotation marks on MikroTik.
var routerOSSyntax = syntax{open: `"`, close: `"`,
	escape: strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, `?`, `\?`).Replace}

// hclSyntax is the quoted string of Terraform's language, in which ${ and %{ begin an expression.
var hclSyntax = syntax{open: `"`, close: `"`, terraform: true, escape: hclEscape}

// hclEscape writes what cannot be seen as \u escapes, and what is special to the language as it wants it.
func hclEscape(text string) string {
	text = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `${`, `$${`, `%{`, `%%{`).Replace(text)
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// frrSyntax is a word of FRR's configuration.
var frrSyntax = word()

// Keys of the platforms that write those of IPsec and of BGP differently.
var (
	// iosKey is the key of a BGP session on IOS-XE, with its type before it.
	iosKey = syntax{open: "0 ", forbidden: ` "?`, documented: 25}
	panKey = syntax{open: `"`, close: `"`, forbidden: `"\?`, reserved: []string{"-AQ"}, longest: 63}
	// FortiOS reads a key that begins with 0x as hexadecimal, and one that begins with ENC as encrypted.
	fortiKey      = syntax{open: `"`, close: `"`, forbidden: `"\?`, reserved: []string{"ENC"}, encode: hexKey("", "", "0x", "0X")}
	fortiPassword = quoted(`"\?`, "ENC")
	// VyOS hands a key to strongSwan in quotation marks, and one for BGP to FRR without.
	vyosKey      = syntax{open: "'", close: "'", encode: hexKey("'", `'"\?$#{}`, "0x", "0s")}
	vyosPassword = syntax{open: "'", close: "'", forbidden: `'"\? `}
)

// errUnsafe is wrapped by every refusal to write a text.
var errUnsafe = errors.New("cannot be written safely")

// write gives the text as it stands in the configuration. The error names what is meant and never the text, which
// may be secret.
func (s syntax) write(what, text string) (string, error) {
	odd := strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
	if odd && (!s.terraform || !utf8.ValidString(text)) {
		return "", fmt.Errorf("%s %w here: it has characters that are not plain ASCII; configure it by hand", what, errUnsafe)
	}
	if s.longest > 0 && len(text) > s.longest {
		return "", fmt.Errorf("%s %w for this platform: it takes at most %d characters", what, errUnsafe, s.longest)
	}
	if s.encode != nil {
		if encoded, needed := s.encode(text); needed {
			return encoded, nil
		}
	}
	if i := strings.IndexAny(text, s.forbidden); i >= 0 && s.forbidden != "" {
		return "", fmt.Errorf("%s %w for this platform: it has %s in it; configure it by hand or choose another one", what, errUnsafe,
			naming(text[i]))
	}
	reserved := slices.ContainsFunc(s.reserved, func(beginning string) bool { return strings.HasPrefix(text, beginning) })
	if reserved || slices.Contains(s.words, text) {
		return "", fmt.Errorf("%s %w for this platform: it begins like a keyword; configure it by hand or choose another one", what, errUnsafe)
	}
	if s.escape != nil {
		text = s.escape(text)
	}
	return s.open + text + s.close, nil
}

// naming is a character in words.
func naming(c byte) string {
	if c == ' ' {
		return "a space"
	}
	return "the character " + string(c)
}
