package simaccount_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/simaccount"
)

const prefixes = base + "/addressing/prefixes"

// prefix is the path of a prefix, and of the BGP prefix that covers it.
func (o *operator) prefix(cidr string) (path, bgp string) {
	o.t.Helper()
	for _, v := range o.get(prefixes).ok().list("result") {
		if m := v.(object); m["cidr"] == cidr {
			path = prefixes + "/" + m["id"].(string)
		}
	}
	list := o.get(path + "/bgp/prefixes").ok().list("result")
	return path, path + "/bgp/prefixes/" + list[0].(object)["id"].(string)
}

func flip(on bool) object { return object{"on_demand": object{"advertised": on}} }

func TestAdvertisingAndWithdrawing(t *testing.T) {
	o := newOperator(t)
	path, bgp := o.prefix("198.18.20.0/24")
	if got := o.get(bgp).ok().at("result", "on_demand"); cmp.Diff(object{
		"advertised": false, "advertised_modified_at": "2026-11-20T02:17:00Z", "on_demand_enabled": true, "on_demand_locked": false,
	}, got) != "" {
		t.Errorf("the unexpectedly withdrawn prefix: %v", got)
	}
	o.clock.advance(time.Minute)
	r := o.send("PATCH", bgp, with(flip(true), "asn_prepend_count", 2)).ok()
	if r.at("result", "on_demand", "advertised") != true || r.at("result", "on_demand", "advertised_modified_at") != "2026-11-20T03:01:00Z" ||
		r.at("result", "asn_prepend_count") != float64(2) {
		t.Errorf("answer %s", r.raw)
	}
	if r := o.get(path).ok(); r.at("result", "advertised") != true {
		t.Errorf("the deprecated field says %v", r.at("result", "advertised"))
	}
	o.send("PATCH", path+"/bgp/status", object{"advertised": false}).ok()
	if got := o.get(bgp).at("result", "on_demand", "advertised"); got != false {
		t.Errorf("after the deprecated PATCH: %v", got)
	}
	o.send("PATCH", bgp, object{"asn_prepend_count": 4}).refused(400, 1001, "asn_prepend_count must be at most 3")
	o.send("PATCH", path+"/bgp/status", object{}).refused(400, 1001, "advertised is required")
	o.get(path+"/bgp/prefixes/none").refused(404, 1002)
}

func TestWhatCannotBeFlipped(t *testing.T) {
	for cidr, word := range map[string]string{
		"198.18.30.0/24": "locked", "198.18.40.0/24": "not approved", "2001:db8:40::/48": "BGP signaling",
	} {
		o := newOperator(t)
		_, bgp := o.prefix(cidr)
		before := o.sim.Snapshot()
		o.send("PATCH", bgp, flip(false)).refused(400, 1004, word)
		if diff := cmp.Diff(before, o.sim.Snapshot()); diff != "" {
			t.Errorf("%s changed: %s", cidr, diff)
		}
	}
	o := newOperator(t)
	_, bgp := o.prefix("198.18.10.0/24")
	err := o.sim.Mutate(simaccount.BGPPrefixes, "198.18.10.0/24",
		func(b simaccount.Object) { b["on_demand"].(simaccount.Object)["on_demand_enabled"] = false })
	if err != nil {
		t.Fatal(err)
	}
	o.send("PATCH", bgp, flip(false)).refused(400, 1004, "not enabled")
}

func TestDescribingAPrefixChangesNothingElse(t *testing.T) {
	o := newOperator(t)
	path, _ := o.prefix("198.18.10.0/24")
	before := o.get(path).ok().at("result").(object)
	after := o.send("PATCH", path, object{"description": "new", "advertised": false, "asn": 1}).ok().at("result")
	if diff := cmp.Diff(with(before, "description", "new", "modified_at", "2026-11-20T03:00:00Z"), after); diff != "" {
		t.Error(diff)
	}
	o.send("PATCH", path, object{"description": strings.Repeat("x", 1001)}).refused(400, 1001, "1000 characters")
	o.send("PATCH", path, object{}).refused(400, 1001, "description is required")
}

func TestAPrefixIsOnboardedValidatedAndDeleted(t *testing.T) {
	o := newOperator(t)
	for _, body := range []object{
		{"cidr": "198.19.0.0/24"}, {"cidr": "198.19.0.1/24", "asn": 64700}, {"cidr": "198.18.10.0/25", "asn": 64700}, {"cidr": "x", "asn": 64700},
	} {
		o.send("POST", prefixes, body).refused(400, 1001)
	}
	made := o.send("POST", prefixes, object{"cidr": "198.19.0.0/24", "asn": 64700, "loa_document_id": nil})
	if made.status != 201 || made.at("result", "approved") != "P" || made.at("result", "ownership_validation_token") == nil {
		t.Fatalf("status %d: %s", made.status, made.raw)
	}
	r := o.send("DELETE", prefixes+"/"+made.at("result", "id").(string), nil).ok()
	if _, has := r.json.(object)["result"]; has {
		t.Errorf("a delete has a result: %s", r.raw)
	}
	o.get(prefixes+"/"+made.at("result", "id").(string)).refused(404, 1000)

	path, _ := o.prefix("198.18.10.0/24")
	if r := o.send("POST", path+"/validate", nil); r.status != 202 || r.at("result", "irr_validation_state") != "pending" {
		t.Errorf("status %d: %s", r.status, r.raw)
	}
	o.clock.advance(20 * time.Second)
	if got := o.get(path).at("result", "irr_validation_state"); got != "valid" {
		t.Errorf("after the checks: %v", got)
	}
	o.send("DELETE", path, nil).refused(403, 10405)
}

func TestBGPPrefixesMoreSpecific(t *testing.T) {
	o := newOperator(t)
	path, _ := o.prefix("198.18.10.0/24")
	o.send("POST", path+"/bgp/prefixes", object{"cidr": "198.18.12.0/25"}).refused(400, 1001, "within the prefix")
	o.send("POST", path+"/bgp/prefixes", object{"cidr": "198.18.10.0/24"}).refused(409, 1001, "already")
	made := o.send("POST", path+"/bgp/prefixes", object{"cidr": "198.18.10.0/25"}).ok()
	if made.at("result", "on_demand", "advertised") != false {
		t.Errorf("a new BGP prefix is advertised: %s", made.raw)
	}
	own := path + "/bgp/prefixes/" + made.at("result", "id").(string)
	o.send("PATCH", own, flip(true)).ok()
	o.send("DELETE", own, nil).refused(400, 1004, "withdrawn before")
	o.send("PATCH", own, flip(false)).ok()
	o.send("DELETE", own, nil).ok()
}

func TestServiceBindings(t *testing.T) {
	o := newOperator(t)
	service := map[string]string{}
	for _, v := range o.get(base + "/addressing/services").ok().list("result") {
		service[v.(object)["name"].(string)] = v.(object)["id"].(string)
	}
	path, _ := o.prefix("198.18.10.0/24")
	bind := func(cidr, to string) reply {
		return o.send("POST", path+"/bindings", object{"cidr": cidr, "service_id": service[to]})
	}
	bind("198.18.10.0/28", "Magic Transit").refused(400, 1003, "whole prefix")
	bind("198.18.11.0/28", "CDN").refused(400, 1003, "within the prefix")
	bind("198.18.10.128/28", "CDN").refused(400, 1003, "already")
	bind("198.18.10.128/29", "Spectrum").refused(400, 1003, "overlaps with the binding of CDN")
	bind("198.18.10.0/28", "nothing").refused(400, 1001, "service_id")
	made := bind("198.18.10.0/28", "CDN")
	if made.status != 201 || made.at("result", "provisioning", "state") != "provisioning" || made.at("result", "service_name") != "CDN" {
		t.Fatalf("status %d: %s", made.status, made.raw)
	}
	own := path + "/bindings/" + made.at("result", "id").(string)
	o.clock.advance(5*time.Hour - time.Second)
	if got := o.get(own).at("result", "provisioning", "state"); got != "provisioning" {
		t.Errorf("shortly before: %v", got)
	}
	o.clock.advance(time.Second)
	if got := o.get(own).at("result", "provisioning", "state"); got != "active" {
		t.Errorf("after five hours: %v", got)
	}
	list := o.get(path + "/bindings").ok().list("result")
	o.send("DELETE", path+"/bindings/"+list[0].(object)["id"].(string), nil).refused(400, 1003, "depend on this one")
	o.send("DELETE", own, nil).ok()
	o.get(own).refused(404, 1002)

	other, _ := o.prefix("198.18.40.0/24")
	o.send("POST", other+"/bindings", object{"cidr": "198.18.40.0/24", "service_id": service["CDN"]}).refused(400, 1003, "not approved")
}

func TestDelegationsAndLeases(t *testing.T) {
	o := newOperator(t)
	path, _ := o.prefix("198.18.30.0/24")
	if got := o.get(path + "/delegations").ok().list("result"); len(got) != 1 || got[0].(object)["cidr"] != "198.18.30.0/26" {
		t.Errorf("delegations %v", got)
	}
	body := object{"cidr": "198.18.30.64/26", "delegated_account_id": strings.Repeat("a", 32)}
	id := o.send("POST", path+"/delegations", body).ok().at("result", "id")
	o.send("POST", path+"/delegations", with(body, "cidr", "10.0.0.0/8")).refused(400, 1001, "within the prefix")
	o.send("POST", path+"/delegations", with(body, "delegated_account_id", "short")).refused(400, 1001, "delegated_account_id")
	if got := o.send("DELETE", path+"/delegations/"+id.(string), nil).ok().at("result", "id"); got != id {
		t.Errorf("deleted %v, want %v", got, id)
	}
	leases := o.get(base + "/addressing/leases").ok()
	if leases.at("result", 0, "cidrs", 0) != "192.0.2.11/32" || leases.at("result_info", "total_count") != float64(2) {
		t.Errorf("leases %s", leases.raw)
	}
}
