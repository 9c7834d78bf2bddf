package change_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/change"
	"flarewire/internal/journal"
)

// What flarewire does not know inside of an object, at every depth, is sent back as it came when something else is changed. Nothing is
// sent as null.
func TestWhatWasNotTouchedIsSentBackAsItCame(t *testing.T) {
	const inside = `"source":"192.0.2.77","odd":{"deep":[1,"two",{"x":12345678901234567890}],"off":false},"nothing":null`
	enrich := func(_ *http.Request, resp *http.Response) {
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Error(err)
		}
		for _, name := range []string{`"health_check":{`, `"bgp":{`, `"target":{`} {
			body = bytes.ReplaceAll(body, []byte(name), []byte(name+inside+","))
		}
		body = bytes.ReplaceAll(body, []byte(`"enabled":true`), []byte(`"enabled":true,"direction":"bidirectional"`))
		resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
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
			list, err := d.account.Interconnects.List(t.Context())
			if err != nil {
				return change.Plan{}, err
			}
			wanted := list[0]
			wanted.Description = "only the text"
			return change.PrepareUpdate(t.Context(), d.writer, change.Interconnects, list[0], wanted)
		},
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			d := sit(t)
			d.alter = enrich
			p := planned(t)(edit(t, d))
			if pathsOf(p.Differences) != "description" {
				t.Errorf("differences %s", pathsOf(p.Differences))
			}
			r := d.writer.Apply(t.Context(), p)
			wantOutcome(t, r, journal.Done)
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
