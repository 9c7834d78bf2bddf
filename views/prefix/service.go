package prefix

import (
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/live"
)

// serviceSource are the services that the account's prefixes can be bound to.
func (m *Module) serviceSource() resource.Source[api.AddressingService] {
	return live.Rows(m.env.Feed, func(s *store.Snapshot) []api.AddressingService { return s.Services.Rows },
		store.Target{Kind: store.Services})
}

func (m *Module) openService(s api.AddressingService) tui.View {
	return resource.NewDetail(m.describeServices(), m.serviceSource(), s)
}

// openServiceOf opens the service with an id, which a binding names: its page, or as long as it is not known the list.
func (m *Module) openServiceOf(id string) tui.View {
	for _, s := range m.env.Feed.Last().Services.Rows {
		if s.ID == id {
			return m.openService(s)
		}
	}
	return m.all("cidr:" + serviceWord)()
}

// describeServices describes a service: nothing but a name and an id.
func (m *Module) describeServices() resource.Description[api.AddressingService] {
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
		Around: m.aroundService,
	}
}
