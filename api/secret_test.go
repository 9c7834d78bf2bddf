package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"flarewire/api"
)

// holder has secrets in every place from which they could leak: exported, unexported, behind a pointer, in a map and a slice.
type holder struct {
	Open   api.Secret
	hidden api.Secret
	inner  struct{ deep *api.Secret }
	list   []api.Secret
	table  map[string]api.Secret
	creds  api.Credentials
}

// TestSecretsCannotBePrinted in any format, also through unexported fields.
func TestSecretsCannotBePrinted(t *testing.T) {
	s := api.NewSecret(canary)
	h := holder{Open: s, hidden: s, list: []api.Secret{s}, table: map[string]api.Secret{"a": s}, creds: api.Credentials{Token: s, Key: s}}
	h.inner.deep = &s
	var logged bytes.Buffer
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "secret", s, "holder", h)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "secret", s, "holder", h)
	printed := []string{logged.String(), s.String(), s.GoString(), fmt.Sprint(s), fmt.Errorf("with %v", s).Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %[1]v"} {
		for _, v := range []any{s, &s, h, &h, api.IPsecTunnel{PSK: s}, api.PSK{Key: s}, api.Options{Credentials: h.creds}} {
			printed = append(printed, fmt.Sprintf(verb, v))
		}
	}
	for _, v := range []any{s, h, map[string]api.Secret{"a": s}, api.IPsecTunnel{PSK: s}, api.PSK{Key: s}, api.Credentials{Token: s}} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		printed = append(printed, string(b))
	}
	text, _ := s.MarshalText()
	for _, p := range append(printed, string(text)) {
		for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), "canaryCANARY"} {
			if strings.Contains(p, form) {
				t.Errorf("leaks: %s", strings.ReplaceAll(p, form, "<the secret>"))
			}
		}
	}
	if fmt.Sprintf("%v|%s|%x|%#v", s, s, s, s) != "[redacted]|[redacted]|[redacted]|[redacted]" {
		t.Error("a secret prints something else")
	}
	if s.Reveal() != canary || s.IsZero() || !s.Equal(api.NewSecret(canary)) || s.Equal(api.Secret{}) || !api.NewSecret("").IsZero() {
		t.Error("a secret is not its value")
	}
}

// TestCredentials: what is wrong is said in one sentence without the value.
func TestCredentials(t *testing.T) {
	secret := api.NewSecret
	for name, test := range map[string]struct {
		creds api.Credentials
		want  string // "" = valid
	}{
		"a token":                 {api.Credentials{Token: secret(canary)}, ""},
		"a pair":                  {api.Credentials{Email: "a@example.com", Key: secret(canary)}, ""},
		"token and half a pair":   {api.Credentials{Token: secret(canary), Email: "a@example.com"}, ""},
		"nothing":                 {api.Credentials{}, "no credentials"},
		"only a key":              {api.Credentials{Key: secret(canary)}, "CLOUDFLARE_EMAIL"},
		"only an address":         {api.Credentials{Email: "a@example.com"}, "CLOUDFLARE_API_KEY"},
		"a line break":            {api.Credentials{Token: secret(canary + "\n")}, "line break"},
		"a header injection":      {api.Credentials{Token: secret(canary + "\r\nX-Evil: 1")}, "line break"},
		"a space":                 {api.Credentials{Token: secret("Bearer " + canary)}, "space"},
		"not ASCII":               {api.Credentials{Token: secret(canary + "é")}, "ASCII"},
		"a zero byte":             {api.Credentials{Token: secret(canary + "\x00")}, "ASCII"},
		"an address that is none": {api.Credentials{Email: "a", Key: secret(canary)}, "no @"},
		"a line break in the key": {api.Credentials{Email: "a@example.com", Key: secret(canary + "\n")}, "line break"},
	} {
		_, err := api.New(api.Options{Credentials: test.creds})
		if test.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBaseURL: the token goes wherever the address says, so plain http leaves this machine never.
func TestBaseURL(t *testing.T) {
	for base, want := range map[string]string{
		"": "api.cloudflare.com", "https://api.example.com/client/v4/": "api.example.com", "http://127.0.0.1:8080/client/v4": "127.0.0.1:8080",
		"http://127.9.9.9": "127.9.9.9", "http://[::1]:1": "[::1]:1", "http://localhost:9": "localhost:9",
		"http://example.com": "!plain http", "http://10.0.0.1": "!plain http", "http://localhost.example.com": "!plain http",
		"http://127.0.0.1.example.com": "!plain http", "ftp://example.com": "!scheme", "api.example.com": "!complete",
		"https://user:" + canary + "@example.com": "!user or password", "https://example.com?x=1": "!complete", "http://[": "!cannot be read",
		"https://": "!complete",
	} {
		client, err := api.New(api.Options{BaseURL: base, Credentials: api.Credentials{Token: api.NewSecret(canary)}})
		if problem, bad := strings.CutPrefix(want, "!"); bad {
			if err == nil || !strings.Contains(err.Error(), problem) || strings.Contains(err.Error(), canary) {
				t.Errorf("%q: %v", base, err)
			}
		} else if err != nil || client.Host() != want {
			t.Errorf("%q: %v", base, err)
		}
	}
}

// A proxy or portal that repeats the request's credentials in its answer does not bring them into an error's text.
func TestCredentialsThatTheServerRepeatsAreHidden(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"in an error":         says(400, refusal(`{"code":6003,"message":"Invalid header: Bearer `+canary+`"}`)),
		"in an error's chain": says(400, refusal(`{"code":6003,"message":"no","error_chain":[{"code":6111,"message":"`+canary+`"}]}`)),
		"in a pointer":        says(400, refusal(`{"code":1,"message":"no","source":{"pointer":"/`+canary+`"}}`)),
		"in a page":           says(502, "<html>"+canary+"</html>"),
		"in a page with 200":  says(200, "you sent "+canary),
		"in the content type": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/plain; echo="+canary)
			w.WriteHeader(http.StatusForbidden)
		},
	} {
		client, _ := serve(t, handler)
		_, err := client.In(account).GRETunnels.List(t.Context())
		if err == nil || strings.Contains(err.Error()+fmt.Sprintf("%+v", err), canary) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
