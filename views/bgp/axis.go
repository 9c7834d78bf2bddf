package bgp

import (
	"fmt"
	"time"

	"flarewire/api"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// Axis is the past of sessions, and of the announcement of a prefix where there is one, on one axis of time: for the page of what leads
// over them. It is empty where none of it was watched.
func Axis(env *kit.Env, now time.Time, prefix *store.Prefix, tunnels ...store.Tunnel) resource.Section {
	watched := env.Feed.WatchedSpans()
	if len(watched) == 0 {
		return resource.Section{}
	}
	oldest := watched[0].From
	s := resource.Section{Title: "Timeline (UTC)"}
	add := func(name string, past []piece) {
		s.Fields = append(s.Fields, resource.Field{Label: name, Value: inWords(past), Strip: func(room int) tui.Line {
			return strip(past, now, room, slotFor(oldest, now, room), env.Glyphs)
		}})
	}
	if prefix != nil {
		for _, b := range prefix.BGP.Rows {
			add(b.CIDR, announced(env.Feed.Last(), b, prefix.BGP.Fetched, watched))
		}
	}
	for _, t := range tunnels {
		add(t.Name, pieces(t, watched))
	}
	if len(s.Fields) == 0 {
		return s
	}
	s.Fields = append(s.Fields, resource.Field{Strip: func(room int) tui.Line {
		return tui.Text(tui.Muted, axis(now, room, slotFor(oldest, now, room)))
	}}, resource.Field{Strip: func(room int) tui.Line {
		legend := fmt.Sprintf("each mark %d min", int(slotFor(oldest, now, room).Minutes()))
		if whole := legend + "; blank: not monitored"; tui.Width(whole) <= room {
			legend = whole
		}
		if whole := "BGP sessions of tunnels; " + legend; len(tunnels) > 0 && tui.Width(whole) <= room {
			legend = whole
		}
		return tui.Text(tui.Muted, legend)
	}})
	return s
}

// announced is what is known of a BGP prefix's past: its changes that were seen, and since the last one, whose time the API gives, what it
// is now. A prefix that is not advertised has no sign of trouble: that is often meant.
func announced(s *store.Snapshot, b api.BGPPrefix, fetched time.Time, watched []store.Span) []piece {
	if b.OnDemand == nil || b.OnDemand.Advertised == nil {
		return nil
	}
	state := map[bool]store.State{true: store.Up, false: store.NoBGP}
	var out []piece
	from := s.Started
	for _, e := range s.Events {
		if e.ObjectID != b.ID || e.Kind != store.PrefixAdvertised && e.Kind != store.PrefixWithdrawn {
			continue
		}
		for _, w := range watched {
			if begin, end := later(w.From, from), earlier(w.To, e.At); begin.Before(end) {
				out = append(out, piece{store.Span{From: begin, To: end}, state[e.Kind == store.PrefixWithdrawn]}) // before it
			}
		}
		from = e.At
	}
	if said := b.OnDemand.AdvertisedModifiedAt.Time; !said.IsZero() {
		from = said
	}
	return append(out, piece{store.Span{From: from, To: fetched}, state[*b.OnDemand.Advertised]})
}
