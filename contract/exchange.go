package contract

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
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

// ServeHTTP lets the server behind it answer, and keeps the exchange before the client can see the answer: what a client has heard
// is in the record.
func (r *Recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	sent, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, "the body could not be read", http.StatusBadRequest)
		return
	}
	req.Body = io.NopCloser(bytes.NewReader(sent))
	kept := req.Clone(req.Context())
	answer := httptest.NewRecorder()
	r.Next.ServeHTTP(answer, req)
	r.keep(Exchange{Operation: operationOf(kept), Request: kept, Sent: sent,
		Status: answer.Code, Header: answer.Header().Clone(), Answer: bytes.Clone(answer.Body.Bytes())})
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // a client that has gone away sees its own error
}

func (r *Recorder) keep(e Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, e)
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
