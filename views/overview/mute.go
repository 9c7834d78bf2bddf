package overview

import (
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/internal/mute"
	"flarewire/tui"
	"flarewire/tui/form"
)

// The keys of the form's fields, and the longest time for which something may be muted.
const (
	reasonField = "reason"
	hoursField  = "hours"
	mostHours   = 90 * 24
)

// muteAction mutes the finding under the cursor for a while, or ends that.
func (p *page) muteAction(row trouble, ok bool) tui.Action {
	a := tui.Action{Name: "mute", Keys: []string{"m"}, Short: "mute",
		Long: "Mute this finding for a while, with a reason; what gets worse is not muted"}
	switch {
	case !ok:
		a.Why = "nothing is wrong that flarewire can see"
	case row.IsMuted():
		a.Short, a.Long = "unmute", "End the mute of this finding"
		a.Run = func() tea.Cmd {
			now := p.env.Now()
			return p.env.Feed.Mute(row.Mute("", now, now))
		}
	default:
		a.Run = func() tea.Cmd { return p.askMute(row.Incident) }
	}
	return a
}

// muteTitle names what is muted.
func muteTitle(i diagnose.Incident) string {
	if i.Several() {
		return tui.Clean(i.Title)
	}
	return i.Cause.Title() + " of " + tui.Clean(i.Members[0].Name)
}

// askMute asks for the reason and the end.
func (p *page) askMute(i diagnose.Incident) tea.Cmd {
	return tui.Push(form.New(form.Options{Title: "Mute: " + muteTitle(i), Verb: "mute",
		Values: form.Values{hoursField: strconv.Itoa(int(mute.Default / time.Hour))},
		Sections: []form.Section{{Fields: []form.Field{
			{Key: reasonField, Label: "Reason", Help: "Why it needs no attention, for whoever looks next", Check: checkReason},
			{Key: hoursField, Label: "Hours", Help: "When it ends; what gets worse before is not muted", Check: checkHours}}}},
		Submit: func(v form.Values) tea.Cmd {
			hours, _ := strconv.Atoi(strings.TrimSpace(v[hoursField]))
			now := p.env.Now()
			m := i.Mute(strings.TrimSpace(v[reasonField]), now, now.Add(time.Duration(hours)*time.Hour))
			return tea.Sequence(tui.Pop(), p.env.Feed.Mute(m))
		}}))
}

func checkReason(reason string, _ form.Values) form.Finding {
	if strings.TrimSpace(reason) == "" {
		return form.Finding{Level: form.Partial, Text: "Enter why, such as: router swap until Friday"}
	}
	return form.Finding{}
}

func checkHours(text string, _ form.Values) form.Finding {
	hours, err := strconv.Atoi(strings.TrimSpace(text))
	switch {
	case strings.TrimSpace(text) == "":
		return form.Finding{Level: form.Partial, Text: "Enter a number of hours"}
	case err != nil || hours < 1 || hours > mostHours:
		return form.Finding{Level: form.Error, Text: "Use 1 to " + strconv.Itoa(mostHours) + " hours"}
	}
	return form.Finding{}
}
