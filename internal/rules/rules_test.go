package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"os"
	"strings"
	"testing"

	. "flarewire/internal/rules"
)

// row is one thing a user enters, and how it is answered.
type row struct {
	rule  string
	value string // what is entered, for the name of the test
	got   Finding
	want  Severity
}

func rows() []row {
	var all []row
	for _, part := range [][]row{
		tunnelRows(), interfaceRows(), healthRows(), asnRows(), bgpRows(), ipsecRows(),
		routeRows(), cniRows(), prefixRows(), bindingRows(), accountRows(), traceRows(), filterRows(),
	} {
		all = append(all, part...)
	}
	return all
}

func TestRules(t *testing.T) {
	for _, r := range rows() {
		t.Run(r.rule+"/"+r.value, func(t *testing.T) {
			if r.got.Severity != r.want {
				t.Errorf("%s: got %s (%q), want %s", r.value, severity(r.got.Severity), r.got.Text, severity(r.want))
			}
		})
	}
}

// fieldWidth is the room for a message under a field on an 80-column screen.
const fieldWidth = 76

func TestEveryTextFitsItsFieldAndNamesItsSource(t *testing.T) {
	for _, r := range rows() {
		f := r.got
		if f.IsZero() {
			if f != (Finding{}) {
				t.Errorf("%s %q: a fine value must give the zero Finding, got %+v", r.rule, r.value, f)
			}
			continue
		}
		if f.Text == "" || f.Source == "" {
			t.Errorf("%s %q: text %q and source %q must both be there", r.rule, r.value, f.Text, f.Source)
		}
		if len(f.Text) > fieldWidth {
			t.Errorf("%s %q: %d characters do not fit: %s", r.rule, r.value, len(f.Text), f.Text)
		}
		if strings.Contains(f.Text, "%!") || strings.ContainsAny(f.Text, "\n\t") {
			t.Errorf("%s %q: broken text: %s", r.rule, r.value, f.Text)
		}
	}
}

// A rule cannot be forgotten: each exported function that gives a Finding needs a value it takes and one it does not.
func TestEveryRuleHasAnAcceptedAndARefusedValue(t *testing.T) {
	accepted, refused := map[string]bool{}, map[string]bool{}
	for _, r := range rows() {
		switch r.want {
		case None, Note:
			accepted[r.rule] = true
		case Warning, Error:
			refused[r.rule] = true
		}
	}
	rules := exportedRules(t)
	for name := range rules {
		if !accepted[name] || !refused[name] {
			t.Errorf("%s: accepted value %v, refused value %v; the table needs both", name, accepted[name], refused[name])
		}
	}
	for name := range accepted {
		if !rules[name] {
			t.Errorf("the table names %s, which is no rule", name)
		}
	}
}

// exportedRules reads the package's source for exported functions whose only result is a Finding.
func exportedRules(t *testing.T) map[string]bool {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if ok && fn.Recv == nil && fn.Name.IsExported() && fn.Name.Name != "Worst" && givesFinding(fn) {
				rules[fn.Name.Name] = true
			}
		}
	}
	if len(rules) < 40 {
		t.Fatalf("only %d rules found: the search is broken", len(rules))
	}
	return rules
}

func givesFinding(fn *ast.FuncDecl) bool {
	if fn.Type.Results == nil || len(fn.Type.Results.List) != 1 {
		return false
	}
	name, ok := fn.Type.Results.List[0].Type.(*ast.Ident)
	return ok && name.Name == "Finding"
}

func TestSecretsAreNeverRepeated(t *testing.T) {
	for _, key := range []string{"hunter2", "hunter2\n", " hunter2", "hunter2?", "hunter2\\", "hunter2é", strings.Repeat("hunter2", 20)} {
		for _, f := range []Finding{PSK(key), MD5Key(key)} {
			if strings.Contains(f.Text, "hunter2") {
				t.Errorf("the text repeats the key: %s", f.Text)
			}
		}
	}
}

func TestWorst(t *testing.T) {
	first, second := TunnelName(GRE, "a b"), MTU(GRE, "0")
	if got := Worst(Finding{}, PSK(""), first, second); got != first {
		t.Errorf("got %+v, want the first error", got)
	}
	if got := Worst(); !got.IsZero() {
		t.Errorf("nothing to compare must be fine, got %+v", got)
	}
	if !TunnelName(GRE, "").Blocks() || PSK("").Blocks() {
		t.Error("an empty required field blocks, an empty optional one does not")
	}
}

func pfx(s string) netip.Prefix { return netip.MustParsePrefix(s) }
func ip(s string) netip.Addr    { return netip.MustParseAddr(s) }

func nets(list ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range list {
		out = append(out, pfx(s))
	}
	return out
}

// severity writes a severity for a message of a test.
func severity(s Severity) string {
	return map[Severity]string{None: "none", Note: "note", Warning: "warning", Partial: "partial", Error: "error"}[s]
}
