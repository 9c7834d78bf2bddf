package routerconfig

import (
	"strings"
	"testing"
	"text/template"
)

// What is written is what text/template writes, for every template, and for tunnels with and without what can be left out.
func TestTemplatesMeanWhatTextTemplateSays(t *testing.T) {
	t.Parallel()
	library := template.Must(template.ParseFS(files, "templates/*.tmpl"))
	bare := values{Label: "fra", Cloudflare: "162.159.66.10", Customer: "203.0.113.7", MTU: 1476}
	ipsec := values{Label: "waw", IPsec: true, PSK: `"secret"`, BGP: true, ASN: 64601, MD5: `"key"`, Identity: "a.b"}
	ipsec.Terraform = hclTunnel{Name: `"waw"`, Description: `"rack 12"`, CustomerEndpoint: `"203.0.113.7"`, InterfaceAddress6: `"fd00::/127"`,
		MTU: 1450, TTL: 64, ReplayProtection: true, ReturnRouting: true, CustomFQDN: `"c.d"`, MD5: `"key"`, ExtraPrefixes: `"10.0.0.0/8"`,
		Health: &hclHealth{Enabled: "true", Rate: `"mid"`, Type: `"reply"`, Direction: `"bidirectional"`, Target: `"10.0.0.1"`}}
	holes := ipsec
	holes.IPsec, holes.MD5, holes.Terraform.Health = false, "", &hclHealth{Rate: `"low"`}
	if len(templates()) != 12 {
		t.Errorf("%d templates, want 12", len(templates()))
	}
	ends := []network{{Seq: 100, CIDR: "162.159.66.10/32", Network: "162.159.66.10", Mask: "255.255.255.255"}, {Seq: 110, CIDR: "10.0.0.0/24"}}
	for name := range templates() {
		for _, v := range []templateData{{Label: "none"}, {Label: "one", GRE: true, Static: true, Tunnels: []values{bare}},
			{Label: "all", Several: true, GRE: true, IPsec: true, BGP: true, Static: true, Reply: true, Endpoints: ends, Ranges: ends,
				Tunnels: []values{bare, ipsec, holes}}} {
			var want strings.Builder
			if err := library.ExecuteTemplate(&want, name, v); err != nil {
				t.Fatal(err)
			}
			if got, err := fill(name, v); err != nil || got != want.String() {
				t.Errorf("%s: %v, text\n%s\nwant\n%s", name, err, got, want.String())
			}
		}
	}
}

// A template that asks for what is not there, or for more of the language than there is, is an error and no hole in a text.
func TestATemplateThatCannotBeFilledIsAnError(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{{.Nothing}}", "{{.Label.Name}}", "{{.CustomerEndpoint}}", "{{range .Label}}x{{end}}",
		"{{range .Tunnels}}{{.Nothing}}{{end}}", "{{range $x := .Tunnels}}x{{end}}",
		"{{range .Tunnels}}x{{else}}y{{end}}", "{{1}}",
		"{{.Tunnels}}", "{{.Label .Label}}",
		"{{template \"other\"}}", "{{with .Label}}{{.Nothing}}{{end}}", "{{if .Label}}{{.Nothing}}{{end}}"} {
		tree, err := parseText("broken", text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := fillTree(tree["broken"], templateData{Label: "fra", Tunnels: []values{{}}}); err == nil {
			t.Errorf("%s wrote %q", text, got)
		}
	}
}
