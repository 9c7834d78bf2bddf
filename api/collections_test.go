package api_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"flarewire/api"
)

// collection is one collection of the API, as the tests of lists, of damaged objects, of operations and of requests use it. All are made
// from the client's own entries, so a new one is tested without a line here. That the entries are right is the matter of package contract.
type collection struct{ api.Shape }

func collections() []collection {
	var all []collection
	for _, shape := range api.Shapes() {
		all = append(all, collection{shape})
	}
	return all
}

// in is the collection of an account, below the prefix p1 where it is one of a prefix.
func (c collection) in(a *api.AccountClient) api.Objects {
	return a.Collection(c.Name, []string{"p1"}[:c.Parents]...)
}

// answer is the answer around a list or an object, which stand under the key of result, if there is one.
func (c collection) answer(key, value string) string {
	if key == "" {
		return result(value)
	}
	return result(`{"` + key + `":` + value + `}`)
}

func (c collection) kind(t *testing.T) kind {
	k := kind{name: c.Name, key: c.Key, odd: c.odd(t), paged: c.Paged,
		wrap: func(list string) string { return c.answer(c.Plural, list) },
		one:  func(object string) string { return c.answer(c.Single, object) },
		list: func(ctx context.Context, client *api.Client) ([]row, error) {
			list, err := c.in(client.In(account)).List(ctx)
			return rowsOf(list, err, c.id)
		}}
	if c.CanGet {
		k.get = func(ctx context.Context, client *api.Client, wanted string) (row, error) {
			o, err := c.in(client.In(account)).Get(ctx, wanted)
			return row{c.id(o), o.Undecoded()}, err
		}
	}
	if c.Paged { // without an envelope
		k.wrap = func(list string) string { return `{"items":` + list + `,"next":null}` }
		k.one = func(object string) string { return object }
	}
	return k
}

// id is what the object's own field says.
func (c collection) id(o api.Object) string {
	var fields map[string]any
	_ = json.Unmarshal(o.Values(), &fields) // no object has no id
	id, _ := fields[c.Key].(string)
	return id
}

// odd is a field, other than the id, of which a JSON list of numbers is no value.
func (c collection) odd(t *testing.T) string {
	for i := range c.Type.NumField() {
		field := c.Type.Field(i)
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if key == "" || key == "-" || key == c.Key {
			continue
		}
		if json.Unmarshal([]byte("[64512.5]"), reflect.New(field.Type).Interface()) != nil {
			return key
		}
	}
	t.Fatalf("%s has no field that a list of numbers does not fit", c.Name)
	return ""
}

// damaged is the subject of the collection's objects.
func (c collection) damaged(t *testing.T) subject {
	return subjectOf(t, c.Type, func(object string) string { return c.kind(t).wrap("[" + object + "]") },
		func(ctx context.Context, client *api.Client) (any, error) {
			o, err := oneOf(c.in(client.In(account)).List(ctx))
			return api.TypedOf(o), err
		})
}

// call adds a call for each operation that a collection can have.
func (c collection) call(t *testing.T, all map[string]func(context.Context) error, a *api.AccountClient) {
	objects := c.in(a)
	sample, err := objects.Decode(json.RawMessage(`{"id":"x1","name":"x1"}`))
	if err != nil {
		t.Fatal(err)
	}
	change := func(what string, build func() (api.Request, error)) {
		all[c.Name+what] = func(ctx context.Context) error {
			r, err := build()
			_, err = sends(ctx, r, err, nil)
			return err
		}
	}
	all[c.Name+".list"] = func(ctx context.Context) error { _, err := objects.List(ctx); return err }
	all[c.Name+".get"] = func(ctx context.Context) error { _, err := objects.Get(ctx, "x1"); return err }
	change(".create", func() (api.Request, error) { return objects.BuildCreate(sample) })
	change(".update", func() (api.Request, error) { return objects.BuildUpdate("x1", sample) })
	change(".delete", func() (api.Request, error) { return objects.BuildDelete("x1") })
	change(".bulk_update", func() (api.Request, error) { return objects.BuildBulkUpdate([]api.Object{sample}) })
}

// build adds a way to build each operation that changes something, with objects that are filled by chance.
func (c collection) build(all map[string]func(*rand.Rand) (api.Request, error), objects api.Objects) {
	object := func(r *rand.Rand) api.Object { return api.ObjectOf(onServer(filledOf(r, c.Type), r)) }
	all[c.Name+".create"] = func(r *rand.Rand) (api.Request, error) { return objects.BuildCreate(api.ObjectOf(filledOf(r, c.Type))) }
	all[c.Name+".update"] = func(r *rand.Rand) (api.Request, error) { return objects.BuildUpdate(word(r), object(r)) }
	all[c.Name+".delete"] = func(r *rand.Rand) (api.Request, error) { return objects.BuildDelete(word(r)) }
	all[c.Name+".bulk_update"] = func(r *rand.Rand) (api.Request, error) {
		return objects.BuildBulkUpdate([]api.Object{object(r), object(r)})
	}
}

// TestEveryCollectionOfAnAccountIsThere: each Collection field of the client is made by Client.In, and each is one of collections.
func TestEveryCollectionOfAnAccountIsThere(t *testing.T) {
	client, _ := serve(t, says(200, "{}"))
	a := reflect.ValueOf(client.In(account)).Elem()
	typed := map[string]string{}
	for i := range a.NumField() {
		field := a.Type().Field(i)
		if list := a.Field(i).MethodByName("List"); field.IsExported() && list.IsValid() {
			typed[list.Type().Out(0).Elem().Name()] = field.Name
			if a.Field(i).FieldByName("resource").IsNil() {
				t.Errorf("AccountClient.%s is not made by Client.In", field.Name)
			}
		}
	}
	for _, c := range collections() {
		if c.Parents == 0 && typed[c.Type.Name()] == "" {
			t.Errorf("AccountClient has no collection of %s", c.Name)
		}
		delete(typed, c.Type.Name())
	}
	for _, field := range typed {
		t.Errorf("AccountClient.%s is not in collections", field)
	}
}
