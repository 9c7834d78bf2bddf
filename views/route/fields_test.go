package route

import (
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/store"
	"flarewire/internal/testing/uitest"
	"flarewire/tui/resource"
	"flarewire/views/kit"
	"flarewire/views/live"
)

func TestNoFieldOfARouteIsWiredInHalf(t *testing.T) {
	client, err := api.New(api.Options{Credentials: api.Credentials{Token: api.NewSecret("0123456789")}})
	if err != nil {
		t.Fatal(err)
	}
	env := &kit.Env{Ctx: t.Context(), Now: time.Now, Feed: live.New(t.Context(), store.New(client.In("account"), time.Now, 0))}
	m := New(env).(*Module)
	uitest.Fields[api.Route]{Kind: kind.Routes, Form: m.form, FieldOf: fieldOf,
		Page: func(r api.Route) []resource.Section { return m.sections(r, time.Now()) },
		Like: map[string]any{"scope.colo_regions": []any{"WEUR"}},
	}.Check(t)
}
