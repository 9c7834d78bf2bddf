package simaccount

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

// FilterProfiles are the BGP filter profiles. What no document says is chosen here:
//   - Paths and fields are those of Cloudflare's SDKs; a list is an array, a PUT changes what is sent, an unknown profile is
//     404 with 1040, one that a session names cannot be deleted, and a session can name only one that there is.
//   - The BGP settings can be read; cloudflare_asn is the default_asn of the CNI settings, static routes are redistributed.
const FilterProfiles Resource = "bgp_filter_profiles"

var filterFields = []field{
	{name: "name", kind: text, required: true, bounds: &bounds{1, 255}},
	{name: "description", kind: text, bounds: &bounds{0, 1024}, def: ""},
	{name: "match_action", kind: text, required: true, oneOf: []string{"allow", "deny"}},
	{name: "targets", kind: texts, required: true, check: checkFilterTargets},
}

var filterProfiles = &magicResource{
	kind: FilterProfiles, title: "BGP Filter Profile", goName: "FilterProfile", fields: filterFields, notFound: filterNotFound,
}

// filterNotFound is chosen: no document names a code.
const filterNotFound = 1040

// checkFilterTargets: a network, alone or with the lengths it stands for: "+", "{24}" or "{16,24}".
func checkFilterTargets(v any) string {
	for _, item := range v.([]any) {
		network, lengths, braced := strings.Cut(item.(string), "{")
		p, err := netip.ParsePrefix(strings.TrimSuffix(network, "+"))
		if err != nil || braced && !filterLengthsFit(lengths, p) {
			return "must contain only prefixes such as 10.0.0.0/8{8,32}"
		}
	}
	return ""
}

func filterLengthsFit(text string, p netip.Prefix) bool {
	inside, closed := strings.CutSuffix(text, "}")
	low, high, ranged := strings.Cut(inside, ",")
	if !ranged {
		high = low
	}
	from, err := strconv.Atoi(low)
	to, err2 := strconv.Atoi(high)
	return closed && err == nil && err2 == nil && p.Bits() <= from && from <= to && to <= p.Addr().BitLen()
}

func filterOperations() []operation {
	const base = "/accounts/{account_id}/magic/bgp/filter_profiles"
	return []operation{
		{method: http.MethodGet, path: base, needs: magicReaders, notOnboardedCode: notOnboarded,
			run: func(c *call) (any, error) { return c.server.all(FilterProfiles), nil }},
		{method: http.MethodPost, path: base, needs: magicWriters, notOnboardedCode: notOnboarded, run: createFilter},
		{method: http.MethodGet, path: base + "/{id}", needs: magicReaders, notOnboardedCode: notOnboarded, run: getFilter},
		{method: http.MethodPut, path: base + "/{id}", needs: magicWriters, notOnboardedCode: notOnboarded, run: updateFilter},
		{method: http.MethodGet, path: "/accounts/{account_id}/magic/bgp/settings", needs: magicReaders, notOnboardedCode: notOnboarded,
			run: getBGPSettings},
		{method: http.MethodDelete, path: base + "/{id}", needs: magicWriters, notOnboardedCode: notOnboarded, run: deleteFilter},
	}
}

// getBGPSettings: nothing but CNI settings changes them here.
func getBGPSettings(c *call) (any, error) {
	return Object{"cloudflare_asn": c.server.settings["default_asn"], "redistribute": Object{"static:wan": true}}, nil
}

func getFilter(c *call) (any, error) {
	r, err := filterProfiles.lookup(c, c.vars["id"], false)
	if err != nil {
		return nil, err
	}
	return r.obj, nil
}

// filterBody reads a body; a whole one has what a new profile needs.
func filterBody(c *call, whole bool, doing string) (Object, error) {
	body, err := c.object("magic.FilterProfile")
	if err != nil {
		return nil, filterProfiles.wrap(doing, err)
	}
	o, err := decoder{typeName: "FilterProfile", create: whole}.object(filterFields, body, "")
	if err != nil {
		return nil, filterProfiles.wrap(doing, err)
	}
	return o, nil
}

func createFilter(c *call) (any, error) {
	o, err := filterBody(c, true, "creating")
	if err != nil {
		return nil, err
	}
	o = withDefaults(filterFields, o)
	o["created_on"], o["modified_on"] = stamp(c.now), stamp(c.now)
	return c.server.insert(FilterProfiles, o, c.now).obj, nil
}

// updateFilter changes what is sent and leaves the rest as it is.
func updateFilter(c *call) (any, error) {
	r, err := filterProfiles.lookup(c, c.vars["id"], true)
	if err != nil {
		return nil, err
	}
	sent, err := filterBody(c, false, "updating")
	if err != nil {
		return nil, err
	}
	r.obj = merge(filterFields, r.obj, sent)
	r.obj["modified_on"] = stamp(c.now)
	r.changed()
	return r.obj, nil
}

// deleteFilter refuses while a session uses the profile.
func deleteFilter(c *call) (any, error) {
	r, err := filterProfiles.lookup(c, c.vars["id"], true)
	if err != nil {
		return nil, err
	}
	for _, other := range c.server.connections(nil) {
		bgp, _ := other.obj["bgp"].(Object)
		if bgp["import_filter_id"] == r.id || bgp["export_filter_id"] == r.id {
			return nil, filterProfiles.wrap("deleting", refuse("BGP Filter Profile is in use by %s", other.text("name")))
		}
	}
	c.server.objects[FilterProfiles].remove(r)
	return Object{"id": r.id}, nil
}

// checkFilter is the rule for the profiles that a session names.
func (s *Server) checkFilter(o Object) error {
	bgp, _ := o["bgp"].(Object)
	for _, name := range []string{"import_filter_id", "export_filter_id"} {
		if id, _ := bgp[name].(string); id != "" && s.objects[FilterProfiles].byID[id] == nil {
			return refuse("bgp.%s %s is not a BGP filter profile of this account", name, id)
		}
	}
	return nil
}

// furnishFilters makes the two that sites usually begin with, and one that nothing uses yet.
func (s *Server) furnishFilters() {
	for i, o := range []Object{
		{"name": "on-prem-imports", "description": "What the sites may announce to Cloudflare", "match_action": "allow",
			"targets": []any{"10.0.0.0/8{8,24}", "172.16.0.0/12{16,24}"}},
		{"name": "no-default", "description": "Everything but a default route", "match_action": "deny", "targets": []any{"0.0.0.0/0"}},
		{"name": "lab-only", "description": "", "match_action": "allow", "targets": []any{"10.99.0.0/16+"}},
	} {
		created, id := s.past(70+i, "filter", o["name"]), s.hash("filter", o["name"])
		o["id"] = hexText(id[:16]) // of its own, so that the account's other ids stay what they were
		o["created_on"], o["modified_on"] = stamp(created), stamp(created)
		s.insert(FilterProfiles, o, created)
	}
}
