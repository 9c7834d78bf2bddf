package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"

	"flarewire/internal/secret"
)

// Request is one change of the account, built and not sent. What it shows is what a Sender sends: the same method, path and bytes,
// with secrets replaced. The zero Request is none and cannot be sent.
type Request struct{ built *built }

// built is the content of a Request. It is never changed.
type built struct {
	client  *Client
	op      *Operation
	args    []string
	path    string
	body    Secret          // the bytes to send; zero for none
	shown   json.RawMessage // the same for people's eyes; nil for none
	secrets []Secret        // values in body that must not come back in an error text
	read    func(*answer) (Answer, error)
	dryRun  bool
	sent    *atomic.Bool // nil for a dry run, which may be repeated
}

// build makes the request of an operation. read takes the answer apart.
func (c *Client) build(op *Operation, args []string, body []byte, read func(*answer) (Answer, error)) (Request, error) {
	path, err := op.expand(args)
	if err != nil {
		return Request{}, err
	}
	b := &built{client: c, op: op, args: args, path: path, body: NewSecret(string(body)), secrets: secret.FieldsOf(body), read: read,
		sent: &atomic.Bool{}}
	if len(body) > 0 {
		b.shown = masked(body)
	}
	return Request{b}, nil
}

// IsZero reports whether there is no request.
func (r Request) IsZero() bool { return r.built == nil }

// Operation returns what the request asks of the API.
func (r Request) Operation() Operation {
	if r.built == nil {
		return Operation{}
	}
	return *r.built.op
}

// Method returns the HTTP method.
func (r Request) Method() string { return r.Operation().Method }

// Path returns the path below the base URL, escaped as it is sent.
func (r Request) Path() string {
	if r.built == nil {
		return ""
	}
	return r.built.path
}

// Body returns the JSON that is sent, with secrets replaced; nil for none. The bytes are shared: do not change them.
func (r Request) Body() json.RawMessage {
	if r.built == nil {
		return nil
	}
	return r.built.shown
}

// DryRun returns the same request with validate_only, by which the server checks it and changes nothing. ok is false where the
// API does not state it.
func (r Request) DryRun() (dry Request, ok bool) {
	if r.built == nil || !r.built.op.ValidateOnly {
		return Request{}, false
	}
	b := *r.built
	b.dryRun, b.sent = true, nil
	return Request{&b}, true
}

// String returns method and path.
func (r Request) String() string { return r.Method() + " " + r.Path() }

// secretsOf returns the secret values of a change that is being sent.
func secretsOf(req *http.Request) []Secret {
	if b, _ := req.Context().Value(builtKey{}).(*built); b != nil {
		return b.secrets
	}
	return nil
}

// Format prints method and path for every verb and flag.
func (r Request) Format(state fmt.State, _ rune) { _, _ = state.Write([]byte(r.String())) }

// MarshalJSON writes what the request shows.
func (r Request) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Method string          `json:"method"`
		Path   string          `json:"path"`
		Body   json.RawMessage `json:"body,omitempty"`
	}{r.Method(), r.Path(), r.Body()})
}

// BuildCreate builds the request for a new object. See Objects.BuildCreate.
func (c Collection[T]) BuildCreate(v T) (Request, error) { return c.Objects().BuildCreate(ObjectOf(v)) }

// BuildUpdate builds the request that changes an object. See Objects.BuildUpdate.
func (c Collection[T]) BuildUpdate(id string, v T) (Request, error) {
	return c.Objects().BuildUpdate(id, ObjectOf(v))
}

// BuildDelete builds the request that removes an object. See Objects.BuildDelete.
func (c Collection[T]) BuildDelete(id string) (Request, error) { return c.Objects().BuildDelete(id) }

// BuildBulkUpdate builds the request that changes several objects at once. See Objects.BuildBulkUpdate.
func (c Collection[T]) BuildBulkUpdate(list []T) (Request, error) {
	objects := make([]Object, len(list))
	for i := range list {
		objects[i] = ObjectOf(list[i])
	}
	return c.Objects().BuildBulkUpdate(objects)
}

// operation is one operation of the kind, or the error that says that the API does not have it.
func (c Objects) operation(a abilities) (*Operation, error) {
	op := c.kind.operation(a)
	if c.kind.can&a == 0 {
		return nil, op.refuse(Unsupported, "the API has no such operation for "+c.kind.title()+"; nothing was sent")
	}
	return &op, nil
}

func (c Objects) args(id ...string) []string { return append(slices.Clone(c.parents), id...) }

// BuildCreate builds the request for a new object. The answer holds it as the server stored it.
func (c Objects) BuildCreate(o Object) (Request, error) {
	op, err := c.operation(canCreate)
	if err != nil {
		return Request{}, err
	}
	body, err := c.body(op, o, c.kind.create, false)
	if err != nil {
		return Request{}, err
	}
	return c.client.build(op, c.args(), body, c.one(c.kind.plural, ""))
}

// BuildUpdate builds the request that changes an object. Start from the object as it was read, so that all its writable fields are
// sent: then it does not matter whether the server merges or replaces. A field that cannot be changed by update (a GRE tunnel's
// bgp) is not sent; compare the object of the answer with what was wanted.
func (c Objects) BuildUpdate(id string, o Object) (Request, error) {
	op, err := c.operation(canUpdate)
	if err != nil {
		return Request{}, err
	}
	body, err := c.body(op, o, c.kind.modify, true)
	if err != nil {
		return Request{}, err
	}
	return c.client.build(op, c.args(id), body, c.one("modified_"+c.kind.single, id))
}

// BuildDelete builds the request that removes an object. Cloudflare deletes with a delay: Get may find it for some seconds more.
func (c Objects) BuildDelete(id string) (Request, error) {
	op, err := c.operation(canDelete)
	if err != nil {
		return Request{}, err
	}
	return c.client.build(op, c.args(id), nil, func(a *answer) (Answer, error) { return Answer{}, c.deleted(a, id) })
}

// BuildBulkUpdate builds the request that changes several objects at once; every one needs its id. See BuildUpdate.
func (c Objects) BuildBulkUpdate(list []Object) (Request, error) {
	op, err := c.operation(canBulk)
	if err != nil {
		return Request{}, err
	}
	if len(list) == 0 {
		return Request{}, op.refuse(Invalid, "there is nothing to change; nothing was sent")
	}
	parts, ids := make([]json.RawMessage, len(list)), make([]string, len(list))
	for i, o := range list {
		if parts[i], err = c.body(op, o, append([]string{"id"}, c.kind.modify...), true); err != nil {
			return Request{}, err
		}
		if json.Unmarshal(field(parts[i], "id"), &ids[i]) != nil || ids[i] == "" {
			return Request{}, op.refuse(Invalid, "one of the objects has no id; nothing was sent")
		}
	}
	body, err := encode(map[string][]json.RawMessage{c.kind.plural: parts})
	if err != nil {
		return Request{}, err
	}
	return c.client.build(op, c.args(), body, c.several(ids))
}

// body is the JSON of an object in a request. What is unknown inside of nested objects goes along: of values that the object was made
// from, and of the server's object, also when that is gone and is to be created again.
func (c Objects) body(op *Operation, o Object, keys []string, modify bool) ([]byte, error) {
	var before json.RawMessage
	if modify {
		before = o.JSON()
	}
	values, err := c.codec.prepared(c.parents[0], o)
	if err == nil {
		if err := refuseUndecoded(op, values, o.Undecoded(), keys); err != nil {
			return nil, err
		}
		values = withUnknown(c.codec.goType(), values, o.values, true)
		values = withUnknown(c.codec.goType(), values, o.JSON(), false)
		values, err = c.kind.body(o, values, before, keys)
	}
	if err != nil {
		return nil, op.refuse(Invalid, "the values cannot be written as JSON; nothing was sent")
	}
	return values, nil
}

// BuildBGPPrefixChange builds the request that changes exactly what is set of a BGP prefix. To advertise takes 2 to 7 minutes, to
// withdraw about 15.
func (a *AccountClient) BuildBGPPrefixChange(prefixID, bgpPrefixID string, change BGPPrefixChange) (Request, error) {
	if change == (BGPPrefixChange{}) {
		return Request{}, opChangeBGPPrefix.refuse(Invalid, "there is nothing to change; nothing was sent")
	}
	if n := change.ASNPrependCount; n != nil && (*n < 0 || *n > 3) {
		return Request{}, opChangeBGPPrefix.refuse(Invalid, "the AS path can be prepended 0 to 3 times; nothing was sent")
	}
	body, err := encode(change)
	if err != nil {
		return Request{}, err
	}
	return a.client.build(&opChangeBGPPrefix, []string{a.ID, prefixID, bgpPrefixID}, body,
		a.BGPPrefixes(prefixID).Objects().one("", bgpPrefixID))
}

// BuildValidatePrefix builds the request by which Cloudflare checks IRR, RPKI and ownership again. The check goes on after the answer.
func (a *AccountClient) BuildValidatePrefix(prefixID string) (Request, error) {
	return a.client.build(&opValidatePrefix, []string{a.ID, prefixID}, nil, a.Prefixes.Objects().one("", prefixID))
}

// BuildCNISettings builds the request that changes the CNI settings.
func (a *AccountClient) BuildCNISettings(s CNISettings) (Request, error) {
	body, err := encode(s)
	if err != nil {
		return Request{}, err
	}
	return a.client.build(&opSetCNISettings, []string{a.ID}, body, func(got *answer) (Answer, error) {
		now, err := bareIn[CNISettings](a.client, got)
		if err != nil {
			return Answer{}, err
		}
		return Answer{Objects: []json.RawMessage{now.JSON()}}, nil
	})
}
