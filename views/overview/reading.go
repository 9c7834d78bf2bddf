package overview

import (
	"fmt"
	"strings"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/views/tunnel"
)

// name is what the row is of: an object, or how many.
func (t trouble) name() string {
	if t.Several() {
		return t.CountText()
	}
	return t.Members[0].Name
}

// memberNames are what belongs to it.
func (t trouble) memberNames() []string {
	out := make([]string, len(t.Members))
	for i, m := range t.Members {
		out[i] = m.Name
	}
	return out
}

// since is since when it has lasted, in one short word.
func (t trouble) since(now time.Time) string {
	if t.began.How == store.NotSeen {
		return "-"
	}
	return tunnel.SinceText(t.began, now)
}

// mutedMark stands behind what is muted: the row is at the end of the list, and somebody who looks for it must see why.
const mutedMark = " (muted)"

// problem is what it points to, and whether it is muted.
func (t trouble) problem() string {
	if t.IsMuted() {
		return t.points() + mutedMark
	}
	return t.points()
}

// points is what it points to, in words that no column cuts.
func (t trouble) points() string {
	if !t.Several() {
		if t.Likelihood < diagnose.Likely {
			return t.Cause.Short() + "?"
		}
		return t.Cause.Short()
	}
	if len(t.Common) == 0 {
		if t.Cause == diagnose.SameMoment {
			return "Nothing in common but the moment"
		}
		return t.Cause.Short()
	}
	text := t.Common[0].Says()
	if n := len(t.Common) - 1; n > 0 {
		text += fmt.Sprintf(" (+%d)", n)
	}
	if tui.Width(text) > diagnose.ShortWidth {
		text = t.Common[0].Property.Short()
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// left is what is left for whom.
func (t trouble) left() string {
	switch n := len(t.Affected); n {
	case 0:
		return ""
	case 1:
		return t.Affected[0]
	default:
		return fmt.Sprintf("%s; and %d more", t.Affected[0], n-1)
	}
}

// head is the first line of the reading: what it is, how sure that is, and since when.
func (t trouble) head(now time.Time) string {
	if t.Several() {
		return t.Title + "."
	}
	since := sinceWords(t.began, now)
	if t.Cause == diagnose.StaleStatus && t.began.How == store.AtLatest {
		since = " since " + diagnose.Clock(t.began.At, now) // the last report is what it counts from
	}
	return fmt.Sprintf("%s%s (%s).", t.Cause.Title(), since, t.Likelihood.Word())
}

// sinceWords is the moment as the end of a sentence, with what it rests on.
func sinceWords(b store.Began, now time.Time) string {
	at := diagnose.Clock(b.At, now)
	switch {
	case b.How == store.ChangeSeen:
		return " since " + at
	case b.How == store.ByHealth && b.Open:
		return ", health bad for 24 h or longer"
	case b.How == store.ByHealth:
		return ", health bad since about " + diagnose.Minute(b.At, now)
	case b.How == store.AtLatest:
		return ", reported at " + at + ": it began then or earlier"
	case b.How == store.SinceFirstLook:
		return ", since " + at + " or earlier"
	}
	return ""
}

// readingLines bounds the reading below the list on a small screen, on which it has readingLeast at the least.
const readingLines, readingLeast = 8, 4

// listLeast is the least height of the list with its heading, smallHead what stands above it, and the blank line below it.
const listLeast, smallHead = 4, 3

// explained is the whole reading of the row under the cursor, and what to do: a column has no room for it. Where there is not enough room,
// the explanation is cut before what to do next.
func (p *page) explained(c tui.Canvas) []string {
	row, ok := p.table.Selected()
	if !ok {
		return nil
	}
	return row.explained(c)
}

// explained is the reading of one row; it begins and ends with a blank line.
func (t trouble) explained(c tui.Canvas) []string {
	head := tui.Paragraph(c, tui.Strong, t.head(c.Now))
	if left := t.left(); left != "" {
		head = append(head, tui.Paragraph(c, roleOf(t.Severity), left)...)
	}
	text := tui.Paragraph(c, tui.Plain, t.Says())
	var next []string
	if t.Next != "" {
		next = tui.Paragraph(c, tui.Plain, "Next: "+t.Next)
	}
	most := max(readingLines, c.Height/4)
	if c.Height > 0 {
		most = min(most, max(c.Height-listLeast-smallHead, readingLeast))
	}
	if len(head)+len(text)+len(next) > most {
		more := c.Theme.Paint(tui.Muted, "   "+tui.Ellipsis+" enter shows all of it")
		text = text[:max(0, min(len(text), most-len(head)-min(len(next), 2)-1))]
		if room := max(1, most-len(head)-len(text)-1); len(next) > room {
			next = next[:room]
		}
		next = append(next, more)
	}
	out := append([]string{""}, head...)
	return append(append(append(out, text...), next...), "")
}
