package simaccount_test

import (
	"bytes"
	"testing"
	"time"

	"flarewire/internal/simaccount"
)

func TestAKeyIsShownOnceAndNeverReturned(t *testing.T) {
	o := newOperator(t)
	made := o.send("POST", ipsec, newIPsec()).ok()
	id := made.at("result", "id").(string)
	if o.sim.PSK(id) != "asdf1234" {
		t.Errorf("the edge uses %q", o.sim.PSK(id))
	}
	o.clock.advance(time.Minute + 1234)
	generated := o.send("POST", ipsec+"/"+id+"/psk_generate", nil).ok()
	key := generated.at("result", "psk").(string)
	if len(key) != 32 || key != o.sim.PSK(id) || generated.at("result", "ipsec_tunnel_id") != id {
		t.Errorf("answer %s, the edge uses %q", generated.raw, o.sim.PSK(id))
	}
	if got := generated.at("result", "psk_metadata", "last_generated_on"); got != "2026-11-20T03:01:00.000001234Z" {
		t.Errorf("last_generated_on %v in the answer has no nanoseconds", got)
	}
	update := o.send("PUT", ipsec+"/"+id, object{"psk": "my-own-key"}).ok()
	for _, r := range []reply{made, update, o.get(ipsec), o.get(ipsec + "/" + id), o.send("DELETE", ipsec+"/"+id, nil)} {
		if bytes.Contains(r.raw, []byte(`"psk":`)) || bytes.Contains(r.raw, []byte("my-own-key")) || bytes.Contains(r.raw, []byte(key)) {
			t.Errorf("a key is in %s", r.raw)
		}
	}
}

func TestPSKMetadataMovesOnlyWithTheKey(t *testing.T) {
	o := newOperator(t)
	id := o.send("POST", ipsec, newIPsec()).ok().at("result", "id").(string)
	last := func() any {
		return o.get(ipsec+"/"+id).ok().at("result", "ipsec_tunnel", "psk_metadata", "last_generated_on")
	}
	o.clock.advance(time.Minute)
	o.send("PUT", ipsec+"/"+id, object{"psk": "asdf1234"}).ok()
	if last() != "2026-11-20T03:00:00Z" {
		t.Errorf("sending the same key again moved it to %v", last())
	}
	o.send("PUT", ipsec+"/"+id, object{"psk": "another1"}).ok()
	if last() != "2026-11-20T03:01:00Z" {
		t.Errorf("a new key did not move it: %v", last())
	}
}

func TestEveryGenerateRotates(t *testing.T) {
	o := newOperator(t)
	id := o.tunnel(simaccount.IPsecTunnels, "nrt-br1-ipsec")["id"].(string)
	seen := map[any]bool{}
	for range 3 {
		seen[o.send("POST", ipsec+"/"+id+"/psk_generate", object{}).ok().at("result", "psk")] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d different keys of 3", len(seen))
	}
	o.send("POST", ipsec+"/"+"00000000000000000000000000000000"+"/psk_generate", nil).refused(404, 1032)
}

func TestSettingSeveralKeysMayWorkInPart(t *testing.T) {
	o := newOperator(t)
	id := o.tunnel(simaccount.IPsecTunnels, "nrt-br1-ipsec")["id"].(string)
	other := o.tunnel(simaccount.IPsecTunnels, "syd-br1-ipsec")["id"].(string)
	r := o.send("POST", ipsec+"/psk", object{"psks": []any{
		object{"id": id, "psk": "tokyo-key"}, object{"id": other, "psk": " bad"}, object{"id": "nobody", "psk": "x"},
	}}).ok()
	if r.at("result", "successfully_applied_psks", id, "psk") != "tokyo-key" || o.sim.PSK(id) != "tokyo-key" {
		t.Errorf("answer %s", r.raw)
	}
	if got := len(r.at("result", "unapplied_psks").(object)); got != 2 {
		t.Errorf("%d keys not applied, want 2: %s", got, r.raw)
	}
	o.send("POST", ipsec+"/psk", object{"psks": []any{object{"id": id}}}).refused(400, 1022, "psks[0].psk is required")
}
