package simaccount

import (
	"net/http"
	"net/netip"
	"slices"
)

var routeFields = []field{
	{name: "prefix", kind: text, required: true, check: checkCIDR},
	{name: "nexthop", kind: text, required: true, check: checkIP},
	{name: "priority", kind: integer, required: true, bounds: &bounds{0, 1<<31 - 1}},
	{name: "description", kind: text},
	{name: "weight", kind: integer, bounds: &bounds{0, 256}},
	{name: "scope", kind: nested, replace: true, fields: []field{
		{name: "colo_regions", kind: texts, check: checkRegions},
		{name: "colo_names", kind: texts},
	}},
}

var regions = []string{"AFR", "APAC", "EEUR", "ENAM", "ME", "OC", "SAM", "WEUR", "WNAM"}

func checkRegions(v any) string {
	for _, item := range v.([]any) {
		if !slices.Contains(regions, item.(string)) {
			return "must contain only region codes such as WEUR"
		}
	}
	return ""
}

var staticRoutes = &magicResource{
	kind: Routes, singular: "route", title: "Route", goName: "Route", notFound: 1020,
	fields: routeFields, rules: routeRules,
}

// routeRules: the next hop is the customer's end of a tunnel or interconnect, and no route exists twice.
func routeRules(c *call, _ Resource, o Object, self *record) error {
	if !c.server.reachable(o["nexthop"].(string)) {
		return refuse("nexthop %s is not the customer side of a tunnel or interconnect", o["nexthop"])
	}
	for _, r := range c.server.objects[Routes].list {
		if r != self && r.obj["prefix"] == o["prefix"] && r.obj["nexthop"] == o["nexthop"] && r.obj["priority"] == o["priority"] {
			return refuse("prefix %s has a route with the same nexthop and priority already", o["prefix"])
		}
	}
	return nil
}

func (s *Server) reachable(nexthop string) bool {
	hop, err := netip.ParseAddr(nexthop)
	if err != nil {
		return false
	}
	for _, r := range s.connections(nil) {
		for _, name := range []string{"interface_address", "interface_address6"} {
			subnet, err := netip.ParsePrefix(r.text(name))
			if err == nil && subnet.Contains(hop) && subnet.Addr() != hop {
				return true
			}
		}
	}
	return false
}

func routeOperations() []operation {
	return append(staticRoutes.operations(true), operation{
		method: http.MethodDelete, path: "/accounts/{account_id}/magic/routes",
		needs: magicWriters, notOnboardedCode: notOnboarded, run: removeRoutes,
	})
}

// removeRoutes is the collection delete. Without a list of ids its meaning is unknown, so it is refused here.
func removeRoutes(c *call) (any, error) {
	body, err := c.object("[]magic.Route")
	if err != nil {
		return nil, staticRoutes.wrap("deleting", err)
	}
	bodies, isList, err := staticRoutes.bodies(body)
	if err == nil && !isList {
		err = refuse("routes is required")
	}
	if err != nil {
		return nil, staticRoutes.wrap("deleting", err)
	}
	var doomed []*record
	for _, b := range bodies {
		id, _ := b["id"].(string)
		r, err := staticRoutes.lookup(c, id, true)
		if err != nil {
			return nil, err
		}
		doomed = append(doomed, r)
	}
	shown := []any{}
	for _, r := range doomed {
		shown = append(shown, c.view(r))
		r.gone = c.now.Add(deleteLag)
	}
	return Object{"deleted": true, "deleted_routes": shown}, nil
}
