package change_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/kind"
	"flarewire/internal/simaccount"
)

// plans has one plan of every kind that this package makes.
func plans() map[string]func(*testing.T, *desk) change.Plan {
	onPrefix := func(prepare func(*testing.T, *desk, api.Prefix, api.BGPPrefix) (change.Plan, error)) func(*testing.T, *desk) change.Plan {
		return func(t *testing.T, d *desk) change.Plan {
			prefix, bgp := d.prefix("198.18.10.0/24")
			return planned(t)(prepare(t, d, prefix, bgp))
		}
	}
	all := map[string]func(*testing.T, *desk) change.Plan{
		"new tunnel with a key": func(t *testing.T, d *desk) change.Plan {
			tunnel := newTunnel(d)
			tunnel.PSK, tunnel.BGP.MD5Key = api.NewSecret(canary), canary
			return planned(t)(prepareCreate(t.Context(), d.writer, change.IPsecTunnels, tunnel))
		},
		"replacement": func(t *testing.T, d *desk) change.Plan {
			opened := d.gre("fra-dc1-gre")
			wanted := opened
			wanted.BGP = &api.BGP{CustomerASN: 65001, MD5Key: canary}
			return planned(t)(change.PrepareReplaceGRE(t.Context(), d.writer, opened, wanted, nil))
		},
		"CNI settings": func(t *testing.T, d *desk) change.Plan {
			return planned(t)(change.PrepareCNISettings(t.Context(), d.writer, settingsOf(13335), settingsOf(64999)))
		},
		"withdrawal": onPrefix(func(t *testing.T, d *desk, p api.Prefix, b api.BGPPrefix) (change.Plan, error) {
			return change.PrepareAdvertisement(t.Context(), d.writer, p.ID, b, false)
		}),
		"prepending": onPrefix(func(t *testing.T, d *desk, p api.Prefix, b api.BGPPrefix) (change.Plan, error) {
			return change.PreparePrependCount(t.Context(), d.writer, p.ID, b, 3)
		}),
		"automatic withdrawal": onPrefix(func(t *testing.T, d *desk, p api.Prefix, b api.BGPPrefix) (change.Plan, error) {
			return change.PrepareAutoWithdraw(t.Context(), d.writer, p.ID, b, true)
		}),
		"validation": onPrefix(func(t *testing.T, d *desk, p api.Prefix, _ api.BGPPrefix) (change.Plan, error) {
			return change.PrepareValidation(t.Context(), d.writer, p)
		}),
		"description": onPrefix(func(t *testing.T, d *desk, p api.Prefix, _ api.BGPPrefix) (change.Plan, error) {
			wanted := p
			wanted.Description = "another"
			return change.PrepareUpdate(t.Context(), d.writer, change.Prefixes, p, wanted)
		}),
	}
	for _, a := range acts() {
		all[a.name] = func(t *testing.T, d *desk) change.Plan {
			p, _ := a.plan(t, d)
			return p
		}
	}
	return all
}

// What the user agrees to is what goes out: the same requests in the same order, byte for byte but for the secrets.
func TestEveryPlanSendsTheRequestsThatItShows(t *testing.T) {
	for name, plan := range plans() {
		t.Run(name, func(t *testing.T) {
			d := sit(t)
			p := plan(t, d)
			if p.Blocked() != "" || len(d.writes()) != 0 {
				t.Fatalf("blocked %q, sent %d before anybody agreed", p.Blocked(), len(d.writes()))
			}
			wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
			sent := d.writes()
			if len(sent) != len(p.Requests) {
				t.Fatalf("shown %v, sent %d", p.Requests, len(sent))
			}
			for i, shown := range p.Requests {
				masked := bytes.ReplaceAll(sent[i].Body, []byte(`"`+canary+`"`), []byte(`"[redacted]"`))
				if shown.Method() != sent[i].Method || shown.Path() != sent[i].Path || !bytes.Equal(shown.Body(), masked) {
					t.Errorf("shown %s %s\nsent %s %s %s", shown, shown.Body(), sent[i].Method, sent[i].Path, sent[i].Body)
				}
			}
		})
	}
}

// other answers reads of one object with another object than the one that was asked for.
func (d *desk) other(path, id, otherID string) {
	d.alter = func(req *http.Request, resp *http.Response) {
		if req.Method != http.MethodGet || !strings.HasSuffix(req.URL.Path, path+"/"+id) {
			return
		}
		body, _ := io.ReadAll(resp.Body)
		body = bytes.ReplaceAll(body, []byte(id), []byte(otherID))
		resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
}

// A plan shows DELETE of one tunnel, and the reading for it brings another one: no plan is made, and nothing is sent.
func TestAReadingOfAnotherObjectIsRefused(t *testing.T) {
	type tunnel = api.IPsecTunnel
	for name, prepare := range map[string]func(*testing.T, *desk, tunnel) (change.Plan, error){
		"deletion": func(t *testing.T, d *desk, opened tunnel) (change.Plan, error) {
			return prepareDelete(t.Context(), d.writer, change.IPsecTunnels, opened)
		},
		"update": func(t *testing.T, d *desk, opened tunnel) (change.Plan, error) {
			wanted := opened
			wanted.Description = "another"
			return change.PrepareUpdate(t.Context(), d.writer, change.IPsecTunnels, opened, wanted)
		},
		"generated key": func(t *testing.T, d *desk, opened tunnel) (change.Plan, error) {
			return change.PrepareGeneratePSK(t.Context(), d.writer, opened)
		},
	} {
		t.Run(name+", while it is planned", func(t *testing.T) {
			d := sit(t)
			opened, another := d.ipsec("ams-br2-ipsec"), d.ipsec("jnb-br1-ipsec")
			d.other("ipsec_tunnels", opened.ID, another.ID)
			if _, err := prepare(t, d, opened); api.KindOf(err) != api.BadAnswer {
				t.Errorf("a plan was made: %v", err)
			}
		})
		t.Run(name+", right before it is sent", func(t *testing.T) {
			d := sit(t)
			opened, another := d.ipsec("ams-br2-ipsec"), d.ipsec("jnb-br1-ipsec")
			p := planned(t)(prepare(t, d, opened))
			d.other("ipsec_tunnels", opened.ID, another.ID)
			r := d.writer.Apply(t.Context(), p)
			wantOutcome(t, r, journal.NotDone)
			if api.KindOf(r.Err) != api.BadAnswer || len(d.writes()) != 0 {
				t.Errorf("%v, sent %d", r.Err, len(d.writes()))
			}
			if _, there := d.sim.Object(simaccount.IPsecTunnels, another.ID); !there {
				t.Error("the other tunnel is gone")
			}
		})
	}
}

// What can be set of a kind comes from the table of package api. This is what it was when it was learnt from built requests.
func TestWhatCanBeSetIsNeitherAStateNorATime(t *testing.T) {
	d := sit(t)
	written := kind.Filter(func(a kind.About) bool { // the settings of the CNIs are no collection
		_, made := a.Act(kind.Create)
		_, changed := a.Act(kind.Update)
		return (made || changed) && a.Kind != kind.CNISettings
	})
	if len(written) < 12 {
		t.Errorf("only %v", written)
	}
	for _, k := range written {
		r := change.Resource{Name: string(k)}
		if k.Detail() {
			r.Parent = "p"
		}
		objects := r.In(d.account)
		for _, path := range []string{"created_on", "modified_at", "bgp_status.state", "psk_metadata.last_generated_on", "provisioning.state",
			"approved", "on_demand.advertised", "remote_identities.hex_id", "virtual_port_reservation_id", "nonsense", ""} {
			if objects.Settable(path) {
				t.Errorf("%s: %q can be set", r.Name, path)
			}
		}
		settable := 0
		for _, path := range []string{"name", "description", "prefix", "magic.conduit_name", "cidr", "endpoint", "slot_id",
			"health_check.target.saved"} {
			if objects.Settable(path) {
				settable++
			}
		}
		if settable == 0 {
			t.Errorf("%s: nothing can be set", r.Name)
		}
	}
}
