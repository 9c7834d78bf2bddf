// Package simaccount is a simulated Cloudflare account: an http.Handler with state, as strict and as
// quirky as the real API of Magic Transit, Cloudflare WAN, Network Interconnect and BYOIP.
//
// The demo mode, the end-to-end tests, the screenshots and the benchmarks use it. It was written from
// Cloudflare's documents on its own, without package api, so that a misreading in one shows in the other.
//
//	sim := simaccount.New(simaccount.Options{})
//	client := &http.Client{Transport: sim.RoundTripper()} // or httptest.NewServer(sim)
//
// # Time
//
// What happens by itself (sessions that flap or come up, deletes that take effect, bindings that become
// active) is a function of Options.Now and the moment of New: a fixed clock gives a fixed account, and a
// test that moves its clock moves the account. Identifiers and numbers follow from Options.Seed. Only the
// delays of faults are real time.
//
// The believable account shows, from its start: lhr-hq-gre comes up after 35 s; mad-br1-ipsec goes down
// after 20 s, comes back after 42 s and repeats every 50 s; a tunnel created with a usable ASN (and a key,
// if IPsec) is established after 36 s, step by step. A change of BGP, endpoints, interface address or key
// ends a session, and the tunnel comes up anew.
//
// # Strictness
//
// Each resource is a table of fields (type, required, bounds, default) plus rules across the
// account. The decoder refuses wrong JSON types with the text of Go's decoder and null with the real
// service's sentence, both as code 1022. Fields that are not in the table are ignored, as are read-only ones.
//
// # Choices
//
// Cloudflare's documents leave these open or contradict themselves; a kind with a file of its own has its choices there. Here:
//
// Tunnels, interconnects and routes
//   - A PUT merges: fields that are not sent stay, also inside health_check. bgp of an IPsec tunnel and
//     scope of a route are replaced whole. GRE ignores bgp in a PUT without a word; IPsec applies it.
//   - The bulk PUT takes {"gre_tunnels":[{"id",…}]} (ipsec_tunnels, interconnects, routes) and changes all or none.
//   - A POST answers with the object, and with {plural:[…]} when the body had that older form.
//   - validate_only answers with the same envelope as the real write; the id of a created object is then made
//     up, and psk is "".
//   - Names: letters, digits, "-" and "_"; GRE up to 15 characters, IPsec without a limit; unique over both
//     kinds and the interconnects, because health data joins on the name. Renaming by PUT works for both kinds.
//   - interface_address: the wider rule of the guides, /31 or /30 in RFC 1918 space or 169.254.240.0/20; no two
//     subnets may overlap. interface_address6 must be a /127 in 2001:db8:7:0:a9fe::/80.
//   - A Cloudflare endpoint must be one of the account's leases. A customer endpoint must be public and outside
//     the account's prefixes; documentation ranges count as public. A pair of endpoints is used once per kind.
//   - ttl 1 to 255, mtu 576 to 65535, weight 0 to 256, priority 0 to 2147483647, customer_asn 0 to 4294967295
//     but not 13335 (reserved numbers are accepted and never come up), md5_key 1 to 80 characters, psk 1 to 128.
//   - With the header x-magic-new-hc-target a text as target is refused, without it an object is.
//   - health_check.direction defaults to unidirectional, as the schema says.
//   - psk_metadata moves when the key changes, whoever chose it, and not when the same key is sent again.
//   - remote_identities are filled; the short account number in them is invented.
//   - A deleted tunnel or route stays in the list and can be read for 2 s, but a write says "not found".
//   - validate_only means nothing to the delete of a route, because no document names it there: the route goes.
//   - A next hop must be the customer's side of a tunnel or interconnect; the same prefix, next hop and
//     priority twice is refused. The collection delete without ids is refused.
//   - HTTP status: 404 for 1020, 1029 and 1032 (1020 also for interconnects), 400 for 1012 and 1022.
//   - bgp_state holds the state names of RFC 4271. updated_at moves with every change and at least every 30 s;
//     bgp_status is absent for the first seconds of a tunnel.
//
// CNI
//   - Errors: {"errors":[{"code","message"}]} with 1400, 1404, 1409. Pages have 5 items, at most 100.
//   - p2p_ip and cust_ip are texts. "type" is "direct" or "gcp_partner". A new interconnect is Pending for 72 h.
//   - bgp_mode is ignored in a creation, whose parameters do not have it; a CNI with BGP begins with dynamic_route_exchange.
//   - A CNI makes and removes its tunnel interface. An interconnect with CNIs cannot be deleted (400).
//   - default_asn may be 13335 or 64512 to 65534.
//
// Addressing
//   - A refused advertisement (locked, BGP-controlled, not enabled, not approved) is 400 with code 1004.
//     An accepted one shows at once, as the API reports it; the Internet is not simulated. No cool-down.
//   - A service binding is provisioning for 5 hours. The base binding can only be deleted last.
//   - Validation takes 20 s and ends in the states from before. Deleting an approved prefix: 403, 10405.
//   - POST prefixes and POST and DELETE of BGP prefixes need the write groups of the neighbouring operations,
//     leases and delegations the read groups of prefixes.
//
// Gateway
//   - An unknown token is 403 with 10000 in the short body, except when it is verified (401, 1000). An account out
//     of reach is 403 with 9109, an account id that is none 404 with 7003, a wrong method 405 with 10405.
//   - Code 10429 for 429. The limit of 1,200 requests in 5 minutes is enforced only after EnforceRateLimit.
//   - A further account (AddAccount) is visible, but has no product: 1012 for /magic and /cni, 1003 for addressing.
//
// Analytics
//   - A missing permission is a 200 with an error of code "authz". A wrong accountTag gives no accounts.
//   - limit and a lower end of the time range are required; up to 10,000 rows, 7 days wide, 91 days back.
//   - The traffic of tunnels can be asked by location (edgeColoName).
//   - The network analytics have the traffic from the Internet for each advertised BGP prefix under the /24 or /64 of its first address,
//     written with its length. sum has bits and packets, scaled to all packets; nothing is sampled. orderBy takes a selected sum.
//   - A tunnel with health checks switched off is reported down, as the dashboards do.
package simaccount
