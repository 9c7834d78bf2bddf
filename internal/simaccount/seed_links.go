package simaccount

import (
	"fmt"
	"slices"
	"time"
)

// seedSlot is one row of ports that could be ordered.
type seedSlot struct{ site, speed, facility, street, city string }

var demoSlots = []seedSlot{
	{"fra03", "10G", "Example Colo FRA5", "Hanauer Landstrasse 500", "Frankfurt, Germany"},
	{"fra03", "10G", "Example Colo FRA5", "Hanauer Landstrasse 500", "Frankfurt, Germany"},
	{"fra03", "100G", "Example Colo FRA5", "Hanauer Landstrasse 500", "Frankfurt, Germany"},
	{"ams04", "10G", "Example Colo AMS2", "Kuiperbergweg 99", "Amsterdam, Netherlands"},
	{"ams04", "100G", "Example Colo AMS2", "Kuiperbergweg 99", "Amsterdam, Netherlands"},
	{"lhr01", "10G", "Example Colo LON1", "Coriander Avenue 90", "London, United Kingdom"},
	{"lhr01", "10G", "Example Colo LON1", "Coriander Avenue 90", "London, United Kingdom"},
	{"iad02", "10G", "Example Colo DC3", "Filigree Court 2100", "Ashburn, United States"},
	{"iad02", "100G", "Example Colo DC3", "Filigree Court 2100", "Ashburn, United States"},
	{"sjc05", "10G", "Example Colo SV1", "Great Oaks Boulevard 110", "San Jose, United States"},
	{"sin01", "10G", "Example Colo SG1", "Ayer Rajah Crescent 200", "Singapore"},
	{"sin01", "100G", "Example Colo SG1", "Ayer Rajah Crescent 200", "Singapore"},
}

// Values of an interconnect's "type"; the documents list none, see Choices.
const (
	typeDirect = "direct"
	typeGCP    = "gcp_partner"
)

// furnishLinks makes the ports, the interconnects in three states and the two CNIs with their tunnel interfaces.
func (s *Server) furnishLinks() {
	var slots []*record
	for _, slot := range demoSlots {
		slots = append(slots, s.insert(Slots, Object{
			"site": slot.site, "speed": slot.speed, "occupied": false, "ccr_device_name": nil,
			"facility": Object{"name": slot.facility, "address": []any{slot.street, slot.city}},
		}, s.past(900, "slots")))
	}
	fra := s.addPhysical(slots[0], typeDirect, s.past(400, "fra"))
	ams := s.addPhysical(slots[4], typeDirect, s.past(150, "ams"))
	ams.linkState, ams.linkReason = "Unhealthy", "Optical receive level is below -20 dBm"
	s.addPhysical(slots[7], typeDirect, s.start.Add(-26*time.Hour))
	s.addInterconnect(Object{
		"account": s.account, "name": s.iconName("gcp"), "region": "europe-west3", "type": typeGCP,
		"owner": s.account, "speed": "1G",
	}, s.past(45, "gcp"))
	s.addCNI(fra, "fra-cni-v1", "Frankfurt, dataplane v1", "1", 1476)
	s.addCNI(ams, "ams-cni-v2", "Amsterdam, dataplane v2", "2", 1500)
}

// iconName is the first free name at a site.
func (s *Server) iconName(site string) string {
	for n := 1; ; n++ {
		name := fmt.Sprintf("nwf-%s-%d", site, n)
		if s.objects[Ports].byID[name] == nil {
			return name
		}
	}
}

// pointToPoint is the first free subnet for a CNI: Cloudflare's end, then the customer's.
func (s *Server) pointToPoint() (cloudflare, customer string) {
	for n := 0; ; n++ {
		cloudflare = fmt.Sprintf("10.222.%d.%d/31", n/128, n%128*2)
		inUse := func(r *record) bool { return overlaps(r.text("p2p_ip"), cloudflare) }
		if !slices.ContainsFunc(s.objects[CNIs].list, inUse) {
			return cloudflare, fmt.Sprintf("10.222.%d.%d/31", n/128, n%128*2+1)
		}
	}
}

// addPhysical occupies a slot.
func (s *Server) addPhysical(slot *record, kind string, created time.Time) *record {
	slot.obj["occupied"], slot.obj["account"] = true, s.account
	return s.addInterconnect(Object{
		"account": s.account, "name": s.iconName(slot.text("site")), "type": kind, "facility": slot.obj["facility"],
		"site": slot.text("site"), "slot_id": slot.id, "speed": slot.text("speed"), "owner": s.account, "ccr_device_name": nil,
	}, created)
}

// addInterconnect gives the interconnect the reservation of its port.
func (s *Server) addInterconnect(o Object, created time.Time) *record {
	o["virtual_port_reservation_id"] = uuid(s.hash("port", o["name"]))
	return s.insert(Ports, o, created)
}

func (s *Server) addCNI(icon *record, conduit, description, version string, mtu int64) {
	created := icon.created.Add(5 * day)
	n := len(s.objects[CNIs].list)
	cloudflare, customer := s.pointToPoint()
	r := s.insert(CNIs, Object{
		"account": s.account, "interconnect": icon.id,
		"magic":  Object{"conduit_name": conduit, "description": description, "mtu": mtu},
		"p2p_ip": cloudflare, "cust_ip": customer,
		"bgp":      Object{"customer_asn": int64(64651 + n), "extra_prefixes": []any{}, "md5_key": nil},
		"bgp_mode": "dynamic_route_exchange",
	}, created)
	link := s.addLink(r, icon, version, created)
	health := 1.0
	if icon.linkState == "Unhealthy" {
		health = 0.5
	}
	link.life, link.lifeFrom = steady("", "", health), created
}

// addLink makes the tunnel interface of a CNI.
func (s *Server) addLink(cni, icon *record, version string, created time.Time) *record {
	settings := cni.obj["magic"].(Object)
	o := Object{
		"name": settings["conduit_name"], "description": settings["description"], "mtu": max(576, settings["mtu"].(int64)),
		"colo_name": or(icon.text("site"), icon.text("region")), "version": version,
		"interface_address": cni.obj["p2p_ip"],
		"health_check":      Object{"enabled": true, "rate": "mid", "type": "request", "target": ""},
		"created_on":        stamp(created), "modified_on": stamp(created),
	}
	if version == "1" {
		o["gre"] = Object{"cloudflare_endpoint": cloudflareA}
	} else {
		o["virtual_port_reservation_id"] = icon.obj["virtual_port_reservation_id"]
	}
	if bgp, ok := cni.obj["bgp"].(Object); ok {
		o["bgp"] = Object{"customer_asn": bgp["customer_asn"], "extra_prefixes": bgp["extra_prefixes"]}
	}
	r := s.insert(Links, o, created)
	r.startOver(created)
	return r
}
