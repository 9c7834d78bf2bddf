package diagnose

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"flarewire/api"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
)

// RecordGap is one sentence about what Cloudflare's log would add if it could be read, and what that needs; "" when nothing is missing.
// kind is that of the tunnel.
func RecordGap(a store.RecordAnswer, kind api.TunnelKind) string {
	const would = " With it the cause would be certain: it has every OPEN, NOTIFICATION and handshake with its time."
	missing := slices.DeleteFunc(slices.Clone(a.Missing), func(d api.Dataset) bool { return d == api.IPsecLogs && kind != api.IPsec })
	names := make([]string, len(missing))
	for i, d := range missing {
		names[i] = string(d)
	}
	switch why := cmp.Or(a.DatasetsErr, a.BGPErr, a.IKEErr); {
	case why != nil && api.KindOf(why) == api.PermissionMissing:
		return "Cloudflare's log (Log Explorer) was not read: the token needs the permission group Logs Read." + would
	case why != nil && api.KindOf(why) == api.NotFound:
		return "This account has no Log Explorer, which is paid for; flarewire never enables it." + would
	case why != nil:
		return "Cloudflare's log could not be read: " + cmp.Or(api.Advice(why), why.Error()) + "."
	case len(missing) == 1:
		return "The dataset " + names[0] + " is not enabled in Log Explorer (paid; flarewire never enables it)." + would
	case len(missing) > 1:
		return "The datasets " + strings.Join(names, " and ") + " are not enabled in Log Explorer (paid; flarewire never enables them)." + would
	}
	return ""
}

// Announced are the networks that the router announced in UPDATEs of the record, and since when it was looked. It is never all of them:
// what was announced before is not in it, and withdrawals are not told.
func Announced(a store.RecordAnswer) (prefixes []netip.Prefix, since time.Time) {
	for _, e := range a.BGP {
		if e.Kind == api.UpdateMessage && e.Direction == api.ToCloudflare {
			prefixes = append(prefixes, e.Data.Announced...)
		}
	}
	sorting.Sort(prefixes, netip.Prefix.Compare)
	return slices.Compact(prefixes), a.From
}

// AuditEntries are the entries of an audit log about an object that were carried out, oldest first.
func AuditEntries(a store.RecordAnswer, id string) []api.AuditEntry {
	var out []api.AuditEntry
	for _, e := range a.Audit {
		if sameID(e.ObjectID, id) && changes(e) {
			out = append(out, e)
		}
	}
	return out
}

// Turn is a moment at which a session came up, or left Established.
type Turn struct {
	At time.Time
	Up bool
}

// Turns are when the session came up and fell by the record, oldest first.
func Turns(a store.RecordAnswer) []Turn {
	var out []Turn
	for _, e := range a.BGP {
		switch {
		case e.Kind != api.StateTransition:
		case isState(e.Data.FromState, "Established"):
			out = append(out, Turn{e.At, false})
		case isState(e.Data.ToState, "Established"):
			out = append(out, Turn{e.At, true})
		}
	}
	sorting.Sort(out, func(x, y Turn) int { return x.At.Compare(y.At) })
	return out
}

// SessionFell is when the session left Established by the record; zero when it is not in it, or came up since.
func SessionFell(a store.RecordAnswer) time.Time {
	turns := Turns(a)
	if n := len(turns); n > 0 && !turns[n-1].Up {
		return turns[n-1].At
	}
	return time.Time{}
}
