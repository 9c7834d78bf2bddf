package api

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Collection is the objects of one kind in one account, or below one prefix. An operation that the API does not have fails
// with Unsupported; nothing is sent then.
type Collection[T any] struct {
	client   *Client
	resource *resource[T]
	parents  []string // the path's parameters before the object's id; the account first
	filter   url.Values
}

func collect[T any](c *Client, r *resource[T], parents ...string) Collection[T] {
	return Collection[T]{client: c, resource: r, parents: parents}
}

// Where returns the collection narrowed by a query parameter of its list, for example "site" of the CNI slots.
// A parameter that the API does not have makes List fail with Unsupported.
func (c Collection[T]) Where(key, value string) Collection[T] {
	filter := url.Values{}
	for k, v := range c.filter {
		filter[k] = v
	}
	filter.Set(key, value)
	c.filter = filter
	return c
}

// call prepares one operation, or says that the API does not have it.
func (c Collection[T]) call(a abilities, args ...string) (*call, error) {
	op := c.resource.operation(a)
	if c.resource.can&a == 0 {
		return nil, op.refuse(Unsupported, "the API has no such operation for "+c.resource.title()+"; nothing was sent")
	}
	return &call{op: &op, args: append(slices.Clone(c.parents), args...)}, nil
}

// List returns all objects; pages are followed to the end. An answer without the list is an error, never an empty list. When only
// some of the list can be used, List returns those together with a *PartialError.
func (c Collection[T]) List(ctx context.Context) ([]T, error) {
	in, err := c.call(canList)
	if err != nil {
		return nil, err
	}
	for key := range c.filter {
		if !slices.Contains(c.resource.filters, key) {
			return nil, in.op.refuse(Unsupported, "the list of "+c.resource.title()+" has no filter "+strconv.Quote(clean(key)))
		}
	}
	if c.resource.form == bare {
		return c.listPages(ctx, in)
	}
	in.query = c.filter
	a, err := c.client.do(ctx, in)
	if err != nil {
		return nil, err
	}
	result, err := c.client.result(a)
	if err != nil {
		return nil, err
	}
	if c.resource.form == nested {
		if result == nil || result[0] != '{' {
			return nil, a.noList(c.resource.title(), nil)
		}
		result = field(result, c.resource.plural)
	}
	return decodeList(a, result, c.resource.title(), c.resource.id)
}

// listPages follows the cursor of a list without envelope. A cursor that was seen before ends in an error instead of a loop, and
// so does a list that does not end.
func (c Collection[T]) listPages(ctx context.Context, in *call) ([]T, error) {
	all := []T{}
	list := &listing{title: c.resource.title()}
	seen := map[string]bool{}
	pages := c.client.paging()
	for cursor := ""; ; {
		page := *in
		page.query = url.Values{}
		for k, v := range c.filter {
			page.query[k] = v
		}
		if cursor != "" {
			page.query.Set("cursor", cursor)
		}
		a, err := c.client.do(ctx, &page)
		if err != nil {
			return nil, err
		}
		body, err := c.client.bare(a)
		if err != nil {
			return nil, err
		}
		if all, err = appendList(all, list, a, field(body, "items"), c.resource.id); err != nil {
			return nil, err
		}
		if cursor = cursorOf(body); cursor == "" {
			return all, list.err(a)
		}
		if seen[cursor] {
			return nil, a.bad("the pages go round in a circle: cursor " + strconv.Quote(clean(shorten(cursor, maxSample))) + " came twice")
		}
		seen[cursor] = true
		if err := pages.more(a); err != nil {
			return nil, err
		}
	}
}

// cursorOf reads "next", a number by the documents; a text is accepted too.
func cursorOf(body []byte) string {
	next := field(body, "next")
	if isNull(next) {
		return ""
	}
	var text string
	if json.Unmarshal(next, &text) == nil {
		return text
	}
	return string(next)
}

// Get returns one object by its id (CNI interconnects: by their name). An answer about another object is an error.
func (c Collection[T]) Get(ctx context.Context, id string) (T, error) {
	in, err := c.call(canGet, id)
	if err != nil {
		return *new(T), err
	}
	a, err := c.client.do(ctx, in)
	if err != nil {
		return *new(T), err
	}
	v, err := c.one(a, c.resource.single)
	if err == nil {
		err = a.sameID(id, c.resource.id(&v))
	}
	if err != nil {
		return *new(T), err
	}
	return v, nil
}

// Create makes a new object and returns it as the server stored it. With ValidateOnly the object may be empty.
func (c Collection[T]) Create(ctx context.Context, v T, options ...WriteOption) (T, error) {
	in, err := c.call(canCreate)
	if err != nil {
		return *new(T), err
	}
	if err := c.fill(in, &v, c.resource.create, false); err != nil {
		return *new(T), err
	}
	in.apply(options)
	return c.send(ctx, in, c.resource.plural)
}

// Update changes an object. Start from the object as it was read, so that all its writable fields are sent: then it does not
// matter whether the server merges or replaces. A field that cannot be changed by update (a GRE tunnel's bgp) is not sent;
// compare the result with what was wanted.
func (c Collection[T]) Update(ctx context.Context, id string, v T, options ...WriteOption) (T, error) {
	in, err := c.call(canUpdate, id)
	if err != nil {
		return *new(T), err
	}
	if err := c.fill(in, &v, c.resource.modify, true); err != nil {
		return *new(T), err
	}
	in.apply(options)
	return c.send(ctx, in, "modified_"+c.resource.single)
}

// Delete removes an object. Cloudflare deletes with a delay: Get may find it for some seconds more.
func (c Collection[T]) Delete(ctx context.Context, id string, options ...WriteOption) error {
	in, err := c.call(canDelete, id)
	if err != nil {
		return err
	}
	in.apply(options)
	a, err := c.client.do(ctx, in)
	if err != nil {
		return err
	}
	if c.resource.form == bare && len(a.body) == 0 {
		return nil // CNI answers a delete with nothing at all
	}
	if c.resource.form == bare {
		_, err = c.client.bare(a)
		return err
	}
	result, err := c.client.result(a)
	if err != nil {
		return err
	}
	return a.applied(result, "deleted")
}

// BulkUpdate changes several objects in one request; every one needs its id. See Update.
func (c Collection[T]) BulkUpdate(ctx context.Context, list []T, options ...WriteOption) ([]T, error) {
	in, err := c.call(canBulk)
	if err != nil {
		return nil, err
	}
	if err := c.fillBulk(in, list); err != nil {
		return nil, err
	}
	in.apply(options)
	a, err := c.client.do(ctx, in)
	if err != nil {
		return nil, err
	}
	result, err := c.client.result(a)
	if err != nil {
		return nil, err
	}
	if err := a.applied(result, "modified"); err != nil {
		return nil, err
	}
	changed := field(result, "modified_"+c.resource.plural)
	if isNull(changed) {
		return []T{}, nil // what was changed is read back anyway
	}
	return decodeList(a, changed, c.resource.title(), c.resource.id)
}

func (c Collection[T]) fill(in *call, v *T, keys []string, modify bool) error {
	if c.resource.prepare != nil {
		c.resource.prepare(c.parents[0], v)
	}
	if err := refuseUndecoded(in, v, keys); err != nil {
		return err
	}
	body, secrets, err := c.resource.body(v, keys, modify)
	if err != nil {
		return in.op.refuse(Invalid, "the values cannot be written as JSON; nothing was sent")
	}
	in.body, in.secrets = body, secrets
	return nil
}

func (c Collection[T]) fillBulk(in *call, list []T) error {
	if len(list) == 0 {
		return in.op.refuse(Invalid, "there is nothing to change; nothing was sent")
	}
	parts := make([]json.RawMessage, len(list))
	for i := range list {
		v := list[i]
		if c.resource.id(&v) == "" {
			return in.op.refuse(Invalid, "one of the objects has no id; nothing was sent")
		}
		one := *in
		if err := c.fill(&one, &v, append([]string{"id"}, c.resource.modify...), true); err != nil {
			return err
		}
		parts[i] = one.body
		in.secrets = append(in.secrets, one.secrets...)
	}
	body, err := encode(map[string][]json.RawMessage{c.resource.plural: parts})
	in.body = body
	return err
}

// refuseUndecoded refuses to send an object with a field that could not be decoded and that nobody has set since: its zero value
// would take the place of what is really there.
func refuseUndecoded(in *call, v any, keys []string) error {
	h, ok := v.(rawHolder)
	if !ok || len(h.Undecoded()) == 0 {
		return nil
	}
	object, err := encode(v)
	if err != nil {
		return in.op.refuse(Invalid, "the values cannot be written as JSON; nothing was sent")
	}
	if paths := unset(object, h.Undecoded(), keys); len(paths) > 0 {
		e := in.op.refuse(Invalid, "Cloudflare sent "+strings.Join(paths, ", ")+" in a form that cannot be read, so it would be overwritten; nothing was sent")
		e.Field = paths[0]
		return e
	}
	return nil
}

// send does a call whose answer is one object, under the key or directly.
func (c Collection[T]) send(ctx context.Context, in *call, key string) (T, error) {
	a, err := c.client.do(ctx, in)
	if err != nil {
		return *new(T), err
	}
	return c.one(a, key)
}

// one decodes an answer that is one object.
func (c Collection[T]) one(a *answer, key string) (T, error) {
	var v T
	raw, err := c.object(a, key)
	if err != nil {
		return v, err
	}
	if isNull(raw) {
		if a.call.dryRun {
			return v, nil // what a dry run answers is not documented
		}
		return v, a.bad("the answer does not hold the object")
	}
	if err := decodeInto(raw, &v); err != nil {
		return *new(T), a.wrong(err)
	}
	return v, nil
}

// object finds the object in the answer: the documents and the recorded answers disagree on whether a create gives it directly
// or as the only element of a list.
func (c Collection[T]) object(a *answer, key string) (json.RawMessage, error) {
	if c.resource.form == bare {
		return c.client.bare(a)
	}
	result, err := c.client.result(a)
	if err != nil || result == nil || c.resource.form == plain {
		return result, err
	}
	if err := a.applied(result, "modified"); err != nil {
		return nil, err
	}
	inner := field(result, key)
	switch {
	case inner == nil && field(result, "id") != nil:
		return result, nil
	case len(inner) > 0 && inner[0] == '[':
		var first json.RawMessage
		elements(inner, func(value []byte) bool { first = value; return false })
		return first, nil
	}
	return inner, nil
}

// applied turns modified:false and deleted:false into an error: the server says success, and that nothing happened.
// A dry run changes nothing by definition.
func (a *answer) applied(result json.RawMessage, flag string) error {
	if a.call.dryRun || string(field(result, flag)) != "false" {
		return nil
	}
	e := a.error(NotApplied)
	e.Detail = "success, but " + flag + " is false"
	return e
}
