package kit

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/tui"
	"flarewire/tui/table"
)

// Listing is a kind of object as `flarewire list` and `get` print it: the columns of its page without the page.
type Listing struct {
	Kind    kind.Kind
	Columns func(tui.Glyphs) []table.Column[table.Row]
	Read    func(ctx context.Context, a *api.AccountClient, want Wanted) (Listed, error)
}

// Wanted says what of a kind is to be read.
type Wanted struct {
	// Prefixes gives the prefixes whose objects are wanted, for the kinds below prefixes.
	Prefixes func(context.Context) ([]api.Prefix, error)
	// Columns: they will be printed. What only a column rests on costs further requests.
	Columns bool
}

// Listed is the objects of one kind as they were read.
type Listed struct {
	Rows []table.Row
	ID   func(table.Row) string
	Name func(table.Row) string // by which `get` finds it; of what has no name its CIDR
	JSON func(table.Row) json.RawMessage
}

// ListingOf makes the Listing of a kind with objects of type T. The id is added to the columns, unless it is the name.
type ListingOf[T any] struct {
	Kind     kind.Kind
	List     func(context.Context, *api.AccountClient, Wanted) ([]T, error)
	ID, Name func(T) string
	JSON     func(T) json.RawMessage
	Columns  func(tui.Glyphs) []table.Column[T]
	Without  []string // columns of the page that rest on other lists, or on what one look cannot see
}

// Listing is the ListingOf without the type of its objects.
func (l ListingOf[T]) Listing() Listing {
	columns := func(g tui.Glyphs) []table.Column[table.Row] { return table.OnRows(l.columns(g)) }
	return Listing{l.Kind, columns, func(ctx context.Context, a *api.AccountClient, want Wanted) (Listed, error) {
		rows, err := l.List(ctx, a, want)
		return Listed{Rows: table.Rows(rows), ID: table.OnRow(l.ID), Name: table.OnRow(l.Name), JSON: table.OnRow(l.JSON)}, err
	}}
}

func (l ListingOf[T]) columns(g tui.Glyphs) []table.Column[T] {
	columns := slices.DeleteFunc(slices.Clone(l.Columns(g)), func(c table.Column[T]) bool { return slices.Contains(l.Without, c.Key) })
	if l.Kind.About().Key != "" || slices.ContainsFunc(columns, func(c table.Column[T]) bool { return c.Key == "id" }) {
		return columns
	}
	return append(columns, table.Column[T]{Key: "id", Title: "ID", Width: 32, Priority: 9,
		Text: func(v T, _ time.Time) string { return tui.Clean(l.ID(v)) }})
}

// NotInColumns is why a column says less than it could although all objects are there.
type NotInColumns struct {
	What string
	Err  error
}

// Error says what is missing, and why.
func (e NotInColumns) Error() string { return e.What + " could not be read: " + e.Err.Error() }

// Unwrap gives the reason.
func (e NotInColumns) Unwrap() error { return e.Err }

// AllOf lists a collection of the account.
func AllOf[T any](of func(*api.AccountClient) api.Collection[T]) func(context.Context, *api.AccountClient, Wanted) ([]T, error) {
	return func(ctx context.Context, a *api.AccountClient, _ Wanted) ([]T, error) { return of(a).List(ctx) }
}

// atOnce bounds how many objects are asked about at the same time.
const atOnce = 8

// EachOf asks something about each of several objects, some at the same time. The answers stand in the order of the objects;
// the error is the first.
func EachOf[T, A any](ctx context.Context, objects []T, ask func(context.Context, T) (A, error)) ([]A, error) {
	answers := make([]A, len(objects))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, object := range objects {
		group.Go(func() (err error) {
			answers[i], err = ask(ctx, object)
			return err
		})
	}
	return answers, group.Wait()
}

// PrefixRow is an object of a prefix with the prefix that it belongs to.
type PrefixRow[T any] struct {
	Prefix api.Prefix
	Object T
}

// PrefixRows lists what belongs to the wanted prefixes, in their order. One prefix that cannot be read fails the whole list: a
// part must not look like all.
func PrefixRows[T any](of func(*api.AccountClient, string) api.Collection[T]) func(context.Context, *api.AccountClient,
	Wanted) ([]PrefixRow[T], error) {
	return func(ctx context.Context, a *api.AccountClient, want Wanted) ([]PrefixRow[T], error) {
		prefixes, err := want.Prefixes(ctx)
		if err != nil {
			return nil, err
		}
		lists, err := EachOf(ctx, prefixes, func(ctx context.Context, p api.Prefix) ([]PrefixRow[T], error) {
			list, err := of(a, p.ID).List(ctx)
			parts := make([]PrefixRow[T], len(list))
			for i, v := range list {
				parts[i] = PrefixRow[T]{p, v}
			}
			return parts, err
		})
		if err != nil {
			return nil, err
		}
		return slices.Concat(lists...), nil
	}
}

// PrefixRowColumns makes the columns of the page of one prefix those of a list over all prefixes: each object is drawn as on the page
// of its own, and the prefix is added.
func PrefixRowColumns[T any](of func(api.Prefix) []table.Column[T]) []table.Column[PrefixRow[T]] {
	var out []table.Column[PrefixRow[T]]
	for i, c := range of(api.Prefix{}) {
		column := table.Column[PrefixRow[T]]{Key: c.Key, Title: c.Title, Width: c.Width, Grow: c.Grow, Priority: c.Priority, Right: c.Right,
			Text: func(p PrefixRow[T], now time.Time) string { return of(p.Prefix)[i].Text(p.Object, now) }}
		if c.Role != nil {
			column.Role = func(p PrefixRow[T]) tui.Role { return of(p.Prefix)[i].Role(p.Object) }
		}
		out = append(out, column)
	}
	return append(out, table.Column[PrefixRow[T]]{Key: "of", Title: "OF PREFIX", Width: 18, Priority: 4,
		Text: func(p PrefixRow[T], _ time.Time) string { return tui.Clean(p.Prefix.CIDR) }})
}
