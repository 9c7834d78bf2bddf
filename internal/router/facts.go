package router

import (
	"crypto/subtle"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/internal/secret"
)

// Reading is what one router said about its side of a tunnel, and when.
type Reading struct {
	At     time.Time
	Target Target
	Runs   []Run
	Facts  Facts
}

// Take reads what a command printed into the facts.
func (r *Reading) Take(run Run) {
	if run.How != Text && run.raw != "" {
		run.Unread = !read(run.How, run.raw, run.Args, r.Target, &r.Facts)
	}
	run.raw = ""
	r.Runs = append(r.Runs, run)
}

// Parse reads a text as if a command had printed it for the target.
func Parse(how Format, text string, t Target, args ...string) (Facts, bool) {
	var f Facts
	ok := read(how, Clean(text), args, t, &f)
	return f, ok
}

// Answered reports whether anything was understood.
func (r Reading) Answered() bool {
	return slices.ContainsFunc(r.Runs, func(run Run) bool { return run.How != Text && run.Text != "" && !run.Unread })
}

// Forgotten is the reading without what was printed: the facts are left, and what became of the commands.
func (r Reading) Forgotten() Reading {
	r.Runs = slices.Clone(r.Runs)
	for i := range r.Runs {
		if r.Runs[i].Text != "" {
			r.Runs[i].Text = "not kept"
		}
	}
	return r
}

// Facts are what a router says of its side. What was not read is nil, and never none.
type Facts struct {
	Session   *Session
	Interface *Interface // the tunnel interface
	Endpoint  *Route     // that to Cloudflare's endpoint
	Peer      *Route     // that to Cloudflare's inner address
	SAs       []SA       // of IKE, with Cloudflare's endpoint
	SAsRead   bool       // the router listed its SAs: without one in SAs there is none
	IKE       *IKEEvent  // the newest that its log says of IKE with this endpoint
	LocalIDs  []string   // the IKE identities with which the router is configured for this endpoint
}

// Session is a neighbor as the router sees it.
type Session struct {
	Missing        bool   // the router has no such neighbor
	Shutdown       bool   // it is shut down there
	State          string // Idle, Connect, Active, OpenSent, OpenConfirm, Established; "" when it was not read
	LocalAS        uint32 // 0: not read
	RemoteAS       uint32
	Local          netip.Addr    // the address that the router uses
	Since          time.Duration // how long it is up; -1: not read
	MD5            *bool
	Hold           *int // seconds, negotiated
	ConfiguredHold *int
	Keepalive      *int
	Sent           *int // prefixes that the router announces
	Accepted       *int // prefixes that it has taken
	Received       *int // prefixes that came, also those that it did not take
	Updates        *int // UPDATEs that came
	Maximum        *int // the most prefixes that it takes
	Exceeded       bool // the maximum has ended the session
	NoPolicyIn     bool // everything is discarded because no policy is set (RFC 8212)
	NoPolicyOut    bool
	FilterIn       string // the name of the filter or policy for what comes in
	FilterOut      string
	Reset          string        // why it was reset last, in the router's words
	ResetAgo       time.Duration // -1: not read
	Notification   *Notification // the last one
	Announced      []netip.Prefix
	AnnouncedRead  bool
	Networks       int    // network statements and redistributions in its configuration
	NetworksRead   bool   // its configuration was read
	Digest         Digest // what its log says of the MD5 digests of a session that does not stand; "": nothing
	DigestLine     string // the line of the log

	key         secret.Value
	keyKnown    bool
	overMaximum bool // its log says that the maximum was exceeded
	warningOnly bool // the maximum ends nothing
}

// Notification is one of BGP's (RFC 4271, section 4.5).
type Notification struct {
	Code, Subcode int
	Sent          bool // by the router; else it came from Cloudflare
	Direction     bool // whether Sent is known
	Text          string

	logged bool // it is of a log, which may be older than what the router says of its neighbor
}

// Established reports whether the router calls the session up.
func (s *Session) Established() bool { return s != nil && strings.EqualFold(s.State, "Established") }

// KeyDiffers compares the MD5 key in the router's configuration with another one; known is false when the configuration was not read.
func (s *Session) KeyDiffers(other string) (differs, known bool) {
	if s == nil || !s.keyKnown {
		return false, false
	}
	return subtle.ConstantTimeCompare([]byte(s.key.Reveal()), []byte(other)) == 0, true
}

// Interface is the tunnel interface.
type Interface struct {
	Name           string
	Admin          *bool // set up by its configuration
	Up             *bool // it works
	MTU            int   // 0: not read
	In, Out        *uint64
	InPackets      *uint64
	OutPackets     *uint64
	Errors, Drops  *uint64
	Addresses      []netip.Prefix
	LastChange     string
	Source, Target netip.Addr // the outer addresses
}

// Route is a route of the router's to an address.
type Route struct {
	To         netip.Addr
	None       bool // there is no route
	Prefix     netip.Prefix
	Protocol   string
	Via        []netip.Addr
	Interfaces []string
}

// Text is the route in a few words.
func (w *Route) Text() string {
	if w.None {
		return "no route"
	}
	var parts []string
	if w.Prefix.IsValid() {
		parts = append(parts, w.Prefix.String())
	}
	for _, v := range w.Via {
		parts = append(parts, "via "+v.String())
	}
	if len(w.Interfaces) > 0 {
		parts = append(parts, "on "+strings.Join(w.Interfaces, ", "))
	}
	if w.Protocol != "" {
		parts = append(parts, "("+w.Protocol+")")
	}
	return strings.Join(parts, " ")
}

// SA is an IKE SA with what belongs to it.
type SA struct {
	Name     string
	State    string
	Local    netip.Addr
	Remote   netip.Addr
	LocalID  string
	RemoteID string
	Age      time.Duration // -1: not read
	Proposal string
	Children []Child
}

// Child is a pair of IPsec SAs.
type Child struct {
	Name                  string
	State                 string
	Age                   time.Duration // -1: not read
	Proposal              string
	In, Out               *uint64 // bytes
	InPackets, OutPackets *uint64
}

// Established reports whether the IKE SA stands.
func (s SA) Established() bool {
	return strings.EqualFold(s.State, "ESTABLISHED") || strings.HasPrefix(strings.ToUpper(s.State), "UP")
}

// IKEFailure is why a negotiation failed.
type IKEFailure string

// The failures.
const (
	NoFailure      IKEFailure = ""
	Authentication IKEFailure = "authentication"
	Proposal       IKEFailure = "proposal"
	Identity       IKEFailure = "identity"
	Selectors      IKEFailure = "selectors"
	NoAnswer       IKEFailure = "no answer"
)

// IKEEvent is a line of the router's log that says how a negotiation with Cloudflare ended.
type IKEEvent struct {
	Failure IKEFailure
	Line    string
}

// Lifetime is an age for people: "3 h 10 min".
func Lifetime(d time.Duration) string {
	switch {
	case d < 0:
		return "not read"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		if minutes := int(d.Minutes()) % 60; minutes > 0 {
			return fmt.Sprintf("%d h %02d min", int(d.Hours()), minutes)
		}
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// session is the session of the facts, made when there is none yet.
func (f *Facts) session() *Session {
	if f.Session == nil {
		f.Session = &Session{Since: -1, ResetAgo: -1}
	}
	return f.Session
}

// take keeps the interface that is the tunnel's: the one with the router's inner address, else the one with the tunnel's name, else the
// only
// one that was shown.
func (f *Facts) take(t Target, all ...Interface) bool {
	if len(all) == 0 {
		return false
	}
	best := -1
	for i, one := range all {
		has := slices.ContainsFunc(one.Addresses, func(p netip.Prefix) bool { return t.Inner.IsValid() && p.Addr() == t.Inner })
		if has || best < 0 && strings.EqualFold(one.Name, t.Name) {
			best = i
			if has {
				break
			}
		}
	}
	if best < 0 && len(all) == 1 {
		best = 0
	}
	if best < 0 {
		return true // read, and not of this tunnel
	}
	if f.Interface == nil || f.Interface.Name != all[best].Name {
		f.Interface = &all[best]
		return true
	}
	f.Interface.merge(all[best])
	return true
}

// merge adds what another command said of the same interface.
func (i *Interface) merge(o Interface) {
	for _, pair := range []struct{ to, from **uint64 }{{&i.In, &o.In}, {&i.Out, &o.Out}, {&i.InPackets, &o.InPackets},
		{&i.OutPackets, &o.OutPackets}, {&i.Errors, &o.Errors}, {&i.Drops, &o.Drops}} {
		if *pair.to == nil {
			*pair.to = *pair.from
		}
	}
	if i.Admin == nil {
		i.Admin = o.Admin
	}
	if i.Up == nil {
		i.Up = o.Up
	}
	i.MTU = max(i.MTU, o.MTU)
	if len(i.Addresses) == 0 {
		i.Addresses = o.Addresses
	}
}

// takeRoute keeps a route when it is one to the endpoint or to the peer.
func (f *Facts) takeRoute(t Target, w Route) bool {
	covers := func(a netip.Addr) bool {
		return a.IsValid() && (w.To == a || !w.To.IsValid() && w.Prefix.IsValid() && w.Prefix.Contains(a))
	}
	switch {
	case covers(t.Peer) && (w.To.IsValid() || !covers(t.CloudflareEndpoint)):
		f.Peer = &w
	case covers(t.CloudflareEndpoint):
		// A wide route may be that to the peer, whose own is gone.
		if f.Endpoint == nil || f.Endpoint.None || f.Endpoint.Prefix.Bits() <= w.Prefix.Bits() || w.To.IsValid() {
			f.Endpoint = &w
		}
	default:
		return false
	}
	return true
}

func ptr[T any](v T) *T { return &v }
