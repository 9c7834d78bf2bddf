package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// errProxy does not repeat the address: it may hold a password.
var errProxy = errors.New("HTTPS_PROXY cannot be read as an address, so nothing is sent past it: give one like " +
	"http://proxy.example.com:3128")

// environmentProxy returns the proxy of the environment, nil for none. net/http takes one that it cannot read for none and goes direct;
// whoever set one does not want that.
func environmentProxy() (*url.URL, error) {
	text := cmp.Or(os.Getenv("HTTPS_PROXY"), os.Getenv("https_proxy"))
	if text == "" {
		return nil, nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text // as net/http takes it
	}
	proxy, err := url.Parse(text)
	if err != nil || proxy.Hostname() == "" {
		return nil, errProxy
	}
	switch proxy.Scheme {
	case "http", "https", "socks5", "socks5h":
		return proxy, nil
	}
	return nil, errProxy
}

// proxyFor is http.ProxyFromEnvironment that refuses what it cannot read. This machine is reached without a proxy.
func proxyFor(req *http.Request) (*url.URL, error) {
	if isLoopback(req.URL.Hostname()) {
		return nil, nil
	}
	if _, err := environmentProxy(); err != nil {
		return nil, err
	}
	return http.ProxyFromEnvironment(req)
}

// proxyRefusal is the answer of a proxy that does not connect. It says the code alone: the words of its status line are the proxy's own,
// and some repeat the user and the password that they got.
type proxyRefusal struct{ status int }

func (r *proxyRefusal) Error() string {
	return fmt.Sprintf("the proxy answered %d, %s, and did not connect", r.status,
		cmp.Or(strings.ToLower(http.StatusText(r.status)), "no reason given"))
}

// proxyAnswer looks at what a proxy says to CONNECT, before net/http makes an error of its status line.
func proxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return &proxyRefusal{answer.StatusCode}
	}
	return nil
}
