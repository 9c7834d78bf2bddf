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
		switch cursor, err = a.cursor(body); {
		case err != nil:
			return nil, err
		case cursor == "":
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

// cursor reads "next", a number by the documents; a text is accepted too. Anything else does not say whether the list goes on.
func (a *answer) cursor(body []byte) (string, error) {
	next := field(body, "next")
	if isNull(next) {
		return "", nil
	}
	var text string
	if json.Unmarshal(next, &text) == nil {
		return text, nil
	}
	var number json.Number
	if json.Unmarshal(next, &number) == nil {
		return number.String(), nil
	}
	return "", a.unusable("where the number of the next page should be is " + describe(next))
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

// refuseUndecoded refuses to send an object with a field that could not be decoded and that nobody has set since: its zero value
// would take the place of what is really there.
func refuseUndecoded(op *Operation, values []byte, undecoded, keys []string) error {
	paths := unset(values, undecoded, keys)
	if len(paths) == 0 {
		return nil
	}
	e := op.refuse(Invalid, "Cloudflare sent "+strings.Join(paths, ", ")+
		" in a form that cannot be read, so it would be overwritten; nothing was sent")
	e.Field = paths[0]
	return e
}

// one decodes an answer that is one object, under the key or directly.
func (c Collection[T]) one(a *answer, key string) (T, error) {
	var v T
	raw, err := c.client.object(a, &c.resource.kind, key)
	if err != nil {
		return v, err
	}
	if isNull(raw) {
		return v, a.bad("the answer does not hold the object")
	}
	if err := decodeInto(raw, &v); err != nil {
		return *new(T), a.wrong(err)
	}
	return v, nil
}

// object finds the object in the answer: the documents and the recorded answers disagree on whether a create gives it directly
// or as the only element of a list.
func (c *Client) object(a *answer, k *kind, key string) (json.RawMessage, error) {
	if k.form == bare {
		return c.bare(a)
	}
	result, err := c.result(a)
	if err != nil || result == nil || k.form == plain {
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
