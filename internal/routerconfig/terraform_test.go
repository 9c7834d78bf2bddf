package routerconfig_test

import (
	"os/exec"
	"strings"
	"testing"

	"flarewire/api"
	"flarewire/internal/routerconfig"
)

// hclTexts are texts with everything that can be left out, and without.
func hclTexts(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	everyText(t, api.Secret{}, func(name string, c routerconfig.Config) {
		if c.Platform == routerconfig.Terraform {
			out[name] = c.Text()
		}
	})
	full := withBGP(ipsecTunnel())
	full.InterfaceAddress6, full.AutomaticReturnRouting = "fd00::/127", ptr(true)
	full.CustomRemoteIdentities = &api.CustomRemoteIdentities{FQDNID: "a.b.custom.ipsec.cloudflare.com"}
	full.Description = "a = b = c, ${x} [ { # in words\nand more"
	full.HealthCheck.Target.Saved = "10.0.0.1"
	c, err := routerconfig.Render(routerconfig.Terraform, routerOf(api.Secret{}, full))
	if err != nil {
		t.Fatal(err)
	}
	out["everything"] = c.Text()
	return out
}

// terraform fmt -check finds nothing to do.
func TestTerraformTakesTheFormAsItIs(t *testing.T) {
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Skip("skipped: there is no terraform on this machine; the alignment is tested by its rule alone")
	}
	for name, text := range hclTexts(t) {
		cmd := exec.Command("terraform", "fmt", "-check", "-diff", "-")
		cmd.Env = append(cmd.Environ(), "TF_CLI_CONFIG_FILE=/dev/null", "CHECKPOINT_DISABLE=1")
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// The equals signs of arguments that follow each other stand below each other, and each has one blank behind the longest name.
func TestTerraformArgumentsAreAligned(t *testing.T) {
	for name, text := range hclTexts(t) {
		signs, gap := map[int]bool{}, 1<<10
		check := func(line string) {
			if len(signs) > 1 || gap != 1 && len(signs) > 0 {
				t.Errorf("%s: the arguments before %q are not aligned:\n%s", name, line, text)
			}
			signs, gap = map[int]bool{}, 1<<10
		}
		for line := range strings.Lines(text) {
			at := strings.Index(line, " = ")
			value := strings.TrimSpace(line)
			if at < 0 || strings.HasPrefix(value, "#") || strings.HasSuffix(value, "{") {
				check(line)
				continue
			}
			signs[at] = true
			gap = min(gap, 1+at-len(strings.TrimRight(line[:at], " ")))
		}
	}
}
