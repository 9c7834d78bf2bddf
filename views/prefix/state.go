package prefix

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
)

// row is a prefix with what is known below it, or one of what stands below the prefixes in their list; see isPrefix.
type row struct {
	store.Prefix
	lease   *api.Lease
	service *api.AddressingService
}

// advertisement says how much of a prefix is on the Internet through Cloudflare.
type advertisement int

// The advertisements, worst first.
const (
	withdrawn advertisement = iota
	partly
	unknown
	advertised
)

// word is the advertisement for a list.
func (a advertisement) word() string {
	switch a {
	case withdrawn:
		return "No"
	case partly:
		return "Partial"
	case advertised:
		return "Yes"
	}
	return "Unknown"
}

// advertisement is what the BGP prefixes say. As long as they were not read, or where there is none, the deprecated field of the
// prefix has to do; old says so.
func (r row) advertisement() (a advertisement, old bool) {
	if !r.BGP.Known() || len(r.BGP.Rows) == 0 {
		return flag(r.Advertised), r.Advertised != nil
	}
	count := map[advertisement]int{}
	for _, b := range r.BGP.Rows {
		count[announced(b)]++
	}
	switch all := len(r.BGP.Rows); {
	case count[advertised] == all:
		return advertised, false
	case count[withdrawn] == all:
		return withdrawn, false
	case count[advertised] > 0:
		return partly, false
	}
	return unknown, false
}

// announced is the advertisement of one BGP prefix; the API leaves it open while on-demand advertisement is off.
func announced(b api.BGPPrefix) advertisement {
	if b.OnDemand == nil {
		return unknown
	}
	return flag(b.OnDemand.Advertised)
}

func flag(on *bool) advertisement {
	switch {
	case on == nil:
		return unknown
	case *on:
		return advertised
	}
	return withdrawn
}

// changed is when the advertisement changed last; zero when the API does not say.
func (r row) changed() time.Time {
	if !r.BGP.Known() || len(r.BGP.Rows) == 0 {
		return r.AdvertisedModifiedAt.Time
	}
	var last time.Time
	for _, b := range r.BGP.Rows {
		if at := turned(b); at.After(last) {
			last = at
		}
	}
	return last
}

// turned is when a BGP prefix was advertised or withdrawn last; zero when the API does not say.
func turned(b api.BGPPrefix) time.Time {
	if b.OnDemand == nil {
		return time.Time{}
	}
	return b.OnDemand.AdvertisedModifiedAt.Time
}

// The values of "approved" that are documented: of a prefix that can be advertised, and of one that is being checked.
const (
	approvedMark = "V"
	pendingMark  = "P"
)

// approved reports whether nothing speaks against advertising the prefix. Without a word of the API, or with a word that is not known,
// nothing is claimed.
func (r row) approved() bool { return r.Approved != pendingMark }

// approval writes the one-letter state of the API as a word; an unknown letter stays.
func approval(mark string) string {
	switch mark {
	case approvedMark:
		return "Approved"
	case pendingMark:
		return "Pending"
	}
	return cmp.Or(tui.Clean(mark), "-")
}

// validation is one of Cloudflare's checks of a prefix, with the API's own word for its state.
type validation struct{ name, state string }

// validations are the checks that the API tells of. Its words are free text: what is not known here is shown as it is.
func (r row) validations() []validation {
	var out []validation
	for _, v := range []validation{{"IRR", r.IRRValidationState}, {"RPKI", r.RPKIValidationState},
		{"ownership", r.OwnershipValidationState}, {"ASN ownership", r.ASNOwnershipValidationState}} {
		if v.state != "" {
			out = append(out, v)
		}
	}
	return out
}

func (v validation) role() tui.Role {
	switch v.state {
	case "valid":
		return tui.Good
	case "pending":
		return tui.Pending
	}
	return tui.Bad
}

// validity is the checks in few words: those that are not valid by their names, those that are not over.
func (r row) validity() (string, tui.Role) {
	var bad, open []string
	all := r.validations()
	for _, v := range all {
		switch v.role() {
		case tui.Bad:
			bad = append(bad, v.name+" "+v.state)
		case tui.Pending:
			open = append(open, v.name+" pending")
		}
	}
	if len(open) > 1 {
		open = []string{fmt.Sprintf("%d pending", len(open))}
	}
	switch {
	case len(all) == 0:
		return "-", tui.Muted
	case len(bad) > 0:
		return tui.Clean(strings.Join(append(bad, open...), ", ")), tui.Bad
	case len(open) > 0:
		return strings.Join(open, ", "), tui.Pending
	}
	return "valid", tui.Good
}

// checksText is validity for a column: the first check that is not valid, and how many more are not.
func (r row) checksText() string {
	text, role := r.validity()
	if first, _, more := strings.Cut(text, ", "); more && role == tui.Bad && tui.Width(text) > checksWidth {
		open := 0
		for _, v := range r.validations() {
			if v.role() != tui.Good {
				open++
			}
		}
		return fmt.Sprintf("%s +%d", first, open-1)
	}
	return text
}

// severity orders the list: what is off the Internet first, then what may fall off it, then what is on its way.
func (r row) severity() int {
	a, _ := r.advertisement()
	_, checks := r.validity()
	switch {
	case r.approved() && a == withdrawn:
		return 0
	case r.approved() && a == partly:
		return 1
	case r.approved() && checks == tui.Bad:
		return 2
	case checks == tui.Bad:
		return 3
	case !r.approved():
		return 4
	case a == unknown:
		return 5
	}
	return 6
}

// glyph and role draw an advertisement. Of a prefix that is not approved nobody expects one.
func (a advertisement) glyph(approved bool, g tui.Glyphs) string {
	switch {
	case a == advertised:
		return g.Up
	case a == partly:
		return g.Pending
	case a == withdrawn && approved:
		return g.Down
	case a == withdrawn:
		return g.None
	}
	return g.Unknown
}

func (a advertisement) role(approved bool) tui.Role {
	switch {
	case a == advertised:
		return tui.Good
	case a == withdrawn && approved:
		return tui.Bad
	case a == withdrawn, a == unknown && !approved:
		return tui.Muted
	}
	return tui.Pending
}

// network is a CIDR of the API; the zero Prefix when it is none.
func network(cidr string) netip.Prefix {
	p, _ := netip.ParsePrefix(cidr)
	return p
}

// byNetwork orders networks as routers list them: by family, address, then length.
func byNetwork(a, b string) int {
	pa, pb := network(a), network(b)
	return cmp.Or(pa.Addr().Compare(pb.Addr()), cmp.Compare(pa.Bits(), pb.Bits()), strings.Compare(a, b))
}

// asn is "-" when the API gives none.
func asn(n *uint32) string {
	if n == nil {
		return "-"
	}
	return strconv.FormatUint(uint64(*n), 10)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// known is the approval as a word in a sentence; empty when the API does not say.
func known(mark string) string {
	if mark == approvedMark {
		return "approved and "
	}
	return ""
}
