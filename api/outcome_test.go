package api_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"testing"

	"flarewire/api"
)

// unconnected is a transport without a server.
type unconnected struct{ err error }

func (f unconnected) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// A change whose connection was never made is certainly not done, and may be sent again; any other lost one may still be carried out.
func TestAChangeThatWasNeverSentIsCertain(t *testing.T) {
	for name, c := range map[string]struct {
		err       error
		uncertain bool
	}{
		"refused":           {&net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}, false},
		"no such host":      {&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host"}}, false},
		"no proxy":          {&net.OpError{Op: "proxyconnect", Net: "tcp", Err: errors.New("refused")}, false},
		"not the server":    {&tls.CertificateVerificationError{Err: errors.New("unknown authority")}, false},
		"connection closed": {&net.OpError{Op: "read", Net: "tcp", Err: errors.New("reset")}, true},
		"half sent":         {&net.OpError{Op: "write", Net: "tcp", Err: errors.New("broken pipe")}, true},
		"too late":          {context.DeadlineExceeded, true},
	} {
		t.Run(name, func(t *testing.T) {
			sender, err := api.NewSender(api.Options{Credentials: api.Credentials{Token: api.NewSecret("t")}, Transport: unconnected{c.err}})
			if err != nil {
				t.Fatal(err)
			}
			r, err := sender.Client().In("a").Routes.BuildDelete("b")
			if err != nil {
				t.Fatal(err)
			}
			_, err = sender.Send(t.Context(), r)
			if uncertain(err) != c.uncertain || api.StillAtWork(err) != c.uncertain {
				t.Errorf("uncertain %v, still at work %v: %v", uncertain(err), api.StillAtWork(err), err)
			}
			if uncertain(api.Settled(err)) {
				t.Error("read back, and still uncertain")
			}
		})
	}
}
