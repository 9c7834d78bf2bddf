package tui

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Object is something that can be gone to by its name: a thing of the account, a page, an action.
type Object struct {
	ID    string // lasting; what its uses are counted by
	Kind  string // its kind, for the program
	Label string // what it is, in a word: "tunnel"
	Name  string
	// More are other names that find it: ids, addresses, "AS 64601".
	More []string
	// Points: it is called by what it points at, as a route is; what has that name of its own goes first.
	Points bool
	// Nets are the networks that it stands for: an address finds the one that contains it most closely.
	Nets []netip.Prefix
	// Fact is what is known of it, for its row; nil for nothing.
	Fact func() Line
	Open func() View
}

// Memory keeps small preferences over restarts, by name.
type Memory interface {
	Recall(key string) string
	Keep(key, value string)
}

// Rememberer is a page that looks as its user left it. It is asked when it comes to the top.
type Rememberer interface{ Remember(m Memory) }

// inProcess is the Memory of a program that keeps nothing.
type inProcess map[string]string

func (m inProcess) Recall(key string) string { return m[key] }
func (m inProcess) Keep(key, value string)   { m[key] = value }

// The tiers of a match, best first. What is used often goes first within its tier only: a habit never beats a better match.
const (
	exact = iota
	meant // an address, a network or an AS number, read as such
	begins
	beginsPart
	contains
	scattered
	noMatch
)

// scatteredShown is how many matches of scattered letters are offered, scatteredFrom how many letters that takes.
const (
	scatteredShown = 20
	scatteredFrom  = 3
)

// query is what was typed, read once.
type query struct {
	text string
	asn  string // its number, when it is one
	net  netip.Prefix
}

func readQuery(text string) query {
	q := query{text: strings.ToLower(strings.TrimSpace(text))}
	q.asn = ASN(q.text)
	if addr, err := netip.ParseAddr(q.text); err == nil && addr.Zone() == "" {
		q.net = netip.PrefixFrom(addr, addr.BitLen())
	} else if p, err := netip.ParsePrefix(q.text); err == nil {
		q.net = p.Masked()
	}
	return q
}

// ASN is the number of an AS number in any notation (64601, AS64601, AS 64601, 0.64601) without a sign; empty for anything else.
func ASN(text string) string {
	text = strings.TrimSpace(strings.TrimPrefix(strings.ToLower(strings.TrimSpace(text)), "as"))
	if high, low, ok := strings.Cut(text, "."); ok {
		h, errHigh := strconv.ParseUint(high, 10, 16)
		l, errLow := strconv.ParseUint(low, 10, 16)
		if errHigh != nil || errLow != nil {
			return ""
		}
		return strconv.FormatUint(h<<16|l, 10)
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// match is an entry that matches, and how well.
type match struct {
	*entry
	tier, closeness int  // closeness: bits of the network that contains the address
	another         bool // it is another of its names that matches so well, as the code of a location
	uses            float64
	by              string // the sentence in which it was found, such as its description
}

// tierOf is how well a name matches.
func (q query) tierOf(name string) int {
	if q.net.IsValid() {
		return q.addressTier(name)
	}
	at := strings.Index(name, q.text)
	switch {
	case at == 0 && len(name) == len(q.text):
		return exact
	case at == 0:
		return begins
	case at < 0:
		return noMatch
	}
	for ; at >= 0; at = next(name, q.text, at) {
		if strings.IndexByte("-./: _", name[at-1]) >= 0 {
			return beginsPart
		}
	}
	return contains
}

// next is the place of text in name behind a place.
func next(name, text string, at int) int {
	if i := strings.Index(name[at+1:], text); i >= 0 {
		return at + 1 + i
	}
	return -1
}

// inOrder reports whether all letters of text are in name, in their order. A number is found whole or not at all, and letters are not
// looked
// for in addresses.
func inOrder(name, text string) bool {
	if strings.IndexFunc(text, unicode.IsLetter) < 0 || isNetwork(name) {
		return false
	}
	digits := func(r rune) bool { return r >= '0' && r <= '9' }
	for text != "" {
		piece := text[:1]
		if number := text[:len(text)-len(strings.TrimLeftFunc(text, digits))]; number != "" {
			piece = number
		}
		at := strings.Index(name, piece)
		if at < 0 {
			return false
		}
		name, text = name[at+len(piece):], text[len(piece):]
	}
	return true
}

func isNetwork(text string) bool {
	if _, err := netip.ParsePrefix(text); err == nil {
		return true
	}
	_, err := netip.ParseAddr(text)
	return err == nil
}

// addressTier is how well a name matches an address or a network: as a whole, and not as the beginning of another one.
func (q query) addressTier(name string) int {
	inside := func(i int) bool {
		return i >= 0 && i < len(name) && (name[i] >= '0' && name[i] <= '9' || name[i] >= 'a' && name[i] <= 'f' || name[i] == '.' ||
			name[i] == ':')
	}
	for at := strings.Index(name, q.text); at >= 0; at = next(name, q.text, at) {
		switch end := at + len(q.text); {
		case inside(at-1) || inside(end):
		case at == 0 && (end == len(name) || name[end] == '/' && isNetwork(name)):
			return exact // also with the length of its network
		default:
			return beginsPart
		}
	}
	return noMatch
}

// best is how well an entry matches, and how closely its networks contain what was typed.
func (q query) best(e *entry) (tier, closeness int, another bool, by string) {
	tier = noMatch
	if len(q.text) >= scatteredFrom && len(e.lower) > 0 && inOrder(e.lower[0], q.text) {
		tier = scattered // in its own name alone: a hit in what is not seen looks like a fault
	}
	for i, name := range e.lower {
		now := q.tierOf(name)
		if i > 0 && i < len(e.texts) && now > exact && now < scattered && strings.Contains(strings.TrimPrefix(name, "as "), " ") {
			if now = contains; now < tier { // a word of a sentence is no name
				by = e.texts[i]
			}
		}
		if i > 0 && e.points && now == exact {
			now = meant // its next hop: what has that address goes first
		}
		if now < tier {
			tier, another = now, i > 0
		}
		if tier == exact {
			return exact, 0, another, ""
		}
		if q.asn != "" && strings.HasPrefix(name, "as ") && name[3:] == q.asn {
			tier = min(tier, meant)
		}
	}
	if q.net.IsValid() {
		for _, p := range e.nets {
			if p.Bits() <= q.net.Bits() && p.Contains(q.net.Addr()) {
				tier, closeness = min(tier, meant), max(closeness, p.Bits()+1)
			}
		}
	}
	if tier != contains {
		by = ""
	}
	return tier, closeness, another, by
}

// rank are the entries for what was typed, best first. Equal ones keep one order, for the fingers.
func rank(entries []entry, text string, uses func(id string) float64) []match {
	q := readQuery(text)
	var out []match
	for i := range entries {
		tier, closeness, another, by := q.best(&entries[i])
		if tier < scattered || tier == scattered && entries[i].sort <= sortObject {
			out = append(out, match{&entries[i], tier, closeness, another && tier == begins, uses(entries[i].id), by})
		}
	}
	slices.SortStableFunc(out, func(a, b match) int {
		c := cmp.Or(cmp.Compare(a.tier, b.tier), pointing(a)-pointing(b), cmp.Compare(b.closeness, a.closeness),
			others(a)-others(b), cmp.Compare(b.uses, a.uses), cmp.Compare(a.sort, b.sort))
		if c == 0 && a.sort == sortObject {
			return Natural(a.name, b.name)
		}
		return c // pages and actions stay in their order
	})
	if i := slices.IndexFunc(out, func(f match) bool { return f.tier == scattered }); i >= 0 && len(out) > i+scatteredShown {
		out = out[:i+scatteredShown]
	}
	return out
}

// others puts what is called so itself before what has another name that begins so: the tunnel nrt-br1 before Tokyo, whose code is nrt02.
func others(m match) int {
	if m.another {
		return 1
	}
	return 0
}

// pointing puts what has a name of its own before what points at it, where both are called exactly as was typed.
func pointing(m match) int {
	if m.tier == exact && m.points {
		return 1
	}
	return 0
}

// maxUses is how many of the last uses of an entry are remembered.
const maxUses = 10

// used notes that an entry was chosen: the times of its last uses, in minutes, the last one first.
func used(m Memory, id string, now time.Time) {
	times := append([]string{strconv.FormatInt(now.Unix()/60, 36)}, strings.Fields(m.Recall("use "+id))...)
	m.Keep("use "+id, strings.Join(times[:min(len(times), maxUses)], " "))
}

// usesOf is how often and how lately an entry was chosen.
func usesOf(m Memory, id string, now time.Time) float64 {
	sum := 0.0
	for _, text := range strings.Fields(m.Recall("use " + id)) {
		minutes, err := strconv.ParseInt(text, 36, 64)
		if err != nil {
			continue
		}
		switch ago := now.Sub(time.Unix(minutes*60, 0)); {
		case ago < 4*time.Hour:
			sum += 100
		case ago < 24*time.Hour:
			sum += 70
		case ago < 7*24*time.Hour:
			sum += 50
		default:
			sum += 30
		}
	}
	return sum
}
