package filterprofile

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

func TestNoFieldOfAFilterProfileIsWiredInHalf(t *testing.T) {
	m := New(&kit.Env{Now: time.Now, Feed: live.New(t.Context(), store.New(nil, time.Now, 0))}).(*Module)
	uitest.Fields[api.FilterProfile]{Kind: kind.FilterProfiles, Form: m.form,
		Page: func(p api.FilterProfile) []resource.Section { return m.sections(p, time.Now()) },
	}.Check(t)
}
