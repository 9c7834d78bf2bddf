package kit

import (
	"bytes"
	"time"

	"flarewire/internal/journal"
	"flarewire/internal/rules"
	"flarewire/internal/store"
	"flarewire/tui/form"
	"flarewire/views/field"
	"flarewire/views/live"
)

// freshEnough is how old a complete list may be, of which the last attempt failed, and still say what is in use: the server is asked
// in any case before something is sent.
const freshEnough = time.Minute

// Taken is what a rule about what is in use found, or that it cannot tell because the lists of these kinds were not read. What
// is only on its way yet is a note.
func (e *Env) Taken(found rules.Finding, kinds ...store.Kind) form.Finding {
	worst := field.Finding(found)
	unread := e.Feed.Last().Unsettled(kinds...)
	for _, entry := range unread {
		if age := e.Now().Sub(entry.Fetched); entry.Complete() && age <= max(freshEnough, 2*entry.Every) {
			continue // one attempt that failed takes nothing away from what was read a moment ago
		}
		told := field.CannotTell(entry.Why())
		if !entry.Known() && entry.Err == nil {
			told.Level = form.Note
		}
		worst = field.WorstOf(worst, told)
	}
	return worst
}

// ErrorText is an error for a person: what the server said and what to do.
func ErrorText(err error) string { return live.ErrorText(err) }

// Copyable is an object's JSON for the clipboard: as the server sent it, but without an MD5 key, which
// opens a router's session.
func Copyable(raw []byte) []byte {
	if !bytes.Contains(raw, []byte(`"md5_key"`)) {
		return raw
	}
	return journal.Mask(raw)
}
