package simaccount

import "net/http"

// What the document leaves open about endpoint health checks is chosen here: a list is an array, though the document gives it the
// answer of a single object. A PUT replaces the whole check; an unknown one is 404 with 1404. icmp is the only check_type.

var endpointFields = []field{
	{name: "check_type", kind: text, required: true, oneOf: []string{"icmp"}},
	{name: "endpoint", kind: text, required: true, check: checkIP},
	{name: "name", kind: text},
}

var endpointChecks = &magicResource{title: "Endpoint Health Check"}

func endpointOperations() []operation {
	const base, one = "/accounts/{account_id}/diagnostics/endpoint-healthchecks",
		"/accounts/{account_id}/diagnostics/endpoint-healthchecks/{id}"
	return []operation{
		{method: "GET", path: base, needs: transitWriters, notOnboardedCode: notOnboarded,
			run: func(c *call) (any, error) { return c.server.all(EndpointChecks), nil }},
		{method: "POST", path: base, needs: transitWriters, notOnboardedCode: notOnboarded, status: http.StatusCreated, run: createEndpointCheck},
		{method: "GET", path: one, needs: transitWriters, notOnboardedCode: notOnboarded, run: getEndpointCheck},
		{method: "PUT", path: one, needs: transitWriters, notOnboardedCode: notOnboarded, run: updateEndpointCheck},
		{method: "DELETE", path: one, needs: transitWriters, notOnboardedCode: notOnboarded, run: deleteEndpointCheck},
	}
}

func (c *call) endpointCheck() (*record, error) {
	if r := c.server.objects[EndpointChecks].byID[c.vars["id"]]; r != nil {
		return r, nil
	}
	return nil, newProblem(http.StatusNotFound, endpointNotFound, "Endpoint Health Check not found")
}

// endpointNotFound is chosen: the documents name no code.
const endpointNotFound = 1404

func (c *call) endpointBody(doing string) (Object, error) {
	body, err := c.object("EndpointHealthCheck")
	if err != nil {
		return nil, endpointChecks.wrap(doing, err)
	}
	o, err := decoder{typeName: "EndpointHealthCheck", create: true}.object(endpointFields, body, "")
	if err != nil {
		return nil, endpointChecks.wrap(doing, err)
	}
	return o, nil
}

func createEndpointCheck(c *call) (any, error) {
	o, err := c.endpointBody("creating")
	if err != nil {
		return nil, err
	}
	return c.server.insert(EndpointChecks, o, c.now).obj, nil
}

func getEndpointCheck(c *call) (any, error) {
	r, err := c.endpointCheck()
	if err != nil {
		return nil, err
	}
	return r.obj, nil
}

// updateEndpointCheck replaces the whole object: a name that is not sent is gone.
func updateEndpointCheck(c *call) (any, error) {
	r, err := c.endpointCheck()
	if err != nil {
		return nil, err
	}
	o, err := c.endpointBody("updating")
	if err != nil {
		return nil, err
	}
	o["id"] = r.id
	r.obj = o
	r.changed()
	return o, nil
}

func deleteEndpointCheck(c *call) (any, error) {
	r, err := c.endpointCheck()
	if err != nil {
		return nil, err
	}
	c.server.objects[EndpointChecks].remove(r)
	return nil, nil
}

// furnishEndpointChecks makes what is probed at the two data centers, one of them without a name.
func (s *Server) furnishEndpointChecks() {
	for _, o := range []Object{
		{"check_type": "icmp", "endpoint": "198.18.10.1", "name": "Frankfurt edge router"},
		{"check_type": "icmp", "endpoint": "198.18.20.1", "name": "Amsterdam load balancer"},
		{"check_type": "icmp", "endpoint": "198.18.30.10"},
	} {
		s.insert(EndpointChecks, o, s.past(40, "endpoint check", o["endpoint"]))
	}
}
