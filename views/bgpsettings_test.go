package views_test

import (
	"net/http"
	"strings"
	"testing"

	"flarewire/internal/simaccount"
)

// The BGP settings of the account stand under its CNI settings, marked as unconfirmed; another AS number than the CNI settings have is
// said, and what could not be read is no setting.
func TestTheBGPSettingsStandUnderTheCNISettings(t *testing.T) {
	answer := func(status int, body string) func(*desk) {
		return func(d *desk) {
			d.Script(func(r simaccount.Request) *simaccount.Fault {
				if r.Method == http.MethodGet && strings.HasSuffix(r.Path, "/magic/bgp/settings") {
					return &simaccount.Fault{Kind: simaccount.FaultStatus, Status: status, Body: body}
				}
				return nil
			})
		}
	}
	said := func(result string) string {
		return `{"success":true,"errors":[],"messages":[],"result":` + result + `}`
	}
	refused := func(code string) string {
		return `{"success":false,"errors":[{"code":` + code + `,"message":"no"}],"messages":[],"result":null}`
	}
	for name, c := range map[string]struct {
		before func(*desk)
		says   []string
		lacks  string
	}{
		"as it is": {nil, []string{"BGP settings (beta, unconfirmed)", "Cloudflare ASN 13335", "announced to your routers"},
			"The CNI settings have"},
		"another AS number": {answer(200, said(`{"cloudflare_asn":64999,"redistribute":{"static:wan":false}}`)),
			[]string{"Cloudflare ASN 64999", "not announced to your routers", "The CNI settings have 13335", "not documented"}, "fetched yet"},
		"nothing said":       {answer(200, said(`{}`)), []string{"Cloudflare ASN not set", "Static routes not said"}, "announced"},
		"no such settings":   {answer(404, refused("1040")), []string{"Cloudflare ASN no such settings"}, "announced"},
		"that it is refused": {answer(403, refused("10000")), []string{"Cloudflare ASN could not be read"}, "announced"},
	} {
		t.Run(name, func(t *testing.T) {
			d := sit(t, "cni-settings", c.before)
			d.See("13335")
			d.Press("G", "enter")
			d.reads(c.says...)
			d.lacks(c.lacks)
		})
	}
}
