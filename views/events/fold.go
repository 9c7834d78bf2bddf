package events

import (
	"fmt"
	"strings"
	"time"

	"flarewire/internal/sorting"
	"flarewire/internal/store"
	"flarewire/tui"
	"flarewire/tui/resource"
	"flarewire/views/kit"
)

// burst is how many equal events within burstTime are one row.
const (
	burst     = 4
	burstTime = time.Minute
)

// happening is a row: an event, or a burst of equal ones. Rows that are pointers share the compiled code of all such lists.
type happening struct {
	store.Event               // of a burst the last one
	all         []store.Event // those of a burst
	key         string        // of a burst: it stays when others join
}

// name is what it happened to, or to how many.
func (h *happening) name() string {
	if len(h.all) == 0 {
		return h.Name
	}
	word := of(h)
	if strings.HasSuffix(word, "x") {
		word += "e"
	}
	return fmt.Sprintf("%d %ss", len(h.all), word)
}

// kind is what must be equal for events to be a burst.
type kind struct {
	what             store.EventKind
	resource         store.Kind
	from, to         store.State
	fromHealth, toHe store.Health
	fromPort, toPort store.PortState
	unwatched        bool
}

func kindOf(e store.Event) kind {
	return kind{e.Kind, e.Resource, e.From, e.To, e.FromHealth, e.ToHealth, e.FromPort, e.ToPort, e.Unwatched}
}

// fold makes rows of events, oldest first: equal ones of a minute are one, also with others between them.
func fold(events []store.Event) []*happening {
	open := map[kind]*happening{}
	var groups []*happening
	for _, e := range events {
		k := kindOf(e)
		g := open[k]
		if g == nil || e.At.Sub(g.all[0].At) > burstTime {
			g = &happening{}
			open[k] = g
			groups = append(groups, g)
		}
		g.all, g.Event = append(g.all, e), e
	}
	var out []*happening
	for _, g := range groups {
		if len(g.all) >= burst {
			g.key = fmt.Sprint("burst", g.all[0].At.UnixNano())
			g.At = g.all[0].At // it began then
			g.ObjectID, g.Name = "", g.name()
			out = append(out, g)
			continue
		}
		for _, e := range g.all {
			out = append(out, &happening{Event: e})
		}
	}
	return out
}

// Lately are the last rows, newest first, for a page with little room.
func Lately(events []store.Event, most int) []store.Event {
	rows := fold(events)
	sorting.Sort(rows, func(a, b *happening) int { return b.At.Compare(a.At) })
	var out []store.Event
	for _, h := range rows[:min(most, len(rows))] {
		out = append(out, h.Event)
	}
	return out
}

// members are those of a burst, each leading to its page.
func members(env *kit.Env, h *happening) resource.Section {
	s := resource.Section{Title: "Members"}
	for _, e := range h.all {
		f := resource.Field{Label: e.At.UTC().Format(time.TimeOnly), Value: tui.Clean(e.Name)}
		if view := open(env, &happening{Event: e}); view != nil {
			f.Open = func() tui.View { return view }
		}
		s.Fields = append(s.Fields, f)
	}
	return s
}
