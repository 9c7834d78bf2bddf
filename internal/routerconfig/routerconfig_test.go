package routerconfig_test

import (
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"flarewire/api"
	"flarewire/internal/routerconfig"
	"flarewire/internal/rules"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	account   = "023e105f4ecef8ad9ca31a8372d0c353"
	tunnelID  = "c4a7362d577a6c3019a474fd6f485821"
	fqdn      = tunnelID + ".33145236.ipsec.cloudflare.com"
	canaryPSK = "canaryPSK0123456789abcdefABCDEF01"
)

func ptr[T any](v T) *T { return &v }

// greTunnel is a GRE tunnel as the API gives it.
func greTunnel() api.Tunnel {
	return api.Tunnel{Kind: api.GRE, ID: tunnelID, Name: "fra-dc1", CloudflareEndpoint: "162.159.66.10", CustomerEndpoint: "203.0.113.7",
		InterfaceAddress: "10.100.0.8/31", Description: "Frankfurt, rack 12", MTU: 1476, TTL: 64,
		HealthCheck: &api.HealthCheck{Enabled: ptr(true), Rate: "mid", Type: "request", Direction: "bidirectional"}}
}

// ipsecTunnel is an IPsec tunnel as the API gives it: without its key.
func ipsecTunnel() api.Tunnel {
	t := greTunnel()
	t.Kind, t.MTU, t.TTL = api.IPsec, 0, 0
	t.RemoteIdentities = &api.RemoteIdentities{FQDNID: fqdn, UserID: "ipsec@" + fqdn}
	t.ReplayProtection = ptr(false)
	return t
}

func withBGP(t api.Tunnel) api.Tunnel {
	t.BGP = &api.BGP{CustomerASN: 65010, MD5Key: "s3cr'et!key", ExtraPrefixes: []string{"0.0.0.0/0"}}
	return t
}

// twin is the second tunnel of the same router: to another endpoint, with the next inner subnet.
func twin(t api.Tunnel) api.Tunnel {
	t.ID, t.Name, t.CloudflareEndpoint, t.InterfaceAddress = twinID, "fra-dc2", "172.64.240.10", "10.100.0.10/31"
	if t.RemoteIdentities != nil {
		t.RemoteIdentities = &api.RemoteIdentities{FQDNID: twinID + ".33145236.ipsec.cloudflare.com"}
	}
	return t
}

const twinID = "d5b8473e688b7d412ab585ae70596932"

// tunnels are the kinds of tunnels that there is a golden text of, on each platform that has them: alone, and with a twin.
func tunnels() map[string][]api.Tunnel {
	out := map[string][]api.Tunnel{}
	for name, t := range map[string]api.Tunnel{"gre": greTunnel(), "gre-bgp": withBGP(greTunnel()), "ipsec": ipsecTunnel(),
		"ipsec-bgp": withBGP(ipsecTunnel())} {
		out[name], out[name+"-pair"] = []api.Tunnel{t}, []api.Tunnel{t, twin(t)}
	}
	return out
}

// routerOf is the router of the tunnels.
func routerOf(psk api.Secret, tunnels ...api.Tunnel) routerconfig.Router {
	var r routerconfig.Router
	for _, t := range tunnels {
		r.Tunnels = append(r.Tunnels, routerconfig.Input{Tunnel: t, AccountID: account, PSK: psk})
	}
	return r
}

func everyText(t *testing.T, psk api.Secret, visit func(name string, c routerconfig.Config)) {
	t.Helper()
	for name, tunnels := range tunnels() {
		r := routerOf(psk, tunnels...)
		for _, p := range r.Platforms() {
			c, err := routerconfig.Render(p, r)
			if err != nil {
				t.Errorf("%s of %s: %v", p, name, err)
				continue
			}
			visit(name+"."+string(p), c)
		}
	}
}

// links are the interconnects that there is a golden text of, on each platform.
func links() map[string]routerconfig.Link {
	with := routerconfig.Link{Name: "fra-cni", Cloudflare: netip.MustParsePrefix("10.222.0.0/31"),
		Customer: netip.MustParsePrefix("10.222.0.1/31"), MTU: 1500, ASN: 65010, CloudflareASN: 13335, MD5: true}
	without := with
	without.ASN, without.MD5 = 0, false
	return map[string]routerconfig.Link{"cni-bgp": with, "cni": without}
}

// everyLinkText visits the text of each link on each platform but Terraform, which is no router.
func everyLinkText(t *testing.T, visit func(name string, c routerconfig.Config)) {
	t.Helper()
	for name, link := range links() {
		r := routerconfig.Router{Link: &link}
		for _, p := range slices.DeleteFunc((routerconfig.Router{}).Platforms(), func(p routerconfig.Platform) bool {
			return p == routerconfig.Terraform
		}) {
			c, err := routerconfig.Render(p, r)
			if err != nil {
				t.Errorf("%s of %s: %v", p, name, err)
				continue
			}
			visit(name+"."+string(p), c)
		}
	}
}

// What a person pastes into a router is worth reading line by line when it changes: go test -update writes it anew.
func TestEveryPlatformWritesWhatIsInItsGoldenFile(t *testing.T) {
	seen := map[string]bool{}
	hold := func(name string, c routerconfig.Config) {
		file := filepath.Join("testdata", name+".golden")
		seen[filepath.Base(file)] = true
		if *update {
			if err := os.WriteFile(file, []byte(c.Text()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), c.Text()); diff != "" {
			t.Errorf("%s (-golden +now):\n%s", name, diff)
		}
	}
	everyText(t, api.Secret{}, hold)
	everyLinkText(t, hold)
	files, _ := filepath.Glob("testdata/*.golden")
	for _, f := range files {
		if !seen[filepath.Base(f)] {
			t.Errorf("%s belongs to no platform", f)
		}
	}
}

func TestEveryFileSaysWhatItIsAndWhereItIsFrom(t *testing.T) {
	everyText(t, api.Secret{}, func(name string, c routerconfig.Config) {
		for _, f := range c.Files {
			head, _, _ := strings.Cut(f.Text, "\n\n")
			for _, want := range []string{"fra-dc1", tunnelID, "Source: ", "ried "} { // tried, or not tried
				if !strings.Contains(head, want) {
					t.Errorf("%s, %s: its beginning does not say %q:\n%s", name, f.Name, want, head)
				}
			}
			if strings.Contains(f.Text, "<no value>") || !strings.HasSuffix(f.Text, "\n") || strings.Contains(f.Text, "\n\n\n") {
				t.Errorf("%s, %s is not a whole text:\n%s", name, f.Name, f.Text)
			}
		}
	})
}

func TestThePreSharedKeyIsOnlyThereWhenItWasAskedFor(t *testing.T) {
	everyText(t, api.Secret{}, func(name string, c routerconfig.Config) {
		if ipsec := strings.HasPrefix(name, "ipsec") && c.Platform != routerconfig.Terraform; ipsec != strings.Contains(c.Text(),
			"REPLACE-WITH-PRE-SHARED-KEY") {
			t.Errorf("%s: the placeholder for the key is there: %v", name, !ipsec)
		}
	})
	everyText(t, api.NewSecret(canaryPSK), func(name string, c routerconfig.Config) {
		if ipsec := strings.HasPrefix(name, "ipsec") && c.Platform != routerconfig.Terraform; ipsec != strings.Contains(c.Text(), canaryPSK) {
			t.Errorf("%s: the key is there: %v", name, !ipsec)
		}
	})
}

func TestWhatIsNotKnownIsAPlaceholderThatTheBeginningExplains(t *testing.T) {
	tunnel := ipsecTunnel()
	tunnel.RemoteIdentities, tunnel.CustomerEndpoint = nil, ""
	for _, p := range routerconfig.Platforms(rules.IPsec) {
		c, err := routerconfig.Render(p, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account}))
		if err != nil {
			t.Fatal(err)
		}
		text := c.Text()
		if p != routerconfig.Terraform && !strings.Contains(unwrapped(text),
			"REPLACE-WITH-IKE-IDENTITY: the tunnel's FQDN ID, from the dashboard") {
			t.Errorf("%s does not say where the identity is found:\n%s", p, text)
		}
		if strings.Contains(text, account+".ipsec") {
			t.Errorf("%s makes an identity up from the account's id", p)
		}
	}
	tunnel.CustomRemoteIdentities = &api.CustomRemoteIdentities{FQDNID: "site1.33145236.custom.ipsec.cloudflare.com"}
	c, err := routerconfig.Render(routerconfig.Linux, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account}))
	if err != nil || !strings.Contains(c.Text(), `"fqdn:site1.33145236.custom.ipsec.cloudflare.com"`) {
		t.Errorf("the custom identity is not used: %v\n%s", err, c.Text())
	}
}

func TestAristaAndMikroTikHaveGREOnly(t *testing.T) {
	for _, p := range []routerconfig.Platform{routerconfig.EOS, routerconfig.RouterOS} {
		if !slices.Contains(routerconfig.Platforms(rules.GRE), p) || slices.Contains(routerconfig.Platforms(rules.IPsec), p) {
			t.Errorf("%s is not offered for GRE alone", p)
		}
		_, err := routerconfig.Render(p, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: ipsecTunnel(), AccountID: account}))
		if err == nil || !strings.Contains(err.Error(), "use one of ios-xe, junos") {
			t.Errorf("%s for IPsec: %v", p, err)
		}
	}
}

func TestATunnelWhoseOuterAddressItWouldSwallowIsWarnedAbout(t *testing.T) {
	const warning = "routed into itself"
	for prefix, want := range map[string]bool{"0.0.0.0/0": true, "162.159.64.0/18": true, "100.96.0.0/12": false} {
		tunnel := withBGP(greTunnel())
		tunnel.BGP.ExtraPrefixes = []string{prefix}
		c, err := routerconfig.Render(routerconfig.IOSXE, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account}))
		if err != nil || strings.Contains(unwrapped(c.Text()), warning) != want {
			t.Errorf("%s: warned %v, %v", prefix, !want, err)
		}
	}
}

func TestTheNameOfATunnelIsNeverMoreThanAName(t *testing.T) {
	for name, want := range map[string]string{
		"fra-dc1":                  "interface fra-dc1",
		"a-name-beyond-fifteen":    "cf-c4a7362d",
		"all":                      "cf-c4a7362d", // net.ipv4.conf.all is every interface
		"x; reboot":                "cf-c4a7362d",
		"a\nset system root":       "cf-c4a7362d",
		"1st":                      "cf-c4a7362d",
		"$(reboot)":                "cf-c4a7362d",
		"help?":                    "cf-c4a7362d",
		"x\u202ey":                 "cf-c4a7362d",
		"\x1b]0;title\x07harmless": "cf-c4a7362d",
	} {
		tunnel := withBGP(greTunnel())
		tunnel.Name = name
		for _, p := range routerconfig.Platforms(rules.GRE) {
			c, err := routerconfig.Render(p, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account}))
			if err != nil {
				t.Fatal(err)
			}
			text := c.Text()
			if !strings.Contains(text, strings.TrimPrefix(want, "interface ")) || strings.ContainsAny(text, "\x1b\x07\u202e") ||
				strings.Contains(text, "\nset system root") ||
				p != routerconfig.Terraform && strings.Contains(text, "?") { // typed into a router, it asks for help
				t.Errorf("%q on %s:\n%s", name, p, text)
			}
		}
	}
}

func TestATunnelThatCannotBeConfiguredIsRefusedWithAReason(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*api.Tunnel)
		says   string
	}{
		"an id that is none":      {func(t *api.Tunnel) { t.ID = "../../etc" }, "id"},
		"no Cloudflare endpoint":  {func(t *api.Tunnel) { t.CloudflareEndpoint = "" }, "Cloudflare endpoint"},
		"an IPv6 endpoint":        {func(t *api.Tunnel) { t.CloudflareEndpoint = "2001:db8::1" }, "IPv4"},
		"a customer that is none": {func(t *api.Tunnel) { t.CustomerEndpoint = "router.example" }, "customer endpoint"},
		"a network as a host":     {func(t *api.Tunnel) { t.InterfaceAddress = "10.0.0.0/30" }, "interface address"},
		"an address without mask": {func(t *api.Tunnel) { t.InterfaceAddress = "10.0.0.0" }, "interface address"},
		"an impossible MTU":       {func(t *api.Tunnel) { t.MTU = 100 }, "MTU"},
		"an impossible TTL":       {func(t *api.Tunnel) { t.TTL = 400 }, "TTL"},
		"Cloudflare's own ASN":    {func(t *api.Tunnel) { t.BGP = &api.BGP{CustomerASN: 13335} }, "13335"},
		"no ASN":                  {func(t *api.Tunnel) { t.BGP = &api.BGP{} }, "AS number"},
	} {
		tunnel := greTunnel()
		c.change(&tunnel)
		out, err := routerconfig.Render(routerconfig.IOSXE, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account}))
		if err == nil || !strings.Contains(err.Error(), c.says) || len(out.Files) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// One odd key does not cost the whole text: it is a placeholder, with the reason at the beginning, and is never repeated.
func TestAKeyThatAPlatformCannotWriteIsAPlaceholderWithItsReason(t *testing.T) {
	for _, c := range []struct {
		platform routerconfig.Platform
		key      string
		ok       bool
	}{
		{routerconfig.IOSXE, "plain-Key!0123456789", true}, {routerconfig.IOSXE, "two words canary", false},
		{routerconfig.IOSXE, "canary?help", false},
		{routerconfig.IOSXE, "hex", false}, {routerconfig.Junos, "two words are fine", true}, {routerconfig.Junos, `canary"; set system`, false},
		{routerconfig.Junos, "$9$canary", false}, {routerconfig.PANOS, "-AQcanary", false}, {routerconfig.FortiOS, "ENC canary", false},
		{routerconfig.FortiOS, `canary\`, false}, {routerconfig.VyOS, "canary'; reboot", true},
		{routerconfig.VyOS, "$(reboot) is text here", true},
		{routerconfig.VyOS, "canary\nset", false}, {routerconfig.FortiOS, "0xcafe", true},
		{routerconfig.Linux, `every"thing\is $fine# here`, true}, {routerconfig.Linux, "0xcafe", true}, {routerconfig.Linux, "canary\n}", false},
		{routerconfig.Linux, "ключ-canary", false},
	} {
		out, err := routerconfig.Render(c.platform, routerOf(api.NewSecret(c.key), ipsecTunnel()))
		if err != nil {
			t.Errorf("%s with %q: %v", c.platform, c.key, err)
			continue
		}
		text := out.Text()
		if placeholder := strings.Contains(text, "REPLACE-WITH-PRE-SHARED-KEY"); placeholder == c.ok {
			t.Errorf("%s with %q: a placeholder is there: %v", c.platform, c.key, placeholder)
		}
		if !c.ok && (strings.Contains(text, "canary") || !strings.Contains(unwrapped(text), "fra-dc1: the pre-shared key cannot be written")) {
			t.Errorf("%s repeats the key, or does not say why it is missing:\n%s", c.platform, text)
		}
	}
}

// unwrapped is the text with its comment lines joined.
func unwrapped(text string) string {
	return strings.NewReplacer("\n# ", " ", "\n! ", " ").Replace(text)
}

// The same for the key of a BGP session, each with the rule of its platform.
func TestAnOddKeyOfASessionIsAPlaceholderWithItsReason(t *testing.T) {
	for _, c := range []struct {
		platform routerconfig.Platform
		key      string
		written  string // "" is a placeholder
	}{
		{routerconfig.IOSXE, "s3cret!key", "password 0 s3cret!key\n"}, {routerconfig.IOSXE, "7 060506324F41", ""},
		{routerconfig.IOSXE, "a\nend", ""},
		{routerconfig.PANOS, strings.Repeat("k", 63), strings.Repeat("k", 63)}, {routerconfig.PANOS, strings.Repeat("k", 64), ""},
		{routerconfig.Linux, "two words", ""}, {routerconfig.Linux, "a!b#c|d", "password a!b#c|d\n"}, {routerconfig.VyOS, "s3cr'et!key", ""},
		{routerconfig.VyOS, "two words", ""}, {routerconfig.Junos, "two words", `authentication-key "two words"`},
		{routerconfig.FortiOS, "ENC x", ""},
		{routerconfig.RouterOS, "a$b", `tcp-md5-key="a\$b"`}, {routerconfig.EOS, "two words", ""},
	} {
		tunnel := withBGP(greTunnel())
		tunnel.BGP.MD5Key = c.key
		out, err := routerconfig.Render(c.platform, routerOf(api.Secret{}, tunnel))
		if err != nil {
			t.Errorf("%s with %q: %v", c.platform, c.key, err)
			continue
		}
		text := out.Text()
		reason := strings.Contains(unwrapped(text), "fra-dc1: the BGP MD5 key cannot be written safely")
		if odd := c.written == ""; odd != strings.Contains(text, "REPLACE-WITH-MD5-KEY") || odd != reason || !strings.Contains(text, c.written) ||
			odd && strings.Contains(text, c.key) {
			t.Errorf("%s with %q:\n%s", c.platform, c.key, text)
		}
	}
}

// Cloudflare takes 80 characters; a router whose reference takes fewer gets the key, and whoever reads the text is told.
func TestAKeyLongerThanTheVendorDocumentsIsRemarked(t *testing.T) {
	for length, want := range map[int]bool{25: false, 26: true, 80: true} {
		tunnel := withBGP(greTunnel())
		tunnel.BGP.MD5Key = strings.Repeat("k", length)
		for _, platform := range []routerconfig.Platform{routerconfig.IOSXE, routerconfig.Junos} {
			out, err := routerconfig.Render(platform, routerOf(api.Secret{}, tunnel))
			if err != nil {
				t.Fatal(err)
			}
			text := unwrapped(out.Text())
			if got := strings.Contains(text, "more than the 25 characters"); got != (want && platform == routerconfig.IOSXE) ||
				!strings.Contains(text, tunnel.BGP.MD5Key) {
				t.Errorf("%s, %d characters: remarked %t, written %t", platform, length, got, strings.Contains(text, tunnel.BGP.MD5Key))
			}
		}
	}
}

// IOS-XE's reference takes 25 characters for the key of a session, some releases take more: a longer key is written, with a remark.
func TestALongKeyOfASessionIsRemarkedOn(t *testing.T) {
	for key, remark := range map[string]bool{strings.Repeat("k", 25): false, strings.Repeat("k", 80): true} {
		tunnel := withBGP(greTunnel())
		tunnel.BGP.MD5Key = key
		out, err := routerconfig.Render(routerconfig.IOSXE, routerconfig.SingleTunnel(routerconfig.Input{Tunnel: tunnel, AccountID: account}))
		if err != nil {
			t.Fatal(err)
		}
		text := unwrapped(out.Text())
		if got := strings.Contains(text, "more than the 25 characters"); got != remark || !strings.Contains(text, "password 0 "+key) {
			t.Errorf("%d characters: a remark: %v\n%s", len(key), got, text)
		}
	}
}
