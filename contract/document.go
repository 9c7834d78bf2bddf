package contract

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// basePath is where the API's paths begin, as in the servers of the documents.
const basePath = "/client/v4"

// The documents by name. The slices are Cloudflare's own text, split by service, in which oneOf and allOf were flattened; the derived
// one has the operator's paths with those defects patched by hand.
const (
	Slices  = "slices"
	Derived = "derived"
)

var documentFiles = map[string][]string{
	Slices:  {"accounts_user.yaml", "addressing.yaml", "diagnostics.yaml", "magic_transit.yaml", "network_interconnects.yaml"},
	Derived: {"cloudflare-network.yaml"},
}

// Fragment is the document of our own, for what Cloudflare's do not have: from the types of its SDKs, unconfirmed.
const Fragment = "fragment"

//go:embed fragment.yaml
var fragment []byte

// LoadFragment reads the document of our own.
func LoadFragment() (Document, error) {
	spec, err := openapi3.NewLoader().LoadFromData(fragment)
	if err != nil {
		return Document{}, err
	}
	router, err := routerOf(spec)
	return Document{Fragment, []routers.Router{router}, []*openapi3.T{spec}}, err
}

// Document is one or more OpenAPI files that count as one.
type Document struct {
	Name    string
	routers []routers.Router
	specs   []*openapi3.T
}

// Load reads the documents in a folder. The error is fs.ErrNotExist when there is no such folder.
func Load(folder string) ([]Document, error) {
	if _, err := os.Stat(folder); err != nil {
		return nil, err
	}
	var documents []Document
	for _, name := range []string{Slices, Derived} {
		d := Document{Name: name}
		for _, file := range documentFiles[name] {
			router, spec, err := loadFile(filepath.Join(folder, file))
			if err != nil {
				return nil, fmt.Errorf("%s cannot be read as OpenAPI: %w", file, err)
			}
			d.routers, d.specs = append(d.routers, router), append(d.specs, spec)
		}
		documents = append(documents, d)
	}
	return documents, nil
}

func loadFile(file string) (routers.Router, *openapi3.T, error) {
	spec, err := openapi3.NewLoader().LoadFromFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, errors.New("the file is missing") // only a missing folder is a reason to skip
	}
	if err != nil {
		return nil, nil, err
	}
	router, err := routerOf(spec)
	return router, spec, err
}

func routerOf(spec *openapi3.T) (routers.Router, error) {
	spec.Servers = openapi3.Servers{{URL: basePath}} // the exchanges are with a server on loopback
	sharpen(spec)
	return gorillamux.NewRouter(spec)
}

// Has reports whether the document has an operation for the request.
func (d *Document) Has(r *http.Request) bool {
	_, _, err := d.find(r)
	return err == nil
}

// Unasked are the operations of the document that none of the exchanges is, as "DELETE /accounts/{account_id}/magic/routes", sorted, and
// how many operations it has.
func (d *Document) Unasked(exchanges []Exchange) (unasked []string, all int) {
	asked := map[*openapi3.Operation]bool{}
	for _, e := range exchanges {
		if route, _, err := d.find(e.Request); err == nil && e.Status/100 == http.StatusOK/100 {
			asked[route.Operation] = true
		}
	}
	for _, spec := range d.specs {
		for path, item := range spec.Paths.Map() {
			for method, op := range item.Operations() {
				all++
				if !asked[op] {
					unasked = append(unasked, method+" "+path)
				}
			}
		}
	}
	slices.Sort(unasked)
	return unasked, all
}

// find returns the route of a request. An error means that the document has no such path or method.
func (d *Document) find(r *http.Request) (*routers.Route, map[string]string, error) {
	var first error
	for _, router := range d.routers {
		route, params, err := router.FindRoute(r)
		if err == nil {
			return route, params, nil
		}
		if first == nil || errors.Is(err, routers.ErrMethodNotAllowed) {
			first = err
		}
	}
	return nil, nil, first
}

// sharpen walks over every schema of a document.
//
// A field that an object does not declare becomes a violation: JSON schema allows it, but here it is a misspelt name or one that
// no document knows. Objects without any declared field, and compositions, stay open.
//
// A schema that allows only the value null becomes nullable: the flattening of the documents has lost that word, and without it
// the answers to failed requests could not be written at all.
func sharpen(spec *openapi3.T) {
	s := sharpener{seen: map[*openapi3.Schema]bool{}}
	for _, ref := range spec.Components.Schemas {
		s.schema(ref)
	}
	for _, item := range spec.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody != nil {
				s.content(op.RequestBody.Value.Content)
			}
			for _, response := range op.Responses.Map() {
				s.content(response.Value.Content)
			}
		}
	}
}

type sharpener struct{ seen map[*openapi3.Schema]bool }

func (s sharpener) content(c openapi3.Content) {
	for _, media := range c {
		s.schema(media.Schema)
	}
}

func (s sharpener) schema(ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value == nil || s.seen[ref.Value] {
		return
	}
	v := ref.Value
	s.seen[v] = true
	composed := len(v.AllOf)+len(v.OneOf)+len(v.AnyOf) > 0
	if len(v.Properties) > 0 && !composed && v.AdditionalProperties.Has == nil && v.AdditionalProperties.Schema == nil {
		closed := false
		v.AdditionalProperties.Has = &closed
	}
	if len(v.Enum) > 0 && !slices.ContainsFunc(v.Enum, func(e any) bool { return e != nil }) {
		v.Nullable = true
	}
	for _, child := range slices.Concat(v.AllOf, v.OneOf, v.AnyOf, openapi3.SchemaRefs{v.Items, v.Not, v.AdditionalProperties.Schema}) {
		s.schema(child)
	}
	for _, child := range v.Properties {
		s.schema(child)
	}
}

// Folder is where the documents are expected.
func Folder() string {
	if folder := strings.TrimSpace(os.Getenv("OPENAPI")); folder != "" {
		return folder
	}
	return filepath.Join("..", "..", "shared", "openapi")
}
