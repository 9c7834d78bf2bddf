package cli

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/table"
	"flarewire/views"
	"flarewire/views/kit"
)

// resource is one kind of object that `list` and `get` print: its names from the table of kinds, its columns from its page.
type resource struct {
	kind.About
	kit.Listing
}

// name is the contract's word.
func (r resource) name() string { return r.Words[0] }

// ofPrefix reports whether the objects belong to a prefix each: --prefix narrows the list.
func (r resource) ofPrefix() bool { return r.Parent == kind.Prefixes }

// help says what the objects are, and by what `get` finds one.
func (r resource) help() string {
	if r.FoundBy == "" {
		return r.Help
	}
	return r.Help + "; by " + r.FoundBy
}

// resources are everything that `list` and `get` know, in the order of the help.
func resources() []resource {
	var out []resource
	for _, l := range views.Listings() {
		if a := l.Kind.About(); a.Listable() {
			out = append(out, resource{a, l})
		}
	}
	return out
}

// resourceNames are the contract's words.
func resourceNames() []string {
	var names []string
	for _, r := range resources() {
		names = append(names, r.name())
	}
	return names
}

// resourceNamed finds a resource by one of its words or the API's name.
func resourceNamed(word string) (resource, error) {
	asked, _ := kind.ByWord(word)
	all := resources()
	if i := slices.IndexFunc(all, func(r resource) bool { return r.About.Kind == asked.Kind }); i >= 0 {
		return all[i], nil
	}
	return resource{}, usage("there is no resource %q: use one of %s", tui.Clean(word), strings.Join(resourceNames(), ", "))
}

// prefixes are all prefixes, or the one that is asked for by CIDR or id.
func (s *session) prefixes(asked string) func(context.Context) ([]api.Prefix, error) {
	return func(ctx context.Context) ([]api.Prefix, error) {
		list, err := s.account.Prefixes.List(ctx)
		if err != nil || asked == "" {
			return list, err
		}
		i, err := find(listOfPrefixes(list), "prefix", "", asked)
		if err != nil {
			return nil, err
		}
		return list[i : i+1], nil
	}
}

// calledTunnels can be looked up by name and id.
type calledTunnels []store.Tunnel

func (l calledTunnels) count() int        { return len(l) }
func (l calledTunnels) id(i int) string   { return l[i].ID }
func (l calledTunnels) name(i int) string { return l[i].Name }

// listOfPrefixes can be looked up by CIDR and id.
type listOfPrefixes []api.Prefix

func (l listOfPrefixes) count() int        { return len(l) }
func (l listOfPrefixes) id(i int) string   { return l[i].ID }
func (l listOfPrefixes) name(i int) string { return l[i].CIDR }

// objects are the objects of one kind as they were read.
type objects struct {
	kit.Listed
	columns func(tui.Glyphs) []table.Column[table.Row]
}

func (o objects) count() int                   { return len(o.Rows) }
func (o objects) object(i int) json.RawMessage { return o.JSON(o.Rows[i]) }
func (o objects) id(i int) string              { return o.ID(o.Rows[i]) }
func (o objects) name(i int) string            { return o.Name(o.Rows[i]) }

// table is a header and a line per object.
func (o objects) table(c tui.Canvas) []string {
	t, c := fitTable(o.columns(c.Theme.Glyphs), o.ID, o.Rows, c)
	t.SortBy("", false)
	return t.Print(c)
}

// record is one object, a line per column.
func (o objects) record(i int, c tui.Canvas) []string {
	return printRecord(o.columns(c.Theme.Glyphs), o.Rows[i], c)
}

// of reads the objects of the resource; prefix narrows those that belong to a prefix.
func (r resource) of(ctx context.Context, s *session, out output, prefix string) (objects, error) {
	listed, err := r.Read(ctx, s.account, kit.Wanted{Prefixes: s.prefixes(prefix), Columns: out == "table"})
	rows := objects{listed, r.Columns}
	if err == nil && prefix == "" {
		s.knows(r.name(), rows)
	}
	return rows, err
}
