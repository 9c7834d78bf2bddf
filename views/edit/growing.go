package edit

import (
	"encoding/json"
	"maps"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/tui/form"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

func (e *editor) collection() api.Objects { return e.resource.In(e.env.Account) }

// growing shows the request that a form amounts to while it is filled in, and below it what the form itself has to show. It is built as the
// review builds it, and never sent. What differs from the object as it is, where there is one, is set off.
func (e *editor) growing(opened api.Object, is bool, more func(*form.Form) []resource.Section,
	build func(api.Object) (api.Request, error)) func(*form.Form) []resource.Section {
	var wanted *api.Object
	opts := e.form("", opened, func(o api.Object) tea.Cmd { wanted = &o; return nil })
	var before json.RawMessage
	if r, err := build(opened); err == nil && is {
		before = r.Body()
	}
	return func(f *form.Form) []resource.Section {
		wanted = nil
		opts.Submit(maps.Clone(f.Values()))
		var out []resource.Section
		if wanted != nil {
			if r, err := build(*wanted); err == nil {
				out = append(out, kit.RequestSection(r, before, func(path string) bool { return f.Lacks(e.keyOf(path)) }))
			}
		}
		if more != nil {
			out = append(out, more(f)...)
		}
		return out
	}
}

// keyOf is the form's key for a path of the API.
func (e *editor) keyOf(path string) string {
	if e.fieldOf == nil {
		return path
	}
	return e.fieldOf(path)
}
