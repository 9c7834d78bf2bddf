package rules_test

import (
	"testing"

	. "flarewire/internal/rules"
)

func traceRows() []row {
	var out []row
	add := func(rule, value string, got Finding, want Severity) { out = append(out, row{rule, value, got, want}) }
	for v, want := range map[string]Severity{
		"203.0.113.1": None, "2001:db8::1": None, "example.com": None, "a-1.example.com.": None, "router": None,
		"10.1.2.3": Warning, "100.64.0.1": Warning, "169.254.240.1": Warning, "fd00::1": Warning,
		"": Partial, "203.0.113.": Partial, "203.0.113": Partial, "2001:db8:": Partial,
		"203.0.113.1.7": Error, "203.0.113.400": Error, "http://example.com": Error, "-a.example": Error, "a..b": Error, "0.0.0.0": Error,
		"127.0.0.1": Error, "224.0.0.5": Error, "exa mple.com": Error, "exämple.com": Error, "203.0.113.0/24": Error,
	} {
		add("TraceTarget", v, TraceTarget(v), want)
	}
	for v, want := range map[string]Severity{"den": None, "den01": None, "DEN": None, "fr": Partial, "": Partial, "den-1": Error,
		"frankfurt": Warning} {
		add("TraceColo", v, TraceColo(v), want)
	}
	for v, want := range map[string]Severity{"": None, "1": None, "64": None, "0": Warning, "65": Error, "-1": Error, "many": Error} {
		add("TraceMaxHops", v, TraceMaxHops(v), want)
	}
	for v, want := range map[string]Severity{"": None, "10": None, "0": Warning, "11": Error} {
		add("TraceProbes", v, TraceProbes(v), want)
	}
	for v, want := range map[string]Severity{"": None, "1": None, "5": None, "0": Error, "6": Error} {
		add("TraceWaitTime", v, TraceWaitTime(v), want)
	}
	for v, want := range map[string]Severity{"": None, "0": None, "65535": None, "65536": Error, "http": Error} {
		add("TraceDestination", v, TraceDestination(v), want)
	}
	return out
}

// Whether a node is the target is told by addresses, in whatever way they are written.
func TestTraceReaches(t *testing.T) {
	for _, c := range []struct {
		target, node string
		reached, ok  bool
	}{
		{"203.0.113.1", "203.0.113.1", true, true},
		{"203.0.113.1", "203.0.113.2", false, true},
		{"2001:db8:0::1", "2001:db8::1", true, true},
		{"203.0.113.1", "", false, true},
		{"example.com", "203.0.113.1", false, false},
	} {
		if reached, ok := TraceReaches(c.target, c.node); reached != c.reached || ok != c.ok {
			t.Errorf("%s at %q: %t %t", c.target, c.node, reached, ok)
		}
	}
}
