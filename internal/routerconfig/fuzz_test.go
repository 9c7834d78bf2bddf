package routerconfig_test

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/routerconfig"
)

// readers undo a platform's quoting, each written from the platform's rules and not from our code.
var readers = map[routerconfig.Platform]func(string) (string, bool){
	routerconfig.IOSXE: oneWord, routerconfig.EOS: oneWord,
	routerconfig.Junos: between(`"`), routerconfig.PANOS: between(`"`), routerconfig.FortiOS: hexOr(between(`"`)),
	routerconfig.VyOS: hexOr(between(`'`)),
	routerconfig.Linux: func(s string) (string, bool) {
		s, ok := between(`"`)(s)
		if text, encoded := strings.CutPrefix(s, "0s"); encoded {
			key, err := base64.StdEncoding.DecodeString(text)
			return string(key), err == nil
		}
		return s, ok && !strings.HasPrefix(s, "0x")
	},
}

// hexOr reads what begins with 0x as hexadecimal, and the rest as read does.
func hexOr(read func(string) (string, bool)) func(string) (string, bool) {
	return func(s string) (string, bool) {
		s = strings.TrimSuffix(strings.TrimPrefix(s, "'"), "'")
		if digits, ok := strings.CutPrefix(s, "0x"); ok {
			key, err := hex.DecodeString(digits)
			return string(key), err == nil
		}
		for _, mark := range []string{`"`, "'"} {
			if text, ok := read(mark + s + mark); ok {
				return text, !strings.HasPrefix(text, "0s")
			}
		}
		return read(s)
	}
}

func oneWord(s string) (string, bool) { return s, !strings.ContainsAny(s, " \t?") }

func between(mark string) func(string) (string, bool) {
	return func(s string) (string, bool) {
		inside, ok := strings.CutPrefix(s, mark)
		inside, end := strings.CutSuffix(inside, mark)
		return inside, ok && end && !strings.ContainsAny(inside, mark+`\`)
	}
}

// Whatever the key is: either it is refused, or the text differs from that of a harmless key in exactly the place of the key,
// and the platform reads the same key back.
func FuzzPreSharedKey(f *testing.F) {
	for _, key := range []string{"plain", "two words", `q"uote`, "apo'strophe", "new\nline", "0x12", "0s34", "$9$x", "a\\", "${x}", "%{x}",
		"}\n", "?", "ü", messyPSK} {
		f.Add(key)
	}
	const harmless = "HARMLESSKEY"
	f.Fuzz(func(t *testing.T, key string) {
		if key == "" {
			return
		}
		for p, read := range readers {
			if p == routerconfig.EOS { // has no pre-shared key
				continue
			}
			render := func(key string) (string, error) {
				c, err := routerconfig.Render(p, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: ipsecTunnel(), AccountID: account,
					PSK: api.NewSecret(key)}))
				return c.Text(), err
			}
			plain, err := render(harmless)
			if err != nil {
				t.Fatal(err)
			}
			text, err := render(key)
			if err != nil {
				t.Fatalf("%s: %v", p, err)
			}
			if strings.Contains(text, "REPLACE-WITH-PRE-SHARED-KEY") {
				if len(key) > 8 && strings.Contains(text, key) && !strings.Contains(plain, key) {
					t.Fatalf("%s: the text without the key repeats it", p)
				}
				continue
			}
			insertedOnce(t, p, plain, text, harmless, key, read)
		}
	})
}

const messyPSK = `every"thing\is $fine# {here} = ;`

// insertedOnce compares the two texts around the place of the key.
func insertedOnce(t *testing.T, p routerconfig.Platform, plain, text, harmless, key string, read func(string) (string, bool)) {
	t.Helper()
	at := strings.Index(plain, harmless)
	line := strings.LastIndexByte(plain[:at], '\n') + 1
	start := line + strings.LastIndexByte(plain[line:at], ' ') + 1
	end := at + strings.IndexByte(plain[at:], '\n')
	if !strings.HasPrefix(text, plain[:start]) || !strings.HasSuffix(text, plain[end:]) || len(text) < start+len(plain)-end {
		t.Fatalf("%s: the text differs in more than the key %q", p, key)
	}
	written := text[start : len(text)-(len(plain)-end)]
	if got, ok := read(written); !ok || got != key || strings.ContainsAny(written, "\r\n\t\x00") {
		t.Fatalf("%s: the key %q is written as %s", p, key, written)
	}
}

func terraform(t testing.TB) string {
	c, err := routerconfig.Render(routerconfig.Terraform, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: greTunnel(),
		AccountID: account}))
	if err != nil {
		t.Fatal(err)
	}
	return c.Text()
}

// Terraform takes every text that is UTF-8 as the description, and it stays a text.
func FuzzDescription(f *testing.F) {
	for _, text := range []string{"plain", `"`, "${file(\"/etc/passwd\")}", "%{ if true }", "a\nb", "Größe", "\u202e", `\`, "$${", "$",
		"%%{", "\U000e0001"} {
		f.Add(text)
	}
	lines := strings.Count(terraform(f), "\n")
	f.Fuzz(func(t *testing.T, description string) {
		tunnel := greTunnel()
		tunnel.Description = description
		c, err := routerconfig.Render(routerconfig.Terraform, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account}))
		if err != nil || description == "" {
			return
		}
		_, rest, _ := strings.Cut(c.Text(), "\n  description ")
		written, _, _ := strings.Cut(rest, "\n")
		_, written, _ = strings.Cut(written, "= ")
		if n := strings.Count(c.Text(), "\n"); n != lines {
			t.Fatalf("%q makes %d lines of it", description, n)
		}
		plain := strings.NewReplacer("$${", "${", "%%{", "%{").Replace(written)
		if got, err := strconv.Unquote(plain); err != nil || got != description {
			t.Fatalf("%q is written as %s", description, written)
		}
		if bare := strings.NewReplacer("$${", "_", "%%{", "_").Replace(written); strings.Contains(bare, "${") || strings.Contains(bare, "%{") {
			t.Fatalf("%q is an expression: %s", description, written)
		}
	})
}

// The MD5 key of a session on MikroTik, whose strings have variables.
func FuzzMikroTikKey(f *testing.F) {
	for _, key := range []string{"plain", `$a`, `a"b`, `a\b`, "what?", "two words"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		tunnel := withBGP(greTunnel())
		tunnel.BGP.MD5Key = key
		c, err := routerconfig.Render(routerconfig.RouterOS, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account}))
		if err != nil || key == "" {
			return
		}
		if strings.Contains(c.Text(), "REPLACE-WITH-MD5-KEY") {
			return
		}
		_, written, _ := strings.Cut(c.Text(), "tcp-md5-key=")
		written, _, _ = strings.Cut(written, "\n")
		got, ok := unescape(written)
		if !ok || got != key {
			t.Fatalf("%q is written as %s", key, written)
		}
	})
}

// unescape reads a string of RouterOS: a backslash keeps the next character what it is, a $ without one is a variable.
func unescape(s string) (string, bool) {
	s, ok := strings.CutPrefix(s, `"`)
	s, end := strings.CutSuffix(s, `"`)
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
		case strings.IndexByte(`"\$?`, s[i]) >= 0:
			return "", false
		}
		b.WriteByte(s[i])
	}
	return b.String(), ok && end
}
