package change_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
)

// odd is what no type of ours knows.
const odd = `{"deep":[1,"two",{"x":12345678901234567890}],"off":false}`

// enrich puts what is not known into every object inside of the objects of an answer.
func enrich(t *testing.T, resp *http.Response) {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	for _, name := range []string{"health_check", "bgp", "target", "magic", "gre", "scope"} {
		body = bytes.ReplaceAll(body, []byte(`"`+name+`":{`), []byte(`"`+name+`":{"source":"192.0.2.77","odd":`+odd+`,"nothing":null,`))
	}
	body = bytes.ReplaceAll(body, []byte(`null,}`), []byte(`null}`))
	body = bytes.ReplaceAll(body, []byte(`"enabled":true`), []byte(`"enabled":true,"direction":"bidirectional"`))
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

// What flarewire does not know inside of an object, at every depth, is sent back as it came when something else is changed. Nothing is
// sent as null.
func TestWhatWasNotTouchedIsSentBackAsItCame(t *testing.T) {
	edits := map[string]func(*testing.T, *desk) (change.Plan, error){
		"GRE tunnel": func(t *testing.T, d *desk) (change.Plan, error) {
			opened := d.gre("fra-dc1-gre")
			wanted := opened
			wanted.Description = "only the text"
			return change.PrepareUpdate(t.Context(), d.writer, change.GRETunnels, opened, wanted)
		},
		"IPsec tunnel": func(t *testing.T, d *desk) (change.Plan, error) {
			opened := d.ipsec("ams-br2-ipsec")
			wanted := opened
			wanted.Description = "only the text"
			return change.PrepareUpdate(t.Context(), d.writer, change.IPsecTunnels, opened, wanted)
		},
		"interconnect": func(t *testing.T, d *desk) (change.Plan, error) {
			list, err := d.account.MagicInterconnects.List(t.Context())
			if err != nil {
				return change.Plan{}, err
			}
			wanted := list[0]
			wanted.Description = "only the text"
			return change.PrepareUpdate(t.Context(), d.writer, change.Links, list[0], wanted)
		},
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			d := sit(t)
			d.alter = func(_ *http.Request, resp *http.Response) { enrich(t, resp) }
			p := planned(t)(edit(t, d))
			if pathsOf(p.Differences) != "description" {
				t.Errorf("differences %s", pathsOf(p.Differences))
			}
			r := d.writer.Apply(t.Context(), p)
			wantOutcome(t, r, journal.Done)
			if _, lost := insides(t, d.writes()[0].Body); len(lost) > 0 {
				t.Errorf("lost what is inside of %v", lost)
			}
			var sent map[string]map[string]json.RawMessage
			var top map[string]json.RawMessage
			body := d.writes()[0].Body
			if err := json.Unmarshal(body, &top); err != nil {
				t.Fatal(err)
			}
			sent = map[string]map[string]json.RawMessage{}
			for _, key := range []string{"health_check", "bgp"} {
				if top[key] == nil {
					continue
				}
				var inner map[string]json.RawMessage
				if err := json.Unmarshal(top[key], &inner); err != nil {
					t.Fatal(err)
				}
				sent[key] = inner
				if string(inner["source"]) != `"192.0.2.77"` || string(inner["odd"]) != `{"deep":[1,"two",{"x":12345678901234567890}],"off":false}` {
					t.Errorf("%s went out as %s", key, top[key])
				}
			}
			if sent["health_check"] == nil || string(sent["health_check"]["direction"]) != `"bidirectional"` {
				t.Errorf("sent %s", body)
			}
			if strings.Contains(string(body), "null") {
				t.Errorf("null was sent: %s", body)
			}
		})
	}
}

// A session that is taken away takes what is unknown in it along.
func TestWhatIsTakenAwayDoesNotComeBackByWhatIsUnknownInIt(t *testing.T) {
	d := sit(t)
	opened := d.ipsec("ams-br2-ipsec")
	d.alter = func(_ *http.Request, resp *http.Response) {
		body, _ := io.ReadAll(resp.Body)
		body = bytes.ReplaceAll(body, []byte(`"bgp":{`), []byte(`"bgp":{"odd":1,`))
		resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	wanted := opened
	wanted.BGP, wanted.Description = nil, "no session"
	p := planned(t)(change.PrepareUpdate[api.IPsecTunnel](t.Context(), d.writer, change.IPsecTunnels, opened, wanted))
	if strings.Contains(string(p.Requests[0].Body()), "odd") {
		t.Errorf("it sends %s", p.Requests[0].Body())
	}
}

// insides counts the objects of these names at any depth of a request that have what is unknown in them, and those that have not.
func insides(t *testing.T, body []byte) (kept, lost []string) {
	t.Helper()
	var walk func(path string, value json.RawMessage)
	walk = func(path string, value json.RawMessage) {
		var fields map[string]json.RawMessage
		if json.Unmarshal(value, &fields) != nil {
			return
		}
		for key, inner := range fields {
			if inner[0] != '{' || key == "odd" {
				continue
			}
			var in map[string]json.RawMessage
			if err := json.Unmarshal(inner, &in); err != nil {
				t.Fatal(err)
			}
			if string(in["odd"]) == odd && string(in["source"]) == `"192.0.2.77"` {
				kept = append(kept, path+key)
			} else {
				lost = append(lost, path+key)
			}
			walk(path+key+".", inner)
		}
	}
	walk("", body)
	if strings.Contains(string(body), "null") {
		t.Errorf("null was sent: %s", body)
	}
	slices.Sort(kept)
	return kept, lost
}

// Whatever makes an object anew makes it with what is unknown inside: the undo of a deletion, a replacement, and both ways out of one
// that stopped. So does the undo of a change that took a whole object inside away.
func TestWhatIsMadeAnewHasWhatIsUnknownInside(t *testing.T) {
	for name, act := range remakes() {
		t.Run(name, func(t *testing.T) {
			d := sit(t)
			d.alter = func(_ *http.Request, resp *http.Response) { enrich(t, resp) }
			want := act(t, d)
			writes := d.writes()
			body := writes[len(writes)-1].Body
			kept, lost := insides(t, body)
			if got := strings.Join(kept, " "); got != want || len(lost) > 0 {
				t.Errorf("kept %s, lost %v, want %s: %s", got, lost, want, body)
			}
		})
	}
}

// remakes are the ways in which an object is made anew; each gives the objects inside that its last request must have.
func remakes() map[string]func(*testing.T, *desk) string {
	return map[string]func(*testing.T, *desk) string{
		"deleted GRE tunnel": func(t *testing.T, d *desk) string {
			return undone(t, d, change.GRETunnels.Resource, "fra-dc1-gre", "bgp health_check health_check.target")
		},
		"deleted IPsec tunnel": func(t *testing.T, d *desk) string {
			return undone(t, d, change.IPsecTunnels.Resource, "ams-br2-ipsec", "bgp health_check health_check.target")
		},
		"deleted route": func(t *testing.T, d *desk) string {
			return undone(t, d, change.Routes.Resource, "", "scope")
		},
		"deleted CNI": func(t *testing.T, d *desk) string {
			return undone(t, d, change.CNIs.Resource, "", "bgp magic")
		},
		"replaced GRE tunnel": func(t *testing.T, d *desk) string {
			p, _ := replacement(t, d)
			wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
			return "bgp health_check health_check.target"
		},
		"create now": func(t *testing.T, d *desk) string {
			return halfReplaced(t, d, func(r change.Result) change.Prepare { return r.Finish })
		},
		"old one back": func(t *testing.T, d *desk) string {
			return halfReplaced(t, d, func(r change.Result) change.Prepare { return r.Restore })
		},
		"session taken away": func(t *testing.T, d *desk) string {
			list, err := d.account.CNIs.List(t.Context())
			opened := list[slices.IndexFunc(list, func(c api.CNI) bool { return c.BGP != nil })]
			wanted := opened
			wanted.BGP = nil
			p := planned(t)(change.PrepareUpdate(t.Context(), d.writer, change.CNIs, opened, wanted))
			if r := d.writer.Apply(t.Context(), p); err != nil || r.Outcome != journal.Done {
				t.Fatal(err, r.Text)
			}
			undo := planned(t)(change.PrepareUndo(t.Context(), d.writer, d.entries()[0]))
			wantOutcome(t, d.writer.Apply(t.Context(), undo), journal.Done)
			return "bgp magic"
		},
	}
}

// undone deletes an object, the first of its kind that has all that is wanted inside when no name is given, and takes it back.
func undone(t *testing.T, d *desk, r change.Resource, name, inside string) string {
	t.Helper()
	list, err := r.In(d.account).List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		if name != "" && !strings.Contains(string(o.Values()), `"name":"`+name+`"`) || name == "" && !holdsAll(o, strings.Fields(inside)) {
			continue
		}
		p := planned(t)(d.writer.PrepareDelete(t.Context(), r, o))
		wantOutcome(t, d.writer.Apply(t.Context(), p), journal.Done)
		undo := planned(t)(change.PrepareUndo(t.Context(), d.writer, d.entries()[0]))
		wantOutcome(t, d.writer.Apply(t.Context(), undo), journal.Done)
		return inside
	}
	t.Fatal("there is no such object")
	return ""
}

func holdsAll(o api.Object, names []string) bool {
	for _, name := range names {
		if !strings.Contains(string(o.Values()), `"`+name+`":{`) {
			return false
		}
	}
	return true
}

// halfReplaced has a replacement stop behind its deletion and takes one of the ways out.
func halfReplaced(t *testing.T, d *desk, way func(change.Result) change.Prepare) string {
	t.Helper()
	p, _ := replacement(t, d)
	d.sim.Script(func(r simaccount.Request) *simaccount.Fault {
		if r.Method == http.MethodPost {
			return nameInUse()
		}
		return nil
	})
	r := d.writer.Apply(t.Context(), p)
	wantOutcome(t, r, journal.Partly)
	d.sim.Script(nil)
	out := planned(t)(way(r)(t.Context(), d.writer))
	wantOutcome(t, d.writer.Apply(t.Context(), out), journal.Done)
	return "bgp health_check health_check.target"
}
