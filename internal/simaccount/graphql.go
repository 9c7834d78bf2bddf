package simaccount

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"flarewire/internal/sorting"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

func analyticsOperations() []operation {
	return []operation{
		{method: http.MethodPost, path: "/graphql", style: whole, run: graphQL},
		{
			method: http.MethodPost, path: "/accounts/{account_id}/diagnostics/traceroute",
			needs: transitWriters, notOnboardedCode: notOnboarded, run: traceroute,
		},
	}
}

// maxQueryTokens bounds a query's length.
const maxQueryTokens = 5000

// queryError is an error of the analytics API, which answers 200 with it.
type queryError struct {
	text string
	code string
	path []any
}

func (q *queryError) Error() string { return q.text }

func badQuery(format string, args ...any) error {
	return &queryError{text: fmt.Sprintf(format, args...)}
}

// graphQL answers with data, or with 200, data null and errors.
func graphQL(c *call) (any, error) {
	body, err := c.object("Request")
	if err != nil {
		return c.queryFailure(badQuery("error parsing request body: %s", err)), nil
	}
	text, _ := body["query"].(string)
	vars, _ := body["variables"].(map[string]any)
	data, err := c.runQuery(text, vars)
	if err != nil {
		return c.queryFailure(err), nil
	}
	return Object{"data": data, "errors": nil}, nil
}

func (c *call) queryFailure(err error) Object {
	q := &queryError{text: err.Error()}
	errors.As(err, &q)
	extensions := Object{"timestamp": stamp(c.now)}
	if q.code != "" {
		extensions["code"] = q.code
	}
	var path any
	if q.path != nil {
		path = q.path
	}
	return Object{"data": nil, "errors": []any{Object{"message": q.text, "path": path, "extensions": extensions}}}
}

// query is one GraphQL request while it is carried out.
type query struct {
	*call
	doc  *ast.QueryDocument
	op   *ast.OperationDefinition
	vars map[string]any
}

func (c *call) runQuery(text string, vars map[string]any) (any, error) {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, maxQueryTokens)
	if err != nil {
		return nil, badQuery("error parsing query: %s", strings.TrimPrefix(err.Error(), "input:"))
	}
	if len(doc.Operations) != 1 || doc.Operations[0].Operation != ast.Query {
		return nil, badQuery("exactly one query operation is required")
	}
	q := &query{call: c, doc: doc, op: doc.Operations[0], vars: vars}
	for _, v := range q.op.VariableDefinitions {
		if _, given := vars[v.Variable]; v.Type.NonNull && v.DefaultValue == nil && !given {
			return nil, badQuery("variable %q is required", v.Variable)
		}
	}
	return q.object(q.op.SelectionSet, map[string]resolver{"viewer": func(f *ast.Field) (any, error) {
		return q.object(f.SelectionSet, map[string]resolver{"accounts": q.accounts})
	}})
}

// resolver gives the value of one field.
type resolver func(*ast.Field) (any, error)

// object resolves a selection; a field that nobody resolves is unknown.
func (q *query) object(set ast.SelectionSet, by map[string]resolver) (Object, error) {
	out := Object{}
	fields, err := q.fields(set, 0)
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		resolve := by[f.Name]
		if resolve == nil {
			return nil, badQuery("unknown field %q", f.Name)
		}
		v, err := resolve(f)
		if err != nil {
			return nil, err
		}
		out[or(f.Alias, f.Name)] = v
	}
	return out, nil
}

// maxFragments bounds how deep fragments may lead into fragments.
const maxFragments = 20

// fields flattens fragments.
func (q *query) fields(set ast.SelectionSet, depth int) ([]*ast.Field, error) {
	if depth > maxFragments {
		return nil, badQuery("fragments are nested too deeply")
	}
	var out []*ast.Field
	for _, s := range set {
		var inner ast.SelectionSet
		switch s := s.(type) {
		case *ast.Field:
			out = append(out, s)
			continue
		case *ast.InlineFragment:
			inner = s.SelectionSet
		case *ast.FragmentSpread:
			fragment := q.doc.Fragments.ForName(s.Name)
			if fragment == nil {
				return nil, badQuery("unknown fragment %q", s.Name)
			}
			inner = fragment.SelectionSet
		}
		more, err := q.fields(inner, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// argument evaluates an argument; a variable must be declared by the query.
func (q *query) argument(f *ast.Field, name string) (any, error) {
	a := f.Arguments.ForName(name)
	if a == nil {
		return nil, nil
	}
	if err := q.declared(a.Value); err != nil {
		return nil, err
	}
	v, err := a.Value.Value(q.vars)
	if err != nil {
		return nil, badQuery("error parsing args for %q: %s", f.Name, err)
	}
	return v, nil
}

func (q *query) declared(v *ast.Value) error {
	if v.Kind == ast.Variable && q.op.VariableDefinitions.ForName(v.Raw) == nil {
		return badQuery("undeclared variable %q", v.Raw)
	}
	for _, child := range v.Children {
		if err := q.declared(child.Value); err != nil {
			return err
		}
	}
	return nil
}

// accounts is the entry to the data: one account per query, permission checked here.
func (q *query) accounts(f *ast.Field) (any, error) {
	filter, err := q.argument(f, "filter")
	if err != nil {
		return nil, err
	}
	m, _ := filter.(map[string]any)
	tag, _ := m["accountTag"].(string)
	if tag == "" {
		return nil, badQuery("error parsing args for %q: filter.accountTag is required", f.Name)
	}
	if !q.token.holdsAny([]string{AnalyticsRead}) {
		return nil, &queryError{
			text: "user is not authorized for that account", code: "authz", path: []any{"viewer", f.Name, 0},
		}
	}
	if tag != q.server.account {
		return []any{}, nil
	}
	by := map[string]resolver{"settings": q.settings}
	for name, d := range datasets {
		by[name] = func(f *ast.Field) (any, error) { return q.dataset(f, d) }
	}
	account, err := q.object(f.SelectionSet, by)
	if err != nil {
		return nil, err
	}
	return []any{account}, nil
}

// Limits of every dataset, as the settings node tells them.
const (
	maxPageSize  = 10000
	maxFields    = 30
	maxDuration  = 7 * day
	notOlderThan = 91 * day
)

// settings tells what may be asked.
func (q *query) settings(f *ast.Field) (any, error) {
	by := map[string]resolver{}
	constant := func(v any) resolver { return func(*ast.Field) (any, error) { return v, nil } }
	for name, d := range datasets {
		by[name] = func(f *ast.Field) (any, error) {
			return q.object(f.SelectionSet, map[string]resolver{
				"enabled": constant(true), "maxPageSize": constant(maxPageSize), "maxNumberOfFields": constant(maxFields),
				"maxDuration": constant(seconds(maxDuration)), "notOlderThan": constant(seconds(notOlderThan)),
				"availableFields": constant(q.server.availableFields(name, d)),
			})
		}
	}
	return q.object(f.SelectionSet, by)
}

// availableFields are paths such as dimensions_tunnelName, without what the account may not see.
func (s *Server) availableFields(name string, d *dataset) []string {
	var out []string
	for _, dim := range d.dimensions {
		out = append(out, "dimensions_"+dim)
	}
	for metric := range d.metrics {
		out = append(out, metric)
	}
	slices.Sort(out)
	return slices.DeleteFunc(out, func(path string) bool { return slices.Contains(s.hiddenFields, name+"."+path) })
}

// HideAnalyticsField makes a field such as "dimensions_edgeColoName" of a dataset unavailable to the account.
func (s *Server) HideAnalyticsField(dataset, path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hiddenFields = append(s.hiddenFields, dataset+"."+path)
}

// selection is what a query wants of a dataset.
type selection struct {
	dimensions []string   // in the order of the query
	metrics    [][]string // group and name: {"avg", "tunnelState"}, {"count"}
	alias      map[string]string
}

// selected reads the wanted fields and refuses what the dataset does not have or the account may not see.
func (q *query) selected(f *ast.Field, d *dataset) (selection, error) {
	s := selection{alias: map[string]string{}}
	groups, err := q.fields(f.SelectionSet, 0)
	if err != nil {
		return s, err
	}
	available, total := q.server.availableFields(f.Name, d), 0
	for _, g := range groups {
		inner, err := q.fields(g.SelectionSet, 0)
		if err != nil {
			return s, err
		}
		if len(inner) == 0 {
			inner = []*ast.Field{{}}
		}
		for _, leaf := range inner {
			total++
			path := strings.TrimSuffix(g.Name+"_"+leaf.Name, "_")
			if !slices.Contains(available, path) {
				return s, badQuery("unknown field %q", or(leaf.Name, g.Name))
			}
			s.alias[path] = or(leaf.Alias, leaf.Name)
			if g.Name == "dimensions" {
				s.dimensions = append(s.dimensions, leaf.Name)
			} else {
				s.metrics = append(s.metrics, []string{g.Name, leaf.Name})
			}
		}
	}
	if total == 0 || total > maxFields {
		return s, badQuery("number of fields must be from 1 to %d", maxFields)
	}
	return s, nil
}

// dataset answers one node: the rows of the window, grouped by the wanted dimensions.
func (q *query) dataset(f *ast.Field, d *dataset) (any, error) {
	s, err := q.selected(f, d)
	if err != nil {
		return nil, err
	}
	limit, err := q.limit(f)
	if err != nil {
		return nil, err
	}
	raw, err := q.argument(f, "filter")
	if err != nil {
		return nil, err
	}
	m, _ := raw.(map[string]any)
	conditions, err := readFilter(f.Name, m, d, q.now)
	if err != nil {
		return nil, err
	}
	rows := q.group(d, s, conditions)
	order, err := q.argument(f, "orderBy")
	if err != nil {
		return nil, err
	}
	if err := sortRows(rows, order, s); err != nil {
		return nil, err
	}
	out := []any{}
	for _, r := range rows[:min(limit, len(rows))] {
		out = append(out, r.view(s))
	}
	return out, nil
}

func (q *query) limit(f *ast.Field) (int, error) {
	v, err := q.argument(f, "limit")
	if err != nil {
		return 0, err
	}
	n, ok := int64(0), false
	switch v := v.(type) {
	case int64:
		n, ok = v, true
	case interface{ Int64() (int64, error) }: // json.Number of a variable
		n, err = v.Int64()
		ok = err == nil
	}
	if !ok {
		return 0, badQuery("error parsing args for %q: limit is required", f.Name)
	}
	if n < 1 || n > maxPageSize {
		return 0, badQuery("error parsing args for %q: limit must be positive number and not greater than %d", f.Name, maxPageSize)
	}
	return int(n), nil
}

// sortRows orders by dimensions, as in [datetimeFiveMinutes_ASC], or by a metric that was selected, as in [sum_bits_DESC]; one word need
// not be a list.
func sortRows(rows []*row, order any, s selection) error {
	keys, isList := order.([]any)
	if order != nil && !isList {
		keys = []any{order}
	}
	for _, key := range slices.Backward(keys) {
		text := fmt.Sprint(key)
		cut := max(strings.LastIndex(text, "_"), 0)
		name, direction := text[:cut], strings.TrimPrefix(text[cut:], "_")
		at := slices.Index(s.dimensions, name)
		sum := slices.IndexFunc(s.metrics, func(m []string) bool { return strings.TrimSuffix(m[0]+"_"+m[1], "_") == name })
		if at < 0 && sum < 0 || (direction != "ASC" && direction != "DESC") {
			return badQuery("unknown orderBy %q", key)
		}
		sorting.Sort(rows, func(a, b *row) int {
			n := 0
			if at >= 0 {
				n = strings.Compare(a.dims[at], b.dims[at])
			} else {
				n = cmp.Compare(a.sums[sum], b.sums[sum])
			}
			if direction == "DESC" {
				n = -n
			}
			return n
		})
	}
	return nil
}

// instant reads a time of a filter.
func instant(v any) (time.Time, bool) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
