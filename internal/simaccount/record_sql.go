package simaccount

import (
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"flarewire/internal/sorting"
)

func cursorText(n int) string { return strconv.Itoa(n) }

// queryByGet takes the SQL in the parameter query, as the documents show it.
func queryByGet(c *call) (any, error) { return c.runSQL(c.query.Get("query")) }

// queryByPost takes the SQL as the body, which is text/plain.
func queryByPost(c *call) (any, error) {
	if kind, _, err := mime.ParseMediaType(c.contentType); err != nil || kind != "text/plain" {
		return nil, newProblem(http.StatusUnsupportedMediaType, 10400, "the SQL must be sent as text/plain")
	}
	return c.runSQL(string(c.body))
}

func badSQL(format string, args ...any) error {
	return newProblem(http.StatusBadRequest, 10400, "invalid query: "+fmt.Sprintf(format, args...))
}

// maxLogRows is the largest LIMIT.
const maxLogRows = 10000

// runSQL answers a query. It takes no more of SQL than the documents' examples need: SELECT columns FROM one dataset WHERE conditions
// joined by AND, ORDER BY one column, LIMIT. Whatever else is in it is refused, so that a client which lets a text leave its quotes is
// seen.
func (c *call) runSQL(text string) (any, error) {
	q := &sql{}
	if err := q.parse(text); err != nil {
		return nil, err
	}
	if !slices.Contains(c.server.auditRecords.enabled, q.table) {
		return nil, newProblem(http.StatusNotFound, 10404, "dataset "+q.table+" is not enabled for this account")
	}
	if err := q.check(); err != nil {
		return nil, err
	}
	var rows []Object
	for _, row := range c.server.auditRecords.rows(q.table, c.now) {
		if !slices.ContainsFunc(q.where, func(w sqlCondition) bool { return !w.holds(row) }) {
			rows = append(rows, row)
		}
	}
	sorting.Sort(rows, func(a, b Object) int {
		n := strings.Compare(fmt.Sprint(a[q.order]), fmt.Sprint(b[q.order]))
		if q.descending {
			return -n
		}
		return n
	})
	out := []any{}
	for _, row := range rows[:min(q.limit, len(rows))] {
		shown := Object{}
		for _, name := range q.columns {
			shown[name] = row[name]
		}
		out = append(out, shown)
	}
	return out, nil
}

type sql struct {
	tokens     []string
	columns    []string
	table      string
	where      []sqlCondition
	order      string
	descending bool
	limit      int
}

type sqlCondition struct {
	column, operator string
	values           []string
}

func (w sqlCondition) holds(row Object) bool {
	have := fmt.Sprint(row[w.column])
	if w.operator == "IN" || w.operator == "=" {
		return slices.Contains(w.values, have)
	}
	at, ok := instant(have)
	bound, _ := instant(w.values[0])
	if !ok {
		return false
	}
	switch w.operator {
	case ">=":
		return !at.Before(bound)
	case ">":
		return at.After(bound)
	case "<":
		return at.Before(bound)
	case "<=":
		return !at.After(bound)
	case "BETWEEN":
		end, _ := instant(w.values[1])
		return !at.Before(bound) && !at.After(end)
	}
	return false
}

var sqlToken = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|'(?:[^']|'')*'|>=|<=|[=<>(),])`)
})

// split makes tokens; a character that none begins with is refused, also the signs of comments.
func (q *sql) split(text string) error {
	for rest := strings.TrimLeft(text, " \t\r\n"); rest != ""; rest = strings.TrimLeft(rest, " \t\r\n") {
		token := sqlToken().FindString(rest)
		if token == "" {
			return badSQL("unexpected %q", rest[:1])
		}
		q.tokens = append(q.tokens, token)
		rest = rest[len(token):]
	}
	return nil
}

func (q *sql) next() string {
	if len(q.tokens) == 0 {
		return ""
	}
	token := q.tokens[0]
	q.tokens = q.tokens[1:]
	return token
}

// word takes a keyword.
func (q *sql) word(want string) error {
	if got := q.next(); !strings.EqualFold(got, want) {
		return badSQL("expected %s, found %q", want, got)
	}
	return nil
}

func (q *sql) peek(want string) bool {
	return len(q.tokens) > 0 && strings.EqualFold(q.tokens[0], want)
}

// literal takes a quoted text.
func (q *sql) literal() (string, error) {
	token := q.next()
	if len(token) < 2 || token[0] != '\'' {
		return "", badSQL("expected a text, found %q", token)
	}
	return strings.ReplaceAll(token[1:len(token)-1], "''", "'"), nil
}

func (q *sql) parse(text string) error {
	if err := q.split(text); err != nil {
		return err
	}
	if err := q.word("SELECT"); err != nil {
		return err
	}
	for {
		q.columns = append(q.columns, q.next())
		if !q.peek(",") {
			break
		}
		q.next()
	}
	if err := q.word("FROM"); err != nil {
		return err
	}
	q.table = q.next()
	if err := q.word("WHERE"); err != nil {
		return badSQL("a condition on the time is required")
	}
	if err := q.conditions(); err != nil {
		return err
	}
	return q.tail()
}

func (q *sql) conditions() error {
	for {
		w := sqlCondition{column: q.next(), operator: strings.ToUpper(q.next())}
		more := map[string]string{"IN": ",", "BETWEEN": "AND"}[w.operator]
		if w.operator == "IN" {
			if err := q.word("("); err != nil {
				return err
			}
		} else if w.operator != "BETWEEN" && !slices.Contains([]string{"=", "<", ">", "<=", ">="}, w.operator) {
			return badSQL("unknown operator %q", w.operator)
		}
		for {
			v, err := q.literal()
			if err != nil {
				return err
			}
			w.values = append(w.values, v)
			if more == "" || !q.peek(more) || more == "AND" && len(w.values) == 2 {
				break
			}
			q.next()
		}
		if w.operator == "IN" {
			if err := q.word(")"); err != nil {
				return err
			}
		}
		if w.operator == "BETWEEN" && len(w.values) != 2 {
			return badSQL("BETWEEN needs two values")
		}
		q.where = append(q.where, w)
		if !q.peek("AND") {
			return nil
		}
		q.next()
	}
}

func (q *sql) tail() error {
	if q.peek("ORDER") {
		q.next()
		if err := q.word("BY"); err != nil {
			return err
		}
		q.order = q.next()
		if q.peek("DESC") || q.peek("ASC") {
			q.descending = strings.EqualFold(q.next(), "DESC")
		}
	}
	if err := q.word("LIMIT"); err != nil {
		return badSQL("a LIMIT is required")
	}
	n, err := strconv.Atoi(q.next())
	if err != nil || n < 1 || n > maxLogRows {
		return badSQL("LIMIT must be from 1 to %d", maxLogRows)
	}
	if q.limit = n; len(q.tokens) > 0 {
		return badSQL("unexpected %q", q.tokens[0])
	}
	return nil
}

// check looks at the names, and that the time has a lower bound which is a time.
func (q *sql) check() error {
	known := logColumns[q.table]
	names := slices.Clone(q.columns)
	for _, w := range q.where {
		names = append(names, w.column)
	}
	if q.order != "" {
		names = append(names, q.order)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return badSQL("unknown column %q", name)
		}
	}
	bounded := false
	for _, w := range q.where {
		if w.column != logTime[q.table] {
			continue
		}
		for _, v := range w.values {
			if _, err := time.Parse(time.RFC3339, v); err != nil {
				return badSQL("%q is no RFC 3339 time", v)
			}
		}
		bounded = bounded || slices.Contains([]string{">", ">=", "BETWEEN"}, w.operator)
	}
	if !bounded {
		return badSQL("a condition on the time is required")
	}
	return nil
}
