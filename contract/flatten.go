package contract

import (
	"cmp"
	"errors"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// variable matches the segments of a pointer that differ from object to object: places in lists and ids as keys.
var variable = regexp.MustCompile(`^([0-9]+|[0-9a-f]{32})$`)

// flatten turns the validator's tree of errors into violations.
func (c *check) flatten(side Side, err error) { c.flattenAt(side, "", err) }

func (c *check) flattenAt(side Side, where string, err error) {
	var (
		many     openapi3.MultiError
		schema   *openapi3.SchemaError
		request  *openapi3filter.RequestError
		answer   *openapi3filter.ResponseError
		security *openapi3filter.SecurityRequirementsError
	)
	switch {
	case err == nil:
	case asType(err, &many):
		for _, one := range many {
			c.flattenAt(side, where, one)
		}
	case asType(err, &security):
		c.add(side, "security", "security", "none of the declared kinds of credentials was sent")
	case asType(err, &request):
		if p := request.Parameter; p != nil {
			where = p.In + " " + p.Name
		}
		c.flattenCause(side, where, request.Err, request.Reason)
	case asType(err, &answer):
		c.flattenCause(side, where, answer.Err, answer.Reason)
	case asType(err, &schema):
		c.flattenSchema(side, where, schema)
	default:
		c.add(side, cmp.Or(where, "body"), "malformed", err.Error())
	}
}

// unsupported is how the validator speaks of a field that the schema does not declare.
var unsupported = regexp.MustCompile(`^property "(.*)" is unsupported$`)

// flattenSchema names the field itself where it is undeclared, and looks into allOf, of which every part must be right.
func (c *check) flattenSchema(side Side, where string, e *openapi3.SchemaError) {
	at := place(where, e.JSONPointer())
	if name := unsupported.FindStringSubmatch(e.Reason); name != nil {
		c.add(side, strings.TrimSuffix(at, "/")+"/"+name[1], "undeclared", "the document has no such field here")
		return
	}
	var parts openapi3.MultiError
	if e.SchemaField == "allOf" && asType(errors.Unwrap(errors.Unwrap(e.Origin)), &parts) {
		for _, part := range parts {
			c.flattenAt(side, where, part)
		}
		return
	}
	c.add(side, at, e.SchemaField, e.Reason)
}

// flattenCause goes on with the cause; without one, the reason is all there is.
func (c *check) flattenCause(side Side, where string, cause error, reason string) {
	switch {
	case cause != nil && !isParseError(cause):
		c.flattenAt(side, where, cause)
	case strings.Contains(reason, "Content-Type"):
		c.add(side, "content type", "undeclared", reason)
	default:
		c.add(side, cmp.Or(where, "body"), "malformed", reason)
	}
}

// isParseError reports whether the text could not be read at all; the error's own text may quote it.
func isParseError(err error) bool {
	var parse *openapi3filter.ParseError
	return errors.As(err, &parse)
}

// asType is errors.As without unwrapping: each level of the tree has its own meaning.
func asType[T error](err error, target *T) bool {
	e, ok := err.(T) //nolint:errorlint // on purpose, see above
	if ok {
		*target = e
	}
	return ok
}

// place writes a pointer into the body, with the variable segments as *.
func place(where string, pointer []string) string {
	if where != "" {
		return where // a parameter is one value
	}
	for i, segment := range pointer {
		if variable.MatchString(segment) {
			pointer[i] = "*"
		}
	}
	return "/" + strings.Join(pointer, "/")
}
