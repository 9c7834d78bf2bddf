package api

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// Object is one object of any kind without its Go type, for code that treats all kinds alike. Its zero value is no object.
type Object struct {
	typed  any             // the object with its Go type; nil when it was made by With
	values json.RawMessage // of an object made by With
	server json.RawMessage // of an object made by With
	key    Secret          // of an object made by With
	odd    []string        // of an object made by With: see Undecoded
}

// secretHolder is an object with a write-only value, which is in no JSON of it.
type secretHolder interface{ writeOnly() Secret }

// ObjectOf wraps an object of one of this package's types, for example a Route.
func ObjectOf(v any) Object { return Object{typed: v} }

// As returns the object with its Go type; ok is false when it is of another type, or was made by With.
func As[T any](o Object) (v T, ok bool) {
	v, ok = o.typed.(T)
	return v, ok
}

// Values returns the object as this package understands it: without unknown fields and without write-only secrets.
func (o Object) Values() json.RawMessage {
	if o.typed == nil {
		return o.values
	}
	values, err := encode(o.typed)
	if err != nil {
		return nil // this package's types can always be encoded
	}
	return values
}

// JSON returns the object as the server sent it, or nil for an object that was not read from the server. The bytes are shared: do
// not change them.
func (o Object) JSON() json.RawMessage {
	if h, ok := o.typed.(interface{ JSON() json.RawMessage }); ok {
		return h.JSON()
	}
	return o.server
}

// Undecoded names the fields of the server's object that could not be decoded; see Raw.
func (o Object) Undecoded() []string {
	if h, ok := o.typed.(interface{ Undecoded() []string }); ok {
		return h.Undecoded()
	}
	return o.odd
}

// With returns an object with other values that starts from o as the server has it. Its write-only secret is the one of from.
func (o Object) With(values json.RawMessage, from Object) Object {
	return Object{values: values, server: o.JSON(), key: from.secret(), odd: o.Undecoded()}
}

func (o Object) secret() Secret {
	if h, ok := o.typed.(secretHolder); ok {
		return h.writeOnly()
	}
	return o.key
}

// codec is what Objects need of the Go type of a kind.
type codec interface {
	decode(values json.RawMessage) (Object, error)
	prepared(account string, o Object) (json.RawMessage, error)
	read(raw json.RawMessage) (kept json.RawMessage, id string, err error)
	goType() reflect.Type
}

// Objects is a Collection without the Go type of its objects.
type Objects struct {
	client  *Client
	kind    *kind
	codec   codec
	parents []string
	list    func(context.Context) ([]Object, error)
	get     func(context.Context, string) (Object, error)
}

// Objects returns the collection without the Go type of its objects.
func (c Collection[T]) Objects() Objects {
	return Objects{client: c.client, kind: &c.resource.kind, codec: c.resource, parents: c.parents,
		list: func(ctx context.Context) ([]Object, error) {
			list, err := c.List(ctx)
			out := make([]Object, len(list))
			for i := range list {
				out[i] = ObjectOf(list[i])
			}
			return out, err
		},
		get: func(ctx context.Context, id string) (Object, error) {
			v, err := c.Get(ctx, id)
			return ObjectOf(v), err
		}}
}

// List returns all objects. See Collection.List.
func (c Objects) List(ctx context.Context) ([]Object, error) { return c.list(ctx) }

// Get returns one object; an answer with another id than the one that was asked for is an error. See Collection.Get.
func (c Objects) Get(ctx context.Context, id string) (Object, error) { return c.get(ctx, id) }

// Settable reports whether a create or an update can set the field with this dotted path.
func (c Objects) Settable(path string) bool {
	key, _, _ := strings.Cut(path, ".")
	return c.kind.can&canCreate != 0 && slices.Contains(c.kind.create, key) ||
		c.kind.can&canUpdate != 0 && slices.Contains(c.kind.modify, key)
}

// Decode makes an object of values that did not come from the server. Fields that the kind does not have are left out.
func (c Objects) Decode(values json.RawMessage) (Object, error) { return c.codec.decode(values) }
