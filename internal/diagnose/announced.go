package diagnose

import (
	"cmp"
	"fmt"
	"net/netip"
	"time"

	"flarewire/api"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// Announcement is a network that the router at the end of a tunnel announced, by the UPDATEs in Cloudflare's log.
type Announcement struct {
	Prefix netip.Prefix
	Over   Subject
	Up     bool      // the tunnel's session is up by now
	Since  time.Time // since when the record was looked at: what was announced before is not in it
	At     time.Time // when it was announced last, as far as the record goes
}

// Says is the announcement in words. That it is not complete belongs to it.
func (a Announcement) Says(now time.Time) string {
	text := fmt.Sprintf("%s was announced over %s at %s (Cloudflare's log, seen since %s; not complete, withdrawals are not reported)",
		a.Prefix,
		a.Over.Name, Clock(a.At, now), Clock(a.Since, now))
	if !a.Up {
		text += "; the session is not up now"
	}
	return text + "."
}

// announcedMost bounds what is told.
const announcedMost = 8

// announced are the announcements that hold a network or lie within it, the longest first.
func (t *Table) announced(p netip.Prefix) []Announcement {
	last := map[Announcement]time.Time{}
	for i := range t.facts.Tunnels {
		tunnel := &t.facts.Tunnels[i]
		record := t.facts.Records[tunnel.ID]
		for _, e := range record.BGP {
			if e.Kind != api.UpdateMessage || e.Direction != api.ToCloudflare {
				continue
			}
			for _, q := range e.Data.Announced {
				if q.Overlaps(p) {
					last[Announcement{Prefix: q, Over: tunnelSubject(*tunnel), Up: tunnel.State == store.Up, Since: record.From}] = e.At
				}
			}
		}
	}
	var out []Announcement
	for a, at := range last {
		a.At = at
		out = append(out, a)
	}
	sorting.Sort(out, func(x, y Announcement) int {
		return cmp.Or(cmp.Compare(y.Prefix.Bits(), x.Prefix.Bits()), x.Prefix.Compare(y.Prefix), cmp.Compare(x.Over.Name, y.Over.Name))
	})
	return out[:min(len(out), announcedMost)]
}

// SaysAnnounced are the announcements in words.
func (w Lookup) SaysAnnounced() []string {
	var out []string
	for _, a := range w.Announced {
		out = append(out, a.Says(w.now))
	}
	return out
}
