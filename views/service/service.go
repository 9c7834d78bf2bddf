// Package service binds the addressing services (what a prefix can be bound to) to the frame.
package service

import (
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// Module is the services that the account's prefixes can be bound to.
type Module struct{ env *kit.Env }

// New makes the module.
func New(env *kit.Env) kit.Module {
	return &Module{env}
}

// Destinations implements kit.Module.
func (m *Module) Destinations() []tui.Destination {
	return []tui.Destination{kit.Part(kind.Services, "prefixes", func() tui.View { return m.open("") })}
}

// open opens the services, the one with an id when it is given.
func (m *Module) open(id string) tui.View {
	l := resource.NewList(describe(), m.source())
	l.SetFilter(id)
	return l
}

// OpenObject implements kit.Opener, for the bindings that name a service.
func (m *Module) OpenObject(of store.Kind, id string) tui.View {
	if of != kind.Services || id == "" {
		return nil
	}
	return m.open(id)
}

// Services implements kit.Module.
func (m *Module) Services() []tui.Service { return nil }

func (m *Module) source() resource.Source[api.AddressingService] {
	return live.Rows(m.env.Feed, func(s *store.Snapshot) []api.AddressingService { return s.Services.Rows },
		store.Detail{Kind: store.Services})
}

func describe() resource.Description[api.AddressingService] {
	type S = api.AddressingService
	return resource.Description[S]{
		Plural: kind.Services.About().Title, SortBy: "name",
		ID:   func(s S) string { return s.ID },
		Name: func(s S) string { return s.Name },
		JSON: func(s S) []byte { return s.JSON() },
		Columns: []table.Column[S]{
			{Key: "name", Title: "NAME", Width: 24, Text: func(s S, _ time.Time) string { return tui.Clean(s.Name) },
				Role: func(S) tui.Role { return tui.Strong }},
			{Key: "id", Title: "ID", Width: 32, Text: func(s S, _ time.Time) string { return tui.Clean(s.ID) }},
		},
		NoCreate: kind.Services.About().WhyNot(kind.Create),
		NoEdit:   kind.Services.About().WhyNot(kind.Update),
		NoDelete: resource.Always[S](kind.Services.About().WhyNot(kind.Delete)),
		Sections: func(s S, _ time.Time) []resource.Section {
			return []resource.Section{{Title: "Service", Fields: []resource.Field{{Label: "Name", Value: s.Name}, {Label: "ID", Value: s.ID}}}}
		},
	}
}
