package simaccount

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"
)

func magicSettingsFields() []field {
	return []field{
		{name: "conduit_name", kind: text, required: true, check: checkName},
		{name: "description", kind: text, required: true},
		{name: "mtu", kind: integer, required: true, bounds: &bounds{0, 1<<31 - 1}},
	}
}

// cniFields are what a create may send; a PUT must send the whole object.
var (
	cniFields = []field{
		{name: "account", kind: text, required: true},
		{name: "interconnect", kind: text, required: true},
		{name: "magic", kind: nested, required: true, fields: magicSettingsFields()},
		{name: "bgp", kind: nested, fields: []field{
			{name: "customer_asn", kind: integer, required: true, bounds: &bounds{0, 1<<31 - 1}},
			{name: "extra_prefixes", kind: texts, required: true, check: checkCIDRs},
			{name: "md5_key", kind: text, nullable: true, check: checkMD5},
		}},
	}
	wholeCNIFields = append(slices.Clone(cniFields),
		field{name: "bgp_mode", kind: text, oneOf: []string{"dynamic_route_exchange", "advertise_only"}},
		field{name: "id", kind: text, required: true},
		field{name: "cust_ip", kind: text, required: true, check: checkPointToPoint},
		field{name: "p2p_ip", kind: text, required: true, check: checkPointToPoint},
	)
	physicalFields = []field{
		{name: "account", kind: text, required: true},
		{name: "slot_id", kind: text, required: true},
		{name: "type", kind: text, required: true},
		{name: "speed", kind: text, nullable: true},
	}
	partnerFields = []field{
		{name: "account", kind: text, required: true},
		{name: "bandwidth", kind: text, required: true, oneOf: []string{
			"50M", "100M", "200M", "300M", "400M", "500M", "1G", "2G", "5G", "10G", "20G", "50G",
		}},
		{name: "pairing_key", kind: text, required: true, bounds: &bounds{1, 255}},
		{name: "type", kind: text, required: true},
	}
	cniSettingsFields = []field{{name: "default_asn", kind: integer, nullable: true, bounds: &bounds{0, 1<<31 - 1}}}
)

func checkPointToPoint(v any) string {
	if p, err := netip.ParsePrefix(v.(string)); err != nil || !p.Addr().Is4() {
		return "must be of the form A.B.C.D/N"
	}
	return ""
}

func cniOperations() []operation {
	const base = "/accounts/{account_id}/cni/"
	ops := []operation{
		{method: "GET", path: base + "cnis", run: listCNIs},
		{method: "POST", path: base + "cnis", run: createCNI},
		{method: "GET", path: base + "cnis/{cni}", run: getCNI},
		{method: "PUT", path: base + "cnis/{cni}", run: updateCNI},
		{method: "DELETE", path: base + "cnis/{cni}", run: deleteCNI},
		{method: "GET", path: base + "interconnects", run: listInterconnects},
		{method: "POST", path: base + "interconnects", run: createInterconnect},
		{method: "GET", path: base + "interconnects/{icon}", run: getInterconnect},
		{method: "DELETE", path: base + "interconnects/{icon}", run: deleteInterconnect},
		{method: "GET", path: base + "interconnects/{icon}/status", run: interconnectStatus},
		{method: "GET", path: base + "interconnects/{icon}/loa", run: interconnectLOA},
		{method: "GET", path: base + "slots", run: listSlots},
		{method: "GET", path: base + "slots/{slot}", run: getSlot},
		{method: "GET", path: base + "settings", run: getCNISettings},
		{method: "PUT", path: base + "settings", run: putCNISettings},
	}
	for i := range ops {
		ops[i].style, ops[i].notOnboardedCode, ops[i].needs = bare, notOnboarded, magicWriters
		if ops[i].method == http.MethodGet {
			ops[i].needs = magicReaders
		}
	}
	return ops
}

// The CNI service's own error codes; the documents name none, see Choices.
func cniBad(format string, args ...any) *problem {
	return newProblem(http.StatusBadRequest, 1400, fmt.Sprintf(format, args...))
}

func cniMissing(what string) *problem {
	return newProblem(http.StatusNotFound, 1404, what+" not found")
}

// cniConflict is documented for a create of a CNI only; elsewhere a name or slot in use is an ordinary bad request.
func cniConflict(format string, args ...any) *problem {
	return newProblem(http.StatusConflict, 1409, fmt.Sprintf(format, args...))
}

// cniBody reads a body by the rules of this service: null is nothing special, but a missing field is an error.
func (c *call) cniBody(fields []field, name string) (Object, error) {
	body, err := c.object("json")
	if err != nil {
		return nil, cniBad("%s", err)
	}
	o, err := decoder{typeName: name, create: true}.object(fields, body, "")
	if err != nil {
		return nil, cniBad("%s", err)
	}
	if account, ok := o["account"]; ok && account != c.server.account {
		return nil, cniBad("account must be %s", c.server.account)
	}
	return o, nil
}

// Page sizes of the CNI lists: small by default, so that a client that stops after the first page is caught.
const (
	cniPage    = 5
	cniMaxPage = 100
)

// pageOf cuts a list by cursor and limit; the cursor is the place of the next item.
func (c *call) pageOf(items []any) (any, error) {
	from, err := c.number("cursor", 0, 0, 1<<31-1)
	if err != nil {
		return nil, cniBad("cursor is invalid")
	}
	limit, err := c.number("limit", cniPage, 1, cniMaxPage)
	if err != nil {
		return nil, cniBad("limit must be from 1 to %d", cniMaxPage)
	}
	from = min(from, len(items))
	to := min(from+limit, len(items))
	var next any
	if to < len(items) {
		next = to
	}
	return Object{"items": items[from:to], "next": next}, nil
}

// matching lists the objects of a kind for which keep is true.
func (s *Server) matching(kind Resource, keep func(*record) bool) []any {
	out := []any{}
	for _, r := range s.objects[kind].list {
		if keep(r) {
			out = append(out, r.obj)
		}
	}
	return out
}

// asked says whether a filter of the query is absent or equal to value.
func (c *call) asked(filter, value string) bool {
	want := c.query.Get(filter)
	return want == "" || want == value
}

func listCNIs(c *call) (any, error) {
	links, icons := c.server.objects[Links], c.server.objects[Ports]
	return c.pageOf(c.server.matching(CNIs, func(r *record) bool {
		slot, tunnel := "", ""
		if icon := icons.byID[r.text("interconnect")]; icon != nil {
			slot = icon.text("slot_id")
		}
		if link := links.find(r.conduit()); link != nil {
			tunnel = link.id
		}
		return c.asked("slot", slot) && c.asked("tunnel_id", tunnel)
	}))
}

// conduit is the name of the tunnel interface of a CNI.
func (r *record) conduit() string {
	m, _ := r.obj["magic"].(Object)
	name, _ := m["conduit_name"].(string)
	return name
}

func (c *call) cni() (*record, error) {
	if r := c.server.objects[CNIs].byID[c.vars["cni"]]; r != nil {
		return r, nil
	}
	return nil, cniMissing("CNI")
}

func getCNI(c *call) (any, error) {
	r, err := c.cni()
	if err != nil {
		return nil, err
	}
	return r.obj, nil
}

// createCNI also makes the tunnel interface, which later is edited under /magic/cf_interconnects.
func createCNI(c *call) (any, error) {
	o, err := c.cniBody(cniFields, "CniCreate")
	if err != nil {
		return nil, err
	}
	icon := c.server.objects[Ports].byID[o["interconnect"].(string)]
	if icon == nil {
		return nil, cniBad("interconnect %s does not exist", o["interconnect"])
	}
	conduit := o["magic"].(Object)["conduit_name"].(string)
	if c.server.connected(conduit) {
		return nil, cniConflict("conduit_name %s is already in use", conduit)
	}
	o["p2p_ip"], o["cust_ip"] = c.server.pointToPoint()
	if o["bgp"] != nil {
		o["bgp_mode"] = "dynamic_route_exchange"
	}
	r := c.server.insert(CNIs, o, c.now)
	c.server.addLink(r, icon, "2", c.now)
	return r.obj, nil
}

// connected says whether a name is taken by any tunnel or interconnect.
func (s *Server) connected(name string) bool {
	return slices.ContainsFunc(s.connections(nil), func(r *record) bool { return r.text("name") == name })
}

func updateCNI(c *call) (any, error) {
	r, err := c.cni()
	if err != nil {
		return nil, err
	}
	o, err := c.cniBody(wholeCNIFields, "Cni")
	if err != nil {
		return nil, err
	}
	if o["id"] != r.id || o["interconnect"] != r.obj["interconnect"] {
		return nil, cniBad("id and interconnect cannot be changed")
	}
	if !overlaps(o["cust_ip"].(string), o["p2p_ip"].(string)) {
		return nil, cniBad("cust_ip must be inside the same prefix as p2p_ip")
	}
	before := r.conduit()
	next := record{obj: o}
	if next.conduit() != before && c.server.connected(next.conduit()) {
		return nil, cniBad("conduit_name %s is already in use", next.conduit())
	}
	r.obj = o
	if link := c.server.objects[Links].find(before); link != nil {
		link.obj["name"] = r.conduit()
		link.changed()
	}
	return r.obj, nil
}

func deleteCNI(c *call) (any, error) {
	r, err := c.cni()
	if err != nil {
		return nil, err
	}
	c.server.objects[CNIs].remove(r)
	if link := c.server.objects[Links].find(r.conduit()); link != nil {
		c.server.objects[Links].remove(link)
	}
	return nil, nil
}

func listInterconnects(c *call) (any, error) {
	return c.pageOf(c.server.matching(Ports, func(r *record) bool {
		return c.asked("site", r.text("site")) && c.asked("type", r.text("type"))
	}))
}

func (c *call) interconnect() (*record, error) {
	if r := c.server.objects[Ports].byID[c.vars["icon"]]; r != nil {
		return r, nil
	}
	return nil, cniMissing("Interconnect")
}

func getInterconnect(c *call) (any, error) {
	r, err := c.interconnect()
	if err != nil {
		return nil, err
	}
	return r.obj, nil
}

// createInterconnect orders a port in a slot, or pairs with a partner when the body has a pairing key.
func createInterconnect(c *call) (any, error) {
	body, err := c.object("json")
	if err != nil {
		return nil, cniBad("%s", err)
	}
	if _, partner := body["pairing_key"]; partner {
		return orderPartner(c)
	}
	o, err := c.cniBody(physicalFields, "InterconnectCreate")
	if err != nil {
		return nil, err
	}
	slot := c.server.objects[Slots].byID[o["slot_id"].(string)]
	switch {
	case slot == nil:
		return nil, cniBad("slot_id %s does not exist", o["slot_id"])
	case slot.obj["occupied"] == true:
		return nil, cniBad("slot_id %s is occupied", o["slot_id"])
	case o["speed"] != nil && o["speed"] != slot.obj["speed"]:
		return nil, cniBad("speed of the slot is %s", slot.text("speed"))
	}
	return c.server.addPhysical(slot, o["type"].(string), c.now).obj, nil
}

func orderPartner(c *call) (any, error) {
	o, err := c.cniBody(partnerFields, "InterconnectCreate")
	if err != nil {
		return nil, err
	}
	r := c.server.addInterconnect(Object{
		"account": c.server.account, "name": c.server.iconName("gcp"), "region": "europe-west3", "type": o["type"],
		"owner": c.server.account, "speed": o["bandwidth"],
	}, c.now)
	return r.obj, nil
}

func deleteInterconnect(c *call) (any, error) {
	r, err := c.interconnect()
	if err != nil {
		return nil, err
	}
	for _, cni := range c.server.objects[CNIs].list {
		if cni.text("interconnect") == r.id {
			return nil, cniBad("interconnect %s still has CNIs", r.id)
		}
	}
	c.server.objects[Ports].remove(r)
	if slot := c.server.objects[Slots].byID[r.text("slot_id")]; slot != nil {
		slot.obj["occupied"] = false
		delete(slot.obj, "account")
	}
	return nil, nil
}

// cablingTime is how long a new interconnect waits for its cross-connect.
const cablingTime = 72 * time.Hour

func interconnectStatus(c *call) (any, error) {
	r, err := c.interconnect()
	if err != nil {
		return nil, err
	}
	state, reason := r.linkState, any(nil)
	if state == "" {
		state = "Pending"
		if c.now.Sub(r.created) >= cablingTime {
			state = "Healthy"
		}
	}
	if r.linkReason != "" {
		reason = r.linkReason
	}
	return Object{"state": state, "reason": reason}, nil
}

// SetInterconnectStatus makes /status of an interconnect answer this state ("Pending", "Down", "Unhealthy", "Healthy") and reason.
func (s *Server) SetInterconnectStatus(name, state, reason string) error {
	return s.mutate(Ports, name, func(r *record) { r.linkState, r.linkReason = state, reason })
}

func interconnectLOA(c *call) (any, error) {
	r, err := c.interconnect()
	if err != nil {
		return nil, err
	}
	name := or(c.query.Get("name"), "Northwind Freight")
	if len([]rune(name)) > 200 {
		return nil, cniBad("name must be at most 200 characters")
	}
	return document{contentType: "application/pdf", body: pdf(
		"Letter of Authorization (simulated)", "Customer: "+name, "Interconnect: "+r.id, "Site: "+r.text("site"),
	)}, nil
}

func listSlots(c *call) (any, error) {
	return c.pageOf(c.server.matching(Slots, func(r *record) bool {
		facility := r.obj["facility"].(Object)
		address := fmt.Sprint(facility["address"])
		return c.asked("site", r.text("site")) && c.asked("speed", r.text("speed")) &&
			c.asked("occupied", fmt.Sprint(r.obj["occupied"])) && strings.Contains(address, c.query.Get("address_contains"))
	}))
}

func getSlot(c *call) (any, error) {
	if r := c.server.objects[Slots].byID[c.vars["slot"]]; r != nil {
		return r.obj, nil
	}
	return nil, cniMissing("Slot")
}

func getCNISettings(c *call) (any, error) { return c.server.settings, nil }

func putCNISettings(c *call) (any, error) {
	o, err := c.cniBody(cniSettingsFields, "SettingsRequest")
	if err != nil {
		return nil, err
	}
	if asn, ok := o["default_asn"].(int64); ok {
		if asn != cloudflareASN && (asn < 64512 || asn > 65534) {
			return nil, cniBad("default_asn must be 13335 or a private 2-byte ASN")
		}
		c.server.settings["default_asn"] = asn
	}
	return c.server.settings, nil
}
