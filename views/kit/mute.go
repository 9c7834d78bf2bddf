package kit

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/internal/diagnose"
	"flarewire/internal/mute"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/form"
	"flarewire/tui/resource"
)

// The keys of the form's fields, and the longest time for which something may be muted.
const (
	reasonField = "reason"
	hoursField  = "hours"
	mostHours   = 90 * 24
)

// MuteAction mutes an incident for a while, or ends that; nil is none, and why it cannot act is the caller's to say.
func (e *Env) MuteAction(i *diagnose.Incident) tui.Action {
	a := tui.Action{Name: "mute", Keys: []string{"m"}, Short: "mute",
		Long: "Mute this finding for a while, with a reason; it reappears if it gets worse"}
	if i == nil {
		return a
	}
	a.Run = func() tea.Cmd { return e.muteOrNot(*i) }
	if i.IsMuted() {
		a.Short, a.Long = "unmute", "End the mute of this finding"
	}
	return a
}

// MuteOf is the action on an object's own row and page: it mutes what is wrong with it, the whole incident where it is one of several.
func (e *Env) MuteOf(of store.Kind, id string) tui.Action {
	a := e.MuteAction(nil)
	a.Long = "Mute its problem for a while, with a reason, or unmute it; it reappears if it gets worse"
	a.Run = func() tea.Cmd {
		for _, i := range e.Feed.Diagnosis().Incidents() {
			if slices.ContainsFunc(i.Members, func(s diagnose.Subject) bool { return s.Kind == of && s.ID == id }) {
				return e.muteOrNot(i)
			}
		}
		return tui.Toast(tui.Muted, "Nothing is wrong with it that could be muted")
	}
	return a
}

func (e *Env) muteOrNot(i diagnose.Incident) tea.Cmd {
	if i.IsMuted() {
		now := e.Now()
		return e.Feed.Mute(i.Mute("", now, now))
	}
	return e.askMute(i)
}

// MutedSection says on an object's page what of it is muted, why and until when; nil when nothing is.
func (e *Env) MutedSection(of store.Kind, id string) []resource.Section {
	s := resource.Section{Title: "Muted"}
	for _, m := range e.Feed.Diagnosis().MutesOf(of, id) {
		s.Fields = append(s.Fields, resource.Field{Value: MuteWords(m) + ". " + tui.KeyOf("mute", "m") + " unmutes.", Role: tui.Muted,
			Prose: true})
	}
	if len(s.Fields) == 0 {
		return nil
	}
	return []resource.Section{s}
}

// MuteWords says what is muted, until when and why.
func MuteWords(m mute.Mute) string {
	return tui.Clean(fmt.Sprintf("%s, until %s: %s", muteName(m), m.Until.UTC().Format("2006-01-02 15:04 UTC"), m.Reason))
}

// MuteCause is the finding that is muted, in words.
func MuteCause(m mute.Mute) string { return diagnose.Cause(m.Cause).Title() }

func muteName(m mute.Mute) string {
	if m.Members > 0 {
		return m.Name
	}
	return MuteCause(m)
}

// muteTitle names what is muted.
func muteTitle(i diagnose.Incident) string {
	if i.Several() {
		return tui.Clean(i.Title)
	}
	return `"` + i.Cause.Title() + `" on ` + tui.Clean(i.Members[0].Name)
}

// askMute asks for the reason and the end.
func (e *Env) askMute(i diagnose.Incident) tea.Cmd {
	return tui.Push(form.New(form.Options{Title: "Mute " + muteTitle(i), Verb: "mute",
		Values: form.Values{hoursField: strconv.Itoa(int(mute.Default / time.Hour))},
		Sections: []form.Section{{Fields: []form.Field{
			{Key: reasonField, Label: "Reason", Help: "Why it needs no attention, for the next person", Check: checkReason},
			{Key: hoursField, Label: "For (hours)", Help: "When it ends; a problem that gets worse reappears", Check: checkHours}}}},
		Submit: func(v form.Values) tea.Cmd {
			hours, _ := strconv.Atoi(strings.TrimSpace(v[hoursField]))
			now := e.Now()
			m := i.Mute(strings.TrimSpace(v[reasonField]), now, now.Add(time.Duration(hours)*time.Hour))
			return tea.Batch(tui.Pop(), e.Feed.Mute(m))
		}}))
}

func checkReason(reason string, _ form.Values) form.Finding {
	if strings.TrimSpace(reason) == "" {
		return form.Finding{Level: form.Incomplete, Text: "Enter why, such as: router swap until Friday"}
	}
	return form.Finding{}
}

func checkHours(text string, _ form.Values) form.Finding {
	hours, err := strconv.Atoi(strings.TrimSpace(text))
	switch {
	case strings.TrimSpace(text) == "":
		return form.Finding{Level: form.Incomplete, Text: "Enter a number of hours"}
	case err != nil || hours < 1 || hours > mostHours:
		return form.Finding{Level: form.Error, Text: "Use 1 to " + strconv.Itoa(mostHours) + " hours"}
	}
	return form.Finding{}
}
