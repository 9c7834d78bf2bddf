package events

import (
	"slices"
	"time"

	"flarewire/internal/diagnose"
	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// aroundMost bounds how many events stand around an object.
const aroundMost = 20

// Around is what is known to have happened to objects, the newest first, for what stands around one of them on a large screen.
func Around(env *kit.Env, now time.Time, objects ...diagnose.Subject) resource.Section {
	words := func(e store.Event) string { text, _ := Text(e); return text }
	all := env.Feed.Diagnosis().Timeline(words, objects...)
	s := resource.Section{Title: "Events (UTC)"}
	for i := len(all) - 1; i >= 0 && len(s.Fields) < aroundMost; i-- {
		m := all[i]
		if !slices.ContainsFunc(objects, func(o diagnose.Subject) bool { return o.Name == m.Name }) {
			continue // what was dropped for other prefixes
		}
		note := m.Note()
		if len(objects) > 1 {
			note = m.Name + ", " + note
		}
		s.Fields = append(s.Fields, resource.Field{Label: clock(m.At, now), Value: tui.Clean(m.What()), Note: note})
	}
	if len(s.Fields) == 0 {
		s.Fields = append(s.Fields, none(env, now))
	}
	return s
}

// none says since when no event was seen.
func none(env *kit.Env, now time.Time) resource.Field {
	return resource.Field{Value: "none since monitoring began at " + clock(env.Feed.Last().Started, now), Role: tui.Muted, Prose: true}
}

// near is how far from a moment others are said to be near it.
const near = 5 * time.Minute

// Near is what was seen to happen around a moment, for what stands around something of that time.
func Near(env *kit.Env, at, now time.Time) resource.Section {
	s := resource.Section{Title: "Events within 5 minutes (UTC)"}
	rows := fold(env.Feed.Last().Events)
	sorting.Sort(rows, func(a, b *happening) int { return b.At.Compare(a.At) })
	for _, h := range rows {
		if h.At.Sub(at).Abs() > near {
			continue
		}
		text, role := Text(h.Event)
		s.Fields = append(s.Fields, resource.Field{Label: clock(h.At, now), Value: text, Role: role, Note: tui.Clean(h.name())})
	}
	if len(s.Fields) == 0 {
		text := "none was seen"
		if !slices.ContainsFunc(env.Feed.WatchedSpans(), func(w store.Span) bool {
			return w.From.Before(at.Add(near)) && w.To.After(at.Add(-near))
		}) {
			text = "not known: not monitored then"
		}
		s.Fields = append(s.Fields, resource.Field{Value: text, Role: tui.Muted, Prose: true})
	}
	return s
}

// clock is a time of today, or with its date, of another year with that.
func clock(at, now time.Time) string {
	at, now = at.UTC(), now.UTC()
	switch {
	case at.Year() != now.Year():
		return at.Format("2006-01-02 15:04")
	case at.YearDay() == now.YearDay():
		return at.Format(time.TimeOnly)
	}
	return at.Format("01-02 15:04:05")
}
