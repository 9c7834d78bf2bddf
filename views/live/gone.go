package live

import (
	"slices"
	"time"

	"flarewire/api"
	"flarewire/internal/diagnose"
	"flarewire/internal/journal"
	"flarewire/tui"
	"flarewire/tui/resource"
)

// ended is what is known of who deleted an object: by the journal of this machine, and by Cloudflare's audit log where that was read.
func (f *Feed) ended(id string, now time.Time) []resource.Field {
	f.mu.Lock()
	changes, written := f.own.changes, f.own.read != nil
	f.mu.Unlock()
	own := slices.IndexFunc(changes, func(c diagnose.Change) bool { return c.ID == id && c.What == string(journal.Delete) })
	if own >= 0 {
		at, age := resource.Time(changes[own].At, now)
		return []resource.Field{{Label: "Deleted", Value: at, Note: age + ", from this machine: :activity"}}
	}
	for _, r := range f.Last().Records {
		audited := diagnose.AuditEntries(r, id)
		if i := slices.IndexFunc(audited, func(e api.AuditEntry) bool { return e.Action == string(journal.Delete) }); i >= 0 {
			at, age := resource.Time(audited[i].At, now)
			return []resource.Field{{Label: "Deleted", Value: at, Note: age + ", by " + audited[i].Actor.By()}}
		}
	}
	if !written {
		return nil
	}
	return []resource.Field{{Label: "Deleted", Value: "not from this machine", Role: tui.Muted, Note: ":changes has who changed what"}}
}
