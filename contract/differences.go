package contract

// Groups of operations for the table.
var (
	magic      = []string{"gre_tunnels.*", "ipsec_tunnels.*", "cf_interconnects.*", "routes.*"}
	tunnels    = []string{"gre_tunnels.*", "ipsec_tunnels.*"}
	cni        = []string{"cnis.*", "cni_*.*"}
	addressing = []string{"prefixes.*", "bgp_prefixes.*", "bindings.*", "delegations.*", "services.*", "leases.*"}
)

// Differences is every difference on purpose between the documents and what package api sends or package simaccount answers. The
// numbers (Q3) are those of the quirks in the project's API reference.
var Differences = []Difference{
	// What the documents do not have at all.
	{Operations: []string{"graphql.query"}, Side: Request, Where: "path",
		Reason: "the analytics are a GraphQL API; OpenAPI does not describe it, simaccount parses it against a schema of its own"},
	{Operations: []string{"logs.*", "audit.entries", "alert_policies.read"}, Side: Request, Where: "path",
		Reason: "Cloudflare's log of what happened: its pages tell of it, the documents of these products do not have it (docs/record.md)"},
	{Document: Slices, Operations: []string{"ipsec_tunnels.psk"}, Side: Request, Where: "path",
		Reason: "cloudflare-go v7.9.0 has POST ipsec_tunnels/psk, Cloudflare's OpenAPI of July 2026 does not; the derived document has it"},
	{Document: Derived, Operations: []string{"user.get"}, Side: Request, Where: "path",
		Reason: "it serves only to check a global key; the derived document leaves it out, Cloudflare's own has it"},
	{Document: Slices, Operations: magic, Side: Request, Where: "query validate_only", Rule: "undeclared",
		Reason: "stated in the operations' prose only; the derived document declares it"},

	// The gateway in front of every service. Its answers are seen in public, but not in the documents.
	{Side: Answer, Status: 403, Where: "/messages", Rule: "required",
		Reason: "the gateway's short body for code 10000 has only success and errors (cloudflare-docs #13405)"},
	{Side: Answer, Status: 403, Where: "/result", Rule: "required",
		Reason: "the gateway's short body for code 10000 has only success and errors (cloudflare-docs #13405)"},
	{Side: Answer, Where: "/errors/*/error_chain", Rule: "undeclared",
		Reason: "the gateway explains 6003 and 7003 by a chain of errors"},
	{Operations: cni, Side: Answer, Status: 403, Where: "status", Reason: "the gateway refuses credentials before the CNI service is asked"},
	{Operations: cni, Side: Answer, Status: 404, Where: "status", Reason: "an account id that is none does not get past the gateway"},
	{Operations: cni, Side: Answer, Status: 429, Where: "status", Reason: "the rate limit is the gateway's"},
	{Side: Answer, Status: 500, Where: "status",
		Reason: "only the CNI service declares 500; the others fail as well, and the body is checked by the form of their 4XX"},
	{Document: Slices, Operations: append([]string{"accounts.list"}, addressing...), Side: Request, Where: "security",
		Reason: "only e-mail and global key are declared, but token permissions are named for the same operations and the guides use Bearer"},

	// Answers that were seen or are in the SDK, and which the documents lack.
	{Operations: []string{"ipsec_tunnels.*"}, Side: Answer, Where: "…/remote_identities", Rule: "undeclared",
		Reason: "in every recorded answer of Cloudflare's guides, in no schema"},
	{Document: Slices, Operations: []string{"ipsec_tunnels.psk_generate"}, Side: Answer, Where: "/result/ipsec_id", Rule: "undeclared",
		Reason: "in the recorded answer of the guides; the derived document has it"},
	{Operations: []string{"*.tokens.verify"}, Side: Answer, Where: "/messages/*/type", Rule: "undeclared",
		Reason: "the recorded answer has \"type\": null"},
	{Operations: []string{"accounts.list"}, Side: Answer, Where: "/result_info/total_pages", Rule: "undeclared",
		Reason: "part of the common envelope; the schema of this list leaves it out"},
	{Document: Slices, Operations: []string{"prefixes.*"}, Side: Answer, Where: "…/asn_ownership_validation_state", Rule: "undeclared",
		Reason: "in the answer of Cloudflare's BYOIP guide; the derived document has it"},

	{Operations: []string{"endpoint_healthchecks.list"}, Side: Answer, Where: "/result", Rule: "type",
		Reason: "the document gives the list the answer of a single object; a list of objects is taken to be an array"},

	// Where the slices are older than cloudflare-go v7.9.0, which the derived document follows.
	{Document: Slices, Operations: tunnels, Where: "…/bgp/export_filter_id", Rule: "undeclared", Reason: "in the SDK"},
	{Document: Slices, Operations: tunnels, Where: "…/bgp/import_filter_id", Rule: "undeclared", Reason: "in the SDK"},
	{Document: Slices, Operations: []string{"cf_interconnects.*"}, Where: "…/bgp", Rule: "undeclared",
		Reason: "BGP over interconnects is newer"},
	{Document: Slices, Operations: []string{"cf_interconnects.*"}, Side: Answer, Where: "…/version", Rule: "undeclared",
		Reason: "data plane versions are newer"},
	{Document: Slices, Operations: []string{"cf_interconnects.*"}, Side: Answer, Where: "…/virtual_port_reservation_id", Rule: "maxLength",
		Reason: "declared with the length of an id, but it is a UUID, as in the CNI service"},
	{Document: Slices, Operations: []string{"cni_interconnects.*"}, Side: Answer, Where: "…/virtual_port_reservation_id", Rule: "undeclared",
		Reason: "required in the SDK"},
	{Document: Slices, Operations: []string{"cni_interconnects.*", "cni_slots.*"}, Side: Answer, Where: "…/ccr_device_name",
		Rule: "undeclared", Reason: "optional in the SDK"},
	{Document: Slices, Operations: []string{"cni_interconnects.status"}, Side: Answer, Where: "/state", Rule: "enum",
		Reason: "the flattening kept the first of four variants, Pending"},
	{Document: Slices, Operations: []string{"cni_interconnects.loa"}, Side: Answer, Where: "content type",
		Reason: "the letter is a PDF, not JSON"},
	{Document: Slices, Operations: []string{"cnis.*"}, Side: Answer, Where: "…/bgp_mode", Rule: "undeclared", Reason: "in the SDK"},
	{Document: Slices, Operations: []string{"cnis.update"}, Side: Request, Where: "/bgp_mode", Rule: "undeclared", Reason: "in the SDK"},

	// What the documents say and cannot mean.
	{Operations: tunnels, Where: "…/bgp/customer_asn", Rule: "format",
		Reason: "declared int32 from 0, but an AS number has 32 bits without sign (RFC 6793): 4200000000 is a private one"},
	{Document: Derived, Operations: []string{"*.bulk_update"}, Side: Request, Where: "/*/*/id", Rule: "readOnly",
		Reason: "the id says which object to change; the derived document borrows the schema of the answers for the bulk body"},
	{Document: Derived, Operations: []string{"ipsec_tunnels.bulk_update"}, Side: Request, Where: "/ipsec_tunnels/*/psk", Rule: "undeclared",
		Reason: "the key is write-only, and the derived document borrows the schema of the answers for the bulk body"},
}
