package simaccount_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/simaccount"
)

const cni = base + "/cni"

// pages follows the cursor to the end.
func (o *operator) pages(path string) (items []any, pages int) {
	o.t.Helper()
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	for cursor := ""; ; pages++ {
		r := o.get(path + cursor).ok()
		items = append(items, r.list("items")...)
		next := r.at("next")
		if next == nil {
			return items, pages + 1
		}
		cursor = fmt.Sprintf("%scursor=%v", sep, next)
	}
}

func TestCNIListsHaveNoEnvelopeAndSmallPages(t *testing.T) {
	o := newOperator(t)
	slots, pages := o.pages(cni + "/slots")
	if len(slots) != 12 || pages != 3 {
		t.Errorf("%d slots on %d pages, want 12 on 3", len(slots), pages)
	}
	if r := o.get(cni + "/slots"); r.at("success") != nil || r.at("result") != nil {
		t.Errorf("an envelope: %.200s", r.raw)
	}
	if got, _ := o.pages(cni + "/slots?limit=1"); len(got) != 12 {
		t.Errorf("%d slots on pages of one", len(got))
	}
	for query, want := range map[string]int{
		"site=fra03": 3, "speed=100G": 4, "occupied=true": 3, "address_contains=Singapore": 2, "site=fra03&occupied=false": 2,
	} {
		if got, _ := o.pages(cni + "/slots?" + query); len(got) != want {
			t.Errorf("%s: %d slots, want %d", query, len(got), want)
		}
	}
	o.get(cni+"/slots?cursor=x").refused(400, 1400, "cursor")
	o.get(cni+"/slots?limit=1000").refused(400, 1400, "limit")
	o.get(cni+"/slots/none").refused(404, 1404)
}

func TestInterconnectsHaveAStatusAndALetter(t *testing.T) {
	o := newOperator(t)
	want := map[string]string{
		"nwf-fra03-1": "Healthy", "nwf-ams04-1": "Unhealthy", "nwf-iad02-1": "Pending", "nwf-gcp-1": "Healthy",
	}
	got := map[string]string{}
	icons, _ := o.pages(cni + "/interconnects")
	for _, v := range icons {
		name := v.(object)["name"].(string)
		got[name] = o.get(cni + "/interconnects/" + name + "/status").ok().at("state").(string)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	letter := o.get(cni + "/interconnects/nwf-fra03-1/loa?name=Northwind+(Rail)").ok()
	if letter.header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(letter.raw, []byte("%PDF-")) ||
		!bytes.Contains(letter.raw, []byte(`Northwind \(Rail\)`)) {
		t.Errorf("letter: %s %.100s", letter.header.Get("Content-Type"), letter.raw)
	}
	o.get(cni+"/interconnects/nwf-fra03-1/loa?name="+strings.Repeat("x", 201)).refused(400, 1400)
	o.get(cni+"/interconnects/nobody/status").refused(404, 1404)
	if err := o.sim.SetInterconnectStatus("nwf-gcp-1", "Down", "Pairing key expired"); err != nil {
		t.Fatal(err)
	}
	if r := o.get(cni + "/interconnects/nwf-gcp-1/status"); r.at("state") != "Down" || r.at("reason") != "Pairing key expired" {
		t.Errorf("status %s", r.raw)
	}
}

func TestOrderingAPortAndACNI(t *testing.T) {
	o := newOperator(t)
	free, _ := o.pages(cni + "/slots?site=sin01&speed=10G")
	slot := free[0].(object)["id"].(string)
	order := object{"account": simaccount.DefaultAccount, "slot_id": slot, "type": "direct", "speed": "10G"}
	icon := o.send("POST", cni+"/interconnects", order).ok().at("name").(string)
	o.send("POST", cni+"/interconnects", order).refused(400, 1400, "occupied")
	if got := o.get(cni + "/interconnects/" + icon + "/status").at("state"); got != "Pending" {
		t.Errorf("a new port is %v", got)
	}
	o.clock.advance(72 * time.Hour)
	if got := o.get(cni + "/interconnects/" + icon + "/status").at("state"); got != "Healthy" {
		t.Errorf("after three days the port is %v", got)
	}

	body := object{
		"account": simaccount.DefaultAccount, "interconnect": icon,
		"magic": object{"conduit_name": "sin-cni-v2", "description": "", "mtu": 1500},
		"bgp":   object{"customer_asn": 64999, "extra_prefixes": []string{}, "md5_key": nil},
	}
	made := o.send("POST", cni+"/cnis", body).ok()
	id := made.at("id").(string)
	o.send("POST", cni+"/cnis", body).refused(409, 1409, "sin-cni-v2")
	link, there := o.sim.Object(simaccount.Links, "sin-cni-v2")
	if !there || link["interface_address"] != made.at("p2p_ip") {
		t.Errorf("the tunnel interface is %v", link)
	}
	for _, query := range []string{"slot=" + slot, "tunnel_id=" + fmt.Sprint(link["id"])} {
		if got, _ := o.pages(cni + "/cnis?" + query); len(got) != 1 || got[0].(object)["id"] != id {
			t.Errorf("%s finds %v", query, got)
		}
	}
	whole := made.json.(object)
	whole["magic"].(object)["conduit_name"] = "sin-cni-b"
	o.send("PUT", cni+"/cnis/"+id, whole).ok()
	if _, there := o.sim.Object(simaccount.Links, "sin-cni-b"); !there {
		t.Error("the tunnel interface did not follow the new name")
	}
	o.send("PUT", cni+"/cnis/"+id, with(whole, "cust_ip", nil)).refused(400, 1400, "cust_ip is required")
	o.send("PUT", cni+"/cnis/"+id, with(whole, "cust_ip", "10.1.1.1/31")).refused(400, 1400, "same prefix")
	taken := with(whole, "magic", object{"conduit_name": "fra-cni-v1", "description": "", "mtu": 1500})
	o.send("PUT", cni+"/cnis/"+id, taken).refused(400, 1400, "fra-cni-v1 is already in use")

	o.send("DELETE", cni+"/interconnects/"+icon, nil).refused(400, 1400, "still has CNIs")
	if r := o.send("DELETE", cni+"/cnis/"+id, nil).ok(); len(r.raw) != 0 {
		t.Errorf("a delete answers %s", r.raw)
	}
	o.send("DELETE", cni+"/interconnects/"+icon, nil).ok()
	o.get(cni+"/cnis/"+id).refused(404, 1404)
	if got, _ := o.sim.Object(simaccount.Slots, slot); got["occupied"] != false {
		t.Error("the slot is still occupied")
	}
}

func TestWhatTheCNIServiceRefuses(t *testing.T) {
	o := newOperator(t)
	good := object{
		"account": simaccount.DefaultAccount, "interconnect": "nwf-fra03-1",
		"magic": object{"conduit_name": "x", "description": "", "mtu": 1500},
	}
	partner := object{"account": simaccount.DefaultAccount, "bandwidth": "1G", "pairing_key": "k", "type": "gcp_partner"}
	tests := []struct {
		path string
		body any
		word string
	}{
		{"/cnis", with(good, "account", "other"), "account must be"},
		{"/cnis", with(good, "interconnect", "nobody"), "does not exist"},
		{"/cnis", with(good, "magic", nil), "magic is required"},
		{"/cnis", with(good, "magic", object{"conduit_name": "x", "mtu": 1500}), "magic.description is required"},
		{"/cnis", with(good, "magic", object{"conduit_name": "x", "description": "", "mtu": -1}), "magic.mtu must be at least 0"},
		{"/cnis", with(good, "bgp", object{"customer_asn": 1}), "bgp.extra_prefixes is required"},
		{"/cnis", with(good, "bgp", object{"customer_asn": 1 << 31, "extra_prefixes": []string{}}), "bgp.customer_asn must be at most"},
		{"/cnis", "nonsense", "invalid character"},
		{"/interconnects", with(partner, "bandwidth", "3G"), "bandwidth must be one of"},
		{"/interconnects", with(partner, "pairing_key", nil), "slot_id is required"},
		{"/interconnects", object{"account": simaccount.DefaultAccount, "slot_id": "none", "type": "direct"}, "does not exist"},
	}
	for _, test := range tests {
		o.send("POST", cni+test.path, test.body).refused(400, 1400, test.word)
	}
	o.send("POST", cni+"/interconnects", partner).ok()
}

func TestCNISettings(t *testing.T) {
	o := newOperator(t)
	o.send("PUT", cni+"/settings", object{"default_asn": 64600}).ok()
	o.send("PUT", cni+"/settings", object{"default_asn": nil}).ok()
	if got := o.get(cni + "/settings").ok().at("default_asn"); got != float64(64600) {
		t.Errorf("default_asn %v", got)
	}
	o.send("PUT", cni+"/settings", object{"default_asn": 3320}).refused(400, 1400, "default_asn")
}

func TestTheTunnelSideOfACNI(t *testing.T) {
	o := newOperator(t)
	links := o.get(base+"/magic/cf_interconnects").ok().list("result", "interconnects")
	if len(links) != 2 || links[0].(object)["version"] != "1" || links[1].(object)["version"] != "2" {
		t.Fatalf("tunnel interfaces %v", links)
	}
	v2 := links[1].(object)
	icon := o.get(cni + "/interconnects/nwf-ams04-1").ok()
	if v2["virtual_port_reservation_id"] != icon.at("virtual_port_reservation_id") {
		t.Error("the tunnel interface does not point to its port")
	}
	path := base + "/magic/cf_interconnects/" + v2["id"].(string)
	r := o.send("PUT", path, object{"description": "new", "bgp": object{"md5_key": "secret-not"}}).ok()
	if r.at("result", "modified_interconnect", "bgp", "customer_asn") != float64(64652) {
		t.Errorf("bgp was not merged: %s", r.raw)
	}
	o.send("PUT", path, object{"mtu": 500}).refused(400, 1022, "Interconnect", "mtu must be at least 576")
	o.send("PUT", path, object{"interface_address": "10.223.0.3/29"}).refused(400, 1022, "version 1.5")
	o.send("DELETE", path, nil).refused(http.StatusMethodNotAllowed, 10405)
	o.get(base+"/magic/cf_interconnects/none").refused(404, 1020)
}

func TestStaticRoutes(t *testing.T) {
	const routes = base + "/magic/routes"
	o := newOperator(t)
	good := object{"prefix": "10.77.0.0/16", "nexthop": "10.213.0.1", "priority": 100, "weight": 256,
		"scope": object{"colo_regions": []string{"WEUR"}, "colo_names": []string{"fra03"}}}
	id := o.send("POST", routes, good).ok().at("result", "id").(string)
	tests := []struct {
		change []any
		word   string
	}{
		{[]any{"priority", 100}, "has a route with the same nexthop and priority"},
		{[]any{"prefix", "10.77.0.1/16"}, "prefix must not have host bits set"},
		{[]any{"prefix", nil}, "prefix is required"},
		{[]any{"nexthop", "10.213.0.0"}, "not the customer side"},
		{[]any{"nexthop", "10.200.0.1"}, "not the customer side"},
		{[]any{"priority", nil}, "priority is required"},
		{[]any{"priority", -1}, "priority must be at least 0"},
		{[]any{"weight", 257}, "weight must be at most 256"},
		{[]any{"scope", object{"colo_regions": []string{"EU"}}}, "scope.colo_regions"},
		{[]any{"description", null}, "not permitted to be null"},
	}
	for _, test := range tests {
		o.send("POST", routes, with(good, test.change...)).refused(400, 1022, test.word)
	}
	o.send("PUT", routes, object{"routes": []any{object{"id": id, "priority": 150}}}).ok()
	if got := o.get(routes+"/"+id).ok().at("result", "route", "priority"); got != float64(150) {
		t.Errorf("priority %v", got)
	}
	o.send("DELETE", routes, nil).refused(400, 1022)
	o.send("DELETE", routes+"/"+o.get(routes).at("result", "routes", 0, "id").(string)+"?validate_only=true", nil).ok()
	if n := len(o.sim.Objects(simaccount.Routes)); n != 10 {
		t.Errorf("%d routes after a delete that cannot be tried, want 10", n)
	}
	o.send("DELETE", routes, object{}).refused(400, 1022, "routes is required")
	o.send("DELETE", routes, object{"routes": []any{object{"id": id}}}).ok()
	o.clock.advance(2 * time.Second)
	o.get(routes+"/"+id).refused(404, 1020)
}
