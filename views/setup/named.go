package setup

import (
	"flarewire/tui"
	"flarewire/views/kit"
)

// Named implements kit.Namer: what can be made, and the drafts by what they are to be called.
func (m *Module) Named() []tui.Object {
	var out []tui.Object
	for _, s := range m.env.Setups() {
		at := func() tui.View {
			p := NewPage(m.env)
			p.table.Select("new/" + s.Kind)
			return p
		}
		out = append(out, tui.Object{ID: "setup/" + s.Kind, Label: "setup", Name: s.Label, Open: at})
		if d, ok := m.env.Drafts.Draft(s.Kind); ok {
			out = append(out, tui.Object{ID: "draft/" + s.Kind, Label: "draft", Name: kit.DraftName(d), More: []string{s.Label}, Open: at})
		}
	}
	return out
}
