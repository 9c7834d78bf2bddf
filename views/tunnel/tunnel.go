// Package tunnel binds GRE and IPsec tunnels to the frame: the columns of their lists and the
// sections of their detail page, the BGP panel first.
package tunnel

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/tui/table"
	"flarewire/views/kit"
)

// Describe describes tunnels under the given list title. The rows may be of one kind or of both.
func Describe(plural string, glyphs tui.Glyphs) resource.Description[store.Tunnel] {
	return resource.Description[store.Tunnel]{
		Plural:  plural,
		ID:      func(t store.Tunnel) string { return t.ID },
		Name:    func(t store.Tunnel) string { return t.Name },
		JSON:    func(t store.Tunnel) []byte { return kit.Copyable(t.JSON()) },
		Columns: columns(glyphs),
		SortBy:  "state",
	}
}

// role is how a state is drawn.
func role(s store.State) tui.Role {
	switch s {
	case store.Up:
		return tui.Good
	case store.Down:
		return tui.Bad
	case store.NoBGP:
		return tui.Muted
	}
	return tui.Pending
}

func glyph(s store.State, g tui.Glyphs) string {
	switch s {
	case store.Up:
		return g.Up
	case store.Down:
		return g.Down
	case store.NoBGP:
		return g.None
	case store.Establishing:
		return g.Pending
	}
	return g.Unknown
}

// StateNow is the state in words with its glyph, and what it means, as every page shows it: what is up by a status of long ago says so.
func StateNow(env *kit.Env, t store.Tunnel) (string, tui.Role) {
	return aged(t, env.Feed.Diagnosis().StatusOutdated(t.ID), stateText(t, env.Glyphs), stateRole(t), env.Now())
}

// Condition is the state of a tunnel as a whole: that of its session, as StateNow has it, or that the health checks find it down or
// degraded where the session does not say so.
func Condition(env *kit.Env, t store.Tunnel) (string, tui.Role) {
	text, role := StateNow(env, t)
	switch health := t.ProbedHealth(); {
	case t.State != store.Down && health == store.HealthDown:
		return env.Glyphs.Down + " Health down", tui.Bad
	case role == tui.Good && health == store.Degraded:
		return text + ", degraded", tui.Pending
	}
	return text, role
}

// Carrying is how a tunnel carries what static routes lead into it: its health, as Cloudflare steers by it; the state of its session
// where no health is known.
func Carrying(env *kit.Env, t store.Tunnel) (string, tui.Role) {
	health := t.ProbedHealth()
	if health == "" || health == store.HealthUnknown {
		return Condition(env, t)
	}
	role := HealthRole(health)
	return env.Glyphs.ForRole(role) + " " + string(health), role
}

// SaysAge reports whether StateNow says how old the state is.
func SaysAge(env *kit.Env, t store.Tunnel) bool {
	return t.State == store.Up && !statusTime(t).IsZero() && env.Feed.Diagnosis().StatusOutdated(t.ID)
}

// aged is a state with how old its status is, where that may be left over from an earlier time.
func aged(t store.Tunnel, old bool, text string, role tui.Role, now time.Time) (string, tui.Role) {
	if !old || t.State != store.Up || statusTime(t).IsZero() {
		return text, role
	}
	return text + ", stale " + tui.AgeSince(statusTime(t), now), tui.Pending
}

func stateText(t store.Tunnel, g tui.Glyphs) string {
	if t.Track.Flapping {
		// The glyph tells what it is at the moment; without glyphs the word does.
		if g == tui.WordGlyphs {
			return "Flapping, " + t.State.Word() + " at the moment"
		}
		return glyph(t.State, g) + " Flapping"
	}
	return glyph(t.State, g) + " " + t.State.Word()
}

// stateRole marks a flapping session also while it is up.
func stateRole(t store.Tunnel) tui.Role {
	if t.Track.Flapping && t.State == store.Up {
		return tui.Pending
	}
	return role(t.State)
}

func columns(g tui.Glyphs) []table.Column[store.Tunnel] {
	type T = store.Tunnel
	muted := func(T) tui.Role { return tui.Muted }
	text := func(get func(T) string) func(T, time.Time) string {
		return func(t T, _ time.Time) string { return tui.Clean(get(t)) }
	}
	return []table.Column[T]{
		{Key: "name", Title: "NAME", Width: 15, Grow: 9, Text: text(named),
			Role: func(T) tui.Role { return tui.Strong }},
		{Key: "kind", Title: "TYPE", Width: 5, Text: text(func(t T) string { return KindName(t.Kind) })},
		{Key: "state", Title: "BGP", Width: 14, Grow: 6, Role: stateRole, Compare: bySeverity,
			Text: func(t T, _ time.Time) string { return stateText(t, g) }},
		SinceColumn(),
		{Key: "asn", Title: "ASN", Width: 10, Right: true, Priority: 1, Compare: byASN, Text: text(asn)},
		{Key: "peer", Title: "PEER", Width: 15, Priority: 2, Text: text(peer), Compare: byAddress(peer)},
		{Key: "fsm", Title: "FSM", Width: 11, Priority: 3, Text: text(fsm)},
		{Key: "status", Title: "UPDATED", Width: 7, Right: true, Priority: 3, Live: true, Role: muted, Compare: byStatusAge,
			Text: func(t T, now time.Time) string { return statusAge(t, now) }},
		{Key: "customer", Title: "CUSTOMER", Width: 15, Priority: 4, Text: text(customer), Compare: byAddress(customer)},
		{Key: "cloudflare", Title: "CLOUDFLARE", Width: 15, Priority: 5, Text: text(cloudflare), Compare: byAddress(cloudflare)},
		{Key: "interface", Title: "INTERFACE", Width: 18, Priority: 6, Text: text(inner), Compare: byAddress(inner)},
		{Key: "description", Title: "DESCRIPTION", Width: 24, Grow: 40, Priority: 7, Role: muted,
			Text: text(func(t T) string { return t.Description })},
	}
}

// named is the tunnel's name; of one whose name the API does not report, the beginning of its id.
func named(t store.Tunnel) string {
	if t.Name == "" {
		return "no name, " + t.ID[:min(len(t.ID), 8)]
	}
	return t.Name
}

// MarkOutdated has the state of a session say how old its status is, where outdated reports whether it may be left over from an earlier
// time: the column with the age of every status has no room on a narrow screen.
func MarkOutdated(columns []table.Column[store.Tunnel], outdated func(id string) bool) []table.Column[store.Tunnel] {
	out := slices.Clone(columns)
	for i, col := range out {
		if col.Key != "state" {
			continue
		}
		out[i].Text = func(t store.Tunnel, now time.Time) string {
			text, _ := aged(t, outdated(t.ID), col.Text(t, now), tui.Plain, now)
			return text
		}
		out[i].Role = func(t store.Tunnel) tui.Role {
			_, role := aged(t, outdated(t.ID), "", col.Role(t), time.Time{})
			return role
		}
	}
	return out
}

// healthColumn is what the probes found; "-" when nothing is known or checks are off.
func healthColumn() table.Column[store.Tunnel] {
	return table.Column[store.Tunnel]{Key: "health", Title: "HEALTH", Width: 8,
		Text: func(t store.Tunnel, _ time.Time) string { return cmp.Or(string(probedHealth(t)), "-") },
		Role: func(t store.Tunnel) tui.Role { return HealthRole(probedHealth(t)) },
		Compare: func(a, b store.Tunnel) int {
			return cmp.Compare(probedHealth(a).Rank(), probedHealth(b).Rank())
		}}
}

// probed is the health that the probes found.
func probedHealth(t store.Tunnel) store.Health { return t.ProbedHealth() }

func bySeverity(a, b store.Tunnel) int { return cmp.Compare(severity(a), severity(b)) }

// severity puts a session that flaps behind those that are down, also in the moments when it is up.
func severity(t store.Tunnel) int {
	s := 2 * t.State.Rank()
	if t.Track.Flapping {
		s = min(s, 1)
	}
	return s
}

// Since is for how long the tunnel has been as it is, as far as that is known: since the last change of its session that was seen
// ("43m"), else since the health fell ("43m", or ">24h" when it was bad before what is known of it), which goes first while the session is
// up; else at least since the status was reported, or since it is watched (">5m"). The time in which nobody looked does not count.
func Since(t store.Tunnel, now time.Time) string { return since(t, t.StateBegan(now), now) }

// SessionSince is Since of the session alone: how long the health has been bad is not in it.
func SessionSince(t store.Tunnel, now time.Time) string { return since(t, t.SessionBegan(now), now) }

func since(t store.Tunnel, b store.Began, now time.Time) string {
	if t.State == store.NoBGP && b.How == store.NotSeen {
		return "-"
	}
	if looked := t.Track.Looked; b.How == store.AtLatest && looked.After(b.At) && looked.Before(now) {
		now = looked
	}
	return SinceText(b, now)
}

// SinceText is what is known of a beginning as a duration: "43m", or ">43m" for at least so long. A bound goes by whole minutes: a list at
// rest is not drawn anew for it every few seconds. A bound of less says nothing of how long it has lasted, so it is not known.
func SinceText(b store.Began, now time.Time) string {
	age := tui.AgeSince(b.At, now)
	switch {
	case b.How == store.NotSeen:
		return "?"
	case b.How == store.ChangeSeen, b.How == store.ByHealth && !b.Open:
		return age
	case now.Sub(b.At) < time.Minute:
		return "?"
	}
	return ">" + age
}

// sinceMoment is since when the session has been in its state, for a sentence: "since 03:12 UTC"; empty when not even a minute of it is
// known. Of a report it is not known what came after it, and the health does not say since when a session is down.
func sinceMoment(b store.Began, now time.Time) string {
	if lasts := now.Sub(b.At); lasts < time.Minute || b.How != store.ChangeSeen && b.How != store.SinceFirstLook {
		return ""
	}
	at := b.At.UTC().Format("15:04") + " UTC"
	if now.Sub(b.At) > 20*time.Hour {
		at = b.At.UTC().Format("2006-01-02 15:04") + " UTC"
	}
	if b.How == store.SinceFirstLook {
		return "seen since " + at
	}
	return "since " + at
}

// statusAge stays as it is for a whole minute: every row has one, and a finer one would repaint every
// row of a screen at rest every few seconds.
func statusAge(t store.Tunnel, now time.Time) string {
	at := statusTime(t)
	switch {
	case store.Ahead(at, now):
		return "future"
	case !at.IsZero() && now.Sub(at) < time.Minute:
		return "<1m"
	}
	return tui.AgeSince(at, now)
}

// bySince puts the newest change that was seen first, then what is known worse, the newest first.
func bySince(a, b store.Tunnel) int {
	x, y := a.StateBegan(a.Track.Looked), b.StateBegan(b.Track.Looked)
	return cmp.Or(cmp.Compare(exactness(y), exactness(x)), y.At.Compare(x.At))
}

// exactness is 2 for a time that is known, 1 for a bound, 0 for nothing.
func exactness(b store.Began) int {
	switch {
	case b.How == store.NotSeen:
		return 0
	case b.How == store.ChangeSeen, b.How == store.ByHealth && !b.Open:
		return 2
	}
	return 1
}

// statusTime is when the API says that the status is from, by the clock of this machine.
func statusTime(t store.Tunnel) time.Time { return t.Reported() }

func byStatusAge(a, b store.Tunnel) int { return statusTime(b).Compare(statusTime(a)) }

func byASN(a, b store.Tunnel) int { return cmp.Compare(asNumber(a), asNumber(b)) }

func customer(t store.Tunnel) string   { return t.CustomerEndpoint }
func cloudflare(t store.Tunnel) string { return t.CloudflareEndpoint }
func inner(t store.Tunnel) string      { return t.InterfaceAddress }

// byAddress orders by the number of an address, not by its text: .9 comes before .10.
func byAddress(get func(store.Tunnel) string) func(a, b store.Tunnel) int {
	parse := func(t store.Tunnel) netip.Addr {
		text, _, _ := strings.Cut(get(t), "/")
		addr, _ := netip.ParseAddr(text)
		return addr
	}
	return func(a, b store.Tunnel) int { return parse(a).Compare(parse(b)) }
}

func asNumber(t store.Tunnel) uint32 {
	if t.BGP == nil {
		return 0
	}
	return t.BGP.CustomerASN
}

// asn is "-" without BGP: an absent number is not a zero.
func asn(t store.Tunnel) string { return t.BGP.ASNText() }

// peer is the customer's BGP speaker where the API names it.
func peer(t store.Tunnel) string {
	if t.BGPStatus == nil || t.BGPStatus.CustomerSpeakerIP == "" {
		return "-"
	}
	return t.BGPStatus.CustomerSpeakerIP
}

func fsm(t store.Tunnel) string {
	if t.BGPStatus == nil || t.BGPStatus.FSM == "" {
		return "-"
	}
	return t.BGPStatus.FSM
}

// KindName writes a tunnel's kind as Cloudflare does.
func KindName(k api.TunnelKind) string {
	switch k {
	case api.GRE:
		return "GRE"
	case api.IPsec:
		return "IPsec"
	}
	return string(k)
}

// Summary counts the states of the sessions, worst first: they add up to the tunnels. What flaps, and what is up by a status that outdated
// reports to be of long ago, is counted within its state; what the probes find down after them. some reports that rows may be missing: the
// number is then not the whole one.
func Summary(rows []store.Tunnel, some bool, outdated func(id string) bool, g tui.Glyphs) tui.Line {
	totals := store.Count(rows)
	whole := tui.Count(totals.All, "tunnels")
	if some {
		whole += "?"
	}
	line := tui.Line{{Text: whole, Role: tui.Strong}}
	first := len(line)
	for _, s := range []store.State{store.Down, store.Establishing, store.Unknown, store.Up, store.NoBGP} {
		if n := totals.By[s]; n > 0 {
			line = append(line, stateCount(rows, s, n, outdated, g))
		}
	}
	if len(line) > first {
		line[first].Text = "   BGP:" + line[first].Text[2:]
	}
	if totals.HealthDown > 0 {
		line = append(line, tui.Span{Text: fmt.Sprintf("   health checks: %s %d down", g.Down, totals.HealthDown), Role: tui.Bad})
		if both := downTwice(rows); both > 0 { // else two equal numbers look like the same tunnels
			line = append(line, tui.Span{Text: fmt.Sprintf(" (%d with BGP down)", both), Role: tui.Muted})
		}
	}
	return line
}

// stateCount is the count of one state. It is one span: it is left out whole, or not at all.
func stateCount(rows []store.Tunnel, s store.State, n int, outdated func(id string) bool, g tui.Glyphs) tui.Span {
	word := strings.ToLower(s.Word())
	if s == store.NoBGP {
		word = "no BGP"
	}
	count := tui.Span{Text: fmt.Sprintf("   %s %d %s", glyph(s, g), n, word), Role: role(s)}
	var within []string
	if flap := flapping(rows, s); flap > 0 {
		within = append(within, fmt.Sprintf("%d flapping", flap))
	}
	if s == store.Up {
		old := 0
		for i := range rows {
			if rows[i].State == store.Up && outdated(rows[i].ID) {
				old++
			}
		}
		if old > 0 {
			within = append(within, fmt.Sprintf("%d stale", old))
		}
	}
	if len(within) > 0 {
		count.Text += " (" + strings.Join(within, ", ") + ")"
		if count.Role == tui.Good {
			count.Role = tui.Pending
		}
	}
	return count
}

// downTwice is how many are down by their session and by the health checks.
func downTwice(rows []store.Tunnel) (n int) {
	for i := range rows {
		if rows[i].State == store.Down && rows[i].ProbedHealth() == store.HealthDown {
			n++
		}
	}
	return n
}

// flapping is how many of a state flap.
func flapping(rows []store.Tunnel, state store.State) (n int) {
	for i := range rows {
		if rows[i].State == state && rows[i].Track.Flapping {
			n++
		}
	}
	return n
}
