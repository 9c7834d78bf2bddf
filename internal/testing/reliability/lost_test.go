package reliability_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"flarewire/internal/change"
	"flarewire/internal/journal"
	"flarewire/internal/kind"
	"flarewire/internal/simaccount"
)

// Something is deleted with all that depends on it and all that can be set of it, and the deletion is undone: whatever is not there again
// was said before the deletion, and is said before the undo. Every kind that can be deleted is tried.
func TestWhatAnUndoDoesNotBringBackIsSaid(t *testing.T) {
	tried := map[string]bool{}
	for _, w := range writes() {
		if !strings.HasSuffix(w.name, " delete") {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			o := newOffice(t)
			o.furnish()
			writer, written := o.program()
			before := o.everything()
			plan, err := w.begin(o)(t.Context(), writer)
			o.must(err)
			tried[plan.Resource] = true
			if r := writer.Apply(t.Context(), plan); r.Outcome != journal.Done {
				t.Fatal(r.Text)
			}
			read, err := written.Read()
			o.must(err)
			undo, err := change.PrepareUndo(context.Background(), writer, read.Entries[0])
			said := map[string]string{"the deletion": strings.Join(plan.Consequences, "\n"), "the undo": strings.Join(undo.Warnings, "\n")}
			if err != nil {
				if !w.noUndo || !strings.Contains(said["the deletion"], "This cannot be undone") {
					t.Errorf("%v, and the deletion says %q", err, said["the deletion"])
				}
				return
			}
			if r := writer.Apply(t.Context(), undo); r.Outcome != journal.Done {
				t.Fatal(r.Text)
			}
			for _, gone := range missing(before, o.everything(), plan.Resource) {
				for where, text := range said {
					if !strings.Contains(text, gone) {
						t.Errorf("%s is not there again, and %s says %q", gone, where, text)
					}
				}
			}
		})
	}
	for _, a := range kind.All() {
		if _, can := a.Act(kind.Delete); can && !tried[string(a.Kind)] {
			t.Errorf("no deletion of %s was tried", a.Many)
		}
	}
}

// furnish sets what can be set and hangs something on whatever something can hang on.
func (o *office) furnish() {
	o.t.Helper()
	for _, k := range []simaccount.Resource{simaccount.GRETunnels, simaccount.IPsecTunnels} {
		for _, t := range o.sim.Objects(k) {
			o.must(o.sim.Mutate(k, t["id"].(string), func(x simaccount.Object) {
				if bgp, ok := x["bgp"].(simaccount.Object); ok {
					bgp["md5_key"] = "a-key-of-the-session"
				}
			}))
		}
	}
	for _, l := range o.sim.Objects(simaccount.Links) {
		o.must(o.sim.Mutate(simaccount.Links, l["id"].(string), func(x simaccount.Object) {
			x["health_check"] = simaccount.Object{"enabled": true, "rate": "high", "type": "request"}
		}))
	}
	for _, b := range o.sim.Objects(simaccount.BGPPrefixes) {
		o.must(o.sim.Mutate(simaccount.BGPPrefixes, b["id"].(string), func(x simaccount.Object) {
			x["asn_prepend_count"], x["auto_advertise_withdraw"] = 2, true
		}))
	}
	inOnboarding := o.prefix("198.18.40.0/24").ID
	binding, delegation := o.sim.Objects(simaccount.Bindings)[0], o.sim.Objects(simaccount.Delegations)[0]
	for k, x := range map[simaccount.Resource]simaccount.Object{simaccount.Bindings: binding, simaccount.Delegations: delegation} {
		delete(x, "id")
		x["cidr"] = "198.18.40.0/28"
		o.sim.InsertBelow(k, inOnboarding, x)
	}
}

// everything is the account, by kind, every object as one text of its settings.
func (o *office) everything() map[string][]map[string]any {
	out := map[string][]map[string]any{}
	for k, objects := range o.sim.Snapshot() {
		for _, object := range objects {
			text, err := json.Marshal(settled(object, true))
			o.must(err)
			var v map[string]any
			o.must(json.Unmarshal(text, &v))
			if k == simaccount.IPsecTunnels {
				v["psk"] = o.sim.PSK(object["id"].(string))
			}
			out[string(k)] = append(out[string(k)], v)
		}
	}
	return out
}

// missing are the kinds of which something is not there again, and the fields of the deleted object's own kind.
func missing(before, after map[string][]map[string]any, own string) []string {
	var out []string
	for k, objects := range before {
		for _, was := range objects {
			if slices.ContainsFunc(after[k], func(is map[string]any) bool { return text(is) == text(was) }) {
				continue
			}
			if k != own {
				out = append(out, kind.Kind(k).About().One)
				continue
			}
			for _, is := range after[k] {
				if is["name"] == was["name"] && is["cidr"] == was["cidr"] && !slices.ContainsFunc(objects,
					func(x map[string]any) bool { return text(x) == text(is) }) {
					out = append(out, differentIn("", was, is)...)
				}
			}
		}
	}
	return out
}

func text(v any) string {
	out, _ := json.Marshal(v)
	return string(out)
}

// differentIn are the paths at which two objects differ.
func differentIn(prefix string, was, is map[string]any) []string {
	var out []string
	for key, value := range was {
		a, nested := value.(map[string]any)
		b, also := is[key].(map[string]any)
		switch {
		case nested && also:
			out = append(out, differentIn(prefix+key+".", a, b)...)
		case text(value) != text(is[key]):
			out = append(out, prefix+key)
		}
	}
	return out
}
