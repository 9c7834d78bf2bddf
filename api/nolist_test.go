package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"flarewire/api"
)

// An answer of the wrong shape must never look like an account without tunnels.
func TestAListThatIsNotThereIsNotEmpty(t *testing.T) {
	for body, fine := range map[string]bool{
		`{"success":true,"errors":[],"messages":[],"result":{"gre_tunnels":[]}}`:   true,
		`{"success":true,"errors":[],"messages":[],"result":{"gre_tunnels":null}}`: false,
		`{"success":true,"errors":[],"messages":[],"result":{}}`:                   false,
		`{"success":true,"errors":[],"messages":[],"result":null}`:                 false,
		`{"success":true,"errors":[],"messages":[]}`:                               false,
		`{"success":true,"errors":[],"messages":[],"result":{"routes":[]}}`:        false,
		`{"success":true,"errors":[],"messages":[],"result":[]}`:                   false,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(body))
		}))
		client, err := api.New(api.Options{BaseURL: server.URL, Credentials: api.Credentials{Token: api.NewSecret("t0ken-for-this-test")}})
		if err != nil {
			t.Fatal(err)
		}
		list, err := client.In("a1").GRETunnels.List(t.Context())
		server.Close()
		if fine != (err == nil) || (!fine && api.KindOf(err) != api.BadAnswer) || len(list) > 0 {
			t.Errorf("%s: %d tunnels, %v", body, len(list), err)
		}
	}
}
