package api

import (
	"net/http"
	"net/url"
	"strings"
)

// Operation is one thing this package can ask of the API.
type Operation struct {
	Name         string // "gre_tunnels.update"
	Service      Service
	Method       string
	Path         string   // template below the base URL: /accounts/{account_id}/magic/gre_tunnels/{gre_tunnel_id}
	Query        []string // query parameters that may be sent
	Changes      bool     // false: it only reads, whatever its method
	Once         bool     // a read that is not repeated by itself: each one is work of minutes at Cloudflare
	ValidateOnly bool     // takes ?validate_only=true
	TargetHeader bool     // sends x-magic-new-hc-target: true
	Permissions  []string // one of these groups is needed; nil: Cloudflare lists none
}

// The permission groups by their exact names, as Cloudflare's OpenAPI lists them (x-api-token-group).
var (
	magicRead  = []string{"Magic Transit Read", "Magic WAN Read", "Magic Transit Write", "Magic WAN Write"}
	magicWrite = []string{"Magic Transit Write", "Magic WAN Write"}

	prefixRead = []string{"IP Prefixes: Read", "IP Prefixes: BGP On Demand Read", "Magic Transit Read",
		"IP Prefixes: Write", "IP Prefixes: BGP On Demand Write", "Magic Transit Write"}
	prefixEdit   = []string{"IP Prefixes: Write", "Magic Transit Write"}
	prefixDelete = []string{"Magic Transit Write"}
	bgpEdit      = []string{"IP Prefixes: BGP On Demand Write", "IP Prefixes: Write", "Magic Transit Write"}
	bindingRead  = []string{"IP Prefixes: Read", "IP Prefixes: Write"}
	bindingWrite = []string{"IP Prefixes: Write"}

	analyticsRead = []string{"Account Analytics Read"}
	traceWrite    = []string{"Magic Transit Write"} // Magic WAN Write is not enough
	userRead      = []string{"User Details Read", "User Details Write"}
)

// The operations that belong to no collection.
var (
	opAccounts = Operation{Name: "accounts.list", Service: AccountsAPI, Method: http.MethodGet, Path: "/accounts",
		Query: []string{"page", "per_page"}}
	opVerifyUser = Operation{Name: "user.tokens.verify", Service: AccountsAPI, Method: http.MethodGet,
		Path: "/user/tokens/verify"}
	opVerifyAccount = Operation{Name: "accounts.tokens.verify", Service: AccountsAPI, Method: http.MethodGet,
		Path: "/accounts/{account_id}/tokens/verify"}
	opUser = Operation{Name: "user.get", Service: AccountsAPI, Method: http.MethodGet, Path: "/user", Permissions: userRead}

	opGeneratePSK = Operation{Name: "ipsec_tunnels.psk_generate", Service: Magic, Method: http.MethodPost, Changes: true,
		Path: "/accounts/{account_id}/magic/ipsec_tunnels/{ipsec_tunnel_id}/psk_generate", ValidateOnly: true, Permissions: magicWrite}
	opSetPSKs = Operation{Name: "ipsec_tunnels.psk", Service: Magic, Method: http.MethodPost, Changes: true,
		Path: "/accounts/{account_id}/magic/ipsec_tunnels/psk", ValidateOnly: true, Permissions: magicWrite}

	opCNISettings = Operation{Name: "cni_settings.get", Service: CNIService, Method: http.MethodGet,
		Path: "/accounts/{account_id}/cni/settings", Permissions: magicRead}
	opSetCNISettings = Operation{Name: "cni_settings.update", Service: CNIService, Method: http.MethodPut, Changes: true,
		Path: "/accounts/{account_id}/cni/settings", Permissions: magicWrite}
	// In copies of Cloudflare's API reference, where it is marked as beta and hidden; no OpenAPI document in hand has it. Unconfirmed.
	opBGPSettings = Operation{Name: "bgp_settings.get", Service: Magic, Method: http.MethodGet,
		Path: "/accounts/{account_id}/magic/bgp/settings"}
	opInterconnectStatus = Operation{Name: "cni_interconnects.status", Service: CNIService, Method: http.MethodGet,
		Path: "/accounts/{account_id}/cni/interconnects/{icon}/status", Permissions: magicRead}
	opLetter = Operation{Name: "cni_interconnects.loa", Service: CNIService, Method: http.MethodGet,
		Path: "/accounts/{account_id}/cni/interconnects/{icon}/loa", Permissions: magicRead}

	opValidatePrefix = Operation{Name: "prefixes.validate", Service: Addressing, Method: http.MethodPost, Changes: true,
		Path: "/accounts/{account_id}/addressing/prefixes/{prefix_id}/validate", Permissions: prefixEdit}
	opChangeBGPPrefix = Operation{Name: "bgp_prefixes.patch", Service: Addressing, Method: http.MethodPatch, Changes: true,
		Path: "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/prefixes/{bgp_prefix_id}", Permissions: bgpEdit}
	opBGPStatus = Operation{Name: "prefixes.bgp_status", Service: Addressing, Method: http.MethodGet,
		Path: "/accounts/{account_id}/addressing/prefixes/{prefix_id}/bgp/status", Permissions: prefixRead}

	// Two of the three POSTs that only read: a read-only client lets them through. The third is opQueryLogs.
	opTraceroute = Operation{Name: "diagnostics.traceroute", Service: Diagnostics, Method: http.MethodPost, Once: true,
		Path: "/accounts/{account_id}/diagnostics/traceroute", Permissions: traceWrite}
	opGraphQL = Operation{Name: "graphql.query", Service: GraphQL, Method: http.MethodPost, Path: "/graphql",
		Permissions: analyticsRead}
)

// Operations returns every operation this package can send, and nothing else: the contract test and the read-only test
// go through this list.
func Operations() []Operation {
	list := []Operation{opAccounts, opVerifyUser, opVerifyAccount, opUser, opGeneratePSK, opSetPSKs, opCNISettings,
		opSetCNISettings, opInterconnectStatus, opLetter, opValidatePrefix, opChangeBGPPrefix, opBGPStatus, opTraceroute, opGraphQL,
		opDatasets, opQueryLogs, opAudit, opPolicies, opBGPSettings}
	for _, r := range collections {
		list = append(list, r.operations()...)
	}
	return list
}

// needed names the least groups of which one is enough: for a read the reading ones only.
func (o *Operation) needed() string {
	var names []string
	for _, p := range o.Permissions {
		if o.Changes || strings.HasSuffix(p, "Read") || len(names) == 0 {
			names = append(names, p)
		}
	}
	return strings.Join(names, " or ")
}

// Matches reports whether a request with this method and path (below the base URL, escaped) is this operation.
func (o *Operation) Matches(method, path string) bool {
	if method != o.Method || strings.Count(path, "/") != strings.Count(o.Path, "/") {
		return false
	}
	want, got := strings.Split(o.Path, "/"), strings.Split(path, "/")
	for i, segment := range want {
		if !strings.HasPrefix(segment, "{") && segment != got[i] {
			return false
		}
	}
	return true
}

// expand puts the values into the template, in order. Empty and dot segments are refused: with an empty id a delete of one
// object would become a request on the whole collection.
func (o *Operation) expand(values []string) (string, error) {
	var path strings.Builder
	for segment := range strings.SplitSeq(o.Path[1:], "/") {
		if strings.HasPrefix(segment, "{") {
			if len(values) == 0 || values[0] == "" || values[0] == "." || values[0] == ".." {
				return "", o.refuse(Invalid, "the "+strings.Trim(segment, "{}")+" is empty or not an id; nothing was sent")
			}
			segment, values = url.PathEscape(values[0]), values[1:]
		}
		path.WriteString("/" + segment)
	}
	return path.String(), nil
}

// refuse makes the error of a call that is not sent.
func (o *Operation) refuse(kind ErrorKind, detail string) *Error {
	return &Error{Kind: kind, Service: o.Service, Operation: o.Name, Method: o.Method, Path: o.Path, Detail: detail}
}
