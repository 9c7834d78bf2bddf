package access

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"flarewire/internal/rules"
	"flarewire/keystore"
)

// formats is where the lengths and prefixes come from. Older tokens (40 characters) and keys (37 hexadecimal digits)
// have no prefix.
const formats = "developers.cloudflare.com/fundamentals/api/get-started/token-formats"

// prefixed is the number of characters behind a prefix: 40 and a checksum of no stated length.
const prefixed = 40

// kinds of the prefixes, in words.
var prefixes = []struct{ prefix, kind string }{
	{"cfut_", "a user's token"}, {"cfat_", "an account's token"}, {"cfk_", "a Global API Key"},
}

var oldKey = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{37}$`) })

// CheckToken judges an API token while it is typed. Its texts hold the length and never the value.
func CheckToken(text string) rules.Finding {
	text = strings.TrimSpace(text)
	if text == "" {
		return finding(rules.Partial, "paste it, or type it; it is not shown")
	}
	if _, err := keystore.NewToken(text); err != nil {
		return finding(rules.Error, err.Error())
	}
	prefix, kind := prefixOf(text)
	switch {
	case prefix == "cfk_" || oldKey().MatchString(text):
		return finding(rules.Error, "this is a Global API Key: choose e-mail + Global API Key above")
	case prefix != "":
		return lengthOf(text, prefix, kind)
	case len(text) == 40:
		return finding(rules.Note, "a token of the older form, 40 characters")
	}
	return finding(rules.Warning, fmt.Sprintf("%d characters: Cloudflare's tokens begin with cfut_ or cfat_, or have 40", len(text)))
}

// CheckKey judges a global API key while it is typed.
func CheckKey(text string) rules.Finding {
	text = strings.TrimSpace(text)
	if text == "" {
		return finding(rules.Partial, "paste it, or type it; it is not shown")
	}
	if _, err := keystore.NewGlobalKey("a@b", text); err != nil {
		return finding(rules.Error, err.Error())
	}
	prefix, kind := prefixOf(text)
	switch {
	case prefix == "cfk_":
		return lengthOf(text, prefix, kind)
	case prefix != "":
		return finding(rules.Error, "this is an API token: choose API token above")
	case oldKey().MatchString(text):
		return finding(rules.Note, "a key of the older form, 37 characters")
	}
	return finding(rules.Warning, fmt.Sprintf("%d characters: Cloudflare's keys begin with cfk_, or have 37 hexadecimal digits", len(text)))
}

// CheckEmail judges the address that goes with a global key.
func CheckEmail(text string) rules.Finding {
	name, host, at := strings.Cut(strings.TrimSpace(text), "@")
	switch {
	case !at || name == "" || host == "":
		return finding(rules.Partial, "the address of the Cloudflare user, with an @")
	case strings.ContainsAny(text, " \t") || strings.Contains(host, "@"):
		return finding(rules.Error, "one address, without blanks")
	}
	return rules.Finding{}
}

func prefixOf(text string) (prefix, kind string) {
	for _, p := range prefixes {
		if strings.HasPrefix(text, p.prefix) {
			return p.prefix, p.kind
		}
	}
	return "", ""
}

func lengthOf(text, prefix, kind string) rules.Finding {
	if n := len(text) - len(prefix); n < prefixed {
		return finding(rules.Partial, fmt.Sprintf("%s, %d of at least %d characters", kind, n, prefixed))
	}
	return finding(rules.Note, fmt.Sprintf("%s, %d characters", kind, len(text)))
}

func finding(severity rules.Severity, text string) rules.Finding {
	return rules.Finding{Severity: severity, Text: text, Source: formats}
}
