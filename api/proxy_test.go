package api_test

import (
	"strings"
	"testing"

	"flarewire/api"
)

// A proxy that cannot be read is not no proxy: nothing goes past it, and its password is in no text.
func TestAProxyThatCannotBeReadIsRefused(t *testing.T) {
	for proxy, fine := range map[string]bool{
		"": true, "http://proxy.example.com:3128": true, "proxy.example.com:3128": true, "socks5://127.0.0.1:1080": true,
		"https://u:canary@proxy.example.com":   true,
		"http://u:canary%zz@proxy.example.com": false, "http://[::1": false, "http://:3128": false, "://canary": false,
		"ftp://proxy.example.com":       false,
		"http://proxy.example.com:port": false, "http://": false,
	} {
		for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
			t.Setenv("HTTPS_PROXY", "")
			t.Setenv("https_proxy", "")
			t.Setenv(name, proxy)
			_, err := api.New(api.Options{Credentials: api.Credentials{Token: api.NewSecret(canary)}})
			if (err == nil) != fine || err != nil && (strings.Contains(err.Error(), "canary") || !strings.Contains(err.Error(), "HTTPS_PROXY")) {
				t.Errorf("%s=%q: %v", name, proxy, err)
			}
			if _, err := api.New(api.Options{BaseURL: "http://127.0.0.1:1",
				Credentials: api.Credentials{Token: api.NewSecret(canary)}}); err != nil {
				t.Errorf("this machine needs none: %v", err)
			}
		}
	}
}
