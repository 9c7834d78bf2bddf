package secret

import (
	"bytes"
	"cmp"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"flarewire/internal/sorting"
)

// shortestRedacted is the length below which a secret is not looked for: replacing every "ab" would make a log
// unreadable and tell what the secret is.
const shortestRedacted = 6

// tokenPattern finds Cloudflare's own token formats, also of tokens this process never knew: cfk_ global key,
// cfut_ user token, cfat_ account token, each 40 characters and a checksum
// (developers.cloudflare.com/fundamentals/api/get-started/token-formats). Older tokens have no prefix: only the exact
// value can be looked for.
var tokenPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\bcf(?:k|ut|at)_[A-Za-z0-9_-]{40,}`)
})

// LooksLikeToken reports whether text contains something in one of Cloudflare's token formats. The command line uses it
// to refuse an argument without echoing it.
func LooksLikeToken(text string) bool { return tokenPattern().MatchString(text) }

// Redactor replaces secrets in text: every one it was told, in the encodings a log or a crash could show, and whatever
// looks like a Cloudflare token. It may be used from several goroutines. The zero Redactor knows the token formats only.
type Redactor struct {
	mu       sync.RWMutex
	forms    map[string]struct{}
	replacer *strings.Replacer
}

// Add makes the redactor look for these secrets too. There is no way to remove one: an old token may still be valid.
func (r *Redactor) Add(values ...Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.forms == nil {
		r.forms = map[string]struct{}{}
	}
	for _, value := range values {
		if text := value.Reveal(); len(text) >= shortestRedacted {
			for _, form := range encodings(text) {
				r.forms[form] = struct{}{}
			}
		}
	}
	r.replacer = newReplacer(r.forms)
}

// Hide replaces secrets in a text that is about what they were used for, for example the answer to the request that held them. So it
// also finds those that are too short for a Redactor, where they stand as words of their own.
func Hide(text string, values ...Value) string {
	var known Redactor
	known.Add(values...)
	text = known.Redact(text)
	for _, value := range values {
		if short := value.Reveal(); short != "" && len(short) < shortestRedacted {
			for _, form := range []string{short, quoted(short), url.QueryEscape(short), hex.EncodeToString([]byte(short)),
				base64.StdEncoding.EncodeToString([]byte(short))} {
				text = replaceWord(text, form)
			}
		}
	}
	return text
}

// replaceWord replaces a form by Mask where no letter or digit touches it.
func replaceWord(text, form string) string {
	var b strings.Builder
	for rest, before := text, byte(0); ; {
		i := strings.Index(rest, form)
		if i < 0 {
			return b.String() + rest
		}
		if i > 0 {
			before = rest[i-1]
		}
		after := i + len(form)
		if isWord(before) || after < len(rest) && isWord(rest[after]) {
			b.WriteString(rest[:after])
		} else {
			b.WriteString(rest[:i] + Mask)
		}
		rest, before = rest[after:], form[len(form)-1]
	}
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// Redact returns text with every known secret replaced by Mask.
func (r *Redactor) Redact(text string) string {
	r.mu.RLock()
	replacer := r.replacer
	r.mu.RUnlock()
	if replacer != nil {
		text = replacer.Replace(text)
	}
	return tokenPattern().ReplaceAllLiteralString(text, Mask)
}

// newReplacer puts the longest forms first, so that an escaped secret is not half replaced by its raw beginning.
func newReplacer(forms map[string]struct{}) *strings.Replacer {
	ordered := make([]string, 0, len(forms))
	for form := range forms {
		ordered = append(ordered, form)
	}
	sorting.Sort(ordered, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	pairs := make([]string, 0, 2*len(ordered))
	for _, form := range ordered {
		pairs = append(pairs, form, Mask)
	}
	return strings.NewReplacer(pairs...)
}

// encodings returns the secret as it may appear in text: raw, quoted, URL- and JSON-escaped, in hexadecimal and base64.
func encodings(text string) []string {
	hexadecimal := hex.EncodeToString([]byte(text))
	forms := []string{
		text, quoted(text), quoted(quoted(text)), html.EscapeString(text), strings.ReplaceAll(text, "/", `\/`), unicodeEscaped(text),
		hexadecimal, strings.ToUpper(hexadecimal), percentEncoded(hexadecimal), percentEncoded(strings.ToUpper(hexadecimal)),
		strings.ReplaceAll(html.EscapeString(text), "&#34;", "&quot;"), entities(text), upperUnicode(unicodeEscaped(text)),
		url.QueryEscape(url.QueryEscape(text)), base32.StdEncoding.EncodeToString([]byte(text)),
		base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(text)),
	}
	for _, between := range []string{":", " ", "-", `\x`} {
		spelt := spelt(hexadecimal, between)
		forms = append(forms, spelt, strings.ToUpper(spelt))
	}
	for _, escaped := range []string{url.QueryEscape(text), url.PathEscape(text)} {
		forms = append(forms, escaped, lowerPercent(escaped))
	}
	if escaped, err := json.Marshal(text); err == nil {
		inside := string(escaped[1 : len(escaped)-1])
		forms = append(forms, inside, quoted(inside), strings.ReplaceAll(inside, "/", `\/`))
	}
	// whole, so that the padding and the last letters go, too
	forms = append(forms, base64.StdEncoding.EncodeToString([]byte(text)), base64.RawStdEncoding.EncodeToString([]byte(text)),
		base64.URLEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text)))
	for offset := range 3 {
		forms = append(forms, base64At(base64.RawStdEncoding, text, offset), base64At(base64.RawURLEncoding, text, offset))
	}
	return slices.DeleteFunc(forms, func(form string) bool { return len(form) < shortestRedacted })
}

func quoted(text string) string {
	q := strconv.Quote(text)
	return q[1 : len(q)-1]
}

// unicodeEscaped is how some JSON writers escape what is not a letter, a digit or plain punctuation.
func unicodeEscaped(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\'<>&+/`, r) {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// upperUnicode is such a text with the hexadecimal digits of its escapes in upper case.
func upperUnicode(escaped string) string {
	parts := strings.Split(escaped, `\u`)
	for i := 1; i < len(parts); i++ {
		parts[i] = strings.ToUpper(parts[i][:4]) + parts[i][4:]
	}
	return strings.Join(parts, `\u`)
}

// entities is the HTML form in which every character is a number.
func entities(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, "&#%d;", r)
	}
	return b.String()
}

// spelt are the bytes of a hexadecimal text with something between them.
func spelt(hexadecimal, between string) string {
	var b strings.Builder
	for i := 0; i+1 < len(hexadecimal); i += 2 {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(hexadecimal[i : i+2])
	}
	return b.String()
}

// percentEncoded is the URL form in which every byte is escaped.
func percentEncoded(hexadecimal string) string {
	var b strings.Builder
	for i := 0; i+1 < len(hexadecimal); i += 2 {
		b.WriteString("%" + hexadecimal[i:i+2])
	}
	return b.String()
}

// lowerPercent is an escaped text with the hexadecimal digits of its escapes in lower case.
func lowerPercent(escaped string) string {
	b := []byte(escaped)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

// base64At returns the part of a base64 text that is the same whatever stands before and after the secret, when the
// secret begins offset bytes after a multiple of three. So a secret is also found inside an encoded document.
func base64At(encoding *base64.Encoding, text string, offset int) string {
	encoded := encoding.EncodeToString([]byte(strings.Repeat("\x00", offset) + text))
	first := (offset*8 + 5) / 6
	last := (offset + len(text)) * 8 / 6
	return encoded[first:last]
}
