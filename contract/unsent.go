package contract

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Unsent lists the fields that the document declares for the body of an operation and that no successful request had, as
// "gre_tunnels.create /bgp/md5_key", sorted. Operations that were not exercised are left out, and so are read-only fields.
func (d *Document) Unsent(exchanges []Exchange) []string {
	declared, sent := map[string]bool{}, map[string]bool{}
	for _, e := range exchanges {
		if e.Status/100 != http.StatusOK/100 {
			continue
		}
		if schema := d.bodySchema(e); schema != nil {
			declaredFields(schema, e.Operation+" ", declared)
			var body any
			if json.Unmarshal(e.Sent, &body) == nil {
				sentFields(body, e.Operation+" ", sent)
			}
		}
	}
	var unsent []string
	for name := range declared {
		if !sent[name] {
			unsent = append(unsent, name)
		}
	}
	slices.Sort(unsent)
	return unsent
}

// bodySchema is the schema of an operation's JSON body; nil when there is none.
func (d *Document) bodySchema(e Exchange) *openapi3.Schema {
	request := e.Request.Clone(e.Request.Context())
	request.Body = io.NopCloser(bytes.NewReader(nil))
	route, _, err := d.find(request)
	if err != nil || route.Operation.RequestBody == nil {
		return nil
	}
	media := route.Operation.RequestBody.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return nil
	}
	return media.Schema.Value
}

// declaredFields collects the fields of a schema. The schemas of requests are not recursive.
func declaredFields(s *openapi3.Schema, at string, all map[string]bool) {
	for _, part := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		declaredFields(part.Value, at, all)
	}
	if s.Items != nil {
		declaredFields(s.Items.Value, at+"/*", all)
	}
	for name, p := range s.Properties {
		if !p.Value.ReadOnly {
			all[at+"/"+name] = true
			declaredFields(p.Value, at+"/"+name, all)
		}
	}
}

// sentFields collects the fields of a decoded body.
func sentFields(v any, at string, all map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			sentFields(item, at+"/*", all)
		}
	case map[string]any:
		for name, value := range v {
			all[at+"/"+name] = true
			sentFields(value, at+"/"+name, all)
		}
	}
}
