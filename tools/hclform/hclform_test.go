// Package hclform_test holds the Terraform text of a tunnel against the formatter that "terraform fmt" uses, which is no part of the
// program.
package hclform_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"flarewire/api"
	"flarewire/internal/routerconfig"
)

// texts are the golden ones, and one with everything that is optional and with words that look like syntax.
func texts(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	files, err := filepath.Glob("../../internal/routerconfig/testdata/*.terraform.golden")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d golden texts, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(file)] = string(text)
	}
	yes := true
	tunnel := api.Tunnel{Kind: api.IPsec, ID: "c4a7362d577a6c3019a474fd6f485821", Name: "x\"; ${reboot} %{ if true }",
		CloudflareEndpoint: "192.0.2.11", CustomerEndpoint: "203.0.113.7", InterfaceAddress: "10.100.0.8/31", InterfaceAddress6: "fd00::/127",
		AutomaticReturnRouting: &yes, ReplayProtection: &yes, Description: "a = b = c, ${x} [ { # in words\nand more",
		CustomRemoteIdentities: &api.CustomRemoteIdentities{FQDNID: "a.b.custom.ipsec.cloudflare.com"},
		BGP:                    &api.BGP{CustomerASN: 65010, MD5Key: "k\"e$y", ExtraPrefixes: []string{"0.0.0.0/0"}},
		HealthCheck:            &api.HealthCheck{Enabled: &yes, Rate: "mid", Type: "request", Direction: "bidirectional"}}
	tunnel.HealthCheck.Target.Saved = "10.0.0.1"
	config, err := routerconfig.Render(routerconfig.Terraform,
		routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: "023e105f4ecef8ad9ca31a8372d0c353"}))
	if err != nil {
		t.Fatal(err)
	}
	out["everything"] = config.Text()
	return out
}

// terraform fmt -check finds nothing to do: its formatter leaves every text as it is, and its parser takes it.
func TestTheFormatterOfTerraformHasNothingToDo(t *testing.T) {
	for name, text := range texts(t) {
		if _, found := hclsyntax.ParseConfig([]byte(text), name, hcl.InitialPos); found.HasErrors() {
			t.Errorf("%s: %v", name, found)
		}
		if formatted := string(hclwrite.Format([]byte(text))); formatted != text {
			t.Errorf("%s: terraform fmt would make this of it:\n%s\nit is:\n%s", name, formatted, text)
		}
	}
}
