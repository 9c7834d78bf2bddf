package api

// Route is a static route, an object of magic/routes. Routes learnt by BGP are not known to be in the list.
type Route struct {
	ID          string      `json:"id,omitempty"`
	Prefix      string      `json:"prefix,omitempty"`
	Nexthop     string      `json:"nexthop,omitempty"` // the customer's end of a tunnel's or interconnect's interface subnet
	Priority    int         `json:"priority"`          // the lower wins
	Description string      `json:"description,omitempty"`
	Weight      int         `json:"weight,omitempty"` // share among routes with equal prefix and priority (ECMP); 0: not set
	Scope       *RouteScope `json:"scope,omitempty"`
	CreatedOn   Time        `json:"created_on,omitzero"`
	ModifiedOn  Time        `json:"modified_on,omitzero"`
	Raw         `json:"-"`
}

// RouteScope limits a route to some of Cloudflare's data centers.
type RouteScope struct {
	ColoRegions []string `json:"colo_regions,omitzero"` // AFR APAC EEUR ENAM ME OC SAM WEUR WNAM
	ColoNames   []string `json:"colo_names,omitzero"`
}

// routes has no delete of the whole collection: what that does without a body is not settled by the documents, and it may
// remove every route. Delete them one by one.
var routes = resource[Route]{kind: kind{
	name: "routes", service: Magic, path: "/accounts/{account_id}/magic/routes", item: "route_id",
	plural: "routes", single: "route", can: canAll, dryRun: canCreate | canUpdate | canBulk,
	perms:     permissions{read: magicRead, create: magicWrite, update: magicWrite, remove: magicWrite},
	create:    []string{"prefix", "nexthop", "priority", "description", "weight", "scope"},
	modify:    []string{"prefix", "nexthop", "priority", "description", "weight", "scope"},
	clearable: []string{"description"},
},
	id: func(r *Route) string { return r.ID },
}
