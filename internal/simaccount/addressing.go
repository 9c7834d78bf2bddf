package simaccount

import (
	"errors"
	"net/http"
	"slices"
	"time"
)

// Codes of the addressing service.
const (
	prefixNotFound  = 1000
	invalidNetwork  = 1001
	noPrefixes      = 1003
	childNotFound   = 1002
	bindingRefused  = 1003
	onDemandRefused = 1004 // chosen: the documents name no code, see Choices
)

// bindingTime is how long a service binding stays "provisioning".
const bindingTime = 5 * time.Hour

// validationTime is how long the checks of a prefix stay "pending" after they were asked for.
const validationTime = 20 * time.Second

var (
	prefixFields = []field{
		{name: "cidr", kind: text, required: true, check: checkCIDR},
		{name: "asn", kind: integer, required: true, bounds: &bounds{1, maxASN}},
		{name: "description", kind: text, def: "", bounds: &bounds{0, 1000}},
		{name: "delegate_loa_creation", kind: boolean, def: false},
		{name: "loa_document_id", kind: text, nullable: true, bounds: &bounds{0, 32}},
	}
	descriptionFields = []field{{name: "description", kind: text, required: true, bounds: &bounds{0, 1000}}}
	cidrFields        = []field{{name: "cidr", kind: text, required: true, check: checkCIDR}}
	bindingFields     = append(slices.Clone(cidrFields),
		field{name: "service_id", kind: text, required: true, bounds: &bounds{1, 32}})
	delegationFields = append(slices.Clone(cidrFields),
		field{name: "delegated_account_id", kind: text, required: true, bounds: &bounds{32, 32}})
)

func addressingOperations() []operation {
	const base, one = "/accounts/{account_id}/addressing/", "/accounts/{account_id}/addressing/prefixes/{prefix_id}"
	ops := []operation{
		{method: "GET", path: base + "prefixes", needs: prefixReaders, run: listPrefixes},
		{method: "POST", path: base + "prefixes", needs: prefixWriters, status: 201, run: createPrefix},
		{method: "GET", path: one, needs: prefixReaders, run: getPrefix},
		{method: "PATCH", path: one, needs: prefixWriters, run: describePrefix},
		{method: "DELETE", path: one, needs: transitWriters, run: deletePrefix},
		{method: "POST", path: one + "/validate", needs: prefixWriters, status: 202, run: validatePrefix},
		{method: "GET", path: one + "/bgp/prefixes", needs: prefixReaders, run: listBGPPrefixes},
		{method: "POST", path: one + "/bgp/prefixes", needs: prefixWriters, run: createBGPPrefix},
		{method: "GET", path: one + "/bgp/prefixes/{id}", needs: prefixReaders, run: getBGPPrefix},
		{method: "PATCH", path: one + "/bgp/prefixes/{id}", needs: onDemandWriter, run: updateBGPPrefix},
		{method: "DELETE", path: one + "/bgp/prefixes/{id}", needs: onDemandWriter, run: deleteBGPPrefix},
		{method: "GET", path: one + "/bgp/status", needs: prefixReaders, run: getBGPStatus},
		{method: "PATCH", path: one + "/bgp/status", needs: onDemandWriter, run: setBGPStatus},
		{method: "GET", path: one + "/bindings", needs: bindingReaders, run: listBindings},
		{method: "POST", path: one + "/bindings", needs: bindingWriters, status: 201, run: createBinding},
		{method: "GET", path: one + "/bindings/{id}", needs: bindingReaders, run: getBinding},
		{method: "DELETE", path: one + "/bindings/{id}", needs: bindingWriters, run: deleteBinding},
		{method: "GET", path: one + "/delegations", needs: prefixReaders, run: listDelegations},
		{method: "POST", path: one + "/delegations", needs: bindingWriters, run: createDelegation},
		{method: "DELETE", path: one + "/delegations/{id}", needs: bindingWriters, run: deleteDelegation},
		{method: "GET", path: base + "services", needs: bindingReaders, run: listServices},
		{method: "GET", path: base + "leases", needs: prefixReaders, run: listLeases},
	}
	for i := range ops {
		ops[i].notOnboardedCode = noPrefixes
	}
	return ops
}

// addressingBody reads a body; a refused value has the code of an invalid network, whatever the field.
func (c *call) addressingBody(fields []field, name string) (Object, error) {
	body, err := c.object(name)
	if err == nil {
		var o Object
		if o, err = (decoder{typeName: name, create: true}).object(fields, body, ""); err == nil {
			return o, nil
		}
	}
	var i *invalid
	if errors.As(err, &i) {
		return nil, newProblem(http.StatusBadRequest, invalidNetwork, "Invalid request: "+i.text)
	}
	return nil, err
}

// all lists the objects of a kind as they are stored.
func (s *Server) all(kind Resource) []any {
	return s.matching(kind, func(*record) bool { return true })
}

func listServices(c *call) (any, error) { return c.server.all(Services), nil }

func listLeases(c *call) (any, error) {
	leases := c.server.all(Leases)
	n := len(leases)
	return paged{result: leases, info: Object{"page": 1, "per_page": max(n, 20), "count": n, "total_count": n, "total_pages": 1}}, nil
}

func (c *call) prefix() (*record, error) {
	if r := c.server.objects[Prefixes].byID[c.vars["prefix_id"]]; r != nil {
		return r, nil
	}
	return nil, newProblem(http.StatusNotFound, prefixNotFound, "Prefix not found")
}

func listPrefixes(c *call) (any, error) {
	out := []any{}
	for _, r := range c.server.objects[Prefixes].list {
		out = append(out, c.server.prefixView(r, c.now))
	}
	return out, nil
}

func getPrefix(c *call) (any, error) {
	r, err := c.prefix()
	if err != nil {
		return nil, err
	}
	return c.server.prefixView(r, c.now), nil
}

// prefixView adds what follows from the BGP prefix of the same CIDR (the deprecated fields) and from the running checks.
func (s *Server) prefixView(r *record, now time.Time) Object {
	view := deepCopy(r.obj).(Object)
	view["advertised"], view["advertised_modified_at"] = nil, nil
	view["on_demand_enabled"], view["on_demand_locked"] = false, false
	if b := s.mainBGPPrefix(r); b != nil {
		for name, v := range b.onDemand() {
			view[name] = v
		}
	}
	if !r.revalidated.IsZero() && now.Sub(r.revalidated) < validationTime {
		for _, name := range []string{"irr_validation_state", "rpki_validation_state", "ownership_validation_state"} {
			view[name] = "pending"
		}
	}
	return view
}

// mainBGPPrefix is the one that covers the whole prefix.
func (s *Server) mainBGPPrefix(prefix *record) *record {
	for _, b := range s.objects[BGPPrefixes].children(prefix.id) {
		if b.text("cidr") == prefix.text("cidr") {
			return b
		}
	}
	return nil
}

func createPrefix(c *call) (any, error) {
	o, err := c.addressingBody(prefixFields, "Prefix")
	if err != nil {
		return nil, err
	}
	for _, r := range c.server.objects[Prefixes].list {
		if overlaps(r.text("cidr"), o["cidr"].(string)) {
			return nil, newProblem(http.StatusBadRequest, invalidNetwork, "cidr overlaps with the prefix "+r.text("cidr"))
		}
	}
	r := c.server.addPrefix(withDefaults(prefixFields, o), false, c.now)
	return c.server.prefixView(r, c.now), nil
}

// addPrefix stores a prefix; an approved one has passed every check.
func (s *Server) addPrefix(o Object, approved bool, created time.Time) *record {
	state, mark := "pending", "P"
	if approved {
		state, mark = "valid", "V"
	}
	token := s.hash("ownership", o["cidr"])
	for name, v := range (Object{
		"account_id": s.account, "approved": mark, "loa_document_id": nil, "delegate_loa_creation": false,
		"irr_validation_state": state, "rpki_validation_state": state, "ownership_validation_state": state,
		"asn_ownership_validation_state": state, "ownership_validation_token": uuid(token),
		"created_at": stamp(created), "modified_at": stamp(created),
	}) {
		if _, present := o[name]; !present {
			o[name] = v
		}
	}
	return s.insert(Prefixes, o, created)
}

func describePrefix(c *call) (any, error) {
	r, err := c.prefix()
	if err != nil {
		return nil, err
	}
	o, err := c.addressingBody(descriptionFields, "Prefix")
	if err != nil {
		return nil, err
	}
	r.obj["description"], r.obj["modified_at"] = o["description"], stamp(c.now)
	return c.server.prefixView(r, c.now), nil
}

// deletePrefix: only one that was never approved.
func deletePrefix(c *call) (any, error) {
	r, err := c.prefix()
	if err != nil {
		return nil, err
	}
	if r.text("approved") == "V" {
		return nil, newProblem(http.StatusForbidden, 10405, "Method not allowed: only unapproved prefixes can be deleted")
	}
	for _, kind := range []Resource{BGPPrefixes, Bindings, Delegations} {
		for _, child := range c.server.objects[kind].children(r.id) {
			c.server.objects[kind].remove(child)
		}
	}
	c.server.objects[Prefixes].remove(r)
	return nil, nil
}

func validatePrefix(c *call) (any, error) {
	r, err := c.prefix()
	if err != nil {
		return nil, err
	}
	r.revalidated = c.now
	return c.server.prefixView(r, c.now), nil
}

// children lists what hangs below the prefix of the path.
func (c *call) children(kind Resource, view func(*record) Object) (any, error) {
	prefix, err := c.prefix()
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, r := range c.server.objects[kind].children(prefix.id) {
		out = append(out, view(r))
	}
	return out, nil
}

// child finds one of them.
func (c *call) child(kind Resource, what string) (prefix, child *record, err error) {
	if prefix, err = c.prefix(); err != nil {
		return nil, nil, err
	}
	child = c.server.objects[kind].byID[c.vars["id"]]
	if child == nil || child.parent != prefix.id {
		return nil, nil, newProblem(http.StatusNotFound, childNotFound, what+" not found")
	}
	return prefix, child, nil
}

func listDelegations(c *call) (any, error) {
	return c.children(Delegations, func(r *record) Object { return r.obj })
}

func createDelegation(c *call) (any, error) {
	prefix, err := c.prefix()
	if err != nil {
		return nil, err
	}
	o, err := c.addressingBody(delegationFields, "Delegation")
	if err != nil {
		return nil, err
	}
	if !within(o["cidr"].(string), prefix.text("cidr")) {
		return nil, newProblem(http.StatusBadRequest, invalidNetwork, "cidr must be within the prefix "+prefix.text("cidr"))
	}
	return c.server.addDelegation(prefix, o, c.now).obj, nil
}

func (s *Server) addDelegation(prefix *record, o Object, created time.Time) *record {
	o["parent_prefix_id"], o["created_at"], o["modified_at"] = prefix.id, stamp(created), stamp(created)
	r := s.insert(Delegations, o, created)
	r.parent = prefix.id
	return r
}

func deleteDelegation(c *call) (any, error) {
	_, r, err := c.child(Delegations, "Delegation")
	if err != nil {
		return nil, err
	}
	c.server.objects[Delegations].remove(r)
	return Object{"id": r.id}, nil
}
