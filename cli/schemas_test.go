package cli_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"flarewire/cli"
	"flarewire/internal/journal"
	"flarewire/internal/simaccount"
	"flarewire/internal/snapshot"
	"flarewire/keystore"
	"flarewire/views"
)

// schemaOf names the schema of what a command prints with -o json.
var schemaOf = map[string]string{"status": "status", "diagnose": "diagnose", "where": "where", "list": "list", "get": "get",
	"journal":          "journal",
	"snapshot compare": "compare"}

// elsewhere are the schemas that the tests beside what they are of hold: of several accounts, and of what a recorder tells.
var elsewhere = []string{"accounts", "event"}

// Every command that prints JSON has a schema, every schema is held against what is printed, and none is left of what is no more.
func TestEveryJSONOutputHasASchema(t *testing.T) {
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		name := strings.TrimPrefix(cmd.CommandPath(), "flarewire ")
		if f := cmd.LocalFlags().Lookup("output"); f != nil && strings.Contains(f.Usage, "json") && schemaOf[name] == "" {
			t.Errorf("flarewire %s -o json has no schema", name)
		}
		for _, c := range cmd.Commands() {
			walk(c)
		}
	}
	walk(cli.Command())
	known := slices.Concat(slices.Collect(maps.Values(schemaOf)), elsewhere, []string{"change", "snapshot", "config"})
	files, err := filepath.Glob("../docs/schema/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !slices.Contains(known, strings.TrimSuffix(filepath.Base(file), ".json")) {
			t.Errorf("nothing is held against %s", file)
		}
	}
	if len(files) != len(known) {
		t.Errorf("%d schemas, want %d", len(files), len(known))
	}
}

func TestWhatIsPrintedHoldsItsSchema(t *testing.T) {
	sim, env := serve(t, simaccount.Options{})
	s := newShell(t, env...)
	good := filepath.Join(t.TempDir(), "good.json")
	j := journal.New(journal.Options{Path: filepath.Join(stateOf(s), "flarewire", "journal.jsonl")})
	id, err := j.Begin(journal.Entry{Account: simaccount.DefaultAccount, Verb: journal.Update, Resource: "gre_tunnels", ObjectID: "1",
		Name:   "fra-dc1-gre",
		Before: json.RawMessage(`{"mtu": 1476}`), After: json.RawMessage(`{"mtu": 1400}`)})
	if err == nil {
		err = j.End(id, "1", journal.Result{Outcome: journal.Partly, NotApplied: []string{"mtu"}, RequestIDs: []string{"ray"}})
	}
	if err != nil {
		t.Fatal(err)
	}
	if code := s.run("snapshot", "save", good); code != 0 {
		t.Fatalf("exit %d: %s", code, s.err.String())
	}
	saved, err := os.ReadFile(filepath.Clean(good))
	if err != nil {
		t.Fatal(err)
	}
	holdsSchema(t, "snapshot", saved)
	if err := sim.Delete(simaccount.Routes, sim.Objects(simaccount.Routes)[0]["id"].(string)); err != nil {
		t.Fatal(err)
	}
	for line, codes := range map[string][]int{"status": {0}, "diagnose": {0}, "where 198.18.10.5": {0}, "list routes": {0},
		"list bindings":           {0},
		"get ipsec waw-br1-ipsec": {0}, "journal": {0}, "snapshot compare " + good: {1}} {
		code := s.run(append(strings.Fields(line), "-o", "json")...)
		if !slices.Contains(codes, code) {
			t.Errorf("%s: exit %d: %s", line, code, s.err.String())
			continue
		}
		words := strings.Fields(line)
		holdsSchema(t, cmp.Or(schemaOf[words[0]], schemaOf[strings.Join(words[:min(2, len(words))], " ")]), s.out.Bytes())
	}
	for _, line := range []string{"status", "diagnose", "list routes"} {
		if code := s.run(append(strings.Fields(line), "-o", "jsonl")...); code != 0 || s.out.Len() == 0 {
			t.Errorf("%s: exit %d: %s", line, code, s.err.String())
		}
		for one := range bytes.Lines(s.out.Bytes()) {
			holdsSchema(t, "change", one)
		}
	}
}

// stateOf is the folder in which the shell's programs keep what they know.
func stateOf(s *shell) string {
	for _, entry := range s.env {
		if dir, is := strings.CutPrefix(entry, "XDG_STATE_HOME="); is {
			return dir
		}
	}
	return ""
}

// The schemas name every field that the types have, also those that no test happens to print.
func TestTheSchemasNameEveryField(t *testing.T) {
	for name, c := range map[string]struct {
		of   reflect.Type
		path []string
	}{
		"journal":  {reflect.TypeFor[journal.Entry](), []string{"items", "anyOf", "0"}},
		"compare":  {reflect.TypeFor[snapshot.Difference](), []string{"properties", "differences", "items"}},
		"snapshot": {reflect.TypeFor[snapshot.Baseline](), nil},
	} {
		properties := schemaAt(t, name, c.path)["properties"].(map[string]any)
		for _, field := range jsonNames(c.of, "json") {
			if properties[field] == nil {
				t.Errorf("docs/schema/%s.json has no %s", name, field)
			}
			delete(properties, field)
		}
		for field := range properties {
			t.Errorf("docs/schema/%s.json has %s, which is no field any more", name, field)
		}
	}
}

func schemaAt(t *testing.T, name string, path []string) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "schema", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var at any
	if err := json.Unmarshal(text, &at); err != nil {
		t.Fatal(err)
	}
	for _, step := range path {
		if list, is := at.([]any); is {
			at = list[step[0]-'0']
			continue
		}
		at = at.(map[string]any)[step]
	}
	return at.(map[string]any)
}

// jsonNames are the names of a type's fields in a file, those of embedded types among them.
func jsonNames(of reflect.Type, tag string) []string {
	var out []string
	for i := range of.NumField() {
		field := of.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get(tag), ",")
		switch {
		case field.Anonymous && name == "":
			out = append(out, jsonNames(field.Type, tag)...)
		case field.IsExported() && name != "-" && name != "":
			out = append(out, name)
		}
	}
	return out
}

// settingsSchema is the schema of config.toml: what the types and the pages have.
func settingsSchema() map[string]any {
	text := map[string]any{"type": "string"}
	strings := func() map[string]any { return map[string]any{"type": "array", "items": text} }
	object := func(properties map[string]any) map[string]any {
		return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
	}
	enum := func(words ...any) map[string]any { return map[string]any{"enum": words} }
	flag := map[string]any{"type": "boolean"}
	lists, actions := map[string]any{}, map[string]any{}
	for _, l := range views.Lists() {
		var columns, orders []any
		for _, c := range l.Columns {
			columns, orders = append(columns, c), append(orders, c, "-"+c)
		}
		lists[l.Page] = object(map[string]any{"columns": map[string]any{"type": "array", "items": enum(columns...)}, "sort": enum(orders...)})
	}
	for _, page := range views.Actions() {
		for _, a := range page.Actions {
			actions[a.Name] = map[string]any{"anyOf": []any{text, strings()}}
		}
	}
	var pages []any
	for _, w := range views.Words() {
		for _, name := range w.Names {
			pages = append(pages, name)
		}
	}
	command := object(map[string]any{"name": text, "tunnels": strings(), "endpoints": strings(), "run": strings(),
		"reads": enum("frr", "strongswan", "junos", "eos", "ios-xe", "text"), "timeout": text, "key": text})
	command["required"] = []any{"name", "run"}
	profile := object(map[string]any{"account": text, "account_name": text, "store": enum("keyring", "age", "memory"),
		"token_command": strings(),
		"interactive":   flag, "read_only": flag, "production": flag, "notify": enum("off", "bell", "terminal"), "color": text,
		"router_commands": map[string]any{"type": "array", "items": command}})
	out := object(map[string]any{"version": map[string]any{"enum": []any{1}}, "default": text,
		"theme":   enum("auto", "dark", "light", "ansi", "none"),
		"refresh": text, "start": enum(pages...), "notify": enum("off", "bell", "terminal"), "lists": object(lists), "keys": object(actions),
		"aliases":  map[string]any{"type": "object", "additionalProperties": text},
		"profiles": map[string]any{"type": "object", "additionalProperties": profile}})
	out["$schema"], out["title"] = "https://json-schema.org/draft/2020-12/schema", "config.toml of flarewire: docs/config.md, flarewire(5)"
	out["required"] = []any{"version"}
	return out
}

// The schema of config.toml knows every key, list and action; make docs writes it anew. The example holds it, and what the program does
// not know does not.
func TestTheSchemaOfTheSettings(t *testing.T) {
	const path = "../docs/schema/config.json"
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetIndent("", "  ")
	if err := enc.Encode(settingsSchema()); err != nil {
		t.Fatal(err)
	}
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(got), want.String()); diff != "" {
		t.Errorf("%s is stale: run make docs\n%s", path, diff)
	}
	properties := settingsSchema()["properties"].(map[string]any)
	names := append(jsonNames(reflect.TypeFor[keystore.Preferences](), "toml"), "version", "default", "profiles")
	for _, name := range names {
		if properties[name] == nil {
			t.Errorf("the schema has no %s", name)
		}
	}
	profile := properties["profiles"].(map[string]any)["additionalProperties"].(map[string]any)["properties"].(map[string]any)
	if fields := jsonNames(reflect.TypeFor[keystore.Profile](), "toml"); len(fields) != len(profile) || len(names) != len(properties) {
		t.Errorf("%d fields of a profile, %d in the schema; %d of all, %d in the schema", len(fields), len(profile), len(names), len(properties))
	}
	example, err := os.ReadFile("config.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	for text, right := range map[string]bool{string(example): true, "version = 1\nteme = \"dark\"\n": false, "theme = \"dark\"\n": false,
		"version = 1\ntheme = \"pink\"\n": false, "version = 1\n[keys]\nrefrehs = \"x\"\n": false,
		"version = 1\n[lists.routes]\nsort = \"-bgp\"\n": false,
		"version = 1\n[lists.routes]\nsort = \"-via\"\n": true, "version = 1\n[profiles.a]\nreadonly = true\n": false} {
		var value map[string]any
		if _, err := toml.Decode(text, &value); err != nil {
			t.Fatal(err)
		}
		plain, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var schema, document any
		if json.Unmarshal(got, &schema) != nil || json.Unmarshal(plain, &document) != nil {
			t.Fatal("no JSON")
		}
		if wrong := violations(schema.(map[string]any), document, "$"); (len(wrong) == 0) != right {
			t.Errorf("%s: %q", text, wrong)
		}
	}
}
