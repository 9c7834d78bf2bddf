package where

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"flarewire/internal/diagnose"
	"flarewire/tui"
)

// Parse reads an address or a network as a person types it: "10.64.3.7", "10.64.3.0/24". Host bits of a network do not count.
func Parse(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), nil
	}
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return netip.Prefix{}, fmt.Errorf("%q is no address and no network: enter one like 10.64.3.7, 10.64.3.0/24 or 2001:db8::1",
			tui.Clean(text))
	}
	addr = addr.Unmap()
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

// Name is a network as a person names it: an address without its length.
func Name(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

// insideMost bounds how many networks within a network are listed.
const insideMost = 20

// Lines is the answer for people.
func Lines(w diagnose.Lookup, c tui.Canvas) []string {
	var out []string
	text := func(role tui.Role, s string) { out = append(out, tui.Paragraph(c, role, s)...) }
	heading := func(s string) {
		out = append(out, "", tui.Text(tui.Strong, s).Paint(c.Theme, c.Width))
	}
	out = append(out, tui.Line{{Text: Name(w.Prefix) + ": ", Role: tui.Strong},
		{Text: tui.Clean(headline(w)), Role: Role(w.Destination)}}.Paint(c.Theme, c.Width))
	for _, is := range w.Is {
		text(tui.Plain, "It is "+is+".")
	}
	switch {
	case w.OwnPrefix != nil:
		text(tui.Plain, "Prefix "+w.OwnPrefix.CIDR.String()+": "+w.OwnPrefix.Answers()+".")
		if w.OwnPrefix.Bound == diagnose.Yes && !w.OwnPrefix.Transits {
			text(tui.Pending, "Traffic from the Internet goes to "+w.OwnPrefix.Service+", not by these routes.")
		}
	case w.NoAccount != "":
		text(tui.Muted, w.NoAccount)
	}
	for i, a := range w.Holds {
		if i == insideMost {
			text(tui.Muted, fmt.Sprintf("It holds %d more prefixes of the account.", len(w.Holds)-i))
			break
		}
		text(tui.Plain, "It holds prefix "+a.CIDR.String()+": "+a.Answers()+".")
	}
	if w.Fate != "" {
		text(tui.Plain, w.Fate)
		text(tui.Muted, "Source: "+w.Source)
	}
	for _, r := range w.Reach {
		if r.Routed() {
			heading("Route " + r.Prefix.String() + from(r))
			out = append(out, Paths(r, c)...)
		}
	}
	if len(w.Wider) > 0 {
		text(tui.Muted, "Routes that hold it too and lose against the longer prefix: "+join(w.Wider)+".")
	}
	if len(w.Inside) > 0 {
		heading("Routes inside " + w.Prefix.String())
		for i, d := range w.Inside {
			if i == insideMost {
				text(tui.Muted, fmt.Sprintf("%d more", len(w.Inside)-i))
				break
			}
			text(Role(d), d.Text())
		}
	}
	if announced := w.SaysAnnounced(); len(announced) > 0 {
		heading("Announced by BGP")
		for _, s := range announced {
			text(tui.Plain, s)
		}
	}
	if notes := w.Notes(); len(notes) > 0 {
		heading("Notes")
		for _, f := range notes {
			text(tui.Plain, f.Text)
		}
	}
	heading("Not covered")
	for _, s := range w.NotKnown {
		text(tui.Muted, s)
	}
	return out
}

// headline is the answer in a few words.
func headline(w diagnose.Lookup) string {
	switch w.Outcome {
	case diagnose.Dropped:
		return "no route, dropped by Cloudflare"
	case diagnose.ToInternet:
		return "no route, goes out to the Internet"
	case diagnose.Untold:
		if w.Unknown != "" {
			return "cannot tell"
		}
		return "no route leads there"
	}
	return w.LeftBesidePrefix()
}

// from names the regions that a Reach is seen from.
func from(r diagnose.Reach) string {
	if len(r.Places) == 0 {
		return ""
	}
	return " from " + strings.Join(r.Places, " ")
}

func join(prefixes []netip.Prefix) string {
	words := make([]string, len(prefixes))
	for i, p := range prefixes {
		words[i] = p.String()
	}
	return strings.Join(words, ", ")
}

// Role is how bad what is left of the paths to a destination is.
func Role(d diagnose.Destination) tui.Role {
	switch {
	case d.Impact == diagnose.Outage, d.Dead() && d.Impact > diagnose.NoImpact:
		return tui.Bad
	case d.Impact > diagnose.NoImpact:
		return tui.Pending
	case d.Unknown != "":
		return tui.Muted
	}
	return tui.Good
}

// Paths is the table of the paths in a Reach: which is used, its share, its state and its priority with the penalty of health.
func Paths(r diagnose.Reach, c tui.Canvas) []string {
	rows := [][]string{{"PATH", "STATE", "SHARE", "PRIORITY", "NEXT HOP"}}
	roles := []tui.Role{tui.Muted}
	for _, u := range r.Uses {
		rows = append(rows, []string{tui.Clean(u.Name()), StateText(u.Path, c.Theme.Glyphs), share(u, len(r.Uses)), PriorityText(u.Path),
			tui.Clean(u.Route.Nexthop)})
		roles = append(roles, StateRole(u.State))
	}
	out := make([]string, 0, len(rows)*2)
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], tui.Width(cell))
		}
	}
	for n, row := range rows {
		line := tui.Line{{Text: "   "}}
		for i, cell := range row {
			role := tui.Plain
			if i == 1 || n == 0 {
				role = roles[n]
			}
			if i < len(row)-1 {
				cell = tui.Fit(cell, widths[i]+2)
			}
			line = append(line, tui.Span{Text: cell, Role: role})
		}
		out = append(out, line.Paint(c.Theme, c.Width))
		if n > 0 {
			if why := r.Uses[n-1].Why; why != "" {
				out = append(out, tui.Paragraph(c, tui.Muted, "  "+why)...)
			}
		}
	}
	return out
}

// StateText is the state of a path as a person reads it, with its sign.
func StateText(w diagnose.Path, g tui.Glyphs) string {
	switch w.State {
	case diagnose.PathHealthy:
		return g.Up + " healthy"
	case diagnose.PathDegraded:
		return g.Pending + " degraded"
	case diagnose.PathDown:
		return g.Down + " down"
	case diagnose.PathSessionLost:
		return g.Down + " session lost"
	case diagnose.PathBroken:
		return g.Down + " leads nowhere"
	case diagnose.PathUnchecked:
		return g.Unknown + " not checked"
	}
	return g.Unknown + " cannot tell"
}

// StateRole is how bad the state of a path is.
func StateRole(s diagnose.PathState) tui.Role {
	switch s {
	case diagnose.PathHealthy:
		return tui.Good
	case diagnose.PathDegraded:
		return tui.Pending
	case diagnose.PathDown, diagnose.PathSessionLost, diagnose.PathBroken:
		return tui.Bad
	}
	return tui.Muted
}

// share is ShareText for the table, of so many paths: one that is down carries nothing.
func share(u diagnose.PathUse, of int) string {
	if of == 1 && StateRole(u.State) == tui.Bad {
		return "-"
	}
	return ShareText(u)
}

// ShareText is the share of the flows that a path carries: "-" for none, "?" when it is not known.
func ShareText(u diagnose.PathUse) string {
	switch {
	case u.InUse && u.Share != nil:
		return strconv.FormatFloat(*u.Share*100, 'f', 0, 64) + " %"
	case u.InUse, u.Maybe:
		return "?"
	}
	return "-"
}

// PriorityText is the priority with the penalty of health: "100", "1,000,100 (100 + 1,000,000: down)", "100 or more (health not known)".
func PriorityText(w diagnose.Path) string {
	base := grouped(w.Route.Priority)
	switch effective, known := w.Effective(); {
	case !known:
		return base + " or more (health not known)"
	case effective != w.Route.Priority:
		_, word, _ := strings.Cut(StateText(w, tui.ASCIIGlyphs), " ")
		return fmt.Sprintf("%s (%s + %s: %s)", grouped(effective), base, grouped(effective-w.Route.Priority), word)
	}
	return base
}

// grouped is a number with its thousands apart: "1,000,100".
func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// useText is how a path is used, of so many to a destination.
func useText(u diagnose.PathUse, of int) string {
	if of == 1 && StateRole(u.State) == tui.Bad {
		return "the only route, priority " + PriorityText(u.Path) // nothing is shared
	}
	return fmt.Sprintf("share %s, priority %s", ShareText(u), PriorityText(u.Path))
}

// Line is a destination with its paths and redundancy, for a line of another page.
func Line(d diagnose.Destination, g tui.Glyphs) tui.Line {
	return tui.Line{{Text: tui.Fit(Name(d.Prefix), 19), Role: tui.Strong}, {Text: " " + sign(d, g) + tui.Clean(brief(d)), Role: Role(d)}}
}
