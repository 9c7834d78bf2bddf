package cli_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/api"
	"flarewire/internal/kind"
	"flarewire/internal/simaccount"
)

// listable are the kinds that can be listed, by the table of kinds. Which words those have is held by TestTheKindsPage.
func listable() map[string]kind.About {
	out := map[string]kind.About{}
	for _, a := range kind.All() {
		if a.Listable() {
			out[a.Words[0]] = a
		}
	}
	return out
}

// listOf is the request that lists a kind.
func listOf(t *testing.T, a kind.About) api.Operation {
	t.Helper()
	all := api.Operations()
	i := slices.IndexFunc(all, func(op api.Operation) bool { return op.Name == string(a.Kind)+".list" })
	if i < 0 {
		t.Fatalf("the API has no list of %s", a.Kind)
	}
	return all[i]
}

func TestEveryResourceCanBeListedForScriptsAndForPeople(t *testing.T) {
	for resource, a := range listable() {
		t.Run(resource, func(t *testing.T) {
			sim, env := serve(t, simaccount.Options{})
			s := newShell(t, env...)
			if code := s.run("list", resource, "-o", "json"); code != 0 || s.err.Len() > 0 {
				t.Fatalf("exit %d, stderr %q", code, s.err.String())
			}
			var list []map[string]any
			if err := json.Unmarshal(s.out.Bytes(), &list); err != nil || len(list) < 2 {
				t.Fatalf("%d objects, %v", len(list), err)
			}
			op, asked := listOf(t, a), false
			for _, r := range sim.Requests() {
				asked = asked || op.Matches(r.Method, strings.TrimPrefix(r.Path, "/client/v4"))
				if r.Method != http.MethodGet {
					t.Errorf("a list sent %s %s", r.Method, r.Path)
				}
			}
			if !asked {
				t.Errorf("%s was not asked", op.Path)
			}
			if code := s.run("list", resource); code != 0 {
				t.Fatal(s.err.String())
			}
			text := s.out.String()
			if strings.Contains(text, "\x1b") || strings.Contains(text, "…") || strings.Count(text, "\n") != len(list)+1 {
				t.Errorf("into a pipe: one whole line per object below a header, and no escape sequences; got\n%s", text)
			}
			for _, object := range list {
				if id, ok := object["id"].(string); ok && !strings.Contains(text, id) {
					t.Errorf("the id %s is not in the table", id)
				}
			}
		})
	}
}

// oneList answers every list with the given body.
func oneList(t *testing.T, body string) *shell {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return newShell(t, "CLOUDFLARE_BASE_URL="+server.URL+"/client/v4", "CLOUDFLARE_API_TOKEN="+secret,
		"CLOUDFLARE_ACCOUNT_ID="+simaccount.DefaultAccount)
}

// A script must be able to read what flarewire does not know yet, and no number may change on the way.
func TestJSONIsTheAPIsOwnObjectByteByByte(t *testing.T) {
	const object = `{"id":"1","name":"a\u00e9<b>","ttl":64,"from_next_year":{"big":12345678901234567890,"exact":1.10,"none":null},` +
		`"bgp_status":{"state":"BGP_NEW"}}`
	s := oneList(t, `{"success":true,"errors":[],"messages":[],"result":{"gre_tunnels":[`+object+`]}}`)
	for args, want := range map[string]string{"list gre -o json": "[" + object + "]", "get gre 1 -o json": object} {
		if code := s.run(strings.Fields(args)...); code != 0 {
			t.Fatalf("%s: exit %d: %s", args, code, s.err.String())
		}
		var got bytes.Buffer
		if err := json.Compact(&got, s.out.Bytes()); err != nil || got.String() != want {
			t.Errorf("%s printed\n%s, %v, want\n%s", args, got.String(), err, want)
		}
	}
}

func TestAnEmptyListIsAnEmptyArrayAndASentence(t *testing.T) {
	s := oneList(t, `{"success":true,"errors":[],"messages":[],"result":{"routes":[]}}`)
	if code := s.run("list", "routes", "-o", "json"); code != 0 || strings.TrimSpace(s.out.String()) != "[]" {
		t.Errorf("exit %d, %q", code, s.out.String())
	}
	if code := s.run("list", "routes"); code != 0 || s.out.Len() > 0 || !strings.Contains(s.err.String(), "no static route") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, s.out.String(), s.err.String())
	}
}

func TestWhatTheServerSaysCannotMoveTheCursor(t *testing.T) {
	s := oneList(t, `{"success":true,"errors":[],"messages":[],"result":{"gre_tunnels":[{"id":"\u001b[2J","name":"x\u001b]0;y\u0007",`+
		`"description":"\u202ez"}]}}`)
	for _, args := range []string{"list gre", "get gre x", "list gre -o json"} {
		s.run(strings.Fields(args)...)
		if text := s.out.String() + s.err.String(); strings.ContainsAny(text, "\x1b\x07\u202e") {
			t.Errorf("%s let an escape sequence through: %q", args, text)
		}
	}
}

// named is what people call an object: the first of the kind's fields for that which is set.
func named(a kind.About, object map[string]any) string {
	for _, path := range a.Label {
		var v any = object
		for key := range strings.SplitSeq(path, ".") {
			inside, _ := v.(map[string]any)
			v = inside[key]
		}
		if name, _ := v.(string); name != "" {
			return name
		}
	}
	return ""
}

// onlyOne is an object of a list whose name no other has, and the name.
func onlyOne(a kind.About, list []map[string]any) (object map[string]any, name string) {
	count := map[string]int{}
	for _, o := range list {
		count[strings.ToLower(named(a, o))]++
	}
	i := slices.IndexFunc(list, func(o map[string]any) bool { return count[strings.ToLower(named(a, o))] == 1 })
	if i < 0 {
		return nil, ""
	}
	return list[i], named(a, list[i])
}

func TestOneObjectIsFoundByNameOrID(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	for resource, a := range listable() {
		s.run("list", resource, "-o", "json")
		var list []map[string]any
		if err := json.Unmarshal(s.out.Bytes(), &list); err != nil {
			t.Fatalf("%s: %v", resource, err)
		}
		want, name := onlyOne(a, list)
		if name == "" {
			t.Errorf("%s: no object of the simulated account has a name of its own", resource)
			continue
		}
		if code := s.run("get", resource, name, "-o", "json"); code != 0 {
			t.Errorf("%s %s: exit %d: %s", resource, name, code, s.err.String())
			continue
		}
		byName := s.out.String()
		var object map[string]any
		if err := json.Unmarshal([]byte(byName), &object); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want["id"], object["id"]); diff != "" || named(a, object) != name {
			t.Errorf("%s %s is another object than in the list: %s", resource, name, byName)
		}
		if id, ok := object["id"].(string); ok {
			if code := s.run("get", resource, id, "-o", "json"); code != 0 || s.out.String() != byName {
				t.Errorf("%s by its id %s: exit %d, %s", resource, id, code, s.out.String())
			}
		}
		if code := s.run("get", resource, strings.ToUpper(name)); code != 0 || !strings.Contains(s.out.String(), name) {
			t.Errorf("%s as a table: exit %d, %s", resource, code, s.out.String())
		}
	}
}

func TestANameThatSeveralHaveListsTheirIDs(t *testing.T) {
	s := oneList(t, `{"success":true,"errors":[],"messages":[],"result":{"routes":[{"id":"r1","prefix":"10.0.0.0/8"},{"id":"r2",`+
		`"prefix":"10.0.0.0/8"},{"id":"r3","prefix":"10.1.0.0/16"}]}}`)
	if code := s.run("get", "routes", "10.0.0.0/8"); code != 2 || s.out.Len() > 0 {
		t.Errorf("exit %d, stdout %q", code, s.out.String())
	}
	if text := s.err.String(); !strings.Contains(text, "r1, r2") || strings.Contains(text, "r3") {
		t.Errorf("the ids are not listed: %s", text)
	}
}

func TestBindingsOfOnePrefix(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	if code := s.run("list", "bindings", "--prefix", "198.18.10.0/24", "-o", "json"); code != 0 {
		t.Fatal(s.err.String())
	}
	var list []struct{ CIDR string }
	if err := json.Unmarshal(s.out.Bytes(), &list); err != nil || len(list) != 2 {
		t.Errorf("%v, %v", list, err)
	}
	if n := len(sim.Requests()); n != 2 {
		t.Errorf("%d requests for one prefix, want the list of prefixes and one of bindings", n)
	}
}

func TestWrongUseOfListAndGet(t *testing.T) {
	_, env := serve(t, simaccount.Options{})
	for name, c := range map[string]struct {
		args string
		code int
		says string
	}{
		"no resource":              {"list", 2, "bgp-prefixes"},
		"unknown resource":         {"list tunnel", 2, "cf-interconnects"},
		"too many arguments":       {"list gre ipsec", 2, "quotes"},
		"get without a name":       {"get gre", 2, "flarewire list gre"},
		"unknown output":           {"list gre -o yaml", 2, "table or json"},
		"--prefix elsewhere":       {"list gre --prefix 10.0.0.0/8", 2, "bindings"},
		"no such prefix":           {"list bindings --prefix 198.18.1.0/24", 1, "198.18.10.0/24"},
		"a letter too many":        {"get gre fra-dc1-gree", 1, "did you mean fra-dc1-gre"},
		"half a name":              {"get ipsec waw", 1, "waw-br1-ipsec"},
		"nothing near":             {"get routes 172.16.0.0/12", 1, "flarewire list routes"},
		"an escape sequence":       {"get gre \x1b[2J", 1, `\x1b[2J`},
		"a resource like a flag":   {"get --gre x", 2, "--gre"},
		"a name of the wrong kind": {"get ipsec fra-dc1-gre", 1, "IPsec"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t, env...)
			if code := s.run(strings.Fields(c.args)...); code != c.code || s.out.Len() > 0 {
				t.Errorf("exit %d, want %d; stdout %q", code, c.code, s.out.String())
			}
			if text := s.err.String(); !strings.Contains(text, c.says) || strings.Count(text, "\n") != 1 || strings.Contains(text, "\x1b") {
				t.Errorf("stderr is not one sentence with %q: %q", c.says, text)
			}
		})
	}
}

func TestAPartMustNotLookLikeAll(t *testing.T) {
	for _, path := range []string{"*/cni/interconnects", "*/addressing/prefixes/*/bindings"} {
		sim, env := serve(t, simaccount.Options{})
		sim.Fault(simaccount.Fault{Method: "GET", Path: path, Kind: simaccount.FaultStatus, Status: 403})
		s := newShell(t, env...)
		resource := path[strings.LastIndex(path, "/")+1:]
		if code := s.run("list", resource, "-o", "json"); code != 1 || s.out.Len() > 0 || strings.Count(s.err.String(), "\n") != 1 {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", resource, code, s.out.String(), s.err.String())
		}
	}
}

// What is advertised stands below a prefix. One whose BGP prefixes cannot be read keeps its row, and standard error says why the
// column is no answer for it; JSON asks for nothing that it does not print.
func TestTheListOfPrefixesSaysWhatIsAdvertised(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	if code := s.run("list", "prefixes"); code != 0 || !strings.Contains(s.out.String(), "ADVERTISED") {
		t.Fatalf("exit %d, %s%s", code, s.out.String(), s.err.String())
	}
	for line := range strings.Lines(s.out.String()) {
		if strings.Contains(line, "198.18.20.0/24") && !strings.Contains(line, " No ") {
			t.Errorf("198.18.20.0/24 is withdrawn: %s", line)
		}
	}
	before := len(sim.Requests())
	if s.run("list", "prefixes", "-o", "json"); len(sim.Requests()) != before+1 {
		t.Errorf("%d requests for the JSON of one list", len(sim.Requests())-before)
	}
	sim.Fault(simaccount.Fault{Method: "GET", Path: "*/bgp/prefixes", Kind: simaccount.FaultStatus, Status: 403})
	if code := s.run("list", "prefixes"); code != 1 || !strings.Contains(s.out.String(), "198.18.20.0/24") ||
		!strings.Contains(s.err.String(), "what is advertised of some prefixes could not be read") {
		t.Errorf("exit %d, stdout %s, stderr %s", code, s.out.String(), s.err.String())
	}
}

func TestTabOffersResourcesAndSendsNothing(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	s.run("__complete", "list", "")
	for resource := range listable() {
		if !strings.Contains(s.out.String(), resource+"\t") {
			t.Errorf("no %s in\n%s", resource, s.out.String())
		}
	}
	s.run("__complete", "get", "gre", "fra")
	if n := len(sim.Requests()); n > 0 || strings.Contains(s.out.String(), "fra-") {
		t.Errorf("pressing tab sent %d requests", n)
	}
}
