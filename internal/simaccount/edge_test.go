package simaccount_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/internal/simaccount"
)

func TestObjectsChangeBehindTheBack(t *testing.T) {
	o := newOperator(t)
	o.get(gre).ok() // the list is encoded now; what follows must be seen all the same
	steps := []error{
		o.sim.Rename(simaccount.GRETunnels, "fra-dc1-gre", "fra-dc9-gre"),
		o.sim.SetBGP(simaccount.GRETunnels, "fra-dc9-gre", "Active"),
		o.sim.SetBGPSummary(simaccount.GRETunnels, "fra-dc2-gre", "Frozen", "BGP_NEW_STATE"),
		o.sim.SetBGP(simaccount.GRETunnels, "ams-dc1-gre", ""),
		o.sim.Restart(simaccount.IPsecTunnels, "jnb-br1-ipsec"),
		o.sim.Delete(simaccount.GRETunnels, "sjc-dc1-gre"),
		o.sim.Mutate(simaccount.GRETunnels, "gru-br1-gre", func(g simaccount.Object) { g["mtu"] = int64(1400) }),
	}
	for _, err := range steps {
		if err != nil {
			t.Error(err)
		}
	}
	id := o.sim.Insert(simaccount.GRETunnels, simaccount.Object{"name": "odd-gre", "interface_address": "10.1.1.0/31"})
	want := map[string]string{
		"fra-dc9-gre": "BGP_DOWN/Active", "fra-dc2-gre": "BGP_NEW_STATE/Frozen", "ams-dc1-gre": "none", "odd-gre": "none",
	}
	for name, state := range want {
		if got := o.bgp(simaccount.GRETunnels, name); got != state {
			t.Errorf("%s: %s, want %s", name, got, state)
		}
	}
	if got := o.tunnel(simaccount.GRETunnels, "gru-br1-gre")["mtu"]; got != float64(1400) {
		t.Errorf("mtu %v", got)
	}
	if o.get(gre+"/"+id).ok().at("result", "gre_tunnel", "name") != "odd-gre" || o.bgp(simaccount.IPsecTunnels, "jnb-br1-ipsec") != "none" {
		t.Error("insert or restart did not work")
	}
	path, _ := o.prefix("198.18.40.0/24")
	o.sim.InsertBelow(simaccount.BGPPrefixes, path[strings.LastIndex(path, "/")+1:], simaccount.Object{"cidr": "198.18.40.0/25"})
	if got := len(o.get(path + "/bgp/prefixes").list("result")); got != 2 {
		t.Errorf("%d BGP prefixes, want 2", got)
	}
	o.sim.Insert(simaccount.Ports, simaccount.Object{"name": "odd-port", "type": "direct"})
	if r := o.get(cni + "/interconnects/odd-port").ok(); r.at("id") != nil {
		t.Errorf("an interconnect with an id: %s", r.raw)
	}
	if err := o.sim.Delete(simaccount.GRETunnels, "sjc-dc1-gre"); err == nil || !strings.Contains(err.Error(), "sjc-dc1-gre") {
		t.Errorf("deleting twice: %v", err)
	}
	if err := o.sim.Rename("nonsense", "a", "b"); err == nil {
		t.Error("an unknown resource is accepted")
	}
}

func TestASnapshotIsACopyWithoutKeys(t *testing.T) {
	o := newOperator(t)
	before := o.sim.Snapshot()
	for kind, objects := range before {
		if len(objects) == 0 {
			t.Errorf("no %s in the believable account", kind)
		}
	}
	text, err := json.Marshal(before)
	if err != nil || strings.Contains(string(text), o.sim.PSK("ams-br2-ipsec")) {
		t.Errorf("a key is in the snapshot (%v)", err)
	}
	again := o.sim.Snapshot()
	again[simaccount.GRETunnels][0]["health_check"].(simaccount.Object)["rate"] = "broken"
	if diff := cmp.Diff(before, o.sim.Snapshot()); diff != "" {
		t.Errorf("a snapshot reaches into the account: %s", diff)
	}
}

func TestRequestsAreLogged(t *testing.T) {
	o := newOperator(t)
	o.send("PUT", gre+"/x?validate_only=true", object{"mtu": 1400})
	got := o.sim.Requests()[0]
	if got.Method != http.MethodPut || got.Path != gre+"/x" || got.Query.Get("validate_only") != "true" || got.Status != 404 ||
		string(got.Body) != `{"mtu":1400}` || got.Header.Get("x-magic-new-hc-target") != "true" || !got.Time.Equal(o.clock.now()) {
		t.Errorf("logged %+v", got)
	}
	o.sim.ForgetRequests()
	if n := len(o.sim.Requests()); n != 0 {
		t.Errorf("%d requests after forgetting", n)
	}
}

func TestASocketAndTheRoundTripperSayTheSame(t *testing.T) {
	c := newClock()
	answers := map[string]string{}
	for _, wire := range []string{"socket", "in process"} {
		sim := simaccount.New(simaccount.Options{Now: c.now})
		client, url := &http.Client{Transport: sim.RoundTripper()}, "http://edge.invalid"
		if wire == "socket" {
			server := httptest.NewServer(sim)
			defer server.Close()
			client, url = server.Client(), server.URL
		}
		r, _ := http.NewRequest(http.MethodPost, url+"/client/v4"+ipsec, strings.NewReader(`{"name":"x"}`))
		r.Header.Set("Authorization", "Bearer demo-token")
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		answers[wire] = fmt.Sprint(resp.Status, resp.ContentLength, resp.Header["Cf-Ray"], resp.Header["Ratelimit"], string(body))
	}
	if diff := cmp.Diff(answers["socket"], answers["in process"]); diff != "" {
		t.Error(diff)
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	sim := simaccount.New(simaccount.Options{})
	client := &http.Client{Transport: sim.RoundTripper()}
	send := func(method, path, body string) int {
		r, _ := http.NewRequest(method, "http://edge.invalid/client/v4"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer demo-token")
		resp, err := client.Do(r)
		if err != nil {
			t.Error(err)
			return 0
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	var created sync.Map
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 20 {
				body := fmt.Sprintf(`{"name":"t%d","customer_gre_endpoint":"203.0.113.%d","cloudflare_gre_endpoint":"192.0.2.12",`+
					`"interface_address":"10.88.%d.0/31"}`,
					i, 200+i, i)
				if send("POST", gre, body) == 200 {
					if other, twice := created.LoadOrStore(i, worker); twice {
						t.Errorf("tunnel %d was created by two clients, %v and %d", i, other, worker)
					}
				}
				send("GET", ipsec, "")
				send("GET", base+"/addressing/prefixes", "")
				_ = sim.SetBGP(simaccount.IPsecTunnels, "jnb-br1-ipsec", "Active")
				sim.Snapshot()
				sim.Fault(simaccount.Fault{Kind: simaccount.FaultDelay, Path: "/nowhere", Times: 1})
			}
		})
	}
	group.Wait()
	if n := len(sim.Objects(simaccount.GRETunnels)); n != 27 {
		t.Errorf("%d GRE tunnels, want 7 and 20", n)
	}
}

func BenchmarkList(b *testing.B) {
	for _, tunnels := range []int{100, 20000} {
		b.Run(fmt.Sprintf("%d GRE tunnels", tunnels/2), func(b *testing.B) {
			sim := simaccount.New(simaccount.Options{Tunnels: tunnels})
			transport := sim.RoundTripper()
			r, _ := http.NewRequest(http.MethodGet, "http://edge.invalid/client/v4"+gre, nil)
			r.Header.Set("Authorization", "Bearer demo-token")
			b.ReportAllocs()
			for b.Loop() {
				resp, err := transport.RoundTrip(r)
				if err != nil || resp.StatusCode != http.StatusOK {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
				b.SetBytes(resp.ContentLength)
			}
		})
	}
}
