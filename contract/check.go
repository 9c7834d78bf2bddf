package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// Side says which half of an exchange breaks a rule.
type Side string

// The sides.
const (
	Request Side = "request"
	Answer  Side = "answer"
)

// Violation is one rule of a document that an exchange breaks. It never holds the value that breaks it, which may be a key.
type Violation struct {
	Document  string
	Operation string
	Side      Side
	Status    int    // of the answer
	Where     string // "/result/*/name" in the body, else "body", "path", "status", "security", "query x", "header x", "content type"
	Rule      string // the schema's keyword ("type", "required", …), else "undeclared" or "malformed"
	Text      string
}

// String gives the violation in one line.
func (v Violation) String() string {
	return fmt.Sprintf("%s: %s (%d), %s %s, %s: %s", v.Document, v.Operation, v.Status, v.Side, v.Where, v.Rule, v.Text)
}

// options: security is checked by the presence of the declared headers. A body that the document does not declare is a violation.
var options = &openapi3filter.Options{
	MultiError: true, IncludeResponseStatus: true, SkipSettingDefaults: true, RejectWhenRequestBodyNotSpecified: true,
	AuthenticationFunc:      authenticated,
	SchemaValidationOptions: formats,
}

// formats are those that the documents use; the validator by itself knows only times and integers.
var formats = []openapi3.SchemaValidationOption{
	openapi3.EnableFormatValidation(),
	openapi3.WithStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC9562)),
	openapi3.WithStringFormatValidator("ipv4", openapi3.NewIPValidator(true)),
	openapi3.WithStringFormatValidator("cidr", prefixFormat),
	openapi3.WithStringFormatValidator("A.B.C.D/N", prefixFormat),
}

var prefixFormat = openapi3.NewCallbackValidator(func(s string) error {
	if _, err := netip.ParsePrefix(s); err != nil {
		return errors.New("not an address with a prefix length")
	}
	return nil
})

// Check validates both sides of an exchange.
func (d *Document) Check(ctx context.Context, e Exchange) []Violation {
	c := check{document: d.Name, exchange: e}
	request := e.Request.Clone(ctx)
	request.Body = io.NopCloser(bytes.NewReader(e.Sent))
	route, params, err := d.find(request)
	if err != nil {
		c.add(Request, "path", "undeclared", "the document has no such path or method")
		return c.found
	}
	input := &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route, Options: options}
	c.flatten(Request, openapi3filter.ValidateRequest(ctx, input))
	c.undeclared(route)
	c.answer(ctx, input)
	return c.found
}

// check collects the violations of one exchange.
type check struct {
	document string
	exchange Exchange
	found    []Violation
}

func (c *check) add(side Side, where, rule, text string) {
	c.found = append(c.found, Violation{Document: c.document, Operation: c.exchange.Operation, Side: side,
		Status: c.exchange.Status, Where: where, Rule: rule, Text: text})
}

// answer validates the answer. A failure whose status the document does not name must at least have the form of the failures that
// it does name (4XX).
func (c *check) answer(ctx context.Context, request *openapi3filter.RequestValidationInput) {
	status := c.exchange.Status
	responses := request.Route.Operation.Responses
	if responses.Status(status) == nil && responses.Default() == nil {
		c.add(Answer, "status", "undeclared", fmt.Sprintf("the document has no status %d here", status))
		if status < http.StatusBadRequest || responses.Value("4XX") == nil {
			return
		}
		status = http.StatusTeapot // any that only 4XX stands for
	}
	input := &openapi3filter.ResponseValidationInput{RequestValidationInput: request, Status: status,
		Header: c.exchange.Header, Body: io.NopCloser(bytes.NewReader(c.exchange.Answer)), Options: options}
	c.flatten(Answer, openapi3filter.ValidateResponse(ctx, input))
}

// undeclared finds query parameters, and headers of the API's own, that the document does not know: validators pass them over.
func (c *check) undeclared(route *routers.Route) {
	declared := func(in, name string) bool {
		return slices.ContainsFunc(slices.Concat(route.PathItem.Parameters, route.Operation.Parameters), func(p *openapi3.ParameterRef) bool {
			return p.Value.In == in && strings.EqualFold(p.Value.Name, name)
		})
	}
	for name := range c.exchange.Request.URL.Query() {
		if !declared(openapi3.ParameterInQuery, name) {
			c.add(Request, "query "+name, "undeclared", "the document has no such parameter here")
		}
	}
	for name := range c.exchange.Request.Header {
		own := strings.HasPrefix(name, "X-") && !strings.HasPrefix(name, "X-Auth-")
		if own && !declared(openapi3.ParameterInHeader, name) {
			c.add(Request, "header "+strings.ToLower(name), "undeclared", "the document has no such header here")
		}
	}
}

// authenticated wants the header of a scheme to be there.
func authenticated(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	header := in.RequestValidationInput.Request.Header
	missing := header.Get(in.SecurityScheme.Name) == ""
	if in.SecurityScheme.Type == "http" {
		missing = !strings.HasPrefix(header.Get("Authorization"), "Bearer ")
	}
	if missing {
		return errors.New("the credentials of " + in.SecuritySchemeName + " are missing")
	}
	return nil
}
