package contract

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"

	"flarewire/api"
)

// Exchange is a request and its answer, as they were on the wire.
type Exchange struct {
	Operation string // name in api.Operations; method and path when it is none of them
	Request   *http.Request
	Sent      []byte // body of the request
	Status    int
	Header    http.Header // of the answer
	Answer    []byte      // body of the answer
}

// Recorder is a server that keeps every exchange with the one behind it. It is safe for concurrent use.
type Recorder struct {
	Next http.Handler

	mu  sync.Mutex
	all []Exchange
}

// ServeHTTP lets the server behind it answer, and listens.
func (r *Recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	sent, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return
	}
	req.Body = io.NopCloser(bytes.NewReader(sent))
	kept := req.Clone(req.Context())
	t := &tee{ResponseWriter: w, status: http.StatusOK}
	r.Next.ServeHTTP(t, req)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, Exchange{Operation: operationOf(kept), Request: kept, Sent: sent,
		Status: t.status, Header: w.Header().Clone(), Answer: t.body.Bytes()})
}

// Exchanges returns what was recorded so far.
func (r *Recorder) Exchanges() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Exchange(nil), r.all...)
}

// operationOf names the operation of a request.
func operationOf(r *http.Request) string {
	path := strings.TrimPrefix(r.URL.EscapedPath(), basePath)
	for _, op := range api.Operations() {
		// .../ipsec_tunnels/psk looks like an operation on one tunnel but for its method, so the first match is right.
		if op.Matches(r.Method, path) {
			return op.Name
		}
	}
	return r.Method + " " + path
}

// tee is a ResponseWriter that keeps a copy.
type tee struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader keeps the status.
func (t *tee) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

// Write keeps the bytes.
func (t *tee) Write(b []byte) (int, error) {
	t.body.Write(b)
	return t.ResponseWriter.Write(b)
}
