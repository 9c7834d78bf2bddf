package routerconfig_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/api"
	"flarewire/internal/routerconfig"
)

// injections are what a text of the account may contain to be more than a text on a router, in a shell, in a file or on a terminal.
var injections = []string{"a\nset system root", "a\r\nreboot", "a\x0breload", "a\u2028reboot", "$(reboot)", "`reboot`", "x; reboot",
	"x | reboot",
	"x && reboot", "x\" ; reboot", "x' ; reboot", "x\\", "x\\\nreboot", "help?", "tab\tbed", "x\u202ey", "\x1b]0;title\x07harmless", "\x1b[2J",
	"{{.PSK}}", "${file(\"/etc/passwd\")}", "%{ if true }", "#!/bin/sh", "! no shutdown", "*/ reboot", "]]>", "all", "1st",
	"REPLACE-WITH-PRE-SHARED-KEY", strings.Repeat("long", 100),
	"a\nend\nno router bgp 64512", "next\nend\nconfig system admin", "x\x00reboot", "x\u0085reboot", "x\u2029reboot", "x\u200by", "\ufeffx",
	"${IFS}reboot", "$HOME", "~root", "../../etc/passwd", "|/bin/sh", ">/etc/passwd", "<(reboot)", "*", "[a-z]", "{a,b}", "two words",
	"# commented out", "/* from here", "// from here", "<<EOT\nreboot\nEOT", "<script>reboot</script>",
	"&quot; reboot", "%0areboot", "\\n reboot",
	"[/system reboot]", "/system reset-configuration", "\"", "'", ";", "=", ",", "x,y=z", "\u65e5\u672c\u8a9e", "e\u0301",
	"-oProxyCommand=reboot"}

// commands are the lines of a router's text that are no comment.
func commands(p routerconfig.Platform, text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); !comment(p, line) {
			out = append(out, line)
		}
	}
	return out
}

// comment reports whether a router takes a line for one; the parts of a Linux text have the sign for all of it.
func comment(p routerconfig.Platform, line string) bool {
	sign := "#"
	if p == routerconfig.IOSXE || p == routerconfig.EOS {
		sign = "!"
	}
	return strings.HasPrefix(strings.TrimSpace(line), sign) || p == routerconfig.Linux && strings.HasPrefix(line, "!")
}

// Whatever the texts of the account are, the commands for the router are those of a harmless account with another name: of one tunnel, of
// a pair in either place, of either kind, with and without BGP, and of an interconnect; on every platform.
func TestNoTextOfTheAccountIsMoreThanATextOnAnyPlatform(t *testing.T) {
	tried := 0
	same := func(p routerconfig.Platform, odd string, harmless, is routerconfig.Router) {
		t.Helper()
		want, err := routerconfig.Render(p, harmless)
		if err != nil {
			t.Fatal(err)
		}
		got, err := routerconfig.Render(p, is)
		if err != nil {
			t.Errorf("%q on %s: %v", odd, p, err)
			return
		}
		tried++
		plain := strings.ReplaceAll(got.Text(), "cf-c4a7362d", "fra-dc1")
		plain = strings.ReplaceAll(plain, "cf-d5b8473e", "fra-dc2")
		if diff := cmp.Diff(commands(p, want.Text()), commands(p, plain)); diff != "" && p != routerconfig.Terraform {
			t.Errorf("%q on %s (-harmless +this):\n%s", odd, p, diff)
		}
		if strings.ContainsAny(got.Text(), "\x1b\x07\x0b\u202e\u2028\r") || strings.Contains(got.Text(), "\nreboot") {
			t.Errorf("%q on %s:\n%s", odd, p, got.Text())
		}
	}
	for name, harmless := range tunnels() {
		for _, odd := range injections {
			for place := range harmless {
				is := slices.Clone(harmless)
				is[place].Name, is[place].Description = odd, odd
				r := routerOf(api.Secret{}, harmless...)
				for _, p := range r.Platforms() {
					same(p, odd+" in "+name, r, routerOf(api.Secret{}, is...))
				}
			}
		}
	}
	for name, link := range links() {
		for _, odd := range injections {
			is := link
			is.Name = odd
			r := routerconfig.Router{Link: &link}
			for _, p := range r.Platforms() {
				same(p, odd+" in "+name, r, routerconfig.Router{Link: &is})
			}
		}
	}
	if len(injections) < 63 {
		t.Errorf("%d injections, 63 were tried on the first edition", len(injections))
	}
	if least := 63 * 3 * 9; tried < least {
		t.Errorf("%d texts were tried, at least %d are wanted", tried, least)
	}
}
