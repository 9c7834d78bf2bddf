package contract

import (
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// tokenGroups is the extension in which Cloudflare's documents name the permission groups of an operation; one of them is enough.
const tokenGroups = "x-api-token-group"

// Declared is what a document says about an operation beside its bodies.
type Declared struct {
	Groups  []string // permission groups, sorted; nil: the document lists none
	Queries []string // query parameters, sorted
	Headers []string // header parameters, sorted
}

// Declared finds an operation by its method and its path below the base path; false: the document has none.
func (d *Document) Declared(method, path string) (Declared, bool) {
	r, err := http.NewRequest(method, basePath+path, http.NoBody) //nolint:noctx // it is never sent
	if err != nil {
		return Declared{}, false
	}
	route, _, err := d.find(r)
	if err != nil {
		return Declared{}, false
	}
	var out Declared
	for _, p := range slices.Concat(route.PathItem.Parameters, route.Operation.Parameters) {
		switch p.Value.In {
		case openapi3.ParameterInQuery:
			out.Queries = append(out.Queries, p.Value.Name)
		case openapi3.ParameterInHeader:
			out.Headers = append(out.Headers, p.Value.Name)
		}
	}
	groups, _ := route.Operation.Extensions[tokenGroups].([]any)
	for _, g := range groups {
		if name, ok := g.(string); ok {
			out.Groups = append(out.Groups, name)
		}
	}
	slices.Sort(out.Groups)
	slices.Sort(out.Queries)
	slices.Sort(out.Headers)
	return out, true
}
