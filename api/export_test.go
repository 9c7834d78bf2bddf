package api

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// SenderOf returns the sender of the client that built the request. Outside of this package's tests there is no way to it.
func SenderOf(r Request) *Sender { return &Sender{r.built.client} }

type sentAll struct{ n int }

func (s *sentAll) RoundTrip(*http.Request) (*http.Response, error) {
	s.n++
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

// ReadOnlyLets reports whether the read-only layer lets a POST with this body through.
func ReadOnlyLets(t *testing.T, path, contentType, body string) bool {
	t.Helper()
	base, err := url.Parse("https://api.example/client/v4")
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base.String()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	var on atomic.Bool
	on.Store(true)
	next := &sentAll{}
	resp, err := (&readOnly{next: next, base: base, on: &on}).RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	return next.n == 1
}
