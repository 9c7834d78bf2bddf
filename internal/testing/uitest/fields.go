package uitest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/tui/form"
	"flarewire/tui/resource"
)

// Fields says where the fields of a kind of object are to be found, for a test that finds one that was wired in half.
type Fields[T any] struct {
	Kind kind.Kind
	// Form and FieldOf are those of the kind's editor; FieldOf may be nil. Form nil: the kind has no form.
	Form    func(title string, object T, submit func(T) tea.Cmd) form.Options
	FieldOf func(path string) string
	// Page are the sections of the detail page.
	Page func(T) []resource.Section
	// NotInForm and NotOnPage are fields that are left out on purpose, with the reason; one that ends in "." is all below it.
	NotInForm, NotOnPage map[string]string
	// Created: there is no form for changing an object, so the form does not begin with one.
	Created bool
	// Like fills the fields that cannot hold just any value: a path of the API and its value.
	Like map[string]any
}

// Check fails for a field of the API that was wired in half: each has to be on the page, and each that can be set in the form,
// from the object into the form and back.
func (f Fields[T]) Check(t *testing.T) {
	t.Helper()
	whole := map[string]any{}
	paths := f.fill(whole, reflect.TypeFor[T](), "")
	settable := f.settable()
	used := map[string]bool{}
	page := f.page(decoded[T](t, whole))
	var keys []string
	values := form.Values{}
	if f.Form != nil {
		o := f.Form("edit", decoded[T](t, whole), nil)
		values = o.Values
		for _, s := range o.Sections {
			for _, field := range s.Fields {
				keys = append(keys, field.Key)
			}
		}
	}
	for _, path := range paths {
		less := without(t, whole, path)
		if why := leftOut(f.NotOnPage, path, used); why == "" && f.page(decoded[T](t, less)) == page {
			t.Errorf("%s: %s is not on the page of the object (or write in NotOnPage why)", f.Kind, path)
		}
		if f.Form == nil || !settable(path) {
			continue
		}
		if why := leftOut(f.NotInForm, path, used); why != "" {
			continue
		}
		f.checkForm(t, path, keys, whole, less, values)
	}
	for _, left := range []map[string]string{f.NotInForm, f.NotOnPage} {
		for path := range left {
			if !used[path] {
				t.Errorf("%s: %s is left out, and is no field any more", f.Kind, path)
			}
		}
	}
}

// checkForm fails when a field of the API has no field in the form, is not shown there, or is lost when the form is sent.
func (f Fields[T]) checkForm(t *testing.T, path string, keys []string, whole, less map[string]any, values form.Values) {
	t.Helper()
	key := path
	if f.FieldOf != nil {
		key = f.FieldOf(path)
	}
	switch {
	case !slices.Contains(keys, key):
		t.Errorf("%s: %s has no field %q in the form (or write in NotInForm why)", f.Kind, path, key)
		return
	case f.Created:
		values[key] = fmt.Sprint(at(whole, path))
	case f.Form("edit", decoded[T](t, less), nil).Values[key] == values[key]:
		t.Errorf("%s: the form does not begin with the %s of the object", f.Kind, path)
	}
	var sent T
	f.Form("edit", decoded[T](t, less), func(v T) tea.Cmd { sent = v; return nil }).Submit(values)
	raw, err := json.Marshal(sent)
	var got map[string]any
	if err != nil || json.Unmarshal(raw, &got) != nil {
		t.Fatal(err)
	}
	if want, is := fmt.Sprint(at(whole, path)), fmt.Sprint(at(got, path)); want != is {
		t.Errorf("%s: the form takes %s as %s, and sends %s", f.Kind, path, want, is)
	}
}

// settable reports which paths a create or an update of the kind may send.
func (f Fields[T]) settable() func(string) bool {
	client, err := api.New(api.Options{Credentials: api.Credentials{Token: api.NewSecret("0123456789")}})
	if err != nil {
		return func(string) bool { return true }
	}
	var of []string
	if f.Kind.Detail() {
		of = []string{"parent"}
	}
	return client.In("account").Collection(string(f.Kind), of...).Settable
}

// page is all that the detail page says.
func (f Fields[T]) page(v T) string {
	var text strings.Builder
	for _, s := range f.Page(v) {
		text.WriteString(s.Title + "\n")
		for _, field := range s.Fields {
			text.WriteString(field.Label + "\t" + field.Value + "\t" + field.Note + "\n")
		}
	}
	return text.String()
}

// fill gives every field of a type that is decoded from JSON a value, and returns the paths.
func (f Fields[T]) fill(into map[string]any, typ reflect.Type, prefix string) []string {
	var paths []string
	for i := range typ.NumField() {
		field := typ.Field(i)
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if key == "" || key == "-" {
			continue
		}
		path := prefix + key
		of := field.Type
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		if like, ok := f.Like[path]; ok {
			into[key] = like
			paths = append(paths, path)
			continue
		}
		_, text := reflect.New(of).Interface().(json.Unmarshaler)
		switch {
		case of.Kind() == reflect.Struct && !text:
			below := map[string]any{}
			into[key] = below
			paths = append(paths, f.fill(below, of, path+".")...)
			continue
		case of.Kind() == reflect.Struct:
			into[key] = "2026-02-03T04:05:06Z"
		case of.Kind() == reflect.String:
			into[key] = "text-of-" + key
		case of.Kind() == reflect.Bool:
			into[key] = true
		case of.Kind() == reflect.Slice && of.Elem().Kind() == reflect.String:
			into[key] = []any{"one-of-" + key}
		case of.Kind() == reflect.Slice:
			continue
		default:
			into[key] = 77
		}
		paths = append(paths, path)
	}
	return paths
}

func decoded[T any](t *testing.T, values map[string]any) T {
	t.Helper()
	var v T
	raw, err := json.Marshal(values)
	if err == nil {
		err = json.Unmarshal(raw, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// without is a copy of the values that lacks one path.
func without(t *testing.T, values map[string]any, path string) map[string]any {
	t.Helper()
	out := decoded[map[string]any](t, values)
	keys := strings.Split(path, ".")
	object := out
	for _, key := range keys[:len(keys)-1] {
		object = object[key].(map[string]any)
	}
	delete(object, keys[len(keys)-1])
	return out
}

func at(values map[string]any, path string) any {
	var v any = values
	for key := range strings.SplitSeq(path, ".") {
		object, _ := v.(map[string]any)
		v = object[key]
	}
	return v
}

func leftOut(reasons map[string]string, path string, used map[string]bool) string {
	for left, why := range reasons {
		if left == path || strings.HasSuffix(left, ".") && strings.HasPrefix(path, left) {
			used[left] = true
			return why
		}
	}
	return ""
}
