package change

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"

	"flarewire/api"
	"flarewire/internal/journal"
)

// The shadow is a client whose transport keeps the request and sends nothing. What a plan shows therefore comes from the very
// code that sends it later, and the packages above need no second table of what may be sent.

// request is what a call would send.
type request struct {
	method, path string // path below the base URL
	operation    api.Operation
	content      func() json.RawMessage // in a closure, because it may hold a key and printers look into structs
}

// body is what would be sent, nil for nothing.
func (r request) body() json.RawMessage {
	if r.content == nil {
		return nil
	}
	return r.content()
}

// errKept is what the shadow's transport answers.
var errKept = errors.New("kept, not sent")

type keptKey struct{}

type shadowTransport struct{ base string }

func (t shadowTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if kept, ok := req.Context().Value(keptKey{}).(*request); ok {
		kept.method, kept.path = req.Method, strings.TrimPrefix(req.URL.EscapedPath(), t.base)
		if req.Body != nil {
			body, _ := io.ReadAll(req.Body) // a bytes.Reader, which cannot fail
			kept.content = func() json.RawMessage { return body }
			_ = req.Body.Close()
		}
	}
	return nil, errKept
}

func newShadow(account string) (*api.AccountClient, error) {
	base, err := url.Parse(api.DefaultBaseURL)
	if err != nil {
		return nil, err
	}
	client, err := api.New(api.Options{
		Credentials: api.Credentials{Token: api.NewSecret("shadow")}, Transport: shadowTransport{base.EscapedPath()},
		Budget: math.MaxInt32, // nothing is sent, so nothing is to be saved
	})
	if err != nil {
		return nil, err
	}
	return client.In(account), nil
}

// rehearse returns the request that the call would send, or the error of a call that would not send any.
func (w *Writer) rehearse(ctx context.Context, call func(context.Context, *api.AccountClient) error) (request, error) {
	var kept request
	err := call(context.WithValue(context.WithoutCancel(ctx), keptKey{}, &kept), w.shadow)
	if kept.method == "" {
		return kept, err
	}
	for _, op := range api.Operations() {
		if op.Matches(kept.method, kept.path) {
			kept.operation = op
			break
		}
	}
	return kept, nil
}

// preview is the request for the user's eyes.
func (r request) preview() RequestPreview {
	p := RequestPreview{Method: r.method, Path: r.path}
	if body := journal.Mask(r.body()); len(body) > 0 {
		var pretty bytes.Buffer
		if json.Indent(&pretty, body, "", "  ") == nil {
			p.Body = pretty.String()
		}
	}
	return p
}

// secrets are the fields of the body that hold a secret the API never gives back.
func (r request) secrets() []string {
	var paths []string
	for path := range flatten(r.body()) {
		if journal.IsSecret(path) && !strings.HasSuffix(path, "md5_key") {
			paths = append(paths, path)
		}
	}
	return paths
}
