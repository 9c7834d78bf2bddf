package interconnect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"flarewire/api"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/tui/form"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// account is the module on a simulated account with all its lists fetched.
func account(t *testing.T) *Module {
	t.Helper()
	sim := simaccount.New(simaccount.Options{})
	client, err := api.New(api.Options{Transport: sim.RoundTripper(),
		Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)}})
	if err != nil {
		t.Fatal(err)
	}
	a := client.In(sim.Account())
	now := time.Now
	watcher := store.New(a, now, 0)
	watcher.Use(store.FromAccount(a))
	env := &kit.Env{Ctx: t.Context(), Client: client, Account: a, Now: now, Feed: live.New(t.Context(), watcher)}
	m := New(env).(*Module)
	env.Add(m)
	watcher.ReadAll(t.Context(), nil, store.Ports, store.CNIs, store.Links, store.Slots)
	return m
}

// The objects of one interconnect find each other, with and without the reservation that only version 2 has.
func TestTheObjectsOfAnInterconnectFindEachOther(t *testing.T) {
	m := account(t)
	for _, want := range []struct{ cni, port string }{{"fra-cni-v1", "nwf-fra03-1"}, {"ams-cni-v2", "nwf-ams04-1"}} {
		p, ok := m.portNamed(want.port)
		if !ok {
			t.Fatalf("no port %s", want.port)
		}
		if on := m.cnisOn(p.Name); len(on) != 1 || on[0].Magic.ConduitName != want.cni {
			t.Errorf("the CNIs on %s are %v", want.port, on)
		}
		links := m.linksOn(p)
		if len(links) != 1 || links[0].Name != want.cni {
			t.Fatalf("the links on %s are %v", want.port, links)
		}
		if back, ok := m.portOf(links[0]); !ok || back.Name != want.port {
			t.Errorf("%s leads to the port %q", want.cni, back.Name)
		}
		if s, ok := m.slotWith(p.SlotID); !ok || !s.Occupied {
			t.Errorf("the slot of %s is not found", want.port)
		}
	}
	// Both sides of a link have one subnet: it is in use once, not twice.
	if got := len(m.Subnets()); got != 2 {
		t.Errorf("%d subnets are in use: %v", got, m.Subnets())
	}
}

func TestAnOccupiedSlotCannotBeOrdered(t *testing.T) {
	m := account(t)
	p, _ := m.portNamed("nwf-fra03-1")
	if f := m.checkSlot(p.SlotID, nil); !f.Blocks() {
		t.Errorf("an occupied slot is %v", f)
	}
	free := m.freeSlots()
	if len(free) != 9 {
		t.Fatalf("%d slots are free", len(free))
	}
	if f := m.checkSlot(free[0].Value, nil); f.Blocks() {
		t.Errorf("a free slot is refused: %s", f.Text)
	}
	// A slot may be newer than the list: that is for the server to say.
	if f := m.checkSlot("00000000-0000-4000-8000-000000000001", nil); f.Blocks() || f.Level != form.Warning {
		t.Errorf("an unknown slot is %v", f)
	}
}

// What was typed for one kind of port is not sent with the other.
func TestAnOrderHasTheFieldsOfItsKindOnly(t *testing.T) {
	typed := form.Values{"kind": physical, "slot_id": " slot ", "speed": "10G", "type": "direct",
		"bandwidth": "1G", "pairing_key": "a/b/1", "partner_type": "gcp_partner"}
	if got := orderOf(typed); got.SlotID != "slot" || got.Bandwidth != "" || !got.PairingKey.IsZero() || got.Type != "direct" {
		t.Errorf("the cable is %+v", got)
	}
	typed["kind"] = partner
	if got := orderOf(typed); got.SlotID != "" || got.Speed != "" || got.PairingKey.IsZero() || got.Type != "gcp_partner" {
		t.Errorf("the circuit is %+v", got)
	}
}

// A form that was opened and left as it was changes nothing of the object.
func TestAnUntouchedFormChangesNothing(t *testing.T) {
	m := account(t)
	for _, c := range m.cnis().Rows {
		if d := cmp.Diff(c.BGP, applyCNI(c, cniValues(c)).BGP); d != "" {
			t.Errorf("the session of %s changes: %s", c.ID, d)
		}
		got := applyCNI(c, cniValues(c))
		if got.Magic != c.Magic || got.P2PIP != c.P2PIP || got.CustIP != c.CustIP || got.Interconnect != c.Interconnect ||
			got.BGPMode != c.BGPMode {
			t.Errorf("%+v became %+v", c, got)
		}
	}
	for _, l := range m.links().Rows {
		got := applyLink(l, linkValues(l))
		if got.HealthCheck.Direction != "" {
			t.Errorf("%s got a direction, which it did not have", l.Name)
		}
		l.HealthCheck.Direction = "bidirectional"
		if got := applyLink(l, linkValues(l)); got.HealthCheck.Direction != "bidirectional" {
			t.Errorf("%s lost its direction", l.Name)
		}
		if got.InterfaceAddress != l.InterfaceAddress || got.MTU != l.MTU || got.AutomaticReturnRouting != l.AutomaticReturnRouting {
			t.Errorf("%+v became %+v", l, got)
		}
	}
}

func TestTheEndsOfALinkLieInOneNetwork(t *testing.T) {
	check := addressSection().Fields[1].Check
	for customer, blocks := range map[string]bool{"10.222.0.1/31": false, "10.222.0.0/31": true, "10.9.0.1/31": true, "10.222.0": true,
		"": true} {
		if f := check(customer, form.Values{"p2p_ip": "10.222.0.0/31"}); f.Blocks() != blocks {
			t.Errorf("%q gives %v", customer, f)
		}
	}
}

func TestALetterOverwritesNothingUnasked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "letter.pdf")
	if err := save(path, []byte("first"), false); err != nil {
		t.Fatal(err)
	}
	if err := save(path, []byte("second"), false); !os.IsExist(err) {
		t.Errorf("saving twice gives %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "first" {
		t.Errorf("the file holds %q", got)
	}
	if err := save(path, []byte("third"), true); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "third" {
		t.Errorf("the file holds %q", got)
	}
	if err := save(filepath.Dir(path), []byte("x"), true); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("something was left behind: %v", left)
	}
}

// The name of a file is made of a name that the server chose: it leads nowhere else.
func TestANameFromTheServerMakesAHarmlessFileName(t *testing.T) {
	if got := safeName("../../etc/x\x1b[2J"); strings.ContainsAny(got, "/\x1b.") {
		t.Errorf("the file name is %q", got)
	}
}

// On version 1.5 the GRE endpoint is neither offered nor sent, whatever else is changed.
func TestAnInterconnectOfVersion15IsSentWithoutGRE(t *testing.T) {
	m := account(t)
	for version, sent := range map[string]bool{"1": true, "1.5": false} {
		l := api.MagicInterconnect{ID: "l1", Name: "fra", Version: version, MTU: 1476, InterfaceAddress: "10.222.0.0/31",
			GRE: &api.InterconnectGRE{CloudflareEndpoint: "192.0.2.11"}}
		l.Description = "changed"
		r, err := m.env.Account.MagicInterconnects.BuildUpdate(l.ID, l)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(r.Body()), `"gre"`); got != sent {
			t.Errorf("version %s: gre is sent: %v, want %v", version, got, sent)
		}
		for _, s := range m.linkForm("edit", l, nil).Sections {
			for _, f := range s.Fields {
				if f.Key == "cloudflare_endpoint" && (f.ReadOnlyWhy == "") != sent {
					t.Errorf("version %s: the field is fixed by %q", version, f.ReadOnlyWhy)
				}
			}
		}
	}
}

// The mode of a session is asked where the API takes it: of a CNI that exists.
func TestTheBGPModeIsAskedOfACNIThatExists(t *testing.T) {
	m := account(t)
	for id, want := range map[string]bool{"": false, "c1": true} {
		asked := false
		for _, s := range m.cniForm("form", api.CNI{ID: id}, nil).Sections {
			for _, f := range s.Fields {
				asked = asked || f.Key == "bgp_mode"
			}
		}
		if asked != want {
			t.Errorf("CNI %q: asked %v, want %v", id, asked, want)
		}
	}
}
