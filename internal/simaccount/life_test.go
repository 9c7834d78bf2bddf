package simaccount_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/simaccount"
)

func TestTheBelievableAccountShowsEveryState(t *testing.T) {
	o := newOperator(t)
	want := map[string]string{
		"fra-dc1-gre": "BGP_UP/Established", "fra-dc2-gre": "BGP_UP/Established", "ams-dc1-gre": "BGP_UP/Established",
		"lhr-hq-gre": "BGP_ESTABLISHING/Connect", "iad-dc1-gre": "BGP_DOWN/Active", "sjc-dc1-gre": "none",
		"gru-br1-gre": "BGP_UP/Established", "ams-br2-ipsec": "BGP_UP/Established", "mad-br1-ipsec": "BGP_UP/Established",
		"waw-br1-ipsec": "BGP_DOWN/OpenSent", "sin-dc1-ipsec": "BGP_ESTABLISHING/Connect", "syd-br1-ipsec": "BGP_UP/Established",
		"nrt-br1-ipsec": "none", "jnb-br1-ipsec": "BGP_UP/Established",
	}
	got := map[string]string{}
	for _, kind := range []simaccount.Resource{simaccount.GRETunnels, simaccount.IPsecTunnels} {
		for _, object := range o.sim.Objects(kind) {
			name := object["name"].(string)
			got[name] = o.bgp(kind, name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	status := o.tunnel(simaccount.IPsecTunnels, "waw-br1-ipsec")["bgp_status"].(object)
	if status["tcp_established"] != true || status["cf_speaker_port"] != float64(179) || status["cf_speaker_ip"] != "10.213.0.18" {
		t.Errorf("bgp_status %v", status)
	}
	stale := o.tunnel(simaccount.IPsecTunnels, "syd-br1-ipsec")["bgp_status"].(object)
	if stale["updated_at"] != "2026-11-20T00:00:00Z" {
		t.Errorf("the stale report is of %v", stale["updated_at"])
	}
}

// step is what a session must be at a time after the start.
type step struct {
	after time.Duration
	want  string
}

func follow(t *testing.T, o *operator, kind simaccount.Resource, name string, steps []step) {
	t.Helper()
	start := o.clock.now()
	for _, s := range steps {
		o.clock.advance(start.Add(s.after).Sub(o.clock.now()))
		if got := o.bgp(kind, name); got != s.want {
			t.Errorf("%s after %v: %s, want %s", name, s.after, got, s.want)
		}
	}
}

func TestASessionComesUpAndAnotherFlaps(t *testing.T) {
	follow(t, newOperator(t), simaccount.GRETunnels, "lhr-hq-gre", []step{
		{0, "BGP_ESTABLISHING/Connect"}, {34 * time.Second, "BGP_ESTABLISHING/OpenConfirm"},
		{35 * time.Second, "BGP_UP/Established"}, {24 * time.Hour, "BGP_UP/Established"},
	})
	follow(t, newOperator(t), simaccount.IPsecTunnels, "mad-br1-ipsec", []step{
		{19 * time.Second, "BGP_UP/Established"}, {20 * time.Second, "BGP_DOWN/Idle"}, {42 * time.Second, "BGP_UP/Established"},
		{70 * time.Second, "BGP_DOWN/Idle"}, {92 * time.Second, "BGP_UP/Established"},
		{1000*50*time.Second + 33*time.Second, "BGP_ESTABLISHING/Connect"},
	})
}

func TestANewTunnelComesUpStepByStep(t *testing.T) {
	bringUp := []step{
		{0, "none"}, {4 * time.Second, "BGP_DOWN/Idle"}, {10 * time.Second, "BGP_DOWN/Active"},
		{18 * time.Second, "BGP_ESTABLISHING/Connect"}, {24 * time.Second, "BGP_ESTABLISHING/OpenSent"},
		{30 * time.Second, "BGP_ESTABLISHING/OpenConfirm"}, {36 * time.Second, "BGP_UP/Established"},
	}
	o := newOperator(t)
	o.send("POST", gre, newGRE()).ok()
	follow(t, o, simaccount.GRETunnels, "ber-br1-gre", bringUp)

	o = newOperator(t)
	o.send("POST", ipsec, newIPsec()).ok()
	follow(t, o, simaccount.IPsecTunnels, "ber-br1-ipsec", bringUp)
}

func TestANewTunnelWaitsForItsKeyAndForARightASN(t *testing.T) {
	o := newOperator(t)
	id := o.send("POST", ipsec, with(newIPsec(), "psk", nil)).ok().at("result", "id").(string)
	follow(t, o, simaccount.IPsecTunnels, "ber-br1-ipsec", []step{{time.Hour, "BGP_DOWN/Idle"}})
	o.send("POST", ipsec+"/"+id+"/psk_generate", nil).ok()
	follow(t, o, simaccount.IPsecTunnels, "ber-br1-ipsec", []step{{36 * time.Second, "BGP_UP/Established"}})

	o.send("PUT", ipsec+"/"+id, object{"bgp": object{"customer_asn": 23456}}).ok()
	follow(t, o, simaccount.IPsecTunnels, "ber-br1-ipsec", []step{{time.Hour, "BGP_DOWN/OpenSent"}})
}

func TestTheOperatorCanCureTheMismatchInWarsaw(t *testing.T) {
	o := newOperator(t)
	id := o.tunnel(simaccount.IPsecTunnels, "waw-br1-ipsec")["id"].(string)
	o.send("PUT", ipsec+"/"+id, object{"bgp": object{"customer_asn": 64633}}).ok()
	follow(t, o, simaccount.IPsecTunnels, "waw-br1-ipsec", []step{{time.Hour, "BGP_DOWN/OpenSent"}})
	o.send("PUT", ipsec+"/"+id, object{"bgp": object{"customer_asn": 64623}}).ok()
	follow(t, o, simaccount.IPsecTunnels, "waw-br1-ipsec", []step{{36 * time.Second, "BGP_UP/Established"}})
}

func TestOnlyAChangeThatMattersEndsASession(t *testing.T) {
	o := newOperator(t)
	id := o.tunnel(simaccount.IPsecTunnels, "ams-br2-ipsec")["id"].(string)
	o.send("PUT", ipsec+"/"+id, object{"description": "x", "replay_protection": true}).ok()
	if got := o.bgp(simaccount.IPsecTunnels, "ams-br2-ipsec"); got != "BGP_UP/Established" {
		t.Errorf("a description ended the session: %s", got)
	}
	o.send("POST", ipsec+"/"+id+"/psk_generate", nil).ok()
	follow(t, o, simaccount.IPsecTunnels, "ams-br2-ipsec", []step{{5 * time.Second, "BGP_DOWN/Idle"}, {36 * time.Second,
		"BGP_UP/Established"}})
}

func TestReportsAreRefreshed(t *testing.T) {
	o := newOperator(t)
	for range 5 {
		o.clock.advance(17 * time.Second)
		for _, name := range []string{"fra-dc1-gre", "lhr-hq-gre"} {
			status := o.tunnel(simaccount.GRETunnels, name)["bgp_status"].(object)
			at, err := time.Parse(time.RFC3339Nano, status["updated_at"].(string))
			if age := o.clock.now().Sub(at); err != nil || age < 0 || age > 30*time.Second {
				t.Errorf("%s was reported %v ago (%v)", name, age, err)
			}
		}
	}
}

func TestADeleteTakesAMoment(t *testing.T) {
	o := newOperator(t)
	id := o.tunnel(simaccount.GRETunnels, "fra-dc1-gre")["id"].(string)
	if r := o.send("DELETE", gre+"/"+id, nil).ok(); r.at("result", "deleted") != true || r.at("result", "deleted_gre_tunnel", "id") != id {
		t.Errorf("answer %s", r.raw)
	}
	o.get(gre + "/" + id).ok()
	o.send("DELETE", gre+"/"+id, nil).refused(404, 1029)
	o.send("PUT", gre+"/"+id, object{}).refused(404, 1029)
	o.clock.advance(2 * time.Second)
	o.get(gre+"/"+id).refused(404, 1029)
	if _, there := o.sim.Object(simaccount.GRETunnels, id); there {
		t.Error("the tunnel is still in the account")
	}
	o.get(ipsec+"/"+id).refused(404, 1032)
}

func TestTheSameSeedAndClockGiveTheSameAccount(t *testing.T) {
	screens := map[string]int{}
	for _, seed := range []uint64{7, 7, 8} {
		c := newClock()
		o := operate(t, simaccount.New(simaccount.Options{Seed: seed, Now: c.now}), c)
		c.advance(23 * time.Second)
		screens[string(o.get(gre).raw)+string(o.get(ipsec).raw)]++
	}
	if len(screens) != 2 {
		t.Errorf("%d different accounts of two seeds", len(screens))
	}
}

func TestAFleetHasExactlyTheAskedSize(t *testing.T) {
	for _, n := range []int{1, 2, 101, 5000} {
		c := newClock()
		o := operate(t, simaccount.New(simaccount.Options{Tunnels: n, Now: c.now}), c)
		g, i := o.get(gre).ok().list("result", "gre_tunnels"), o.get(ipsec).ok().list("result", "ipsec_tunnels")
		if len(g)+len(i) != n || len(g)-len(i) > 1 {
			t.Fatalf("%d GRE and %d IPsec tunnels, want %d together", len(g), len(i), n)
		}
		names, pairs := map[any]bool{}, map[[2]any]bool{}
		for _, v := range append(g, i...) {
			m := v.(object)
			names[m["name"]] = true
			if len(m["name"].(string)) > 15 {
				t.Errorf("name %v is too long", m["name"])
			}
			if m["customer_gre_endpoint"] != nil {
				pairs[[2]any{m["cloudflare_gre_endpoint"], m["customer_gre_endpoint"]}] = true
			}
		}
		if len(names) != n || len(pairs) != len(g) {
			t.Errorf("%d names and %d pairs of endpoints for %d tunnels", len(names), len(pairs), n)
		}
		first := g[0].(object)
		if r := o.send("PUT", gre+"/"+first["id"].(string), first); r.status != 200 {
			t.Errorf("a generated tunnel breaks the rules: %s", r.raw)
		}
	}
}
