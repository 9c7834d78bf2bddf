package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

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

// throughProxy makes TestHelperProxy ask through the proxy of its environment, which net/http reads once for the whole process.
const throughProxy = "FLAREWIRE_TEST_PROXY"

// A proxy that repeats user and password in its status line brings them neither into an error nor into the log, however short they are and
// in whatever form; and a change that it did not let through was not sent.
func TestAProxyThatRepeatsItsPasswordIsNotQuoted(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		basic := strings.TrimPrefix(r.Header.Get("Proxy-Authorization"), "Basic ")
		clear, _ := base64.StdEncoding.DecodeString(basic)
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 407 denied %s Basic %s\r\nContent-Length: 0\r\n\r\n", clear, basic)
		_ = conn.Close()
	}))
	defer proxy.Close()
	at := strings.TrimPrefix(proxy.URL, "http://")
	for _, login := range []string{"jo:" + canary, "jo:pw", "jo:a%2Fb%20c", canary, "jo:" + strings.Repeat("x", 5)} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestHelperProxy$", "-test.v")
		cmd.Env = append(os.Environ(), "HTTPS_PROXY=http://"+login+"@"+at, "https_proxy=", "NO_PROXY=", "no_proxy=", throughProxy+"=1")
		out, err := cmd.CombinedOutput()
		cancel()
		if err != nil || !bytes.Contains(out, []byte("the proxy answered 407, proxy authentication required")) ||
			!bytes.Contains(out, []byte("not sent")) {
			t.Fatalf("%s: %v\n%s", login, err, out)
		}
		user, password, _ := strings.Cut(login, ":")
		basic := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
		for _, secret := range []string{login, "denied", basic} {
			if bytes.Contains(out, []byte(secret)) {
				t.Errorf("%q is in\n%s", secret, out)
			}
		}
	}
}

// TestHelperProxy is the process of TestAProxyThatRepeatsItsPasswordIsNotQuoted.
func TestHelperProxy(t *testing.T) {
	if os.Getenv(throughProxy) == "" {
		t.Skip("only as a process of another test")
	}
	sender, err := api.NewSender(api.Options{BaseURL: "https://api.example.com/client/v4",
		Credentials: api.Credentials{Token: api.NewSecret("another-token")}, OnExchange: func(e api.Exchange) { fmt.Printf("%+v\n", e) }})
	if err != nil {
		t.Fatal(err)
	}
	r, err := sender.Client().In("a").Routes.BuildDelete("b")
	if err != nil {
		t.Fatal(err)
	}
	_, err = sender.Send(t.Context(), r)
	fmt.Println(err)
	if !uncertain(err) {
		fmt.Println("not sent")
	}
}
