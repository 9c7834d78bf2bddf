// Package resource is the list and the detail page of every resource, driven by a description of it.
// A resource brings what is its own (columns, sections, actions); everything that all of them share
// is here, so that knowing one page is knowing all.
package resource

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"flarewire/tui"
	"flarewire/tui/table"
)

// Description says what is particular to one kind of resource.
type Description[T any] struct {
	Plural string // the list's title: "Tunnels"
	ID     func(T) string
	Name   func(T) string // the detail page's title
	// JSON is the object as the server sent it, for copying; nil when there is none.
	JSON    func(T) []byte
	Columns []table.Column[T]
	SortBy  string // key of the column that orders the list at first
	Reverse bool
	// None is the sentence for an empty list; empty gives one made from the plural.
	None string
	// Summary is the line above the list; nil gives the plain count.
	Summary func([]T) tui.Line
	// Sections are the detail page, most important first. It is drawn in one or two columns.
	Sections func(row T, now time.Time) []Section
	// Create, Edit and Delete open what their keys n, e and D do; a nil one is not offered. NoWrites is
	// why none of them can be used now.
	Create   func() tea.Cmd
	Edit     func(T) tea.Cmd
	Delete   func(T) tea.Cmd
	NoWrites string
	// Actions are what else can be done with a row, in the list and on the detail page.
	Actions func(row T) []tui.Action
}

// writes are the actions that change something, the same keys for every resource.
func (d Description[T]) writes(row T, ok bool) []tui.Action {
	why := d.NoWrites
	if why == "" && !ok {
		why = "there is no row to act on"
	}
	var out []tui.Action
	if d.Edit != nil {
		out = append(out, tui.Action{Name: "edit", Keys: []string{"e"}, Short: "edit", Footer: true, Why: why,
			Long: "Change it: a form, then a review, then it is sent", Run: func() tea.Cmd { return d.Edit(row) }})
	}
	if d.Delete != nil {
		out = append(out, tui.Action{Name: "delete", Keys: []string{"D"}, Short: "delete", Footer: true, Why: why,
			Long: "Delete it; shows what hangs on it and asks for the name", Run: func() tea.Cmd { return d.Delete(row) }})
	}
	if ok && d.Actions != nil {
		out = append(out, d.Actions(row)...)
	}
	return out
}

// creation is the action that makes a new object.
func (d Description[T]) creation() []tui.Action {
	if d.Create == nil {
		return nil
	}
	return []tui.Action{{Name: "new", Keys: []string{"n"}, Short: "new", Footer: true, Why: d.NoWrites,
		Long: "Make a new one", Run: d.Create}}
}

// Section is a titled part of a detail page.
type Section struct {
	Title  string
	Fields []Field
}

// Field is one line of a section.
type Field struct {
	Label string
	Value string
	Role  tui.Role
	// Note is shown behind the value, secondary.
	Note string
	// Open, when set, leads to the page of what the value names.
	Open func() tui.View
	// Prose marks a sentence: it is wrapped over the whole width and is not a value to copy.
	Prose bool
}

// Source is where pages get their rows from. The rows live outside of the pages, so that all pages
// show the same ones, and pages never fetch by themselves.
type Source[T any] struct {
	// Rows are the last good ones.
	Rows func() []T
	// Status is their freshness.
	Status func() tui.Status
	// Brings tells whether a message announces new rows or a new status.
	Brings func(tea.Msg) bool
	// Refresh asks for new rows now.
	Refresh func() tea.Cmd
	// Want is run when a page that shows the rows is opened; nil when they are fetched anyhow.
	Want func() tea.Cmd
	// Related is run when a detail page is opened, for what it shows besides its row; nil for nothing.
	Related func() tea.Cmd
}

func refreshAction(refresh func() tea.Cmd) tui.Action {
	return tui.Action{Name: "refresh", Keys: []string{"r"}, Short: "refresh", Footer: true,
		Long: "Fetch now instead of waiting for the next round", Run: refresh}
}

// want has the rows fetched, and for a detail page what it shows besides.
func (s Source[T]) want(detail bool) tea.Cmd {
	var cmds []tea.Cmd
	if s.Want != nil {
		cmds = append(cmds, s.Want())
	}
	if detail && s.Related != nil {
		cmds = append(cmds, s.Related())
	}
	return tea.Batch(cmds...)
}

func copied(text string) tea.Cmd {
	// OSC 52 has no answer, so success cannot be claimed.
	return tea.Batch(tea.SetClipboard(text), tui.Toast(tui.Muted, "Sent to the terminal's clipboard (OSC 52): "+text))
}

// copyJSON offers the whole object as the server sent it.
func copyJSON[T any](desc Description[T], row T, ok bool) tui.Action {
	a := tui.Action{Name: "copy-json", Keys: []string{"Y"}, Short: "copy JSON", Long: "Copy the whole object as JSON, as the API sent it"}
	if !ok || desc.JSON == nil || len(desc.JSON(row)) == 0 {
		a.Why = "there is no JSON of this object"
		return a
	}
	a.Run = func() tea.Cmd {
		var b bytes.Buffer
		if err := json.Indent(&b, desc.JSON(row), "", "  "); err != nil {
			return tui.Toast(tui.Bad, "The server's JSON cannot be read: "+err.Error())
		}
		return tea.Batch(tea.SetClipboard(b.String()), tui.Toast(tui.Muted, fmt.Sprintf("Sent %d bytes of JSON to the terminal's clipboard (OSC 52)", b.Len())))
	}
	return a
}
