package diagnose

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"flarewire/internal/sorting"
)

// Cause names what a finding points to. The values are stable: scripts and tests may rely on them.
type Cause string

// acronyms are the words of causes that are written in capitals.
var acronyms = []string{"asn", "bgp", "md5", "mtu", "psk", "rpki"}

// titles are those of causes whose words are no English sentence of their own: the words stay, scripts rely on them.
var titles = map[Cause]string{
	NotDialling:    "Router not connecting",
	OpenConfirmMTU: "No KEEPALIVE",
	ReplyType:      "Health check replies dropped",
	StaleStatus:    "Status not updated",
	SessionEnded:   "Session refused or ended",
	NoOpen:         "No OPEN from your router",
	NewPSK:         "Router has the old key",
	ChangedBefore:  "Changed just before",
	SameASN:        "Same AS number at two sites",
	TunnelDown:     "Path or router at fault",
	SomeColos:      "Unhealthy at some locations",
	IdleColos:      "Unhealthy at idle locations",
	AllColos:       "Unhealthy at all locations",
	PrefixCovered:  "Covered by a larger prefix",
	TCPRefused:     "TCP refused",
	TCPTimeout:     "TCP timeout",
	TCPFailed:      "TCP failed",
	OpenRefused:    "OPEN refused",
	SessionReset:   "BGP configuration changed",
	FilterChanged:  "BGP filter changed",
	RoutesChanged:  "Route redistribution changed",
	IKEAuth:        "IKE authentication failed",
	IKEProposal:    "No common IKE proposal",
	IKEIdentity:    "IKE identity not known",
	IKESelectors:   "Traffic selectors refused",
	IKETimeout:     "No IKE answer",

	NeighborMissing:  "No BGP neighbor on the router",
	NeighborShutdown: "Neighbor shut down on the router",
	PolicyRejectsAll: "Router's policy rejects all",
	InterfaceDown:    "Tunnel interface down",
	EndpointNoRoute:  "No route to Cloudflare's endpoint",
	EndpointInTunnel: "Endpoint routed into its tunnel",
	KeyOlder:         "Router's key older than Cloudflare's",
	OneWay:           "One-way traffic",
	NoIKESA:          "No IKE SA on the router",
	SidesDiffer:      "Both ends do not agree",
	ForeignAnnounced: "Foreign prefixes announced",
}

// shorts are the titles that are too long for a column.
var shorts = map[Cause]string{
	KeyOlder: "Router has an older key",

	SameCustomerEndpoint:   "All at one router",
	SameCloudflareEndpoint: "All at one Cloudflare endpoint",
	SameKind:               "All of one kind",
	SameLocation:           "Seen down from one location",
	SameChange:             "All changed at one time",
}

// Short is Title for a narrow column: ShortWidth cells at the most, with room for a question mark.
func (c Cause) Short() string {
	if short, ok := shorts[c]; ok {
		return short
	}
	return c.Title()
}

// ShortWidth is how wide Short is at the most, with the question mark of what is only possible.
const ShortWidth = 34

// Title is the cause in a few words: "ASN mismatch".
func (c Cause) Title() string {
	if title, ok := titles[c]; ok {
		return title
	}
	words := strings.Split(string(c), "-")
	for i, w := range words {
		switch {
		case slices.Contains(acronyms, w):
			words[i] = strings.ToUpper(w)
		case i == 0 && w != "":
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

// The causes of trouble with a tunnel or its session.
const (
	ASNMismatch       Cause = "asn-mismatch"
	ASNReserved       Cause = "asn-reserved"
	MD5Mismatch       Cause = "md5-mismatch"
	NotDialling       Cause = "not-dialling"
	HoldTime          Cause = "hold-time"
	OpenConfirmMTU    Cause = "open-confirm-mtu"
	ComingUp          Cause = "coming-up"
	StaleStatus       Cause = "stale-status"
	NoStatus          Cause = "no-status"
	NoUnifiedRouting  Cause = "no-unified-routing"
	UnknownState      Cause = "unknown-state"
	SessionUp         Cause = "session-up"
	NoBGP             Cause = "no-bgp"
	NoPSK             Cause = "no-psk"
	Overlap           Cause = "overlapping-interface"
	HealthCheckOff    Cause = "health-check-off"
	ReplyType         Cause = "reply-type-firewall"
	AntiReplay        Cause = "anti-replay"
	NullCipher        Cause = "null-cipher"
	TunnelDown        Cause = "tunnel-down"
	SomeColos         Cause = "some-locations"
	IdleColos         Cause = "idle-locations"
	AllColos          Cause = "all-locations"
	RekeyFlap         Cause = "flapping-at-rekey"
	Flapping          Cause = "flapping"
	MissingRoute      Cause = "missing-route"
	StaticBeatsBGP    Cause = "static-beats-bgp"
	RegionGap         Cause = "region-gap"
	NextHopUnknown    Cause = "next-hop-unknown"
	NextHopUnread     Cause = "next-hop-not-read"
	NextHopKnown      Cause = "next-hop-known"
	FieldUnread       Cause = "field-not-read"
	PrefixPending     Cause = "prefix-pending"
	ValidationFailed  Cause = "validation-failed"
	PrefixWithdrawn   Cause = "prefix-withdrawn"
	AutoWithdrawn     Cause = "prefix-auto-withdrawn"
	PrefixLocked      Cause = "prefix-locked"
	LostBinding       Cause = "lost-binding"
	BindingInProgress Cause = "binding-provisioning"
	PortDown          Cause = "port-down"
	PortUnhealthy     Cause = "port-unhealthy"
	PortPending       Cause = "port-pending"
	PortUp            Cause = "port-up"
	LinkDown          Cause = "interconnect-down"
	LinkDegraded      Cause = "interconnect-degraded"
	BackupNeverWins   Cause = "backup-never-wins"
	SinglePoint       Cause = "single-point-of-failure"
	ProbesFiltered    Cause = "probes-filtered"
	SessionLost       Cause = "session-lost"
	SessionEnded      Cause = "session-ended"
	NoOpen            Cause = "no-open"
	MTUBlackHole      Cause = "mtu-black-hole"
	NewPSK            Cause = "new-psk"
	ChangedBefore     Cause = "changed-before"
	NothingAnnounced  Cause = "nothing-announced"
	SameASN           Cause = "same-asn"
	NextHopWrongSide  Cause = "next-hop-wrong-side"
	PrefixCovered     Cause = "prefix-covered"
	PrefixOnboarding  Cause = "prefix-onboarding"
	RPKIInvalid       Cause = "rpki-invalid"
	NeighborMissing   Cause = "neighbor-missing"
	NeighborShutdown  Cause = "neighbor-shutdown"
	PolicyRejectsAll  Cause = "policy-rejects-all"
	InterfaceDown     Cause = "interface-down"
	EndpointNoRoute   Cause = "no-route-to-endpoint"
	EndpointInTunnel  Cause = "endpoint-in-tunnel"
	KeyOlder          Cause = "key-older"
	OneWay            Cause = "one-way-traffic"
	NoIKESA           Cause = "no-ike-sa"
	SidesDiffer       Cause = "sides-differ"
	ForeignAnnounced  Cause = "foreign-announced"
)

// Likelihood says how much the data says about a cause. A larger value is more likely.
type Likelihood int

// The likelihoods, as their words are used in texts.
const (
	Remark   Likelihood = iota + 1 // true, but it explains no trouble that the data shows
	Possible                       // the data allows it
	Likely                         // the data points to it
	Certain                        // the data says it itself
)

// String gives the likelihood as one word.
func (l Likelihood) String() string {
	switch l {
	case Remark:
		return "remark"
	case Possible:
		return "possible"
	case Likely:
		return "likely"
	case Certain:
		return "certain"
	}
	return "unknown"
}

// Word is the likelihood as people read it.
func (l Likelihood) Word() string {
	if l == Remark {
		return "note"
	}
	return l.String()
}

// Rating is how bad something is and how sure, in words: "outage, likely". The severity comes first: "likely, reduced" would be read as
// a likelihood that is reduced.
func Rating(i Impact, l Likelihood) string {
	if i <= NoImpact {
		return l.Word()
	}
	return i.Word() + ", " + l.Word()
}

// MarshalText writes the word, for JSON.
func (l Likelihood) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Impact says what a finding means for traffic, if it is so. A larger value is worse. An incident's is called severity in JSON. JSON
// has the words of String, the screen those of Word: outage, reduced, risk, note.
type Impact int

// The impacts.
const (
	NoImpact Impact = iota // nothing to do
	Risk                   // traffic flows, but something that protects it is missing
	Impaired               // traffic suffers or takes another way
	Outage                 // traffic does not flow here
)

// String gives the impact as one word.
func (i Impact) String() string {
	switch i {
	case Risk:
		return "risk"
	case Impaired:
		return "impaired"
	case Outage:
		return "outage"
	}
	return "none"
}

// MarshalText writes the word, for JSON.
func (i Impact) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// Evidence is one field of the API's data, or of what was watched, with its value.
type Evidence struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// Finding is one reading of the data: what it points to, the fields that say so, and what to do next.
type Finding struct {
	Cause      Cause      `json:"cause"`
	Text       string     `json:"text"` // what it means, in one or two sentences
	Evidence   []Evidence `json:"evidence"`
	Next       string     `json:"next,omitempty"`   // what to check or do
	Source     string     `json:"source,omitempty"` // the public document behind it, and what of it is our own reading
	Likelihood Likelihood `json:"likelihood"`
	Impact     Impact     `json:"impact"`
	// Since is when it began as the API says it; zero: not known.
	Since time.Time `json:"since,omitzero"`
	// Muted is set when somebody has muted it for a while.
	Muted *Muted `json:"muted,omitempty"`

	recorded bool // Cloudflare's logs say it
	routers  bool // and that the router did it on its own
	lost     bool // see Lost
}

// Lost reports whether what a note warns of has happened: the only path is down. That is the outage, and told as such.
func (f Finding) Lost() bool { return f.lost }

// Because is the evidence in one line.
func (f Finding) Because() string {
	parts := make([]string, len(f.Evidence))
	for i, e := range f.Evidence {
		parts[i] = e.says()
	}
	return strings.Join(parts, ", ")
}

// counted begin the words of evidence that is a number of things: there the number comes first.
var counted = []string{"data centers ", "locations ", "other sessions ", "other tunnels ", "sessions that ", "tunnels with "}

// says is the evidence for people: a field with its value, "6 of 11 other sessions updated within 15 min".
func (e Evidence) says() string {
	switch {
	case e.Field == alsoWithASN:
		return "also used by " + e.Value
	case slices.ContainsFunc(counted, func(words string) bool { return strings.HasPrefix(e.Field, words) }):
		return e.Value + " " + e.Field
	}
	return strings.TrimSpace(e.Field + " " + e.Value)
}

// The documents behind the findings.
const (
	srcBGP       = "Cloudflare docs: Configure BGP routes; the reading of bgp_status is flarewire's own"
	srcNoTCP     = "RFC 4271 (section 8.2.2); " + srcBGP
	srcMD5       = "RFC 2385; " + srcBGP
	srcFlaps     = "RFC 4271 (sections 6.5, 8.2.2); " + srcHealth
	srcTimer     = "RFC 4271 (sections 8.2.2, 10); that a rhythm points to a timer is flarewire's own reading"
	srcHealth    = "Cloudflare docs: Troubleshoot tunnel health"
	srcChecks    = "Cloudflare docs: Tunnel health checks"
	srcTunnels   = "Cloudflare docs: Configure tunnel endpoints"
	srcIPsec     = "Cloudflare docs: IPsec troubleshooting"
	srcSteering  = "Cloudflare docs: Traffic steering"
	srcOverlap   = "Cloudflare docs: Azure VPN Gateway (interface subnets must not overlap)"
	srcOwn       = "flarewire's own reading; no document describes it (unconfirmed)"
	srcRoute     = "Cloudflare API: create static route"
	srcAdvertise = "Cloudflare docs: Magic Transit, advertise prefixes"
	srcPrefix    = "Cloudflare API: BGP prefixes"
	srcBYOIP     = "Cloudflare docs: BYOIP, prefix validation"
	srcPorts     = "Cloudflare docs: Network Interconnect, monitoring and operations"
	srcBindings  = "Cloudflare docs: BYOIP, service bindings"
)

// rfc4271 is the source of what a section of RFC 4271 says about a session: "section 8.2.2".
func rfc4271(sections string) string { return "RFC 4271 (" + sections + "); " + srcBGP }

// order puts the likeliest first; among equals the order of the rules stays.
func order(findings []Finding) []Finding {
	sorting.Sort(findings, func(a, b Finding) int { return cmp.Compare(b.Likelihood, a.Likelihood) })
	return findings
}
