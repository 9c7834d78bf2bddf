package diagnose

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"flarewire/api"
	"flarewire/internal/router"
	"flarewire/internal/store"
)

// Agreement says whether both ends say the same.
type Agreement int

// The agreements.
const (
	Apart    Agreement = iota // only one side tells it, or it is not to be the same
	Agrees                    // both say the same
	Disagree                  // they do not
)

// Word is the agreement for a column.
func (a Agreement) Word() string {
	switch a {
	case Agrees:
		return "agrees"
	case Disagree:
		return "differs"
	}
	return ""
}

// EndRow is one thing as both ends of a tunnel see it.
type EndRow struct {
	Label      string
	Cloudflare string // "-" when that side does not tell it
	Router     string
	Agreement  Agreement
}

// Sentence is the row in one line.
func (r EndRow) Sentence() string {
	side := func(who, value string) string {
		if value == "-" {
			return who + " does not tell"
		}
		return who + " " + value
	}
	text := r.Label + ": " + side("Cloudflare", r.Cloudflare) + "; " + side("router", r.Router)
	if word := r.Agreement.Word(); word != "" {
		text += " (" + word + ")"
	}
	return text
}

// Router is what the router of a tunnel said, as it was asked last.
func (a *Account) Router(id string) (router.Reading, bool) {
	r, asked := a.facts.Routers[id]
	return r, asked
}

// RouterNow is what the router of a tunnel said, as long as it counts: it was understood, not long ago, and nothing has changed since.
func (a *Account) RouterNow(id string) (router.Reading, bool) {
	i, known := a.byID[id]
	if !known {
		return router.Reading{}, false
	}
	r, ok := a.tunnelCase(i).ofRouter()
	return r.Reading, ok
}

// BothEnds puts Cloudflare's side of a tunnel beside its router's. It is nil while the router was not asked.
func (a *Account) BothEnds(id string) []EndRow {
	i, known := a.byID[id]
	reading, asked := a.facts.Routers[id]
	if !known || !asked {
		return nil
	}
	r := routerSide{a.tunnelCase(i), reading}
	return slices.Concat(r.sessionRows(), r.prefixRows(), r.ikeRows(), r.interfaceRows())
}

func same(a, b string) Agreement {
	switch {
	case a == "" || b == "" || a == "-" || b == "-":
		return Apart
	case a == b:
		return Agrees
	}
	return Disagree
}

func count(n *int) string {
	if n == nil {
		return "-"
	}
	return strconv.Itoa(*n)
}

func set(yes bool) string {
	if yes {
		return "set"
	}
	return "not set"
}

func (r routerSide) sessionRows() []EndRow {
	s := r.Facts.Session
	if s == nil {
		return nil
	}
	here := "no BGP"
	if r.BGP != nil {
		here = cmp.Or(string(r.State), "-") + r.statusAge()
	}
	there := s.State
	switch {
	case s.Missing:
		there = "no such neighbor"
	case s.Shutdown:
		there += ", shut down"
	case s.Established() && s.Since >= 0:
		there += ", " + router.Lifetime(s.Since)
	}
	agree := Disagree
	if s.Established() == (r.State == store.Up) {
		agree = Agrees
	}
	rows := []EndRow{{"Session", here, cmp.Or(there, "-"), agree}}
	if s.Missing {
		return rows
	}
	if r.BGP != nil && s.LocalAS != 0 {
		rows = append(rows, EndRow{"Router's AS", r.asn(), asnText(s.LocalAS), same(r.asn(), asnText(s.LocalAS))})
	}
	if s.RemoteAS != 0 {
		rows = append(rows, EndRow{"Cloudflare's AS", r.cloudflareASN(), asnText(s.RemoteAS),
			same(r.cloudflareASN(), asnText(s.RemoteAS))})
	}
	if s.Local.IsValid() && r.Target.Inner.IsValid() {
		rows = append(rows, EndRow{"Router's address", r.Target.Inner.String(), s.Local.String(),
			same(r.Target.Inner.String(), s.Local.String())})
	}
	if s.MD5 != nil && r.BGP != nil {
		row := EndRow{"MD5 key", set(r.BGP.MD5Key != ""), set(*s.MD5), same(set(r.BGP.MD5Key != ""), set(*s.MD5))}
		if differs, known := s.KeyDiffers(r.BGP.MD5Key); known && *s.MD5 && r.BGP.MD5Key != "" {
			row.Router = "the same"
			if differs {
				row.Router, row.Agreement = "another one", Disagree
			}
		}
		rows = append(rows, row)
	}
	if s.Hold != nil && s.Keepalive != nil {
		rows = append(rows, EndRow{"Hold, keepalive", "-", fmt.Sprintf("%d s, %d s", *s.Hold, *s.Keepalive), Apart})
	}
	return append(rows, r.resetRow()...)
}

func (r routerSide) resetRow() []EndRow {
	s := r.Facts.Session
	if s.Reset == "" && s.Notification == nil {
		return nil
	}
	text := s.Reset
	if s.Notification != nil {
		text = r.notificationText()
	}
	if s.ResetAgo >= 0 {
		text = router.Lifetime(s.ResetAgo) + " ago: " + text
	}
	here := "-"
	if at := r.exactly(r.brokeSeen()); !at.IsZero() && r.State != store.Up {
		here = "down since " + Clock(at, r.now)
	}
	return []EndRow{{"Last reset", here, text, Apart}}
}

func (r routerSide) prefixRows() []EndRow {
	s := r.Facts.Session
	if s == nil {
		return nil
	}
	var rows []EndRow
	if s.Sent != nil {
		rows = append(rows, r.announcedRow())
	}
	if s.Accepted != nil || s.Received != nil {
		there := count(s.Accepted) + " taken"
		if s.Received != nil {
			there = count(s.Received) + " came, " + there
		}
		if s.Accepted == nil {
			there = count(s.Received) + " came"
		}
		if s.FilterIn != "" {
			there += " by " + s.FilterIn
		}
		here := "-"
		if r.facts.Routes.Settled() {
			here = strconv.Itoa(len(r.facts.Routes.Rows)) + " static routes"
		}
		rows = append(rows, EndRow{"From Cloudflare", here, there, Apart})
	}
	if s.Maximum != nil {
		there := strconv.Itoa(*s.Maximum)
		if s.Exceeded {
			there += ", exceeded"
		}
		rows = append(rows, EndRow{"Maximum-prefix", "5,000 from you", there, Apart})
	}
	return rows
}

// announcedRow compares what the router announces with the prefixes of the account.
func (r routerSide) announcedRow() EndRow {
	s := r.Facts.Session
	row := EndRow{Label: "To Cloudflare", Cloudflare: "-", Router: count(s.Sent) + " sent"}
	if s.AnnouncedRead && len(s.Announced) > 0 {
		var words []string
		for _, p := range s.Announced {
			words = append(words, p.String())
		}
		row.Router += ": " + some(words)
	}
	var own, missing []string
	if !r.facts.Prefixes.Settled() {
		return row
	}
	for _, p := range r.facts.Prefixes.Rows {
		cidr, err := netip.ParsePrefix(p.CIDR)
		if err != nil {
			continue
		}
		own = append(own, p.CIDR)
		if s.AnnouncedRead && !slices.ContainsFunc(s.Announced, func(a netip.Prefix) bool { return a.Overlaps(cidr) }) {
			missing = append(missing, p.CIDR)
		}
	}
	row.Cloudflare = strconv.Itoa(len(own)) + " prefixes of yours"
	if s.AnnouncedRead && len(missing) > 0 && len(missing) < len(own) {
		row.Cloudflare += ", not announced here: " + some(missing)
	}
	return row
}

func (r routerSide) ikeRows() []EndRow {
	if r.Kind != api.IPsec || !r.Facts.SAsRead {
		return nil
	}
	key := "-"
	if r.PSK != nil && !r.PSK.LastGeneratedOn.IsZero() {
		key = "key of " + ago(max(0, r.now.Sub(r.PSK.LastGeneratedOn.Time))) + " ago"
	}
	if len(r.Facts.SAs) == 0 {
		row := EndRow{"IKE SA", key, "none", Apart}
		if e := r.Facts.IKE; e != nil && e.Failure != router.NoFailure {
			row.Router = "none: " + string(e.Failure) + " failed"
			if e.Failure == router.NoAnswer {
				row.Router = "none: no answer"
			}
		}
		return append([]EndRow{row}, r.identityRow()...)
	}
	var rows []EndRow
	for _, sa := range r.Facts.SAs {
		there := strings.ToLower(sa.State)
		if sa.Age >= 0 {
			there += ", " + router.Lifetime(sa.Age)
		}
		if sa.Proposal != "" {
			there += ", " + sa.Proposal
		}
		rows = append(rows, EndRow{"IKE SA", key, there, Apart})
		for _, c := range sa.Children {
			text := strings.ToLower(c.State)
			if c.Age >= 0 {
				text += ", " + router.Lifetime(c.Age)
			}
			rows = append(rows, EndRow{"IPsec SA", "-", text + ", in " + amount(c.In, c.InPackets) + ", out " + amount(c.Out, c.OutPackets), Apart})
		}
	}
	return append(rows, r.identityRow()...)
}

func (r routerSide) identityRow() []EndRow {
	ids, expected := r.Facts.LocalIDs, ""
	for _, sa := range r.Facts.SAs {
		if sa.LocalID != "" {
			ids = append(slices.Clone(ids), sa.LocalID)
		}
	}
	if own := r.RemoteIdentities; own != nil {
		expected = own.FQDNID
	}
	if len(ids) == 0 {
		return nil
	}
	return []EndRow{{"IKE identity", cmp.Or(expected, "-"), ids[0], same(expected, ids[0])}}
}

// amount is what was counted, in bytes where they are known.
func amount(bytes, packets *uint64) string {
	switch {
	case bytes != nil:
		return byteText(*bytes)
	case packets != nil:
		return strconv.FormatUint(*packets, 10) + " packets"
	}
	return "-"
}

func byteText(n uint64) string {
	for _, unit := range []struct {
		size uint64
		name string
	}{{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}} {
		if n >= unit.size {
			return strconv.FormatFloat(float64(n)/float64(unit.size), 'f', 1, 64) + " " + unit.name
		}
	}
	return strconv.FormatUint(n, 10) + " B"
}

func (r routerSide) interfaceRows() []EndRow {
	var rows []EndRow
	if w := r.Facts.Endpoint; w != nil {
		agree := Apart
		if w.None || r.intoTunnel(w) {
			agree = Disagree
		}
		rows = append(rows, EndRow{"Route to endpoint", r.Target.CloudflareEndpoint.String(), w.Text(), agree})
	}
	i := r.Facts.Interface
	if i == nil {
		return rows
	}
	state := "state not read"
	if i.Up != nil {
		state = map[bool]string{true: "up", false: "down"}[*i.Up]
		if i.Admin != nil && !*i.Admin {
			state = "switched off"
		}
	}
	rows = append(rows, EndRow{"Interface", "health " + cmp.Or(string(r.Health.State), "not known"), i.Name + " " + state, Apart})
	if i.MTU > 0 {
		here := "-"
		if r.MTU > 0 {
			here = strconv.Itoa(r.MTU)
		}
		rows = append(rows, EndRow{"MTU", here, strconv.Itoa(i.MTU), same(here, strconv.Itoa(i.MTU))})
	}
	if i.In != nil || i.InPackets != nil {
		traffic, here := r.facts.Traffic[r.Name], "-"
		if traffic.Ingress != nil && traffic.Egress != nil {
			here = "out " + bits(*traffic.Egress) + ", in " + bits(*traffic.Ingress)
		}
		rows = append(rows, EndRow{"Counters", here, "in " + amount(i.In, i.InPackets) + ", out " + amount(i.Out, i.OutPackets), Apart})
	}
	return rows
}
