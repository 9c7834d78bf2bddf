package kit

import (
	"flarewire/tui"
	"flarewire/tui/resource"
)

// Namer is a module with rows that can be gone to by name beside the objects of an Indexer, which tunnels, routes and prefixes lead to.
type Namer interface {
	// Named are those that are known.
	Named() []tui.Object
}

// NamedRows are the rows of a list as what can be gone to by name. label is what one is, in a word; more are its other names, nil for none.
func NamedRows[T any](label string, d resource.Description[T], s resource.Source[T], more func(T) []string) []tui.Object {
	rows := s.Rows()
	out := make([]tui.Object, len(rows))
	for i, row := range rows {
		out[i] = tui.Object{ID: label + "/" + d.ID(row), Label: label, Name: d.Name(row), Open: func() tui.View {
			if d.Open != nil {
				return d.Open(row)
			}
			return resource.NewDetail(d, s, row)
		}}
		if more != nil {
			out[i].More = more(row)
		}
	}
	return out
}
