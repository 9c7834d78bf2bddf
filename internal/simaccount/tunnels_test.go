package simaccount_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/simaccount"
)

func TestTheBelievableAccountObeysItsOwnRules(t *testing.T) {
	o := newOperator(t)
	total := 0
	for kind, singular := range map[simaccount.Resource]string{
		simaccount.GRETunnels: "gre_tunnel", simaccount.IPsecTunnels: "ipsec_tunnel", simaccount.Routes: "route",
	} {
		for _, v := range o.get(base+"/magic/"+string(kind)).ok().list("result", string(kind)) {
			total++
			m := v.(object)
			path := base + "/magic/" + string(kind) + "/" + m["id"].(string)
			if diff := cmp.Diff(m, o.get(path).ok().at("result", singular)); diff != "" {
				t.Errorf("list and get differ: %s", diff)
			}
			r := o.send("PUT", path, m)
			if r.status != 200 || r.at("result", "modified") != true {
				t.Errorf("%v cannot be written back: %s", m["name"], r.raw)
			}
			if diff := cmp.Diff(with(m, "modified_on", "2026-11-20T03:00:00Z"), r.at("result", "modified_"+singular)); diff != "" {
				t.Errorf("writing %v back changed it: %s", m["name"], diff)
			}
		}
	}
	if total < 20 {
		t.Errorf("only %d tunnels and routes", total)
	}
}

func TestCreateFillsDefaultsAndNoMore(t *testing.T) {
	o := newOperator(t)
	made := o.send("POST", gre, with(newGRE(), "mystery", 1, "created_on", "1999-01-01T00:00:00Z")).ok().at("result").(object)
	want := with(newGRE(),
		"bgp", object{"customer_asn": float64(64999)}, "ttl", float64(64), "mtu", float64(1476),
		"created_on", "2026-11-20T03:00:00Z", "modified_on", "2026-11-20T03:00:00Z", "id", made["id"],
		"health_check", object{
			"enabled": true, "rate": "mid", "type": "reply", "direction": "unidirectional",
			"target": object{"saved": "", "effective": "203.0.113.200"},
		})
	if diff := cmp.Diff(want, made); diff != "" {
		t.Error(diff)
	}
}

// refusedBody is one body that must not pass.
type refusedBody struct {
	name  string
	body  any
	words []string
}

func TestWhatAGRETunnelMustNotBe(t *testing.T) {
	ok := newGRE()
	tests := []refusedBody{
		{"no name", with(ok, "name", nil), []string{"name is required"}},
		{"long name", with(ok, "name", "sixteen-chars-xx"), []string{"name", "15 characters"}},
		{"name with a space", with(ok, "name", "a b"), []string{"name", "special characters"}},
		{"name of another tunnel", with(ok, "name", "fra-dc1-gre"), []string{"name fra-dc1-gre is already used"}},
		{"name of an IPsec tunnel", with(ok, "name", "syd-br1-ipsec"), []string{"already used"}},
		{"null description", with(ok, "description", null), []string{`while creating GRE Tunnel: type "string" is not permitted to be null`}},
		{"text as mtu", with(ok, "mtu", "1476"), []string{"json: cannot unmarshal string into Go struct field GRETunnel.mtu of type int"}},
		{"fraction as mtu", with(ok, "mtu", 1476.5), []string{"cannot unmarshal number 1476.5", "of type int"}},
		{"small mtu", with(ok, "mtu", 575), []string{"mtu must be at least 576"}},
		{"ttl 0", with(ok, "ttl", 0), []string{"ttl must be at least 1"}},
		{"ttl 256", with(ok, "ttl", 256), []string{"ttl must be at most 255"}},
		{"no endpoint", with(ok, "customer_gre_endpoint", nil), []string{"customer_gre_endpoint is required"}},
		{"endpoint that is no address", with(ok, "customer_gre_endpoint", "host"), []string{"customer_gre_endpoint must be a valid IP"}},
		{"private endpoint", with(ok, "customer_gre_endpoint", "10.1.1.1"), []string{"public IP"}},
		{"endpoint in the own prefix", with(ok, "customer_gre_endpoint", "198.18.10.7"), []string{"outside the prefixes"}},
		{"foreign Cloudflare endpoint", with(ok, "cloudflare_gre_endpoint", "192.0.2.99"), []string{"not assigned to this account"}},
		{"pair in use", with(ok, "customer_gre_endpoint", "203.0.113.10"), []string{"already used by tunnel fra-dc1-gre"}},
		{"wide interface", with(ok, "interface_address", "10.99.0.0/24"), []string{"interface_address must be a /31 or /30"}},
		{"interface in public space", with(ok, "interface_address", "203.0.113.4/31"), []string{"interface_address must be in 10.0.0.0/8"}},
		{"interface in the wrong link-local part", with(ok, "interface_address", "169.254.6.0/31"), []string{"169.254.240.0/20"}},
		{"network address of a /30", with(ok, "interface_address", "10.99.0.0/30"), []string{"network or broadcast"}},
		{"interface in use", with(ok, "interface_address", "10.213.0.1/31"), []string{"overlaps", "fra-dc1-gre"}},
		{"interface of an interconnect", with(ok, "interface_address", "10.222.0.1/30"), []string{"overlaps", "fra-cni-v1"}},
		{"IPv6 interface of the wrong size", with(ok, "interface_address6", "2001:db8:7:0:a9fe:12d2:1:200/126"), []string{"/127"}},
		{"IPv6 interface elsewhere", with(ok, "interface_address6", "2001:db8:9::2/127"), []string{"virtual_subnet6"}},
		{"unknown rate", with(ok, "health_check", object{"rate": "slow"}), []string{"health_check.rate must be one of [low mid high]"}},
		{"health check as a list", with(ok, "health_check", []any{}), []string{"cannot unmarshal array", "health_check"}},
		{"text as target", with(ok, "health_check", object{"target": "192.0.2.1"}), []string{"cannot unmarshal string", "health_check.target"}},
		{"target that is no address", with(ok, "health_check", object{"target": object{"saved": "x"}}),
			[]string{"health_check.target must be a valid IP"}},
		{"bgp without ASN", with(ok, "bgp", object{}), []string{"bgp.customer_asn is required"}},
		{"Cloudflare's ASN", with(ok, "bgp", object{"customer_asn": 13335}), []string{"bgp.customer_asn must differ"}},
		{"ASN beyond 32 bits", with(ok, "bgp", object{"customer_asn": 1 << 32}), []string{"bgp.customer_asn must be at most 4294967295"}},
		{"empty md5_key", with(ok, "bgp", object{"customer_asn": 1, "md5_key": ""}), []string{"bgp.md5_key"}},
		{"md5_key with a question mark", with(ok, "bgp", object{"customer_asn": 1, "md5_key": "what?"}), []string{"bgp.md5_key", "not allowed"}},
		{"extra prefix that is none", with(ok, "bgp", object{"customer_asn": 1, "extra_prefixes": []string{"0.0.0.0"}}),
			[]string{"extra_prefixes"}},
		{"a list as body", []any{ok}, []string{"json: cannot unmarshal array into Go value of type map[string][]magic.GRETunnel"}},
		{"no JSON", "{", []string{"unexpected EOF"}},
		{"nothing", nil, []string{"EOF"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := newOperator(t)
			before := o.sim.Snapshot()
			o.send("POST", gre, test.body).refused(400, 1022, append(test.words, "Invalid Request: ")...)
			if diff := cmp.Diff(before, o.sim.Snapshot()); diff != "" {
				t.Errorf("a refused request changed the account: %s", diff)
			}
		})
	}
}

func TestWhatAnIPsecTunnelMustNotBe(t *testing.T) {
	ok := newIPsec()
	const identity = "site1." + simaccount.DefaultAccount + ".custom.ipsec.cloudflare.com"
	tests := []refusedBody{
		{"pair in use", with(ok, "customer_endpoint", "203.0.113.98"), []string{"already used by tunnel ams-br2-ipsec"}},
		{"empty psk", with(ok, "psk", ""), []string{"psk must be"}},
		{"psk with a space at its end", with(ok, "psk", "abc "), []string{"psk must be"}},
		{"null psk", with(ok, "psk", null), []string{`type "string" is not permitted to be null`}},
		{"null in bgp", with(ok, "bgp", object{"customer_asn": nil}), []string{`type "int" is not permitted to be null`}},
		{"text as replay_protection", with(ok, "replay_protection", "yes"), []string{"IPsecTunnel.replay_protection of type bool"}},
		{"identity of another account", with(ok, "custom_remote_identities", object{"fqdn_id": "site1.x.custom.ipsec.cloudflare.com"}),
			[]string{"custom_remote_identities.fqdn_id must be of the form"}},
		{"identity in use at the same endpoint", with(ok, "name", "second", "interface_address", "10.99.0.8/31", "customer_endpoint",
			"203.0.113.202",
			"custom_remote_identities", object{"fqdn_id": identity}), []string{"already used by tunnel first"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := newOperator(t)
			o.send("POST", ipsec, with(ok, "name", "first", "interface_address", "10.99.0.6/31", "customer_endpoint", "203.0.113.203",
				"custom_remote_identities", object{"fqdn_id": identity})).ok()
			o.send("POST", ipsec, test.body).refused(400, 1022, test.words...)
		})
	}
}

func TestIPsecAcceptsWhatOnlyGREForbids(t *testing.T) {
	o := newOperator(t)
	body := with(newIPsec(), "name", "a-rather-long-name-for-an-ipsec-tunnel", "customer_endpoint", nil, "psk", nil)
	made := o.send("POST", ipsec, body).ok()
	if diff := cmp.Diff(object{}, made.at("result", "psk_metadata")); diff != "" {
		t.Errorf("a tunnel without key has psk_metadata: %s", diff)
	}
}

func TestAutomaticReturnRoutingNeedsTheAccountFlag(t *testing.T) {
	o := newOperator(t)
	o.sim.SetAutomaticReturnRouting(false)
	o.send("POST", gre, with(newGRE(), "automatic_return_routing", true)).refused(400, 1022, "coupler_integration")
	o.send("POST", gre, with(newGRE(), "automatic_return_routing", false)).ok()
}

func TestTheHeaderDecidesTheFormOfTheTarget(t *testing.T) {
	o := newOperator(t)
	target := func() any {
		return o.tunnel(simaccount.IPsecTunnels, "jnb-br1-ipsec")["health_check"].(object)["target"]
	}
	id := o.tunnel(simaccount.IPsecTunnels, "jnb-br1-ipsec")["id"].(string)
	if diff := cmp.Diff(object{"saved": "198.51.100.227", "effective": "198.51.100.227"}, target()); diff != "" {
		t.Error(diff)
	}
	o.send("PUT", ipsec+"/"+id, object{"health_check": object{"target": object{"saved": "", "effective": "1.1.1.1"}}}).ok()
	if diff := cmp.Diff(object{"saved": "", "effective": "198.51.100.226"}, target()); diff != "" {
		t.Errorf("the default of a unidirectional check is the customer endpoint: %s", diff)
	}
	o.send("PUT", ipsec+"/"+id, object{"health_check": object{"direction": "bidirectional"}}).ok()
	if diff := cmp.Diff(object{"saved": "", "effective": "10.213.0.27"}, target()); diff != "" {
		t.Errorf("the default of a bidirectional check is the customer side of the interface: %s", diff)
	}
	o.header.Set("x-magic-new-hc-target", "false")
	if got := target(); got != "" {
		t.Errorf("without the header the target is %v", got)
	}
	o.send("PUT", ipsec+"/"+id, object{"health_check": object{"target": object{"saved": ""}}}).refused(400, 1022, "cannot unmarshal object")
	o.send("PUT", ipsec+"/"+id, object{"health_check": object{"target": "198.51.100.228"}}).ok()
	if got := target(); got != "198.51.100.228" {
		t.Errorf("target %v", got)
	}
}

func TestAPutMergesAndGREIgnoresBGP(t *testing.T) {
	o := newOperator(t)
	before := o.tunnel(simaccount.GRETunnels, "fra-dc1-gre")
	path := gre + "/" + before["id"].(string)
	r := o.send("PUT", path, object{"description": "new", "bgp": object{"customer_asn": 65000}, "health_check": object{"rate": "low"}}).ok()
	want := with(before, "description", "new", "modified_on", "2026-11-20T03:00:00Z",
		"health_check", with(before["health_check"].(object), "rate", "low"))
	if diff := cmp.Diff(want, r.at("result", "modified_gre_tunnel")); diff != "" {
		t.Error(diff)
	}
	o.send("PUT", path, object{"description": nil}).refused(400, 1022, `while updating GRE Tunnel: type "string" is not permitted to be null`)

	id := o.tunnel(simaccount.IPsecTunnels, "ams-br2-ipsec")["id"].(string)
	r = o.send("PUT", ipsec+"/"+id, object{"bgp": object{"customer_asn": 65000}}).ok()
	if diff := cmp.Diff(object{"customer_asn": float64(65000)}, r.at("result", "modified_ipsec_tunnel", "bgp")); diff != "" {
		t.Errorf("IPsec applies bgp: %s", diff)
	}
}

func TestBulkUpdateChangesAllOrNothing(t *testing.T) {
	o := newOperator(t)
	a, b := o.tunnel(simaccount.GRETunnels, "fra-dc1-gre"), o.tunnel(simaccount.GRETunnels, "fra-dc2-gre")
	change := func(description string, mtu int) reply {
		return o.send("PUT", gre, object{"gre_tunnels": []any{
			object{"id": a["id"], "description": description}, object{"id": b["id"], "mtu": mtu},
		}})
	}
	before := o.sim.Snapshot()
	change("x", 100).refused(400, 1022, "mtu must be at least 576")
	if diff := cmp.Diff(before, o.sim.Snapshot()); diff != "" {
		t.Errorf("half a bulk update: %s", diff)
	}
	r := change("x", 1400).ok()
	if r.at("result", "modified") != true || r.at("result", "modified_gre_tunnels", 1, "mtu") != float64(1400) {
		t.Errorf("answer %s", r.raw)
	}
	o.send("PUT", gre, object{"gre_tunnels": []any{object{"id": strings.Repeat("0", 32)}}}).refused(404, 1029)
	o.send("PUT", gre, object{}).refused(400, 1022, "gre_tunnels is required")
}

func TestValidateOnlyChangesNothing(t *testing.T) {
	o := newOperator(t)
	id := o.tunnel(simaccount.IPsecTunnels, "ams-br2-ipsec")["id"].(string)
	before, key := o.sim.Snapshot(), o.sim.PSK("ams-br2-ipsec")
	o.send("POST", gre+"?validate_only=true", newGRE()).ok()
	o.send("POST", gre+"?validate_only=true", with(newGRE(), "mtu", 1)).refused(400, 1022)
	o.send("PUT", ipsec+"/"+id+"?validate_only=true", object{"description": "x", "psk": "another1"}).ok()
	o.send("PUT", ipsec+"?validate_only=true", object{"ipsec_tunnels": []any{object{"id": id, "description": "x"}}}).ok()
	o.send("POST", ipsec+"/psk?validate_only=true", object{"psks": []any{object{"id": id, "psk": "another1"}}}).ok()
	o.send("DELETE", ipsec+"/"+id+"?validate_only=true", nil).ok()
	if r := o.send("POST", ipsec+"/"+id+"/psk_generate?validate_only=true", nil).ok(); r.at("result", "psk") != "" {
		t.Errorf("a dry run shows a key: %s", r.raw)
	}
	if diff := cmp.Diff(before, o.sim.Snapshot()); diff != "" {
		t.Error(diff)
	}
	if o.sim.PSK("ams-br2-ipsec") != key {
		t.Error("a dry run changed the key")
	}
}

func TestTheOlderBodyWithAList(t *testing.T) {
	o := newOperator(t)
	second := with(newGRE(), "name", "ber-br2-gre", "customer_gre_endpoint", "203.0.113.202", "interface_address", "10.99.0.4/31")
	r := o.send("POST", gre, object{"gre_tunnels": []any{newGRE(), second}}).ok()
	if len(r.list("result", "gre_tunnels")) != 2 {
		t.Errorf("answer %s", r.raw)
	}
	before := o.sim.Snapshot()
	third := with(newGRE(), "name", "ber-br3-gre", "customer_gre_endpoint", "203.0.113.203", "interface_address", "10.99.0.8/31")
	o.send("POST", gre, object{"gre_tunnels": []any{third, second}}).refused(400, 1022, "already used")
	if diff := cmp.Diff(before, o.sim.Snapshot()); diff != "" {
		t.Errorf("half a create: %s", diff)
	}
}
