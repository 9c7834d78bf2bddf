package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// Sender sends what was built. It is made together with its client and cannot be had from one, so that whoever holds a Client or an
// AccountClient only can change nothing.
type Sender struct{ client *Client }

// NewSender checks the options and builds a client with its Sender. It sends nothing.
func NewSender(o Options) (*Sender, error) {
	client, err := New(o)
	if err != nil {
		return nil, err
	}
	return &Sender{client}, nil
}

// Client returns the client whose requests this Sender sends.
func (s *Sender) Client() *Client { return s.client }

// MakeReadOnly has every change refused from now on, in the transport. There is no way back: a session whose account turns out to be
// protected stays so.
func (s *Sender) MakeReadOnly() { s.client.readOnly.Store(true) }

// Answer is what the server said to a request that it carried out.
type Answer struct {
	// Objects are the changed objects as the server has them now: one, or several of a bulk update. A deletion has none, and a dry run
	// need not have any.
	Objects []json.RawMessage
	PSK     PSK       // of BuildGeneratePSK
	PSKs    PSKResult // of BuildSetPSKs

	id string
}

// ID returns the id of the only object, or "" when there is none.
func (a Answer) ID() string { return a.id }

// Into decodes the only object into v, which points to a value of its Go type.
func (a Answer) Into(v any) error {
	if len(a.Objects) != 1 {
		return errors.New("the answer does not hold one object")
	}
	return decodeInto(a.Objects[0], v)
}

// Send sends exactly the bytes that were built, once: a request that was handed over before is refused, whatever became of it.
// Only a dry run can be sent again.
func (s *Sender) Send(ctx context.Context, r Request) (Answer, error) {
	b := r.built
	switch {
	case b == nil:
		return Answer{}, &Error{Kind: Invalid, Detail: "there is no request"}
	case b.client != s.client:
		return Answer{}, b.op.refuse(Invalid, "the request was built for another client; it was not sent")
	case b.sent != nil && !b.sent.CompareAndSwap(false, true):
		return Answer{}, b.op.refuse(Invalid, "the request was sent already; it was not sent again")
	}
	in := &call{op: b.op, args: b.args, dryRun: b.dryRun, secrets: append([]Secret(nil), b.secrets...)}
	if !b.body.IsZero() {
		in.body = []byte(b.body.Reveal())
	}
	a, err := s.client.do(context.WithValue(ctx, builtKey{}, b), in)
	if err != nil {
		return Answer{}, err
	}
	return b.read(a)
}

// builtKey carries the *built of a request through the layers.
type builtKey struct{}

// url is where the request must go.
func (b *built) url() string {
	url := b.client.base.String() + b.path
	if b.dryRun {
		url += "?validate_only=true"
	}
	return url
}

// exact lets a change through only when it is what was built: method, address and body are compared at the moment of sending, and
// the bytes that were compared are the bytes that are sent.
type exact struct{ next http.RoundTripper }

func (e *exact) RoundTrip(req *http.Request) (*http.Response, error) {
	b, _ := req.Context().Value(builtKey{}).(*built)
	if b == nil && isRead(req) {
		return e.next.RoundTrip(req)
	}
	body, err := taken(req)
	if err != nil {
		return nil, err
	}
	if what := b.differs(req, body); what != "" {
		return nil, &Error{Kind: Invalid, Method: req.Method, Path: req.URL.Path,
			Detail: "the " + what + " is not the one that was shown; the request was not sent"}
	}
	if len(body) > 0 {
		req = req.Clone(req.Context())
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	return e.next.RoundTrip(req)
}

// CloseIdleConnections closes those of the transport below.
func (e *exact) CloseIdleConnections() {
	if c, ok := e.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// differs names what of the request is not as it was built; "" when it is the same.
func (b *built) differs(req *http.Request, body []byte) string {
	switch {
	case b == nil:
		return "request" // a change that nobody has built
	case req.Method != b.op.Method:
		return "method"
	case req.URL.String() != b.url() || req.Host != "" && req.Host != b.client.base.Host:
		return "address"
	case string(body) != b.body.Reveal():
		return "body"
	}
	return ""
}

// taken reads the body of a request to its end.
func taken(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(req.Body)
	return body, errors.Join(err, req.Body.Close())
}

// one reads an answer that holds one object, under the key or directly. id is the one that was asked for; "" for a new object.
func (c Objects) one(key, id string) func(*answer) (Answer, error) {
	return func(a *answer) (Answer, error) {
		raw, err := c.client.object(a, c.kind, key)
		if err != nil {
			return Answer{}, err
		}
		if isNull(raw) {
			if a.call.dryRun || id != "" && a.status == http.StatusAccepted { // what a dry run answers is not documented
				return Answer{}, nil
			}
			return Answer{}, a.bad("the answer does not hold the object")
		}
		kept, got, err := c.codec.read(raw)
		switch {
		case err != nil:
			return Answer{}, a.wrong(err)
		case id != "" && got != "" && got != id:
			return Answer{}, a.bad("the answer is about another object than the one that was asked for")
		}
		return Answer{Objects: []json.RawMessage{kept}, id: got}, nil
	}
}

// several reads the answer to a bulk update of the objects with these ids.
func (c Objects) several(ids []string) func(*answer) (Answer, error) {
	return func(a *answer) (Answer, error) {
		result, err := c.client.result(a)
		if err != nil {
			return Answer{}, err
		}
		if err := a.applied(result, "modified"); err != nil {
			return Answer{}, err
		}
		asked := map[string]bool{"": true}
		for _, id := range ids {
			asked[id] = true
		}
		out := Answer{Objects: []json.RawMessage{}}
		list := field(result, "modified_"+c.kind.plural)
		isList := elements(list, func(value []byte) bool {
			kept, id, failed := c.codec.read(value)
			if err = failed; err == nil && !asked[id] {
				err = errOther
			}
			out.Objects = append(out.Objects, kept)
			return err == nil
		})
		switch {
		case errors.Is(err, errOther):
			return Answer{}, a.bad(err.Error())
		case err != nil:
			return Answer{}, a.wrong(err)
		case !isList && !isNull(list):
			return Answer{}, a.wrong(&json.UnmarshalTypeError{Value: "value where a list was expected"})
		}
		return out, nil
	}
}

var errOther = errors.New("the answer is about another object than those that were asked for")

// deleted reads the answer to the deletion of the object with this id.
func (c Objects) deleted(a *answer, id string) error {
	if c.kind.form == bare {
		if len(a.body) == 0 {
			return nil // CNI answers a delete with nothing at all
		}
		_, err := c.client.bare(a)
		return err
	}
	result, err := c.client.result(a)
	if err != nil {
		return err
	}
	if err := a.applied(result, "deleted"); err != nil {
		return err
	}
	var got string
	about := result
	if c.kind.form == nested {
		about = field(result, "deleted_"+c.kind.single)
	}
	if json.Unmarshal(field(about, "id"), &got) == nil && got != "" && got != id {
		return a.bad("the answer is about another object than the one that was asked for")
	}
	return nil
}
