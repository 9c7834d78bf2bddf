package routerconfig_test

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"flarewire/internal/routerconfig"
)

// The router's side of a CNI names the port's addresses, the account's AS number and what must be filled in, on every platform that
// has a text; a name from the API is never more than a name, and no key is in it.
func TestTheRouterConfigurationOfAnInterconnect(t *testing.T) {
	link := routerconfig.Link{Name: "fra\n\x1b]0;cni?", Cloudflare: netip.MustParsePrefix("10.222.0.0/31"),
		Customer: netip.MustParsePrefix("10.222.0.1/31"), MTU: 1500, ASN: 64651, CloudflareASN: 64512, MD5: true}
	without := link
	without.ASN = 0
	platforms := routerconfig.Router{Link: &link}.Platforms()
	if len(platforms) < 5 {
		t.Fatalf("platforms %v", platforms)
	}
	for _, p := range platforms {
		c, err := routerconfig.Render(p, routerconfig.Router{Link: &link})
		if err != nil {
			t.Fatal(err)
		}
		text := c.Text()
		for _, want := range []string{"10.222.0.1", "10.222.0.0", "64651", "64512", "240", "REPLACE-WITH-PORT", "REPLACE-WITH-OWN-NETWORK",
			"REPLACE-WITH-MD5-KEY", "unconfirmed", "CF-CNI-0ade0001-in", "CF-CNI-0ade0001-out"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in\n%s", p, want, text)
			}
		}
		if strings.ContainsAny(text, "\x1b") || strings.Contains(text, "\n\x1b") || strings.Contains(text, "13335") {
			t.Errorf("%s: what the account does not say, or an escape sequence:\n%s", p, text)
		}
		for _, line := range strings.Split(text, "\n") {
			if strings.Contains(line, `]0;cni`) && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "!") {
				t.Errorf("%s: the name is a command: %q", p, line)
			}
		}
		plain, err := routerconfig.Render(p, routerconfig.Router{Link: &without})
		if err != nil || strings.Contains(plain.Text(), "neighbor") || !strings.Contains(plain.Text(), "no BGP") {
			t.Errorf("%s without BGP: %v\n%s", p, err, plain.Text())
		}
	}
	if _, err := routerconfig.Render(routerconfig.Junos, routerconfig.Router{Link: &routerconfig.Link{Name: "new"}}); err == nil {
		t.Error("a link without addresses has a text")
	}
	if _, err := routerconfig.Render(routerconfig.Terraform, routerconfig.Router{Link: &link}); err == nil {
		t.Error("a platform without a text gives one")
	}
}

// Two interconnects of one router share no name, whatever platform it is: the text of the second changes nothing of the first.
func TestTheTextsOfTwoInterconnectsOfOneRouterDoNotCollide(t *testing.T) {
	a := links()["cni-bgp"]
	b := a
	b.Name, b.Cloudflare, b.Customer = "fra-cni-2", netip.MustParsePrefix("10.222.0.2/31"), netip.MustParsePrefix("10.222.0.3/31")
	for _, p := range (routerconfig.Router{Link: &a}).Platforms() {
		var texts []string
		for _, link := range []routerconfig.Link{a, b} {
			c, err := routerconfig.Render(p, routerconfig.Router{Link: &link})
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, c.Text())
		}
		named := regexp.MustCompile(`CF-CNI-[0-9a-f]{8}`)
		first, second := named.FindString(texts[0]), named.FindString(texts[1])
		if first == "" || first == second || strings.Contains(texts[1], first) ||
			strings.Count(texts[0], "CF-CNI") != strings.Count(texts[0], first) {
			t.Errorf("%s: names %q and %q\n%s", p, first, second, texts[0])
		}
	}
}
