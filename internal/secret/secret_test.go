package secret_test

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/secret"
)

const canary = `cfut_Q7mT2xV9bK4nR8sL1wZ6yC3dF5gH0jP-aE_uI"<&>+/ 0`

type holder struct {
	Exported secret.Value
	hidden   secret.Value
	nested   struct{ deep []secret.Value }
}

func TestSecretIsNeverPrinted(t *testing.T) {
	value := secret.New(canary)
	h := holder{Exported: value, hidden: value}
	h.nested.deep = []secret.Value{value}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		for _, thing := range []any{value, &value, h, &h, []any{h}, map[string]any{"k": h}} {
			fmt.Fprintf(&out, verb, thing)
		}
	}
	encoded, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	slog.New(slog.NewTextHandler(&out, nil)).Info("m", "secret", value, "holder", h)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("m", "secret", value, "holder", h)
	fmt.Fprint(&out, errors.Join(fmt.Errorf("wrapped %v", value)))

	for name, form := range forms(canary) {
		if strings.Contains(out.String(), form) {
			t.Errorf("the secret is in the output as %s", name)
		}
	}
	if got := fmt.Sprintf("%v", value); got != "[redacted]" {
		t.Errorf("printed as %q", got)
	}
	if got := string(encoded); !strings.Contains(got, `"Exported":"[redacted]"`) {
		t.Errorf("JSON is %s", got)
	}
}

func TestSecretRevealsOnPurpose(t *testing.T) {
	if got := secret.New(canary).Reveal(); got != canary {
		t.Errorf("Reveal gives %d bytes, want %d", len(got), len(canary))
	}
	if !secret.New("").IsZero() || secret.New("x").IsZero() {
		t.Error("IsZero is wrong")
	}
	if diff := cmp.Diff(holderOf("a"), holderOf("a")); diff != "" {
		t.Error("equal secrets differ")
	}
	if cmp.Equal(holderOf("a"), holderOf("b")) {
		t.Error("different secrets are equal")
	}
}

func holderOf(text string) struct{ V secret.Value } {
	return struct{ V secret.Value }{secret.New(text)}
}

func forms(text string) map[string]string {
	quoted, _ := json.Marshal(text)
	return map[string]string{
		"raw": text, "base64": base64.StdEncoding.EncodeToString([]byte(text)),
		"base64 url": base64.URLEncoding.EncodeToString([]byte(text)),
		"hex":        hex.EncodeToString([]byte(text)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(text))),
		"query": url.QueryEscape(text), "path": url.PathEscape(text), "json": string(quoted[1 : len(quoted)-1]),
		"go": fmt.Sprintf("%q", text), "twice in a URL": url.QueryEscape(url.QueryEscape(text)),
		"base32": base32.StdEncoding.EncodeToString([]byte(text)), "hex with colons": strings.ReplaceAll(fmt.Sprintf("% x", text), " ", ":"),
		"hex with blanks": fmt.Sprintf("% X", text), "hex escapes": `\x` + strings.ReplaceAll(fmt.Sprintf("% x", text), " ", `\x`),
		"html": html.EscapeString(text), "html, named": strings.ReplaceAll(html.EscapeString(text), "&#34;", "&quot;"),
		"html, all as numbers": numbered(text),
	}
}

func numbered(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, "&#%d;", r)
	}
	return b.String()
}

func TestRedactorFindsEveryForm(t *testing.T) {
	const key = `0123456789abcdef"<&>+/ äx`
	var redactor secret.Redactor
	redactor.Add(secret.New(key), secret.New(canary))
	for name, form := range forms(key) {
		got := redactor.Redact("before " + form + " after")
		if strings.Contains(got, strings.Trim(form, `"=`)) || !strings.Contains(got, secret.Mask) {
			t.Errorf("%s: not replaced", name)
		}
		if !strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%s: too much was replaced: %q", name, got)
		}
	}
}

func TestRedactorFindsASecretInsideAnEncodedDocument(t *testing.T) {
	const key = "c2547eb745079dac9320b638f5e225cf483cc5cfdda41"
	var redactor secret.Redactor
	redactor.Add(secret.New(key))
	for _, before := range []string{"", "a", "ab", "abc"} {
		document := base64.StdEncoding.EncodeToString([]byte(before + key + " and more"))
		if got := redactor.Redact(document); !strings.Contains(got, secret.Mask) {
			t.Errorf("after %q: not found in %s", before, document)
		}
	}
}

func TestRedactorFindsTokensItWasNeverTold(t *testing.T) {
	var redactor secret.Redactor
	for _, prefix := range []string{"cfk_", "cfut_", "cfat_"} {
		token := prefix + strings.Repeat("aB3_", 12)
		if got := redactor.Redact("token=" + token + "."); got != "token=[redacted]." {
			t.Errorf("%s: %q", prefix, got)
		}
		if !secret.LooksLikeToken("x " + token) {
			t.Errorf("%s: not recognised", prefix)
		}
	}
	if text := "cfut_short and 023e105f4ecef8ad9ca31a8372d0c353"; redactor.Redact(text) != text || secret.LooksLikeToken(text) {
		t.Error("harmless text was replaced")
	}
}

func TestWriterCatchesASecretCutInPieces(t *testing.T) {
	const key = "c2547eb745079dac9320b638f5e225cf483cc"
	for size := 1; size <= len(key); size++ {
		var out bytes.Buffer
		var redactor secret.Redactor
		redactor.Add(secret.New(key))
		writer := redactor.Writer(&out)
		text := "one " + key + " two\nthree " + key
		for len(text) > 0 {
			n := min(size, len(text))
			if _, err := writer.Write([]byte(text[:n])); err != nil {
				t.Fatal(err)
			}
			text = text[n:]
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != "one [redacted] two\nthree [redacted]" {
			t.Fatalf("pieces of %d: %q", size, got)
		}
	}
}

func TestWriterDoesNotHoldAnEndlessLine(t *testing.T) {
	const key = "c2547eb745079dac9320b638f5e225cf483cc"
	var out bytes.Buffer
	var redactor secret.Redactor
	redactor.Add(secret.New(key))
	writer := redactor.Writer(&out)
	for range 10_000 {
		_, _ = writer.Write([]byte("0123456789 " + key))
	}
	if out.Len() == 0 {
		t.Error("nothing was passed on before the end of the line")
	}
	_ = writer.Close()
	if strings.Contains(out.String(), key) || strings.Count(out.String(), secret.Mask) != 10_000 {
		t.Error("a secret was lost or passed on")
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriterReportsTheTargetsError(t *testing.T) {
	var redactor secret.Redactor
	if _, err := redactor.Writer(failingWriter{}).Write([]byte("line\n")); err == nil {
		t.Error("the error of the target is lost")
	}
}

// Too short for the net under a log, an MD5 key of three characters is still taken out of the answer to its own request, and no other
// word is touched.
func TestHideFindsAShortSecretAsAWord(t *testing.T) {
	for text, want := range map[string]string{
		`bad key "k3y", again k3y`: `bad key "[redacted]", again [redacted]`, "k3y": secret.Mask, "monk3y k3yboard k3y_": "monk3y k3yboard k3y_",
		"6b3379 azN5": "[redacted] [redacted]", "k3y-k3yk3y k3y": "[redacted]-k3yk3y [redacted]",
	} {
		if got := secret.Hide(text, secret.New("k3y"), secret.Value{}); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// Every value below a field that holds a secret is one, at every depth.
func TestTheSecretFieldsOfADocument(t *testing.T) {
	var got []string
	for _, v := range secret.FieldsOf([]byte(`{"name":"a","bgp":{"md5_key":"one","asn":1},"psks":[{"id":"x","psk":"two"},{"psk":null}],` +
		`"token":{"v":["three"]}}`)) {
		got = append(got, v.Reveal())
	}
	slices.Sort(got)
	if strings.Join(got, " ") != "one three two" || secret.FieldsOf([]byte("{")) != nil {
		t.Errorf("%q", got)
	}
}

// A secret that was encoded as a whole goes as a whole: what base64 has at its end would tell its last letter.
func TestRedactorLeavesNoEndOfASecret(t *testing.T) {
	for length := 6; length < 40; length++ {
		text := strings.Repeat("k9\xffz", 10)[:length]
		var r secret.Redactor
		r.Add(secret.New(text))
		for name, e := range map[string]*base64.Encoding{"padded": base64.StdEncoding, "not padded": base64.RawStdEncoding,
			"of URLs": base64.URLEncoding, "of URLs, not padded": base64.RawURLEncoding} {
			if got := r.Redact("key: " + e.EncodeToString([]byte(text))); got != "key: "+secret.Mask {
				t.Errorf("%d bytes, %s: %q", length, name, got)
			}
		}
	}
}
