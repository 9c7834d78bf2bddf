package diagnose

import (
	"slices"
	"strings"
	"time"

	"flarewire/api"
)

// What the audit log says about changes of an object near its break: who made them, and which of them can have broken nothing.

// idle are fields that nothing but people read.
var idle = []string{"description", "name", "id", "modified_on", "created_on"}

// auditBefore is how long before a break a change by the audit log is told.
const auditBefore = time.Hour

// changesAudited are the changes of the tunnel by the audit log that were carried out.
func (c tunnelCase) changesAudited() []api.AuditEntry {
	var out []api.AuditEntry
	for _, e := range c.facts.Records[c.ID].Audit {
		if sameID(e.ObjectID, c.ID) && changes(e) {
			out = append(out, e)
		}
	}
	return out
}

// changes reports whether an entry is about a change that was carried out.
func changes(e api.AuditEntry) bool {
	failed := e.Result != "" && !strings.EqualFold(e.Result, "success") && !strings.EqualFold(e.Result, "true")
	return !failed && !slices.Contains([]string{"view", "read", "get", "list"}, strings.ToLower(e.Action))
}

func sameID(a, b string) bool {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }
	return a != "" && plain(a) == plain(b)
}

// harmless reports whether a change is of nothing that a session rests on.
func harmless(e api.AuditEntry) bool {
	return len(e.Fields) > 0 && !slices.ContainsFunc(e.Fields, func(f string) bool { return !slices.Contains(idle, f) })
}

// coincides reports whether a change of that moment is one that the audit log shows to be harmless.
func (c tunnelCase) coincides(at time.Time) bool {
	same := func(e api.AuditEntry) bool { return e.At.Sub(at).Abs() < changeAfter }
	all := c.changesAudited()
	return slices.ContainsFunc(all, func(e api.AuditEntry) bool { return same(e) && harmless(e) }) &&
		!slices.ContainsFunc(all, func(e api.AuditEntry) bool { return same(e) && !harmless(e) })
}

// audited are the changes in the hour before the break that may have caused it.
func (c tunnelCase) audited() []edit {
	var out []edit
	broke := c.broke()
	reference := broke
	if broke.IsZero() {
		reference = c.at
	}
	for _, e := range c.changesAudited() {
		if harmless(e) || e.At.After(reference.Add(changeAfter)) || reference.Sub(e.At) > auditBefore {
			continue
		}
		out = append(out, edit{at: e.At, what: strings.TrimPrefix(AuditWords(e), "changed: "), audit: AuditBy(e),
			near: !broke.IsZero(), by: e.Actor.By()})
	}
	return out
}

// mostFields is how many names of fields are told.
const mostFields = 6

// AuditText is what an entry of the audit log says was done: "update of bgp, mtu".
func AuditText(e api.AuditEntry) string {
	text := e.Action
	if text == "" {
		text = "change"
	}
	fields := slices.DeleteFunc(slices.Clone(e.Fields), func(f string) bool { return len(e.Fields) > mostFields && slices.Contains(idle, f) })
	if len(fields) > mostFields {
		fields = append(fields[:mostFields], "…")
	}
	if len(fields) > 0 {
		text += " of " + strings.Join(fields, ", ")
	}
	return text
}

// AuditWords is AuditText for a place that has no room for a sentence: "created: bgp, name", "changed: priority".
func AuditWords(e api.AuditEntry) string {
	done, fields, some := strings.Cut(AuditText(e), " of ")
	if word := map[string]string{"create": "created", "update": "changed", "delete": "deleted"}[done]; word != "" {
		done = word
	}
	if !some {
		return done
	}
	return done + ": " + fields
}

// AuditBy is an entry with who did it: `created by API token "ci" (bgp, name)`.
func AuditBy(e api.AuditEntry) string {
	done, fields, some := strings.Cut(AuditWords(e), ": ")
	text := done + " by " + e.Actor.By()
	if some {
		text += " (" + fields + ")"
	}
	return text
}

// told is how much an edit tells: what was done from here most, then what the audit log knows.
func (e edit) told() int {
	switch {
	case e.ours:
		return 2
	case e.by != "":
		return 1
	}
	return 0
}
