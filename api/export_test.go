package api

import (
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
)

// SenderOf returns the sender of the client that built the request. Outside of this package's tests there is no way to it.
func SenderOf(r Request) *Sender { return &Sender{r.built.client} }

// Shape is a collection by its entry.
type Shape struct {
	Name           string
	Plural, Single string // the keys of the list and of one object in result, where there are any
	Key            string // the field that names an object
	Type           reflect.Type
	Parents        int // what its objects are below, beside the account
	Paged          bool
	CanGet         bool
}

// Shapes are all collections.
func Shapes() []Shape {
	var all []Shape
	for _, c := range collections {
		k := c.about()
		s := Shape{Name: k.name, Parents: strings.Count(k.path, "{") - 1, Paged: k.form == bare, CanGet: k.can&canGet != 0}
		if k.form == nested {
			s.Plural, s.Single = k.plural, k.single
		}
		of := c.objects(&Client{}, []string{"account", "parent"}).codec
		s.Type, s.Key = of.goType(), "id"
		if _, id, _ := of.read([]byte(`{"name":"x"}`)); id != "" {
			s.Key = "name"
		}
		all = append(all, s)
	}
	return all
}

// TypedOf is the object with its Go type.
func TypedOf(o Object) any { return o.typed }

type sentAll struct{ n int }

func (s *sentAll) RoundTrip(*http.Request) (*http.Response, error) {
	s.n++
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

// ReadOnlyLets reports whether the read-only layer lets a POST with this body through.
func ReadOnlyLets(t *testing.T, path, contentType, body string) bool {
	t.Helper()
	base, err := url.Parse("https://api.example/client/v4")
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base.String()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	var on atomic.Bool
	on.Store(true)
	next := &sentAll{}
	resp, err := (&readOnly{next: next, base: base, on: &on}).RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	return next.n == 1
}
