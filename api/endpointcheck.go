package api

// EndpointCheck has Cloudflare's data centers probe a host of the customer's, an object of diagnostics/endpoint-healthchecks. It is not the
// health check of a tunnel. There is no page for it in Cloudflare's dashboard.
type EndpointCheck struct {
	ID        string `json:"id,omitempty"`
	CheckType string `json:"check_type,omitempty"` // "icmp"
	Endpoint  string `json:"endpoint,omitempty"`   // an IP address
	Name      string `json:"name,omitempty"`
	Raw       `json:"-"`
}

// endpointChecks: the document gives a list the answer of a single object; a list is read as an array all the same (unconfirmed).
// It names no permission group for update and delete.
var endpointChecks = resource[EndpointCheck]{kind: kind{
	name: "endpoint_healthchecks", service: Magic, path: "/accounts/{account_id}/diagnostics/endpoint-healthchecks", item: "id", form: plain,
	can:    canList | canGet | canCreate | canUpdate | canDelete,
	perms:  permissions{read: traceWrite, create: traceWrite},
	create: []string{"check_type", "endpoint", "name"},
	modify: []string{"check_type", "endpoint", "name"},
},
	id: func(c *EndpointCheck) string { return c.ID },
}
