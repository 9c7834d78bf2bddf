package api_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"flarewire/api"
)

// inFiveEncodings are the forms in which a server or something in between may give a secret back.
func inFiveEncodings(value string) map[string]string {
	escaped, _ := json.Marshal(value)
	return map[string]string{
		"raw": value, "JSON": strings.Trim(string(escaped), `"`), "base64": base64.StdEncoding.EncodeToString([]byte(value)),
		"hexadecimal": hex.EncodeToString([]byte(value)), "URL": url.QueryEscape(value),
	}
}

// repeats are the places of an answer that end in an error or in the log.
var repeats = map[string]func(text string) http.HandlerFunc{
	"message": func(text string) http.HandlerFunc {
		return says(400, refusal(`{"code":1,"message":`+inJSON("no: "+text)+`}`))
	},
	"chain": func(text string) http.HandlerFunc {
		return says(400, refusal(`{"code":1,"message":"no","error_chain":[{"code":2,"message":`+inJSON("<"+text+">")+`}]}`))
	},
	"pointer": func(text string) http.HandlerFunc {
		return says(400, refusal(`{"code":1,"message":"no","source":{"pointer":`+inJSON("/"+text)+`}}`))
	},
	"link": func(text string) http.HandlerFunc {
		return says(400, refusal(`{"code":1,"message":"no","documentation_url":`+inJSON("https://example.com/?q="+text)+`}`))
	},
	"page":          func(text string) http.HandlerFunc { return says(502, "you sent "+text+", or so") },
	"page with 200": func(text string) http.HandlerFunc { return says(200, strings.Repeat(" ", 30)+"sent "+text) },
	"content type": func(text string) http.HandlerFunc {
		return header("Content-Type", "text/plain; echo="+text)
	},
	"request id": func(text string) http.HandlerFunc { return header("Cf-Ray", text) },
	"location":   func(text string) http.HandlerFunc { return header("Location", "https://"+text+"/login") },
}

func inJSON(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

func header(name, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(name, value)
		w.WriteHeader(http.StatusFound)
	}
}

// No secret of a request comes back in a text, whatever the server repeats, in which encoding, and where: the credential (a token, or
// the e-mail address with the global API key), a pre-shared key with quotes and backslashes, an MD5 key however short, a pairing key.
func TestNoSecretOfARequestComesBackInAText(t *testing.T) {
	const token, psk, long = "older-token-of-40-characters-0123456789ab", `canary"psk\with<odd>&signs/+ 0123456789`, "canary-md5-0123456789"
	const globalKey, email = "canary0global1key2of337characters4567", "canary.person@example.com"
	read := func(ctx context.Context, a *api.AccountClient) error { _, err := a.GRETunnels.List(ctx); return err }
	keys := map[string]struct {
		value string
		send  func(context.Context, *api.AccountClient) error
	}{
		"token":                          {token, read},
		"global API key":                 {globalKey, read},
		"global API key, with a change":  {globalKey, md5Of(long)},
		"e-mail address of a global key": {email, read},
		"PSK": {psk, func(ctx context.Context, a *api.AccountClient) error {
			r, err := a.BuildSetPSKs(map[string]api.Secret{"t1": api.NewSecret(psk)})
			_, err = sends(ctx, r, err, nil)
			return err
		}},
		"PSK of a new tunnel": {psk, func(ctx context.Context, a *api.AccountClient) error {
			_, err := create(ctx, a.IPsecTunnels, api.IPsecTunnel{Name: "a", PSK: api.NewSecret(psk)})
			return err
		}},
		"long MD5 key":  {long, md5Of(long)},
		"short MD5 key": {"k3y", md5Of("k3y")},
		"dry run of an MD5 key": {long, func(ctx context.Context, a *api.AccountClient) error {
			_, err := create(ctx, a.GRETunnels, api.GRETunnel{Name: "a", BGP: &api.BGP{MD5Key: long}}, validateOnly)
			return err
		}},
		"several MD5 keys": {long, func(ctx context.Context, a *api.AccountClient) error {
			r, err := a.IPsecTunnels.BuildBulkUpdate([]api.IPsecTunnel{{ID: "1", Name: "b"}, {ID: "2", Name: "a", BGP: &api.BGP{MD5Key: long}}})
			_, err = sends(ctx, r, err, nil)
			return err
		}},
		"pairing key": {psk, func(ctx context.Context, a *api.AccountClient) error {
			_, err := create(ctx, a.Interconnects, api.Interconnect{Type: "gcp", Bandwidth: "1G", PairingKey: api.NewSecret(psk)})
			return err
		}},
	}
	tried := 0
	for kind, key := range keys {
		for encoding, form := range inFiveEncodings(key.value) {
			for place, repeat := range repeats {
				var log []api.Exchange
				client, _ := serve(t, repeat(form), func(o *api.Options) {
					o.Credentials = api.Credentials{Token: api.NewSecret(token)}
					if key.value == globalKey || key.value == email {
						o.Credentials = api.Credentials{Email: email, Key: api.NewSecret(globalKey)}
					}
					o.OnExchange = func(x api.Exchange) { log = append(log, x) }
				})
				err := key.send(t.Context(), client.In(account))
				var e *api.Error
				if err == nil || !errors.As(err, &e) {
					t.Fatalf("%s in a %s: %v", kind, place, err)
				}
				shown := fmt.Sprintf("%v %+v %v %v %s", err, log, e.Messages, e.Reason(), e.Field)
				if strings.Contains(shown, form) || len(form) > 12 && strings.Contains(shown, form[:12]) {
					t.Errorf("%s, %s, in the %s: %s", kind, encoding, place, shown)
				}
				tried++
			}
		}
	}
	t.Logf("%d answers gave a secret back", tried)
}

func md5Of(key string) func(context.Context, *api.AccountClient) error {
	return func(ctx context.Context, a *api.AccountClient) error {
		_, err := update(ctx, a.IPsecTunnels, "t1", api.IPsecTunnel{Name: "a", BGP: &api.BGP{MD5Key: key}})
		return err
	}
}

// A secret that was sent once is not repeated by the answer to a later request either.
func TestASecretOfAnEarlierRequestStaysHidden(t *testing.T) {
	const key = "canary-md5-0123456789"
	client, server := serve(t, says(200, result(`{"modified":true,"modified_ipsec_tunnel":{"id":"t1"}}`)))
	if err := md5Of(key)(t.Context(), client.In(account)); err != nil {
		t.Fatal(err)
	}
	server.handler = says(400, refusal(`{"code":1,"message":"the key is `+key+`"}`))
	if _, err := client.In(account).GRETunnels.Get(t.Context(), "t1"); err == nil || strings.Contains(err.Error(), key) {
		t.Error(err)
	}
}
