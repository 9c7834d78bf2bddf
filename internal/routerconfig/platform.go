package routerconfig

import (
	"fmt"
	"slices"
	"strings"

	"flarewire/internal/rules"
)

// Platform is what a configuration is written for: a router's operating system, or Terraform. Its text is the word
// that the command line takes.
type Platform string

// The platforms. Clouds are not among them: their gateways are not configured by a text.
const (
	IOSXE     Platform = "ios-xe"
	Junos     Platform = "junos"
	PANOS     Platform = "pan-os"
	FortiOS   Platform = "fortios"
	VyOS      Platform = "vyos"
	Linux     Platform = "linux"
	EOS       Platform = "eos"
	RouterOS  Platform = "mikrotik"
	Terraform Platform = "terraform"
)

// part is one file of a configuration.
type part struct {
	template string // its name under templates/
	name     string // what the file is called, with %s for the tunnel's label
	only     need
}

// need says for which tunnels a part is written.
type need int

const (
	always need = iota
	forIPsec
	forBGP
)

// platformSpec is what is known about a platform.
type platformSpec struct {
	title   string
	kinds   []rules.OnRamp
	comment string // what begins a comment line
	quote   syntax
	// routing is the syntax of the key of a BGP session where it differs from quote; nil where it does not.
	routing *syntax
	// units is the highest number of a tunnel interface; 0 where the interface has the tunnel's name. device is the name of the
	// interface with its number: of a GRE tunnel and of an IPsec tunnel.
	units  int
	device [2]string
	// tables is the highest number of a routing table; 0 where any number goes.
	tables int
	// maxIdentity is the longest IKE identity that the platform takes; 0 is no bound that matters here.
	maxIdentity int
	parts       []part
	// guide is Cloudflare's own document for IPsec on this platform; empty when there is none.
	guide string
	// advice are lines for the reader, besides those that come from the tunnel.
	advice []string
}

const vendorKnowledge = "general vendor knowledge"

var both = []rules.OnRamp{rules.GRE, rules.IPsec}

// order is the order in which platforms are offered.
var order = []Platform{IOSXE, Junos, PANOS, FortiOS, VyOS, Linux, EOS, RouterOS, Terraform}

var platformSpecs = map[Platform]platformSpec{
	IOSXE: {title: "Cisco IOS-XE", kinds: both, comment: "!", quote: word("0", "6", "7", "hex", "local", "remote"),
		routing: &iosKey, units: 9999, device: [2]string{"Tunnel%d", "Tunnel%d"},
		parts: []part{{"ios-xe.tmpl", "%s-ios-xe.txt", always}},
		guide: "Cisco IOS XE (written there for 17.03.07)"},
	Junos: {title: "Juniper Junos (SRX)", kinds: both, comment: "#", quote: quoted(`"\?`, "$9$", "$8$"),
		parts: []part{{"junos.tmpl", "%s-junos.set", always}},
		guide: "Juniper SRX (written there for 23.4R2-S3.9)",
		units: 15999, device: [2]string{"gr-0/0/0.%d", "st0.%d"},
		advice: []string{"Load it with: load set terminal. Then: show | compare, commit check, commit confirmed 10, and commit within 10 " +
			"minutes."}},
	PANOS: {title: "Palo Alto PAN-OS", kinds: both, comment: "#", quote: quoted(`"\?`, "-AQ"),
		parts:   []part{{"pan-os.tmpl", "%s-pan-os.set", always}},
		guide:   "Palo Alto Networks (written there for 11.2.8)",
		routing: &panKey, units: 9999, device: [2]string{"tunnel.%d", "tunnel.%d"},
		advice: []string{"For configure mode, which knows no comments: leave the lines that begin with # out.",
			"The virtual router default is an assumption. With advanced routing (logical routers) the routing lines differ.",
			"Nothing takes effect before: commit. What it would say: validate full (unconfirmed)."}},
	FortiOS: {title: "Fortinet FortiOS", kinds: both, comment: "#", quote: fortiKey, routing: &fortiPassword, maxIdentity: 63,
		parts:  []part{{"fortios.tmpl", "%s-fortios.conf", always}},
		guide:  "Fortinet (written there for 7.0.8 and 7.0.12)",
		advice: []string{"Each block takes effect at its end. In an account with VDOMs, enter the VDOM first."}},
	VyOS: {title: "VyOS", kinds: both, comment: "#", quote: vyosKey, routing: &vyosPassword,
		units: 9999, device: [2]string{"tun%d", "vti%d"}, tables: 200,
		parts:  []part{{"vyos.tmpl", "%s-vyos.set", always}},
		guide:  "VyOS (its syntax is that of 1.3)",
		advice: []string{"The syntax is that of 1.4 and newer. In configure mode, then: compare, commit-confirm 10, confirm, save."}},
	Linux: {title: "Linux (iproute2, strongSwan, FRR)", kinds: both, comment: "#", quote: swanctlSyntax, routing: &frrSyntax,
		parts: []part{{"linux.sh.tmpl", "%s.sh", always}, {"linux.swanctl.tmpl", "%s.swanctl.conf", forIPsec},
			{"linux.frr.tmpl", "%s.frr.conf", forBGP}, {"linux.service.tmpl", "cloudflare-%s.service", always}},
		guide: "strongSwan (its syntax is ipsec.conf; this one is swanctl.conf, from general vendor knowledge)"},
	EOS: {title: "Arista EOS", kinds: both[:1], comment: "!", quote: word(), units: 255, device: [2]string{"Tunnel%d"},
		parts: []part{{"eos.tmpl", "%s-eos.txt", always}}},
	RouterOS: {title: "MikroTik RouterOS", kinds: both[:1], comment: "#", quote: routerOSSyntax,
		parts: []part{{"mikrotik.tmpl", "%s.rsc", always}},
		advice: []string{"The BGP lines are in the syntax of RouterOS 7.20 and later, which has BGP instances. Each command takes effect at " +
			"once: press " +
			"Ctrl-X for Safe Mode first (unconfirmed)."}},
	Terraform: {title: "Terraform (Cloudflare's side)", kinds: both, comment: "#", quote: hclSyntax,
		parts: []part{{"terraform.tmpl", "%s.tf", always}},
		advice: []string{"This is the tunnel itself as code, not your router. For version 5 of the provider cloudflare/cloudflare.",
			"Read the plan before you apply it: it must import and change nothing. Imports of tunnels have failed in some versions of the " +
				"provider."}},
}

// Title is the platform's name for people.
func (p Platform) Title() string { return platformSpecs[p].title }

// Platforms are those that a tunnel of the kind can be configured on, in the order in which they are offered. Arista
// EOS and MikroTik RouterOS have GRE only: nothing of Cloudflare's describes IPsec on them.
func Platforms(kind rules.OnRamp) []Platform {
	return slices.DeleteFunc(slices.Clone(order), func(p Platform) bool { return !slices.Contains(platformSpecs[p].kinds, kind) })
}

// ParsePlatform reads the command line's word for a platform; the error lists those that the kind has.
func ParsePlatform(kind rules.OnRamp, text string) (Platform, error) {
	names := make([]string, 0, len(order))
	for _, p := range Platforms(kind) {
		if string(p) == text {
			return p, nil
		}
		names = append(names, string(p))
	}
	return "", fmt.Errorf("there is no configuration of a %s for %q: use one of %s", kind, text, strings.Join(names, ", "))
}

// md5 is the syntax of the key of a BGP session.
func (p platformSpec) md5() syntax {
	if p.routing != nil {
		return *p.routing
	}
	return p.quote
}

// sources says where the text's knowledge comes from, a line each.
func (p platformSpec) sources(data templateData) []string {
	if !p.isRouter() {
		return []string{"Cloudflare API: Terraform resources and this tunnel as the API gives it"}
	}
	out := []string{vendorKnowledge + " and the vendor's public schemas; no Cloudflare guide covers it"}
	if data.IPsec && p.guide != "" {
		out = []string{"Cloudflare docs: " + p.guide + ", with the algorithms, MTU and MSS that agree with all of its guides"}
	}
	if data.BGP {
		out = append(out, "Cloudflare docs: Configure BGP routes, for the values of the BGP lines; "+vendorKnowledge+", for their syntax")
	}
	return out
}
