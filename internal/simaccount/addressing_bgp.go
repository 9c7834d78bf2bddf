package simaccount

import (
	"net/http"
	"time"
)

var (
	bgpPrefixUpdate = []field{
		{name: "on_demand", kind: nested, fields: []field{{name: "advertised", kind: boolean}}},
		{name: "asn_prepend_count", kind: integer, bounds: &bounds{0, 3}},
		{name: "auto_advertise_withdraw", kind: boolean},
	}
	statusFields = []field{{name: "advertised", kind: boolean, required: true}}
)

// onDemand is the part of a BGP prefix that says whether it is advertised.
func (r *record) onDemand() Object {
	o, _ := r.obj["on_demand"].(Object)
	return o
}

func listBGPPrefixes(c *call) (any, error) {
	return c.children(BGPPrefixes, func(r *record) Object { return r.obj })
}

func getBGPPrefix(c *call) (any, error) {
	_, r, err := c.child(BGPPrefixes, "BGP prefix")
	if err != nil {
		return nil, err
	}
	return r.obj, nil
}

// createBGPPrefix makes a withdrawn one.
func createBGPPrefix(c *call) (any, error) {
	prefix, err := c.prefix()
	if err != nil {
		return nil, err
	}
	o, err := c.addressingBody(cidrFields, "BGPPrefix")
	if err != nil {
		return nil, err
	}
	cidr := o["cidr"].(string)
	if !within(cidr, prefix.text("cidr")) {
		return nil, newProblem(http.StatusBadRequest, invalidNetwork, "cidr must be within the prefix "+prefix.text("cidr"))
	}
	for _, b := range c.server.objects[BGPPrefixes].children(prefix.id) {
		if b.text("cidr") == cidr {
			return nil, newProblem(http.StatusConflict, invalidNetwork, "cidr "+cidr+" has a BGP prefix already")
		}
	}
	r := c.server.addBGPPrefix(prefix, cidr, c.now)
	return r.obj, nil
}

// addBGPPrefix stores a BGP prefix that can be advertised on demand and is withdrawn.
func (s *Server) addBGPPrefix(prefix *record, cidr string, created time.Time) *record {
	r := s.insert(BGPPrefixes, Object{
		"cidr": cidr, "asn": prefix.obj["asn"], "asn_prepend_count": int64(0), "auto_advertise_withdraw": false,
		"bgp_signal_opts": Object{"enabled": false, "modified_at": nil},
		"on_demand": Object{
			"advertised": false, "advertised_modified_at": nil, "on_demand_enabled": true, "on_demand_locked": false,
		},
		"created_at": stamp(created), "modified_at": stamp(created),
	}, created)
	r.parent = prefix.id
	return r
}

// flippable says why a BGP prefix cannot be advertised or withdrawn through the API.
func flippable(prefix, b *record) error {
	signal, _ := b.obj["bgp_signal_opts"].(Object)
	reason := ""
	switch {
	case prefix.text("approved") != "V":
		reason = "the prefix is not approved"
	case b.onDemand()["on_demand_enabled"] != true:
		reason = "on demand advertisement is not enabled for the prefix"
	case signal["enabled"] == true:
		reason = "the prefix is controlled by BGP signaling"
	case b.onDemand()["on_demand_locked"] == true:
		reason = "on demand advertisement is locked for the prefix"
	default:
		return nil
	}
	return newProblem(http.StatusBadRequest, onDemandRefused, "Cannot change the advertisement status: "+reason)
}

func updateBGPPrefix(c *call) (any, error) {
	prefix, b, err := c.child(BGPPrefixes, "BGP prefix")
	if err != nil {
		return nil, err
	}
	o, err := c.addressingBody(bgpPrefixUpdate, "BGPPrefix")
	if err != nil {
		return nil, err
	}
	wanted, _ := o["on_demand"].(Object)
	if advertised, sent := wanted["advertised"].(bool); sent {
		if err := c.advertise(prefix, b, advertised); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"asn_prepend_count", "auto_advertise_withdraw"} {
		if v, sent := o[name]; sent {
			b.obj[name] = v
		}
	}
	b.obj["modified_at"] = stamp(c.now)
	return b.obj, nil
}

// advertise flips the status at once, as the API reports it; the Internet follows minutes later.
func (c *call) advertise(prefix, b *record, advertised bool) error {
	if err := flippable(prefix, b); err != nil {
		return err
	}
	if b.onDemand()["advertised"] != advertised {
		b.onDemand()["advertised"], b.onDemand()["advertised_modified_at"] = advertised, stamp(c.now)
	}
	return nil
}

// deleteBGPPrefix: it must be withdrawn first.
func deleteBGPPrefix(c *call) (any, error) {
	_, b, err := c.child(BGPPrefixes, "BGP prefix")
	if err != nil {
		return nil, err
	}
	if b.onDemand()["advertised"] == true {
		return nil, newProblem(http.StatusBadRequest, onDemandRefused, "BGP prefix must be withdrawn before it is deleted")
	}
	c.server.objects[BGPPrefixes].remove(b)
	return nil, nil
}

// bgpStatus is the deprecated view of the BGP prefix that covers the whole prefix.
func (c *call) bgpStatus() (prefix, b *record, err error) {
	if prefix, err = c.prefix(); err != nil {
		return nil, nil, err
	}
	if b = c.server.mainBGPPrefix(prefix); b == nil {
		return nil, nil, newProblem(http.StatusNotFound, childNotFound, "BGP prefix not found")
	}
	return prefix, b, nil
}

// statusView leaves "advertised" out where a BGP prefix says null: this older answer knows only true and false.
func statusView(b *record) Object {
	view := Object{"advertised_modified_at": b.onDemand()["advertised_modified_at"]}
	if advertised, ok := b.onDemand()["advertised"].(bool); ok {
		view["advertised"] = advertised
	}
	return view
}

func getBGPStatus(c *call) (any, error) {
	_, b, err := c.bgpStatus()
	if err != nil {
		return nil, err
	}
	return statusView(b), nil
}

func setBGPStatus(c *call) (any, error) {
	prefix, b, err := c.bgpStatus()
	if err != nil {
		return nil, err
	}
	o, err := c.addressingBody(statusFields, "Status")
	if err != nil {
		return nil, err
	}
	if err := c.advertise(prefix, b, o["advertised"].(bool)); err != nil {
		return nil, err
	}
	return statusView(b), nil
}

// The services that a binding can lead to.
const (
	serviceTransit  = "Magic Transit"
	serviceCDN      = "CDN"
	serviceSpectrum = "Spectrum"
)

func (s *Server) bindingView(r *record, now time.Time) Object {
	view := deepCopy(r.obj).(Object)
	state := "active"
	if now.Sub(r.created) < bindingTime {
		state = "provisioning"
	}
	view["provisioning"] = Object{"state": state}
	return view
}

func listBindings(c *call) (any, error) {
	return c.children(Bindings, func(r *record) Object { return c.server.bindingView(r, c.now) })
}

func getBinding(c *call) (any, error) {
	_, r, err := c.child(Bindings, "Service binding")
	if err != nil {
		return nil, err
	}
	return c.server.bindingView(r, c.now), nil
}

func createBinding(c *call) (any, error) {
	prefix, err := c.prefix()
	if err != nil {
		return nil, err
	}
	o, err := c.addressingBody(bindingFields, "ServiceBinding")
	if err != nil {
		return nil, err
	}
	service := c.server.objects[Services].byID[o["service_id"].(string)]
	if service == nil {
		return nil, newProblem(http.StatusBadRequest, bindingRefused, "service_id does not exist")
	}
	if reason := c.server.bindingRefusal(prefix, o["cidr"].(string), service.text("name")); reason != "" {
		return nil, newProblem(http.StatusBadRequest, bindingRefused, "Unsupported binding configuration: "+reason)
	}
	return c.server.bindingView(c.server.addBinding(prefix, o["cidr"].(string), service, c.now), c.now), nil
}

// bindingRefusal is the matrix of the documents: the first binding spans the prefix, Magic Transit comes only there,
// and CDN and Spectrum do not share an address.
func (s *Server) bindingRefusal(prefix *record, cidr, service string) string {
	if prefix.text("approved") != "V" {
		return "the prefix is not approved"
	}
	if !within(cidr, prefix.text("cidr")) {
		return "cidr must be within the prefix " + prefix.text("cidr")
	}
	existing := s.objects[Bindings].children(prefix.id)
	if len(existing) == 0 {
		if cidr != prefix.text("cidr") {
			return "the first binding must match the prefix " + prefix.text("cidr")
		}
		return ""
	}
	if service == serviceTransit {
		return "Magic Transit can only be bound to the whole prefix, as its first binding"
	}
	for _, b := range existing {
		switch other := b.text("cidr"); {
		case other == cidr:
			return "cidr " + cidr + " has a binding already"
		case other != prefix.text("cidr") && overlaps(other, cidr) && b.text("service_name") != service:
			return "cidr overlaps with the binding of " + b.text("service_name") + " for " + other
		}
	}
	return ""
}

func (s *Server) addBinding(prefix *record, cidr string, service *record, created time.Time) *record {
	r := s.insert(Bindings, Object{"cidr": cidr, "service_id": service.id, "service_name": service.text("name")}, created)
	r.parent = prefix.id
	return r
}

// deleteBinding: the base goes last, because the others need it.
func deleteBinding(c *call) (any, error) {
	prefix, r, err := c.child(Bindings, "Service binding")
	if err != nil {
		return nil, err
	}
	if r.text("cidr") == prefix.text("cidr") && len(c.server.objects[Bindings].children(prefix.id)) > 1 {
		return nil, newProblem(http.StatusBadRequest, bindingRefused,
			"Unsupported binding configuration: more specific bindings depend on this one")
	}
	c.server.objects[Bindings].remove(r)
	return nil, nil
}
