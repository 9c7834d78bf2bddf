package snapshot_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/snapshot"
	"flarewire/internal/store"
)

var night = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)

func open(t *testing.T) (*simaccount.Server, func() snapshot.Baseline) {
	t.Helper()
	return openAt(t, func() time.Time { return night })
}

func openAt(t *testing.T, clock func() time.Time) (*simaccount.Server, func() snapshot.Baseline) {
	t.Helper()
	sim := simaccount.New(simaccount.Options{Now: clock})
	client, err := api.New(api.Options{Transport: sim.RoundTripper(), Now: clock,
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	account := client.In(sim.Account())
	return sim, func() snapshot.Baseline {
		t.Helper()
		s := store.New(account, clock, 0)
		s.Use(store.FromAccount(account))
		b, err := snapshot.Take(t.Context(), account.ID, s, nil)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

// The operator saves a snapshot on a good day and compares after a bad night.
func TestWhatWasLostComesFirst(t *testing.T) {
	for trouble, want := range map[simaccount.Trouble]string{
		simaccount.Withdrawn:          "advertised of 198.18.10.0/24: true -> false",
		simaccount.WithdrawnAndLocked: "advertised of 198.18.10.0/24: true -> false",
		simaccount.BindingLost:        "binding 198.18.10.0/24 to Magic Transit: there -> not there",
		simaccount.BindingNotReady:    "state of the binding 198.18.10.0/24 to Magic Transit: active -> provisioning",
	} {
		t.Run(string(trouble), func(t *testing.T) {
			sim, take := open(t)
			path := filepath.Join(t.TempDir(), "good.json")
			if err := take().Save(path, false); err != nil {
				t.Fatal(err)
			}
			if _, err := sim.Inject(trouble); err != nil {
				t.Fatal(err)
			}
			good, err := snapshot.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			found := snapshot.Compare(good, take())
			if len(found) == 0 {
				t.Fatal("no difference is found")
			}
			first := found[0]
			if got := first.What + ": " + first.Was + " -> " + first.Is; got != want || !first.Lost || first.Prefix != "198.18.10.0/24" {
				t.Errorf("%+v, want %s", first, want)
			}
		})
	}
}

func TestNothingChangedIsNoDifference(t *testing.T) {
	_, take := open(t)
	if found := snapshot.Compare(take(), take()); len(found) != 0 {
		t.Errorf("%+v", found)
	}
}

func TestEveryFieldCounts(t *testing.T) {
	sim, take := open(t)
	was := take()
	change := func(kind simaccount.Resource, name string, f func(simaccount.Object)) {
		t.Helper()
		if err := sim.Mutate(kind, name, f); err != nil {
			t.Fatal(err)
		}
	}
	change(simaccount.BGPPrefixes, "198.18.11.0/24", func(o simaccount.Object) {
		o["asn_prepend_count"], o["auto_advertise_withdraw"], o["asn"] = int64(2), true, int64(64700)
		o["on_demand"].(simaccount.Object)["on_demand_locked"] = true
		o["on_demand"].(simaccount.Object)["on_demand_enabled"] = false
		o["bgp_signal_opts"] = simaccount.Object{"enabled": true}
	})
	change(simaccount.Prefixes, "198.18.20.0/24", func(o simaccount.Object) { o["approved"], o["asn"] = "P", int64(1) })
	if err := sim.Delete(simaccount.Prefixes, "198.18.30.0/24"); err != nil {
		t.Fatal(err)
	}
	sim.Insert(simaccount.Prefixes, simaccount.Object{"cidr": "198.18.50.0/24", "approved": "V"})
	var text strings.Builder
	for _, d := range snapshot.Compare(was, take()) {
		text.WriteString(d.Prefix + " " + d.What + ": " + d.Was + " -> " + d.Is + "\n")
	}
	for _, want := range []string{
		"198.18.30.0/24 prefix: there -> not there", "198.18.50.0/24 prefix: not there -> there",
		"198.18.20.0/24 approved: V -> P", "198.18.20.0/24 asn: 13335 -> 1",
		"asn_prepend_count of 198.18.11.0/24: 0 -> 2", "auto_advertise_withdraw of 198.18.11.0/24: false -> true",
		"on_demand_locked of 198.18.11.0/24: false -> true", "on_demand_enabled of 198.18.11.0/24: true -> false",
		"BGP control of 198.18.11.0/24: false -> true", "asn of 198.18.11.0/24: 13335 -> 64700",
	} {
		if !strings.Contains(text.String(), want+"\n") {
			t.Errorf("missing: %s\n%s", want, text.String())
		}
	}
}

// Half a reading would look like a loss.
func TestAStateThatCannotBeReadIsNoDifference(t *testing.T) {
	sim, _ := open(t)
	client, err := api.New(api.Options{Transport: sim.RoundTripper(),
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	sim.Fault(simaccount.Fault{Kind: simaccount.FaultStatus, Status: 403, Path: "*/bindings",
		Body: `{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}`})
	s := store.New(client.In(sim.Account()), func() time.Time { return night }, 0)
	s.Use(store.FromAccount(client.In(sim.Account())))
	if _, err := snapshot.Take(t.Context(), sim.Account(), s, nil); api.KindOf(err) != api.PermissionMissing {
		t.Errorf("%v", err)
	}
}

func TestASavedSnapshotIsNotOverwrittenByAccident(t *testing.T) {
	_, take := open(t)
	path := filepath.Join(t.TempDir(), "s.json")
	b := take()
	if err := b.Save(path, false); err != nil {
		t.Fatal(err)
	}
	if err := b.Save(path, false); err == nil || !strings.Contains(err.Error(), "--force") {
		t.Errorf("%v", err)
	}
	if err := b.Save(path, true); err != nil {
		t.Error(err)
	}
	if err := b.Save(t.TempDir(), true); err == nil {
		t.Error("a folder was taken for a file")
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestWhatIsNoSnapshotIsRefusedInWords(t *testing.T) {
	for name, content := range map[string]string{
		"empty": "", "cut off": `{"flarewire_snapshot":1,"prefixes":[{"cidr"`, "something else": `{"a":1}`, "a list": "[]",
		"no prefixes": `{"flarewire_snapshot":1}`, "of the future": `{"flarewire_snapshot":2,"prefixes":[]}`,
	} {
		path := filepath.Join(t.TempDir(), "s.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := snapshot.Load(path); err == nil || !strings.Contains(err.Error(), "flarewire") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := snapshot.Load(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there was read")
	}
}

// A snapshot holds everything that can be lost, and what changes by itself is no difference: a status that is reported again, a session
// that comes up.
func TestASnapshotHoldsEveryKind(t *testing.T) {
	now := night
	sim, take := openAt(t, func() time.Time { return now })
	was := take()
	change := func(kind simaccount.Resource, name string, f func(simaccount.Object)) {
		t.Helper()
		if err := sim.Mutate(kind, name, f); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(40 * time.Second) // every session is reported again: bgp_status.updated_at moves
	if found := snapshot.Compare(was, take()); len(found) != 0 {
		t.Errorf("nothing was changed: %+v", found)
	}
	change(simaccount.GRETunnels, "fra-dc2-gre", func(o simaccount.Object) {
		o["mtu"], o["modified_on"] = int64(1400),
			"2026-11-20T02:00:00Z"
	})
	change(simaccount.IPsecTunnels, "jnb-br1-ipsec", func(o simaccount.Object) { o["customer_endpoint"] = "203.0.113.200" })
	if _, err := sim.Inject(simaccount.PathDown); err != nil {
		t.Fatal(err)
	}
	if err := sim.Delete(simaccount.IPsecTunnels, "ams-br2-ipsec"); err != nil {
		t.Fatal(err)
	}
	routes := sim.Objects(simaccount.Routes)
	moved, id := routes[0]["prefix"].(string)+" via "+routes[0]["nexthop"].(string), routes[0]["id"].(string)
	priority := routes[0]["priority"]
	change(simaccount.Routes, id, func(o simaccount.Object) { o["priority"], o["modified_on"] = int64(777), "2026-11-20T02:00:00Z" })
	change(simaccount.Links, "fra-cni-v1", func(o simaccount.Object) { o["mtu"], o["modified_on"] = int64(1400), "2026-11-20T02:00:00Z" })
	cni := sim.Objects(simaccount.CNIs)[0]
	change(simaccount.CNIs, cni["id"].(string), func(o simaccount.Object) {
		o["bgp"] = simaccount.Object{"customer_asn": int64(64999), "extra_prefixes": []any{}, "md5_key": nil}
	})
	port := cni["interconnect"].(string)
	if err := sim.SetInterconnectStatus(port, "Down", "no light"); err != nil {
		t.Fatal(err)
	}
	is := take()
	var text strings.Builder
	for _, d := range snapshot.Compare(was, is) {
		text.WriteString(d.Resource + " " + d.Name + " " + d.What + ": " + d.Was + " -> " + d.Is + "\n")
	}
	for _, want := range []string{
		"gre_tunnels fra-dc2-gre mtu: 1476 -> 1400", "ipsec_tunnels jnb-br1-ipsec customer_endpoint: 198.51.100.226 -> 203.0.113.200",
		"gre_tunnels fra-dc1-gre BGP session: up -> down", "ipsec_tunnels ams-br2-ipsec IPsec tunnel: there -> not there",
		fmt.Sprintf("routes %s priority: %v -> 777", moved, priority), "cf_interconnects fra-cni-v1 mtu: 1476 -> 1400",
		"cnis fra-cni-v1 on " + port + " bgp: AS 64651 -> AS 64999", "cni_interconnects " + port + " port state: Healthy -> Down",
	} {
		if !strings.Contains(text.String(), want+"\n") {
			t.Errorf("missing: %s\n%s", want, text.String())
		}
	}
	for _, name := range []string{"fra-dc2-gre ", "routes " + moved + " ", "cf_interconnects fra-cni-v1 ", "cnis fra-cni-v1 "} {
		if n := strings.Count(text.String(), name); n != 1 { // modified_on of the same object is none
			t.Errorf("%d differences of %s:\n%s", n, name, text.String())
		}
	}
	was.Objects = nil // a file of an earlier version
	if found := snapshot.Compare(was, is); len(found) != 0 {
		t.Errorf("an old file has no tunnels to compare with: %+v", found)
	}
}
