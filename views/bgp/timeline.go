package bgp

import (
	"fmt"
	"time"

	"flarewire/tui"
	"flarewire/views/tunnel"
)

// timelineFrom is how many lines below the panels must be free for the timeline of the session under the cursor.
const timelineFrom = 8

// timeline is the past of the session under the cursor over the whole width, with an axis, and below it what happened, the newest first.
func (p *page) timeline(c tui.Canvas, all []card, room int) []string {
	if p.still || room < timelineFrom || p.at >= len(all) || len(all[p.at].past) == 0 {
		return nil
	}
	k := all[p.at]
	signs := c.Width - 5
	slot := slotFor(p.oldest, c.Now, signs)
	strip := strip(k.past, c.Now, signs, slot, c.Theme.Glyphs)
	out := []string{"", tui.Line{{Text: " " + tui.Clean(k.name), Role: tui.Strong},
		{Text: fmt.Sprintf("   the last %s, each mark %d min (UTC)", span(time.Duration(signs)*slot), int(slot.Minutes())), Role: tui.Muted}}.
		Paint(c.Theme, c.Width),
		"   " + strip.Paint(c.Theme, c.Width-4), "   " + c.Theme.Paint(tui.Muted, axis(c.Now, signs, slot)), ""}
	if len(k.events) == 0 {
		return append(out, c.Theme.Paint(tui.Muted, "   No event seen in this time."))
	}
	for i := len(k.events) - 1; i >= 0 && len(out) < room; i-- {
		text, role := tunnel.EventText(k.events[i])
		out = append(out, tui.Line{{Text: "   " + k.events[i].At.UTC().Format("01-02 15:04:05") + "  ", Role: tui.Muted},
			{Text: text, Role: role}}.
			Paint(c.Theme, c.Width))
	}
	return out
}

// span is a length of time in hours, or days where it is whole ones.
func span(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d.Hours())/24)
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

// axis has the time below every so many signs of a strip that ends now.
func axis(now time.Time, signs int, slot time.Duration) string {
	const every = 24
	end := now.Truncate(slot).Add(slot)
	line := []rune(tui.Spaces(signs))
	for len(line) < signs {
		line = append(line, ' ')
	}
	for i := signs % every; i+5 <= signs; i += every {
		copy(line[i:], []rune(end.Add(-time.Duration(signs-i)*slot).UTC().Format("15:04")))
	}
	return string(line)
}
