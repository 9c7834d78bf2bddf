package tunnel

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/drafts"
	"flarewire/internal/journal"
	"flarewire/internal/rules"
	"flarewire/internal/simaccount"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/views/kit"
	"flarewire/views/live"
)

// account is the believable account with everything that the pages need.
func account(t *testing.T) (*Module, *simaccount.Server) {
	t.Helper()
	return having(t, store.GRETunnels, store.IPsecTunnels, store.Prefixes, store.Routes)
}

// having is the account of which these lists were read, and no other.
func having(t *testing.T, read ...store.Kind) (*Module, *simaccount.Server) {
	t.Helper()
	return known(t, simaccount.New(simaccount.Options{}), read...)
}

func known(t *testing.T, sim *simaccount.Server, read ...store.Kind) (*Module, *simaccount.Server) {
	t.Helper()
	sender, err := api.NewSender(api.Options{Credentials: api.Credentials{Token: api.NewSecret(simaccount.DefaultToken)},
		Transport: sim.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	client := sender.Client()
	a := client.In(simaccount.DefaultAccount)
	w := store.New(a, time.Now, 0)
	w.Use(store.FromAccount(a))
	w.Fresh(t.Context(), time.Minute, store.TargetsOf(read...)...)
	writer, err := change.New(change.Options{Account: a, Sender: sender})
	if err != nil {
		t.Fatal(err)
	}
	env := &kit.Env{Ctx: t.Context(), Client: client, Account: a, Feed: live.New(t.Context(), w), Writer: writer, Glyphs: tui.ASCIIGlyphs,
		Now: time.Now}
	m := New(env).(*Module)
	env.Add(m)
	return m, sim
}

// Somebody opens the form of a tunnel, changes nothing and goes on: nothing may be sent, and above all
// no field may be changed by the way from the object into the form and back.
func TestAnUntouchedFormChangesNothing(t *testing.T) {
	m, _ := account(t)
	ctx := t.Context()
	gres, err := m.env.Account.GRETunnels.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, opened := range gres {
		var wanted api.GRETunnel
		form.New(m.greForm("edit", opened, func(g api.GRETunnel) tea.Cmd { wanted = g; return nil })).Update(tea.KeyPressMsg{Code: 's',
			Mod: tea.ModCtrl})
		plan, err := change.PrepareUpdate(ctx, m.env.Writer, change.GRETunnels, opened, wanted)
		if err != nil || len(plan.Differences) > 0 || wanted.ID == "" {
			t.Errorf("%s: %v, differences %v", opened.Name, err, plan.Differences)
		}
	}
	ipsecs, err := m.env.Account.IPsecTunnels.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, opened := range ipsecs {
		var wanted api.IPsecTunnel
		form.New(m.ipsecForm("edit", opened, func(i api.IPsecTunnel) tea.Cmd { wanted = i; return nil })).Update(tea.KeyPressMsg{Code: 's',
			Mod: tea.ModCtrl})
		plan, err := change.PrepareUpdate(ctx, m.env.Writer, change.IPsecTunnels, opened, wanted)
		if err != nil || len(plan.Differences) > 0 || wanted.ID == "" {
			t.Errorf("%s: %v, differences %v", opened.Name, err, plan.Differences)
		}
	}
}

func TestFormKeysOfTheServersObjections(t *testing.T) {
	for path, want := range map[string]string{
		"name": "name", "cloudflare_gre_endpoint": "cloudflare_endpoint", "customer_gre_endpoint": "customer_endpoint",
		"bgp.customer_asn": "customer_asn", "health_check.type": "hc_type", "health_check.target": "hc_target",
		"health_check.target.saved": "hc_target", "custom_remote_identities.fqdn_id": "fqdn_id", "interface_address": "interface_address",
	} {
		if got := fieldOf(path); got != want {
			t.Errorf("%s is led to %s, want %s", path, got, want)
		}
	}
}

func TestProposedSubnetIsFreeAndNearTheOthers(t *testing.T) {
	m, _ := account(t)
	got := fields{m: m}.freeSubnets()
	if len(got) != 3 {
		t.Fatalf("proposals: %v", got)
	}
	for _, cidr := range got {
		if f := (fields{m: m}).checkInterface(cidr, nil); f.Text != "" {
			t.Errorf("the proposal %s is not fine: %s", cidr, f.Text)
		}
	}
}

// Cloudflare tells tunnels at one of its endpoints apart by their IKE identities: two that share one cannot both come up.
func TestAnIKEIdentityIsUsedOnceAtAnEndpoint(t *testing.T) {
	m, sim := account(t)
	id := "office." + m.env.Account.ID + ".custom.ipsec.cloudflare.com"
	if err := sim.Mutate(simaccount.IPsecTunnels, "ams-br2-ipsec", func(o simaccount.Object) {
		o["custom_remote_identities"] = map[string]any{"fqdn_id": id}
	}); err != nil {
		t.Fatal(err)
	}
	m.env.Feed.Fresh(t.Context(), 0, store.TargetsOf(store.GRETunnels)...)
	all := m.env.Feed.Last().Tunnels
	owner := all[slices.IndexFunc(all, func(t store.Tunnel) bool { return t.Name == "ams-br2-ipsec" })]
	for _, c := range []struct {
		what, id, endpoint, edited string
		refused                    bool
	}{
		{"a new tunnel at the same endpoint", id, owner.CloudflareEndpoint, "", true},
		{"the tunnel that has it", id, owner.CloudflareEndpoint, owner.ID, false},
		{"another endpoint", id, "203.0.113.250", "", false},
		{"another identity", "second." + m.env.Account.ID + ".custom.ipsec.cloudflare.com", owner.CloudflareEndpoint, "", false},
		{"none", "", owner.CloudflareEndpoint, "", false},
	} {
		f := fields{m: m, kind: rules.IPsec, id: c.edited}
		if got := f.checkIKEID(c.id, form.Values{"cloudflare_endpoint": c.endpoint}); got.Blocks() != c.refused {
			t.Errorf("%s: %+v, want refused %v", c.what, got, c.refused)
		}
	}
}

func TestJSONOfARowIsTheServersOwn(t *testing.T) {
	m, sim := account(t)
	if err := sim.Mutate(simaccount.GRETunnels, "fra-dc1-gre", func(o simaccount.Object) { o["brand_new_field"] = "kept" }); err != nil {
		t.Fatal(err)
	}
	m.env.Feed.Fresh(t.Context(), -time.Second, store.Target{Kind: store.GRETunnels})
	for _, row := range m.env.Feed.Last().Tunnels {
		var object map[string]any
		if err := json.Unmarshal(Describe("x", tui.ASCIIGlyphs).JSON(row), &object); err != nil {
			t.Fatal(err)
		}
		if row.Name == "fra-dc1-gre" && object["brand_new_field"] != "kept" {
			t.Error("an unknown field of the API is lost on the way to the clipboard")
		}
	}
}

// Whoever moves a tunnel that works is told so before it is sent; a tunnel that does not work, and other changes, are no matter of it.
func TestMovingATunnelThatWorksIsWarnedOf(t *testing.T) {
	m, _ := account(t)
	ctx := t.Context()
	gres, err := m.env.Account.GRETunnels.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, what string
		change     func(*api.GRETunnel)
		warned     bool
	}{
		{"ams-dc1-gre", "customer endpoint", func(g *api.GRETunnel) { g.CustomerGREEndpoint = "203.0.113.77" }, true},
		{"ams-dc1-gre", "Cloudflare endpoint", func(g *api.GRETunnel) { g.CloudflareGREEndpoint = "192.0.2.77" }, true},
		{"ams-dc1-gre", "interface address", func(g *api.GRETunnel) { g.InterfaceAddress = "10.213.9.0/31" }, true},
		{"ams-dc1-gre", "description", func(g *api.GRETunnel) { g.Description = "other" }, false},
		{"iad-dc1-gre", "customer endpoint", func(g *api.GRETunnel) { g.CustomerGREEndpoint = "203.0.113.77" }, false},
	} {
		i := slices.IndexFunc(gres, func(g api.GRETunnel) bool { return g.Name == c.name })
		wanted := gres[i]
		c.change(&wanted)
		guards, err := m.greEditor().Guard(ctx, journal.Update, gres[i], wanted)
		said := strings.Join(guards.Warnings, " ")
		told := strings.Contains(said, "Changing the "+c.what+" cuts a tunnel that works") && strings.Contains(said, "Its session is up.")
		if err != nil || c.warned != told || !c.warned && said != "" {
			t.Errorf("%s of %s: %q, %v", c.what, c.name, said, err)
		}
	}
}

// One tunnel and a pair are proposed the same health check: the one that a router answers.
func TestOneTunnelAndAPairHaveTheSameHealthCheck(t *testing.T) {
	m, _ := account(t)
	one, two := proposals(fields{m: m, kind: rules.GRE}.sections(form.Section{}, "")[3]), proposals(pairing{m: m}.health())
	if len(one) != 2 || !maps.Equal(one, two) {
		t.Errorf("%v for one, %v for a pair", one, two)
	}
	if one["hc_type"] != rules.TypeRequest {
		t.Errorf("the type is %s, of which every tunnel's page says that it is dropped", one["hc_type"])
	}
}

// proposals are what the fields of sections propose, where they have a proposal at all.
func proposals(sections ...form.Section) form.Values {
	out := form.Values{}
	for _, s := range sections {
		for _, f := range s.Fields {
			if f.Propose != nil {
				out[f.Key] = f.Propose(form.Values{"cloudflare_endpoint": "192.0.2.11"})
			}
		}
	}
	return out
}

// Somebody is at the form before the account's lists are there. What was not read is not taken for absent: no field has a proposal that
// rests on it, a choice says what it waits for, and the proposal comes with the list.
func TestAFormThatIsOpenedEarlyProposesOnlyWhatItKnows(t *testing.T) {
	early, _ := having(t)
	whole, _ := account(t)
	var routed *api.Tunnel
	for _, x := range whole.env.Feed.Last().Tunnels {
		if len(whole.routedThrough(customerSide(x.InterfaceAddress))) > 0 {
			routed = &x.Tunnel
		}
	}
	for name, sections := range map[string]func(*Module) []form.Section{
		"GRE":   func(m *Module) []form.Section { return fields{m: m, kind: rules.GRE}.sections(form.Section{}, "") },
		"IPsec": func(m *Module) []form.Section { return fields{m: m, kind: rules.IPsec}.sections(form.Section{}, "") },
		"pair":  func(m *Module) []form.Section { return pairing{m: m}.sections() },
		"twin":  func(m *Module) []form.Section { return pairing{m: m, first: routed}.sections() },
	} {
		for key, value := range proposals(sections(early)...) {
			if value != "" {
				t.Errorf("%s: %s is proposed as %q before anything was read", name, key, value)
			}
		}
		for _, key := range []string{"bgp", "hc_type", "hc_direction", "routes"} {
			if then, proposed := proposals(sections(whole)...)[key]; proposed && (name == "twin" || key != "routes") {
				if f := fieldNamed(sections(early), key); then == "" || f.Check("", form.Values{}).Level != form.Incomplete {
					t.Errorf("%s: %s says %+v while it waits for %q", name, key, f.Check("", form.Values{}), then)
				}
			}
		}
	}
}

// fieldNamed is the field with a key.
func fieldNamed(sections []form.Section, key string) form.Field {
	for _, s := range sections {
		for _, f := range s.Fields {
			if f.Key == key {
				return f
			}
		}
	}
	return form.Field{}
}

// A second tunnel for one that has static routes gets routes with the same priority, weight and scope: with others it would carry nothing,
// or all of the traffic at once.
func TestTheRoutesOfASecondTunnelAreLikeTheFirsts(t *testing.T) {
	_, sim := having(t)
	id := sim.Objects(simaccount.Routes)[0]["id"].(string)
	if err := sim.Mutate(simaccount.Routes, id, func(o simaccount.Object) {
		o["prefix"], o["nexthop"], o["priority"], o["weight"] = "10.99.0.0/16", "10.99.1.1", int64(50), int64(7)
		o["scope"] = simaccount.Object{"colo_regions": []any{"WEUR"}}
	}); err != nil {
		t.Fatal(err)
	}
	m, _ := known(t, sim, store.Routes, store.GRETunnels, store.IPsecTunnels, store.Prefixes)
	p := pairing{m: m, first: &api.Tunnel{ID: "x", Kind: api.GRE, Name: "muc-1", InterfaceAddress: "10.99.1.0/31"}}
	pair := drafts.Pair{First: "x", Routes: p.routesOfFirst([]string{"10.99.0.0/16", "10.98.0.0/16"}), Values: map[string]string{"bgp": "no",
		"kind": "gre", "twin_name": "muc-2", "twin_interface_address": "10.99.1.2/31", "routes": "10.99.0.0/16 10.98.0.0/16"}}
	var made []string
	for _, s := range pairSteps(pair, "") {
		if s.make.Name == change.Routes.Name {
			made = append(made, string(s.wanted.Values()))
		}
	}
	if len(made) != 2 || !strings.Contains(made[0], `"priority":50`) || !strings.Contains(made[0], `"weight":7`) ||
		!strings.Contains(made[0], `"colo_regions":["WEUR"]`) || !strings.Contains(made[0], `"nexthop":"10.99.1.3"`) ||
		!strings.Contains(made[1], `"priority":100`) {
		t.Errorf("%q", made)
	}
}
