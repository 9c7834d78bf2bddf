package access

import (
	"encoding/json"
	"net/url"
	"strings"
)

// group is one permission group of a token.
type group struct {
	label string // as Cloudflare's dashboard and API name it, without Read or Write
	// key is the name in the address of the token page. magic_wan and ip_prefixes follow Cloudflare's rule (derived from
	// the label) and were found in no document: an unknown key gives an empty row, so the names always stand beside the link.
	key string
	// writes: the group is one of those that a read-write token has with Write.
	writes bool
}

var groups = []group{
	{"Magic Transit", "magic_transit", true},
	{"Magic WAN", "magic_wan", true},
	{"IP Prefixes:", "ip_prefixes", true},
	{"Account Analytics", "account_analytics", false},
	{"Account Settings", "account_settings", false},
}

// Groups are the permission groups of a token for this program, by the exact names of the API; the dashboard says Edit
// where the API says Write. Cloudflare WAN has no groups of its own name: they are still called Magic WAN. An account
// without Magic Transit, or without Cloudflare WAN, leaves out the one it does not have.
func Groups(write bool) []string {
	var names []string
	for _, g := range groups {
		names = append(names, g.label+" "+level(write && g.writes, "Write", "Read"))
	}
	return names
}

// TokenPage is the address of Cloudflare's page for a new token with these groups filled in. The page has ignored what
// was to be filled in before (April 2026), so show Groups beside it.
func TokenPage(write bool) string {
	type permission struct {
		Key  string `json:"key"`
		Type string `json:"type"`
	}
	var list []permission
	for _, g := range groups {
		list = append(list, permission{g.key, level(write && g.writes, "edit", "read")})
	}
	keys, _ := json.Marshal(list)
	name := "flarewire " + level(write, "read-write", "read-only")
	// Cloudflare's page wants blanks as %20, not as a plus sign.
	return "https://dash.cloudflare.com/profile/api-tokens?permissionGroupKeys=" + url.QueryEscape(string(keys)) +
		"&accountId=*&zoneId=all&name=" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
}

func level(write bool, yes, no string) string {
	if write {
		return yes
	}
	return no
}
