package endpointcheck

import (
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/testing/uitest"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

func TestNoFieldOfAnEndpointCheckIsWiredInHalf(t *testing.T) {
	m := New(&kit.Env{Now: time.Now}).(*Module)
	uitest.Fields[api.EndpointCheck]{Kind: kind.EndpointChecks, Form: m.form,
		Page:      func(c api.EndpointCheck) []resource.Section { return m.describe().Sections(c, time.Now()) },
		NotInForm: map[string]string{"check_type": "there is one type: a new check has it (Blank of the editor)"},
	}.Check(t)
}
